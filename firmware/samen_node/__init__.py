"""The Samen sensor node: the same files run on MicroPython and on CPython."""

FIRMWARE = "0.1.0"
