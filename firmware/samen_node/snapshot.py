"""The newest reading of each stream, for `state`: what Home Assistant and a door's panel read."""


class Snapshot:
    """`settings` say after how many seconds of silence a stream leaves it: a dead sensor must not look
    alive because another one speaks."""

    def __init__(self, settings):
        self._settings = settings
        self._newest = {}
        self._heard_at = {}

    def take(self, stream, d, now):
        """A reading of a stream at `now`, in steady seconds; of `energy`, one of a register."""
        self._heard_at[stream] = now
        if stream == "energy":
            self._newest.setdefault(stream, {})[d["r"]] = d
        else:
            self._newest[stream] = d

    def fresh(self, now):
        """The streams that are not silent, with their newest."""
        silent_after = self._settings.silent_after
        return {
            name: d for name, d in self._newest.items() if now - self._heard_at[name] < silent_after(name)
        }
