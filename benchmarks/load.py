"""Sends requests at set times and says how long each took. Run as a process of its own.

Standard input: JSON {"port", "requests": [{"at", "method", "path", "body", "headers"}]}, `at` in seconds from
the start. Standard output: JSON [[milliseconds, status]]. Open loop: a request is due at its time whether or
not the ones before were answered, and its time runs from when it was due, so that waiting in line counts.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any

THREADS = 32
LONGEST_S = 600


def main() -> None:
    job = json.load(sys.stdin)
    kept = local()
    begun = time.perf_counter() + 0.2

    def send(one: dict[str, Any]) -> tuple[float, int]:
        due = begun + one["at"]
        time.sleep(max(0.0, due - time.perf_counter()))
        connection = getattr(kept, "connection", None)
        if connection is None:
            connection = kept.connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=60)
        connection.request(one["method"], one["path"], one.get("body"), one.get("headers") or {})
        answer = connection.getresponse()
        answer.read()
        return (time.perf_counter() - due) * 1000, answer.status

    requests = [one for one in job["requests"] if one["at"] <= LONGEST_S]
    with ThreadPoolExecutor(THREADS) as pool:
        json.dump(list(pool.map(send, requests)), sys.stdout)


if __name__ == "__main__":
    main()
