"""What is in a zip or gzip, read as a stream within limits; nothing is ever unpacked by its name.

A packed file from elsewhere may hold names that lead out of a folder, or a few kilobytes that grow
to petabytes (D. Fifield, "A better zip bomb", WOOT 2019). Bytes are counted as they come out: what
a zip says about itself is never believed.
"""

from __future__ import annotations

import gzip
import io
import itertools
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.errors import IngestError
from ingest.private import open_private
from language.spoken import mark

MOST_BYTES = 2 << 30
"""Of one file that comes out of a zip, unless an importer says otherwise (design)."""

MOST_GZIP_BYTES = 256 << 20
"""Of a gzip, which comes out into memory (design)."""

MOST_RATIO = 200.0
"""Bytes out for a byte in: exported XML and CSV pack 10 to 60 to 1, a bomb 1,000 to 1 (design)."""

FREE_BYTES = 8 << 20
"""What may come out before the ratio counts: a small file of one repeated line is no bomb."""

MOST_MEMBERS = 200_000
MOST_DIRECTORY_BYTES = 64 << 20

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NOTHING = mark("Nothing was imported. Copy or download it again.")
_BOMB = mark("Nothing was imported. Unpack it yourself if you trust it, then import what is in it.")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in a zip: its name there, how long it says it is and how long it is packed, bytes."""

    name: str
    size: int
    packed: int


def gunzip(path: Path, most_bytes: int = MOST_GZIP_BYTES) -> bytes:
    """What a gzip holds.

    Raises:
        IngestError: torn, no gzip, or it grows beyond most_bytes or `MOST_RATIO`.
    """
    try:
        with gzip.open(path) as packed:
            content = packed.read(most_bytes + 1)
        packed_bytes = path.stat().st_size
    except _BROKEN as error:
        raise IngestError(
            mark("{file} is no whole gzip file."), _NOTHING, file=path.name
        ) from error
    if len(content) > most_bytes or _bursts(len(content), packed_bytes, MOST_RATIO):
        raise _grows(path.name)
    return content


class Archive:
    """A zip that stays open: its list is read once, however many of its files are."""

    def __init__(self, path: Path, packed: zipfile.ZipFile) -> None:
        self._path, self._packed = path, packed

    def members(self) -> list[Member]:
        """The files in it, in its order, without folders and what macOS adds.

        Raises:
            IngestError: encrypted, names that lead elsewhere, links, or files that share bytes.
        """
        found = self._packed.infolist()
        _refuse_overlap(self._path, self._packed.start_dir, found)
        kept = {one.filename: one for one in found if not one.is_dir()}
        for info in kept.values():
            _refuse(self._path, info)
        return [
            Member(name=one.filename, size=one.file_size, packed=one.compress_size)
            for one in kept.values()
            if not _of_macos(one.filename)
        ]

    @contextmanager
    def open(
        self, name: str, most_bytes: int = MOST_BYTES, most_ratio: float = MOST_RATIO
    ) -> Iterator[IO[bytes]]:
        """One file of it as a stream; reading raises IngestError where it breaks or grows too far.

        Raises:
            IngestError: as `members`, or there is no such file in it.
        """
        try:
            info = self._packed.getinfo(name)
            _refuse(self._path, info)
            raw = self._packed.open(info)
        except (KeyError, RuntimeError, *_BROKEN) as error:
            raise _damaged(self._path, name) from error
        with raw:
            most = min(most_bytes, max(FREE_BYTES, int(info.compress_size * most_ratio)))
            yield io.BufferedReader(_Limited(raw, self._path, name, most))

    def copy(self, name: str, target: Path, most_bytes: int = MOST_BYTES) -> None:
        """Write one file of it to a file of our own choice, for its owner alone.

        Raises:
            IngestError: as `open`, or the disk refuses.
        """
        with self.open(name, most_bytes) as packed:
            _write(packed, target)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A zip, open until the end of the block.

    Raises:
        IngestError: no whole zip, or too many files.
    """
    try:
        _refuse_directory(path)
        packed = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise IngestError(mark("{file} is no whole zip file."), _NOTHING, file=path.name) from error
    with packed:
        yield Archive(path, packed)


def members(path: Path) -> list[Member]:
    """The files in a zip, as `Archive.members`.

    Raises:
        IngestError: as `opened` and `Archive.members`.
    """
    with opened(path) as archive:
        return archive.members()


@contextmanager
def open_member(
    path: Path, name: str, most_bytes: int = MOST_BYTES, most_ratio: float = MOST_RATIO
) -> Iterator[IO[bytes]]:
    """One file of a zip as a stream, as `Archive.open`; of several files open the zip once.

    Raises:
        IngestError: as `opened` and `Archive.open`.
    """
    with opened(path) as archive, archive.open(name, most_bytes, most_ratio) as file:
        yield file


def copy_member(path: Path, name: str, target: Path, most_bytes: int = MOST_BYTES) -> None:
    """Write one file of a zip to a file of our own choice, as `Archive.copy`.

    Raises:
        IngestError: as `opened` and `Archive.copy`.
    """
    with opened(path) as archive:
        archive.copy(name, target, most_bytes)


def _write(packed: IO[bytes], target: Path) -> None:
    try:
        file = open_private(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(file, "wb") as out:
            while part := packed.read(1 << 20):
                out.write(part)
    except OSError as error:
        raise IngestError(
            mark("Could not write {file}: {why}."),
            mark("Nothing was imported. Free some space, then try again."),
            file=target.name,
            why=error.strerror or error,
        ) from error


class _Limited(io.RawIOBase):
    """A member that may not come out longer than it should."""

    def __init__(self, raw: IO[bytes], path: Path, name: str, most: int) -> None:
        self._raw, self._path, self._name, self._left = raw, path, name, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        try:
            part = self._raw.read(len(view))
        except _BROKEN as error:
            raise _damaged(self._path, self._name) from error
        self._left -= len(part)
        if self._left < 0:
            raise _grows(f"{self._path.name}: {PurePosixPath(self._name).name}")
        view[: len(part)] = part
        return len(part)


def _refuse_directory(path: Path) -> None:
    """Before all of a zip's list is read: it says how long it is in its last bytes."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_557), os.SEEK_END)
        tail = file.read()
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) < at + 22:
            raise zipfile.BadZipFile
        count, size = struct.unpack_from("<HI", tail, at + 10)
        if tail[max(0, at - 20) : at][:4] == b"PK\6\7":
            file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
            count, size = struct.unpack("<QQ", file.read(56)[32:48].ljust(16, b"\xff"))
    if count > MOST_MEMBERS or size > MOST_DIRECTORY_BYTES:
        raise IngestError(
            mark("{file} holds more files than any export does ({count})."),
            _BOMB,
            file=path.name,
            count=count,
        )


def _refuse_overlap(path: Path, end: int, found: list[zipfile.ZipInfo]) -> None:
    """No two files may share bytes: that is how a small zip grows without bound."""
    ordered = sorted(found, key=lambda one: one.header_offset)
    starts = [*(one.header_offset for one in ordered), end]
    for info, (start, following) in zip(ordered, itertools.pairwise(starts), strict=True):
        if start + 30 + info.compress_size > following:
            raise IngestError(
                mark("{file} is a zip whose files lie on top of each other."), _BOMB, file=path.name
            )


def _refuse(path: Path, info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    problem = None
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        problem = mark("{file} holds a file whose name leads elsewhere ({name}).")
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = mark("{file} holds a link instead of a file ({name}).")
    elif info.flag_bits & 1:
        problem = mark("{file} is locked with a password ({name}).")
    elif info.compress_type not in _PACKED:
        problem = mark("{file} is packed in a way that legload does not know ({name}).")
    if problem:
        raise IngestError(
            problem,
            mark("Nothing was imported. Unpack it yourself, then import what is in it."),
            file=path.name,
            name=info.filename[:100],
        )


def _of_macos(name: str) -> bool:
    """What macOS puts beside files: their icons and attributes."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")


def _bursts(size: int, packed: int, most_ratio: float) -> bool:
    return size > max(FREE_BYTES, packed * most_ratio)


def _grows(name: str) -> IngestError:
    return IngestError(
        mark("{file} unpacks to far more than any real file does."), _BOMB, file=name
    )


def _damaged(path: Path, name: str) -> IngestError:
    return IngestError(
        mark("{file} is damaged where it holds {name}."),
        _NOTHING,
        file=path.name,
        name=PurePosixPath(name).name[:100],
    )
