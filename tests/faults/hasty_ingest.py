"""The broken control: an ingest that acks a batch before it is committed."""

import threading
from datetime import UTC, datetime

from samen.adapters.db import Database
from samen.adapters.mqtt import listen
from samen.cli.ingest import Intake
from samen.cli.stopping import until_told
from samen.config import Settings
from samen.services.ingest import TOPICS, Paces, record

PACES = Paces(1000, 100_000)


class HastyIntake(Intake):
    """Answers each batch at once, and commits it when the next one comes."""

    owed = ()

    def __call__(self, messages):
        super().__call__(self.owed)
        self.owed = messages
        with self._database.write() as session:
            rehearsal = session.begin_nested()
            outcome = record(session, messages, datetime.now(UTC), PACES)
            rehearsal.rollback()
        return outcome.publications


if __name__ == "__main__":
    settings = Settings.from_env()
    stop = threading.Event()
    until_told(stop)
    intake = HastyIntake(Database(settings.database_url), PACES)
    listen(settings.mqtt, TOPICS, intake, stop, "samen-ingest-0")
