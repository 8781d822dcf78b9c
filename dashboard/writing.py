"""Files that are written outside of the home: whole or not at all, and for their owner alone."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from dashboard.errors import DashboardError
from ingest.private import create_whole, open_private, private_folder, sync_folder
from language.spoken import _

Filled = Callable[[BinaryIO], None]
"""Writes a file's content."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of everything in a zip: the format's first, so that equal contents are equal bytes."""
_UNIX, _FILE = 3, 0o100600


def write_file(path: Path, content: bytes) -> Path:
    """Write a file, for its owner alone, into a folder that is made if need be.

    Raises:
        DashboardError: the disk or the permissions refuse.
    """
    with _told(path):
        private_folder(path.parent.absolute())
        create_whole(path, content)
    return path


def fill_file(path: Path, fill: Filled) -> Path:
    """The same of content that is written as it is made.

    Raises:
        DashboardError: the disk or the permissions refuse.
    """
    with _told(path):
        private_folder(path.parent.absolute())
        with _whole(path) as out:
            fill(out)
    return path


def write_zip(path: Path, files: Iterable[tuple[str, Filled]]) -> Path:
    """Write a zip, for its owner alone; equal files give equal bytes, whenever that is.

    files: name and content, in the order in which they will lie in it.

    Raises:
        DashboardError: there is such a file already, or the disk or the permissions refuse.
    """
    if path.exists():
        raise DashboardError(
            _("{path} is there already.", path=path), _("Give another name, or delete it first.")
        )
    with _told(path):
        private_folder(path.parent.absolute())
        with _whole(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, fill in files:
                info = zipfile.ZipInfo(name, EARLIEST)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system, info.external_attr = _UNIX, _FILE << 16
                with archive.open(info, "w", force_zip64=True) as one:
                    fill(cast("BinaryIO", one))
    return path


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its place once all of it is on the disk, or leaves nothing."""
    part = path.with_name(f"{path.name}.part")
    try:
        descriptor = open_private(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        with open(descriptor, "w+b") as out:  # noqa: PTH123 - a descriptor
            yield cast("BinaryIO", out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DashboardError(
            _("Could not write {path}: {why}.", path=path, why=error.strerror or error),
            _("Choose another folder: --out"),
        ) from error
