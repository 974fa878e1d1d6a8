"""What the sign beside a door says."""

import pytest

from samen.domain.door import Sign, sign
from samen.domain.release import Presence


@pytest.mark.parametrize(
    ("presence", "somebody", "here", "is_open", "says"),
    [
        (None, False, False, True, Sign.FREE),
        (None, None, False, True, Sign.FREE),
        (None, None, False, False, Sign.CLOSED),
        (None, True, False, False, Sign.OCCUPIED),
        (Presence.PRESENT, True, False, True, Sign.IN_USE),
        (Presence.PRESENT, False, True, True, Sign.IN_USE),
        (Presence.PRESENT, False, False, True, Sign.BOOKED),
        (Presence.UNKNOWN, None, False, True, Sign.BOOKED),
        (Presence.WAITING, False, False, True, Sign.BOOKED_EMPTY),
        (Presence.NO_SHOW, None, False, True, Sign.BOOKED_EMPTY),
    ],
)
def test_the_sign_says_what_is_known(presence, somebody, here, is_open, says):
    assert sign(presence, somebody=somebody, here=here, is_open=is_open) is says
