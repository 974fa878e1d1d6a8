"""Whether somebody is in the room: what the sensors say, made steady, with evidence and confidence.

EMPTY → ENTERING (a movement not yet confirmed) → OCCUPIED → HOLD (nobody seen for a while) → EMPTY,
and UNKNOWN when the sensor is silent or stuck. Only movement opens; a still target keeps. All times
are seconds of one steadily rising clock that the caller passes in.
"""

EMPTY = "empty"
ENTERING = "entering"
OCCUPIED = "occupied"
HOLD = "hold"
UNKNOWN = "unknown"


class Occupancy:
    """The state of one room; `state`, `since` and `reading()` may be read at any time."""

    def __init__(self, debounce_s=0.4, release_s=3, hold_s=180, silent_s=30, stuck_s=14400, ghost_s=1800):
        self.debounce_s = debounce_s  # movement must last this long to count
        self.release_s = release_s  # nobody seen this long before the hold begins
        self.hold_s = hold_s
        self.silent_s = silent_s  # no report this long: the sensor is lost
        self.stuck_s = stuck_s  # nobody moves this long without one pause
        self.ghost_s = ghost_s  # a still target this long without movement is doubtful
        self.state = UNKNOWN
        self.since = None
        self._evidence = []
        self._heard_at = None
        self._seen_at = None
        self._moved_at = None
        self._moving_since = None
        self._air = []

    def feel(self, now, moving, still, pir=False):
        """Take one report of the presence sensors; whether the state has changed."""
        self._heard_at = now
        if moving or pir:
            self._moved_at = now
            self._moving_since = now if self._moving_since is None else self._moving_since
        else:
            self._moving_since = None
        if moving or pir or still:
            self._seen_at = now
        self._evidence = [
            name for name, on in (("pir", pir), ("radar_move", moving), ("radar_still", still)) if on
        ]
        return self._enter(self._next(now), now)

    def tick(self, now):
        """Let time pass without a report; whether the state has changed."""
        return self._enter(self._next(now), now)

    def breathe(self, now, co2):
        """Take a CO2 value in ppm: rising speaks for people, falling against a lone still target."""
        self._air = [(at, ppm) for at, ppm in self._air if now - at < 900] + [(now, co2)]

    def reading(self, now):
        """The `occupancy` reading of the contract."""
        evidence = self._evidence if self.state != UNKNOWN else []
        if self.state != UNKNOWN and self._trend() > 0:
            evidence = evidence + ["co2"]
        return {"state": self.state, "conf": self._confidence(now), "ev": evidence, "n": None}

    def _enter(self, state, now):
        if state == self.state:
            return False
        self.state = state
        self.since = now
        return True

    def _next(self, now):
        if self._lost(now):
            return UNKNOWN
        seen = now - self._seen_at if self._seen_at is not None else None
        if self.state in (OCCUPIED, HOLD):
            return self._keep(seen)
        if self.state == ENTERING:
            return self._confirm(now, seen)
        if self._moving_since is not None:
            return ENTERING
        # Waking up in a room with a still target: somebody was there before the sensor came back.
        if self.state == UNKNOWN and seen == 0:
            return OCCUPIED
        return EMPTY

    def _keep(self, seen):
        if seen < self.release_s:
            return OCCUPIED
        return HOLD if seen < self.release_s + self.hold_s else EMPTY

    def _confirm(self, now, seen):
        if self._moving_since is not None and now - self._moving_since >= self.debounce_s:
            return OCCUPIED
        return ENTERING if seen < self.release_s else EMPTY

    def _lost(self, now):
        if self._heard_at is None or now - self._heard_at >= self.silent_s:
            return True
        return self._moving_since is not None and now - self._moving_since >= self.stuck_s

    def _confidence(self, now):
        if self.state in (UNKNOWN, ENTERING):
            return 0 if self.state == UNKNOWN else 60
        if self.state == EMPTY:
            return 95
        if self.state == HOLD:
            return 55
        if self._moved_at is not None and now - self._moved_at < self.ghost_s:
            return 95 if now - self._moved_at < 60 else 85
        return 20 if self._trend() < 0 else 40

    def _trend(self):
        if len(self._air) < 2:
            return 0
        change = self._air[-1][1] - self._air[0][1]
        return 0 if abs(change) < 50 else change
