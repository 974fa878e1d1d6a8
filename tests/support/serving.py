"""The application served from this process, so that its clock is the test's."""

import gettext
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

import samen
from samen.adapters.db import Database
from samen.web.app import create_app
from support.web import Clock, settings_for

LOCALES = Path(samen.__file__).parent / "locale"


@contextmanager
def serving(database: Database, clock: Clock) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    app = create_app(settings_for(database.url), database, clock=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def words(language: str):
    """What pages say in that language: `_("Book")`."""
    return gettext.translation("messages", str(LOCALES), [language]).gettext
