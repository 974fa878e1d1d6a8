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


def breathe(room, start, end, ppm, change):
    """CO2 each minute, changing by so many ppm a minute."""
    for minute in range((end - start) // 60):
        room.breathe(start + 60 * minute, ppm + change * minute)


def test_confidence_falls_when_only_a_still_target_is_left():
    room = an_occupied_room(ghost_s=600)
    fresh = room.reading(2)["conf"]
    watch(room, 2, 300, still=True)
    quiet = room.reading(300)["conf"]
    watch(room, 300, 900, still=True)

    assert fresh > quiet > room.reading(900)["conf"] > 0
    assert room.state == "occupied"


def test_a_still_target_alone_for_long_while_the_air_clears_is_a_ghost_and_is_let_go():
    room = an_occupied_room(ghost_s=600, hold_s=60, release_s=3)
    watch(room, 2, 500, still=True)
    breathe(room, 0, 900, 1200, -10)

    assert watch(room, 500, 603, still=True) == "occupied"
    assert watch(room, 603, 660, still=True) == "hold"
    assert watch(room, 660, 900, still=True) == "empty"
    assert room.reading(900)["conf"] < 95


def test_a_still_target_alone_for_long_is_no_ghost_while_the_air_is_breathed():
    room = an_occupied_room(ghost_s=600, hold_s=60)
    breathe(room, 0, 1200, 800, 10)

    assert watch(room, 2, 1200, still=True) == "occupied"
    assert room.reading(1200)["ev"] == ["radar_still", "co2"]


def test_who_moves_is_no_ghost_however_the_air_clears():
    room = an_occupied_room(ghost_s=600, hold_s=60)
    breathe(room, 0, 1800, 2000, -20)
    for start in range(2, 1800, 500):
        room.feel(start, True, True)
        watch(room, start + 1, start + 500, still=True)

    assert room.state == "occupied"


def test_a_ghost_does_not_hide_who_comes_in():
    room = an_occupied_room(ghost_s=600, hold_s=60)
    breathe(room, 0, 900, 1200, -10)
    watch(room, 2, 900, still=True)
    assert room.state == "empty"

    room.feel(900, True, True)
    room.feel(901, True, True)

    assert watch(room, 901, 1000, still=True) == "occupied"


def test_a_still_target_that_nothing_moves_for_hours_is_a_stuck_sensor():
    room = an_occupied_room(stuck_s=3600)

    assert watch(room, 2, 3600, still=True) == "occupied"
    assert watch(room, 3600, 3700, still=True) == "unknown"
    assert watch(room, 3700, 3710) == "empty"


def test_a_movement_sensor_that_is_stuck_is_found_beside_one_that_is_well():
    room = an_empty_room(stuck_s=3600)
    for second in range(1, 3700):
        room.feel(second, second % 60 < 5, False, pir=True)

    assert room.state == "unknown"


def test_a_room_used_all_day_is_not_stuck():
    room = an_empty_room(stuck_s=3600)
    for second in range(1, 9000):
        room.feel(second, second % 20 < 15, True, pir=second % 9 < 5)

    assert room.state == "occupied"


def test_air_that_rises_in_an_empty_room_makes_it_less_sure():
    room = an_empty_room()
    sure = room.reading(1)["conf"]
    breathe(room, 0, 1200, 500, 10)
    watch(room, 1, 1200)

    assert room.state == "empty"
    assert room.reading(1200)["conf"] < sure


def test_heads_are_told_only_of_a_room_that_is_known():
    room = an_occupied_room(silent_s=30)
    room.people = [2, 4]
    known = room.reading(2)["n"]
    room.tick(100)

    assert (known, room.reading(100)["n"]) == ([2, 4], None)


def test_the_evidence_names_what_is_sensed_and_rising_air():
    room = an_occupied_room()
    room.breathe(1, 500)
    room.breathe(300, 700)

    room.feel(300, True, False, pir=True)

    assert room.reading(300)["ev"] == ["pir", "radar_move", "co2"]
