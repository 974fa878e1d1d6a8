"""The days that simulated rooms live."""

from samen_node.hal.seeded import SeededDay


def people(day, until, every=1):
    """The seconds at which a radar sees somebody."""
    return [second for second in range(0, until, every) if day.at(second)["radar"] != "none"]


def test_the_same_seed_lives_the_same_day_and_another_one_another():
    first, same, other = (people(SeededDay(seed, {"1.8.0": 1}), 3600) for seed in (7, 7, 8))

    assert first == same != other
    assert 0 < len(first) < 3600


def test_with_visits_people_are_there_then_and_at_no_other_time():
    day = SeededDay(7, {"1.8.0": 1}, [[100, 400], [2000, 2100]])

    seen = people(day, 3600)

    assert seen == list(range(100, 400)) + list(range(2000, 2100))


def test_who_is_there_when_the_day_begins_is_seen_at_once():
    assert people(SeededDay(7, {}, [[0, 50]]), 100) == list(range(50))


def test_a_room_that_nobody_booked_stays_empty():
    assert people(SeededDay(7, {}, []), 3600) == []
