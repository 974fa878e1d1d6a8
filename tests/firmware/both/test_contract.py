"""The golden messages of every topic, decoded alike by both interpreters."""

import json
import os
from binascii import unhexlify

from node_parts.ground import GOLDEN, raises, read

from samen_node import contract, receipts  # these read what a node says

READINGS = ["t/occupancy", "t/energy", "t/climate", "t/p1", "t/clock", "replay", "ack", "gap"]
ORDERS = ["cfg/desired", "cfg/reported", "cmd", "cmd/res", "ota/desired", "ota/status", "next", "zones/plan"]
UPDATES = ["ota/want", "ota/part"]
LEAVES = ["status", "meta", "state", "diag"] + READINGS + ORDERS + UPDATES


def golden():
    for name in sorted(os.listdir(GOLDEN)):
        if name.endswith(".json"):
            yield json.loads(read(GOLDEN + "/" + name))


def payload(sample):
    return unhexlify(sample["hex"]) if "hex" in sample else sample["payload"].encode()


def test_there_is_a_golden_file_for_every_topic():
    assert sorted(file["leaf"] for file in golden()) == sorted(LEAVES)


def test_every_valid_golden_message_decodes_to_what_is_written_beside_it():
    for file in golden():
        for sample in file["valid"]:
            assert contract.decode(file["leaf"], payload(sample)) == sample["decoded"], sample


def test_every_invalid_golden_message_is_refused_with_its_code():
    for file in golden():
        for sample in file["invalid"]:
            error = raises(contract.ContractError, contract.decode, file["leaf"], payload(sample))
            assert error.code == sample["code"], (sample, error.code)


def test_what_was_decoded_can_be_encoded_and_decoded_again():
    for file in golden():
        for sample in file["valid"]:
            again = contract.decode(file["leaf"], contract.encode(sample["decoded"]))
            assert again == sample["decoded"]


def test_a_topic_is_taken_apart_as_it_was_put_together():
    for leaf in LEAVES:
        assert contract.parse_topic(contract.topic("bota75", "node-1", leaf)) == ("bota75", "node-1", leaf)


def test_a_topic_outside_the_contract_is_refused():
    for bad in (
        "",
        "samen/v1",
        "samen/v2/a/b/ack",
        "samen/v1/a/b/t/heat",
        "samen/v1//b/ack",
        "samen/v1/a/#/ack",
        "samen/v1/a/zones/plan",
        "samen/v1/a/zones//plan",
        "samen/v1/a/zones/b/c/plan",
        "samen/v1/a/b/zones/plan",
    ):
        assert raises(contract.ContractError, contract.parse_topic, bad).code == "bad_topic"


def test_a_zone_s_plan_has_a_place_of_its_own_beside_the_nodes():
    assert contract.topic("bota75", "front", "zones/plan") == "samen/v1/bota75/zones/front/plan"


def test_a_message_above_two_kibibytes_is_neither_written_nor_read():
    assert raises(contract.ContractError, contract.encode, {"x": "y" * 2048}).code == "oversized"
    assert raises(contract.ContractError, contract.decode, "ack", b" " * 2049).code == "oversized"


def test_deep_nesting_and_long_numbers_are_refused_like_anything_else():
    for text in ("[" * 2000, '{"a":' * 400, '{"v":' + "9" * 2000 + "}"):
        raises(contract.ContractError, contract.decode, "status", text.encode())
