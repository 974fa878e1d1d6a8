"""One question and one answer by datagram, without blocking."""

import asyncio
import socket

_LOOK_S = 0.05


async def ask(address, packet, understand, timeout_s=3):
    """Send `packet` to (IPv4 address, port); the first answer of which `understand(bytes)` makes something
    other than None, and that is returned. None where none comes in time."""
    try:
        # Of an address in figures nobody is asked; some ports want it in this form.
        where = socket.getaddrinfo(*address)[0][-1]
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:
        return None  # no network
    try:
        link.setblocking(False)
        link.sendto(packet, where)
        return await _answer(link, understand, int(timeout_s / _LOOK_S))
    except OSError:
        return None
    finally:
        link.close()


async def _answer(link, understand, looks):
    for _ in range(looks):
        await asyncio.sleep(_LOOK_S)
        while True:
            try:
                datagram = link.recv(512)
            except OSError:
                break  # nothing more yet
            meaning = understand(datagram)
            if meaning is not None:
                return meaning
    return None
