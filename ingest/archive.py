"""A folder or a zip of files with a list that names each one and its checksum.

What is written can be checked and read back; what somebody else made is trusted in nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import lzma
import os
import re
import shutil
import stat
import uuid
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from ingest.errors import IngestError
from ingest.private import open_private, private_folder, sync_folder
from language.spoken import _, mark

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
MOST_LIST_BYTES = 256 << 20
MOST_RATIO = 100
"""A zip that unpacks to more than so many times its size is none of ours: files in it are stored
as they are (design)."""
SPARE_BYTES = 64 << 20

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    ValueError,
    OSError,
    EOFError,
)
"""What reading a damaged zip raises; `bz2` raises OSError."""

_ID = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}"
_NAMES = re.compile(
    rf"home/(entries\.jsonl|DEMO|protocols/{_ID}\.toml|recordings/\d{{4}}/\d{{2}}/{_ID}\.legrec)"
    rf"|tables/[a-z_]+\.(parquet|json)|README\.md"
)


class ArchiveError(IngestError):
    """A folder or zip that cannot be written, or not be believed."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive. rows: of a table."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The list of an archive, and what it is of. person, start, end: as `Scope`."""

    format: int
    made_by: str
    at: dt.datetime
    demo: bool
    person: str | None
    start: dt.date | None
    end: dt.date | None
    counts: dict[str, int]
    files: tuple[File, ...]


class Sink(ABC):
    """Where the files of an archive go; nothing of it is there before `finish`."""

    @abstractmethod
    def put(self, name: str, chunks: Iterable[bytes]) -> File:
        """Write one file."""

    @abstractmethod
    def finish(self) -> None:
        """Have it all on the disk, under its name."""

    @abstractmethod
    def drop(self) -> None:
        """Leave nothing behind."""


def sink_for(out: Path) -> Sink:
    """A zip where the name ends so, else a folder that must be empty.

    Raises:
        ArchiveError: something is there already.
    """
    if (out.is_dir() and any(out.iterdir())) or (out.exists() and not out.is_dir()):
        raise ArchiveError(
            mark("{path} is there already."), mark("Choose another name."), path=str(out)
        )
    return _Zip(out) if out.suffix.casefold() == ".zip" else _Folder(out)


def _part(path: Path) -> Path:
    """A name that no other export to the same place uses at the same time."""
    return path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")


class _Zip(Sink):
    def __init__(self, path: Path) -> None:
        self._path, self._part = path, _part(path)
        private_folder(path.parent)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(open_private(self._part, flags), "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def put(self, name: str, chunks: Iterable[bytes]) -> File:
        info = zipfile.ZipInfo(name, dt.datetime.now(dt.UTC).timetuple()[:6])
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            return _copied(name, chunks, file)

    def finish(self) -> None:
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._path)
        sync_folder(self._path.parent)

    def drop(self) -> None:
        for close in (self._zip.close, self._file.close):
            with suppress(OSError, ValueError):  # what led here matters
                close()
        self._part.unlink(missing_ok=True)


class _Folder(Sink):
    def __init__(self, path: Path) -> None:
        self._path, self._part = path, _part(path)
        private_folder(self._part)

    def put(self, name: str, chunks: Iterable[bytes]) -> File:
        path = self._part / name
        private_folder(path.parent)
        with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            found = _copied(name, chunks, file)
            file.flush()
            os.fsync(file.fileno())
        return found

    def finish(self) -> None:
        if self._path.exists():
            self._path.rmdir()
        self._part.rename(self._path)
        sync_folder(self._path.parent)

    def drop(self) -> None:
        shutil.rmtree(self._part, ignore_errors=True)


def _copied(name: str, chunks: Iterable[bytes], file: IO[bytes]) -> File:
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return File(path=name, bytes=size, sha256=digest.hexdigest())


class Source:
    """An archive to be read: its list checked against what is there, nothing of it unpacked yet.

    Raises:
        ArchiveError: it is none, or says what cannot be; the text says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
            self._sizes = self._sizes_of_zip() if self._zip else dict(self._sizes_of_folder())
            self.manifest = self._listed()
        except FileNotFoundError as error:
            raise ArchiveError(mark("There is no file {path}."), path=str(path)) from error
        except _UNREADABLE as error:
            self.close()
            raise self.refused(mark("it cannot be read as a zip")) from error
        except ArchiveError:
            self.close()
            raise

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if found := getattr(self, "_zip", None):
            found.close()

    def refused(self, why: str, **values: object) -> ArchiveError:
        """An error that says why; why: marked, with its values."""
        return ArchiveError(
            mark("{name} is not an export or backup that can be restored: {why}."),
            mark("Nothing was changed. Take another copy of it."),
            name=self.path.name,
            why=lambda: _(why, **values),
        )

    def chunks(self, file: File) -> Iterator[bytes]:
        """The bytes of a file, which are what the list says once all were read.

        Raises:
            ArchiveError: they are not.
        """
        size, digest = 0, hashlib.sha256()
        try:
            with self._open(file.path) as stream:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > file.bytes:
                        break
                    digest.update(chunk)
                    yield chunk
        except _UNREADABLE as error:
            raise self.refused(mark("{path} is damaged"), path=file.path) from error
        if size != file.bytes or digest.hexdigest() != file.sha256:
            raise self.refused(mark("{path} is not what its list says"), path=file.path)

    def _open(self, name: str) -> IO[bytes]:
        return self._zip.open(name) if self._zip else (self.path / name).open("rb")

    def _sizes_of_zip(self) -> dict[str, int]:
        assert self._zip is not None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        for info in infos:
            if stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
                raise self.refused(mark("it holds a link or a locked file"))
        sizes = {info.filename: info.file_size for info in infos}
        if len(sizes) != len(infos):
            raise self.refused(mark("it holds a file twice"))
        if sum(sizes.values()) > MOST_RATIO * self.path.stat().st_size + SPARE_BYTES:
            raise self.refused(mark("it would unpack to much more than it could hold"))
        return sizes

    def _sizes_of_folder(self) -> Iterator[tuple[str, int]]:
        for path in self.path.rglob("*"):
            if path.is_symlink():
                raise self.refused(mark("it holds a link or a locked file"))
            if path.is_file():
                yield path.relative_to(self.path).as_posix(), path.stat().st_size

    def _listed(self) -> Manifest:
        if self._sizes.get(MANIFEST, MOST_LIST_BYTES + 1) > MOST_LIST_BYTES:
            raise self.refused(mark("it has no list of its files"))
        with self._open(MANIFEST) as file:
            data = file.read(MOST_LIST_BYTES)
        try:
            written = msgspec.json.decode(data, type=_FormatOnly).format
            if written > FORMAT:
                raise ArchiveError(
                    mark("{name} was written by a newer version of legload."),
                    mark("Update legload, then restore it."),
                    name=self.path.name,
                )
            found = msgspec.json.decode(data, type=Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.refused(mark("its list of files cannot be read")) from error
        self._agree(found)
        return found

    def _agree(self, found: Manifest) -> None:
        sizes = {file.path: file.bytes for file in found.files}
        if odd := next((name for name in sizes if not _NAMES.fullmatch(name)), None):
            raise self.refused(mark("{path} has no place in it"), path=repr(odd[:100]))
        if len(sizes) != len(found.files) or {**sizes, MANIFEST: 0}.keys() != self._sizes.keys():
            raise self.refused(mark("it does not hold the files that it lists"))
        if wrong := next((name for name, size in sizes.items() if self._sizes[name] != size), None):
            raise self.refused(mark("{path} is not what its list says"), path=wrong)


class _FormatOnly(msgspec.Struct):
    format: int
