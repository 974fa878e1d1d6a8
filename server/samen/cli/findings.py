"""What `samen tick` does once a night: look for waste on the meters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from samen.cli.cadence import Every
from samen.services import findings_sweep


def nightly_look(clock: Callable[[], datetime]) -> Every:
    """Nobody waits for it at three sharp; after an import it is waited for, until that is counted."""
    return Every(timedelta(minutes=10), clock, findings_sweep.sweep)
