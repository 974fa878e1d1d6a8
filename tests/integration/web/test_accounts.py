"""Signing in and out, and coming in by invitation."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.db.models import AuditEntry, LoginSession, Member, Membership
from samen.domain.access import Role
from samen.services import login, members
from support.web import PASSWORD


def _actions(house):
    with house.database.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def _invite(house, email="new@rue.test", by="ada", role=Role.MEMBER):
    viewer = house.people[by]
    with house.database.write() as session:
        return members.invite(session, viewer, viewer.tenant_id, email, role, house.clock())


def _member(house, email):
    with house.database.read() as session:
        member = members.member_of(session, email)
        roles = {membership.tenant_id: membership.role for membership in member.memberships} if member else {}
        return (member.name, member.password_hash, roles) if member else None


def test_who_has_the_password_is_signed_in(with_password):
    browser = with_password.browser()

    answer = browser.sign_in("an@rue.test", wanted="/members")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/members")
    assert browser.get("/api/v1/spaces").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("an@rue.test", "wrong password"), ("nobody@rue.test", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(with_password, email, password):
    browser = with_password.browser()

    answer = browser.sign_in(email, password)

    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count('role="alert"') == 1
    assert browser.get("/api/v1/spaces").status_code == 401


def test_an_unknown_address_costs_a_hash_too(with_password, monkeypatch):
    checked = []
    monkeypatch.setattr(login, "_matches", lambda known, _password: checked.append(known) or False)

    with with_password.database.read() as session:
        for email in ("an@rue.test", "nobody@rue.test"):
            login.authenticate(session, email, PASSWORD)

    assert len(checked) == 2
    assert all(known.startswith("$argon2id$") for known in checked)


def test_signing_in_makes_a_new_token_and_ends_the_old_one(with_password):
    planted = with_password.login("an")
    browser = with_password.browser()
    browser.hold(planted)

    browser.sign_in("an@rue.test")

    assert browser.held() not in {None, planted}
    thief = with_password.browser()
    thief.hold(planted)
    assert thief.get("/api/v1/spaces").status_code == 401


def test_signing_out_ends_the_session_on_the_server(house):
    browser = house.browser("an")
    copied = browser.held()

    browser.post("/sign-out")

    thief = house.browser()
    thief.hold(copied)
    assert thief.get("/api/v1/spaces").status_code == 401
    assert browser.held() is None


def test_a_login_session_ends_after_two_weeks(house):
    browser = house.browser("an")

    house.clock.now += timedelta(days=14, seconds=1)

    assert browser.get("/api/v1/spaces").status_code == 401


def test_only_hashes_of_tokens_are_kept(house):
    token = house.login("an")

    with house.database.read() as session:
        kept = session.scalars(select(LoginSession.token_hash)).all()

    assert token not in kept
    assert login.hash_token(token) in kept


def test_too_many_failures_for_an_account_make_it_wait(with_password):
    answers = [with_password.browser().sign_in("an@rue.test", "wrong password") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 900


def test_too_many_attempts_from_an_address_make_it_wait(with_password):
    statuses = [with_password.browser().sign_in(f"guess{n}@rue.test").status_code for n in range(21)]

    assert statuses == [422] * 20 + [429]


def test_one_accounts_failures_do_not_keep_others_out(with_password):
    for _ in range(11):
        with_password.browser().sign_in("an@rue.test", "wrong password")

    assert with_password.browser().sign_in("lea@rue.test").status_code == 303


def test_a_newcomer_opens_an_account_with_an_invitation(house):
    invited = _invite(house)
    browser = house.browser()

    page = browser.get(f"/invitation/{invited.token}")
    answer = browser.post(f"/invitation/{invited.token}", {"name": "Nour", "password": PASSWORD})

    assert page.status_code == 200
    assert answer.status_code == 303
    assert browser.get("/api/v1/spaces").status_code == 200
    assert _member(house, "new@rue.test")[2] == {house.people["ada"].tenant_id: Role.MEMBER}
    assert _actions(house)[-3:] == ["invitation.made", "invitation.accepted", "membership.set"]


def test_an_invitation_is_used_once(house):
    invited = _invite(house)
    house.browser().post(f"/invitation/{invited.token}", {"name": "Nour", "password": PASSWORD})

    again = house.browser().post(f"/invitation/{invited.token}", {"name": "Eve", "password": PASSWORD})

    assert again.status_code == 410
    assert _member(house, "new@rue.test")[0] == "Nour"


def test_an_invitation_ends_after_a_week(house):
    invited = _invite(house)

    house.clock.now += timedelta(days=7, seconds=1)

    assert house.browser().get(f"/invitation/{invited.token}").status_code == 410


def test_a_short_password_is_refused_and_the_invitation_stays(house):
    invited = _invite(house)

    answer = house.browser().post(f"/invitation/{invited.token}", {"name": "Nour", "password": "123456789"})

    assert answer.status_code == 422
    assert house.browser().get(f"/invitation/{invited.token}").status_code == 200


def test_an_invitation_never_touches_a_password_that_exists(with_password):
    before = _member(with_password, "lea@rue.test")
    invited = _invite(with_password, "lea@rue.test")

    answer = with_password.browser().post(
        f"/invitation/{invited.token}", {"name": "Eve", "password": "another password"}
    )

    assert answer.status_code == 409
    assert _member(with_password, "lea@rue.test") == before
    assert with_password.browser().sign_in("lea@rue.test").status_code == 303


def test_a_member_who_is_signed_in_joins_with_their_own_account(with_password):
    invited = _invite(with_password, "lea@rue.test")

    answer = with_password.browser("lea").post(f"/invitation/{invited.token}")

    assert answer.status_code == 303
    assert with_password.people["ada"].tenant_id in _member(with_password, "lea@rue.test")[2]


def test_an_invitation_for_another_address_is_not_mine_to_use(with_password):
    invited = _invite(with_password, "lea@rue.test")

    answer = with_password.browser("axel").post(f"/invitation/{invited.token}")

    assert answer.status_code == 409
    assert with_password.people["ada"].tenant_id not in _member(with_password, "axel@rue.test")[2]


def test_a_link_takes_no_rights_away(with_password):
    invited = _invite(with_password, "ada@rue.test", by="ada")

    with_password.browser("ada").post(f"/invitation/{invited.token}")

    with with_password.database.read() as session:
        ada = with_password.people["ada"]
        assert session.get(Membership, (ada.member_id, ada.tenant_id)).role is Role.TENANT_ADMIN


def test_the_link_just_made_is_shown_once(house):
    browser = house.browser("ada")
    browser.post("/members/invitations", {"email": "new@rue.test", "role": "member"})

    first, second = browser.get("/members"), browser.get("/members")

    assert b"http://127.0.0.1:8075/invitation/" in first.data
    assert b"/invitation/" not in second.data


@pytest.mark.parametrize(
    ("who", "form"),
    [
        ("ada", {"email": "new@rue.test", "role": "manager"}),
        ("ada", {"email": "new@rue.test", "role": "member", "tenant": "collectif-senne"}),
        ("ada", {"email": "new@rue.test", "role": "emperor"}),
        ("ada", {"email": "no address", "role": "member"}),
        ("mounia", {"email": "new@rue.test", "role": "member", "tenant": "nowhere"}),
    ],
)
def test_an_admin_invites_only_into_their_own_tenant_and_below(house, who, form):
    answer = house.browser(who).post("/members/invitations", form)

    assert answer.status_code == 422
    assert "invitation.made" not in _actions(house)


def test_a_manager_invites_anybody_anywhere(house):
    form = {"email": "new@rue.test", "role": "auditor", "tenant": "collectif-senne"}

    answer = house.browser("mounia").post("/members/invitations", form)

    assert answer.status_code == 303


def test_a_disabled_member_is_out_at_once(house):
    browser = house.browser("an")

    with house.database.write() as session:
        session.get_one(Member, house.people["an"].member_id).disabled_at = house.clock()

    assert browser.get("/api/v1/spaces").status_code == 401


def test_a_revoked_token_is_out_at_once(house):
    program = house.program("an")

    with house.database.write() as session:
        member = session.get_one(Member, house.people["an"].member_id)
        revoked = login.revoke_tokens(session, member, "test", house.clock())

    assert revoked == 1
    assert program.get("/api/v1/spaces").status_code == 401


def test_a_token_ends_after_a_year(house):
    program = house.program("an")

    house.clock.now += timedelta(days=366)

    assert program.get("/api/v1/spaces").status_code == 401


def test_the_language_is_kept_with_the_account(house):
    browser = house.browser("an")

    answer = browser.post("/preferences", {"language": "nl", "next": "/members"})

    assert answer.headers["Location"] == "/members"
    assert "samen_language=nl" in answer.headers["Set-Cookie"]
    with house.database.read() as session:
        assert session.get_one(Member, house.people["an"].member_id).locale == "nl"


@pytest.mark.parametrize("form", [{"language": "xx"}, {"theme": "pink"}])
def test_a_preference_that_is_none_is_refused(house, form):
    assert house.browser().post("/preferences", form).status_code == 400


def test_a_password_hashed_with_old_parameters_is_hashed_again(house):
    from argon2 import PasswordHasher

    an = house.people["an"].member_id
    old = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with house.database.write() as session:
        session.get_one(Member, an).password_hash = old

    house.browser().sign_in("an@rue.test")

    with house.database.read() as session:
        kept = session.get_one(Member, an).password_hash
    assert kept != old
    assert house.browser().sign_in("an@rue.test").status_code == 303
