"""The JSON Schema of a week's document: from the dataclasses, with what each member means.

`python -m dashboard.reports.schema` prints it; a test holds docs/week-report.schema.json to that.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from analytics.week import WeekReport
from dashboard.reports.document import FORMAT, SCHEMA
from dashboard.reports.meanings import MEANINGS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WEEK = r"^[0-9]{4}-W[0-9]{2}$"
_PATTERNS = {("WeekReport", "week"): _WEEK, ("TrendWeek", "week"): _WEEK}


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12). Every member of today is required; others may come."""
    _refs, kinds = msgspec.json.schema_components([WeekReport])
    described = {name: _described(name, kind) for name, kind in sorted(kinds.items())}
    report = described.pop("WeekReport")
    properties = {**_first(), **report["properties"]}
    return {
        "$schema": DRAFT,
        "$id": SCHEMA,
        "title": "legload week report",
        "description": "One person's ISO week, scored. Null is unknown, never zero. "
        "Within one format number members are only added: pass over those that you do not know.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "$defs": described,
    }


def _first() -> dict[str, Any]:
    return {
        "$schema": {"const": SCHEMA, "description": "This schema"},
        "format": {
            "const": FORMAT,
            "description": "Raised when a member goes, or comes to mean something else",
        },
        "headline": {"type": "string", "description": "The week in words"},
    }


def _described(name: str, kind: dict[str, Any]) -> dict[str, Any]:
    """One dataclass: each member with its meaning and unit, none of them left out."""
    if "properties" not in kind:
        return {"title": name, "enum": kind["enum"]}
    properties = {
        key: {**_plain(of), **_meaning(name, key)} for key, of in kind["properties"].items()
    }
    return {"title": name, "type": "object", "properties": properties, "required": list(properties)}


def _plain(of: dict[str, Any]) -> dict[str, Any]:
    """Without a default: every member is always written."""
    return {key: value for key, value in of.items() if key != "default"}


def _meaning(name: str, key: str) -> dict[str, str]:
    said, unit = MEANINGS[name][key]
    pattern = _PATTERNS.get((name, key))
    return {
        "description": f"{said} [{unit}]" if unit else said,
        **({"pattern": pattern} if pattern else {}),
    }


def written() -> bytes:
    """The schema as the file that is published."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(written())
