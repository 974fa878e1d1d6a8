"""What may be set from afar: names, bounds, defaults, and what of it is kept in flash."""

import json

from samen_node.store import log

_BOUNDS = (  # name=default:lowest:highest, in seconds; text takes a fifth of a table's heap
    "occupancy_s=300:1:3600 energy_s=60:1:3600 climate_s=60:1:3600 p1_s=60:1:3600 diag_s=300:1:86400 "
    "resend_s=30:1:3600 replay_s=1:0.02:60 hold_s=180:0:7200 debounce_s=0.4:0:30"
)


class Settings:
    """`values` by name and the revision `rev` they came with; `path`: their file."""

    def __init__(self, path, given):
        self._path = path
        self.rev = 0
        self.values = {name: given.get(name, bounds[0]) for name, bounds in _bounds()}
        self._read()

    def __getitem__(self, name):
        return self.values[name]

    def silent_after(self, stream):
        """Seconds without a word from a stream after which it is silent: a report or two may be late."""
        return max(60, 3 * self.values.get(stream + "_s", 60))

    def apply(self, rev, wanted):
        """Take what is allowed and keep it; a code for every key that is refused."""
        errors = {}
        before = (self.rev, dict(self.values))
        for name, value in wanted.items():
            refusal = _refusal(name, value)
            if refusal:
                errors[name] = refusal
            else:
                self.values[name] = value
        self.rev = rev
        if before != (rev, self.values):  # the same wish comes again with every connect
            log.replace(self._path, log.pack(rev, json.dumps(self.values).encode()))
        return errors

    def _read(self):
        try:
            for rev, payload in log.records(self._path):
                if payload is not None:
                    self.values.update(json.loads(payload))
                    self.rev = rev
        except OSError:
            pass  # nothing was ever set from afar


def _bounds():
    """Each setting's name with (default, lowest, highest)."""
    for entry in _BOUNDS.split():
        name, bounds = entry.split("=")
        yield name, [float(bound) for bound in bounds.split(":")]


def _refusal(wanted, value):
    for name, (_, lowest, highest) in _bounds():
        if name == wanted:
            if type(value) not in (int, float):
                return "bad_type"
            return None if lowest <= value <= highest else "out_of_range"
    return "unknown_key"
