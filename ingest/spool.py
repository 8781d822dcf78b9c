"""The folder for what is on its way in or out: which jobs in it are over, and clearing those."""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

SPOOL = "spool"
PID, RESULT = "pid", "result.json"
YOUNG_S = 3600.0
"""A folder that names no process is left alone for so long (design)."""


def clear(home: Path, keep: Path | None = None) -> list[Path]:
    """Remove what nobody works on; what is left, but for `keep`."""
    for folder in (home / SPOOL).glob("*"):
        if folder != keep and not worked_on(folder):
            shutil.rmtree(folder, ignore_errors=True)
    return sorted(path for path in (home / SPOOL).glob("*") if path != keep)


def worked_on(folder: Path) -> bool:
    """Whether a job's process, or an export that its name tells, is still at it."""
    with suppress(OSError):
        if (folder / RESULT).stat().st_size:
            return False
    with suppress(OSError, ValueError):
        return _lives(int((folder / PID).read_text()))
    if named := re.fullmatch(r"tables-(\d+)-.*", folder.name):
        return _lives(int(named[1]))
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime < YOUNG_S
    return False


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
