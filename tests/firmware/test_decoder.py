"""Whatever bytes come on whatever topic: a dict or a ContractError, and nothing else."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samen_node import contract

GOLDEN = Path(__file__).parent.parent / "contract"
FILES = [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))]
LEAVES = [file["leaf"] for file in FILES]
VALID = [(file["leaf"], sample["payload"]) for file in FILES for sample in file["valid"]]

CODES = ("oversized", "not_json", "wrong_version", "bad_topic", "bad_field")

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def decoded(leaf: str, payload: bytes) -> dict | None:
    try:
        return contract.decode(leaf, payload)
    except contract.ContractError as error:
        refusal = error.code
    if refusal not in CODES:
        raise LookupError(refusal)
    return None


@given(st.sampled_from(LEAVES) | st.text(), st.binary(max_size=2100))
def test_any_bytes_are_a_message_or_a_refusal(leaf: str, payload: bytes):
    answer = decoded(leaf, payload)

    assert answer is None or isinstance(answer, dict)


@given(st.sampled_from(VALID), st.integers(0, 2000), st.binary(max_size=8))
def test_a_damaged_message_is_a_message_or_a_refusal(sample: tuple[str, str], at: int, noise: bytes):
    leaf, text = sample
    whole = text.encode()
    at %= len(whole)

    decoded(leaf, whole[:at] + noise + whole[at + len(noise) :])


def paths(value: object, so_far: tuple = ()) -> list[tuple]:
    """Where every value inside a message is."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far] + [path for key, part in inside for path in paths(part, (*so_far, key))]


@given(st.sampled_from(VALID), st.data(), any_json)
def test_a_message_with_any_value_exchanged_can_be_stored_or_is_refused(sample, data, other):
    leaf, text = sample
    message = json.loads(text)
    *way, last = data.draw(st.sampled_from([path for path in paths(message) if path]))
    part = message
    for key in way:
        part = part[key]
    part[last] = other

    answer = decoded(leaf, json.dumps(message).encode())

    if answer is not None:
        # What is let through is finite and can be written anywhere: no NaN, no lone surrogate.
        json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()
        assert contract.decode(leaf, contract.encode(answer)) == answer
        assert all(reading["seq"] >= 0 for reading in contract.readings(leaf, answer))


@given(st.sets(st.integers(0, 3000)) | st.sets(st.integers(0, 2**31 - 1), max_size=300))
def test_acks_name_exactly_what_was_committed(seqs: set[int]):
    messages = [contract.decode("ack", contract.encode(message)) for message in contract.ack(2**31 - 1, seqs)]

    named = [n for message in messages for first, last in message["got"] for n in range(first, last + 1)]

    assert sorted(named) == sorted(seqs)


@given(st.binary(max_size=300) | any_json.map(lambda value: json.dumps(value).encode()))
def test_the_identity_of_anything_is_legible_or_none(payload: bytes):
    for leaf in ("replay", "t/energy"):
        answer = contract.identity(leaf, payload)
        assert answer is None or answer[1]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(number: str):
    payload = '{"v":1,"boot":1,"seq":1,"ts":null,"tq":"none","up":1,"d":{"t":' + number + "}}"

    assert decoded("t/climate", payload.encode()) is None


def test_a_refused_reading_still_names_itself_for_the_quarantine():
    refused = b'{"v":1,"boot":3,"seq":9,"ts":null,"tq":"none","up":1,"d":{"t":"warm"}}'

    assert decoded("t/climate", refused) is None
    assert contract.identity("t/climate", refused) == (3, [9])


def test_a_reading_is_the_same_whether_live_or_replayed():
    stamp = {"seq": 9, "ts": None, "tq": "none", "up": 1, "d": {"t": 20.5}}
    live = contract.readings("t/climate", {"v": 1, "boot": 3, **stamp})
    replayed = contract.readings("replay", {"v": 1, "boot": 3, "items": [{"s": "climate", **stamp}]})

    assert live == replayed == [{"boot": 3, "stream": "climate", **stamp}]
    assert contract.readings("t/clock", {"v": 1, "boot": 3, "up": 1, "utc": 1795378504}) == []
