"""Browsers and programs that talk to the application in this process."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from samen.adapters.db import Database
from samen.adapters.db.models import Member
from samen.config import Settings
from samen.domain.access import Role, Scope, Viewer
from samen.services import login
from samen.web.app import create_app
from samen.web.current import EXTENSION
from samen.web.feed import Feed
from samen.web.live import Hub
from samen.web.throttle import Throttle
from support.building import NOW, a_member, load_demo

SECRET = "the-tests-own-secret-key"
PASSWORD = "correct horse battery"
RAW_CSRF = "raw-csrf"


@dataclass
class Clock:
    """A clock that stands still until told otherwise."""

    now: datetime = NOW

    def __call__(self):
        return self.now


def settings_for(url, **more) -> Settings:
    environ = {
        "SAMEN_DATABASE_URL": url,
        "SAMEN_SECRET_KEY": SECRET,
        "SAMEN_BASE_URL": "http://127.0.0.1:8075",
    }
    return Settings.from_env(environ | more)


@dataclass
class House:
    """The demo building with people of two tenants, and the application over it."""

    database: Database
    built: Flask
    clock: Clock
    people: dict[str, Viewer] = field(default_factory=dict)

    @property
    def app(self):
        # One that a later house took over would answer about that house.
        assert self.built.extensions[EXTENSION].database is self.database, "wants create_app: see shared_app"
        return self.built

    def browser(self, who=None):
        """A browser; signed in when `who` is named."""
        browser = Browser(self.app)
        if who is not None:
            browser.hold(self.login(who))
        return browser

    def login(self, who):
        with self.database.write() as session:
            return login.sign_in(session, login.Proven(self.people[who].member_id, None), self.clock())

    def program(self, who, *scopes):
        """A program with an API token of somebody's."""
        with self.database.write() as session:
            member = session.get_one(Member, self.people[who].member_id)
            token = login.create_token(session, member, scopes or tuple(Scope), "test", self.clock())
        return Program(self.app, token)


PEOPLE = {
    "an": ("atelier-rue", Role.MEMBER),
    "ada": ("atelier-rue", Role.TENANT_ADMIN),
    "lea": ("collectif-senne", Role.MEMBER),
    "mounia": ("radio-pixel", Role.MANAGER),
    "axel": ("radio-pixel", Role.AUDITOR),
}


def shared_app(settings, database, clock) -> Flask:
    """As `create_app`, whose routes take longer to build than most tests to run: applications of equal
    settings are one, over the parts of whoever asked last. Not for tests that change it."""
    app, hub = _built(replace(settings, database_url="sqlite:///never-opened")), Hub()
    app.extensions[EXTENSION] = replace(
        app.extensions[EXTENSION],
        settings=settings,
        database=database,
        hub=hub,
        feed=Feed(database, hub, clock),
        throttle=Throttle(),
        clock=clock,
    )
    return app


@cache
def _built(settings: Settings) -> Flask:
    return create_app(settings, Database(settings.database_url))


def a_house(database, build=shared_app, **more) -> House:
    load_demo(database)
    clock = Clock()
    app = build(settings_for(database.url, **more), database, clock=clock)
    people = {
        name: a_member(database, f"{name}@rue.test", tenant, role) for name, (tenant, role) in PEOPLE.items()
    }
    return House(database, app, clock, people)


class Browser:
    """A browser that keeps cookies and sends forms with their CSRF token."""

    def __init__(self, app):
        self.app, self.client = app, app.test_client()

    def hold(self, token):
        with self.client.session_transaction() as session:
            session["login"], session["csrf_token"] = token, RAW_CSRF

    def csrf(self):
        with self.client.session_transaction() as session:
            session.setdefault("csrf_token", RAW_CSRF)
            return URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(session["csrf_token"])

    def get(self, path, **more):
        return self.client.get(path, **more)

    def post(self, path, form=None, **more):
        return self.client.post(path, data={"csrf_token": self.csrf(), **(form or {})}, **more)

    def sign_in(self, email, password=PASSWORD, wanted="/", **more):
        return self.post("/sign-in", {"email": email, "password": password, "next": wanted}, **more)

    def held(self):
        """The login token in the cookie, if there is one."""
        with self.client.session_transaction() as session:
            return session.get("login")


class Program:
    """A program with a bearer token."""

    def __init__(self, app, token):
        self.app, self.headers = app, {"Authorization": f"Bearer {token}"}

    def call(self, method, path, headers=None, **more):
        with self.app.test_client() as client:
            return client.open(path, method=method, headers={**self.headers, **(headers or {})}, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def book(self, start, end, space="iris", headers=None, **more):
        body = {
            "space": space,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "title": "Réunion",
            **more,
        }
        return self.call("POST", "/api/v1/bookings", headers=headers, json=body)
