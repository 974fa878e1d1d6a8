"""The time from a server: what is asked, what is believed, and when it is asked again."""

import asyncio
import struct

from node_parts.datagrams import DatagramServer

from samen_node.net import ntp

NONCE = b"\x01\x02\x03\x04\x05\x06\x07\x08"
UNIX = 1800000000
FROM_1900 = 2208988800


def a_reply(nonce=NONCE, first=0x24, stratum=2, seconds=UNIX + FROM_1900, fraction=0x80000000):
    return (
        bytes([first, stratum])
        + bytes(22)
        + nonce
        + bytes(8)
        + struct.pack(">II", seconds & 0xFFFFFFFF, fraction)
    )


class NtpClock:
    """A clock that keeps what it is offered; `believes` says how it answers."""

    def __init__(self, port, believes=True):
        self.servers = ["127.0.0.1:%d" % port]
        self.believes = believes
        self.offered = []
        self.now = 0

    def up(self):
        return self.now

    def offer(self, utc_ms):
        self.offered.append(utc_ms)
        return self.believes


class NtpNetwork:
    def __init__(self, there):
        self.there = there

    def connected(self):
        return self.there

    async def look_up(self, host):
        return host


def test_a_request_is_48_bytes_of_version_4_from_a_client():
    asked = ntp.request(NONCE)

    assert (len(asked), asked[0], asked[40:]) == (48, 0x23, NONCE)
    assert not any(asked[1:40])


def test_the_time_is_read_to_the_millisecond():
    assert ntp.time_ms(a_reply(), NONCE) == UNIX * 1000 + 500
    assert ntp.time_ms(a_reply(fraction=0), NONCE) == UNIX * 1000


def test_time_goes_on_in_2036():
    rollover = 2085978496  # 2036-02-07 06:28:16 UTC, the first second of the next NTP era

    for unix in (rollover - 1, rollover, rollover + 1):
        assert ntp.time_ms(a_reply(seconds=unix + FROM_1900, fraction=0), NONCE) == unix * 1000


def test_what_is_no_answer_to_this_request_is_none():
    assert ntp.time_ms(a_reply(nonce=b"\x09" * 8), NONCE) is None
    assert ntp.time_ms(a_reply(first=0x23), NONCE) is None  # a request
    assert ntp.time_ms(a_reply()[:47], NONCE) is None
    assert ntp.time_ms(b"", NONCE) is None


def test_a_server_that_knows_no_time_is_not_believed():
    assert ntp.time_ms(a_reply(first=0xE4), NONCE) is None  # not synchronised
    assert ntp.time_ms(a_reply(stratum=0), NONCE) is None  # a "kiss of death"
    assert ntp.time_ms(a_reply(stratum=16), NONCE) is None


def kept_for(server, clock, looks, connected=True, each=None):
    """Let the clock be kept for so many looks of a loop that does not wait; the pauses are what moves time."""
    done = []

    async def as_asked():
        task = asyncio.create_task(ntp.run(clock, NtpNetwork(connected), done.append))
        while len(done) < looks:
            await asyncio.sleep(0.01)
            if each:
                each(clock)
        task.cancel()

    before = ntp._STEP_S
    ntp._STEP_S = 0.02
    try:
        server.during(as_asked())
    finally:
        ntp._STEP_S = before


def test_a_server_is_asked_once_in_four_hours():
    server = DatagramServer(lambda asked: [a_reply(nonce=asked[40:48])])
    clock = NtpClock(server.port)

    def minutes_pass(clock):
        clock.now += 200

    kept_for(server, clock, 12, each=minutes_pass)

    assert len(clock.offered) in (1, 2)


def test_a_server_that_is_not_believed_is_asked_again_soon():
    server = DatagramServer(lambda asked: [a_reply(nonce=asked[40:48])])
    clock = NtpClock(server.port, believes=False)

    def a_minute(clock):
        clock.now += 60

    kept_for(server, clock, 8, each=a_minute)

    assert len(clock.offered) >= 3


def test_without_a_network_nobody_is_asked():
    server = DatagramServer(lambda asked: [a_reply(nonce=asked[40:48])])
    clock = NtpClock(server.port)

    kept_for(server, clock, 5, connected=False)

    assert (clock.offered, server.asked) == ([], [])


def test_a_forged_answer_before_the_true_one_is_passed_over():
    forged = a_reply(seconds=FROM_1900 + 4000000000)
    server = DatagramServer(lambda asked: [forged, a_reply(nonce=asked[40:48])])
    clock = NtpClock(server.port)

    kept_for(server, clock, 2)

    assert abs(clock.offered[0] - UNIX * 1000) < 5000
