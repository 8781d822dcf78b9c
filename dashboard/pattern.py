"""Patterns for charts, which have none of their own: stripes as gradients with hard edges.

The same as in the style sheet: unknown is hatched, a seat striped across, sets upright.
"""

from __future__ import annotations

import itertools

import altair as alt

STRIPE = 0.3
"""Share of a stripe's step that is drawn in the second colour (design)."""


def hatched(ground: str, line: str, *, lines: int = 3) -> alt.LinearGradient:
    """Slanted, for something about as high as it is wide."""
    return alt.LinearGradient(
        gradient="linear", x1=0, y1=0, x2=1, y2=1, stops=_stops(ground, line, lines)
    )


def across(ground: str, line: str, *, lines: int = 8) -> alt.LinearGradient:
    """Lines that lie."""
    return alt.LinearGradient(
        gradient="linear", x1=0, y1=0, x2=0, y2=1, stops=_stops(ground, line, lines)
    )


def upright(ground: str, line: str, *, lines: int = 5) -> alt.LinearGradient:
    """Lines that stand."""
    return alt.LinearGradient(
        gradient="linear", x1=0, y1=0, x2=1, y2=0, stops=_stops(ground, line, lines)
    )


def _stops(ground: str, line: str, lines: int) -> list[alt.GradientStop]:
    """Ground, line, ground, line, ...: each edge is two stops at the same place."""
    edges = [(number + part) / lines for number in range(lines) for part in (0.0, 1 - STRIPE)]
    colours = itertools.cycle((ground, line))
    return [
        alt.GradientStop(offset=at, color=colour)
        for start, end, colour in zip(edges, [*edges[1:], 1.0], colours, strict=False)
        for at in (start, end)
    ]
