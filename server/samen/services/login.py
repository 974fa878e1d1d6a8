"""Proving who one is: passwords, signed-in browsers, and tokens for programs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from samen.adapters.db.models import ApiToken, LoginSession, Member, Membership
from samen.domain.access import Scope, Viewer
from samen.services import audit

SIGNED_IN_FOR = timedelta(days=14)
TOKEN_LIVES_FOR = timedelta(days=365)
_HASHER = PasswordHasher()
# A hash takes 64 MiB for its time: a flood of sign-ins must queue rather than fill the memory.
_HASHING = BoundedSemaphore(2)
# Asked at every request: in one question, not three.
_WITH_TENANTS = joinedload(Member.memberships).joinedload(Membership.tenant)


@dataclass(frozen=True)
class Account:
    """Who is there: the acting viewer, and what pages show of them. `scopes` only where a program asks."""

    viewer: Viewer
    email: str
    name: str
    locale: str
    tenant: str
    scopes: frozenset[Scope] | None = None


@dataclass(frozen=True)
class Proven:
    """A member whose password was right; `rehashed` when today's parameters ask for a new hash."""

    member_id: int
    rehashed: str | None


def authenticate(session: Session, email: str, password: str) -> Proven | None:
    """Check a password. Takes the same time for an address that nobody has."""
    member = session.scalar(select(Member).where(Member.email == email.strip().lower()))
    usable = member is not None and member.disabled_at is None and member.password_hash is not None
    known = member.password_hash if member is not None and usable else None
    if not _matches(known or _nobodys_hash(), password) or member is None or known is None:
        return None
    stale = _HASHER.check_needs_rehash(known)
    return Proven(member.id, hash_password(password) if stale else None)


def sign_in(session: Session, proven: Proven, now: datetime) -> str:
    """Open a login session and return its new token; whatever cookie came before is worth nothing here."""
    if proven.rehashed:
        session.execute(
            update(Member).where(Member.id == proven.member_id).values(password_hash=proven.rehashed)
        )
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= now))
    token = new_token()
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            member_id=proven.member_id,
            created_at=now,
            expires_at=now + SIGNED_IN_FOR,
        )
    )
    return token


def sign_out(session: Session, token: str) -> None:
    """End the login session here, not only in the browser."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_token(token)))


def account_of_browser(session: Session, token: str, now: datetime) -> Account | None:
    """Who is signed in with this token, if anyone still is."""
    member = session.scalars(
        select(Member)
        .join(LoginSession, LoginSession.member_id == Member.id)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.expires_at > now)
        .options(_WITH_TENANTS)
    )
    return _account(member.unique().one_or_none(), None)


def account_of_program(session: Session, token: str, now: datetime) -> Account | None:
    """Whose API token this is, with what it may be used for."""
    rows = session.execute(
        select(Member, ApiToken)
        .join(ApiToken, ApiToken.member_id == Member.id)
        .where(ApiToken.token_hash == hash_token(token))
        .where(ApiToken.expires_at > now, ApiToken.revoked_at.is_(None))
        .options(_WITH_TENANTS)
    )
    found = rows.unique().one_or_none()
    if found is None:
        return None
    member, api_token = found
    return _account(member, frozenset(Scope(scope) for scope in api_token.scopes))


def create_token(session: Session, member: Member, scopes: Iterable[Scope], actor: str, now: datetime) -> str:
    """Make an API token; only its hash is kept, so it is shown once."""
    token = new_token()
    kept = sorted({scope.value for scope in scopes})
    session.add(
        ApiToken(
            token_hash=hash_token(token),
            member_id=member.id,
            scopes=kept,
            created_at=now,
            expires_at=now + TOKEN_LIVES_FOR,
        )
    )
    audit.note(session, actor, "token.created", f"member:{member.id}", {"scopes": kept}, now)
    return token


def revoke_tokens(session: Session, member: Member, actor: str, now: datetime) -> int:
    """End all of the member's API tokens; how many there were."""
    revoked = session.scalars(
        update(ApiToken)
        .where(ApiToken.member_id == member.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    ).all()
    audit.note(session, actor, "token.revoked", f"member:{member.id}", {"tokens": len(revoked)}, now)
    return len(revoked)


def hash_password(password: str) -> str:
    """An argon2id hash with today's parameters."""
    with _HASHING:
        return _HASHER.hash(password)


def new_token() -> str:
    """256 random bits, fit for a link."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """A random token needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _matches(password_hash: str, password: str) -> bool:
    with _HASHING:
        try:
            return _HASHER.verify(password_hash, password)
        except VerifyMismatchError:
            return False


@cache
def _nobodys_hash() -> str:
    return hash_password(new_token())


def _account(member: Member | None, scopes: frozenset[Scope] | None) -> Account | None:
    if member is None or member.disabled_at is not None or not member.memberships:
        return None
    # A member of several tenants acts for the first one until pages offer a choice.
    acting = member.memberships[0]
    viewer = Viewer(member.id, acting.tenant_id, acting.role)
    return Account(viewer, member.email, member.name, member.locale, acting.tenant.name, scopes)
