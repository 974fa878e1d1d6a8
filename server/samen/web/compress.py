"""Pages and answers travel compressed; streams and what is compressed already are left alone."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

# Below this the headers outweigh the gain.
SMALLEST = 500
TYPES = ("text/html", "application/json", "application/problem+json", "text/plain", "text/calendar")


def init_compress(app: Flask) -> None:
    """Compress after every other hook has seen the body."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TYPES:
        return response
    response.vary.add("Accept-Encoding")
    plain = not response.is_streamed and "Content-Encoding" not in response.headers
    wanted = request.accept_encodings.quality("gzip") > 0
    if plain and wanted and len(response.get_data()) >= SMALLEST:
        # No time stamp: the same answer is the same bytes.
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
