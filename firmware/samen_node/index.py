"""The index of a meter that counts by itself, kept so that it never runs back within a generation."""

import struct

from samen_node.store import log

_SAVE_S = 3600  # a fall is noticed over a restart too; flash is written once an hour
_SURE = 3  # so many answers in a row must be lower before the meter is believed to have begun anew


class KeptIndex:
    """One register. `path`: its file. `fresh_generation`: where nothing legible is stored, as for pulses.

    `wh`: the index; `generation`: a new one where the meter was reset, replaced or ran over.
    """

    def __init__(self, path, fresh_generation):
        self._path = path
        self.generation = fresh_generation & 0xFFFF
        self.wh = None
        self._fallen = []
        self._save_at = None
        self._read()

    def take(self, now, wh):
        """Take what the meter shows at `now` (steady seconds); whether it is to be believed."""
        if self.wh is not None and wh < self.wh:
            if self._fallen and wh < self._fallen[-1]:
                self._fallen = []  # it wavers: a meter that began anew counts upward
            self._fallen.append(wh)
            if len(self._fallen) < _SURE:
                return False
            self.generation = (self.generation + 1) & 0xFFFF
            self._save_at = None
        self._fallen = []
        self.wh = wh
        if self._save_at is None or now >= self._save_at:
            self._save(now)
        return True

    def _save(self, now):
        try:
            log.replace(self._path, log.pack(self.generation, struct.pack("<Q", self.wh)))
            self._save_at = now + _SAVE_S
        except OSError:
            pass  # flash is full: tried again with the next answer

    def _read(self):
        try:
            for generation, payload in log.records(self._path):
                if payload is not None and len(payload) == 8:
                    self.generation = generation
                    self.wh = struct.unpack("<Q", payload)[0]
        except OSError:
            pass  # a new meter
