"""Telling people: on the page, and by mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import Invite, Mail, Member, Membership, Notice, Space
from samen.domain.access import Role

# What people can be told; `web.notice_words` words each.
CODES = frozenset(
    {
        "booking_cancelled",
        "booking_changed",
        "booking_made",
        "contest_lost",
        "contest_won",
        "credit_decided",
        "credit_disputed",
        "finding_assigned",
        "finding_measured",
        "ghost_series",
        "no_show_released",
        "objection_answered",
        "objection_made",
        "offer_lapsed",
        "quota_nearly",
        "release_warning",
        "round_closed",
        "round_final",
        "round_opened",
        "round_preview",
        "request_approved",
        "request_declined",
        "request_overtaken",
        "request_waits",
        "sensor_silent",
        "slot_offered",
        "swap_answered",
        "swap_asked",
        "tail_released",
        "take_over_asked",
        "take_over_granted",
        "take_over_refused",
    }
)


def tell(
    session: Session,
    member_ids: Iterable[int],
    code: str,
    facts: Mapping[str, Any],
    now: datetime,
    *,
    invite: Invite | None = None,
    series_id: UUID | None = None,
    occurrence_id: UUID | None = None,
    page: bool = True,
    mail: bool = True,
) -> None:
    """Tell each member once, in the caller's transaction. `facts` are JSON; instants as ISO text.

    Facts that are worded: `space`, `title`, `start` and `end`, `dates` (how many), `reason`, `until` (an
    instant by which to answer), `left`, `limit` and `given_back` (hours), `tenant`; `finding`: its kind and
    what its verb needs; `url` is the path of the page where to act.
    Raises ValueError for a code that has no words, and for an invitation without a series.
    """
    if code not in CODES:
        raise ValueError(f"nobody knows how to tell {code!r}")
    if invite is not None and series_id is None:
        raise ValueError("an invitation is to a series")
    for member_id in sorted(set(member_ids)):
        if page:
            session.add(Notice(member_id=member_id, code=code, facts=dict(facts), created_at=now))
        if mail:
            session.add(
                Mail(
                    member_id=member_id,
                    code=code,
                    facts=dict(facts),
                    invite=invite,
                    series_id=series_id,
                    occurrence_id=occurrence_id,
                    created_at=now,
                    due_at=now,
                    message_id=uuid4().hex,
                )
            )
    session.flush()


def deciders(session: Session, space_ids: Collection[int]) -> list[int]:
    """Who may say yes to a booking of these spaces: managers, and the admins of the spaces' owners."""
    owners = select(Space.owner_id).where(Space.id.in_(space_ids))
    own_admin = (Membership.role == Role.TENANT_ADMIN) & Membership.tenant_id.in_(owners)
    return list(
        session.scalars(
            select(Membership.member_id)
            .join(Member, Member.id == Membership.member_id)
            .where(or_(Membership.role == Role.MANAGER, own_admin), Member.disabled_at.is_(None))
            .distinct()
        )
    )


def unread(session: Session, member_id: int) -> Sequence[Notice]:
    """What the member has not read yet, newest first."""
    query = select(Notice).where(Notice.member_id == member_id, Notice.read_at.is_(None))
    return session.scalars(query.order_by(Notice.created_at.desc(), Notice.id.desc())).all()


def count_unread(session: Session, member_id: int) -> int:
    """How many notices the member has not read yet."""
    query = select(func.count()).where(Notice.member_id == member_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(session: Session, member_id: int, notice_ids: Collection[int], now: datetime) -> None:
    """Put notices of this member away."""
    session.execute(
        update(Notice)
        .where(Notice.member_id == member_id, Notice.id.in_(notice_ids), Notice.read_at.is_(None))
        .values(read_at=now)
    )
