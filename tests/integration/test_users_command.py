"""`samen user`, `samen token`, `samen audit`: people and programs from the command line."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from samen.adapters.db.models import AuditEntry
from samen.cli import samen
from samen.services import login, members
from support.building import NOW, load_demo

ADD = ("user", "add", "Nour@rue.test", "--tenant", "atelier-rue", "--role", "member")


@pytest.fixture
def run(sqlite_database, monkeypatch):
    """Runs a `samen` command on a database with the demo building."""
    load_demo(sqlite_database)
    monkeypatch.setenv("SAMEN_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("SAMEN_BASE_URL", "https://bota75.example")
    return lambda *arguments, **more: CliRunner().invoke(samen, arguments, **more)


def test_a_member_is_added_and_gets_a_link(run, sqlite_database):
    answer = run(*ADD, "--json")

    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["email"], told["role"]) == (0, "nour@rue.test", "member")
    token = told["invitation"].removeprefix("https://bota75.example/invitation/")
    with sqlite_database.read() as session:
        assert members.open_invitation(session, token, NOW).email == "nour@rue.test"


def test_a_password_comes_from_standard_input(run, sqlite_database):
    answer = run(*ADD, "--password-stdin", input="a long password\n")

    assert (answer.exit_code, answer.stdout) == (0, "nour@rue.test is member of atelier-rue.\n")
    with sqlite_database.read() as session:
        assert login.authenticate(session, "nour@rue.test", "a long password") is not None


def test_adding_again_changes_the_role_and_not_the_password(run, sqlite_database):
    run(*ADD, "--password-stdin", input="a long password\n")

    answer = run("user", "add", "nour@rue.test", "--tenant", "atelier-rue", "--role", "manager")

    assert (answer.exit_code, "invitation" in answer.stdout) == (0, False)
    with sqlite_database.read() as session:
        assert login.authenticate(session, "nour@rue.test", "a long password") is not None
        member = members.member_of(session, "nour@rue.test")
        assert [membership.role.value for membership in member.memberships] == ["manager"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("user", "add", "nour", *ADD[3:]), "nour: not an e-mail address"),
        ((*ADD[:4], "nowhere", *ADD[5:]), "no tenant is called 'nowhere'"),
        ((*ADD[:6], "king"), "'king' is not one of"),
        ((*ADD, "--password-stdin"), "a password has at least 10 characters"),
        (("token", "create", "--user", "x@rue.test", "--scope", "bookings"), "nobody has the address"),
        (("token", "create", "--user", "x@rue.test", "--scope", "money"), "'money' is none of bookings"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(run, arguments, says):
    answer = run(*arguments, input="short\n")

    assert answer.exit_code == 2
    assert says in answer.stderr
    assert answer.stdout == ""


def test_a_token_is_printed_once_and_opens_the_api(run, sqlite_database):
    run(*ADD, "--password-stdin", input="a long password\n")

    token = run("token", "create", "--user", "nour@rue.test", "--scope", "bookings,energy").stdout.strip()

    with sqlite_database.read() as session:
        account = login.account_of_program(session, token, NOW)
    assert sorted(scope.value for scope in account.scopes) == ["bookings", "energy"]


def test_revoking_ends_every_token_of_a_person(run, sqlite_database):
    run(*ADD, "--password-stdin", input="a long password\n")
    token = run("token", "create", "--user", "nour@rue.test", "--scope", "bookings").stdout.strip()

    answer = run("token", "revoke", "--user", "nour@rue.test")

    assert answer.stdout == "1 tokens revoked.\n"
    with sqlite_database.read() as session:
        assert login.account_of_program(session, token, NOW) is None


def test_a_whole_chain_is_verified(run):
    run(*ADD)

    answer = run("audit", "verify", "--json")

    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["first_broken"] is None


def test_a_broken_chain_is_a_no(run, sqlite_database):
    run(*ADD)
    with sqlite_database.write() as session:
        session.execute(update(AuditEntry).values(actor="somebody else"))

    answer = run("audit", "verify")

    assert answer.exit_code == 1
    assert "is broken" in answer.stderr
