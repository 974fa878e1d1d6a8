"""Work that goes on until somebody says stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def until_told(stop: threading.Event) -> None:
    """Set `stop` on SIGTERM and SIGINT."""
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())


@contextmanager
def told_meanwhile(stop: threading.Event) -> Iterator[None]:
    """`until_told`, and afterwards as before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    until_told(stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
