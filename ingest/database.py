"""Reaching the store's file: who may, and what DuckDB's errors mean.

DuckDB admits one writing process and nobody beside it, or several readers. Everyone opens briefly
and tries again when the file is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from ingest.errors import IngestError
from ingest.private import owner_only, private_folder
from language.spoken import mark

STORE = "legload.duckdb"
Sleep = Callable[[float], None]

_Config = dict[str, str | bool | int | float | list[str]]
_OFFLINE: _Config = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_WRITING: _Config = {**_OFFLINE, "storage_compatibility_version": "v1.5.0"}
_HELD = ("Could not set lock", "different configuration", "being used by another", "already open")
_NEWER = "we can only read versions between"
_ENVIRONMENT = (
    "Permission denied",
    "Operation not permitted",
    "No space left",
    "Disk quota",
    "File too large",
    "Read-only file",
    "Too many open files",
    "Input/output error",
)
_DAMAGED = ("Corrupt", "not a valid DuckDB", "Could not read enough", "replaying", "checksum")


class StoreError(IngestError):
    """The store cannot be used as things are."""


class StoreBusy(StoreError):  # noqa: N818 - says what is the case
    """Another program holds the store."""

    def __init__(self, problem: str = mark("The store is held by another program.")) -> None:
        super().__init__(problem, mark("Wait a moment and try again, or run 'legload doctor'."))


class StoreDamaged(StoreError):  # noqa: N818 - says what is the case
    """The store's file is damaged; it can be rebuilt."""

    def __init__(self, error: duckdb.Error) -> None:
        super().__init__(
            mark("The store is damaged ({why})."),
            mark("Run 'legload repair': it is rebuilt from the recordings, which are untouched."),
            why=first_line(error),
        )


def store_path(home: Path) -> Path:
    """Where the store of a home folder is."""
    return home / STORE


def explain(error: duckdb.Error, *, opening: bool = False) -> StoreError:
    """What an error of DuckDB means for a person.

    opening: whether the store would not open; then what is not known otherwise is damage.
    """
    text = str(error)
    if _says(text, _HELD):
        return StoreBusy()
    if _NEWER in text:
        return StoreError(
            mark("The store was written by a newer version."), mark("Update legload.")
        )
    surroundings = _says(text, _ENVIRONMENT) or isinstance(error, duckdb.OutOfMemoryException)
    if not surroundings and (opening or _says(text, _DAMAGED)):
        return StoreDamaged(error)
    return StoreError(
        mark("The store could not be used: {why}."),
        mark("Free some space or check the folder's permissions, then run 'legload doctor'."),
        why=first_line(error),
    )


@contextmanager
def writing_lock(home: Path, patience_s: float) -> Iterator[None]:
    """Alone among the processes that write into the store of this home.

    Files made meanwhile belong to their owner alone.

    Raises:
        StoreBusy: another one goes on for longer than `patience_s`.
        StoreError: the folder cannot be written.
    """
    lock = FileLock(home / "load.lock", timeout=patience_s, mode=0o600)
    try:
        private_folder(home)
        lock.acquire()
    except Timeout as error:
        raise StoreBusy(mark("Another program is loading recordings into the store.")) from error
    except OSError as error:
        raise StoreError(
            mark("Could not write into {folder}: {why}."),
            mark("Free some space or check the folder's permissions."),
            folder=home,
            why=error.strerror or error,
        ) from error
    try:
        with owner_only():
            yield
    finally:
        lock.release()


def connect(
    path: Path, *, read_only: bool, patience_s: float, sleep: Sleep
) -> duckdb.DuckDBPyConnection:
    """A connection, tried again with growing pauses while another process holds the file.

    Raises:
        StoreBusy: held for longer than `patience_s` in all.
        duckdb.Error: anything else.
    """
    slept, pause = 0.0, 0.02
    while True:
        try:
            config = _OFFLINE if read_only else _WRITING
            return duckdb.connect(path, read_only=read_only, config=config)
        except duckdb.Error as error:
            if not _says(str(error), _HELD):
                raise
            if slept >= patience_s:
                raise StoreBusy from error
        sleep(pause)
        slept, pause = slept + pause, min(pause * 1.5, 0.5)


@contextmanager
def explained() -> Iterator[None]:
    """Errors of DuckDB as `StoreError`."""
    try:
        yield
    except duckdb.Error as error:
        raise explain(error) from error


def first_line(error: duckdb.Error) -> str:
    """The first line of what DuckDB says, without its full stop."""
    return str(error).splitlines()[0].rstrip(".")


def _says(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)
