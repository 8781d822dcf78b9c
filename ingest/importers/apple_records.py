"""The records of an Apple Health export, read as a stream: memory does not grow with the file.

The file is one XML document of up to several GB, all of it attributes. Two readers share it.
Records written the way Health writes them, which is nearly all, are taken out of the bytes by one
regular expression; expat gets everything else, and so decides whether the document is whole. Of a
document that is XML the expression takes exactly what expat would tell (a test compares the two).

The document type at its head is not read: since iOS 16 Health writes one that is no XML (an
ATTLIST that is never closed), and vertical tabs that no XML may hold
(github.com/jameno/Simple-Apple-Health-XML-to-CSV/pull/3, dogsheep/healthkit-to-sqlite issue 24).
Without it no entity is known, so none is followed; a head that declares one is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat
from xml.sax.saxutils import escape

from ingest.importers.apple_columns import numbers

Row = tuple[bytes, bytes, bytes | None, bytes | None, bytes, bytes, bytes]
"""type, sourceName, device, unit, startDate, endDate, value; the first four as they are written,
with `&lt;` and the like; a device may come without the address that it begins with."""

CHUNK_BYTES = 1 << 18
"""Read at once: more is slower, as it leaves the processor's cache (measured)."""

MOST_ROWS = 8_192
"""Given at once, about: enough that columns are cheap, and little memory."""

HEAD_BYTES = 1 << 22
"""The document type is some 10 KB; the document begins after at most so much (design)."""

LONGEST_BYTES = 1 << 22
"""Of a tag, comment or the like; so much is kept at once (design)."""

DEEPEST, MOST_NAMES = 64, 5_000
"""Elements in each other (Health: 4) and names of elements, attributes and types (Health: some
300) beyond which it is no export, so that none can fill the memory (design)."""

TYPED = "HKWasUserEntered"
_AS_WRITTEN = ("sourceName", "device", "unit")
_PREFIX = "HKQuantityTypeIdentifier"
_FORBIDDEN = bytes(set(range(32)) - {9, 10, 13})
_COMMENT = re.compile(rb"<[!?]")
_ROOT = re.compile(rb"<HealthData[\s/>]")
_HOSTILE = re.compile(rb"<!ENTITY|<!DOCTYPE[^\[<>]*\s(?:SYSTEM|PUBLIC)\s")


class BrokenExportError(Exception):
    """The document is no XML from about byte `at` on; ended: it ends there too early; hostile: it
    is no export."""

    def __init__(self, at: int, *, ended: bool = False, hostile: bool = False) -> None:
        super().__init__(at)
        self.at, self.ended, self.hostile = at, ended, hostile


@dataclass(slots=True)
class Rest:
    """What was not asked for. others: records by type; typed: those wanted, but typed by hand;
    workouts, workout_min: how many of each kind there are, and how many minutes they say."""

    others: Counter[bytes]
    typed: Counter[bytes]
    workouts: Counter[str]
    workout_min: Counter[str]


def read(
    stream: IO[bytes],
    wanted: Iterable[str],
    give: Callable[[list[Row]], None],
    *,
    may_be_typed: Iterable[str] = (),
    progress: Callable[[int], None] = lambda _bytes: None,
    quick: bool = True,
) -> Rest:
    """Give records of some types of quantity, some thousands at once, in the order of the file.

    wanted: types without `HKQuantityTypeIdentifier`; may_be_typed: of these also what a person
    typed. quick: False has expat read all of it, for comparison.

    Raises:
        BrokenExportError: the document is not whole, or it is none.
    """
    head = _head(stream)
    document = _Document(tuple(wanted), tuple(may_be_typed), give, quick=quick)
    done = len(head)
    root = _ROOT.search(head)
    if root is None or _HOSTILE.search(head, 0, root.start()):
        raise BrokenExportError(0, hostile=True)
    tail = head[root.start() :]
    while part := stream.read(CHUNK_BYTES):
        done += len(part)
        tail = document.take(tail + part, done)
        progress(done)
    document.finish(tail, done)
    return document.rest


def _head(stream: IO[bytes]) -> bytes:
    """From the beginning to where the document begins, and some of it."""
    head = b""
    while len(head) < HEAD_BYTES and not _ROOT.search(head, max(0, len(head) - CHUNK_BYTES - 16)):
        part = stream.read(CHUNK_BYTES)
        if not part:
            break
        head += part
    return head


class _Document:
    """Both readers, and what they found."""

    def __init__(
        self,
        wanted: tuple[str, ...],
        may_be_typed: tuple[str, ...],
        give: Callable[[list[Row]], None],
        *,
        quick: bool,
    ) -> None:
        self.rest = Rest(Counter(), Counter(), Counter(), Counter())
        self._give = give
        self._wanted = {f"{_PREFIX}{name}": name.encode() for name in wanted}
        self._typed_fine = {name.encode() for name in may_be_typed}
        self._pattern = _pattern(wanted) if quick else None
        self._rows: list[Row] = []
        self._record: Row | None = None
        self._typed = False
        self._depth = 0
        self._fed = 0
        self._parser = expat.ParserCreate("UTF-8", intern={})
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def take(self, text: bytes, done: int) -> bytes:
        """Read text up to its last tag, which may not be whole; give that back."""
        cut = text.rfind(b"<")
        if len(text) - cut > LONGEST_BYTES:
            raise BrokenExportError(done - len(text), hostile=True)
        if cut > 0:
            self.feed(text[:cut].translate(None, _FORBIDDEN), done)
            return text[cut:]
        return text

    def finish(self, tail: bytes, done: int) -> None:
        """Read the end."""
        self.feed(tail.translate(None, _FORBIDDEN), done, final=True)

    def feed(self, text: bytes, done: int = 0, *, final: bool = False) -> None:
        """Read whole tags."""
        if _COMMENT.search(text):  # what looks like a record may be in one
            self._pattern = None
        if self._pattern is not None:
            text = self._quick(self._pattern, text)
        self._fed += len(text)
        try:
            self._parser.Parse(text, final)
        except expat.ExpatError as error:
            raise BrokenExportError(max(0, done - len(text)), ended=final) from error
        held = self._fed - max(0, self._parser.CurrentByteIndex)
        if held > LONGEST_BYTES or len(self._parser.intern) > MOST_NAMES:
            raise BrokenExportError(done, hostile=True)
        if max(len(self.rest.others), len(self.rest.workouts)) > MOST_NAMES:
            raise BrokenExportError(done, hostile=True)
        if len(self._rows) >= MOST_ROWS or (final and self._rows):
            rows, self._rows = self._rows, []
            self._give(rows)

    def _quick(self, pattern: re.Pattern[bytes], text: bytes) -> bytes:
        """What is left for expat."""
        parts = pattern.split(text)
        step = pattern.groups + 1
        self.rest.others.update(filter(None, parts[1::step]))
        columns = [parts[at::step] for at in range(2, step)]
        self._rows += [row for row in zip(*columns, strict=True) if row[0] is not None]
        return b"".join(parts[::step])

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BrokenExportError(0, hostile=True)
        if name == "Record":
            self._begin(dict(zip(attributes[::2], attributes[1::2], strict=True)))
        elif name == "MetadataEntry":
            said = dict(zip(attributes[::2], attributes[1::2], strict=True))
            self._typed |= said.get("key") == TYPED and said.get("value") not in ("0", "")
        elif name == "Workout":
            self._workout(dict(zip(attributes[::2], attributes[1::2], strict=True)))

    def _begin(self, said: dict[str, str]) -> None:
        kind = said.get("type", "")
        wanted = self._wanted.get(kind)
        self._typed = False
        self._record = None
        if wanted is None:
            self.rest.others[kind.encode()] += 1
            return
        name, device, unit = (escape(said.get(one, "")).encode() for one in _AS_WRITTEN)
        start, end, value = (
            said.get(one, "").encode() for one in ("startDate", "endDate", "value")
        )
        self._record = (wanted, name, device, unit, start, end, value)

    def _workout(self, said: dict[str, str]) -> None:
        kind = said.get("workoutActivityType", "")
        self.rest.workouts[kind] += 1
        if said.get("durationUnit") == "min":
            self.rest.workout_min[kind] += numbers([said.get("duration", "").encode()])[0]

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "Record" and self._record is not None:
            kind = self._record[0]
            if self._typed and kind not in self._typed_fine:
                self.rest.typed[kind] += 1
            else:
                self._rows.append(self._record)
            self._record = None


def _pattern(wanted: tuple[str, ...]) -> re.Pattern[bytes]:
    """Whole elements as Health writes them: records that are not wanted, which say nothing but
    their type; what else says nothing; and the wanted ones, unless a person typed them.

    What runs up to one letter is several times as fast as what runs up to any of two.
    """
    names = "|".join(re.escape(name) for name in wanted)
    entry = rf'<MetadataEntry key="(?!{TYPED}")[^<]*/>\s*'
    told = "".join(
        rf'(?: {name}="{text}")?'
        for name, text in (
            ("sourceVersion", '[^"]*'),
            ("device", '(?:&lt;&lt;HKDevice: 0x[0-9a-f]+&gt;, )?([^"]*)'),
            ("unit", '([^"]*)'),
            ("creationDate", '[^"]*'),
        )
    )
    return re.compile(
        rf'<Record type="(?:(?!{_PREFIX}(?:{names})")([^"&]*)"[^<]*/>\s*'
        rf'|{_PREFIX}({names})" sourceName="([^"]*)"{told}'
        r' startDate="([^"&]*)" endDate="([^"&]*)" value="([^"&]*)"'
        rf"(?:/>|>\s*(?:{entry})*</Record>)\s*)"
        rf"|{entry}"
        r"|<InstantaneousBeatsPerMinute [^<]*/>\s*".encode()
    )
