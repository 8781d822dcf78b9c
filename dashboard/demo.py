"""The demo's folder: what marks it, and how far its history is. See `demo_history`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from dashboard.errors import DashboardError
from dashboard.settings import DEMO_MARK, VIRTUAL
from ingest.entries import Entries
from ingest.private import create_whole, open_private, private_folder
from ingest.recording import recording_paths
from language.spoken import _

MARKER = DEMO_MARK
PROGRESS = "progress.json"
ABANDONED_S = 120.0
"""After so long without a word nobody simulates any more (design)."""


def claim(home: Path, radio: str) -> None:
    """Keep simulated and real recordings apart: a folder holds one kind, and says which.

    Raises:
        DashboardError: virtual sensors would write among real recordings, or the other way round.
    """
    marked, virtual = (home / MARKER).exists(), radio.partition(":")[0] == VIRTUAL
    if virtual and not marked:
        if recording_paths(home) or Entries(home).registry().sensors:
            raise DashboardError(
                _("{home} is for real sensors; virtual ones must not mix with them.", home=home),
                _("Run 'legload demo', or choose another folder: --home DIR"),
            )
        mark(home)
    elif marked and not virtual:
        raise DashboardError(
            _("{home} is a demo's folder, for virtual sensors only.", home=home),
            _("Choose another folder for real sensors (--home DIR), or add --radio virtual."),
        )


def mark(home: Path) -> None:
    """Make a folder the demo's: everything shown from it says DEMO."""
    private_folder(home)
    os.close(open_private(home / MARKER, os.O_WRONLY | os.O_CREAT))


class Progress(msgspec.Struct, frozen=True):
    """How far the history is: days done of days planned; a full week of them is `full_week`."""

    done: int
    total: int
    text: str
    full_week: bool = False


def tell(home: Path, done: int, total: int, text: str, full_week: bool) -> None:
    """Note how far the history is."""
    progress = Progress(done=done, total=total, text=text, full_week=full_week)
    create_whole(home / PROGRESS, msgspec.json.encode(progress))


def progress(home: Path, now_s: Callable[[], float] = time.time) -> Progress | None:
    """How far the history is; None when there is none, it is complete, or nobody works on it."""
    path = home / PROGRESS
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Progress)
        idle_s = now_s() - path.stat().st_mtime
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.done < found.total and idle_s < ABANDONED_S else None
