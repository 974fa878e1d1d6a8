"""Pictures that people send: known by their bytes, and rebuilt without what a picture does not need.

Only the parts that hold the image itself are kept, so that neither a place (GPS), a device, a comment nor a
second file behind the first one is stored. Nothing is decoded here: what is left is for the browser alone.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 2 * 1024 * 1024
# A larger one is no photograph of a boiler but a way to fill a reader's memory.
MOST_SIDE, MOST_PIXELS = 12_000, 50_000_000

EOI, SOS, APP1, APP14 = 0xD9, 0xDA, 0xE1, 0xEE
# Frames that browsers draw: baseline, extended and progressive.
FRAMES = frozenset({0xC0, 0xC1, 0xC2})
TABLES = frozenset({0xDB, 0xC4, 0xDD})
# What Adobe's segment says of colours, and not a byte more.
ADOBE_BYTES = 16
RESTARTS = range(0xD0, 0xD8)
ORIENTATION = 0x0112

PNG = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"IDAT", b"IEND"})
WEBP_CHUNKS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH"})
ALPHA, ANIMATION = 0x10, 0x02


class NoPicture(ValueError):
    """The bytes are no JPEG, PNG or WebP image that may be kept."""


@dataclass(frozen=True)
class Picture:
    """A rebuilt image, its type as a browser is told it, and its size in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int


def picture(content: bytes) -> Picture:
    """The image alone. Raises NoPicture for anything else, and for what is too large."""
    if len(content) > MOST_BYTES:
        raise NoPicture("too many bytes")
    try:
        found = _rebuilt(content)
    except (struct.error, IndexError) as error:
        raise NoPicture("cut off") from error
    if not (0 < found.width <= MOST_SIDE and 0 < found.height <= MOST_SIDE):
        raise NoPicture("too wide or too high")
    if found.width * found.height > MOST_PIXELS:
        raise NoPicture("too many pixels")
    return found


def _rebuilt(content: bytes) -> Picture:
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(PNG):
        return _png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp(content)
    raise NoPicture("neither JPEG, PNG nor WebP")


def _jpeg(content: bytes) -> Picture:
    segments = list(_segments(content))
    frames = [part for marker, part in segments if 0xC0 <= marker <= 0xCF and marker not in TABLES]
    if len(frames) != 1 or frames[0][1] not in FRAMES or all(marker != SOS for marker, _ in segments):
        raise NoPicture("no image in it, several, or one of a rare kind")
    height, width = struct.unpack_from(">HH", frames[0], 5)
    turned = next(
        (one for marker, part in segments if marker == APP1 and (one := _orientation(part[4:]))), None
    )
    kept = [part for marker, part in segments if _holds_the_image(marker, part)]
    head = [b"\xff\xd8", *([_only_orientation(turned)] if turned else [])]
    return Picture(b"".join([*head, *kept, b"\xff\xd9"]), "image/jpeg", width, height)


def _holds_the_image(marker: int, part: bytes) -> bool:
    return marker in FRAMES | TABLES | {SOS} or (marker == APP14 and len(part) == ADOBE_BYTES)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their segments; a scan's data belongs to its segment. Ends with the image."""
    place = 2
    while True:
        while content[place] == 0xFF and content[place + 1] == 0xFF:
            place += 1
        if content[place] != 0xFF:
            raise NoPicture("broken JPEG")
        marker = content[place + 1]
        if marker == EOI:
            return
        (length,) = struct.unpack_from(">H", content, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(content):
            raise NoPicture("broken JPEG")
        if marker == SOS:
            end = _scan_end(content, end)
        yield marker, content[place:end]
        place = end


def _scan_end(content: bytes, place: int) -> int:
    """Where the scan's data ends: at the next marker that is neither stuffing nor a restart."""
    while True:
        place = content.find(b"\xff", place)
        if place < 0 or place + 1 >= len(content):
            raise NoPicture("cut off")
        if content[place + 1] != 0 and content[place + 1] not in RESTARTS:
            return place
        place += 2


def _orientation(exif: bytes) -> int | None:
    """Which way up the camera was held, from 2 to 8; None where that needs no word."""
    if not exif.startswith(b"Exif\0\0"):
        return None
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION:
                return int(value) if 2 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _only_orientation(value: int) -> bytes:
    """An Exif segment that says nothing else."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, value, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> Picture:
    kept, place, kind = [PNG], len(PNG), b""
    size: tuple[int, int] | None = None
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, place)
        chunk = content[place : place + 12 + length]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0]:
            raise NoPicture("broken PNG")
        if kind == b"IHDR" and size is None:
            size = struct.unpack_from(">II", chunk, 8)
        if kind in PNG_CHUNKS:
            kept.append(chunk)
        place += len(chunk)
    if size is None or not any(chunk[4:8] == b"IDAT" for chunk in kept):
        raise NoPicture("no image in it")
    return Picture(b"".join(kept), "image/png", *size)


def _webp(content: bytes) -> Picture:
    (length,) = struct.unpack_from("<I", content, 4)
    end, place = 8 + length, 12
    if end > len(content):
        raise NoPicture("cut off")
    kept: list[bytes] = []
    while place < end:
        kind, size = struct.unpack_from("<4sI", content, place)
        chunk = content[place : place + 8 + size + size % 2]
        if place + 8 + size > end:
            raise NoPicture("broken WebP")
        if kind == b"VP8X":
            chunk = _still(chunk)
        if kind in WEBP_CHUNKS:
            kept.append(chunk)
        place += 8 + size + size % 2
    body = b"WEBP" + b"".join(kept)
    return Picture(b"RIFF" + struct.pack("<I", len(body)) + body, "image/webp", *_webp_size(kept))


def _still(header: bytes) -> bytes:
    """The extended header of an image without anything besides the image."""
    if header[8] & ANIMATION:
        raise NoPicture("it moves")
    return header[:8] + bytes([header[8] & ALPHA]) + header[9:]


def _webp_size(chunks: list[bytes]) -> tuple[int, int]:
    """The canvas; of an image that says another size than its canvas, the larger one."""
    found = [size for chunk in chunks if (size := _size_in(chunk)) is not None]
    if not any(chunk[:4] in {b"VP8 ", b"VP8L"} for chunk in chunks):
        raise NoPicture("no image in it")
    return max(width for width, _ in found), max(height for _, height in found)


def _size_in(chunk: bytes) -> tuple[int, int] | None:
    kind, data = chunk[:4], chunk[8:]
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        if data[3:6] != b"\x9d\x01\x2a":
            raise NoPicture("broken WebP")
        width, height = struct.unpack_from("<HH", data, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None
