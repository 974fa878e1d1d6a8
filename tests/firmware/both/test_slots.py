"""Two folders for the node's code: whatever happens, one of them starts, and a bad one is left."""

import slots
from node_parts.ground import a_folder, raises, read, write
from node_parts.ota_power import Power, at_every_change


def started(flash, times):
    return [slots.begin(flash) for _ in range(times)]


def confirmed(name="a"):
    """A flash on which this folder runs, healthy."""
    flash = a_folder()
    slots.propose(flash, name, "1.0.0 1")
    slots.begin(flash)
    slots.healthy(flash)
    return flash


def test_without_any_update_the_code_beside_main_runs():
    assert slots.begin(a_folder() + "/new") == (None, "normal")


def test_a_trial_is_confirmed_by_getting_healthy():
    flash = a_folder()
    slots.propose(flash, "a", "1.0.0 1")

    assert slots.begin(flash) == (flash + "/a", "trial")
    assert slots.healthy(flash)

    assert slots.begin(flash) == (flash + "/a", "normal")


def test_three_unhealthy_starts_of_a_trial_give_back_the_copy_before():
    flash = confirmed("a")
    slots.propose(flash, "b", "1.1.0 1")

    begun = started(flash, 4)

    assert begun == [(flash + "/b", "trial")] * 3 + [(flash + "/a", "normal")]
    assert (slots.read(flash)["failed"], slots.read(flash)["why"]) == ("1.1.0 1", "crashed")


def test_a_trial_that_gives_itself_up_is_over_at_the_next_start():
    flash = confirmed("a")
    slots.propose(flash, "b", "1.1.0 1")
    slots.begin(flash)

    slots.give_up(flash, "no_broker")

    assert slots.begin(flash) == (flash + "/a", "normal")
    assert (slots.read(flash)["failed"], slots.read(flash)["why"]) == ("1.1.0 1", "no_broker")


def test_a_confirmed_copy_that_fails_three_times_starts_in_safe_mode():
    flash = confirmed("a")

    assert [mode for _, mode in started(flash, 5)] == ["normal"] * 3 + ["safe"] * 2
    assert slots.healthy(flash)
    assert slots.begin(flash) == (flash + "/a", "normal")


def test_a_confirmed_copy_that_fails_in_safe_mode_too_takes_turns_with_the_code_beside_main():
    flash = confirmed("a")

    folders = [folder for folder, _ in started(flash, 12)]

    assert folders == [flash + "/a"] * 6 + [None] * 3 + [flash + "/a"] * 3


def test_an_update_may_write_to_the_folder_that_is_not_confirmed():
    assert slots.spare(a_folder()) == "a"
    assert slots.spare(confirmed("a")) == "b"
    assert slots.spare(confirmed("b")) == "a"


def test_a_folder_that_is_written_to_is_no_longer_proposed():
    flash = a_trial_of_b()

    assert slots.spare(flash) == "b"

    assert slots.begin(flash) == (flash + "/a", "normal")


def test_getting_healthy_again_writes_nothing():
    flash = confirmed("a")
    before = read(flash + "/slots")
    write(flash + "/slots", before + b" ")

    slots.healthy(flash)

    assert read(flash + "/slots") == before + b" "


def test_a_damaged_state_falls_back_to_the_code_beside_main():
    for damage in (b"", b"0", b"zzzzzzzz{}", b"\xff" * 40, b'00000000{"current":"a"}'):
        flash = confirmed("a")
        write(flash + "/slots", damage)

        assert slots.begin(flash) == (None, "normal")


def test_a_start_that_cannot_be_counted_tries_nothing_and_confirms_nothing():
    flash = confirmed("a")
    slots.propose(flash, "b", "1.1.0 1")

    def full(path, mode):
        if "w" in mode:
            raise OSError(28)
        return open(path, mode)

    slots.open = full
    try:
        assert slots.begin(flash) == (flash + "/a", "normal")
        assert not slots.healthy(flash) or slots.read(flash)["current"] == "a"
    finally:
        del slots.open

    slots.healthy(flash)
    assert slots.read(flash)["current"] == "a"
    assert slots.begin(flash) == (flash + "/b", "trial")


# --- the power is cut at every change to flash ------------------------------------------------------


def a_trial_of_b():
    flash = confirmed("a")
    slots.propose(flash, "b", "1.1.0 1")
    return flash


def two_failures_of_b():
    flash = a_trial_of_b()
    started(flash, 2)
    return flash


def every_deed():
    """(what was before, what is done, the folders that may run afterwards)"""
    return (
        (confirmed, slots.begin, "a"),
        (confirmed, lambda flash: slots.propose(flash, "b", "1.1.0 1"), "ab"),
        (a_trial_of_b, slots.begin, "b"),
        (a_trial_of_b, lambda flash: (slots.begin(flash), slots.healthy(flash)), "b"),
        (two_failures_of_b, lambda flash: started(flash, 2), "ab"),
        (a_trial_of_b, slots.spare, "ab"),
        (two_failures_of_b, lambda flash: slots.give_up(flash, "no_broker"), "ab"),
    )


def wrong_after_cuts():
    """(changes cut, starts that were none of those allowed) over all deeds."""
    wrong = []
    cuts = 0
    for before, deed, allowed in every_deed():

        def check(flash):
            folder = slots.begin(flash)[0]
            if folder not in [flash + "/" + name for name in allowed]:
                wrong.append((allowed, folder))

        cuts += at_every_change([slots], before, deed, check)
    return cuts, wrong


def test_power_cut_at_any_change_starts_the_copy_before_or_the_copy_after():
    cuts, wrong = wrong_after_cuts()

    assert cuts > 15
    assert wrong == []


def test_the_cuts_do_find_a_state_that_is_written_in_place():
    def in_place(flash, state):
        body = slots.json.dumps(state).encode()
        with getattr(slots, "open", open)(flash + "/slots", "wb") as file:
            file.write(("%08x" % (slots.crc32(body) & 0xFFFFFFFF)).encode() + body)
        return True

    right, slots._write = slots._write, in_place
    try:
        _, wrong = wrong_after_cuts()
    finally:
        slots._write = right

    assert wrong != []


def test_no_trial_is_counted_less_often_than_it_starts_whatever_is_cut():
    """A power cut in counting may cost a trial a start; it never gives it one more."""

    def starts_before_it_is_given_up(cut_at):
        flash = a_trial_of_b()
        for number in range(10):
            with Power([slots], cut_at if number == 1 else 99):
                begun = slots.begin(flash)
            if begun[1] == "normal":
                return number
        return 10

    assert all(starts_before_it_is_given_up(cut_at) <= 4 for cut_at in range(5))


def test_a_cut_is_no_error_that_code_could_catch():
    flash = confirmed()

    with Power([slots], 0) as power:
        slots.begin(flash)

    assert power.failed
    assert raises(OSError, open, flash + "/slots.new")
