"""What the browser receives: where it lies, what it is called, and how it is served."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

import samen

PREFIX = "/assets/"


class PagesNotBuilt(RuntimeError):
    """dashboards/dist is missing: the installation has no pages."""


@cache
def dashboards() -> Path:
    """The folder with `templates` and `dist`: the package's own, or the checkout's in an editable install."""
    package = Path(samen.__file__).parent
    packaged = package / "dashboards"
    return packaged if packaged.is_dir() else package.parents[1] / "dashboards"


def templates() -> Path:
    """The folder of Jinja templates, for `Flask(template_folder=…)`."""
    return dashboards() / "templates"


@cache
def _manifest() -> dict[str, str]:
    path = dashboards() / "dist" / "manifest.json"
    if not path.is_file():
        raise PagesNotBuilt("no built pages: run `python hatch_build.py` in the checkout, or install a wheel")
    names: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return names


def asset(name: str) -> str:
    """The address of a built file, by its plain name: `main.css` → `/assets/main-5H2K….css`.

    Raises KeyError for a name that the build does not know, PagesNotBuilt without a build.
    """
    return PREFIX + _manifest()[name]


def _harden(headers: Headers, _path: str, _url: str) -> None:
    """These answers pass none of the application's hooks."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def serve(app: Flask) -> None:
    """Give templates `asset()` and serve the built files, compressed as built and cached for ever.

    Raises PagesNotBuilt without a build.
    """
    _manifest()
    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(dashboards() / "dist"),
        prefix=PREFIX,
        add_headers_function=_harden,
        # Every name carries its content's hash.
        immutable_file_test=lambda _path, url: not url.endswith(".json"),
    )
