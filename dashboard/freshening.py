"""Have the store catch up with the recordings when somebody turns a page; never twice for nothing.

Loading takes a Python process of its own. One is started only if a recording or the entries have
grown since the last, and not more often than every few seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dashboard import processes
from ingest.control import NotRunning, ask
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.recording import recording_paths

LEAST_S = 5.0
"""Between two loads that pages ask for (design)."""

ASK_S = 2.0


class Freshener:
    """Knows what was there when the store was last told to catch up; of any thread."""

    def __init__(
        self,
        home: Path,
        *,
        start: Callable[[], None] | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._entries = Entries(home)
        self._start = start or self._load
        self._now_s = now_s
        self._lock = threading.Lock()
        self._last_s = -LEAST_S
        self._seen: object = None

    def soon(self) -> None:
        """The same as `look`, without waiting for it."""
        threading.Thread(target=self.look, name="freshen", daemon=True).start()

    def look(self) -> bool:
        """Have the store catch up if there is anything to load; whether it was told to."""
        if not self._lock.acquire(blocking=False):
            return False  # somebody else is looking
        try:
            return self._look()
        finally:
            self._lock.release()

    def _look(self) -> bool:
        now_s = self._now_s()
        if now_s - self._last_s < LEAST_S:
            return False
        self._last_s = now_s
        grown = self._grown()
        if grown == self._seen:
            return False
        self._seen = grown
        self._start()
        return True

    def _grown(self) -> tuple[int, int, int]:
        """Changes whenever a recording or the entries grew: how many there are, and their sizes."""
        sizes = []
        for path in recording_paths(self._home):
            with suppress(OSError):
                sizes.append(path.stat().st_size)
        with suppress(IngestError):
            return len(sizes), sum(sizes), self._entries.size()
        return len(sizes), sum(sizes), 0

    def _load(self) -> None:
        try:
            ask(self._home, "load", timeout_s=ASK_S)
        except NotRunning:
            words = processes.command(self._home, "load", "--json")
            processes.spawn(words, self._home / "logs" / "load.log")
        except IngestError:
            self._seen = None  # busy: the next page asks again
