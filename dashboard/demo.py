"""The demo's folder: what marks it, and how far its history is. See `demo_history`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ingest.private import write_private

MARKER = "DEMO"
PROGRESS = "progress.json"


class Progress(msgspec.Struct, frozen=True):
    """How far the history is: days done of days planned; a full week of them is `full_week`."""

    done: int
    total: int
    text: str
    full_week: bool = False


def tell(home: Path, done: int, total: int, text: str, full_week: bool) -> None:
    """Note how far the history is."""
    progress = Progress(done=done, total=total, text=text, full_week=full_week)
    write_private(home / PROGRESS, msgspec.json.encode(progress))


def progress(home: Path) -> Progress | None:
    """How far the history is; None when there is none or it is complete."""
    try:
        found = msgspec.json.decode((home / PROGRESS).read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.done < found.total else None
