"""The state of a room, told by a clock that the test holds."""

from samen_node.occupancy import Occupancy


def an_empty_room(**settings):
    room = Occupancy(**settings)
    room.feel(0, False, False)
    assert room.state == "empty"
    return room


def an_occupied_room(**settings):
    room = an_empty_room(debounce_s=0, **settings)
    room.feel(1, True, False)
    room.feel(1.1, True, False)
    assert room.state == "occupied"
    return room


def watch(room, start, end, moving=False, still=False):
    """Report the same every second of a time."""
    for second in range(start, end):
        room.feel(second, moving, still)
    return room.state


def test_a_room_is_unknown_until_a_sensor_speaks():
    room = Occupancy()

    room.tick(5)

    assert room.state == "unknown"
    assert room.reading(5) == {"state": "unknown", "conf": 0, "ev": [], "n": None}


def test_a_movement_opens_and_is_confirmed_when_it_lasts():
    room = an_empty_room(debounce_s=0.4)

    assert room.feel(10, True, False)
    assert room.state == "entering"
    assert not room.feel(10.2, True, False)
    assert room.feel(10.4, True, False)

    assert room.state == "occupied"


def test_a_flicker_does_not_make_a_room_occupied():
    room = an_empty_room(debounce_s=0.4, release_s=3)

    room.feel(10, True, False)

    assert watch(room, 11, 14) == "empty"


def test_a_still_target_alone_does_not_open_an_empty_room():
    room = an_empty_room()

    assert watch(room, 1, 60, still=True) == "empty"


def test_a_still_target_keeps_an_occupied_room():
    room = an_occupied_room(hold_s=10)

    assert watch(room, 2, 600, still=True) == "occupied"


def test_an_abandoned_room_is_held_and_then_let_go():
    room = an_occupied_room(release_s=3, hold_s=60)

    assert watch(room, 2, 6) == "hold"
    assert watch(room, 6, 64) == "hold"
    assert watch(room, 64, 66) == "empty"


def test_who_comes_back_during_the_hold_finds_the_room_still_theirs():
    room = an_occupied_room(release_s=3, hold_s=60)
    watch(room, 2, 20)

    assert room.feel(20, False, True)

    assert room.state == "occupied"


def test_a_silent_sensor_makes_the_room_unknown_not_empty():
    room = an_occupied_room(silent_s=30)

    room.tick(30)
    before = room.state
    room.tick(31.2)

    assert (before, room.state) == ("hold", "unknown")


def test_a_sensor_that_reports_movement_for_hours_is_stuck():
    room = an_occupied_room(stuck_s=3600)

    assert watch(room, 2, 3700, moving=True) == "unknown"
    assert watch(room, 3700, 3701) == "empty"


def test_a_sensor_that_comes_back_to_a_still_target_finds_the_room_occupied():
    room = an_occupied_room(silent_s=30)
    room.tick(100)

    room.feel(101, False, True)

    assert room.state == "occupied"


def test_confidence_falls_when_only_a_still_target_is_left_and_the_air_clears():
    room = an_occupied_room(ghost_s=600)
    fresh = room.reading(2)["conf"]
    watch(room, 2, 900, still=True)
    room.breathe(300, 900)
    doubtful = room.reading(900)["conf"]
    room.breathe(900, 700)

    assert fresh > doubtful > room.reading(901)["conf"]
    assert room.state == "occupied"


def test_the_evidence_names_what_is_sensed_and_rising_air():
    room = an_occupied_room()
    room.breathe(1, 500)
    room.breathe(300, 700)

    room.feel(300, True, False, pir=True)

    assert room.reading(300)["ev"] == ["pir", "radar_move", "co2"]
