"""Appends to an outbox until it is killed; prints each seq once its append has returned."""

import sys

from samen_node.outbox import Outbox

box = Outbox(sys.argv[1], 1000000)
print("boot", box.boot)
while True:
    payload = ("boot %d seq %d " % (box.boot, box.next_seq)).encode() * (1 + box.next_seq % 7)
    print(box.append(payload))
    sys.stdout.flush() if hasattr(sys.stdout, "flush") else None
