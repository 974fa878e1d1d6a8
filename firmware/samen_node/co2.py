"""How many people breathe in a room, as an interval, by the mass balance of CO2.

In one well mixed zone V·dC/dt = n·G − Q·(C − C0), so n = V·(dC/dt + q·(C − C0)) / G with q = Q/V, the
air changes (IJERPH 14(2):145). q is learnt from how CO2 decays once everybody has left; until one such
decay was seen there is no answer. Every input is an interval, so the answer is one too. It lags five
minutes, and an open window that was shut while q was learnt makes it too low.
"""

import math
import struct

from samen_node.store import log

# Litres of CO2 an hour: about 18 (0.005 L/s) for a seated adult (after Persily & de Jonge, Indoor Air 27,
# 2017), a third less or more by age, size, sex and how lively people are.
_BREATH = (12, 24)
_NOISE_PPM = 10  # the SCD41's repeatability (Sensirion, data sheet of the SCD4x)
_WINDOW_S = 600
_STEP_S = 20  # samples closer together are passed over
_MIXING_S = 300  # after the door closed behind the last: air is mixed, and only then a decay is one
_DECAY_S = 1200
_REMEMBERED = 3


class HeadCount:
    """`volume_m3` of the room; `outdoor_ppm`: between what the air outdoors lies, as this sensor reads it;
    `path`: the file that keeps the air changes that were learnt."""

    def __init__(self, volume_m3, path, outdoor_ppm=(400, 460)):
        self._volume_m3 = volume_m3
        self._outdoor = outdoor_ppm
        self._path = path
        self._air = []
        self._decay = []
        self.air_changes = []  # of the newest decays: [fewest, most] an hour
        self._read()

    def breathe(self, now, ppm, empty_s):
        """Take a CO2 value; `empty_s`: how long the room has been empty for certain, 0 where it is not."""
        if self._air and now - self._air[-1][0] < _STEP_S:
            return
        self._air = [sample for sample in self._air if now - sample[0] < _WINDOW_S] + [(now, ppm)]
        if empty_s < _MIXING_S:
            self._decay = []
        else:
            self._learn(now, ppm)

    def interval(self):
        """[fewest, most] people, or None while that cannot be told."""
        if not self.air_changes or len(self._air) < 6:
            return None
        early, late = _halves(self._air)
        hours = (late[0] - early[0]) / 3600
        slope = (late[1] - early[1]) / hours
        error = 2 * _NOISE_PPM / math.sqrt(len(self._air) // 2) / hours
        ppm = (early[1] + late[1]) / 2
        fewest = min(q[0] for q in self.air_changes) * max(0, ppm - self._outdoor[1])
        most = max(q[1] for q in self.air_changes) * max(0, ppm - self._outdoor[0])
        return self._whole(slope - error + fewest, slope + error + most)

    def _whole(self, low, high):
        """Whole people between two rates of ppm an hour."""
        fewest = math.ceil(max(0, low) * self._volume_m3 / (1000 * _BREATH[1]))
        most = math.floor(max(0, high) * self._volume_m3 / (1000 * _BREATH[0]))
        return [min(fewest, most), max(fewest, most)]

    # --- air changes --------------------------------------------------------------------------

    def _learn(self, now, ppm):
        """Gather a decay; once it is long enough, keep what it says and begin another."""
        self._decay.append((now, ppm))
        if now - self._decay[0][0] < _DECAY_S:
            return
        bounds = self._rates(*_halves(self._decay))
        self._decay = []
        if bounds:
            self.air_changes = self.air_changes[1 - _REMEMBERED :] + [bounds]
            self._save()

    def _rates(self, early, late):
        """[fewest, most] air changes an hour; None where the fall drowns in noise."""
        hours = (late[0] - early[0]) / 3600
        rates = []
        for outdoor in self._outdoor:
            for noise in (-_NOISE_PPM / 2, _NOISE_PPM / 2):
                above, left = early[1] - outdoor + noise, late[1] - outdoor - noise
                if left < 2 * _NOISE_PPM or above < left:
                    return None
                rates.append(math.log(above / left) / hours)
        return [min(rates), max(rates)] if max(rates) < 1.5 * min(rates) else None

    def _save(self):
        flat = [rate for each in self.air_changes for rate in each]
        try:
            log.replace(self._path, log.pack(0, struct.pack("<%df" % len(flat), *flat)))
        except OSError:
            pass  # flash is full: the next night will tell again

    def _read(self):
        try:
            for _, payload in log.records(self._path):
                if payload is not None:
                    flat = struct.unpack("<%df" % (len(payload) // 4), payload)
                    self.air_changes = [list(flat[n : n + 2]) for n in range(0, len(flat) - 1, 2)]
        except OSError:
            pass  # nothing learnt yet


def _halves(samples):
    """The mean (time, ppm) of the older and of the newer half of samples."""
    half = len(samples) // 2
    return [
        (sum(sample[0] for sample in part) / half, sum(sample[1] for sample in part) / half)
        for part in (samples[:half], samples[-half:])
    ]
