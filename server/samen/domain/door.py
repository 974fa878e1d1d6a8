"""What the sign beside a door says."""

from __future__ import annotations

import enum

from samen.domain.release import Presence


class Sign(enum.Enum):
    """How a space stands for somebody who is in front of it."""

    FREE = "free"
    CLOSED = "closed"
    OCCUPIED = "occupied"
    IN_USE = "in_use"
    BOOKED = "booked"
    BOOKED_EMPTY = "booked_empty"


# Nobody has come yet, and the space will be freed if that stays so.
WAITED_FOR = frozenset({Presence.WAITING, Presence.WARN, Presence.NO_SHOW})


def sign(presence: Presence | None, *, somebody: bool | None, here: bool, is_open: bool) -> Sign:
    """From whether it is booked (`presence` None: it is not) and somebody is there (None: nobody knows).

    `here`: somebody said so. Of what is not booked the calendar speaks, unless somebody is seen there.
    """
    if presence is None:
        if somebody:
            return Sign.OCCUPIED
        return Sign.FREE if is_open else Sign.CLOSED
    if somebody or here:
        return Sign.IN_USE
    return Sign.BOOKED_EMPTY if presence in WAITED_FOR else Sign.BOOKED
