"""Every name leads to the node: a phone that looks for the Internet is shown the set-up page instead."""

import asyncio
import socket

_ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04"  # the asked name: type A, class IN, keep 0 s


def reply(query, host):
    """The DNS message (RFC 1035) that gives `host`, an IPv4 address, for whatever name was asked, and no
    address of any other kind; None for noise."""
    end = 12
    while end < len(query) and query[end]:
        end += query[end] + 1
    end += 5
    if len(query) < end or query[2] & 0x80:
        return None
    answers = query[end - 4 : end] == b"\x00\x01\x00\x01"
    said = query[:2] + b"\x81\x80\x00\x01\x00" + bytes([answers, 0, 0, 0, 0]) + query[12:end]
    return said + _ANSWER + bytes([int(part) for part in host.split(".")]) if answers else said


async def lead_home(address, host):
    """For ever: answer questions that come to `address` over UDP."""
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    asked.bind(socket.getaddrinfo(address[0], address[1])[0][-1])
    asked.setblocking(False)
    while True:
        await asyncio.sleep(0.05)
        try:
            query, where = asked.recvfrom(512)
            said = reply(query, host)
            if said:
                asked.sendto(said, where)
        except OSError:
            pass  # nobody asked
