"""What a node that measures does for its updates. Loading one is samen_node.ota's, in a start of its own."""

import sys

_LONGEST = 1024  # bytes of an ota/desired


class Wishes:
    """`mode`: as slots.begin gave it. `trial_s`: how long after its start a trial has to meet the broker.
    `waits`: whether a wish asks for a start of its own."""

    def __init__(self, flash, mode, trial_s):
        self._flash = flash
        self._slots = sys.modules.get("slots")  # where main.py has started the node: or nobody heeds a wish
        self._on_trial = mode == "trial"
        self._trial_s = trial_s
        self.waits = False

    def hear(self, payload):
        """Keep an ota/desired as it came; it is read and doubted where there is heap for that."""
        if self._slots and 0 < len(payload) <= _LONGEST:  # an empty one takes a retained one back
            try:
                text = payload.decode()
            except ValueError:
                return
            self.waits = self._slots.wish(self._flash, text)
            if self.waits and not self._on_trial:
                self._slots.healthy(self._flash)  # the broker has spoken: what follows is no failure to start

    def confirmed(self):
        """The node works and has met the broker: answers, where that ends a trial."""
        was_on_trial, self._on_trial = self._on_trial, False
        return self.fate() if was_on_trial else []

    def fate(self):
        """What became of the last wish, as answers to publish: (leaf, message, retain)."""
        told = self._slots.fate(self._flash) if self._slots else None
        return [("ota/status", told, True)] if told else []

    def restart(self, now):
        """Whether the node had better start again, `now` seconds after its start."""
        if self._on_trial and now >= self._trial_s:
            self._slots.give_up(self._flash, "no_broker")
            return True
        return self.waits and not self._on_trial
