"""The devices of `samen simulate`: enrolled apart from real ones, and what came of their readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    Claim,
    Device,
    Occurrence,
    OccurrenceStatus,
    Reading,
    ReadingGap,
    Register,
    Site,
    Space,
    SpaceKind,
)
from samen.domain.interval import Interval
from samen.domain.tally import Key, Received
from samen.domain.visits import visits
from samen.services import audit

ACTOR = "simulate"
# In no room and without a meter: invented presence frees no room, invented kWh enter no account.
APART = ("climate",)
IN_A_ROOM = ("occupancy", "climate")


class Refusal(ValueError):
    """The site cannot have these nodes; the message says why."""


@dataclass(frozen=True)
class Enrolled:
    """A simulated device: what it reports, and the highest boot of it that is known (0: none).

    `visits`: when people are in its room, as in `domain.visits`; None where that is not asked for.
    """

    device: str
    site: str
    streams: Sequence[str]
    registers: Sequence[str]
    boot: int
    visits: Sequence[tuple[float, float]] | None = None


def name_of(number: int) -> str:
    """sim-0001, sim-0002, …"""
    return f"sim-{number:04}"


def enrol(
    session: Session, site: str | None, count: int, now: datetime, invented_until: datetime | None = None
) -> list[Device]:
    """The first `count` simulated devices of the site; those it does not have yet are added. Raises Refusal.

    With `invented_until` those that stand in no room get one that no node watches, as long as there are any,
    and the site's pages say that what was measured until then is invented.
    """
    place = _site(session, site)
    names = [name_of(number) for number in range(1, count + 1)]
    have = {device.slug: device for device in session.scalars(select(Device).where(Device.slug.in_(names)))}
    _check(place, have.values())
    added = [_device(place, name, now) for name in names if name not in have]
    session.add_all(added)
    everyone = sorted([*have.values(), *added], key=lambda device: device.slug)
    if invented_until is not None:
        _place(session, place, everyone)
        place.simulated_until = invented_until
    if added:
        audit.note(session, ACTOR, "devices.simulated", place.slug, {"added": len(added)}, now)
    session.flush()
    return everyone


def _site(session: Session, slug: str | None) -> Site:
    sites = session.scalars(select(Site).where(Site.slug == slug) if slug else select(Site)).all()
    if len(sites) == 1:
        return sites[0]
    if slug:
        raise Refusal(f"no site is called {slug!r}")
    raise Refusal("name the site: --site" if sites else "there is no site yet: samen site load FILE.toml")


def _check(site: Site, devices: Iterable[Device]) -> None:
    for device in devices:
        if device.revoked_at is not None:
            raise Refusal(f"{device.slug} is revoked")
        if device.site_id != site.id:
            raise Refusal(f"{device.slug} is at another site")


def _device(site: Site, name: str, now: datetime) -> Device:
    """Without a secret: only the broker asks it for a password."""
    return Device(slug=name, name=name, site=site, site_id=site.id, streams=list(APART), created_at=now)


def _place(session: Session, site: Site, devices: Sequence[Device]) -> None:
    homeless = (device for device in devices if device.space_id is None)
    for device, room in zip(homeless, _unwatched(session, site), strict=False):
        device.space, device.streams = room, list(IN_A_ROOM)


def _unwatched(session: Session, site: Site) -> list[Space]:
    watching = session.scalars(
        select(Device).where(Device.space_id.is_not(None), Device.revoked_at.is_(None))
    )
    taken = {device.space_id for device in watching if "occupancy" in device.streams}
    rooms = session.scalars(
        select(Space)
        .where(Space.site_id == site.id, Space.kind == SpaceKind.ROOM)
        .order_by(Space.position, Space.id)
    )
    return [room for room in rooms if not room.parts and room.id not in taken]


def described(
    session: Session, devices: Sequence[Device], window: Interval | None, seed: int
) -> list[Enrolled]:
    """What each device is to do; with a `window`, people come as they have booked in it."""
    ids = [device.id for device in devices]
    latest = select(Reading.device_id, func.max(Reading.boot)).where(Reading.device_id.in_(ids))
    boots = dict(session.execute(latest.group_by(Reading.device_id)).all())
    registers: dict[int | None, list[str]] = {}
    wanted = select(Register).where(Register.device_id.in_(ids)).order_by(Register.id)
    for register in session.scalars(wanted):
        registers.setdefault(register.device_id, []).append(register.code)
    return [
        Enrolled(
            device.slug,
            device.site.slug,
            device.streams,
            registers.get(device.id, ()),
            boots.get(device.id, 0),
            None if window is None else _visits(session, device, window, seed),
        )
        for device in devices
    ]


def _visits(session: Session, device: Device, window: Interval, seed: int) -> list[tuple[float, float]]:
    if device.space_id is None:
        return []
    rows = session.execute(
        select(Occurrence.starts_at, Occurrence.ends_at)
        .join(Claim)
        .where(
            Claim.space_id == device.space_id,
            Claim.active,
            Occurrence.status == OccurrenceStatus.CONFIRMED,
            Occurrence.starts_at < window.end,
            Occurrence.ends_at > window.start,
        )
    )
    return visits((Interval(start, end) for start, end in rows), window, seed)


def received(session: Session, since: Mapping[str, int]) -> dict[Key, Received]:
    """What is stored of these devices, of boots after the one that each is named with."""
    names = {
        device.id: device.slug for device in session.scalars(select(Device).where(Device.slug.in_(since)))
    }
    stored = session.execute(
        select(Reading.device_id, Reading.boot, func.count(), func.max(Reading.seq))
        .where(Reading.device_id.in_(names))
        .group_by(Reading.device_id, Reading.boot)
    )
    found = {(names[number], boot): Received(count, last) for number, boot, count, last in stored}
    gaps = session.execute(
        select(ReadingGap.device_id, ReadingGap.boot, func.sum(ReadingGap.last - ReadingGap.first + 1))
        .where(ReadingGap.device_id.in_(names))
        .group_by(ReadingGap.device_id, ReadingGap.boot)
    )
    for number, boot, dropped in gaps:
        have = found.get((names[number], boot), Received(0, -1))
        found[names[number], boot] = have._replace(dropped=int(dropped))
    return {key: have for key, have in found.items() if key[1] > since[key[0]]}
