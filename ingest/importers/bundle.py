"""A folder or zip of files: everything in it that can be read, one after the other.

As Strava and Garmin hand out all of somebody's activities (`activities/1234.fit.gz`; zips of FIT
files in a zip), or Google all of Google Fit. A file that cannot be read is named with its reason,
and the others are taken all the same. Tables are not: what their columns mean has to be said of
each, and lists of activities tell again what the activities tell.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from ingest.errors import IngestError
from ingest.importers import takeout
from ingest.importers.imported import Imported, Into, Skipped, Taken, silent
from ingest.importers.telling import sentence
from ingest.importers.unpacking import opened
from ingest.private import private_folder
from ingest.spool import PID, SPOOL
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.importers import Importer

KEY = "bundle"
SUFFIXES = (".zip",)

READ = (".fit", ".fit.gz", ".tcx", ".tcx.gz", ".gpx", ".gpx.gz", ".legrec", ".zip", ".db")
"""Endings of what is looked at in a bundle."""

MOST_FILES = 50_000
MOST_DEPTH = 2
"""Zips in zips: Garmin's export is a zip of zips of FIT files."""

MOST_NAMED = 20
"""Files that could not be read and are named; the rest are counted."""

_ImporterOf = Callable[[Path], "Importer"]
"""What takes a file in; raises IngestError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file in a bundle: its name there; path: where it lies, or copy: puts it there."""

    name: str
    path: Path | None = None
    copy: Callable[[Path], None] | None = None
    opened: Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(slots=True)
class _Sum:
    """What came of all files."""

    done: list[Imported] = field(default_factory=list)
    failed: list[tuple[str, IngestError]] = field(default_factory=list)
    strange: int = 0


def fits(names: tuple[str, ...]) -> bool:
    """Whether anything in a zip may be readable."""
    return any(_wanted(name) or takeout.DAY.fullmatch(name) for name in names)


def take(file: Path, into: Into, importer_of: _ImporterOf) -> Imported:
    """Take in every file of a folder or zip that is of a known kind.

    importer_of: what takes a single file in.

    Raises:
        IngestError: the zip is hostile or torn, or nothing in it could be taken in.
    """
    spool = into.home / SPOOL
    private_folder(spool)
    folder = Path(tempfile.mkdtemp(dir=spool, prefix="bundle-"))
    try:
        (folder / PID).write_text(str(os.getpid()))
        result = _Sum()
        _take_all(file, into, importer_of, folder, result, depth=1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not result.done:
        raise _nothing(file, result)
    return _told(file, into, result)


def _take_all(
    file: Path, into: Into, importer_of: _ImporterOf, folder: Path, result: _Sum, *, depth: int
) -> None:
    with _files(file) as files:
        found = list(itertools.islice(files, MOST_FILES + 1))
        _take_found(found, file, into, importer_of, folder, result, depth=depth)


def _take_found(
    found: list[_File],
    file: Path,
    into: Into,
    importer_of: _ImporterOf,
    folder: Path,
    result: _Sum,
    *,
    depth: int,
) -> None:
    if len(found) > MOST_FILES:
        raise IngestError(
            mark("{file} holds more than {count} files."),
            mark("Nothing was imported. Import a part of them."),
            file=file.name,
            count=MOST_FILES,
        )
    days = [one for one in found if takeout.DAY.fullmatch(one.name)]
    wanted = [one for one in found if _wanted(one.name)]
    result.strange += len(found) - len(days) - len(wanted)
    if days:
        told = [takeout.Day(one.name, one.opened) for one in days]
        _try(result, file.name, partial(takeout.take_days, told, file, into))
    quiet = replace(into, progress=silent)
    for done, one in enumerate(wanted):
        _take_file(one, quiet, importer_of, folder, result, depth)
        into.progress(done + 1, len(wanted))


def _take_file(
    one: _File, into: Into, importer_of: _ImporterOf, folder: Path, result: _Sum, depth: int
) -> None:
    """One file, from where it lies or from a copy that goes again."""
    name = PurePosixPath(one.name).name
    own = Path(tempfile.mkdtemp(dir=folder))
    try:
        path = one.path or own / _safe(name)
        if one.copy is not None:
            one.copy(path)
        importer = importer_of(path)
        if importer.key != KEY:
            result.done.append(importer.take(path, into))
        elif depth < MOST_DEPTH:
            _take_all(path, into, importer_of, own, result, depth=depth + 1)
        else:
            raise IngestError(
                mark("{file} is a zip in a zip in a zip."),
                mark("Unpack it yourself, then import what is in it."),
                file=name,
            )
    except IngestError as error:
        result.failed.append((one.name, error))
    except OSError as error:
        result.failed.append((one.name, _unread(name, error)))
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _try(result: _Sum, name: str, act: Callable[[], Imported]) -> None:
    try:
        result.done.append(act())
    except IngestError as error:
        result.failed.append((name, error))


@contextmanager
def _files(file: Path) -> Iterator[Iterator[_File]]:
    """The files of a folder without its links, or of a zip that stays open meanwhile, by name."""
    if file.is_dir():
        yield _in_folder(file)
        return
    with opened(file) as archive:
        yield (
            _File(
                name=member.name,
                copy=partial(archive.copy, member.name),
                opened=partial(archive.open, member.name),
            )
            for member in sorted(archive.members(), key=lambda one: one.name)
        )


def _in_folder(file: Path) -> Iterator[_File]:
    for parent, folders, names in os.walk(file):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                inner = path.relative_to(file).as_posix()
                yield _File(name=inner, path=path, opened=partial(_open, path))


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _wanted(name: str) -> bool:
    return name.casefold().endswith(READ)


def _safe(name: str) -> str:
    """A file name of our own that keeps the ending, by which kinds go."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-100:].lstrip(".") or "file"


def _told(file: Path, into: Into, result: _Sum) -> Imported:
    """One summary of all that was taken in."""
    done = result.done
    rows, here = sum(one.rows for one in done), sum(one.here for one in done)
    start = min((one.start for one in done if one.start), default=None)
    end = max((one.end for one in done if one.end), default=None)
    return Imported(
        file=file.name,
        rows=rows,
        text=sentence(rows, here, start, end, into.zone),
        kind=KEY,
        here=here,
        taken=_taken(done),
        skipped=(*_skipped(done), *_failed(result)),
        sensors=tuple(dict.fromkeys(key for one in done for key in one.sensors)),
        start=start,
        end=end,
    )


def _taken(done: list[Imported]) -> tuple[Taken, ...]:
    counts: dict[str, int] = {}
    for part in itertools.chain.from_iterable(one.taken for one in done):
        counts[part.what] = counts.get(part.what, 0) + part.count
    return tuple(Taken(count=count, what=what) for what, count in counts.items())


def _skipped(done: list[Imported]) -> tuple[Skipped, ...]:
    counts: dict[tuple[str, str], int] = {}
    for part in itertools.chain.from_iterable(one.skipped for one in done):
        counts[part.what, part.why] = counts.get((part.what, part.why), 0) + part.count
    return tuple(Skipped(count=count, what=what, why=why) for (what, why), count in counts.items())


def _failed(result: _Sum) -> Iterator[Skipped]:
    """Files that could not be read, by name and reason, and those nobody looked at."""
    for name, error in result.failed[:MOST_NAMED]:
        yield Skipped(count=1, what=name[-80:], why=error.problem)
    if (more := len(result.failed) - MOST_NAMED) > 0:
        yield Skipped(count=more, what=_("more files"), why=_("they could not be read either"))
    if result.strange:
        why = _("they are of no kind that is read from a folder or zip")
        yield Skipped(count=result.strange, what=_("other files"), why=why)


def _nothing(file: Path, result: _Sum) -> IngestError:
    if not result.failed:
        return IngestError(
            mark("{file} holds no file of a kind that legload reads."),
            mark("Kinds that it reads from a folder or zip: {kinds}."),
            file=file.name,
            kinds=", ".join(READ),
        )
    name, first = result.failed[0]
    return IngestError(
        mark("No file in {file} could be taken in; of {name}: {problem}"),
        mark("Nothing was imported."),
        file=file.name,
        name=PurePosixPath(name).name[:80],
        problem=lambda: first.problem,
    )


def _unread(name: str, error: OSError) -> IngestError:
    return IngestError(
        mark("Could not read {file}: {why}."),
        mark("Check that you may read it; nothing was imported."),
        file=name,
        why=error.strerror or error,
    )
