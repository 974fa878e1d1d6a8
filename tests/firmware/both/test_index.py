"""The index of a meter that counts by itself: within a generation it never runs back."""

from node_parts.ground import a_folder, read, write

from samen_node.index import KeptIndex


def shown(index, *values, since=0):
    """What is believed of these answers, five seconds apart."""
    return [index.take(since + 5 * n, wh) for n, wh in enumerate(values)]


def test_what_the_meter_shows_is_told_as_it_is():
    index = KeptIndex(a_folder() + "/meter", 7)

    assert shown(index, 1000, 1000, 1005) == [True, True, True]
    assert (index.wh, index.generation) == (1005, 7)


def test_a_single_lower_answer_is_passed_over():
    index = KeptIndex(a_folder() + "/meter", 7)

    assert shown(index, 1000, 0, 1001, 12, 1002) == [True, False, True, False, True]
    assert (index.wh, index.generation) == (1002, 7)


def test_a_meter_that_was_reset_begins_a_new_generation():
    index = KeptIndex(a_folder() + "/meter", 7)

    assert shown(index, 1000, 0, 0, 1) == [True, False, False, True]
    assert (index.wh, index.generation) == (1, 8)


def test_lower_answers_that_waver_are_no_new_beginning():
    index = KeptIndex(a_folder() + "/meter", 7)

    assert not any(shown(index, 1000, 500, 400, 300, 200, 100)[1:])
    assert index.generation == 7


def test_a_meter_that_was_replaced_while_the_node_was_off_is_noticed():
    path = a_folder() + "/meter"
    shown(KeptIndex(path, 7), 5000)

    again = KeptIndex(path, 9)

    assert shown(again, 12, 12, 13) == [False, False, True]
    assert (again.wh, again.generation) == (13, 8)


def test_a_restart_goes_on_in_the_same_generation():
    path = a_folder() + "/meter"
    shown(KeptIndex(path, 7), 5000, 5001)

    again = KeptIndex(path, 9)

    assert shown(again, 5001) == [True]
    assert again.generation == 7


def test_what_is_stored_illegibly_begins_a_new_generation():
    path = a_folder() + "/meter"
    shown(KeptIndex(path, 7), 5000)
    write(path, read(path)[:-1] + b"?")

    again = KeptIndex(path, 9)

    assert shown(again, 12) == [True]
    assert again.generation == 9


def test_flash_is_written_once_an_hour():
    path = a_folder() + "/meter"
    index = KeptIndex(path, 7)
    shown(index, 100)
    kept = read(path)

    shown(index, *range(100, 800), since=5)
    assert read(path) == kept

    shown(index, 900, since=3605)
    assert read(path) != kept
