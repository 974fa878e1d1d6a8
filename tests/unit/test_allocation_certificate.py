"""No justified complaint: certified only what a recount on paper certifies."""

import pytest
from hypothesis import given

from samen.domain.allocation.board import Board
from samen.domain.allocation.certificate import HOUSE, Resource, Standard, certificates
from samen.domain.allocation.instance import Award, Tenant
from support.allocating import (
    a_round,
    a_space,
    a_wish_for,
    all_places,
    filled_rounds,
    in_the_way,
    slots_of,
)

WEST, EAST = a_space("west"), a_space("east", zone="east")


def certified(instance, *awards):
    return {one.tenant: one for one in certificates(Board(instance), awards)}


def test_a_tenant_that_got_all_it_asked_has_nothing_to_complain_of():
    instance = a_round(
        [WEST], [a_wish_for("choir", "nova", (0, 0)), a_wish_for("ball", "nova", (0, 0), people=99)]
    )

    nova = certified(instance, Award("choir", "west", 0, 0))["nova"]

    assert (nova.standard, nova.left_out) == (Standard.ALL_GRANTED, ("ball",))


def test_a_tenant_with_its_share_of_what_was_contested_is_certified():
    wishes = [
        a_wish_for("choir", "nova", (0, 0)),
        a_wish_for("yoga", "nova", (0, 2)),
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("judo", "senne", (0, 2)),
    ]
    instance = a_round([WEST], wishes)

    found = certified(instance, Award("choir", "west", 0, 0), Award("judo", "west", 0, 2))

    assert {one.standard for one in found.values()} == {Standard.SHARE_REACHED}
    assert found["nova"].answers == (found["nova"].house,) == ((HOUSE, 8.0, 4.0, 4.0),)


def test_the_share_is_by_entitlement():
    wishes = [a_wish_for("choir", "nova", (0, 0)), a_wish_for("yoga", "nova", (0, 2))]
    wishes += [a_wish_for("dance", "senne", (0, 0)), a_wish_for("judo", "senne", (0, 2))]
    instance = a_round([WEST], wishes, tenants=[Tenant("nova", 3.0), Tenant("senne", 1.0)])

    found = certified(instance, Award("choir", "west", 0, 0), Award("judo", "west", 0, 2))

    assert found["nova"].standard is Standard.NOT_CERTIFIED
    assert found["nova"].house == (HOUSE, 8.0, 6.0, 4.0)
    assert found["nova"].unanswered == ("yoga",)
    assert found["senne"].standard is Standard.SHARE_REACHED


def test_what_a_tenant_keeps_from_itself_certifies_nothing():
    wishes = [a_wish_for("choir", "nova", (0, 0)), a_wish_for("yoga", "nova", (0, 0), (0, 2))]
    wishes.append(a_wish_for("judo", "senne", (0, 2)))
    instance = a_round([WEST], wishes)

    nova = certified(instance, Award("choir", "west", 0, 0), Award("judo", "west", 0, 2))["nova"]

    assert nova.standard is Standard.NOT_CERTIFIED
    assert nova.house == (HOUSE, 4.0, 2.0, 0.0)


def test_a_wish_refused_beside_a_free_place_is_a_justified_complaint():
    wishes = [
        a_wish_for("choir", "nova", (0, 0)),
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("yoga", "nova", (1, 0)),
    ]
    wishes.append(a_wish_for("judo", "senne", (1, 0), (1, 3)))
    instance = a_round([WEST], wishes)

    senne = certified(instance, Award("dance", "west", 0, 0), Award("yoga", "west", 1, 0))["senne"]

    assert (senne.standard, senne.unanswered, senne.free) == (Standard.NOT_CERTIFIED, ("judo",), ("judo",))


def test_a_share_of_contested_time_is_no_answer_to_one_whom_only_a_person_is_missing():
    wishes = [
        a_wish_for("choir", "nova", (0, 0), spaces=frozenset({"west"})),
        a_wish_for("yoga", "nova", (0, 2), spaces=frozenset({"west"})),
        a_wish_for("dance", "senne", (0, 0), spaces=frozenset({"east"})),
        a_wish_for("judo", "senne", (0, 2), spaces=frozenset({"west"})),
    ]
    instance = a_round([WEST, EAST], wishes, conflicts=(("choir", "dance"),))

    nova = certified(instance, Award("yoga", "west", 0, 2), Award("dance", "east", 0, 0))["nova"]

    assert nova.house == (HOUSE, 4.0, 2.0, 4.0)
    assert (nova.standard, nova.unanswered) == (Standard.NOT_CERTIFIED, ("choir",))


@pytest.mark.parametrize(("elsewhere", "standard"), [((), "share_reached"), (("east",), "not_certified")])
def test_a_zone_answers_a_wish_only_if_it_could_go_nowhere_else(elsewhere, standard):
    west, east = frozenset({"west"}), frozenset({"east"})
    wishes = [
        *(a_wish_for(f"nova-{n}", "nova", (0, n), spaces=west | set(elsewhere)) for n in (0, 2)),
        *(a_wish_for(f"senne-{n}", "senne", (0, n), spaces=west) for n in (0, 2)),
        *(a_wish_for(f"fair-{n}", "senne", (0, n), spaces=east) for n in (0, 2, 4)),
        *(a_wish_for(f"choir-{n}", "arts", (0, n), spaces=east) for n in (0, 2, 4)),
    ]
    awards = [Award(f"fair-{n}", "east", 0, n) for n in (0, 2, 4)]
    awards += [Award("nova-0", "west", 0, 0), Award("senne-2", "west", 0, 2)]

    nova = certified(a_round([WEST, EAST], wishes), *awards)["nova"]

    assert nova.house == (HOUSE, 20.0, pytest.approx(20 / 3), 4.0)
    assert nova.standard is Standard(standard)
    assert nova.answers in ((), ((Resource("zone", "west"), 8.0, pytest.approx(8 / 3), 4.0),))


@given(filled_rounds())
def test_each_certificate_stands_a_recount_slot_by_slot(filled):
    instance, awards = filled

    for name, one in certified(instance, *awards).items():
        refused = counted(instance, awards, name)
        unanswered = {wish.id for wish in refused if not is_answered(instance, awards, wish)}
        assert set(one.unanswered) == unanswered
        assert (one.standard is Standard.NOT_CERTIFIED) == bool(unanswered)
        assert (one.standard is Standard.ALL_GRANTED) == (not refused)
        assert set(one.free) == {wish.id for wish in refused if has_free_place(instance, awards, wish)}
        assert all(answer.granted_hours >= answer.share_hours - 1e-9 for answer in one.answers)


def is_answered(instance, awards, wish):
    places = all_places(instance, wish)
    contested = fought_over(instance, awards)
    others = {slot for slot, holder in contested.items() if holder != wish.tenant}
    could = {(place.space, *slot) for place in places for slot in slots_of(instance, place)}
    if has_free_place(instance, awards, wish) or not could & others:
        return False
    zones = {space.zone for space in instance.spaces if space.id in {place.space for place in places}}
    needed = [{space.id for space in instance.spaces}]
    needed += [{space.id for space in instance.spaces if {space.zone} == zones}]
    needed += [{place.space} for place in places if len({one.space for one in places}) == 1]
    return any(has_its_share(instance, contested, wish.tenant, spaces) for spaces in needed if spaces)


def has_its_share(instance, contested, tenant, spaces):
    there = [holder for slot, holder in contested.items() if slot[0] in spaces]
    whole = sum(one.entitlement for one in instance.tenants)
    entitlement = next(one.entitlement for one in instance.tenants if one.id == tenant)
    return there.count(tenant) >= len(there) * entitlement / whole - 1e-9


def fought_over(instance, awards):
    """(space, week, day, slot) -> whose it is, of each that a refused wish of another could have used."""
    holders = {
        (award.space, *slot): instance.request_of[award.request].tenant
        for award in awards
        for slot in slots_of(instance, award)
    }
    wanted = {
        (tenant.id, place.space, *slot)
        for tenant in instance.tenants
        for wish in counted(instance, awards, tenant.id)
        for place in all_places(instance, wish)
        for slot in slots_of(instance, place)
    }
    names = [tenant.id for tenant in instance.tenants]
    return {
        slot: holder
        for slot, holder in holders.items()
        if any((other, *slot) in wanted for other in names if other != holder)
    }


def counted(instance, awards, tenant):
    """A tenant's refused wishes, but for those that no plan could grant or that it keeps from itself."""
    given_to = {award.request for award in awards}
    return [
        wish
        for wish in instance.requests
        if wish.tenant == tenant
        and wish.id not in given_to
        and any(not only_own(instance, awards, wish, place) for place in all_places(instance, wish))
    ]


def only_own(instance, awards, wish, place):
    tenants = {instance.request_of[name].tenant for name in in_the_way(instance, awards, place)}
    return tenants == {wish.tenant}


def has_free_place(instance, awards, wish):
    return any(not in_the_way(instance, awards, place) for place in all_places(instance, wish))
