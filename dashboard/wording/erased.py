"""An erasure in words: what went or would go, and what could not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from language.formats import date, decimal
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.erasing import Receipt

LINES = {
    "recordings": mark("recordings, whole"),
    "shortened": mark("recordings, in part"),
    "rows": mark("messages of sensors"),
    "minutes": mark("minutes"),
    "sets": mark("strength sets seen by sensors"),
    "weeks": mark("scored weeks"),
    "entries": mark("typed entries"),
    "sensors": mark("paired sensors"),
    "reports": mark("reports"),
    "exports": mark("exported files"),
    "backups": mark("backups"),
    "logs": mark("log files"),
}
OUTSIDE = mark(
    "Not erased: copies that you downloaded, sent or made yourself, and what a printer or another "
    "program keeps."
)
SHARED = mark(
    "The backups that go hold other data too: make a new one afterwards, with Back up now."
)
HELD = mark(
    "Kept: body masses, facts about the person and where sensors sit, because they hold beyond "
    "these days."
)


def head(receipt: Receipt) -> str:
    """What it is about, and whether it was done."""
    what = _of(receipt)
    return _("Erased: {what}.", what=what) if receipt.done else _("Would go: {what}.", what=what)


def _of(receipt: Receipt) -> str:
    if receipt.what == "everything":
        return _("everything")
    if receipt.start is None or receipt.end is None:
        return _("all that is known of one person")
    first, last = (date(day, "d MMM y") for day in (receipt.start, receipt.end))
    return _("the days from {first} to {last}", first=first, last=last)


def rows(receipt: Receipt) -> list[tuple[str, str]]:
    """What and how much, a line each; what there is none of is left out."""
    found = [
        (_(text), decimal(getattr(receipt, field)))
        for field, text in LINES.items()
        if getattr(receipt, field)
    ]
    if receipt.bytes:
        found.insert(1, (_("size of the recordings"), _size(receipt.bytes)))
    return found or [(_("nothing"), "0")]


def _size(count: int) -> str:
    if count < 100_000:
        return _("{size} kB", size=decimal(count / 1e3, 1))
    return _("{size} MB", size=decimal(count / 1e6, 1))


def left(receipt: Receipt) -> list[str]:
    """What was not erased, a sentence each."""
    held = [_(HELD)] if receipt.what == "days" else []
    return [*receipt.left, *held, _(OUTSIDE)]


def text(receipt: Receipt) -> str:
    """The whole receipt as plain text, to be kept."""
    when = f"{receipt.at:%Y-%m-%d %H:%M} UTC"
    lines = [f"{what}: {much}" for what, much in rows(receipt)]
    return "\n".join(
        [_("legload: receipt of an erasure"), when, head(receipt), *lines, *left(receipt)]
    )
