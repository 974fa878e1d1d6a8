"""Members: who belongs to which tenant, and how they come in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from samen.adapters.db.models import Invitation, Member, Membership, Tenant
from samen.domain.access import Role, Viewer
from samen.domain.rules import Refusal
from samen.services import audit
from samen.services.login import Proven, hash_token, new_token

INVITATION_LIVES_FOR = timedelta(days=7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
LONGEST_EMAIL, LONGEST_NAME = 254, 120
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
LOCALES = ("fr", "nl", "en")


@dataclass(frozen=True)
class Invited:
    """A yes: the link's token, to be shown once."""

    token: str
    email: str
    expires_at: datetime


@dataclass(frozen=True)
class Welcome:
    """The invitation was used: the member, who may now be signed in."""

    proven: Proven


@dataclass(frozen=True)
class Newcomer:
    """What someone without an account chooses when they accept.

    The password comes hashed: hashing takes its time, which no transaction should hold a lock for.
    """

    name: str
    password_hash: str
    locale: str = "fr"


def tenant_of(session: Session, slug: str) -> Tenant | None:
    return session.scalar(select(Tenant).where(Tenant.slug == slug))


def member_of(session: Session, email: str) -> Member | None:
    return session.scalar(select(Member).where(Member.email == normal(email)))


def members_of(session: Session, tenant_id: int) -> list[tuple[Member, Role]]:
    """The tenant's members with their role there, by name."""
    rows = session.execute(
        select(Member, Membership.role)
        .join(Membership, Member.id == Membership.member_id)
        .where(Membership.tenant_id == tenant_id)
        .order_by(Member.name, Member.email)
    )
    return [(member, role) for member, role in rows]


def normal(email: str) -> str:
    """The one way an address is stored and compared."""
    return email.strip().lower()


def email_refusal(email: str) -> Refusal | None:
    """Whether this can be an address at all."""
    address = normal(email)
    well = len(address) <= LONGEST_EMAIL and _EMAIL.fullmatch(address) and address.isprintable()
    return None if well else Refusal("not_an_email")


def password_refusal(password: str) -> Refusal | None:
    """Length is all that is asked of a password."""
    if len(password) < SHORTEST_PASSWORD:
        return Refusal("password_too_short", {"least": SHORTEST_PASSWORD})
    if len(password) > LONGEST_PASSWORD:
        return Refusal("password_too_long", {"most": LONGEST_PASSWORD})
    return None


def add(
    session: Session, email: str, name: str, tenant: Tenant, role: Role, actor: str, now: datetime
) -> Member:
    """Make sure that the member exists and has this role in the tenant. Never touches a password."""
    member = member_of(session, email)
    if member is None:
        member = Member(email=normal(email), name=name or normal(email).split("@")[0], created_at=now)
        session.add(member)
        session.flush()
    _set_role(session, member, tenant.id, role, actor, now)
    return member


def set_password(session: Session, member: Member, password_hash: str, actor: str, now: datetime) -> None:
    """Set the hash that an administrator's command chose."""
    member.password_hash = password_hash
    audit.note(session, actor, "member.password_set", f"member:{member.id}", {}, now)


def invite(
    session: Session, by: Viewer, tenant_id: int, email: str, role: Role, now: datetime
) -> Invited | Refusal:
    """A single-use link into the tenant for this address."""
    if not by.may_invite(tenant_id, role) or session.get(Tenant, tenant_id) is None:
        return Refusal("may_not_invite")
    if refusal := email_refusal(email):
        return refusal
    return make_invitation(session, by.actor, tenant_id, email, role, now)


def make_invitation(
    session: Session, actor: str, tenant_id: int, email: str, role: Role, now: datetime
) -> Invited:
    """The link itself, for callers that have asked whether they may."""
    token, expires_at = new_token(), now + INVITATION_LIVES_FOR
    invitation = Invitation(
        token_hash=hash_token(token),
        email=normal(email),
        tenant_id=tenant_id,
        role=role,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(invitation)
    session.flush()
    facts = {"tenant": tenant_id, "role": role.value}
    audit.note(session, actor, "invitation.made", f"invitation:{invitation.id}", facts, now)
    return Invited(token, normal(email), expires_at)


def open_invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, while it can be used."""
    return session.scalar(
        select(Invitation).where(
            Invitation.token_hash == hash_token(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )


def has_account(session: Session, email: str) -> bool:
    """Whether somebody already signs in with this address."""
    member = member_of(session, email)
    return member is not None and member.password_hash is not None


def accept_as_newcomer(session: Session, token: str, newcomer: Newcomer, now: datetime) -> Welcome | Refusal:
    """Open an account with the invitation. An address that has a password already keeps it: it signs in."""
    invitation = open_invitation(session, token, now)
    if invitation is not None and _is_taken(session, invitation.email):
        return Refusal("has_account")
    if invitation is None or _use(session, token, now) is None:
        return Refusal("invitation_not_usable")
    member = member_of(session, invitation.email) or _newborn(session, invitation.email, now)
    member.name = newcomer.name.strip()[:LONGEST_NAME] or member.name
    member.locale, member.password_hash = newcomer.locale, newcomer.password_hash
    return _welcome(session, member, invitation, now)


def accept_as_member(session: Session, token: str, member_id: int, now: datetime) -> Welcome | Refusal:
    """A signed-in member gains the membership that their own address was invited to."""
    member = session.get_one(Member, member_id)
    invitation = open_invitation(session, token, now)
    if invitation is not None and invitation.email != member.email:
        return Refusal("invitation_for_another")
    if invitation is None or _use(session, token, now) is None:
        return Refusal("invitation_not_usable")
    return _welcome(session, member, invitation, now)


def set_locale(session: Session, member_id: int, locale: str) -> None:
    """Remember the language that the member reads."""
    session.execute(update(Member).where(Member.id == member_id).values(locale=locale))


def _use(session: Session, token: str, now: datetime) -> Invitation | None:
    """One use wins; a second finds nothing."""
    return session.scalar(
        update(Invitation)
        .where(Invitation.token_hash == hash_token(token))
        .where(Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation)
    )


def _newborn(session: Session, email: str, now: datetime) -> Member:
    member = Member(email=email, name=email.split("@")[0], created_at=now)
    session.add(member)
    session.flush()
    return member


def _is_taken(session: Session, email: str) -> bool:
    member = member_of(session, email)
    return member is not None and (member.password_hash is not None or member.disabled_at is not None)


def _welcome(session: Session, member: Member, invitation: Invitation, now: datetime) -> Welcome:
    actor = f"member:{member.id}"
    audit.note(session, actor, "invitation.accepted", f"invitation:{invitation.id}", {}, now)
    # Whoever belongs to the tenant already keeps their role: a link must not take rights away.
    if session.get(Membership, (member.id, invitation.tenant_id)) is None:
        _set_role(session, member, invitation.tenant_id, invitation.role, actor, now)
    return Welcome(Proven(member.id, None))


def _set_role(
    session: Session, member: Member, tenant_id: int, role: Role, actor: str, now: datetime
) -> None:
    membership = session.get(Membership, (member.id, tenant_id))
    if membership is not None and membership.role is role:
        return
    session.merge(Membership(member_id=member.id, tenant_id=tenant_id, role=role))
    facts = {"tenant": tenant_id, "role": role.value}
    audit.note(session, actor, "membership.set", f"member:{member.id}", facts, now)
