"""What the node asks of random, for an interpreter that has none."""

import os
import struct


def uniform(low, high):
    return low + (high - low) * struct.unpack("<H", os.urandom(2))[0] / 65535
