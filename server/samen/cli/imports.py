"""`samen import`: what other programs kept."""

from __future__ import annotations

import click

from samen.cli.calendar_import import import_calendar
from samen.cli.readings_import import import_readings
from samen.cli.weather_import import import_weather


@click.group("import")
def imports() -> None:
    """Take in what other programs kept."""


imports.add_command(import_calendar)
imports.add_command(import_readings)
imports.add_command(import_weather)

commands = (imports,)
