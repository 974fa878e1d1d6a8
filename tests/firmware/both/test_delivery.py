"""What is sent, and when it is sent again."""

import asyncio
import json
import time

from node_parts.ground import a_folder
from samen_node import telemetry
from samen_node.delivery import Delivery
from samen_node.outbox import Outbox


def seconds():
    return time.ticks_ms() / 1000 if hasattr(time, "ticks_ms") else time.monotonic()


class Bench:
    """A delivery with a link that records what passes; `up` is whether there is one."""

    def __init__(self, folder=None, limit=100000, resend_s=60):
        self.up = True
        self.passed = []
        self.outbox = Outbox(folder or a_folder(), limit)
        settings = {"resend_s": resend_s, "replay_s": 0.005}
        self.delivery = Delivery(self.outbox, self.publish, lambda: self.up, seconds, settings)

    async def publish(self, leaf, payload):
        self.passed.append((leaf, json.loads(payload)))

    def read(self):
        """Make one reading."""
        record = telemetry.write("climate", self.outbox.next_seq, (None, "none", 1), {"t": 20})
        self.delivery.offer(self.outbox.append(record), record)

    def run(self, steps, each=None):
        """Let the tasks work for steps of 5 ms, with something done at each."""

        async def work():
            tasks = [asyncio.create_task(t) for t in (self.delivery.live(), self.delivery.backlog())]
            for _ in range(steps):
                if each:
                    each()
                await asyncio.sleep(0.005)
            for task in tasks:
                task.cancel()

        asyncio.run(work())

    def live(self):
        return [message["seq"] for leaf, message in self.passed if leaf[:2] == "t/"]

    def replayed(self):
        return [
            (message["boot"], item["seq"])
            for leaf, message in self.passed
            if leaf == "replay"
            for item in message["items"]
        ]


def test_a_fresh_reading_goes_live_at_once_and_not_twice():
    bench = Bench()
    bench.read()

    bench.run(20)

    assert (bench.live(), bench.replayed()) == ([0], [])


class CrampedBench(Bench):
    """There is no memory for a message of several readings, nor for the first one that goes live."""

    async def publish(self, leaf, payload):
        message = json.loads(payload)
        if len(message["items"]) > 1 if leaf == "replay" else message["seq"] == 0:
            raise MemoryError
        await Bench.publish(self, leaf, payload)


def test_where_memory_is_short_the_backlog_goes_one_by_one():
    bench = CrampedBench(resend_s=0.05)
    bench.up = False
    for _ in range(6):
        bench.read()
    bench.up = True

    bench.run(60)

    assert sorted(set(bench.replayed())) == [(1, seq) for seq in range(6)]


def test_what_there_is_no_memory_for_live_comes_with_the_backlog():
    bench = CrampedBench(resend_s=0.05)
    bench.read()
    bench.read()

    bench.run(60)

    assert bench.live() == [1]
    assert (1, 0) in bench.replayed()


def test_the_backlog_of_an_earlier_boot_goes_oldest_first_each_once():
    folder = a_folder()
    before = Bench(folder)
    before.up = False
    for _ in range(10):
        before.read()

    bench = Bench(folder)
    bench.run(60)

    assert bench.replayed() == [(1, seq) for seq in range(10)]


def test_an_unacked_reading_is_sent_again_although_new_ones_keep_coming():
    bench = Bench(resend_s=0.1)

    bench.run(100, each=bench.read)

    assert (1, 0) in bench.replayed()


def test_an_acked_reading_is_not_sent_again():
    bench = Bench(resend_s=0.05)
    bench.read()
    bench.read()
    bench.delivery.acked(1, [[0, 0]])

    bench.run(60)

    assert set(bench.replayed()) == {(1, 1)}


def test_no_more_is_in_flight_than_the_server_can_be_expected_to_hold():
    folder = a_folder()
    before = Bench(folder)
    before.up = False
    for _ in range(100):
        before.read()

    bench = Bench(folder)
    bench.run(150)

    assert 30 <= len(bench.replayed()) <= 36


def test_a_new_link_starts_over():
    bench = Bench()
    bench.read()
    bench.run(10)

    bench.delivery.link_is_up()
    bench.run(10)

    assert bench.replayed() == [(1, 0)]


def test_a_new_link_starts_with_the_oldest_however_far_the_old_one_had_come():
    bench = Bench()
    bench.up = False
    for _ in range(12):
        bench.read()
    bench.up = True

    def fall_after_the_first_batch():
        if len(bench.replayed()) == 4:
            bench.delivery.link_is_up()

    bench.run(60, each=fall_after_the_first_batch)

    assert [seq for _boot, seq in bench.replayed()[:8]] == [0, 1, 2, 3] * 2


def test_a_gap_is_told_once_a_link():
    bench = Bench(limit=1500)
    bench.up = False
    for _ in range(100):
        bench.read()
    bench.up = True

    bench.run(20)

    told = [message for leaf, message in bench.passed if leaf == "gap"]
    assert [(gap["from"], gap["why"]) for gap in told] == [(0, "flash_full")]
