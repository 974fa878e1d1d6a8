"""A noisy wire spoils some of what it carries, and the same again from the same seed."""

from samen_node.simulated.noise import Noisy

SENT = bytes(range(20))


class Wire:
    def __init__(self):
        self.written = []

    def read(self):
        return SENT

    def write(self, data):
        self.written.append(data)
        return len(data)


def reads(share, seed, count=1000):
    wire = Noisy(Wire(), share, seed)
    return [wire.read() for _ in range(count)]


def test_it_spoils_as_many_reads_as_it_is_told_to():
    spoilt = [data for data in reads(0.1, 1) if data != SENT]

    assert 50 < len(spoilt) < 150
    assert reads(0, 1, 50) == [SENT] * 50


def test_it_loses_changes_and_makes_up_bytes():
    lengths = [len(data) for data in reads(1, 1) if data != SENT]

    assert min(lengths) < len(SENT) and max(lengths) > len(SENT) and len(SENT) in lengths


def test_the_same_seed_makes_the_same_noise():
    assert reads(0.5, 7, 50) == reads(0.5, 7, 50)
    assert reads(0.5, 7, 50) != reads(0.5, 8, 50)


def test_what_is_written_and_what_is_silence_stay_as_they_are():
    wire = Wire()
    noisy = Noisy(wire, 1, 1)
    noisy.write(b"abc")
    wire.read = lambda: b""

    assert wire.written == [b"abc"]
    assert noisy.read() == b""
