"""How a new node proves that it holds a set-up code, and learns who it is. Both sides import this file.

The code is 80 bits that a person carries from the manager's page to the node. Neither it nor the MQTT
password that follows from it is ever sent: messages carry HMACs under the code, so plain HTTP will do, and
who answers has shown that it is the Samen that made the code.

    node → server   {"id", "nonce", "mac"}           id: which code, without telling it
    server → node   {"said", "mac"}                  said: JSON text of site, device, mqtt_url, ca?, streams,
                                                     boot, nonce
    password        from the code and both nonces

`ca`: the broker's authority, DER in base64. `boot`: the highest boot number that counts as used.
"""

import json
from binascii import hexlify

from samen_node.signing import hmac_sha256

MYPY = False
if MYPY:
    from typing import Any

PATH = "/devices/claim"
BOARD_HOST = "192.168.4.1"  # on its own network; ESP-IDF's choice, which its DHCP server tells its guests
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U
CODE_LENGTH = 16


def code_of(typed: str) -> "str | None":
    """The code as it is used, from what somebody typed: spaces, hyphens and case do not matter, and O, I
    and L are taken for the digits they look like. None where it can be no code."""
    code = typed.upper()
    for written, meant in (("-", ""), (" ", ""), ("O", "0"), ("I", "1"), ("L", "1")):
        code = code.replace(written, meant)
    return code if len(code) == CODE_LENGTH and all(c in ALPHABET for c in code) else None


def public_id(code: str) -> str:
    """Names a code to who has it, and tells nobody else what it is."""
    return proof(code, "id")[:16]


def ask(code: str, nonce: str) -> "dict[str, str]":
    """What a node sends; `nonce`: 32 hex digits of its own, the same for each attempt with this code."""
    return {"id": public_id(code), "nonce": nonce, "mac": proof(code, "ask", nonce)}


def password(code: str, asked: str, answered: str) -> str:
    """The MQTT password, from the node's and the server's nonce."""
    return proof(code, "password", asked, answered)[:32]


def answer(code: str, nonce: str, said: str) -> "dict[str, str]":
    """What the server sends to the node that asked with `nonce`."""
    return {"said": said, "mac": proof(code, "answer", nonce, said)}


def understood(code: str, nonce: str, raw: bytes) -> "dict[str, Any] | None":
    """What was said in an answer, if whoever knows the code said it to this very question; else None."""
    try:
        message = json.loads(raw.decode())
        said, mac = message["said"], message["mac"]
        return json.loads(said) if same(mac, proof(code, "answer", nonce, said)) else None
    except (ValueError, RuntimeError, LookupError, TypeError, AttributeError):
        return None


def proof(code: str, *parts: str) -> str:
    """HMAC-SHA256 of the parts under the code, in hex."""
    return hexlify(hmac_sha256(code.encode(), "\n".join(("samen claim 1",) + parts).encode())).decode()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not depend on where they differ."""
    differs = len(one) ^ len(other)
    for a, b in zip(one.encode(), other.encode()):  # noqa: B905 - MicroPython's zip knows no strict
        differs |= a ^ b
    return differs == 0
