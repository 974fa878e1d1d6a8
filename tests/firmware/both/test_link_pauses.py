"""How long a node waits before it tries a broker again."""

from samen_node.net.mqtt import Client


def pauses(client, count):
    return [client._pause() for _ in range(count)]


def test_pauses_grow_to_a_minute_at_most_and_spread_over_all_of_it():
    client = Client("broker", 1883, "node-1")

    waited = pauses(client, 1000)

    assert waited[0] <= 1
    assert waited[1] <= 2
    assert max(waited) <= 60
    assert 25 < sum(waited[10:]) / 990 < 35
    assert min(waited[10:]) < 5


def test_no_number_of_attempts_is_too_many():
    client = Client("broker", 1883, "node-1")
    client._attempts = 10**9

    assert max(pauses(client, 10)) <= 60
