"""What goes wrong for simulated nodes."""

import pytest

from samen.domain.node_faults import Blow, Profile, faults, settings

PARTS, SECONDS = 4, 600


def blows(profile):
    return {fault.blow for fault in faults(profile, PARTS, SECONDS, seed=1)}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (Profile.NONE, set()),
        (Profile.CLOCK, set()),
        (Profile.UART, set()),
        (Profile.WIFI, {Blow.CUT, Blow.DEAF}),
        (Profile.POWER, {Blow.POWER}),
        (Profile.FLASH, {Blow.CUT}),
        (Profile.ALL, set(Blow)),
    ],
)
def test_a_profile_brings_its_own_faults(profile, expected):
    assert blows(profile) == expected


def test_the_same_seed_gives_the_same_faults_and_another_one_others():
    assert faults(Profile.ALL, PARTS, SECONDS, 1) == faults(Profile.ALL, PARTS, SECONDS, 1)
    assert faults(Profile.ALL, PARTS, SECONDS, 1) != faults(Profile.ALL, PARTS, SECONDS, 2)


def test_faults_come_in_order_strike_every_part_and_end_before_the_end():
    some = faults(Profile.ALL, PARTS, SECONDS, 1)

    assert [fault.at_s for fault in some] == sorted(fault.at_s for fault in some)
    assert {fault.part for fault in some} == set(range(PARTS))
    assert max(fault.at_s + fault.lasts_s for fault in some) < SECONDS


@pytest.mark.parametrize("blow", [Blow.POWER])
def test_power_is_back_before_it_is_cut_again(blow):
    for part in range(PARTS):
        cuts = [f for f in faults(Profile.ALL, PARTS, SECONDS, 1) if f.part == part and f.blow is blow]
        assert all(cuts[n].at_s + cuts[n].lasts_s < cuts[n + 1].at_s for n in range(len(cuts) - 1))


def test_nodes_differ_in_their_clocks_and_nothing_is_added_without_a_fault():
    clocks = {settings(Profile.CLOCK, 1, number)["clock_unset_s"] for number in range(50)}

    assert len(clocks) == 3
    assert settings(Profile.NONE, 1, 1) == {}
    assert settings(Profile.UART, 1, 1)["noise"] > 0
    assert settings(Profile.ALL, 1, 1)["outbox_bytes"] < 10_000
