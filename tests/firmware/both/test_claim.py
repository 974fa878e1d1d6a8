"""How a new node proves that it holds a set-up code: nothing secret is sent, and nothing forged is believed."""

import json
from binascii import hexlify

from samen_node import claim, signing

CODE = "K7QM2XPA9RTB4WZN"
NONCE = "00112233445566778899aabbccddeeff"


def answered(**more):
    said = dict({"device": "node-iris", "nonce": "f" * 32}, **more)
    return json.dumps(claim.answer(CODE, NONCE, json.dumps(said))).encode()


def test_a_code_is_understood_however_it_is_typed():
    assert claim.code_of("k7qm-2xpa 9rtb-4wzn") == CODE
    assert claim.code_of("OIL0-0000-0000-0000") == "0110000000000000"
    assert claim.code_of("K7QM-2XPA-9RTB") is None
    assert claim.code_of("K7QM-2XPA-9RTB-4WZU") is None
    assert claim.code_of("") is None


def test_the_digest_is_that_of_the_standard():
    # RFC 4231, test case 2
    digest = signing.hmac_sha256(b"Jefe", b"what do ya want for nothing?")

    assert hexlify(digest).startswith(b"5bdcc146bf60754e6a042426089575c7")


def test_neither_the_code_nor_the_password_is_sent():
    password = claim.password(CODE, NONCE, "f" * 32)
    sent = json.dumps(claim.ask(CODE, NONCE)) + answered().decode()

    assert len(password) == 32
    assert CODE not in sent and password not in sent
    assert password != claim.password(CODE, NONCE, "e" * 32)


def test_an_answer_is_believed_from_who_knows_the_code():
    assert claim.understood(CODE, NONCE, answered())["device"] == "node-iris"


def test_an_answer_that_was_changed_is_not_believed():
    changed = answered().replace(b"node-iris", b"node-evil")

    assert claim.understood(CODE, NONCE, changed) is None


def test_an_answer_to_another_question_or_under_another_code_is_not_believed():
    assert claim.understood(CODE, "1" + NONCE[1:], answered()) is None
    assert claim.understood("0" + CODE[1:], NONCE, answered()) is None


def test_noise_is_no_answer():
    for noise in (b"", b"{}", b"[]", b"null", b"\xff", b'{"said":1,"mac":2}', b"[" * 3000, answered()[:-9]):
        assert claim.understood(CODE, NONCE, noise) is None
