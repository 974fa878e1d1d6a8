"""`samen user add`, `samen token create`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from samen.adapters.db import Database
from samen.adapters.db.models import Member, Tenant
from samen.cli import BadInput
from samen.config import Settings
from samen.domain.access import Role, Scope
from samen.domain.rules import Refusal
from samen.services import login, members

ACTOR = "cli"
BAD_INPUT = {
    "not_an_email": "not an e-mail address",
    "password_too_short": f"a password has at least {members.SHORTEST_PASSWORD} characters",
    "password_too_long": f"a password has at most {members.LONGEST_PASSWORD} characters",
}


@click.group
def user() -> None:
    """The building's people."""


@user.command("add")
@click.argument("email")
@click.option("--tenant", required=True, metavar="T", help="The association's short name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="", help="What others see; by default the first part of the address.")
@click.option("--locale", type=click.Choice(members.LOCALES), default="fr", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add_user(
    email: str, tenant: str, role: str, name: str, locale: str, password_stdin: bool, as_json: bool
) -> None:
    """Make sure that EMAIL belongs to a tenant in a role.

    Without a password it prints an invitation link, unless the person signs in already.
    """
    _demand(members.email_refusal(email), email)
    settings, now = Settings.from_env(), datetime.now(UTC)
    password_hash = _password_hash() if password_stdin else None
    with _database(settings).write() as session:
        member = members.add(session, email, name, _tenant(session, tenant), Role(role), ACTOR, now)
        if member.password_hash is None:
            member.locale = locale
        link = _way_in(session, member, tenant, password_hash, settings, now)
        told = {"email": member.email, "tenant": tenant, "role": role, "invitation": link}
    _print(told, as_json, f"{told['email']} is {role} of {tenant}." + (f"\n{link}" if link else ""))


@click.group
def token() -> None:
    """Tokens for programs."""


@token.command("create")
@click.option("--user", "email", required=True, metavar="EMAIL", help="Whose rights the program gets.")
@click.option("--scope", required=True, metavar="SCOPE[,SCOPE]", help="bookings, energy, devices")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def create_token(email: str, scope: str, as_json: bool) -> None:
    """Make an API token, valid for a year, and print it this once."""
    scopes = _scopes(scope.split(","))
    now = datetime.now(UTC)
    with _database(Settings.from_env()).write() as session:
        made = login.create_token(session, _member(session, email), scopes, ACTOR, now)
    expires_at = (now + login.TOKEN_LIVES_FOR).isoformat()
    _print({"token": made, "scopes": [one.value for one in scopes], "expires_at": expires_at}, as_json, made)


@token.command("revoke")
@click.option("--user", "email", required=True, metavar="EMAIL")
def revoke_token(email: str) -> None:
    """End every API token of the user."""
    with _database(Settings.from_env()).write() as session:
        count = login.revoke_tokens(session, _member(session, email), ACTOR, datetime.now(UTC))
    click.echo(f"{count} tokens revoked.")


def _way_in(
    session: Session,
    member: Member,
    tenant: str,
    password_hash: str | None,
    settings: Settings,
    now: datetime,
) -> str | None:
    """Set the password given, or make an invitation for who has none; the link, if one was made."""
    if password_hash is not None:
        members.set_password(session, member, password_hash, ACTOR, now)
        return None
    if member.password_hash is not None:
        return None
    role = next(one.role for one in member.memberships if one.tenant.slug == tenant)
    tenant_id = _tenant(session, tenant).id
    invited = members.make_invitation(session, ACTOR, tenant_id, member.email, role, now)
    return f"{settings.base_url}/invitation/{invited.token}"


def _password_hash() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    _demand(members.password_refusal(password), "standard input")
    return login.hash_password(password)


def _demand(refusal: Refusal | None, what: str) -> None:
    if refusal is not None:
        raise BadInput(f"{what}: {BAD_INPUT[refusal.code]}")


def _scopes(names: Iterable[str]) -> list[Scope]:
    known = {scope.value: scope for scope in Scope}
    try:
        return [known[name.strip()] for name in names]
    except KeyError as unknown:
        raise BadInput(f"--scope: {unknown} is none of {', '.join(known)}") from None


def _tenant(session: Session, slug: str) -> Tenant:
    found = members.tenant_of(session, slug)
    if found is None:
        raise BadInput(f"--tenant: no tenant is called {slug!r}")
    return found


def _member(session: Session, email: str) -> Member:
    found = members.member_of(session, email)
    if found is None:
        raise BadInput(f"--user: nobody has the address {email!r}")
    return found


def _database(settings: Settings) -> Database:
    return Database(settings.database_url)


def _print(told: Mapping[str, object], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else sentence)


commands = (user, token)
