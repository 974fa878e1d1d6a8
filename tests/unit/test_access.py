"""Who may see, change and invite."""

import pytest

from samen.domain.access import Role, Viewer

MINE, THEIRS = 1, 2


def a(role, member_id=10):
    return Viewer(member_id, MINE, role)


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_what_their_own_tenant_booked(role):
    assert a(role).sees_details_of(MINE)


@pytest.mark.parametrize(
    ("role", "sees"),
    [(Role.MEMBER, False), (Role.TENANT_ADMIN, False), (Role.MANAGER, True), (Role.AUDITOR, True)],
)
def test_other_tenants_titles_are_for_those_who_look_after_the_building(role, sees):
    assert a(role).sees_details_of(THEIRS) is sees
    assert a(role).may_read_meter_of(THEIRS) is sees


@pytest.mark.parametrize("role", Role)
def test_a_shared_meter_is_everybodys(role):
    assert a(role).may_read_meter_of(None)


@pytest.mark.parametrize(
    ("role", "own", "colleagues", "strangers"),
    [
        (Role.MEMBER, True, False, False),
        (Role.TENANT_ADMIN, True, True, False),
        (Role.MANAGER, True, True, True),
    ],
)
def test_a_booking_is_changed_by_its_maker_their_admin_or_a_manager(role, own, colleagues, strangers):
    viewer = a(role, member_id=10)

    assert viewer.may_change(MINE, 10) is own
    assert viewer.may_change(MINE, 11) is colleagues
    assert viewer.may_change(THEIRS, 12) is strangers


@pytest.mark.parametrize("role", Role)
def test_an_admin_invites_members_and_admins_into_their_own_tenant(role):
    admin = a(Role.TENANT_ADMIN)

    assert admin.may_invite(MINE, role) is (role in {Role.MEMBER, Role.TENANT_ADMIN})
    assert not admin.may_invite(THEIRS, role)


@pytest.mark.parametrize("role", Role)
def test_a_manager_invites_anybody_and_a_member_nobody(role):
    assert a(Role.MANAGER).may_invite(THEIRS, role)
    assert not a(Role.MEMBER).may_invite(MINE, role)
    assert not a(Role.AUDITOR).may_invite(MINE, role)
