"""No justified complaint: certified only what a recount on paper certifies."""

from hypothesis import given

from samen.domain.allocation.board import Board
from samen.domain.allocation.certificate import Resource, Standard, certificates
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
BOTH = ("nova", "senne")


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
    assert found["nova"].holding == (Resource("house", None), 8.0, 4.0, 4.0)


def test_the_share_is_by_entitlement():
    wishes = [a_wish_for("choir", "nova", (0, 0)), a_wish_for("yoga", "nova", (0, 2))]
    wishes += [a_wish_for("dance", "senne", (0, 0)), a_wish_for("judo", "senne", (0, 2))]
    instance = a_round([WEST], wishes, tenants=[Tenant("nova", 3.0), Tenant("senne", 1.0)])

    found = certified(instance, Award("choir", "west", 0, 0), Award("judo", "west", 0, 2))

    assert found["nova"].standard is Standard.NOT_CERTIFIED
    assert found["nova"].holding[1:] == (8.0, 6.0, 4.0)
    assert found["senne"].standard is Standard.SHARE_REACHED


def test_what_a_tenant_keeps_from_itself_certifies_nothing():
    wishes = [a_wish_for("choir", "nova", (0, 0)), a_wish_for("yoga", "nova", (0, 0), (0, 2))]
    wishes.append(a_wish_for("judo", "senne", (0, 2)))
    instance = a_round([WEST], wishes)

    nova = certified(instance, Award("choir", "west", 0, 0), Award("judo", "west", 0, 2))["nova"]

    assert nova.standard is Standard.NOT_CERTIFIED
    assert nova.holding == (Resource("house", None), 4.0, 2.0, 0.0)


def test_a_wish_refused_beside_a_free_place_is_a_justified_complaint():
    wishes = [
        a_wish_for("choir", "nova", (0, 0)),
        a_wish_for("dance", "senne", (0, 0)),
        a_wish_for("yoga", "nova", (1, 0)),
    ]
    wishes.append(a_wish_for("judo", "senne", (1, 0), (1, 3)))
    instance = a_round([WEST], wishes)

    senne = certified(instance, Award("dance", "west", 0, 0), Award("yoga", "west", 1, 0))["senne"]

    assert (senne.standard, senne.free) == (Standard.NOT_CERTIFIED, ("judo",))


def test_where_the_house_will_not_do_a_zone_may():
    wishes = [
        *(a_wish_for(f"nova-{n}", "nova", (0, 2 * n), spaces=frozenset({"east"})) for n in range(3)),
        *(a_wish_for(f"senne-{n}", "senne", (0, 2 * n), spaces=frozenset({"east"})) for n in range(3)),
        *(
            a_wish_for(f"west-{tenant}-{n}", tenant, (0, n), spaces=frozenset({"west"}))
            for n in (0, 2)
            for tenant in BOTH
        ),
    ]
    east = [Award(f"senne-{n}", "east", 0, 2 * n) for n in range(3)]
    west = [Award("west-nova-0", "west", 0, 0), Award("west-senne-2", "west", 0, 2)]

    nova = certified(a_round([WEST, EAST], wishes), *east, *west)["nova"]

    assert nova.standard is Standard.SHARE_REACHED
    assert nova.holding == (Resource("zone", "west"), 8.0, 4.0, 4.0)


@given(filled_rounds())
def test_each_certificate_stands_a_recount_slot_by_slot(filled):
    instance, awards = filled

    for name, one in certified(instance, *awards).items():
        refused = counted(instance, awards, name)
        assert (one.standard is Standard.ALL_GRANTED) == (not refused)
        assert set(one.free) == {wish.id for wish in refused if has_free_place(instance, awards, wish)}
        if one.holding:
            assert_recounts(instance, awards, one)
        if one.standard is Standard.SHARE_REACHED:
            assert one.holding.granted_hours >= one.holding.share_hours - 1e-9
            assert not one.free


def assert_recounts(instance, awards, one):
    spaces = {
        space.id
        for space in instance.spaces
        if one.holding.resource in (("house", None), ("zone", space.zone), ("space", space.id))
    }
    contested = {slot: tenant for slot, tenant in fought_over(instance, awards).items() if slot[0] in spaces}
    whole = sum(tenant.entitlement for tenant in instance.tenants)
    entitlement = next(tenant.entitlement for tenant in instance.tenants if tenant.id == one.tenant)
    hours = instance.hours
    assert one.holding.contested_hours == hours(len(contested))
    assert abs(one.holding.share_hours - hours(len(contested)) * entitlement / whole) < 1e-9
    assert one.holding.granted_hours == hours(list(contested.values()).count(one.tenant))
    mine = counted(instance, awards, one.tenant)
    assert any(place.space in spaces for wish in mine for place in all_places(instance, wish))


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
