"""The interpreter's os, and random bytes, which it looks for in a device that is not there."""

from uos import *  # noqa: F403 - all there is

_state = 1


def urandom(count):
    global _state
    found = bytearray(count)
    for at in range(count):
        _state = (_state * 75 + 74) % 65537  # no secret hangs on it
        found[at] = _state & 0xFF
    return bytes(found)
