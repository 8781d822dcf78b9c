"""What a clinician writes on a week's report: kept, shown, exported, erased, never scored."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.data import open_data
from dashboard.errors import DashboardError
from dashboard.share.limited import NotSharedError, limited
from ingest.entries import LONGEST_NOTE, Entries, PersonSet, ReportNote, fold, one_line
from ingest.errors import IngestError
from ingest.exchange import export, restore
from ingest.stretches import Scope
from ingest.unsaying import lines_of, parsed, said_only, unsaid

NOW = dt.datetime(2026, 11, 23, 6, 0, 3, tzinfo=dt.UTC)
UTC = ZoneInfo("UTC")


def home_of(folder: Path, *keys: str) -> Path:
    said = (PersonSet(at=NOW, person=key, name=key.title(), zone="UTC") for key in keys)
    Entries(folder).append(*said)
    return folder


def note(person: str, week: str, text: str) -> ReportNote:
    return ReportNote(at=NOW, person=person, week=week, text=text)


def test_the_last_note_on_a_week_holds_and_an_empty_one_takes_it_back() -> None:
    said = [note("anna", "2026-W46", "one"), note("anna", "2026-W47", "two")]
    assert fold(said).persons["anna"].notes == (("2026-W46", "one"), ("2026-W47", "two"))
    said += [note("anna", "2026-W46", "three"), note("anna", "2026-W47", "")]
    assert fold(said).persons["anna"].notes == (("2026-W46", "three"),)


def test_a_note_is_on_the_report_and_changes_nothing_else_of_it(tmp_path: Path) -> None:
    data = open_data(home_of(tmp_path, "anna", "bo"))
    before = data.week("anna", "2026-W40")
    assert data.set_note("anna", "2026-W40", " More\nstairs,\tplease. ") == "More stairs, please."
    after = data.week("anna", "2026-W40")
    assert after.note == "More stairs, please."
    assert after.data_hash == before.data_hash
    assert data.week("anna", "2026-W39").note == ""
    assert data.week("bo", "2026-W40").note == ""
    data.set_note("anna", "2026-W40", "")
    assert data.week("anna", "2026-W40") == before


def test_a_note_does_not_have_a_kept_week_computed_again(tmp_path: Path) -> None:
    data = open_data(home_of(tmp_path, "anna"))
    key = data._kept.basis("anna").key("2026-W40")
    data.set_note("anna", "2026-W40", "Well done.")
    assert data._kept.basis("anna").key("2026-W40") == key


@pytest.mark.parametrize(
    ("week", "text", "said"),
    [
        ("2026-W54", "x", "not an ISO week"),
        ("last", "x", "not an ISO week"),
        ("2026-W40", "x" * (LONGEST_NOTE + 1), "1001 characters"),
    ],
)
def test_what_cannot_be_a_note_is_refused_in_a_sentence(
    tmp_path: Path, week: str, text: str, said: str
) -> None:
    data = open_data(home_of(tmp_path, "anna"))
    with pytest.raises(DashboardError, match=said):
        data.set_note("anna", week, text)
    assert data.known("anna").notes == ()


@pytest.mark.parametrize(
    "entry",
    [
        note("anna", "2026-W40", "x" * (LONGEST_NOTE + 1)),
        note("anna", "2026-W40", "a\x00b"),
        note("anna", "2025-W53", "2025 has 52 weeks"),
    ],
)
def test_an_entry_that_is_no_note_is_never_written(tmp_path: Path, entry: ReportNote) -> None:
    with pytest.raises(IngestError):
        Entries(tmp_path).append(entry)


@given(st.text())
def test_whatever_is_typed_one_line_can_be_written(text: str) -> None:
    found = one_line(text)
    assert found.isprintable()
    assert found == " ".join(found.split())
    assert one_line(found) == found


def test_an_erased_day_takes_the_note_of_its_week_and_a_person_all_of_theirs(
    tmp_path: Path,
) -> None:
    home = home_of(tmp_path, "anna", "bo")
    weeks = ("2026-W52", "2026-W53", "2027-W01")
    Entries(home).append(*(note(who, week, week) for who in ("anna", "bo") for week in weeks))

    def left(scope: Scope) -> dict[str, list[str]]:
        lines = parsed(unsaid(lines_of(home), scope, UTC, ()))
        persons = fold(entry for _, entry in lines if entry is not None).persons
        return {key: [week for week, _ in one.notes] for key, one in persons.items()}

    sunday = dt.date(2027, 1, 3)  # of 2026-W53
    assert left(Scope(person="anna", start=sunday, end=sunday)) == {
        "anna": ["2026-W52", "2027-W01"],
        "bo": list(weeks),
    }
    assert left(Scope(start=sunday, end=sunday + dt.timedelta(days=1)))["bo"] == ["2026-W52"]
    assert left(Scope(person="anna")) == {"bo": list(weeks)}
    only = parsed(said_only(lines_of(home), Scope(person="bo"), UTC))
    assert {one.person for _, one in only if isinstance(one, ReportNote)} == {"bo"}


def test_a_note_survives_export_and_restore_and_stands_in_its_table(tmp_path: Path) -> None:
    import polars as pl

    home = home_of(tmp_path / "home", "anna")
    open_data(home).set_note("anna", "2026-W40", "Più scale 😀")
    export(home, tmp_path / "out", zone="UTC")
    rows = pl.read_parquet(tmp_path / "out" / "tables" / "notes.parquet").rows()
    assert rows == [("anna", "2026-W40", "Più scale 😀")]
    restore(tmp_path / "new", tmp_path / "out")
    assert open_data(tmp_path / "new").week("anna", "2026-W40").note == "Più scale 😀"


def test_whoever_is_given_a_person_writes_on_their_report_and_on_nobody_elses(
    tmp_path: Path,
) -> None:
    data = limited(open_data(home_of(tmp_path, "anna", "bo")), frozenset({"anna"}))
    data.set_note("anna", "2026-W40", "Seen.")
    with pytest.raises(NotSharedError):
        data.set_note("bo", "2026-W40", "Seen.")
    assert open_data(tmp_path).known("bo").notes == ()
