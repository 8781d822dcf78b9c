"""A folder as somebody typed it."""

from __future__ import annotations

from pathlib import Path

from dashboard.errors import DashboardError
from language.spoken import _


def folder_named(text: str) -> Path:
    """The folder meant, `~` as somebody's home; it need not be there.

    Raises:
        DashboardError: nothing was typed, nobody has the home that is named, or no path is so.
    """
    try:
        if not text.strip() or "\0" in text:
            raise ValueError
        return Path(text.strip()).expanduser()
    except (RuntimeError, ValueError) as error:
        raise DashboardError(
            _("That cannot be a folder."), _("Give one such as {example}.", example="~/reports")
        ) from error
