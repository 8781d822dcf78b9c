"""What came of files that were taken in, in words: the same on the page and on the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ingest.importers import IMPORTERS
from ingest.importers.imported import Imported, Skipped
from language.formats import date, decimal
from language.spoken import _


def line(one: Imported, zone: dt.tzinfo) -> dict[str, str]:
    """One file as a row of a table: the column's title, and what stands in it."""
    return {
        _("File"): one.file,
        _("Kind"): kind(one.kind),
        _("New"): decimal(one.rows),
        _("Already here"): decimal(one.here),
        _("Left out"): decimal(sum(what.count for what in one.skipped)),
        _("When"): when(one, zone),
    }


def kind(key: str) -> str:
    """What kind of file it was."""
    known = IMPORTERS.get(key)
    return _(known.title) if known else key or "—"


def when(one: Imported, zone: dt.tzinfo) -> str:
    """Of which local days a file was."""
    if one.start is None or one.end is None:
        return "—"
    first, last = (date(at.astimezone(zone).date(), "d MMM yyyy") for at in (one.start, one.end))
    return first if first == last else _("{first} to {last}", first=first, last=last)


def skipped(one: Imported) -> Iterator[str]:
    """A sentence for all that was left out for one reason."""
    return map(skipped_text, one.skipped)


def skipped_text(what: Skipped) -> str:
    """How many of what were left out, and why."""
    return _(
        "{what}: {count} left out ({why}).",
        count=decimal(what.count),
        what=what.what,
        why=what.why,
    )
