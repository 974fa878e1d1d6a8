"""What happens in a simulated room, written down.

A moment is a dict: "radar" (moving, still, none or silent), "t" °C, "rh" %, "co2" ppm, "w" watts by
register (of a smart meter: by "p1"). Times are seconds since the node's start.
"""


class Script:
    """A list of moments, each with its "at"; what a moment does not name stays as it was."""

    def __init__(self, moments):
        self._left = sorted(moments, key=lambda moment: moment["at"])
        self._now = {"radar": "none", "w": {}}

    def at(self, seconds):
        """The moment at `seconds`; call with rising values."""
        while self._left and self._left[0]["at"] <= seconds:
            self._now.update(self._left.pop(0))
        return self._now
