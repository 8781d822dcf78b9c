"""Stretches in which one stream was silent while others of its sensor went on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from language.spoken import _, mark

Span = tuple[int, int]
"""(start, end), UTC ns"""

_WAS_SILENT = mark("{stream} was silent")
_PATTERNS = {
    _WAS_SILENT: re.compile("(?P<stream>[^:]+) was silent"),
    mark("{stream}: silent for {seconds} s"): re.compile(
        r"(?P<stream>[^:;]+): silent for (?P<seconds>\d+) s"
    ),
    mark("the computer slept for {length}, or its clock was set"): re.compile(
        r"the computer slept for (?P<length>\d+ (?:s|min)), or its clock was set"
    ),
    mark("unexpected: {kind}"): re.compile(r"unexpected: (?P<kind>\w+)"),
}
"""How recordings say why nothing was heard, as far as it is no fixed sentence."""


def told(reason: str) -> str:
    """Why nothing was heard, as it is kept (in English), in the language spoken now."""
    whole = _(reason)
    return whole if whole != reason else "; ".join(map(_part, reason.split("; ")))


def _part(reason: str) -> str:
    for message, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(reason):
            return _(message, **{key: _(text) for key, text in found.groupdict().items()})
    return _(reason)


def union(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch as one, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The parts of spans that no taken span covers, in order."""
    found = union(spans)
    for first, last in union(taken):
        found = [
            part
            for start, end in found
            for part in ((start, min(end, first)), (max(start, last), end))
            if part[0] < part[1]
        ]
    return sorted(found)


def silences(
    noted: Sequence[tuple[str, str, int, int]], lost: Sequence[tuple[str, int, int]]
) -> list[tuple[str, int, int, str]]:
    """(sensor, start, end, reason) of each silent stretch, outside of those when all was lost.

    noted: (sensor, stream, start, end), a silence once for each connection that it spans; one
    that ends before it starts says nothing.
    """
    by_stream: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for sensor, stream, start, end in noted:
        by_stream[sensor, stream].append((start, end))
    return [
        (sensor, start, end, _WAS_SILENT.format(stream=stream))
        for (sensor, stream), spans in by_stream.items()
        for start, end in without(spans, [(s, e) for key, s, e in lost if key == sensor])
    ]
