"""The preview and what becomes of it: objections, swaps, what clashes by now, and making it final."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import Objection, Occurrence, Round, RoundAward, RoundState, Swap
from samen.domain.rules import Refusal
from samen.services import awards, objections, round_final
from samen.services.round_final import Clash, Finalised
from samen.services.solves import chosen
from samen.web import current, i18n
from samen.web.announce import Spot, announce, spots_of
from samen.web.policy import Access, allow
from samen.web.round_draft import draft_of, names_of
from samen.web.round_form import RoundReader
from samen.web.round_page import head, lost, objections_until, round_of, version, zone_of
from samen.web.round_runs import shown_run
from samen.web.round_view import beside_of, result_view, standing_draft
from samen.web.round_words import slot_words
from samen.web.wording import refusal_text

blueprint = Blueprint("round_final", __name__)
LONGEST_ANSWER = 1000


@blueprint.get("/rounds/<uuid:round_id>/final")
@allow(Access.OVERSIGHT)
def index(round_id: UUID) -> str:
    """What stands: the preview with what is said of it, or what became bookings."""
    with current.database().read() as session:
        return _page(session, round_of(session, round_id), {})


@blueprint.post("/rounds/<uuid:round_id>/preview")
@allow(Access.MANAGER)
def preview(round_id: UUID) -> ResponseReturnValue:
    """Form fields: `draft`, `until` (local), `version`."""
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        reader = RoundReader(request.form, zone_of(round_))
        until = reader.instant("until")
        solve_id = _uuid(request.form.get("draft", ""))
        if reader.errors or solve_id is None:
            flash(reader.errors.get("until", _("Choose one of these.")), "bad")
            return redirect(url_for("round_drafts.index", round_id=round_id), 303)
        viewer, now = current.viewer(), current.now()
        answer = awards.publish_preview(session, round_id, version(), solve_id, until, viewer, now)
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Published: every association can read what it gets, object and swap."), "good")
    return redirect(url_for("round_final.index", round_id=round_id), 303)


@blueprint.post("/rounds/<uuid:round_id>/preview/withdraw")
@allow(Access.MANAGER)
def withdraw(round_id: UUID) -> ResponseReturnValue:
    """Take the preview back."""
    with current.database().write() as session:
        round_of(session, round_id)
        answer = awards.withdraw_preview(session, round_id, version(), current.viewer(), current.now())
        if isinstance(answer, Refusal):
            return lost(session, round_id, answer)
    flash(_("Taken back: drafts are made again."), "good")
    return redirect(url_for("round_drafts.index", round_id=round_id), 303)


@blueprint.post("/rounds/<uuid:round_id>/objections/<uuid:objection_id>")
@allow(Access.MANAGER)
def answer(round_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Form field: `answer`."""
    text = request.form.get("answer", "").strip()[:LONGEST_ANSWER]
    with current.database().write() as session:
        round_ = round_of(session, round_id)
        said = objections.answer(session, objection_id, text, current.viewer(), current.now())
        if isinstance(said, Refusal):
            flash(refusal_text(said, zone_of(round_)), "bad")
        else:
            flash(_("Answered: they were told."), "good")
    return redirect(url_for("round_final.index", round_id=round_id, _anchor="objections"), 303)


@blueprint.post("/rounds/<uuid:round_id>/final")
@allow(Access.MANAGER)
def finalise(round_id: UUID) -> ResponseReturnValue:
    """Turn it into bookings; form fields: `skip` (leave out the dates that clash by now), `version`."""
    with current.database().write() as session:
        round_of(session, round_id)
        done = round_final.finalise(
            session,
            round_id,
            version(),
            current.viewer(),
            current.now(),
            skip_clashes="skip" in request.form,
        )
        if not isinstance(done, Finalised):
            if done.refusal.code == "round_clashes":
                text = refusal_text(done.refusal, zone_of(round_of(session, round_id)))
                return _page(session, round_of(session, round_id), {"final": text}), 409
            return lost(session, round_id, done.refusal)
        spots = booked_spots(session, awards.awards_of(session, done.round, current.viewer()))
    announce(spots)
    flash(_("Final: it stands in the calendar, and every association was told."), "good")
    return redirect(url_for("round_final.index", round_id=round_id), 303)


def booked_spots(session: Session, rows: Sequence[RoundAward]) -> list[Spot]:
    """Where a final round's bookings stand in the calendar."""
    made = [row.series_id for row in rows if row.series_id is not None]
    query = select(Occurrence).where(Occurrence.series_id.in_(made)).options(joinedload(Occurrence.space))
    return spots_of(session.scalars(query))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page(session: Session, round_: Round, errors: dict[str, str]) -> str:
    zone, viewer = zone_of(round_), current.viewer()
    rows = awards.awards_of(session, round_, viewer)
    run = chosen(session, round_)
    draft = draft_of(run, names_of(session, round_)) if run else None
    standing = standing_draft(draft, rows) if draft else None
    clashes = round_final.clashes(session, round_, current.now()) if _is_preview(round_) else ()
    return render_template(
        "pages/round_final.html",
        round=head(round_),
        run=shown_run(run, zone) if run else None,
        result=result_view(standing, beside_of(session, round_, standing), ()) if standing else None,
        objections=[_objection(one, zone) for one in objections.objections_of(session, round_, viewer)],
        swaps=[_swap(one, zone) for one in objections.swaps_of(session, round_, viewer)],
        clashes=[_clash(round_, one, zone) for one in clashes],
        skipped=[one for row in rows if (one := _skipped(round_, row))],
        until=objections_until(round_, current.now()),
        until_words=i18n.moment_long(round_.objections_until_at, zone) if round_.objections_until_at else "",
        final_at=i18n.moment_long(round_.final_at, zone) if round_.final_at else "",
        booked=sum(row.series_id is not None for row in rows),
        errors=errors,
    )


def _is_preview(round_: Round) -> bool:
    return round_.state is RoundState.PREVIEW


def _objection(one: Objection, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": one.id,
        "tenant": one.wish.tenant.name,
        "tint": one.wish.tenant.tint,
        "title": one.wish.title,
        "wish": one.wish_id,
        "text": one.text,
        "by": one.member.name,
        "at": i18n.moment(one.made_at, zone),
        "answer": one.answer or "",
        "answered": i18n.moment(one.answered_at, zone) if one.answered_at else "",
    }


def _swap(one: Swap, zone: ZoneInfo) -> dict[str, Any]:
    states = {None: _("waits for an answer"), True: _("agreed: traded"), False: _("declined")}
    tones = {None: "tag-iris", True: "tag-good", False: ""}
    return {
        "text": _(
            "%(mine)s of %(one)s for %(theirs)s of %(other)s",
            mine=one.wish.title,
            one=one.wish.tenant.name,
            theirs=one.other.title,
            other=one.other.tenant.name,
        ),
        "at": i18n.moment(one.answered_at or one.asked_at, zone),
        "word": states[one.agreed],
        "tone": tones[one.agreed],
    }


def _place_words(round_: Round, row: RoundAward) -> str:
    return f"{slot_words(round_.season, row.day, row.start, row.wish.slots)}, {row.space.name}"


def _clash(round_: Round, one: Clash, zone: ZoneInfo) -> dict[str, Any]:
    row = one.award
    return {
        "title": row.wish.title,
        "tenant": row.wish.tenant.name,
        "tint": row.wish.tenant.tint,
        "where": _place_words(round_, row),
        "lost": one.lost,
        "dates": [
            {
                "on": i18n.day_title(date.during.start.astimezone(zone).date()),
                "why": " ".join(refusal_text(refusal, zone) for refusal in date.refusals),
            }
            for date in one.dates
        ],
        "words": ngettext("%(num)d date", "%(num)d dates", len(one.dates)),
    }


def _skipped(round_: Round, row: RoundAward) -> dict[str, Any] | None:
    """What of an award was left out when it was made final."""
    if not row.skipped:
        return None
    return {
        "title": row.wish.title,
        "tenant": row.wish.tenant.name,
        "where": _place_words(round_, row),
        "words": ngettext("%(num)d date was left out", "%(num)d dates were left out", len(row.skipped)),
    }
