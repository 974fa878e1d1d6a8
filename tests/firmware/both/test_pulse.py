"""An energy index from pulses: it never runs back."""

from node_parts.ground import a_folder, read, write

from samen_node.pulse import PulseCounter


def a_meter(path, boot=1):
    return PulseCounter(path, 1000, boot)


def test_a_pulse_of_a_thousand_per_kwh_is_one_wh():
    meter = a_meter(a_folder() + "/meter")

    meter.pulse(0, 5)

    assert meter.reading("1.8.0", 1) == {"r": "1.8.0", "wh": 5, "w": None, "gen": 1}


def test_what_was_told_survives_a_restart():
    path = a_folder() + "/meter"
    meter = a_meter(path)
    meter.pulse(0, 1234)
    meter.reading("1.8.0", 1)

    again = a_meter(path, boot=2).reading("1.8.0", 0)

    assert (again["wh"], again["gen"]) == (1234, 1)


def test_an_illegible_index_begins_a_new_generation():
    path = a_folder() + "/meter"
    meter = a_meter(path)
    meter.pulse(0, 1234)
    meter.reading("1.8.0", 1)
    write(path, read(path)[:-1] + b"?")

    fresh = a_meter(path, boot=7).reading("1.8.0", 0)

    assert (fresh["wh"], fresh["gen"]) == (0, 7)


def test_power_is_the_mean_since_the_last_reading():
    meter = a_meter(a_folder() + "/meter")
    for second in range(0, 21, 2):
        meter.pulse(second)
    meter.reading("1.8.0", 20)

    for second in range(21, 31):
        meter.pulse(second)

    assert meter.reading("1.8.0", 30)["w"] == 3600


def test_power_fades_when_the_pulses_stop():
    meter = a_meter(a_folder() + "/meter")
    meter.pulse(0)
    meter.pulse(1)
    assert meter.reading("1.8.0", 1)["w"] == 3600

    assert meter.reading("1.8.0", 11)["w"] == 360


def test_another_scale_keeps_the_energy_counted_so_far():
    path = a_folder() + "/meter"
    meter = PulseCounter(path, 1000, 1)
    meter.pulse(0, 1234)
    meter.reading("1.8.0", 1)

    changed = PulseCounter(path, 800, 2)

    first = changed.reading("1.8.0", 0)
    assert (first["wh"], first["gen"]) == (1235, 1)
    assert PulseCounter(path, 800, 3).reading("1.8.0", 0)["wh"] == 1235
