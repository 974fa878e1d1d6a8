"""A long press of the board's one button, which a stuck button does not make."""

_STUCK_S = 60


class LongPress:
    """`long_s`: how long it has to be held; `ready`: letting go now is what counts."""

    def __init__(self, long_s):
        self._long_s = long_s
        self._since = None
        self._was_up = False  # held down since the start, it is stuck, or the pin is wired otherwise
        self.ready = False

    def ended(self, now, down):
        """Whether the button was let go just now, after a long press; call several times a second."""
        if not down:
            ended, self.ready = self.ready, False
            self._since, self._was_up = None, True
            return ended
        if self._since is None:
            self._since = now
        self.ready = self._was_up and self._long_s <= now - self._since <= _STUCK_S
        return False
