"""What the node senses, as readings: its sensors, joined to the streams of the contract."""

from samen_node.occupancy import Occupancy

_WATCHERS = ("pir", "ld2410", "ld2450")
_FRESH_S = 30  # an air sensor measures every 5 s
_METERS = ("s0", "pzem", "sdm")


class Sensing:
    """`config`: `streams`, `sensors` (what is attached; see docs/sensing.md) and, to count heads, the
    `volume_m3` of the room; `board`: see hal; `settings`: intervals; `boot`: its number.

    `room`: the Occupancy, where the node has that stream. Only what its streams need is looked at.
    """

    def __init__(self, config, board, settings, boot):
        self._settings = settings
        self._streams = config["streams"]
        self.room = Occupancy() if "occupancy" in self._streams else None
        self._watchers = []
        self._meters = []
        self._lines = {}
        self._air = self._telegrams = self._heads = self._measured = None
        self._measured_at = 0
        self._parts = []  # (driver's name, what has its `bad`)
        self._due = {}
        for wanted in config.get("sensors", []):
            try:
                self._attach(wanted, board, boot)
            except (KeyError, OSError) as error:  # this board has no such wire: the other sensors go on
                board.tell({"event": "refused", "why": "%r: %r" % (wanted, error)})
        if self.room and self._air and config.get("volume_m3"):
            from samen_node.co2 import HeadCount

            self._heads = HeadCount(config["volume_m3"], board.flash + "/air")
        self.refresh()

    def poll(self, now):
        """Look at every sensor; what is to be kept now, as (stream, d). Call it ten times a second."""
        found = []
        self._breathe(now, found)
        if self.room and (self._watch(now) or self._is_due("occupancy", now)):
            self._set_due("occupancy", now)
            found.append(("occupancy", self.room.reading(now)))
        self._count(now, found)
        if self._telegrams:
            self._telegrams.poll(now)
            if self._is_due("p1", now):
                self._give("p1", now, self._telegrams.reading(now), found)
        return found

    def refresh(self):
        """Settings have changed, or somebody asks: everything is due."""
        self._due.clear()
        if self.room:
            self.room.hold_s = self._settings["hold_s"]
            self.room.debounce_s = self._settings["debounce_s"]

    def save(self, now):
        """Before the node ends: pulses counted since the last reading stay counted."""
        for meter in self._meters:
            meter.poll(now)
            meter.readings(now)  # what a meter tells, it has saved

    def bad(self):
        """How many frames each driver refused: broken, cut short, with a wrong CRC."""
        counts = {}
        for name, part in self._parts:
            counts[name] = counts.get(name, 0) + part.bad
        return counts

    # --- one stream each ----------------------------------------------------------------------

    def _watch(self, now):
        """Whether the room's state has changed. One silent sensor, and nobody knows."""
        seen = [watcher.look(now) for watcher in self._watchers]
        if not seen or None in seen:
            return self.room.tick(now)
        moving, still, pir = [any(each[n] for each in seen) for n in range(3)]
        return self.room.feel(now, moving, still, pir)

    def _breathe(self, now, found):
        measured = self._air.poll(now) if self._air else None
        if measured:
            self._measured, self._measured_at = measured, now
            if self.room:
                self._smell(now, measured[0])
        if self._measured and now - self._measured_at > _FRESH_S:
            self._measured = None
        if self._measured and "climate" in self._streams and self._is_due("climate", now):
            co2, t, rh = self._measured
            self._give("climate", now, {"t": round(t, 2), "rh": round(rh, 1), "co2": co2}, found)

    def _smell(self, now, co2):
        self.room.breathe(now, co2)
        if self._heads:
            empty = self.room.state == "empty"
            self._heads.breathe(now, co2, now - self.room.since if empty else 0)
            self.room.people = self._heads.interval()

    def _count(self, now, found):
        for line in self._lines.values():
            line.poll(now)
        for meter in self._meters:
            meter.poll(now)
        if self._meters and self._is_due("energy", now):
            for meter in self._meters:
                for d in meter.readings(now):
                    self._give("energy", now, d, found)

    def _is_due(self, stream, now):
        return now >= self._due.get(stream, 0)

    def _give(self, stream, now, d, found):
        if d is not None:
            self._set_due(stream, now)
            found.append((stream, d))

    def _set_due(self, stream, now):
        # On one grid for all streams: what is due together goes to flash in one write.
        every = self._settings[stream + "_s"]
        self._due[stream] = (now // every + 1) * every if every else now

    # --- what is attached ---------------------------------------------------------------------

    def _attach(self, wanted, board, boot):
        driver = wanted["driver"]
        if driver in _WATCHERS and self.room:
            from samen_node.sensors.presence import watcher

            self._watchers.append(watcher(wanted, board))
            self._parts.append((driver, self._watchers[-1]))
        elif driver == "scd4x" and (self.room or "climate" in self._streams):
            from samen_node.drivers.scd4x import Sensor

            self._air = Sensor(board.i2c(wanted["i2c"]), wanted.get("asc", True))
            self._parts.append((driver, self._air))
        elif driver in _METERS and "energy" in self._streams:
            self._meters.append(self._meter(wanted, board, boot))
            self._parts.append((driver, self._meters[-1]))
        elif driver == "p1" and "p1" in self._streams:
            from samen_node.drivers.p1 import BAUD
            from samen_node.sensors.smart_meter import SmartMeter

            self._telegrams = SmartMeter(board.uart(wanted["uart"], BAUD, True))
            self._parts.append((driver, self._telegrams))

    def _meter(self, wanted, board, boot):
        if wanted["driver"] == "s0":
            from samen_node.sensors.pulses import PulseMeter

            return PulseMeter(wanted, board, boot)
        from samen_node.sensors.meters import meter

        return meter(wanted, board, boot, self._lines)
