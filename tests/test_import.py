"""Recordings from another computer: taken in once, whatever state they are in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from dashboard.refresh import refresh
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.header import LATEST_NS, header_frame
from ingest.importers import IMPORTERS, import_file
from ingest.importers.imported import Into
from ingest.recording import RecordingError, recording_paths
from ingest.store import open_store
from tests.recorded import NOON, Session, header_of, pod_recording

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVER = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A recording of a minute, made elsewhere."""
    return pod_recording(tmp_path / "elsewhere", sensor="rsc-1", seconds=60)


@pytest.fixture
def into(tmp_path: Path) -> Into:
    home = tmp_path / "home"
    home.mkdir()
    return Into(home=home, person="ada", now=NOW)


def samples(home: Path) -> int:
    refresh(home)
    with open_store(home) as store:
        return len(store.slow("rsc-1", *EVER))


def test_a_recording_from_elsewhere_becomes_part_of_the_history(file: Path, into: Into) -> None:
    done = import_file(file, into)
    assert done.rows >= 60
    assert samples(into.home) > 0
    sensor = Entries(into.home).registry().sensors["rsc-1"]
    assert sensor.forgotten  # it is not listened to here
    assert sensor.current is not None
    assert sensor.current.person == "ada"
    assert sensor.current.since.timestamp() == NOON / 1e9
    with open_store(into.home) as store:
        assert store.minutes("ada", *EVER)["steps"].sum() > 0


def test_taking_it_in_again_changes_nothing(file: Path, into: Into) -> None:
    import_file(file, into)
    before = samples(into.home)
    entries = Entries(into.home).read()
    assert "already here" in import_file(file, into).text
    assert samples(into.home) == before
    assert Entries(into.home).read() == entries
    assert len(recording_paths(into.home)) == 1


def test_a_longer_copy_replaces_a_shorter_one(into: Into, tmp_path: Path) -> None:
    session = Session(tmp_path / "elsewhere", header_of("rsc-1"))
    session.connected(0)
    session.walk(1, 20)
    session.flush()
    copy = tmp_path / "copy.legrec"
    copy.write_bytes(session.path.read_bytes())
    import_file(copy, into)
    part = samples(into.home)
    session.walk(20, 60)
    session.close()
    import_file(session.path, into)
    assert samples(into.home) > part > 0
    assert "already here" in import_file(copy, into).text


def test_a_recording_that_differs_from_the_one_here_is_refused(
    file: Path, into: Into, tmp_path: Path
) -> None:
    import_file(file, into)
    before = samples(into.home)
    other = pod_recording(tmp_path / "other", sensor="rsc-1", seconds=30)
    changed = bytearray(other.read_bytes())
    changed[-1] ^= 0xFF
    other.write_bytes(bytes(changed))
    with pytest.raises(RecordingError, match="differs from the recording"):
        import_file(other, into)
    assert samples(into.home) == before


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x93LgH" + b"\0" * 100])
def test_what_is_no_recording_is_refused_and_changes_nothing(into: Into, content: bytes) -> None:
    broken = into.home / "broken.legrec"
    broken.write_bytes(content)
    with pytest.raises(RecordingError, match="not a recording"):
        import_file(broken, into)
    assert Entries(into.home).read() == []
    assert recording_paths(into.home) == []


def test_a_kind_that_cannot_be_imported_is_named(into: Into) -> None:
    other = into.home / "run.xyz"
    other.write_bytes(b"?")
    with pytest.raises(IngestError, match=r"Kinds that can be: \.\w+, .*\.legrec"):
        import_file(other, into)
    with pytest.raises(IngestError, match="no file"):
        import_file(into.home / "none.csv", into)
    with pytest.raises(IngestError, match="holds nothing that can be imported"):
        import_file(into.home, into)


def test_every_importer_says_what_it_takes() -> None:
    for key, importer in IMPORTERS.items():
        assert importer.key == key
        assert importer.title
        assert all(suffix.startswith(".") for suffix in importer.suffixes)


@pytest.mark.parametrize(
    "changes",
    [
        *({"id": id_} for id_ in ("", "..", ".hidden", "../../x", "sub/dir", "a\0b", "x" * 121)),
        *({"id": id_} for id_ in ("a\\b", "C:x", "a\n", "\u00e9")),
        *({"started_utc_ns": start} for start in (-1, 2**63, 2**64, LATEST_NS)),
        *({"sensor": sensor} for sensor in ("", "a\nb", "x" * 201)),
        *({"profiles": profiles} for profiles in ((), ("",))),
        {"characteristics": ("u",) * 256},
        {"started_monotonic_ns": 2**63},
    ],
)
def test_a_header_that_legload_would_not_write_is_refused_and_nothing_is_written(
    into: Into, tmp_path: Path, changes: dict[str, object]
) -> None:
    evil = tmp_path / "evil.legrec"
    evil.write_bytes(header_frame(msgspec.structs.replace(header_of("rsc-1"), **changes)))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RecordingError, match=r"evil\.legrec is not a recording") as raised:
        import_file(evil, into)
    assert raised.value.advice
    assert sorted(tmp_path.rglob("*")) == before


def test_an_id_that_is_an_absolute_path_writes_nowhere(into: Into, tmp_path: Path) -> None:
    evil, target = tmp_path / "evil.legrec", tmp_path / "escaped"
    evil.write_bytes(header_frame(header_of("rsc-1", id=str(target))))
    with pytest.raises(RecordingError, match="its id is not a plain file name"):
        import_file(evil, into)
    assert list(tmp_path.glob("escaped*")) == []
