"""A recording: everything one sensor said for up to an hour, in an append-only file.

The recordings are the truth; the store is rebuilt from them. A row is safe once `flush` returned.
A tail that was cut off, zeroed or filled with garbage by a crash is left out, never an error.
See `ingest.framing` for the bytes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from ingest.framing import Kind, Row, Rows, columns_of, frame_rows
from ingest.header import (
    FORMAT,
    NO_CHARACTERISTIC,
    SUFFIX,
    Header,
    RecordingError,
    header_frame,
    read_header,
    recording_id,
    recording_path,
    recording_paths,
)
from ingest.private import create_many_whole, create_whole, open_private, private_folder, write_all
from ingest.replay import Recording, read_recording, receive_times, tail
from language.spoken import mark

__all__ = [
    "FORMAT",
    "NO_CHARACTERISTIC",
    "SUFFIX",
    "Header",
    "Kind",
    "Recording",
    "RecordingError",
    "RecordingWriter",
    "Rows",
    "read_header",
    "read_recording",
    "receive_times",
    "recording_id",
    "recording_path",
    "recording_paths",
    "tail",
    "write_recording",
    "write_recordings",
]

HELD_ROWS = 200_000  # kept in memory for a later try while the disk refuses
LONGEST_PAYLOAD = 65_535


class RecordingWriter:
    """Appends rows to one recording.

    `append` only touches memory and is called on the event loop; `flush` writes and may run in a
    thread meanwhile. Rows that could not be written are held for the next flush.
    """

    def __init__(self, path: Path, header: Header, end: int) -> None:
        self.path = path
        self.header = header
        self._file = open_private(path, os.O_RDWR)
        self._end = end
        self._next = 0  # sequence of the first held row
        self._held: list[Row] = []
        self._refused = 0
        self._failed = False
        self._holding = threading.Lock()
        self._flushing = threading.Lock()

    @classmethod
    def create(cls, path: Path, header: Header) -> RecordingWriter:
        """A new recording whose header is on the disk; it appears whole or not at all.

        Raises:
            RecordingError: it exists already, or the disk refuses.
        """
        data = header_frame(header)
        try:
            private_folder(path.parent)
            if path.exists():
                raise FileExistsError(17, "it exists already")
            create_whole(path, data)
            return cls(path, header, len(data))
        except OSError as error:
            raise _refusal(path, error) from error

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def held(self) -> int:
        """Rows in memory that no flush has written yet."""
        return len(self._held)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self._end

    def append(
        self,
        kind: Kind,
        characteristic: int,
        payload: bytes,
        utc_ns: int,
        monotonic_ns: int,
    ) -> None:
        """Hold a row for the next flush. `characteristic` is `Header.index`."""
        _check(characteristic, len(payload))
        row = (kind, characteristic, payload, utc_ns, monotonic_ns)
        with self._holding:
            if self._failed and len(self._held) >= HELD_ROWS:
                self._refused += 1
                self._last_refused = row
            else:
                self._held.append(row)

    def flush(self) -> int:
        """Put every held row on the disk; how many there were. Safe in a thread.

        Raises:
            RecordingError: the disk refuses; nothing written earlier is lost and the rows are held
                for the next flush, up to `HELD_ROWS`.
        """
        with self._flushing:
            with self._holding:
                rows, self._held = self._held, []
            if not rows:
                return 0
            try:
                self._write(frame_rows(columns_of(rows, self._next)))
            except OSError as error:
                self._hold_again(rows)
                raise _refusal(self.path, error) from error
            self._next += len(rows)
            self._wrote()
            return len(rows)

    def _write(self, data: bytes) -> None:
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            write_all(self._file, data)
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(data)

    def _hold_again(self, rows: list[Row]) -> None:
        with self._holding:
            self._failed = True
            self._held = rows + self._held

    def _wrote(self) -> None:
        """After a flush that went well: admit what was refused while none did."""
        with self._holding:
            self._failed = False
            if self._refused:
                text = f"{self._refused} rows could not be kept while the disk was full"
                *_, utc_ns, monotonic_ns = self._last_refused
                row = (Kind.DROPPED, NO_CHARACTERISTIC, text.encode(), utc_ns, monotonic_ns)
                self._held.insert(0, row)
                self._refused = 0

    def close(self) -> None:
        """Flush and close; closing twice is fine."""
        if self._file < 0:
            return
        try:
            self.flush()
            self.flush()  # the row that admits refused ones
        finally:
            os.close(self._file)
            self._file = -1


def write_recording(path: Path, header: Header, rows: Rows) -> None:
    """A whole recording at once, for simulations and importers; it appears whole or not at all.

    rows: numbered from 0 on.

    Raises:
        RecordingError: the disk refuses.
    """
    try:
        private_folder(path.parent)
        create_whole(path, header_frame(header) + frame_rows(rows))
    except OSError as error:
        raise _refusal(path, error) from error


def write_recordings(files: Mapping[Path, bytes]) -> None:
    """Several whole recordings, by path, as bytes; each appears whole or not at all.

    Raises:
        RecordingError: the disk refuses; some may have been written.
    """
    try:
        for folder in {path.parent for path in files}:
            private_folder(folder)
        create_many_whole(files)
    except OSError as error:
        raise RecordingError(
            mark("Could not store what was read: {why}."),
            mark(
                "Free some space or check the folder's permissions, then import the file again: "
                "what is there already is not taken twice."
            ),
            why=error.strerror or error,
        ) from error


def _refusal(path: Path, error: OSError) -> RecordingError:
    return RecordingError(
        mark("Could not write {file}: {why}."),
        mark(
            "What was recorded so far is safe. Free some space or check the folder's permissions."
        ),
        file=path.name,
        why=error.strerror or error,
    )


def _check(characteristic: int, longest: int) -> None:
    if not 0 <= characteristic <= NO_CHARACTERISTIC or longest > LONGEST_PAYLOAD:
        raise ValueError(f"characteristic {characteristic} or payload of {longest} bytes")
