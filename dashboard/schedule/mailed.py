"""Which reports a weekly job has sent by e-mail, so that none goes twice and a failed one again.

One file a job in the home's schedule folder: persons' keys and weeks, no address and no name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from dashboard.errors import DashboardError
from ingest.private import create_whole, private_folder

SUFFIX = ".mailed"
MOST = 2000
"""Letters remembered for each job (design: four years of ten people)."""

Letter = tuple[str, str]
"""Whose report (key), and its ISO week."""


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """Letters that were sent, and that are still to be sent."""

    sent: tuple[Letter, ...] = ()
    due: tuple[Letter, ...] = ()


def mailed(path: Path) -> Mailed:
    """What a file remembers; nothing where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mailed)
    except (OSError, msgspec.DecodeError):
        return Mailed()


def deliver(path: Path, letters: Sequence[Letter], send: Callable[[Letter], str]) -> list[str]:
    """Send what was not sent yet, and what failed before; what was said of each.

    Raises:
        DashboardError: one or more were not sent; the next call tries them again.
    """
    said, first = [], None
    before = mailed(path)
    for letter in dict.fromkeys((*before.due, *letters)):
        if letter in before.sent:
            continue
        try:
            said.append(send(letter))
        except DashboardError as error:
            first = first or error
            before = _with(before, letter, sent=False)
        else:
            before = _with(before, letter, sent=True)
        _keep(path, before)  # at once: what was sent is known to be, whatever comes next
    if first is not None:
        raise first
    return said


def forget_mailed(folder: Path, person: str) -> None:
    """Take a person out of what every job remembers."""
    for path in folder.glob(f"*{SUFFIX}"):
        found = mailed(path)
        sent = tuple(one for one in found.sent if one[0] != person)
        due = tuple(one for one in found.due if one[0] != person)
        if sent or due:
            _keep(path, Mailed(sent=sent, due=due))
        else:
            path.unlink(missing_ok=True)


def _with(before: Mailed, letter: Letter, *, sent: bool) -> Mailed:
    due = tuple(one for one in before.due if one != letter)
    if sent:
        return Mailed(sent=(*before.sent, letter)[-MOST:], due=due)
    return Mailed(sent=before.sent, due=(*due, letter)[-MOST:])


def _keep(path: Path, found: Mailed) -> None:
    private_folder(path.parent)
    create_whole(path, msgspec.json.encode(found))
