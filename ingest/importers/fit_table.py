"""What the messages of a FIT file hold, one table a kind, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from devices.profile import Floats, Int64s
from ingest.importers.fit_layout import Layout
from ingest.importers.fit_profile import TIMESTAMP
from ingest.importers.fit_sums import unrolled

MOST_VALUES = 16_000_000
"""Of one field, empty places of arrays included (design: 128 MB)."""

COMPRESSED = 0x80
"""Bit of the byte before a message that carries the lowest bits of its time."""

_TIME_BITS = 0x1F


class NotFitError(ValueError):
    """These bytes are no FIT file."""


@dataclass(frozen=True, slots=True)
class Table:
    """All messages of a kind, in the order of the file; n rows.

    at: where each begins, bytes; time_s: FIT seconds of each, its own or of a compressed header,
    NaN where it has none; values: by field, (n,) or (n, k), as the file counts, NaN for none;
    texts: by field.
    """

    at: Int64s
    time_s: Floats
    values: Mapping[int, Floats] = field(default_factory=dict)
    texts: Mapping[int, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)

    def value(self, number: int) -> Floats:
        """One value a row of a field; NaN where there is none. Of an array, the first."""
        found = self.values.get(number)
        if found is None:
            return np.full(len(self.at), np.nan)
        return found if found.ndim == 1 else found[:, 0]

    def array(self, number: int) -> Floats:
        """The values (n, k) of a field that is an array; k may be 0."""
        found = self.values.get(number)
        if found is None:
            return np.empty((len(self.at), 0))
        return found[:, None] if found.ndim == 1 else found

    def of(self, rows: NDArray[np.bool_]) -> Table:
        """Some of the rows."""
        texts = {
            number: [line for line, kept in zip(lines, rows.tolist(), strict=True) if kept]
            for number, lines in self.texts.items()
        }
        values = {number: value[rows] for number, value in self.values.items()}
        return Table(self.at[rows], self.time_s[rows], values, texts)

    def text(self, number: int) -> str:
        """The first text that a field holds in any row; empty where none does."""
        return next(filter(None, self.texts.get(number, ())), "")


NOTHING = Table(np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True, slots=True)
class Content:
    """What one file of a chain holds. messages: of any kind; clock_at, clock_s: where a time was
    told, and which, ascending in place."""

    tables: Mapping[int, Table]
    messages: int
    clock_at: Int64s
    clock_s: Floats

    def table(self, number: int) -> Table:
        """All messages of a kind; no rows where there is none."""
        return self.tables.get(number, NOTHING)

    def time_before(self, at: Int64s) -> Floats:
        """The last time told before each place in the file; NaN before the first."""
        order = np.searchsorted(self.clock_at, at) - 1
        return np.where(order >= 0, np.append(self.clock_s, np.nan)[order], np.nan)


def content_of(
    data: bytes, layouts: Iterable[Layout], wanted: Mapping[int, frozenset[int]]
) -> Content:
    """Every message that layouts noted, taken out of the bytes.

    Raises:
        NotFitError: more values than any file has.
    """
    raw = np.frombuffer(data, np.uint8)
    used = [layout for layout in layouts if layout.starts]
    taken = {id(layout): layout.take(raw) for layout in used}
    clock = _clock(used, taken, raw)
    by_kind: dict[int, list[Layout]] = {}
    for layout in used:
        if layout.number in wanted:
            by_kind.setdefault(layout.number, []).append(layout)
    tables = {number: _table(some, taken, clock) for number, some in by_kind.items()}
    return Content(tables, sum(len(layout.starts) for layout in used), *clock)


Taken = dict[int, tuple[dict[int, Floats], dict[int, list[str]]]]


def _clock(used: list[Layout], taken: Taken, data: NDArray[np.uint8]) -> tuple[Int64s, Floats]:
    """Where a time was told, and which: whole in a field, or its lowest bits before a message."""
    whole_at, whole, low_at = [], [], []
    for layout in used:
        at, values = layout.at, taken[id(layout)][0].get(TIMESTAMP)
        told = np.zeros(len(at), bool) if values is None or values.ndim > 1 else ~np.isnan(values)
        if values is not None and told.any():
            whole_at.append(at[told])
            whole.append(values[told])
        low_at.append(at[(data[at] >= COMPRESSED) & ~told])
    places, times = _ordered(whole_at, whole)
    brief = np.sort(np.concatenate(low_at)) if low_at else np.empty(0, np.int64)
    if not len(brief):
        return places, times
    low = (data[brief] & _TIME_BITS).astype(np.int64)
    counts, known = unrolled(
        places, times.astype(np.int64), brief, low, modulus=int(_TIME_BITS) + 1
    )
    return _ordered([places, brief[known]], [times, counts[known].astype(np.float64)])


def _ordered(places: list[Int64s], times: list[Floats]) -> tuple[Int64s, Floats]:
    if not places:
        return np.empty(0, np.int64), np.empty(0)
    at, time_s = np.concatenate(places), np.concatenate(times)
    order = np.argsort(at, kind="stable")
    return at[order], time_s[order]


def _table(layouts: list[Layout], taken: Taken, clock: tuple[Int64s, Floats]) -> Table:
    """The messages of a kind, of whatever layouts, in the order of the file."""
    at = np.concatenate([layout.at for layout in layouts])
    order = np.argsort(at, kind="stable")
    ends = np.cumsum([len(layout.starts) for layout in layouts]).tolist()
    values: dict[int, Floats] = {}
    texts: dict[int, list[str]] = {}
    for layout, end in zip(layouts, ends, strict=True):
        rows = slice(end - len(layout.starts), end)
        own_values, own_texts = taken[id(layout)]
        for number, column in own_values.items():
            _grown(values, number, len(at), column)[rows, : column[0].size] = column.reshape(
                len(column), -1
            )
        for number, lines in own_texts.items():
            texts.setdefault(number, [""] * len(at))[rows] = lines
    values = {n: (v[order, 0] if v.shape[1] == 1 else v[order]) for n, v in values.items()}
    texts = {n: [lines[row] for row in order.tolist()] for n, lines in texts.items()}
    return Table(at[order], _looked_up(at[order], clock), values, texts)


def _grown(values: dict[int, Floats], number: int, rows: int, column: Floats) -> Floats:
    """A field's (rows, k) so far, wide enough for another layout's column."""
    width = column.size // len(column)
    held = values.get(number)
    if held is None or held.shape[1] < width:
        if rows * width > MOST_VALUES:
            raise NotFitError
        wide = np.full((rows, width), np.nan)
        if held is not None:
            wide[:, : held.shape[1]] = held
        values[number] = held = wide
    return held


def _looked_up(at: Int64s, clock: tuple[Int64s, Floats]) -> Floats:
    """The time told at each place; NaN where none is."""
    places, times = clock
    if not len(places):
        return np.full(len(at), np.nan)
    found = np.minimum(np.searchsorted(places, at), len(places) - 1)
    return np.where(places[found] == at, times[found], np.nan)
