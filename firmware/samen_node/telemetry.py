"""A reading as bytes, written once: live and replayed messages carry the very same bytes.

In the outbox a reading is its stream's name, a space and its JSON without what the envelope says.
"""

from samen_node import contract

_ENVELOPE = 64  # the longest head and tail around one item


def write(stream, seq, stamp, d):
    """The bytes to keep of a reading; `stamp` is (ts, tq, up). ContractError if it breaks the contract."""
    item = contract.encode({"seq": seq, "ts": stamp[0], "tq": stamp[1], "up": stamp[2], "d": d})
    if len(item) + _ENVELOPE > contract.MAX_PAYLOAD:
        raise contract.ContractError("oversized", stream)
    record = stream.encode() + b" " + item
    contract.decode(*live(0, record))
    return record


def live(boot, record):
    """(leaf, payload) of the `t/{stream}` message."""
    stream, item = record.split(b" ", 1)
    return "t/" + stream.decode(), ('{"v":1,"boot":%d,' % boot).encode() + item[1:]


def replay(boot, records):
    """(payload, how many of the records it holds): as many as fit one message, at least one."""
    parts = []
    size = _ENVELOPE
    for record in records:
        stream, item = record.split(b" ", 1)
        part = b'{"s":"' + stream + b'",' + item[1:]
        size += len(part) + 1
        if parts and size > contract.MAX_PAYLOAD:
            break
        parts.append(part)
    return ('{"v":1,"boot":%d,"items":[' % boot).encode() + b",".join(parts) + b"]}", len(parts)
