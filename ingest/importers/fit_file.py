"""FIT files: bytes to columns, one table a kind of message. Decodes nothing that is not asked for.

A FIT file is a row of records behind a header: a *definition* says how the *messages* of a local
number are laid out from there on, in either byte order. One walk over their first bytes finds
where each begins; then numpy takes all messages of one layout at once. Several files may be
chained; each begins anew, and one that does not say what it is belongs to the one before.

Source: Garmin, "FIT protocol" (developer.garmin.com/fit/protocol): header, records, compressed
timestamps, developer fields, base types, CRC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from devices.profile import Floats, Int64s
from ingest.importers.fit_layout import Layout
from ingest.importers.fit_profile import TIMESTAMP, Message
from ingest.importers.fit_sums import crc16, unrolled

SIGN = b".FIT"
SHORTEST_HEADER = 12
CRC_BYTES = 2

MOST_LAYOUTS = 4_096
"""Different definitions in a file; real ones have some 30 (design)."""

MOST_DEFINITIONS = 100_000
"""Definitions in a file, most of them given again (design)."""

MOST_PARTS = 100
"""Files in a chain; a watch with a strap writes three (design)."""

MOST_MESSAGES = 3_000_000
"""A week of five a second (design)."""

MOST_VALUES = 16_000_000
"""Of one field, empty places of arrays included (design: 128 MB)."""

_DEFINITION, _DEVELOPER, _COMPRESSED = 0x40, 0x20, 0x80
_TIME_BITS = 0x1F


class NotFitError(ValueError):
    """These bytes are no FIT file."""


class DamagedError(ValueError):
    """A FIT file that was changed after it was written: its checksum is another."""


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


@dataclass(frozen=True, slots=True)
class Decoded:
    """A chain of files. torn: bytes at the end that are no whole message, or never written: None
    where nothing is missing."""

    contents: tuple[Content, ...]
    torn: int | None


def decode(data: bytes, wanted: Mapping[int, frozenset[int]]) -> Decoded:
    """All files in some bytes. wanted: fields by number of message; others are passed over.

    A file that ends before its header says keeps its whole messages: a watch that lost its power.

    Raises:
        NotFitError: they do not begin as a FIT file does, or hold no message, or more than any.
        DamagedError: all is there, but not as it was written.
    """
    walks: list[_Walk] = []
    at, parts, torn = 0, 0, None
    while at < len(data) and torn is None:
        body = _body(data, at)
        if body is None:
            torn = len(data) - at
            break
        parts += 1
        if parts > MOST_PARTS:
            raise NotFitError
        walk = _Walk(data, wanted)
        stopped = walk.walk(body.start, body.end)
        if not body.whole or stopped < body.end:
            torn = len(data) - stopped
        if not walks or Message.FILE_ID in walk.kinds():
            walks.append(walk)
        else:
            walks[-1].join(walk)
        at = body.end + CRC_BYTES
    if sum(walk.messages for walk in walks) > MOST_MESSAGES:
        raise NotFitError
    contents = tuple(walk.content() for walk in walks)
    if not any(content.messages for content in contents):
        raise NotFitError
    return Decoded(contents, torn)


@dataclass(frozen=True, slots=True)
class _Body:
    """Where the messages of a file are; whole: it was closed, and is as it was written."""

    start: int
    end: int
    whole: bool


def _body(data: bytes, at: int) -> _Body | None:
    """Where the messages of the file that begins here are; None where none does.

    Only a file that says where it ends has a checksum, over its header and its messages. Some
    writers tell none (0). Where it is wrong and the file ends where it says, it was changed; where
    it says that it is empty, or more follows that is no file of a chain, it was never closed.

    Raises:
        DamagedError: it was changed.
    """
    if not _begins(data, at):
        return None
    start = at + data[at]
    end = start + int.from_bytes(data[at + 4 : at + 8], "little")
    after = end + CRC_BYTES
    if after > len(data):
        return _Body(start, len(data), whole=False)
    told = int.from_bytes(data[end:after], "little")
    if told == crc16(data[at:end]) or (told == 0 and end > start):
        return _Body(start, end, whole=True)
    if end == start or (after < len(data) and not _begins(data, after)):
        return _Body(start, len(data), whole=False)
    raise DamagedError


def _begins(data: bytes, at: int) -> bool:
    head = data[at : at + SHORTEST_HEADER]
    return len(head) == SHORTEST_HEADER and head[0] >= SHORTEST_HEADER and head[8:] == SIGN


class _Walk:
    """Where the messages of one file, or of several that belong together, begin."""

    def __init__(self, data: bytes, wanted: Mapping[int, frozenset[int]]) -> None:
        self._data, self._wanted = data, wanted
        self._layouts: dict[bytes, Layout] = {}
        self._definitions = 0

    def walk(self, at: int, end: int) -> int:
        """Note every whole message from `at` on; where it stopped: `end` unless torn."""
        data = self._data
        local: list[Layout | None] = [None] * 256
        while at < end:
            layout = local[data[at]]
            if layout is not None:
                if at + layout.size > end:
                    break
                layout.note(at)
                at += layout.size
                continue
            if data[at] & (_COMPRESSED | _DEFINITION) != _DEFINITION:
                break
            size = self._define(local, at, end)
            if not size:
                break
            at += size
        return at

    def _define(self, local: list[Layout | None], at: int, end: int) -> int:
        """Take a definition; how long it is, 0 where it is torn."""
        data, head = self._data, self._data[at]
        self._definitions += 1
        if self._definitions > MOST_DEFINITIONS:
            raise NotFitError
        if at + 6 > end:
            return 0
        size = 6 + 3 * data[at + 5]
        if head & _DEVELOPER:
            if at + size >= end:
                return 0
            size += 1 + 3 * data[at + size]
        if at + size > end:
            return 0
        layout = self._layout(data[at + 1 : at + size])
        number = head & 0x0F
        heads = [number | spare for spare in (0, 0x10, 0x20, 0x30)]
        if number < 4:
            first = _COMPRESSED | number << 5
            heads += range(first, first + 32)
        for one in heads:
            local[one] = layout
        return size

    def _layout(self, definition: bytes) -> Layout:
        found = self._layouts.get(definition)
        if found is None:
            if len(self._layouts) >= MOST_LAYOUTS:
                raise NotFitError
            found = self._layouts[definition] = Layout(definition, self._wanted)
        return found

    @property
    def messages(self) -> int:
        """How many were noted."""
        return sum(len(layout.starts) for layout in self._layouts.values())

    def kinds(self) -> set[int]:
        """Numbers of the messages that there are."""
        return {layout.number for layout in self._layouts.values() if layout.starts}

    def join(self, other: _Walk) -> None:
        """Take over what another part of the file holds."""
        for definition, layout in other._layouts.items():
            self._layout(definition).take_over(layout)

    def content(self) -> Content:
        """Every message that was noted, taken out of the bytes."""
        data = np.frombuffer(self._data, np.uint8)
        used = [layout for layout in self._layouts.values() if layout.starts]
        taken = {id(layout): layout.take(data) for layout in used}
        clock = _clock(used, taken, data)
        by_kind: dict[int, list[Layout]] = {}
        for layout in used:
            if layout.number in self._wanted:
                by_kind.setdefault(layout.number, []).append(layout)
        tables = {number: _table(some, taken, clock) for number, some in by_kind.items()}
        return Content(tables, self.messages, *clock)


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
        low_at.append(at[(data[at] >= _COMPRESSED) & ~told])
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
