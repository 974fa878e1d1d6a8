"""A node's wall time: unset, set, jumping, and the floor beneath it."""

from node_parts.ground import a_folder

from samen_node.hal.clock import BUILT, Clock

NOW = BUILT + 1000000


class ClockSystem:
    """A chip's clock. After a power cut it begins in 2000, after any other restart it goes on."""

    def __init__(self, seconds=946684800, sure=False):
        self.ms = 0
        self.seconds = seconds
        self.sure = sure

    def ticks_ms(self):
        return self.ms & 0x3FFFFFFF

    def read(self):
        return self.seconds, self.sure

    def write(self, seconds, sure):
        self.seconds, self.sure = seconds, sure


def a_clock(system, path=None):
    return Clock(path or a_folder() + "/clock", system, ["time.example"])


def test_after_a_power_cut_the_time_is_unset():
    clock = a_clock(ClockSystem())

    assert (clock.utc(), clock.quality, clock.steps) == (None, "none", 0)


def test_certificates_are_checked_against_the_floor_and_readings_are_not_dated_by_it():
    system = ClockSystem()

    clock = a_clock(system)

    assert (system.seconds, system.sure, clock.utc()) == (BUILT, False, None)


def test_a_floor_that_outlived_a_restart_is_not_taken_for_the_time():
    system = ClockSystem()
    a_clock(system)

    assert a_clock(system).utc() is None


def test_a_time_that_was_set_outlives_a_restart():
    system = ClockSystem()
    a_clock(system).offer(NOW * 1000)
    system.seconds += 60

    again = a_clock(system)

    assert (again.utc(), again.quality, again.steps) == (NOW + 60, "rtc", 1)


def test_a_server_sets_the_time_and_it_goes_on_by_steady_seconds():
    system = ClockSystem()
    clock = a_clock(system)

    assert clock.offer(NOW * 1000 + 400)
    system.ms += 1600
    system.seconds = 5  # whatever else meddles with the chip's clock

    assert (clock.utc(), clock.quality, clock.steps) == (NOW + 2, "ntp", 1)


def test_steady_seconds_go_on_when_ticks_wrap_around():
    system = ClockSystem()
    clock = a_clock(system)
    clock.offer(NOW * 1000)

    for _ in range(5):
        system.ms += 0x3FFFFFFF - 1000
        clock.up()

    assert clock.up() == 5 * (0x3FFFFFFF - 1000) / 1000
    assert clock.utc() == NOW + int(clock.up())


def test_a_time_before_the_floor_is_refused():
    clock = a_clock(ClockSystem())

    assert not clock.offer((BUILT - 1) * 1000)

    assert clock.utc() is None


def test_a_correction_by_seconds_is_taken_and_told():
    clock = a_clock(ClockSystem())
    clock.offer(NOW * 1000)

    drifted = clock.offer(NOW * 1000 + 500), clock.steps
    jumped = clock.offer((NOW - 10) * 1000), clock.steps

    assert (drifted, jumped, clock.utc()) == ((True, 1), (True, 2), NOW - 10)


def test_a_jump_by_minutes_needs_two_answers_that_agree():
    clock = a_clock(ClockSystem())
    clock.offer(NOW * 1000)

    first = clock.offer((NOW + 86400) * 1000)
    other = clock.offer((NOW + 7200) * 1000)
    kept = clock.utc()
    second = clock.offer((NOW + 7201) * 1000)

    assert (first, other, kept, second) == (False, False, NOW, True)
    assert clock.utc() == NOW + 7201


def test_the_floor_rises_with_each_certificate_found_valid_but_four_times_a_day_at_most():
    path, system = a_folder() + "/clock", ClockSystem()
    clock = a_clock(system, path)
    clock.trust()
    unset = clock.floor()

    clock.offer(NOW * 1000)
    clock.trust()
    system.ms += 3600000
    clock.trust()

    assert (unset, clock.floor()) == (BUILT, NOW)
    assert a_clock(ClockSystem(), path).floor() == NOW


def test_a_time_that_no_certificate_bore_out_does_not_raise_the_floor():
    path = a_folder() + "/clock"
    a_clock(ClockSystem(), path).offer(4000000000000)

    assert a_clock(ClockSystem(), path).floor() == BUILT


def test_a_full_flash_leaves_the_old_floor():
    clock = a_clock(ClockSystem(), a_folder() + "/nowhere/clock")
    clock.offer(NOW * 1000)

    clock.trust()

    assert clock.floor() == BUILT
