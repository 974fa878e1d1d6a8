"""The radars' frames: what they say, and the way back after noise."""

from node_parts import wire

from samen_node.drivers import ld2410, ld2450

SOMEBODY = ld2410.Report(True, True, 310, 64, 290, 100, 305)
NOBODY = ld2410.Report(False, False, 0, 0, 0, 0, 0)


def feed(parser, *chunks):
    return [report for chunk in chunks for report in parser.feed(chunk)]


def test_a_report_of_the_makers_document_is_read():
    frame = b"\xf4\xf3\xf2\xf1\x0d\x00\x02\xaa\x02\x51\x00\x00\x00\x00\x3b\x00\x00\x55\x00\xf8\xf7\xf6\xf5"

    (report,) = ld2410.Parser().feed(frame)

    assert (report.moving, report.still) == (False, True)
    assert (report.moving_cm, report.moving_energy) == (81, 0)
    assert (report.still_cm, report.still_energy, report.distance_cm) == (0, 59, 0)


def test_far_away_is_never_negative():
    for cm in (127, 128, 255, 256, 600, 65535):
        said = ld2410.Report(True, False, cm, 50, cm, 50, cm)

        assert ld2410.Parser().feed(wire.of_ld2410(said)) == [said]


def test_the_engineering_mode_says_the_same():
    assert ld2410.Parser().feed(wire.of_ld2410(SOMEBODY, wire.ENGINEERING)) == [SOMEBODY]


def test_frames_come_in_any_pieces():
    stream = wire.of_ld2410(SOMEBODY) + wire.of_ld2410(NOBODY)

    whole = ld2410.Parser().feed(stream)
    one_by_one = feed(ld2410.Parser(), *[stream[n : n + 1] for n in range(len(stream))])

    assert whole == one_by_one == [SOMEBODY, NOBODY]


def test_a_cut_frame_is_counted_and_the_next_is_read_at_once():
    frame = wire.of_ld2410(SOMEBODY)
    for cut in range(4, len(frame)):
        parser = ld2410.Parser()

        assert feed(parser, frame[:cut], wire.of_ld2410(NOBODY)) == [NOBODY]
        assert parser.bad == 1


def test_a_frame_that_lies_about_its_length_swallows_nothing():
    parser = ld2410.Parser()
    liar = b"\xf4\xf3\xf2\xf1\xff\xff\x02\xaa"

    assert parser.feed(liar + wire.of_ld2410(NOBODY)) == [NOBODY]
    assert parser.bad == 1


def test_a_radar_that_measures_its_own_noise_says_nothing_of_people():
    frame = wire.of_ld2410(SOMEBODY)
    parser = ld2410.Parser()

    assert parser.feed(frame[:8] + b"\x05" + frame[9:]) == []
    assert parser.bad == 1


def test_noise_without_end_fills_no_memory():
    parser = ld2410.Parser()
    for _ in range(50):
        assert parser.feed(b"\xf4\xf3\xf2\x00\xaa" * 100) == []

    assert len(parser._rest) < 8
    assert parser.feed(wire.of_ld2410(SOMEBODY)) == [SOMEBODY]


def test_gates_and_timeout_are_set_between_two_commands():
    begin, values, end = ld2410.commands(6, 30)

    assert begin == b"\xfd\xfc\xfb\xfa\x04\x00\xff\x00\x01\x00\x04\x03\x02\x01"
    assert values[4:8] == b"\x14\x00\x60\x00"
    assert values[8:-4] == b"\0\0\6\0\0\0" + b"\1\0\6\0\0\0" + b"\2\0\x1e\0\0\0"
    assert end == b"\xfd\xfc\xfb\xfa\x02\x00\xfe\x00\x04\x03\x02\x01"


def test_a_target_of_the_makers_document_is_read():
    frame = b"\xaa\xff\x03\x00\x0e\x03\xb1\x86\x10\x00\x40\x01" + bytes(16) + b"\x55\xcc"

    ((target,),) = ld2450.Parser().feed(frame)

    assert (target.x_mm, target.y_mm) == (-782, 1713)
    assert (target.speed_cm_s, target.resolution_mm) == (-16, 320)


def test_as_many_targets_are_told_as_there_are():
    for count in range(4):
        targets = [ld2450.Target(-400 * n, 3000 + n, 20, 360) for n in range(count)]

        assert ld2450.Parser().feed(wire.of_ld2450(targets)) == [targets]


def test_a_cut_frame_of_targets_does_not_cost_the_next():
    frame = wire.of_ld2450([ld2450.Target(100, 2000, -5, 360)])
    for cut in range(4, len(frame)):
        parser = ld2450.Parser()

        assert feed(parser, frame[:cut], wire.of_ld2450([])) == [[]]
        assert parser.bad == 1
