"""The time from NTP servers (RFC 5905, section 14, as a client that keeps no state)."""

import asyncio
import os
import random
import struct

from samen_node.net import udp

_FROM_1900 = 2208988800  # seconds from the NTP era to Unix'
_PORT = 123
_AGAIN_S = 14400
_FIRST_PAUSE_S = 4
_STEP_S = 2


async def run(clock, network, alive):
    """For ever: ask the clock's servers in turn until one is believed, then again every four hours.

    `network`: see net.mqtt; `alive("ntp")` is called every few seconds. A server is "host" or "host:port".
    """
    due = failures = 0
    while True:
        alive("ntp")
        if network.connected() and clock.up() >= due:
            server = clock.servers[failures % len(clock.servers)]
            failures = 0 if await _set(clock, server, network) else failures + 1
            pause = _FIRST_PAUSE_S << min(failures, 8) if failures else _AGAIN_S
            due = clock.up() + pause * random.uniform(0.8, 1.2)  # a fleet spreads out
        await asyncio.sleep(_STEP_S)


async def _set(clock, server, network):
    """Whether the server answered and was believed."""
    host, _, port = server.partition(":")
    nonce = os.urandom(8)
    try:
        address = await network.look_up(host), int(port or _PORT)
    except OSError:
        return False
    asked = clock.up()
    utc_ms = await udp.ask(address, request(nonce), lambda reply: time_ms(reply, nonce))
    # The answer was under way for about half of the time that it took.
    return utc_ms is not None and clock.offer(utc_ms + int((clock.up() - asked) * 500))


def request(nonce):
    """A client's packet, version 4. Its transmit time is eight random bytes, which only one who has seen
    them can return as the origin of an answer, and which say nothing of this clock."""
    return b"\x23" + bytes(39) + nonce


def time_ms(reply, nonce):
    """Unix milliseconds at which the server sent its reply; None if that is no answer to this request or the
    server knows no time itself."""
    if len(reply) < 48 or reply[24:32] != nonce:
        return None
    leap, mode, stratum = reply[0] >> 6, reply[0] & 7, reply[1]
    if leap == 3 or mode != 4 or not 0 < stratum < 16:
        return None
    seconds, fraction = struct.unpack(">II", reply[40:48])
    if seconds < 0x80000000:
        seconds += 0x100000000  # the era that begins in February 2036
    return (seconds - _FROM_1900) * 1000 + (fraction * 1000 >> 32)
