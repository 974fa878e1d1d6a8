"""The devices page: every node, and the messages that could not be used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import Device, DeviceState, DeviceUpdate, QuarantineTally, Site, Space
from samen.domain.access import Role
from samen.services import devices, updates
from samen.services.device_claims import Code, make
from samen.web import current, device_claims, i18n
from samen.web.node_words import node_faults
from samen.web.policy import Access, allow
from samen.web.update_words import update_words
from samen.web.wording import N_
from samen_node import contract

blueprint = Blueprint("devices", __name__)

REASONS = {
    "unknown_device": N_("No device of that name is enrolled."),
    "revoked_device": N_("The device was revoked."),
    "wrong_site": N_("The device belongs to another site."),
    "not_a_nodes_topic": N_("A device may not write to that topic."),
    "too_fast": N_("It came too fast; the device will send it again."),
    "clock_ahead": N_("The device's clock runs ahead of ours."),
    "bad_topic": N_("The topic is none of the contract's."),
    "bad_field": N_("A value is missing or out of bounds."),
    "not_json": N_("It is not JSON."),
    "oversized": N_("It is too long."),
    "wrong_version": N_("It is written in another version of the contract."),
    "no_space": N_("The device is in no room."),
    "impossible_temperature": N_("Air is never that warm or cold."),
    "wrong_unit": N_("The register counts something else."),
    "unknown_register": N_("No meter has that register."),
}


# What is wrong with a new node, by the code of its refusal: the field, and the sentence.
WRONG = {
    "bad_name": ("name", N_("A name is of letters, digits, hyphens and dots.")),
    "name_taken": ("name", N_("There is a device of that name already.")),
    "unknown_space": ("place", N_("There is no such place.")),
    "unknown_site": ("place", N_("There is no such place.")),
    "already_watched": ("place", N_("Another device already says whether this room is in use.")),
    "unknown_stream": ("streams", N_("Choose what it reports; outdoors, the climate.")),
}
OUTDOORS = "outdoors/"


@blueprint.get("/devices")
@allow(Access.OVERSIGHT)
def overview() -> str:
    """All nodes by name, revoked ones last; the set-up code just made is shown this once."""
    return _page(None)


@blueprint.post("/devices")
@allow(Access.MANAGER)
def enrol() -> ResponseReturnValue:
    """A new node, and its set-up code on the page that follows. Form fields: `name`; `place`, a space's slug,
    or "outdoors/" and a site's; `streams`.
    """
    try:
        with current.database().write() as session:
            device_claims.remember(_enrolled(session, request.form.get("name", "").strip()))
    except devices.Refusal as refusal:
        return _page(refusal.code), 422
    return redirect(url_for("devices.overview"), 303)


def _enrolled(session: Session, name: str) -> Code:
    place, streams = request.form.get("place", ""), request.form.getlist("streams")
    actor, now = current.viewer().actor, current.now()
    if place.startswith(OUTDOORS):
        devices.add_outdoors(session, name, place.removeprefix(OUTDOORS), streams, actor, now)
    else:
        devices.add(session, name, place, streams, actor, now)
    return make(session, name, actor, now)


def _page(wrong: str | None) -> str:
    now = current.now()
    with current.database().read() as session:
        known = sorted(devices.every(session), key=lambda device: device.revoked_at is not None)
        online = sum(device.state is DeviceState.ONLINE for device in known if device.revoked_at is None)
        asked = updates.every(session)
        enrolled = sum(device.revoked_at is None for device in known)
        return render_template(
            "pages/devices.html",
            devices=[_device(device, asked.get(device.id), now) for device in known],
            counts={"online": online, "total": enrolled},
            quarantine=_quarantine(session, now),
            code=device_claims.code_just_made(),
            may_set_up=current.viewer().role is Role.MANAGER,
            new=_new(session, wrong),
        )


def _new(session: Session, wrong: str | None) -> dict[str, Any]:
    """The form for a new node, as it was filled in."""
    spaces = session.scalars(select(Space).order_by(Space.name))
    sites = session.scalars(select(Site).order_by(Site.name))
    field, sentence = WRONG.get(wrong or "", ("", ""))
    outdoors = [
        {"value": OUTDOORS + site.slug, "word": _("outdoors, %(site)s", site=site.name)} for site in sites
    ]
    return {
        "name": request.form.get("name", ""),
        "place": request.form.get("place", ""),
        "places": [{"value": space.slug, "word": space.name} for space in spaces] + outdoors,
        "streams": [
            {"value": name, "word": _stream_word(name), "chosen": name in request.form.getlist("streams")}
            for name in (*contract.STREAMS, devices.DOOR)
        ],
        "errors": {field: _(sentence)} if wrong else {},
    }


def _device(device: Device, update: DeviceUpdate | None, now: datetime) -> dict[str, Any]:
    return {
        "name": device.name,
        "slug": device.slug,
        "state": device.state.value,
        "state_word": _state_word(device.state),
        "room": _("outdoors") if device.outdoor else device.space.name if device.space else None,
        "streams": [_stream_word(stream) for stream in device.streams or [devices.DOOR]],
        "last_seen": i18n.ago(device.last_seen_at, now) if device.last_seen_at else _("never"),
        "firmware": (device.meta or {}).get("fw"),
        "wish": update_words(update, now) if update else None,
        "clock": _clock(device.clock_skew_s) if device.last_seen_at else None,
        "clock_off": device.clock_skew_s is not None,
        "backlog": _backlog(device.diag),
        "faults": node_faults(device.meta or {}, device.diag or {}),
        "revoked": device.revoked_at is not None,
    }


def _state_word(state: DeviceState) -> str:
    words: dict[DeviceState, str] = {
        DeviceState.NEW: _("never heard"),
        DeviceState.ONLINE: _("online"),
        DeviceState.OFFLINE: _("offline"),
        DeviceState.SLEEPING: _("asleep"),
        DeviceState.UPDATING: _("updating"),
    }
    return words[state]


def _stream_word(stream: str) -> str:
    words: dict[str, str] = {
        "occupancy": _("presence"),
        "energy": _("energy"),
        "climate": _("climate"),
        "p1": _("smart meter"),
        devices.DOOR: _("nothing: a door light"),
    }
    return words.get(stream, stream)


def _clock(skew_s: float | None) -> str:
    minutes = i18n.number(abs(skew_s or 0.0) / 60, 0)
    said: str = _("right")
    if skew_s is not None:
        ahead, behind = (
            _("%(minutes)s min ahead", minutes=minutes),
            _("%(minutes)s min behind", minutes=minutes),
        )
        said = ahead if skew_s > 0 else behind
    return said


def _backlog(diag: dict[str, Any] | None) -> str | None:
    """What the node keeps until the server acknowledges it."""
    depth = (diag or {}).get("depth")
    if not isinstance(depth, int):
        return None
    said: str = ngettext("%(num)d reading", "%(num)d readings", depth)
    return said


def _quarantine(session: Session, now: datetime) -> dict[str, Any]:
    tallies = session.scalars(select(QuarantineTally).order_by(QuarantineTally.last_at.desc())).all()
    return {
        "total": sum(tally.messages for tally in tallies),
        "reasons": _reasons(tallies, now),
    }


def _reasons(tallies: Sequence[QuarantineTally], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "reason": tally.reason,
            "sentence": _(REASONS[tally.reason]) if tally.reason in REASONS else tally.reason,
            "count": tally.messages,
            "last": i18n.ago(tally.last_at, now),
            "device": tally.device or None,
        }
        for tally in tallies
    ]
