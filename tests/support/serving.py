"""The application served from this process, so that its clock is the test's."""

import gettext
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from werkzeug.serving import make_server

import samen
from samen.adapters.db import Database
from samen.web.app import create_app
from support.web import settings_for

LOCALES = Path(samen.__file__).parent / "locale"


@contextmanager
def serving(
    database: Database,
    clock: Callable[[], datetime],
    port: int = 0,
    certificate: tuple[Path, Path] | None = None,
    **settings: str,
) -> Iterator[str]:
    """Its address, for as long as the block lasts. `certificate`: PEM files with its key, for https."""
    app = create_app(settings_for(database.url, **settings), database, clock=clock)
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=certificate)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def words(language: str):
    """What pages say in that language: `_("Book")`."""
    return gettext.translation("messages", str(LOCALES), [language]).gettext
