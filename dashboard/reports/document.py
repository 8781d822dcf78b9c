"""A week as JSON: what `legload week --json` prints, with the number of its form.

The form is docs/week-report.schema.json (`dashboard.reports.schema`). Within one number members are
only ever added; whoever reads must pass over members that they do not know.
"""

from __future__ import annotations

from typing import Any

import msgspec

from analytics.week import WeekReport
from dashboard import wording

FORMAT = 1
"""Raised when a member goes, or comes to mean something else."""
SCHEMA = "week-report.schema.json"
"""Of the schema, relative to the document: the file that docs/ holds."""


def document(report: WeekReport) -> dict[str, Any]:
    """Every field of a report under its name, null where nothing is known; dates and instants are
    ISO 8601, instants in UTC. Before them: the schema, its number, and the week in words."""
    first = {"$schema": SCHEMA, "format": FORMAT, "headline": wording.headline(report)}
    whole: dict[str, Any] = msgspec.to_builtins(report)
    return {**first, **whole}


def write(report: WeekReport) -> bytes:
    """The document, indented, with a line's end."""
    return msgspec.json.format(msgspec.json.encode(document(report)), indent=2) + b"\n"
