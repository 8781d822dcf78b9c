"""To be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.data import Data


def render(data: Data, person: str) -> None:
    """The page of one person."""
