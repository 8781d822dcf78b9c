"""The header of a recording: who wrote what, and where the file belongs."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from pathlib import Path

import msgspec

from ingest.errors import IngestError
from ingest.framing import HEADER_MAGIC, body_at, frame
from language.spoken import _, mark

FORMAT = 1
SUFFIX = ".legrec"
NO_CHARACTERISTIC = 255
LATEST_NS = 7_258_118_400_000_000_000  # 2200-01-01 UTC: room to spare in an int64 of nanoseconds
_LONGEST = 1 << 16
_LONGEST_ID = 120
_LONGEST_NAME = 200
_ID = re.compile(rf"[A-Za-z0-9_-][A-Za-z0-9._-]{{0,{_LONGEST_ID - 1}}}")


class RecordingError(IngestError):
    """A recording that cannot be written, or whose header cannot be read."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first frame. `characteristics` are 128-bit UUIDs; rows refer to them by index.

    started_utc_ns: from 0 to before `LATEST_NS`; a computer without a battery clock starts in 1970.
    """

    format: int = FORMAT
    id: str
    sensor: str
    profiles: tuple[str, ...]
    app: str  # version of the program that wrote it
    started_utc_ns: int
    started_monotonic_ns: int
    characteristics: tuple[str, ...]

    def index(self, characteristic: str | None) -> int:
        """What a row says for a characteristic; None is `NO_CHARACTERISTIC`."""
        if characteristic is None:
            return NO_CHARACTERISTIC
        return self.characteristics.index(characteristic)


class _FormatOnly(msgspec.Struct):
    format: int


def recording_id(sensor: str, started_utc_ns: int) -> str:
    """A name that sorts by time: `20261118T101500.123456Z-<sensor>`."""
    started = dt.datetime.fromtimestamp(started_utc_ns // 1000 / 1e6, dt.UTC)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", sensor).strip("-")[: _LONGEST_ID - 30]
    return f"{started:%Y%m%dT%H%M%S.%fZ}-{slug}"


def recording_path(home: Path, header: Header) -> Path:
    """Where a recording belongs: `<home>/recordings/<YYYY>/<MM>/<id>.legrec`."""
    started = dt.datetime.fromtimestamp(header.started_utc_ns / 1e9, dt.UTC)
    return home / "recordings" / f"{started:%Y}" / f"{started:%m}" / f"{header.id}{SUFFIX}"


def recording_paths(home: Path) -> list[Path]:
    """Every recording of a home folder, in the order of their names."""
    return sorted((home / "recordings").glob(f"*/*/*{SUFFIX}"), key=lambda path: path.name)


def header_frame(header: Header) -> bytes:
    """What a recording begins with."""
    return frame(HEADER_MAGIC, msgspec.json.encode(header))


def read_header(path: Path) -> Header:
    """The header alone.

    Raises:
        RecordingError: see `parse_header`.
    """
    return parse_header(path, read_bytes(path, 0, _LONGEST))[0]


def parse_header(path: Path, data: bytes) -> tuple[Header, int]:
    """The header of a recording's bytes and where it ends.

    Raises:
        RecordingError: unreadable, written by a newer version of the program, or it says what
            cannot be (a name that is no file's, a year that is none of ours).
    """
    found = body_at(data, 0, HEADER_MAGIC)
    try:
        if found is None:
            raise ValueError
        written = msgspec.json.decode(found[0], type=_FormatOnly).format
        if written < 1:
            raise ValueError
        if written == FORMAT:
            return _checked(path, msgspec.json.decode(found[0], type=Header)), found[1]
    except (ValueError, msgspec.DecodeError) as error:
        raise RecordingError(
            mark("{file} is not a recording, or its beginning is damaged."),
            mark("Restore it from a backup if you have one; every other recording is still used."),
            file=path.name,
        ) from error
    raise RecordingError(
        mark("{file} was written by a newer version of legload (format {format})."),
        mark("Update legload to read it; it is kept as it is."),
        file=path.name,
        format=written,
    )


def _checked(path: Path, header: Header) -> Header:
    """A header that the program could have written: what comes after relies on it."""
    wrong = {
        mark("its id is not a plain file name"): not _ID.fullmatch(header.id),
        mark("it begins before 1970 or after 2199"): not 0 <= header.started_utc_ns < LATEST_NS,
        mark("its monotonic clock is out of range"): abs(header.started_monotonic_ns) >= 1 << 63,
        mark("its sensor has no usable name"): not _is_name(header.sensor),
        mark("its profiles have no usable names"): not all(map(_is_name, header.profiles)),
        mark("it names no profile"): not header.profiles,
        mark("it has too many characteristics"): len(header.characteristics) > NO_CHARACTERISTIC,
    }
    if reason := next((text for text, holds in wrong.items() if holds), None):
        raise RecordingError(
            mark("{file} is not a recording that legload wrote: {why}."),
            mark("It is left as it is and not used; move it away, or restore it from a backup."),
            file=path.name,
            why=partial(_, reason),
        )
    return header


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable()


def read_bytes(path: Path, offset: int, length: int = -1) -> bytes:
    """The bytes of a file from an offset on.

    Raises:
        RecordingError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except OSError as error:
        raise RecordingError(
            mark("Could not read {file}: {why}."),
            mark("Check that the file exists and that you may read it."),
            file=path.name,
            why=error.strerror or error,
        ) from error
