"""Our own recordings, copied from another computer or out of a backup."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from devices import PROFILES
from ingest.entries import Assigned, Entries, SensorForgotten, SensorPaired
from ingest.errors import IngestError
from ingest.header import Header
from ingest.importers.imported import Imported, Into, Taken
from ingest.private import create_whole, private_folder
from ingest.recording import Recording, RecordingError, read_recording, recording_path
from language.spoken import _, mark, n_

KEY = "recording"


def take(file: Path, into: Into) -> Imported:
    """Copy a recording to its place. A longer version of one that is here replaces it.

    A sensor that was never paired here is entered with the placement its kind usually has, as one
    that is not listened to; `legload assign` corrects it.

    Raises:
        RecordingError: it is not a recording, is empty, or differs from the one that is here.
    """
    recording = read_recording(file)
    rows, header = len(recording.rows), recording.header
    target = recording_path(into.home, header)
    content = file.read_bytes()
    present = target.read_bytes() if target.exists() else b""
    if present.startswith(content):
        said = n_("already here ({count} row)", "already here ({count} rows)", rows)
        return _told(file, recording, 0, said)
    if not content.startswith(present):
        raise RecordingError(
            mark("{file} differs from the recording of the same name that is already here."),
            mark("Keep whichever is right: move the other one away, then import again."),
            file=file.name,
        )
    _know_sensor(header, into)
    here = len(read_recording(target).rows) if present else 0
    try:
        private_folder(target.parent)
        create_whole(target, content)
    except OSError as error:
        raise IngestError(
            mark("Could not write {file}: {why}."),
            mark("Nothing was imported. Free some space, then try again."),
            file=target.name,
            why=error.strerror or error,
        ) from error
    told = [n_("{count} row", "{count} rows", rows), recording.damaged or ""]
    return _told(file, recording, rows - here, "; ".join(filter(None, told)))


def _told(file: Path, recording: Recording, new: int, text: str) -> Imported:
    rows, header = recording.rows, recording.header
    last_ns = int(rows.utc_ns.max()) if len(rows) else header.started_utc_ns
    start, end = (
        dt.datetime.fromtimestamp(ns / 1e9, dt.UTC) for ns in (header.started_utc_ns, last_ns)
    )
    return Imported(
        file=file.name,
        rows=new,
        text=text,
        kind=KEY,
        here=len(rows) - new,
        taken=(Taken(count=new, what=_("packets of a sensor")),) if new else (),
        sensors=(header.sensor,),
        start=start,
        end=end,
    )


def _know_sensor(header: Header, into: Into) -> None:
    entries = Entries(into.home)
    profile = next((PROFILES[key] for key in header.profiles if key in PROFILES), None)
    if header.sensor in entries.registry().sensors:
        return
    if profile is None or not profile.placements:
        raise RecordingError(
            mark("The recording is of a kind of sensor that is not known ({kind})."),
            mark("Update legload, then import it again."),
            kind=header.profiles[0],
        )
    started = dt.datetime.fromtimestamp(header.started_utc_ns / 1e9, dt.UTC)
    entries.append(
        SensorPaired(
            at=into.now,
            sensor=header.sensor,
            identity=header.sensor,
            address="",
            name=profile.title,
            profiles=header.profiles,
        ),
        Assigned(
            at=into.now,
            sensor=header.sensor,
            person=into.person,
            placement=profile.placements[0],
            since=started,
        ),
        SensorForgotten(at=into.now, sensor=header.sensor),
    )
