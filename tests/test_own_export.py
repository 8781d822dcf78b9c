"""An export or backup of legload's own becomes the data of a person who is known elsewhere."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import BodyMassSet, Entries, PersonSet, what
from ingest.errors import IngestError
from ingest.exchange import export
from ingest.importers import import_file, importer_of
from ingest.importers.imported import Imported, Into
from ingest.recording import recording_paths
from ingest.store import open_store
from ingest.stretches import Scope
from tests.households import ANNA, AT, BO, household, paired, worn
from tests.taken_in import EVER, NOW


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


@pytest.fixture(scope="module")
def annas(kept: Path) -> Path:
    out = kept.parent / "anna.zip"
    export(kept, out, scope=Scope(person=ANNA))
    return out


@pytest.fixture
def into(tmp_path: Path) -> Into:
    home = tmp_path / "clinic"
    Entries(home).append(PersonSet(at=AT, person="p7", name="P 7", zone="Europe/Rome"))
    return Into(home=home, person="p7", now=NOW, zone="Europe/Rome")


def minutes(home: Path, person: str) -> float:
    refresh(home)
    with open_store(home) as store:
        return float(store.minutes(person, *EVER)["steps"].sum())


@pytest.mark.parametrize("folder", [False, True])
def test_one_persons_export_becomes_anothers_data_here(
    kept: Path, annas: Path, into: Into, folder: bool
) -> None:
    file = annas
    if folder:
        file = into.home.parent / "anna"
        export(kept, file, scope=Scope(person=ANNA))
    assert importer_of(file).key == "own"
    done = import_file(file, into)
    assert done.rows > 0
    assert {one.what for one in done.taken} == {"recordings", "entries"}
    registry = Entries(into.home).registry()
    assert set(done.sensors) == {"pod-shared", "strapanna"}
    pod = registry.sensors["pod-shared"]
    assert pod.forgotten
    assert pod.current is not None
    assert (pod.current.person, pod.current.placement) == ("p7", Placement.RIGHT_FOOT)
    person = registry.persons["p7"]
    assert person.name == "P 7"
    assert person.masses == ((AT.date(), 61.5),)
    assert len(person.excused) == 7
    assert [what(one) for one in person.logged] == ["squat"]
    assert minutes(into.home, "p7") == pytest.approx(minutes(kept, ANNA), rel=0.01)
    assert not list((into.home / "spool").glob("taking-*"))


def test_the_same_again_changes_nothing(annas: Path, into: Into) -> None:
    import_file(annas, into)
    entries, paths = Entries(into.home).read(), recording_paths(into.home)
    again = import_file(annas, into)
    assert (again.rows, again.taken) == (0, ())
    assert again.here > 0
    assert Entries(into.home).read() == entries
    assert recording_paths(into.home) == paths


def test_an_export_of_several_persons_is_refused_with_what_to_do(kept: Path, into: Into) -> None:
    out = into.home.parent / "all.zip"
    export(kept, out)
    with pytest.raises(IngestError, match=r"several persons \(Annegret Weiß, Bolívar\)"):
        import_file(out, into)
    assert recording_paths(into.home) == []
    assert not Entries(into.home).registry().sensors


def test_what_somebody_else_wore_here_is_not_given_to_this_person(annas: Path, into: Into) -> None:
    Entries(into.home).append(
        PersonSet(at=AT, person=BO, name="Bo"),
        paired("strapanna", "heart_rate"),
        worn("strapanna", BO, Placement.CHEST),
    )
    done = import_file(annas, into)
    assert set(done.sensors) == {"pod-shared"}
    assert [one.why for one in done.skipped] == ["somebody else wore that sensor here at that time"]


def test_another_sensor_of_the_same_name_stops_everything(annas: Path, into: Into) -> None:
    other = paired("strapanna", "heart_rate")
    Entries(into.home).append(
        type(other)(
            **{**{name: getattr(other, name) for name in other.__struct_fields__}, "identity": "X"}
        ),
        worn("strapanna", "p7", Placement.CHEST),
    )
    with pytest.raises(IngestError, match="not the one that has that name here"):
        import_file(annas, into)
    assert recording_paths(into.home) == []


def test_what_is_said_here_already_stays(annas: Path, into: Into) -> None:
    Entries(into.home).append(BodyMassSet(at=AT, person="p7", date=AT.date(), kg=70.0))
    import_file(annas, into)
    assert Entries(into.home).registry().persons["p7"].masses == ((AT.date(), 70.0),)


def test_an_old_recording_of_a_sensor_is_dated_by_its_assignment(annas: Path, into: Into) -> None:
    done = import_file(annas, into)
    assert done.start is not None
    assert done.start < dt.datetime(2026, 11, 20, tzinfo=dt.UTC)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1), patch=st.binary(min_size=1, max_size=40), cut=st.booleans())
def test_a_damaged_export_changes_nothing(
    annas: Path, tmp_path: Path, at: float, patch: bytes, cut: bool
) -> None:
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    content = bytearray(annas.read_bytes())
    place = int(at * (len(content) - 1))
    content = content[:place] if cut else content
    content[place : place + len(patch)] = patch
    file = folder / "anna.zip"
    file.write_bytes(bytes(content))
    into = Into(home=folder / "home", person="p7", now=NOW)
    with suppress(IngestError):
        assert isinstance(import_file(file, into), Imported)
        return
    assert recording_paths(into.home) == []
    assert Entries(into.home).read() == []
