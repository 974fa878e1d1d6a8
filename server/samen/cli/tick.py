"""`samen tick`: what is due, again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import click
import structlog
from sqlalchemy.exc import OperationalError

from samen.adapters import mqtt
from samen.adapters.db import Database
from samen.adapters.smtp import post_for
from samen.cli.archive import archive_job
from samen.cli.credits import nightly_settle
from samen.cli.doors import Doors
from samen.cli.findings import nightly_look
from samen.cli.heating import Plans, warm_ups_job
from samen.cli.round_worker import rounds_job
from samen.cli.stopping import until_told
from samen.cli.sweep import Sweep
from samen.cli.updates import Wishes
from samen.cli.waiting import waiting_job
from samen.config import Settings
from samen.services import mail, outdoor
from samen.services.rollup import roll_up
from samen.web.current import utc_now
from samen.web.logs import configure_logs
from samen.web.mail import Writer

EVERY_S = 5.0
log = structlog.get_logger(__name__)
# Does what is due and says how much that was.
Job = Callable[[Database], int]


def catch_up(database: Database, told_to_stop: Callable[[], bool] = lambda: False) -> int:
    """Roll up everything that waits, one register or space a transaction: a booking, and whoever stops Samen,
    wait for one at most."""
    total = 0
    while not told_to_stop():
        with database.write() as session:
            done = roll_up(session, limit=1)
        if not done:
            break
        total += done
    return total


def gather_weather(database: Database) -> int:
    """Gather what outdoor sensors said into hours, one site a transaction."""
    total = 0
    while True:
        with database.read() as session:
            if not outdoor.waits(session, utc_now()):
                return total
        with database.write() as session:
            total += outdoor.gather(session, utc_now())


def mail_job(settings: Settings, stop: threading.Event) -> Job:
    """Send the mails that are due, none after `stop`; without a mail server, give up old ones."""
    if settings.mail is None:
        return _lapse_mails
    post, write = post_for(settings.mail), Writer(settings, settings.mail.sender)
    return lambda database: mail.send_due(database, post, write, utc_now, stop.is_set)


def _lapse_mails(database: Database) -> int:
    with database.write() as session:
        return mail.lapse(session, utc_now())


def jobs(settings: Settings, stop: threading.Event, watch: mqtt.Watch) -> dict[str, Job]:
    """What `samen tick` does, under the names by which it reports; `watch` sees the broker come back."""
    sweep = Sweep(settings.mqtt, utc_now)
    return {
        "rolled up": lambda database: catch_up(database, stop.is_set),
        "outdoor hours": gather_weather,
        "archived hours": archive_job(settings.weather_url, utc_now),
        "bookings looked at": sweep,
        "waits settled": waiting_job(settings.mqtt, utc_now),
        "mails": mail_job(settings, stop),
        "sites searched for waste": nightly_look(utc_now),
        "heating plans said": Plans(settings.mqtt, utc_now, lambda: watch.links),
        "doors told": Doors(settings.mqtt, utc_now, lambda: watch.links),
        "warm-ups measured": warm_ups_job(utc_now),
        "rounds closed": rounds_job(utc_now),
        "credits entered": nightly_settle(utc_now),
        "updates said": Wishes(settings.mqtt, utc_now, lambda: watch.links),
    }


def run_tick(database: Database, due: Sequence[Job], stop: threading.Event) -> None:
    """Do every job again and again until `stop`. Each has a thread: a slow mail server holds up no other."""
    with ThreadPoolExecutor(len(due)) as pool:
        running = [pool.submit(_repeat, job, database, stop) for job in due]
        for ended in as_completed(running):
            stop.set()
            ended.result()


def _repeat(job: Job, database: Database, stop: threading.Event) -> None:
    """Every five seconds until `stop`; a database that is away is tried again."""
    while not stop.is_set():
        try:
            job(database)
        except OperationalError as error:
            log.warning("database_away", reason=str(error.orig).partition("\n")[0])
        stop.wait(EVERY_S)


@click.command
@click.option("--once", is_flag=True, help="Do what is due now and leave.")
def tick(once: bool) -> None:
    """Do what is due: roll readings up, free rooms, tell doors, heat, send mails, find waste, settle."""
    configure_logs()
    settings = Settings.from_env()
    stop = threading.Event()
    watch = mqtt.Watch(settings.mqtt, (), lambda _message: None)
    database, due = Database(settings.database_url), jobs(settings, stop, watch)
    try:
        if once:
            click.echo(", ".join(f"{job(database)} {name}" for name, job in due.items()))
        else:
            until_told(stop)
            run_tick(database, tuple(due.values()), stop)
    finally:
        watch.stop()
        database.dispose()


commands = (tick,)
