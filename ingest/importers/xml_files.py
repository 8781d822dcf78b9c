"""XML from elsewhere, read as a stream: no entities, nothing external, bounded depth and memory.

Over expat of the standard library. Any DOCTYPE is refused, and with it external entities, billion
laughs and quadratic blow-up (W3C XML 1.0, section 4; OWASP, "XML External Entity Prevention").
A token that does not end is refused early: expat before 2.6 reads it again with every part
(CVE-2023-52425).
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from ingest.errors import IngestError
from ingest.importers.imported import Progress, silent
from ingest.importers.unpacking import gunzip
from language.spoken import mark

MOST_BYTES = 1 << 29
MOST_DEPTH = 64
MOST_TEXT = 65_536
MOST_TOKEN_BYTES = 1 << 20
"""Bounds of any file that a watch, phone or site writes (design: an hour of TCX is about 2 MB)."""

PART_BYTES = 65_536

Begin = Callable[[str, Mapping[str, str]], None]
"""(name without its prefix, attributes) of an element that opens."""

End = Callable[[str, str], None]
"""(name without its prefix, the text since the last tag) of an element that closes."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_FAR_NS = 1 << 62

_AGAIN = mark("Nothing was imported. Export or copy it again.")
_STRANGE = mark("Nothing was imported. Export it again from the program that wrote it.")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file's bytes; what a name ending in `.gz` holds.

    Raises:
        IngestError: it cannot be read, or is longer than any real one.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if path.stat().st_size > MOST_BYTES:
                raise _too_long(path.name)
            yield io.BytesIO(gunzip(path)) if packed else file
    except OSError as error:
        raise IngestError(
            mark("Could not read {file}: {why}."),
            mark("Check that you may read it; nothing was imported."),
            file=path.name,
            why=error.strerror or error,
        ) from error


def read_xml(
    file: IO[bytes], name: str, begin: Begin, end: End, progress: Progress = silent, whole: int = 0
) -> None:
    """Call begin and end for every element in order. name: of the file, for messages.

    White space before the declaration is left out: Strava writes it (GoldenCheetah, and others,
    do the same).

    Raises:
        IngestError: not well-formed, torn, with a DOCTYPE, nested too deep or too long; and
            whatever begin and end raise.
    """
    parser = expat.ParserCreate()
    _Handlers(parser, name, begin, end)
    fed, part = 0, file.read(PART_BYTES).lstrip(b" \t\r\n")
    try:
        while part:
            parser.Parse(part, False)
            fed += len(part)
            if fed - max(0, parser.CurrentByteIndex) > MOST_TOKEN_BYTES or fed > MOST_BYTES:
                raise _too_long(name)
            progress(fed, max(whole, fed))
            part = file.read(PART_BYTES)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise IngestError(
            mark("{file} is damaged or breaks off in line {line}."),
            _AGAIN,
            file=name,
            line=error.lineno,
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not have, or cannot
        raise _unwritten(name) from error


class _Handlers:
    """Expat's callbacks: short names, and the text of what has no children."""

    def __init__(self, parser: expat.XMLParserType, name: str, begin: Begin, end: End) -> None:
        self._name, self._begin, self._end = name, begin, end
        self._depth, self._text, self._length = 0, [""], 0
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._stop
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._text, self._length = [], 0
        if self._depth > MOST_DEPTH:
            raise _unwritten(self._name)
        self._begin(tag.rpartition(":")[2], attributes)

    def _stop(self, tag: str) -> None:
        self._depth -= 1
        text = "".join(self._text)
        self._text, self._length = [], 0
        self._end(tag.rpartition(":")[2], text)

    def _said(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise _too_long(self._name)
        self._text.append(text)

    def _refuse(self, *_: object) -> int:
        raise _unwritten(self._name)


def instant_ns(text: str, zone: dt.tzinfo) -> int | None:
    """UTC ns of an ISO 8601 instant; zone: of one that says none. None where it is no instant.

    Far outside any century it is the nearest that a number can hold, which nobody measured.
    """
    try:
        told = dt.datetime.fromisoformat(text.strip())
        if "T" not in text and " " not in text.strip():
            return None
        aware = told if told.tzinfo else told.replace(tzinfo=zone)
        return max(-_FAR_NS, min(_FAR_NS, (aware - _EPOCH) // _MICROSECOND * 1000))
    except (ValueError, OverflowError):
        return None


def number(text: str, *, missing: float | None = None) -> float:
    """A number, NaN for none; missing: what stands for none."""
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    return float("nan") if value == missing else value


def begins(head: bytes, element: str) -> bool:
    """Whether the first bytes of a file, packed or not, in whatever encoding, open an element."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, PART_BYTES)
        except zlib.error:
            return False
    plain = head.replace(b"\0", b"")
    return re.search(rb"<(?:[\w.-]+:)?%b[\s/>]" % element.encode(), plain) is not None


def _too_long(name: str) -> IngestError:
    return IngestError(
        mark("{file} is longer than any real file of its kind."), _STRANGE, file=name
    )


def _unwritten(name: str) -> IngestError:
    return IngestError(
        mark("{file} holds what no program writes that exports exercise."), _STRANGE, file=name
    )
