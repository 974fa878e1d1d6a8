"""Whether somebody is in the room: what the sensors say, made steady, with evidence and confidence.

EMPTY → ENTERING (a movement not yet confirmed) → OCCUPIED → HOLD (nobody seen for a while) → EMPTY,
and UNKNOWN when the sensor is silent or stuck. Only movement opens; a still target keeps, until the
air says that it is no person: a still target alone for long while CO2 falls is a ghost. All times
are seconds of one steadily rising clock that the caller passes in.
"""

EMPTY = "empty"
ENTERING = "entering"
OCCUPIED = "occupied"
HOLD = "hold"
UNKNOWN = "unknown"

_AIR_S = 1800  # how far back the air is compared,
_AIR_STEP_S = 55  # how closely it is looked at,
_AIR_PPM = 25  # and the least change between its older and newer half that is no noise of the sensor


class Occupancy:
    """The state of one room; `state`, `since` and `reading()` may be read at any time.

    `people`: the head count's [fewest, most], where something counts heads.
    """

    def __init__(self, debounce_s=0.4, release_s=3, hold_s=180, silent_s=30, stuck_s=14400, ghost_s=1800):
        self.debounce_s = debounce_s  # movement must last this long to count
        self.release_s = release_s  # nobody seen this long before the hold begins
        self.hold_s = hold_s
        self.silent_s = silent_s  # no report this long: the sensor is lost
        self.stuck_s = stuck_s  # one thing said this long without a pause: the sensor is stuck
        self.ghost_s = ghost_s  # a still target this long without movement is doubtful
        self.state = UNKNOWN
        self.since = None
        self.people = None
        self._evidence = []
        self._moving_since = {}  # by what sees it
        self._still_since = self._still_at = None
        self._heard_at = self._seen_at = self._moved_at = None
        self._ghost = False
        self._air = []

    def feel(self, now, moving, still, pir=False):
        """Take one report of the presence sensors; whether the state has changed."""
        if self._is_silent(now):
            self._moving_since.clear()
            self._still_since = self._still_at = None
        self._heard_at = now
        self._evidence = [
            name for name, on in (("pir", pir), ("radar_move", moving), ("radar_still", still)) if on
        ]
        self._watch_movement(now)
        self._watch_still(now, still)
        if moving or pir or (still and not self._ghost):
            self._seen_at = now
        return self._enter(self._next(now), now)

    def tick(self, now):
        """Let time pass without a report; whether the state has changed."""
        return self._enter(self._next(now), now)

    def breathe(self, now, co2):
        """Take a CO2 value in ppm: rising speaks for people, falling against a lone still target."""
        if not self._air or now - self._air[-1][0] >= _AIR_STEP_S:
            self._air = [sample for sample in self._air if now - sample[0] < _AIR_S] + [(now, co2)]

    def reading(self, now):
        """The `occupancy` reading of the contract."""
        known = self.state != UNKNOWN
        evidence = list(self._evidence) if known else []
        if known and self._trend(now) > 0:
            evidence.append("co2")
        people = self.people if known else None
        return {"state": self.state, "conf": self._confidence(now), "ev": evidence, "n": people}

    # --- what is seen -------------------------------------------------------------------------

    def _watch_movement(self, now):
        for name in ("pir", "radar_move"):
            if name not in self._evidence:
                self._moving_since.pop(name, None)
            else:
                self._moving_since.setdefault(name, now)
                self._moved_at = now
                self._ghost = False

    def _watch_still(self, now, still):
        if not still:
            return
        # A radar loses a still target for a moment now and then: that is no pause.
        if self._still_at is None or now - self._still_at > self.release_s:
            self._still_since = now
        self._still_at = now
        if self._lone_s(now) >= self.ghost_s and self._trend(now) < 0:
            self._ghost = True

    def _lone_s(self, now):
        """How long a still target has been the only sign of anybody; 0 where there is none."""
        if self._still_at is None or now - self._still_at > self.release_s:
            return 0
        return now - max(self._still_since, self._moved_at or self._still_since)

    # --- what follows -------------------------------------------------------------------------

    def _enter(self, state, now):
        if state == self.state:
            return False
        self.state = state
        self.since = now
        return True

    def _next(self, now):
        if self._is_silent(now) or self._is_stuck(now):
            return UNKNOWN
        seen = now - self._seen_at if self._seen_at is not None else None
        if self.state in (OCCUPIED, HOLD):
            return self._keep(seen)
        if self.state == ENTERING:
            return self._confirm(now, seen)
        if self._moving_since:
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
        if self._moving_since and now - min(self._moving_since.values()) >= self.debounce_s:
            return OCCUPIED
        return ENTERING if seen < self.release_s else EMPTY

    def _is_silent(self, now):
        return self._heard_at is None or now - self._heard_at >= self.silent_s

    def _is_stuck(self, now):
        if not self._ghost and self._lone_s(now) >= self.stuck_s:
            return True
        return any(now - since >= self.stuck_s for since in self._moving_since.values())

    # --- how sure that is ---------------------------------------------------------------------

    def _confidence(self, now):
        if self.state == EMPTY:
            # A ghost may be somebody asleep; and air that rises in an empty room is somebody's.
            return 60 if self._ghost else (70 if self._trend(now) > 0 else 95)
        if self.state != OCCUPIED:
            return {UNKNOWN: 0, ENTERING: 60, HOLD: 55}[self.state]
        quiet_s = self.ghost_s if self._moved_at is None else now - self._moved_at
        return 40 if quiet_s >= self.ghost_s else (85 if quiet_s >= 60 else 95)

    def _trend(self, now):
        """1 where CO2 has risen of late, -1 where it has fallen, 0 where neither can be told."""
        air = [ppm for at, ppm in self._air if now - at < _AIR_S]
        half = len(air) // 2
        if not half:
            return 0
        change = sum(air[-half:]) / half - sum(air[:half]) / half
        noise = _AIR_PPM if half >= 5 else 2 * _AIR_PPM
        return 0 if abs(change) < noise else (1 if change > 0 else -1)
