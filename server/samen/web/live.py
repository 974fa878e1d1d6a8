"""What happens in the building right now, pushed to open pages: an in-process hub and its streams."""

from __future__ import annotations

import itertools
import json
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Streams past this are refused with 503 and the page polls: half of the server's 128 threads stay free.
MOST_LISTENERS = 64
HEARTBEAT_S = 10.0
STREAM_S = 300.0
RETRY_MS = 3000
# A listener this far behind is dropped: it reconnects with its last id and hears what it missed.
QUEUE_LENGTH = 64
REMEMBERED = 256


class Full(Exception):
    """As many are listening as the server can bear."""


@dataclass(frozen=True)
class Event:
    """Something that happened. `name`: room, meter, booking or missed; `data` holds JSON values."""

    id: str
    name: str
    data: Mapping[str, Any]

    def encode(self) -> str:
        """The event in the format of server-sent events."""
        body = json.dumps(dict(self.data), ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.id}\nevent: {self.name}\ndata: {body}\n\n"


class Listener:
    """One open stream's bounded queue."""

    def __init__(self, wants: frozenset[str]) -> None:
        self._wants = wants
        self._waiting: queue.Queue[Event | None] = queue.Queue(QUEUE_LENGTH)
        self.stopped = False

    def offer(self, event: Event) -> bool:
        """Queue the event if it is wanted; False when the listener is too slow to go on."""
        if event.name not in self._wants:
            return True
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self.stopped = True
        return not self.stopped

    def stop(self) -> None:
        """End the stream now, not at its next heartbeat."""
        self.stopped = True
        if not self._waiting.full():
            self._waiting.put_nowait(None)

    def next(self, timeout: float) -> Event | None:
        """The next event, or None when there was none in `timeout` seconds."""
        try:
            return self._waiting.get(timeout=timeout)
        except queue.Empty:
            return None


class Hub:
    """Hands events to every listener, and remembers the newest for those who reconnect."""

    def __init__(self, most: int = MOST_LISTENERS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._listeners: set[Listener] = set()
        self._newest: deque[Event] = deque(maxlen=REMEMBERED)
        # A restarted server counts from one again: its ids must not be taken for the old ones.
        self._run = secrets.token_hex(4)
        self._count = itertools.count(1)
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return len(self._listeners)

    def publish(self, name: str, data: Mapping[str, Any]) -> None:
        """Tell every listener; never waits for one."""
        with self._lock:
            event = Event(f"{self._run}-{next(self._count)}", name, data)
            self._newest.append(event)
            self._listeners = {listener for listener in self._listeners if listener.offer(event)}

    def join(self, wants: frozenset[str], after: str | None = None) -> Listener:
        """A listener for the events named in `wants`, with those after the id `after` queued. Raises Full."""
        with self._lock:
            if self._closed or len(self._listeners) >= self._most:
                raise Full
            listener = Listener(wants)
            for event in self._since(after):
                listener.offer(event)
            self._listeners.add(listener)
            return listener

    def leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream, and open no more: the server is stopping."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.stop()

    def _since(self, after: str | None) -> list[Event]:
        """What happened after the id. When that is no longer known, one event that says so."""
        if after is None:
            return []
        ids = [event.id for event in self._newest]
        missed = list(self._newest)[ids.index(after) + 1 :] if after in ids else None
        if missed is None or len(missed) >= QUEUE_LENGTH:
            newest = self._newest[-1].id if self._newest else f"{self._run}-0"
            return [Event(newest, "missed", {})]
        return missed


class Stream:
    """Server-sent events for one listener until its time is up, it falls behind, or the server stops.

    An object with `close()`, not a generator: closing a generator that never started would run nothing, and
    the listener of a client that left early would stay counted.
    """

    def __init__(self, hub: Hub, wants: frozenset[str], after: str | None = None) -> None:
        """Raises Full before anything is sent."""
        self._hub = hub
        self._listener = hub.join(wants | {"missed"}, after)
        self._until = time.monotonic() + STREAM_S
        self._greeted = False

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> str:
        if not self._greeted:
            self._greeted = True
            return f"retry: {RETRY_MS}\n\n"
        if self._listener.stopped or time.monotonic() >= self._until:
            raise StopIteration
        event = self._listener.next(HEARTBEAT_S)
        return event.encode() if event else ": still here\n\n"

    def close(self) -> None:
        """Give the listener's place to another."""
        self._hub.leave(self._listener)
