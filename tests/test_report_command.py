"""`legload report`: what it takes, what it refuses, and with which exit code."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from analytics.calendar import week_back, week_of
from dashboard import cli
from dashboard.data import open_data
from ingest.entries import Entries, PersonSet, SetLogged
from ingest.written import written

NOW = dt.datetime.now(dt.UTC)
CURRENT = week_of(NOW.date())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    for key, name in (("anna", "Anna Schröder"), ("bo", "Bo")):
        said = PersonSet(at=NOW, person=key, name=name, zone="UTC")
        done = [NOW - dt.timedelta(weeks=weeks) for weeks in (6, 3, 2, 1, 0)]
        sets = [
            SetLogged(at=NOW, person=key, start=start, exercise="squat", repetitions=8)
            for start in done
        ]
        Entries(folder).append(said, *sets)
    return folder


def legload(home: Path, *words: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--home", str(home), *words])
    return int(end.value.code or 0)


def told(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, Any]:
    assert legload(home, "--json", *words) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def back(weeks: int) -> str:
    return week_back(CURRENT, weeks)


def test_a_range_of_everyone_goes_into_one_zip(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "r.zip"
    words = ("report", "--from", back(2), "--to", CURRENT, "--everyone", "--format", "csv,json")
    said = told(capsys, home, *words, "--out", str(path))
    assert said["files"] == [str(path)]
    assert said["weeks"] == [back(2), back(1), CURRENT]
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 2 * 3 * 2 + 1
    (noted,) = written(home)
    assert (set(noted.whose), set(noted.of_weeks)) == ({"anna", "bo"}, set(said["weeks"]))


def test_without_an_end_a_range_goes_to_the_last_week_that_is_over(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    words = ("--person", "bo", "report", "--from", back(2), "--format", "csv", "--one-table")
    said = told(capsys, home, *words, "--out", str(tmp_path))
    assert said["weeks"] == [back(2), back(1)]
    assert len(said["files"]) == 2  # the table and its dictionary


def test_weeks_that_hold_nothing_are_left_out_unless_one_is_named(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    words = ("report", "--everyone", "--format", "csv", "--from", back(6), "--out", str(tmp_path))
    said = told(capsys, home, *words)
    assert (len(said["files"]), said["left_out"]) == (2 * 4 + 1, 2 * 2)
    assert legload(home, *words) == 0
    assert "4 weeks hold nothing and were left out." in capsys.readouterr().err
    assert legload(home, *words, "--to", back(4), "--from", back(5)) == 1
    assert "Nothing is known of anybody in these weeks" in capsys.readouterr().err
    named = told(capsys, home, "report", back(5), *words[1:4], "--out", str(tmp_path / "named"))
    assert (len(named["files"]), named["left_out"]) == (3, 0)


def test_a_name_is_on_it_only_where_it_was_asked_for(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    words = ("--person", "anna", "report", "last", "--format", "csv,html,json", "--out")
    told(capsys, home, *words, str(tmp_path / "without"))
    told(capsys, home, *words, str(tmp_path / "with"), "--name")
    without, named = (
        b"".join(path.read_bytes() for path in (tmp_path / name).iterdir())
        for name in ("without", "with")
    )
    assert "Schröder".encode() in named
    assert "Schröder".encode() not in without
    assert open_data(home).reporting.code("anna").encode() in without


def test_a_note_stays_on_the_week_until_it_is_taken_back(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    words = ("--person", "bo", "report", back(1), "--format", "json", "--out", str(tmp_path))
    told(capsys, home, *words, "--note", "Two more stairs.")
    (path,) = map(Path, told(capsys, home, *words)["files"])
    assert "Two more stairs." in path.read_text()
    told(capsys, home, *words, "--note", "")
    assert "Two more stairs." not in path.read_text()


def test_all_is_every_format(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    from dashboard.reports import FORMATS

    words = ("--person", "bo", "report", back(1), "--format", "all", "--out", str(tmp_path))
    suffixes = {
        Path(name).name.partition(CURRENT[:4])[2] for name in told(capsys, home, *words)["files"]
    }
    assert len(suffixes - {""}) == len(FORMATS)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--from", back(1), "--to", back(2)], 2, "first week first"),
        (["--to", back(2)], 2, "Give --from"),
        ([back(1), "--from", back(2)], 2, "Give one week"),
        (["--everyone", "--note", "x"], 2, "--note goes on"),
        (["--format", "docx"], 2, "--format takes"),
        (["--format", "all,pdf"], 2, "--format takes"),
        (["--from", back(1), "--to", week_back(CURRENT, -1)], 1, "yet to come"),
        ([week_back(CURRENT, -9)], 1, "yet to come"),
        (["2026-W60"], 2, "“2026-W60” is not an ISO week. Write it as 2026-W47."),
        (["2016-W53"], 2, "“2016-W53” is not an ISO week. Write it as 2026-W47."),
        (["2017-W1"], 2, "“2017-W1” is not an ISO week. Write it as 2026-W47."),
        (["0001-W01"], 2, "“0001-W01” is not an ISO week. Write it as 2026-W47."),
        (["--from", "2026-W00"], 2, "“2026-W00” is not an ISO week. Write it as 2026-W47."),
        (["--from", "-1"], 2, "“-1” is not an ISO week. Write it as 2026-W47."),
        (["--from", back(2), "--to", "soon"], 2, "“soon” is not an ISO week."),
        (["-1"], 2, "No such option: -1"),
        (["--person", "cy"], 1, "no person 'cy'"),
        (["--mail"], 1, "No mail server is set up"),
        (["--note", "x" * 1001], 1, "1001 characters"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
    home: Path,
    tmp_path: Path,
    words: list[str],
    code: int,
    said: str,
) -> None:
    before = Entries(home).path.read_bytes()
    person = [] if "--person" in words else ["--person", "anna"]
    assert legload(home, *person, "report", "--out", str(tmp_path / "out"), *words) == code
    heard = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert said in heard
    assert "Traceback" not in heard
    assert not (tmp_path / "out").exists()
    assert Entries(home).path.read_bytes() == before


def test_a_zip_that_is_there_and_a_folder_that_refuses_are_said(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "r.zip").write_bytes(b"mine")
    words = ("--person", "bo", "report", "last", "--format", "csv", "--out")
    assert legload(home, *words, str(tmp_path / "r.zip")) == 1
    assert (tmp_path / "r.zip").read_bytes() == b"mine"
    assert legload(home, *words, str(tmp_path / "r.zip" / "x")) == 1
    assert "Could not write" in capsys.readouterr().err
    assert written(home) == []


def test_a_letter_to_send_oneself_holds_the_words_and_the_files(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    words = ("report", "last", "--everyone", "--format", "csv", "--eml", "--out", str(tmp_path))
    said = told(capsys, home, *words)
    assert len(said["letters"]) == 2
    for name in said["letters"]:
        letter = message_from_bytes(Path(name).read_bytes(), policy=default)
        assert letter["X-Unsent"] == "1"
        assert letter["To"] is None
        (attached,) = letter.iter_attachments()
        file = attached.get_filename()
        assert (tmp_path / str(file)).read_bytes() == attached.get_payload(decode=True)
        assert "Schröder" not in Path(name).read_text() + str(letter.get_body(("plain",)))
    assert {Path(one.path).suffix for one in written(home)} == {".csv", ".eml"}


def test_a_report_reaches_no_network_unless_it_is_to_be_sent(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import smtplib
    import socket

    def refused(*_given: object, **_named: object) -> None:
        raise AssertionError("the network was reached for")

    for place, name in ((smtplib, "SMTP"), (smtplib, "SMTP_SSL"), (socket, "create_connection")):
        monkeypatch.setattr(place, name, refused)
    words = ("report", "last", "--everyone", "--format", "csv,html", "--out", str(tmp_path))
    assert told(capsys, home, *words)["letters"] == []
    assert legload(home, "mail") == 0
