"""The board's entry: MicroPython runs main.py after boot. On a desktop, give it a configuration."""

import sys

from samen_node.run import main

main(sys.argv[1] if len(sys.argv) > 1 else "config.json")
