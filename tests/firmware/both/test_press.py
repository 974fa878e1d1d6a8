"""A long press: what counts, and what does not."""

from samen_node.press import LongPress


def pressed(*moments):
    """What each (second, is it down) gives, in turn."""
    press = LongPress(10)
    return [press.ended(now, down) for now, down in moments]


def test_a_button_that_is_let_go_after_ten_seconds_counts_once():
    assert pressed((0, False), (1, True), (6, True), (11, True), (12, False), (13, False)) == (
        [False, False, False, False, True, False]
    )


def test_a_short_press_does_not_count():
    assert not any(pressed((0, False), (1, True), (10, True), (10.5, False), (20, False)))


def test_a_stuck_button_does_not_count():
    assert not any(pressed((0, False), (1, True), (11, True), (62, True), (63, False)))


def test_a_button_that_was_never_up_does_not_count():
    assert not any(pressed((0, True), (11, True), (12, False)))


def test_it_says_when_letting_go_would_count():
    press = LongPress(10)
    press.ended(0, False)
    press.ended(1, True)

    assert not press.ready
    press.ended(11, True)
    assert press.ready
