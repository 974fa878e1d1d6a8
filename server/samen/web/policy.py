"""Who may use which route. A route that declares nothing is closed to everyone."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from samen.domain.access import Role, Scope
from samen.services.login import Account
from samen.web import current

View = TypeVar("View", bound=Callable[..., Any])
_DECLARED = "samen_policies"
_ATTRIBUTE = "samen_policy"


class Access(enum.Enum):
    """Who may use a route: the roles, or None where no account is needed."""

    PUBLIC = None
    SIGNED_IN = frozenset(Role)
    BOOKING = frozenset({Role.MEMBER, Role.TENANT_ADMIN, Role.MANAGER})
    TENANT_ADMIN = frozenset({Role.TENANT_ADMIN, Role.MANAGER})
    MANAGER = frozenset({Role.MANAGER})
    OVERSIGHT = frozenset({Role.MANAGER, Role.AUDITOR})


@dataclass(frozen=True)
class Policy:
    """A route's access, and the token scopes of which a program needs one; none means pages only."""

    access: Access
    scopes: frozenset[Scope] = frozenset()

    @property
    def closes_out(self) -> bool:
        """Whether it is closed to somebody who is signed in, or to some token."""
        return self.access.value not in (None, frozenset(Role)) or self.scopes != frozenset(Scope)


def allow(access: Access, *scopes: Scope) -> Callable[[View], View]:
    """Declare a view's policy. Decorators above it keep the mark."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, Policy(access, frozenset(scopes)))
        return view

    return mark


def declare(app: Flask, endpoint: str, access: Access, *scopes: Scope) -> None:
    """Declare the policy of a view that is not ours to decorate."""
    app.extensions.setdefault(_DECLARED, {})[endpoint] = Policy(access, frozenset(scopes))


def declared_by(view: Callable[..., Any]) -> Policy | None:
    """What a view itself declares."""
    policy = getattr(view, _ATTRIBUTE, None)
    return policy if isinstance(policy, Policy) else None


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """What the route declares; None closes it."""
    declared: dict[str, Policy] = app.extensions.get(_DECLARED, {})
    view = app.view_functions.get(endpoint)
    return declared.get(endpoint) or (declared_by(view) if view is not None else None)


def enforce() -> ResponseReturnValue | None:
    """Before every request: let it pass, send a visitor to sign in, or refuse."""
    if request.endpoint is None:
        return None  # no such route or method: routing answers 404 or 405
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        raise NotFound
    if policy.access is Access.PUBLIC:
        return None
    account = current.account()
    if account is None:
        return _ask_to_sign_in()
    if not permits(policy, account):
        raise Forbidden
    return None


def permits(policy: Policy, account: Account) -> bool:
    """Whether the account's role, and its token's scopes where it is a program, suffice."""
    roles = policy.access.value
    in_role = roles is None or account.viewer.role in roles
    in_scope = account.scopes is None or bool(account.scopes & policy.scopes)
    return in_role and in_scope


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.path.startswith("/api/") or request.headers.get("HX-Request"):
        raise Unauthorized
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None
    return redirect(url_for("account.sign_in", next=wanted), 303)
