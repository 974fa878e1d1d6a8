"""Write what the set-up page says as a node carries it: firmware/setup_page.txt, compressed."""

from __future__ import annotations

import zlib
from pathlib import Path

FIRMWARE = Path(__file__).parent.parent / "firmware"
WINDOW_BITS = 12  # 4 KiB: what it takes of a node's heap to read it
BYTES_A_LINE = 25


def deflated(text: bytes) -> bytes:
    """Raw deflate (RFC 1951), as small as it gets."""
    press = zlib.compressobj(9, zlib.DEFLATED, -WINDOW_BITS, 9)
    return press.compress(text) + press.flush()


def module(content: bytes) -> str:
    """The module that holds it: bytes as a literal, for a node has no time to make them."""
    lines = [content[at : at + BYTES_A_LINE] for at in range(0, len(content), BYTES_A_LINE)]
    literal = "".join('    b"' + "".join(f"\\x{byte:02x}" for byte in line) + '"\n' for line in lines)
    head = (
        '"""What the set-up page says, compressed by scripts/setup_page.py from firmware/setup_page.txt."""'
    )
    return f"{head}\n\nTEXT = (\n{literal})\n"


if __name__ == "__main__":
    text = (FIRMWARE / "setup_page.txt").read_bytes()
    (FIRMWARE / "samen_node" / "setup_text.py").write_text(module(deflated(text)))
