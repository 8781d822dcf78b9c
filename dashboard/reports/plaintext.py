"""A week as plain text: what e-mail holds beside the web page, for programs that show no HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from analytics.week import WeekReport
from dashboard.reports.fitting import clip
from dashboard.reports.letter import Cell, Section, letter

WIDTH = 76
"""Letters in a line (RFC 5322 asks for at most 78)."""


def to_text(report: WeekReport) -> str:
    """The two answers, each on a line of its own, then everything else with short lines."""
    told = letter(report)
    lines = [*told.answers, "", told.title, "=" * len(told.title)]
    for text in told.about:
        lines += _wrapped(text)
    for section in told.sections:
        lines += ["", section.title, "-" * len(section.title), *_body(section)]
    return "\n".join(lines) + "\n"


def _body(section: Section) -> Iterator[str]:
    for row in section.rows:
        yield from _wrapped(f"- {_row(section.columns, row)}", indent="  ")
    for text in section.texts:
        yield from _wrapped(clip(text, 2000))


def _row(columns: tuple[str, ...], row: tuple[Cell, ...]) -> str:
    """`Mon 16. Dose, step-eq: 7,400. Coverage: worn 14.2 h. (feet 5,000; seat 2,400)`"""
    named = [f"{column}: {cell.text}" for column, cell in zip(columns, row, strict=True)]
    small = "; ".join(text for cell in row for text in cell.small)
    return f"{row[0].text}. {'. '.join(named[1:])}.{f' ({small})' if small else ''}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
