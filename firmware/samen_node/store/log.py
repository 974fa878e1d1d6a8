"""Append-only files of numbered records, each with its own checksum.

A record is a head (length u16, number u32, check u16 of these six bytes), the payload and a CRC-32
of both. A kill can only cut the last record short; the head's own check lets a reader step over a
damaged payload without ever looking for records inside it.
"""

import os
import struct
from binascii import crc32

_HEAD = "<HIH"
_HEAD_BYTES = 8
_TAIL_BYTES = 4
MAX_RECORD = 65535


def pack(number, payload):
    """The bytes of one record; write them in one piece."""
    if len(payload) > MAX_RECORD:
        raise ValueError("record too long")
    head = struct.pack("<HI", len(payload), number)
    body = head + struct.pack("<H", crc32(head) & 0xFFFF) + payload
    return body + struct.pack("<I", crc32(body) & 0xFFFFFFFF)


def records(path):
    """Yield (number, payload) in order; (number, None) for a damaged payload; (None, None) and the
    end where a head is illegible. A record cut short by a kill ends the file without a word."""
    for number, payload, _ in records_from(path, 0):
        yield number, payload


def records_from(path, at):
    """As `records`, from a record's first byte on; each with the place of the byte behind it."""
    with open(path, "rb") as file:
        file.seek(at)
        while True:
            head = file.read(_HEAD_BYTES)
            if len(head) < _HEAD_BYTES:
                return
            length, number, check = struct.unpack(_HEAD, head)
            if crc32(head[:6]) & 0xFFFF != check:
                yield None, None, at
                return
            rest = file.read(length + _TAIL_BYTES)
            if len(rest) < length + _TAIL_BYTES:
                return
            at += _HEAD_BYTES + length + _TAIL_BYTES
            payload = rest[:length]
            sound = struct.pack("<I", crc32(payload, crc32(head)) & 0xFFFFFFFF) == rest[length:]
            yield number, (payload if sound else None), at


def replace(path, content):
    """Write a whole file so that a kill leaves either the old one or the new one."""
    with open(path + ".new", "wb") as file:
        file.write(content)
    os.rename(path + ".new", path)


def make_folder(path):
    """Create a folder whose parent exists, unless it is there already."""
    try:
        os.mkdir(path)
    except OSError:
        os.listdir(path)  # raises if it is no folder


def erase(path):
    """Remove a file that may be gone already."""
    try:
        os.remove(path)
    except OSError:
        pass
