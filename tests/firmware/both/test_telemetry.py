"""A reading's bytes, live and replayed."""

from node_parts.ground import raises

from samen_node import contract, receipts, telemetry  # these read what a node says

STAMP = (1795378504, "ntp", 93211)


def test_a_live_message_keeps_the_contract():
    record = telemetry.write("climate", 7, STAMP, {"t": 20.4, "rh": 41})

    leaf, payload = telemetry.live(17, record)

    message = contract.decode(leaf, payload)
    assert (leaf, message["boot"], message["seq"], message["d"]) == (
        "t/climate",
        17,
        7,
        {"t": 20.4, "rh": 41},
    )


def test_a_replay_carries_the_very_bytes_of_the_live_message():
    record = telemetry.write("climate", 7, STAMP, {"t": 20.4, "rh": 41})

    payload, count = telemetry.replay(17, [record])

    live = telemetry.live(17, record)[1]
    assert count == 1
    assert payload.endswith(live[len(b'{"v":1,"boot":17,') :] + b"]}")
    assert contract.decode("replay", payload)["items"][0]["s"] == "climate"


def test_a_replay_takes_no_more_than_one_message_holds():
    records = [telemetry.write("climate", seq, STAMP, {"t": 20.4}) for seq in range(100)]

    payload, count = telemetry.replay(17, records)

    assert 10 < count < 100
    assert [item["seq"] for item in contract.decode("replay", payload)["items"]] == list(range(count))


def test_a_reading_that_the_server_would_refuse_is_not_written():
    raises(contract.ContractError, telemetry.write, "climate", 7, STAMP, {"t": 2000})
    raises(contract.ContractError, telemetry.write, "climate", 7, (None, "ntp", 1), {"t": 20})


def test_the_largest_reading_fits_a_replay_message():
    values = {"1-0:%d.8.0" % n: [n + 0.125, "kWh"] for n in range(48)}
    values["0-0:96.13.0"] = ["x" * 200, None]
    del values["1-0:0.8.0"]

    payload, count = telemetry.replay(2147483647, [telemetry.write("p1", 1, STAMP, values)])

    assert count == 1
    assert len(payload) <= contract.MAX_PAYLOAD
