"""Names to addresses: what is asked, and what of the answers is believed."""

import os

from node_parts.datagrams import DatagramServer
from node_parts.ground import raises

from samen_node.net import names

ASKED = names.question("broker.example", b"\x12\x34")
POINTER = b"\xc0\x0c"


def record(kind, content, name=POINTER):
    return name + bytes([0, kind, 0, 1, 0, 0, 0, 60, 0, len(content)]) + content


def a_reply(*records, asked=ASKED, code=0):
    head = asked[:2] + bytes([0x81, 0x80 | code, 0, 1, 0, len(records), 0, 0, 0, 0])
    return head + asked[12:] + b"".join(records)


def test_a_question_is_what_rfc_1035_says():
    assert ASKED == (
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x06broker\x07example\x00\x00\x01\x00\x01"
    )


def test_the_first_address_is_taken_also_behind_an_alias():
    alias = record(5, b"\x04host" + POINTER)
    address = record(1, b"\x0a\x00\x00\x07", name=b"\x04host\x07example\x00")

    assert names.answer(a_reply(address), ASKED) == "10.0.0.7"
    assert names.answer(a_reply(alias, address, record(1, b"\x0a\x00\x00\x08")), ASKED) == "10.0.0.7"


def test_a_name_that_does_not_exist_or_has_no_address_says_so():
    assert names.answer(a_reply(code=3), ASKED) == ""
    assert names.answer(a_reply(record(28, bytes(16))), ASKED) == ""
    assert names.answer(a_reply(), ASKED) == ""


def test_an_answer_to_another_question_is_none():
    address = record(1, b"\x0a\x00\x00\x07")
    other = names.question("broker.example", b"\x12\x35")
    third = names.question("router.example", b"\x12\x34")

    assert names.answer(a_reply(address, asked=other), ASKED) is None
    assert names.answer(a_reply(address, asked=third), ASKED) is None
    assert names.answer(ASKED, ASKED) is None


def test_a_reply_that_is_cut_or_damaged_is_an_address_or_nothing():
    whole = a_reply(record(5, b"\x04host" + POINTER), record(1, b"\x0a\x00\x00\x07"))

    for length in range(len(whole)):
        assert names.answer(whole[:length], ASKED) in (None, "")
    for at in range(2000):
        noise = os.urandom(3)
        place = at % (len(whole) - 3)
        damaged = whole[:place] + noise + whole[place + 3 :]
        found = names.answer(damaged, ASKED)
        assert found is None or isinstance(found, str)


def test_a_name_in_figures_is_its_own_address():
    server = DatagramServer(lambda asked: [])

    found = server.during(names.address_of("192.168.1.10", "127.0.0.1", server.port))

    assert (found, server.asked) == ("192.168.1.10", [])


def test_the_resolver_is_asked_and_a_forged_reply_is_passed_over():
    def answers(asked):
        forged = bytes([asked[0] ^ 1]) + asked[1:]
        return [
            a_reply(record(1, b"\x0a\x00\x00\x66"), asked=forged),
            b"",
            b"\x00",
            a_reply(record(1, b"\x0a\x00\x00\x07"), asked=asked),
        ]

    server = DatagramServer(answers)

    assert server.during(names.address_of("broker.example", "127.0.0.1", server.port)) == "10.0.0.7"


def test_a_name_without_an_address_is_an_error():
    server = DatagramServer(lambda asked: [a_reply(code=3, asked=asked)])

    error = raises(OSError, server.during, names.address_of("nobody.example", "127.0.0.1", server.port))

    assert "nobody.example" in str(error)
