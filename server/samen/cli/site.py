"""`samen site load`."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import click

from samen.adapters.db import Database
from samen.adapters.site_file import SiteFileFault, read_site_file
from samen.cli import BadInput
from samen.config import Settings
from samen.domain.site_plan import BuildingPlan
from samen.services import site as sites


@click.group
def site() -> None:
    """Sites and what is in them."""


@site.command
@click.argument("file", type=click.Path(path_type=Path))
def load(file: Path) -> None:
    """Load sites, spaces, zones, tenants, devices and meters from FILE. Loading again changes nothing.

    demo.toml is the demo building that comes with Samen, unless there is such a file here.
    """
    try:
        plan = demo_plan() if file == Path("demo.toml") and not file.exists() else read_site_file(file)
        load_plan(Database(Settings.from_env().database_url), plan)
    except (SiteFileFault, sites.SlugTaken, sites.SettingsClash) as error:
        raise BadInput(str(error)) from error
    click.echo(
        f"{plan.site.name}: {len(plan.tenants)} tenants, {len(plan.spaces)} spaces, "
        f"{len(plan.devices)} devices, {len(plan.meters)} meters"
    )


def load_plan(database: Database, plan: BuildingPlan) -> None:
    """Store the plan, all of it or nothing."""
    with database.write() as session:
        sites.load(session, plan, datetime.now(UTC))


def demo_plan() -> BuildingPlan:
    """Bota 75, as it comes with the package."""
    with as_file(files("samen") / "demo.toml") as path:
        return read_site_file(path)


commands = (site,)
