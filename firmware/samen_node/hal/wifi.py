"""Wi-Fi with networks to fall back on. Nothing here blocks: a step looks, and asks at most."""

from samen_node.net import names

_JOIN_S = 20  # to associate and get an address
_DEAF_S = 600  # with an address, and yet no broker: perhaps another network leads further
_HOME_S = 3600  # on a fallback network this long, then the first gets another chance


class Wifi:
    """`radio`: network.WLAN(network.STA_IF) or what behaves like it; `networks`: (name, password) of each,
    the first preferred. `index`: which of them is in use."""

    def __init__(self, radio, networks):
        self._radio = radio
        self._networks = networks
        self.index = 0
        self._joined = False
        self._until = None
        self._home_at = 0

    def connected(self):
        return self._radio.isconnected()

    async def look_up(self, host):
        """The address of a host, by the network's own resolver; OSError if it has none."""
        return await names.address_of(host, self._radio.ifconfig()[3])

    def step(self, now, connected):
        """Call several times a second; `connected`: whether to the broker, so this network leads there."""
        joined = self.connected()
        if connected and joined and self._joined:
            self._until = now + _DEAF_S
        if self._until is None or (self._joined and not joined):
            self._join(self.index, now)
        elif joined and not self._joined:
            self._joined, self._until = True, now + _DEAF_S
        elif now >= self._until:
            self._join((self.index + 1) % len(self._networks), now)
        elif joined and self.index and now >= self._home_at:
            self._join(0, now)

    def _join(self, index, now):
        self.index = index
        self._joined = False
        self._until = now + _JOIN_S
        self._home_at = now + _HOME_S
        try:
            # Off and on: an association that hangs does not end by another connect.
            self._radio.active(False)
            self._radio.active(True)
            self._radio.connect(*self._networks[index])
        except OSError:
            pass  # the radio was busy; the next try comes by itself
