"""A folder or zip of files: each is taken in, and what cannot be read is named."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import bundle, import_file, importer_of, unpacking
from ingest.importers.imported import Into
from ingest.importers.unpacking import Archive
from ingest.recording import recording_paths
from ingest.spool import clear
from tests.taken_in import into_of, steps_of
from tests.test_gpx import garmin, gpx, track, walk
from tests.test_takeout import SATURDAY
from tests.test_tcx import tcx


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return into_of(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> bytes:
    return tcx(tmp_path / "made.tcx").read_bytes()


@pytest.fixture
def walked(tmp_path: Path) -> bytes:
    points = walk(lambda s: 1.3 * s, garmin()).replace("T09:", "T15:")
    return gpx(tmp_path / "made.gpx", track(points)).read_bytes()


def zipped(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def strava(run: bytes, walked: bytes) -> dict[str, bytes]:
    """As Strava hands all of somebody's activities out."""
    return {
        "activities.csv": b"Activity ID,Activity Date,Average Heart Rate\n1,x,120\n",
        "profile.csv": b"a\n",
        "media/photo.jpg": b"\xff\xd8",
        "activities/1.tcx.gz": gzip.compress(run),
        "activities/2.gpx": walked,
    }


def test_an_export_of_all_activities_is_taken_in_one_by_one(
    tmp_path: Path, into: Into, run: bytes, walked: bytes
) -> None:
    file = tmp_path / "export_123.zip"
    file.write_bytes(zipped(strava(run, walked)))
    done = import_file(file, into)
    assert done.kind == "bundle"
    assert len(done.sensors) == 2
    assert [(one.count, one.what) for one in done.skipped if "files" in one.what] == [
        (3, "other files")
    ]
    assert steps_of(into) == pytest.approx(2 * 164 + 220, rel=0.02)
    again = import_file(file, into)
    assert (again.rows, again.here) == (0, done.rows)
    assert not list((into.home / "spool").iterdir())


def test_an_erasure_waits_for_an_import(
    tmp_path: Path, into: Into, walked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.gpx": walked}))
    waits: list[Path] = []
    copy = Archive.copy

    def looking(archive: Archive, name: str, target: Path) -> None:
        waits.extend(clear(into.home))
        copy(archive, name, target)

    monkeypatch.setattr(Archive, "copy", looking)
    assert import_file(tmp_path / "a.zip", into).rows > 0
    assert [one.name.partition("-")[0] for one in waits] == ["bundle"]


def test_a_folder_is_taken_in_like_a_zip(
    tmp_path: Path, into: Into, run: bytes, walked: bytes
) -> None:
    folder = tmp_path / "export"
    for name, content in strava(run, walked).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "away.gpx").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    done = import_file(folder, into)
    assert len(done.sensors) == 2
    assert (folder / "activities/2.gpx").read_bytes() == walked
    assert not any("away" in one.what for one in done.skipped)


def test_zips_in_a_zip_are_opened_and_in_those_no_more(
    tmp_path: Path, into: Into, run: bytes, walked: bytes
) -> None:
    """Garmin's export is a zip with zips of files."""
    deepest = zipped({"c.tcx": run})
    inner = zipped({"a.gpx": walked, "b.zip": deepest})
    file = tmp_path / "garmin.zip"
    file.write_bytes(zipped({"DI_CONNECT/UploadedFiles_0.zip": inner}))
    done = import_file(file, into)
    assert len(done.sensors) == 1
    assert [(one.what, one.why) for one in done.skipped] == [
        ("b.zip", "b.zip is a zip in a zip in a zip.")
    ]


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_taken(
    tmp_path: Path, into: Into, run: bytes, walked: bytes
) -> None:
    files = {"a.tcx": run[:-50], "b.gpx": walked, "c.fit": b"nothing", "d.zip": b"PK"}
    file = tmp_path / "a.zip"
    file.write_bytes(zipped(files))
    done = import_file(file, into)
    assert len(done.sensors) == 1
    reasons = {one.what: one.why for one in done.skipped}
    assert set(reasons) == {"a.tcx", "c.fit", "d.zip"}
    assert "breaks off in line" in reasons["a.tcx"]


def test_many_that_cannot_be_read_are_counted(
    tmp_path: Path, into: Into, walked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_NAMED", 2)
    files = {f"{n}.tcx": b"<TrainingCenterDatabase>" for n in range(5)} | {"w.gpx": walked}
    (tmp_path / "a.zip").write_bytes(zipped(files))
    done = import_file(tmp_path / "a.zip", into)
    assert [(one.count, one.what) for one in done.skipped] == [
        (1, "0.tcx"),
        (1, "1.tcx"),
        (3, "more files"),
    ]


def test_nothing_readable_is_one_sentence(tmp_path: Path, into: Into, run: bytes) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(zipped({"a.tcx": run[:-50]}))
    with pytest.raises(IngestError, match=r"No file in a\.zip .*a\.tcx is damaged"):
        import_file(file, into)
    file.write_bytes(zipped({"a.txt": b"", "b.csv": b"a\n1\n"}))
    with pytest.raises(IngestError, match="of no kind that can be imported"):
        import_file(file, into)
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(IngestError, match="nothing that can be imported"):
        import_file(folder, into)
    assert not recording_paths(into.home)


def test_more_files_than_anybody_has_are_refused(
    tmp_path: Path, into: Into, run: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MOST_FILES", 3)
    file = tmp_path / "a.zip"
    file.write_bytes(zipped({f"{n}.tcx": run for n in range(4)}))
    with pytest.raises(IngestError, match="more than 3 files"):
        import_file(file, into)


def test_the_list_of_a_zip_is_read_as_often_for_many_files_as_for_one(
    tmp_path: Path, into: Into, walked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    refuse = unpacking._refuse_directory

    def counted(path: Path) -> None:
        read.append(path.name)
        refuse(path)

    monkeypatch.setattr(unpacking, "_refuse_directory", counted)
    (tmp_path / "one.zip").write_bytes(zipped({"a.gpx": walked}))
    few = {f"{n}.tcx": b"<TrainingCenterDatabase>" for n in range(60)}
    (tmp_path / "many.zip").write_bytes(zipped({"a.gpx": walked, **few}))
    for name in ("one.zip", "many.zip"):
        import_file(tmp_path / name, into)
    assert read.count("many.zip") == read.count("one.zip") == 2


def test_a_zip_that_holds_itself_ends(tmp_path: Path, into: Into) -> None:
    """Every zip of a chain also holds what other importers go by, to tempt them."""
    content = zipped({"a.gpx": b"<gpx/>", "export.xml": b"<HealthData>", "a.fit": b"x"})
    for _ in range(30):
        content = zipped({"a.zip": content, "apple_health_export/x.xml": b"", "a.fit": b"x"})
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(IngestError) as raised:
        import_file(tmp_path / "a.zip", into)
    assert len(str(raised.value)) < 400
    assert not Entries(into.home).read()


def test_google_fit_and_activities_come_from_one_takeout(
    tmp_path: Path, into: Into, run: bytes
) -> None:
    files = {
        "Takeout/Fit/Daily activity metrics/2026-10-24.csv": SATURDAY.encode(),
        "Takeout/Fit/Activities/2026-10-31T09_35_Running.tcx": run,
    }
    (tmp_path / "takeout.zip").write_bytes(zipped(files))
    done = import_file(tmp_path / "takeout.zip", into)
    assert len(done.sensors) == 2
    assert steps_of(into) == pytest.approx(1000 + 2 * 164, rel=0.02)


def test_names_inside_never_become_paths(tmp_path: Path, into: Into, walked: bytes) -> None:
    odd = {"a/\x01\n.gpx": walked, "-rf.gpx": walked, "…/" + "x" * 300 + ".gpx": walked}
    (tmp_path / "a.zip").write_bytes(zipped(odd))
    assert import_file(tmp_path / "a.zip", into).rows > 0
    (tmp_path / "b.zip").write_bytes(zipped({"../../evil.gpx": walked}))
    with pytest.raises(IngestError, match="leads elsewhere"):
        import_file(tmp_path / "b.zip", into)
    assert not (tmp_path.parent / "evil.gpx").exists()


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 3000), new=st.binary(min_size=1, max_size=8))
def test_any_damage_is_read_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    one = tcx(folder / "made.tcx", count=5).read_bytes()
    content = bytearray(zipped({"a.tcx": one, "b.tcx.gz": gzip.compress(one), "c.zip": b""}))
    content[at : at + len(new)] = new
    file = folder / "a.zip"
    file.write_bytes(content)
    try:
        done = import_file(file, into_of(folder))
    except IngestError:
        return
    assert done.rows > 0


def test_a_zip_with_a_known_program_in_it_goes_to_its_importer(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"health_connect_export.db": b"", "a.fit": b""}))
    assert importer_of(tmp_path / "a.zip").key == "health_connect"
