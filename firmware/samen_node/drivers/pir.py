"""The AM312: a pin that is high for two seconds after each movement, and as long as somebody moves."""

SETTLE_S = 30  # it learns the room's warmth first, and fires at nothing


class Pir:
    """`on`: seconds since the start at which it got power."""

    def __init__(self, on=0):
        self._settled_at = on + SETTLE_S

    def see(self, now, level):
        """Whether somebody moves, or None while it cannot know."""
        return bool(level) if now >= self._settled_at else None
