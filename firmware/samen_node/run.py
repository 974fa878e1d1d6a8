"""Start one node as a process: `micropython firmware/main.py CONFIG.json`, or with python.

The configuration is a JSON object: site, device, password, mqtt_url (mqtt://host:port or
mqtts://host:port with "ca": path of a DER certificate), folder, streams, registers, seed or script,
and any of samen_node.settings. Without "device" the node is set up first: see samen_node.provision.
"""

import asyncio
import gc
import json
import sys


def main(path, mode="normal"):
    """Run until standard input closes, a file `stop` appears, Ctrl-C, or the node wants to start again.
    `mode`: as main.py's slots say. What fails is raised."""
    with open(path) as file:
        config = json.load(file)
    if hasattr(gc, "threshold"):
        gc.threshold(4096)  # collect early and often: a small heap must not be cut to pieces
    if "device" not in config:
        from samen_node import provision

        provision.set_up(path, config)
    else:
        config["path"] = path
        _live(config, mode)


def _live(config, mode):
    """Not before the node is set up: there is no heap for both."""
    if sys.platform == "esp32":
        from samen_node.hal.esp32 import Board
    else:
        from samen_node.hal.desktop import Board
    tls = locate(config)
    board = Board(config)
    try:
        ended = _load(config, board, tls) if mode == "update" else _measure(config, board, tls, mode)
    except KeyboardInterrupt:
        return
    if ended:
        board.reset()


def _load(config, board, tls):
    """Load the version that is wished: there is no heap for that and for measuring."""
    from samen_node import ota

    return asyncio.run(ota.run(config, board, tls))


def _measure(config, board, tls, mode):
    from samen_node.app import Node

    node = Node(config, board, tls, mode, _healthy(board.flash))
    asyncio.run(node.run())
    return node.life.ending


def _healthy(flash):
    """Ends the count of starts; None where main.py keeps none."""
    slots = sys.modules.get("slots")
    return (lambda: slots.healthy(flash)) if slots else None


def locate(config):
    """Put host and port into the configuration; the TLS context the address asks for."""
    scheme, address = config["mqtt_url"].split("://", 1)
    host, _, port = address.split("@")[-1].rstrip("/").partition(":")
    config["host"] = host
    config["port"] = int(port) if port else (8883 if scheme == "mqtts" else 1883)
    if scheme != "mqtts":
        return None
    from samen_node.net import tls

    with open(config["ca"], "rb") as file:
        return tls.context(file.read())


if __name__ == "__main__":
    main(sys.argv[1])
