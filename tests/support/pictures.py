"""Small images of each kind, with and without what a picture does not need."""

import struct
import zlib

GPS = b"50.8503N 4.3517E"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int = 6, secret: bytes = GPS) -> bytes:
    """An Exif segment with an orientation, a place and whatever else."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38)
    return segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + entries + b"\0\0\0\0" + secret)


def jpeg(*more: bytes, width: int = 16, height: int = 8, frame: int = 0xC0, tail: bytes = b"") -> bytes:
    """The shape of a JPEG; its scan is not a picture of anything."""
    frame_body = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    app0 = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))
    return b"".join([b"\xff\xd8", app0, *more, tables, segment(frame, frame_body), scan, b"\xff\xd9", tail])


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes, width: int = 4, height: int = 4, tail: bytes = b"") -> bytes:
    """A real PNG, red throughout."""
    rows = (b"\0" + b"\xff\0\0" * 4) * 4
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    end = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"".join([b"\x89PNG\r\n\x1a\n", head, *more, end, tail])


def riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def webp(*more: bytes, flags: int = 0x08, width: int = 20, height: int = 10) -> bytes:
    """The shape of an extended WebP with a lossless image."""
    canvas = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    image = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0\1\2"
    body = b"WEBP" + riff(b"VP8X", canvas) + riff(b"VP8L", image) + b"".join(more)
    return b"RIFF" + struct.pack("<I", len(body)) + body
