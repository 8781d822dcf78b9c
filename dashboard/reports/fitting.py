"""Texts cut to the room that a page has, so that no name and no list runs over it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from language.spoken import _


def clip(text: str, width: int) -> str:
    """One line without control characters, shortened with an ellipsis."""
    kept = "".join(c if c.isprintable() or c == "\N{NO-BREAK SPACE}" else " " for c in text)
    flat = re.sub(" +", " ", kept).strip()
    return flat if len(flat) <= width else flat[: width - 1].rstrip() + "…"


def first_few(texts: Iterable[str], most: int, width: int) -> list[str]:
    """The first few, each clipped, and how many more there are."""
    lines = [clip(text, width) for text in texts]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _("+ {count} more", count=len(lines) - most + 1)]


def numbered(texts: Iterable[str]) -> dict[str, int]:
    """Each text that is not empty once, numbered from 1 in the order met."""
    return {text: index for index, text in enumerate(dict.fromkeys(filter(None, texts)), start=1)}
