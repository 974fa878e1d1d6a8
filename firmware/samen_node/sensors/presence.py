"""Sensors that see people: each `look(now)` gives (moving, still, pir), or None while it cannot know."""

_FRESH_S = 3  # radars report ten times a second
_SITTING_CM_S = 5  # a target of the LD2450 that is slower sits or stands


class Radar:
    """`understand(report)` gives (moving, still); `orders`: frames to write, one at each look."""

    def __init__(self, uart, parser, understand, orders=()):
        self._uart = uart
        self._parser = parser
        self._understand = understand
        self._orders = list(orders)
        self._seen = None
        self._heard_at = None

    @property
    def bad(self):
        return self._parser.bad

    def look(self, now):
        if self._orders:
            self._uart.write(self._orders.pop(0))
        reports = [self._understand(report) for report in self._parser.feed(self._uart.read())]
        if reports:
            self._heard_at = now
            self._seen = (any(report[0] for report in reports), any(report[1] for report in reports), False)
        elif self._heard_at is None or now - self._heard_at >= _FRESH_S:
            return None
        return self._seen


class Movement:
    """A PIR at a pin."""

    bad = 0

    def __init__(self, pin, pir):
        self._pin = pin
        self._pir = pir

    def look(self, now):
        moves = self._pir.see(now, self._pin())
        return None if moves is None else (False, False, moves)


def watcher(wanted, board):
    """The sensor that an entry of the configuration's `sensors` asks for."""
    if wanted["driver"] == "pir":
        from samen_node.drivers.pir import Pir

        return Movement(board.pin(wanted["pin"]), Pir(board.clock.up()))
    if wanted["driver"] == "ld2410":
        from samen_node.drivers import ld2410

        gates = wanted.get("gates")
        orders = ld2410.commands(gates, wanted.get("empty_s", 5)) if gates else ()
        uart = board.uart(wanted["uart"], ld2410.BAUD)
        return Radar(uart, ld2410.Parser(), lambda report: (report.moving, report.still), orders)
    from samen_node.drivers import ld2450

    return Radar(board.uart(wanted["uart"], ld2450.BAUD), ld2450.Parser(), _of_targets)


def _of_targets(targets):
    """Where they are is forgotten here."""
    slow = [abs(target.speed_cm_s) < _SITTING_CM_S for target in targets]
    return not all(slow), any(slow)
