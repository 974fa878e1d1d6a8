"""What makes a node believe an update: a signature under a key of its own. Both sides import this file."""

from binascii import hexlify
from hashlib import sha256

MYPY = False
if MYPY:
    from typing import Any


def update_key(password: str) -> bytes:
    """The key that signs a node's updates. It follows from its MQTT password, and not the other way
    round: whoever reads it at the server cannot speak in the node's name."""
    return hmac_sha256(password.encode(), b"samen update")


def signature(key: bytes, site: str, device: str, wish: "dict[str, Any]") -> str:
    """The `hmac` of an ota/desired, in hex: over whom it is for and everything it says."""
    said = [site, device] + [str(wish[name]) for name in ("version", "attempt", "size", "sha256")]
    return hexlify(hmac_sha256(key, "\n".join(said).encode())).decode()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """RFC 2104, for a key of 64 bytes at most: MicroPython carries no hmac."""
    block = key + bytes(64 - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in block]) + message).digest()
    return sha256(bytes([byte ^ 0x5C for byte in block]) + inner).digest()


def number(version: str) -> "tuple[int, ...]":
    """A version such as "1.12.3" as what it sorts by; ValueError where it is none."""
    return tuple(int(part) for part in version.split("."))
