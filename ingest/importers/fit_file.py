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
from dataclasses import dataclass

from ingest.importers.fit_layout import Layout
from ingest.importers.fit_profile import Message
from ingest.importers.fit_sums import crc16
from ingest.importers.fit_table import COMPRESSED, Content, NotFitError, content_of

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

_DEFINITION, _DEVELOPER = 0x40, 0x20


class DamagedError(ValueError):
    """A FIT file that was changed after it was written: its checksum is another."""


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
            if data[at] & (COMPRESSED | _DEFINITION) != _DEFINITION:
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
            first = COMPRESSED | number << 5
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
        return content_of(self._data, self._layouts.values(), self._wanted)
