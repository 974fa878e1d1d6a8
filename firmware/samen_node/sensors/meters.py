"""Meters at a Modbus line: they count by themselves and tell their index."""

from samen_node.index import KeptIndex
from samen_node.sensors import register_path
from samen_node.sensors.line import Line

_FRESH_S = 15  # a meter is asked every five seconds: what is older is no longer so


class ToldMeter:
    """Asked by its `Line`: `questions`, and `take(now, number, frame)` for each answer."""

    def __init__(self, wanted, board, boot):
        self.bad = 0
        self._new = []
        self._shown_at = 0
        self._indexes = {}
        for name in ("register", "export"):
            if name in wanted or name == "register":
                register = wanted.get(name, "1.8.0")
                self._indexes[name] = (register, KeptIndex(register_path(board, register), boot))

    def poll(self, now):
        pass  # its line does

    def readings(self, now):
        """Each register at most once for each time that the meter answered."""
        told, self._new = self._new, []
        return told if now - self._shown_at < _FRESH_S else []

    def _show(self, now, watts, **indexes_wh):
        """Take what the meter shows: power into the building, and the index of each direction."""
        self._new = []
        self._shown_at = now
        for name, (register, index) in self._indexes.items():
            if index.take(now, indexes_wh[name]):
                toward = watts if name == "register" else -watts
                d = {"r": register, "wh": index.wh, "w": max(0, round(toward)), "gen": index.generation}
                self._new.append(d)


class Pzem(ToldMeter):
    def __init__(self, wanted, board, boot):
        from samen_node.drivers import pzem

        ToldMeter.__init__(self, wanted, board, boot)
        self._parse = pzem.parse
        self.questions = [pzem.request(wanted.get("address", 1))]

    def take(self, now, number, frame):  # noqa: ARG002 - there is one question
        shown = self._parse(frame)
        self._show(now, shown["power_w"], register=shown["energy_wh"], export=0)


class Sdm(ToldMeter):
    def __init__(self, wanted, board, boot):
        from samen_node.drivers import sdm

        ToldMeter.__init__(self, wanted, board, boot)
        self._parse = sdm.parse
        self._watts = 0
        self.questions = sdm.questions(wanted.get("address", 1), wanted["model"])

    def take(self, now, number, frame):
        values = self._parse(frame)
        if number == 0:
            self._watts = values[0]
        else:
            wh = [int(kwh * 1000 + 0.5) for kwh in values]
            self._show(now, self._watts, register=wh[0], export=wh[1])


def meter(wanted, board, boot, lines):
    """The meter that an entry of the configuration's `sensors` asks for; `lines`: lines by their UART's name,
    where one is added that is not there yet."""
    made = (Pzem if wanted["driver"] == "pzem" else Sdm)(wanted, board, boot)
    name = wanted["uart"]
    if name not in lines:
        baud = 9600 if wanted["driver"] == "pzem" or wanted.get("model") == 630 else 2400
        lines[name] = Line(board.uart(name, wanted.get("baud", baud)))
    lines[name].meters.append(made)
    return made
