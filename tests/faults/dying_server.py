"""`samen serve` that kills itself between a booking's commit and its answer. Run as `samen` is.

A request names the moment in `X-Die`: `commit`, as soon as the deed is in the database; or `answer`, when all
of the answer is made and none of it has left. gunicorn then starts another worker, as in a real fall. With
`--forgetful` as first argument, answers are not kept: the control, which the test must catch.
"""

import os
import signal
import sys
from pathlib import Path

from flask import has_request_context, request
from sqlalchemy import event, select
from sqlalchemy.orm import Session

import samen.cli.serve
from samen.adapters.db import Database
from samen.adapters.db.models import Series
from samen.cli.serve import Server
from samen.services import idempotency
from samen.web.app import create_app

LAST_WORDS = "LAST_WORDS"


class DyingServer(Server):
    """Loaded before the workers are forked, so that a new one is there at once."""

    def load_config(self):
        super().load_config()
        self.cfg.set("preload_app", True)

    def load(self):
        database = Database(self._settings.database_url)
        app = create_app(self._settings, database)
        # What every worker would otherwise find out anew; a connection must not be taken along.
        with database.read() as session:
            session.scalars(select(Series).limit(1)).all()
        database.dispose()
        app.wsgi_app = _die_before_answering(app.wsgi_app)
        return app


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _die_before_answering(answering):
    def answer(environ, start_response):
        parts = answering(environ, start_response)
        if environ.get("HTTP_X_DIE") == "answer":
            Path(os.environ[LAST_WORDS]).write_bytes(b"".join(parts))
            _die()
        return parts

    return answer


def _note_deed(session, _context):
    if any(isinstance(one, Series) for one in session.new):
        session.info["booked"] = True


def _die_after_commit(session):
    # Releasing a savepoint counts as a commit here, but is none.
    booked = session.info.get("booked") and not session.in_nested_transaction()
    if booked and has_request_context() and request.headers.get("X-Die") == "commit":
        _die()


def main():
    if sys.argv[1] == "--forgetful":
        del sys.argv[1]
        idempotency.recall = lambda *_: None
        idempotency.keep = lambda *_: None
    event.listen(Session, "after_flush", _note_deed)
    event.listen(Session, "after_commit", _die_after_commit)
    samen.cli.serve.Server = DyingServer

    from samen.cli import main as samen_main

    samen_main()


if __name__ == "__main__":
    main()
