"""The light at a door: free or busy, from the room's next occurrences, by the node's own clock.

The plan is kept in flash, so that neither a lost network nor a restart without one puts the light out.
It is dark where it would have to guess: the clock is unset, no plan has come, or the plan has run out.
"""

from samen_node import contract
from samen_node.store import log


class DoorLight:
    """`show(name, on)` switches the colours "free" and "busy"; `path`: the file that keeps the plan."""

    def __init__(self, show, path):
        self._show = show
        self._path = path
        self._shown = {}
        self._payload = None
        self._plan = None
        self._read()

    def plan(self, message, payload):
        """Take a decoded `next` message; its bytes are kept."""
        self._plan = message
        if payload != self._payload:  # the broker says it again with every connect
            try:
                log.replace(self._path, log.pack(0, payload))
                self._payload = payload
            except OSError:
                pass  # flash is full: it holds until the next restart

    def shine(self, utc):
        """Show what holds at `utc` (Unix seconds, None while the clock is unset)."""
        colour = self._colour(utc)
        for name in ("free", "busy"):
            if self._shown.get(name) != (name == colour):
                self._shown[name] = name == colour
                self._show(name, name == colour)

    def _colour(self, utc):
        if utc is None or self._plan is None or utc >= self._plan.get("until", contract.LATEST_TS):
            return None
        taken = any(item["start"] <= utc < item["end"] for item in self._plan["items"])
        return "busy" if taken else "free"

    def _read(self):
        try:
            for _, payload in log.records(self._path):
                if payload is not None:
                    self._plan = contract.decode("next", payload)
                    self._payload = payload
        except (OSError, contract.ContractError):
            pass  # none was kept, or by a firmware that understood another
