"""What a node says of itself. It is needed once a connection, and is in the heap no longer than that."""

from samen_node import contract

_UNITS = {
    "occupancy": {"conf": "%"},
    "energy": {"wh": "Wh", "w": "W"},
    "climate": {"t": "°C", "rh": "%", "co2": "ppm"},
    "p1": {},  # each value has its own
}


def meta(config, board, firmware, streams, life):
    """The contract's `meta`."""
    told = {
        "hw": board.hardware,
        "fw": firmware,
        "git": config.get("git", ""),
        "chip": board.chip,
        "caps": ["identify", "report", "replay", "restart"],
        "contract": contract.VERSION,
        "streams": {name: _UNITS[name] for name in streams},
        "reset": board.reset_cause(),
        "mode": life.mode,
    }
    if life.words is None:
        life.words = last_words(board.flash)
    if life.words:
        told["crash"] = life.words
    return told


def last_words(flash):
    """What main.py kept of the failure before this start, in characters that the contract allows; or ""."""
    try:
        with open(flash + "/crash") as file:
            words = file.read()
    except (OSError, ValueError):
        return ""
    return "".join(c if 32 <= ord(c) < 127 else " " for c in words)[-200:].strip()
