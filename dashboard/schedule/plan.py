"""What is to run, and what that takes on one computer: files, commands, and how to look."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = 7
"""Local hour of the day at which a job runs (design)."""
LONGEST_RUN_MIN = 15
"""After which the system ends a job that hangs (design)."""
PATIENCE_S = 20.0
"""How long a command of the system may take (design)."""
MISSING = 127
"""Exit code of a command that is not there, as a shell has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command, once a week. name: unique on this computer, ASCII, safe as a file's name.

    longest_min: after which the system ends it.
    """

    name: str
    title: str
    words: tuple[str, ...]
    weekday: str = WEEKDAYS[0]
    longest_min: int = LONGEST_RUN_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to be written. encoding: as the system wants to read it."""

    path: Path
    text: str
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What installing a job takes. check: exits with 0 while the system knows the job.

    missed: what becomes of a day on which the computer was off. by_hand: a cron line for where
    there is no timer of a person's own, then the rest is empty and `missed` says why.
    """

    name: str
    system: str
    missed: str
    files: tuple[File, ...] = ()
    install: tuple[tuple[str, ...], ...] = ()
    remove: tuple[tuple[str, ...], ...] = ()
    check: tuple[str, ...] = ()
    by_hand: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command of the system ended, and what it said."""

    code: int
    text: str = ""


Runner = Callable[[Sequence[str]], Ran]


def run(words: Sequence[str]) -> Ran:
    """Run a command of the system; one that is not there, or hangs, has failed."""
    try:
        done = subprocess.run(  # noqa: S603 - words from this package only
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_S,
            check=False,
        )
    except FileNotFoundError:
        return Ran(code=MISSING, text=words[0])
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(code=1, text=str(error))
    return Ran(code=done.returncode, text=done.stdout.decode(errors="replace").strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The computer that a job runs on. platform: as `sys.platform`; folder: the person's own."""

    platform: str = field(default_factory=lambda: sys.platform)
    folder: Path = field(default_factory=Path.home)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    user: int = field(default_factory=lambda: os.getuid() if hasattr(os, "getuid") else 0)
    run: Runner = run
