"""What happens in a simulated room, drawn from a seed, without end."""


class SeededDay:
    """People come, sit, stretch and go; the air and the load follow them. The same seed, the same day.

    `shares`: of the load, by name. `visits`: when they are there, as [[from, until], …] in seconds, in order
    and apart; without, they come and go within minutes.
    """

    def __init__(self, seed, shares, visits=None):
        self._random = seed * 2654435761 % 4294967296 or 1
        self._shares = shares
        self._people = False
        self._changes = None if visits is None else [at for visit in visits for at in visit]
        self._change_at = self._draw(5, 40) if visits is None else self._next_change(0)
        self._stir_at = 0
        self._air_at = 0
        self._base_w = self._draw(60, 180)
        self._now = {"radar": "none", "t": 19.5, "rh": 45, "co2": 450, "w": {}}

    def at(self, seconds):
        """The moment at `seconds`; call with rising values."""
        while seconds >= self._change_at:
            self._people = not self._people
            self._stir_at = seconds
            self._change_at = self._next_change(seconds)
        if seconds >= self._stir_at:
            self._stir(seconds)
        while seconds >= self._air_at:
            self._air_at += 10
            self._breathe()
        return self._now

    def _next_change(self, seconds):
        if self._changes is None:
            return seconds + (self._draw(120, 600) if self._people else self._draw(60, 240))
        return self._changes.pop(0) if self._changes else float("inf")

    def _stir(self, seconds):
        self._stir_at = seconds + self._draw(4, 25)
        self._now["radar"] = ("still" if self._draw(0, 2) else "moving") if self._people else "none"
        load = self._base_w + (self._draw(250, 700) if self._people else self._draw(0, 20))
        self._now["w"] = {name: round(load * share) for name, share in self._shares.items()}

    def _breathe(self):
        warm, stale = (22.5, 1100) if self._people else (19, 430)
        self._now["t"] = round(self._now["t"] + (warm - self._now["t"]) / 60, 2)
        self._now["co2"] = round(self._now["co2"] + (stale - self._now["co2"]) / 40)
        self._now["rh"] = 40 + self._now["co2"] // 200

    def _draw(self, low, high):
        # A generator of our own (Numerical Recipes' constants): both interpreters live the same day.
        self._random = (self._random * 1664525 + 1013904223) % 4294967296
        return low + (self._random >> 8) % (high - low + 1)
