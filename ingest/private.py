"""Files and folders for their owner alone, and on the disk when they should be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def private_folder(folder: Path) -> None:
    """Make a folder and its missing parents, for the owner alone."""
    for part in (*reversed(folder.parents), folder):
        if not part.is_dir():
            part.mkdir(mode=0o700, exist_ok=True)
            sync_folder(part.parent)


def create_whole(path: Path, data: bytes) -> None:
    """A file that appears, or is replaced, whole or not at all, even if the power fails."""
    part = path.with_suffix(".part")
    file = open_private(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        write_all(file, data)
        os.fsync(file)
    finally:
        os.close(file)
    part.replace(path)
    sync_folder(path.parent)


def create_many_whole(files: Mapping[Path, bytes]) -> None:
    """The same for many files, in folders that are there; some of them may appear without others.
    All are on the disk before any gets its name, which is several times as fast."""
    parts = {path.with_suffix(".part"): path for path in files}
    opened = []
    try:
        for part, path in parts.items():
            opened.append(open_private(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
            write_all(opened[-1], files[path])
        for file in opened:
            os.fsync(file)
    finally:
        for file in opened:
            os.close(file)
    for part, path in parts.items():
        part.replace(path)
    for folder in {path.parent for path in files}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk; POSIX only, elsewhere the file's own sync does it."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_private(path: Path, flags: int) -> int:
    """A file descriptor; a file that is created belongs to its owner alone."""
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


def write_all(file: int, data: bytes) -> None:
    """Write every byte at the descriptor's position.

    Raises:
        OSError: the disk refuses; some bytes may have been written.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


@contextmanager
def owner_only() -> Iterator[None]:
    """Files that anything in this process creates meanwhile belong to their owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
