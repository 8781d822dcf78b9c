"""The command line: what it prints where, how it exits, and that its documentation is true."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import globals_first, main
from ingest.entries import Entries
from ingest.link import Air
from ingest.loader import load
from tests import command_docs
from tests.recorded import pod_recording

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reaches the user's own folder."""
    monkeypatch.setenv("LEGLOAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def legload(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as end:
        main(words)
    out, err = capsys.readouterr()
    code = end.value.code
    return (0 if code is None else int(code)), out, err


def result(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = legload(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_every_command_is_documented_as_it_is() -> None:
    written = command_docs.PAGE.read_text(encoding="utf-8")
    assert written == command_docs.page(), "run: python -m tests.command_docs"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"legload ([a-z]+)", readme))
    documented = set(re.findall(r"^## (\w+)$", command_docs.page(), re.MULTILINE))
    assert documented <= named


@pytest.mark.parametrize(
    "words",
    [
        ["--home", "X", "week", "2026-W47", "--json"],
        ["week", "2026-W47", "--json", "--home", "X"],
        ["--json", "week", "--home", "X", "2026-W47"],
    ],
)
def test_global_options_go_before_and_after_the_command(words: list[str]) -> None:
    moved = globals_first(words)
    assert sorted(moved[:3]) == ["--home", "--json", "X"]
    assert moved[3:] == ["week", "2026-W47"]


def test_what_follows_two_dashes_is_left_alone() -> None:
    assert globals_first(["import", "--", "--json"]) == ["import", "--", "--json"]


def test_a_person_is_added_changed_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    result(capsys, "person", "Anna", "--birth-year", "1957", "--zone", "Europe/Rome")
    (anna,) = result(capsys, "person", "anna", "--mass", "64", "--no-heart-rate")
    assert anna["birth_year"] == 1957
    assert anna["zone"] == "Europe/Rome"
    assert [kg for _, kg in anna["masses"]] == [64.0]
    assert anna["use_heart_rate"] is False


def test_a_name_that_looks_alike_is_somebody_else(capsys: pytest.CaptureFixture[str]) -> None:
    result(capsys, "person", "Li Na", "--zone", "Asia/Shanghai", "--birth-year", "1957")
    first, second = result(capsys, "person", "Li Na!")
    assert (first["key"], second["key"]) == ("li-na", "li-na-2")
    assert (first["zone"], first["birth_year"]) == ("Asia/Shanghai", 1957)
    assert second["birth_year"] is None


def test_of_several_files_the_good_ones_are_imported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good = pod_recording(tmp_path / "elsewhere", seconds=30)
    bad = tmp_path / "bad.legrec"
    bad.write_bytes(b"no")
    code, out, err = legload(capsys, "import", str(bad), str(good), "--json")
    done = json.loads(out)
    assert code == 1
    assert [file["file"] for file in done["files"]] == [good.name]
    assert "not a recording" in done["failed"][0]
    assert done["loaded"]["rows"] > 0
    assert "bad.legrec" in err


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52", "2026-W00", "\u0662026-W47"])
def test_weeks_out_of_this_world_are_refused(capsys: pytest.CaptureFixture[str], week: str) -> None:
    code, _, err = legload(capsys, "week", week)
    assert code == 1
    assert "is not an ISO week" in err


def test_days_are_excused_and_counted_again(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    result(capsys, "person", "Anna")
    result(capsys, "excuse", "2026-11-02", "2026-11-08", "--why", "surgery")
    assert len(Entries(home).registry().persons["anna"].excused) == 7
    result(capsys, "excuse", "2026-11-05", "2026-11-08", "--undo")
    assert len(Entries(home).registry().persons["anna"].excused) == 3


def test_an_empty_store_has_a_week_without_data_and_without_points(
    capsys: pytest.CaptureFixture[str],
) -> None:
    week = result(capsys, "week", "2026-W40")
    assert week["status"] == "no data"
    assert week["points"] is None
    assert all(component["value"] is None for component in week["components"])


def test_a_week_that_does_not_exist_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = legload(capsys, "week", "2026-W60")
    assert (code, out) == (1, "")
    assert "2026-W60" in err
    assert "Write it as 2026-W47" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["week", "--nonsense"], "No such option"),
        (["fly"], "No such command"),
        (["report", "--format", "docx"], "--format takes"),
        (["excuse", "soon", "later"], "is not a day"),
        (["excuse", "2026-11-08", "2026-11-02"], "is before"),
        (["person", "Anna", "--zone", "Mars/Olympus"], "is not a time zone"),
        (["person", "Anna", "--sex", "x"], "female or male"),
        (["person", "Anna", "--zone", "localtime"], "is not a time zone"),
        (["person", "Anna", "--birth-year", "2099"], "is yet to come"),
        (["person", "Bo\nb"], "cannot be a name"),
        (["person", "!!!"], "cannot be a name"),
        (["excuse", "0001-01-01", "9999-12-31"], "longer than a year"),
        (["scan", "--for", "never"], "is not a length of time"),
        (["pair", "AA", "--placement", "nose"], "is not a placement"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_right(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = legload(capsys, *words)
    assert code == 2
    assert out == ""
    assert said in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["week", "--person", "nobody"], "There is no person 'nobody'"),
        (["forget", "thing"], "There is no sensor 'thing'"),
        (["import", "missing.legrec"], "There is no file"),
        (["scan", "--radio", "carrier-pigeon"], "There is no radio called"),
        (["scan", "--radio", "hci:nonsense:1"], "cannot be opened"),
    ],
)
def test_failures_exit_1_with_a_sentence_and_a_next_step(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = legload(capsys, *words)
    assert code == 1
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_settings_that_are_wrong_are_named(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("radioo = 1\n")
    code, _, err = legload(capsys, "status")
    assert code == 1
    assert "settings.toml" in err
    assert "radioo" in err


def test_settings_come_from_the_file_unless_said_otherwise(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    home.mkdir()
    (home / "settings.toml").write_text('radio = "virtual"\n')
    assert result(capsys, "status")["radio"] == "virtual"
    assert result(capsys, "status", "--radio", "auto")["radio"] == "auto"


def test_a_store_that_was_overwritten_is_rebuilt_without_a_word_lost(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    result(capsys, "person", "Anna")
    before = result(capsys, "week", "2026-W40")
    (home / "legload.duckdb").write_bytes(b"not a database" * 1000)
    assert result(capsys, "week", "2026-W40") == before
    result(capsys, "repair")
    assert result(capsys, "week", "2026-W40") == before


def test_a_store_that_another_program_holds_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result(capsys, "week", "2026-W40")
    monkeypatch.setattr("dashboard.refresh.load", functools.partial(load, patience_s=0.1))
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(home / "legload.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        code, _, err = legload(capsys, "week", "2026-W40")
        holder.communicate(b"\n")
    assert code == 1
    assert "held by another program" in err
    assert "Wait a moment" in err


def test_reports_are_written_for_a_week(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = result(capsys, "report", "2026-W40", "--format", "pdf,csv", "--out", str(tmp_path))
    pdf, csv = (Path(file) for file in done["files"])
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert csv.suffix == ".csv"


def test_damaged_entries_are_told_by_load(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    result(capsys, "person", "Anna")
    with (home / "entries.jsonl").open("ab") as file:
        file.write(b"0000 garbage\n")
    assert any("damaged" in problem for problem in result(capsys, "load")["problems"])


def test_a_virtual_sensor_is_paired_from_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = result(capsys, "scan", "--for", "1s", "--radio", "virtual")
    pod = next(sensor for sensor in found if sensor["profiles"] == ["rsc"])
    words = ["pair", pod["address"], "--placement", "left-foot", "--yes", "--radio", "virtual"]
    paired = result(capsys, *words)
    (sensor,) = result(capsys, "sensors")
    assert sensor["key"] == paired["sensor"]
    assert sensor["placement"] == "left-foot"
    assert sensor["state"] == "off"


def paired(capsys: pytest.CaptureFixture[str]) -> str:
    """The key of the demo's foot pod, paired."""
    words = ["pair", "D0:1E:61:0A:D0:01", "--placement", "left-foot", "--yes"]
    return str(result(capsys, *words, "--radio", "virtual")["sensor"])


def test_a_sensor_may_be_named_as_a_person_would(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    key = paired(capsys)
    for name in (key, key[:6], "foot pod", "d0:1e:61:0a:d0:01"):
        code, _, err = legload(capsys, "assign", name, "--placement", "right-foot")
        assert code == 0, err
    code, _, err = legload(capsys, "forget", "Foot Pod")
    assert code == 0, err
    assert Entries(home).registry().active == []


def test_a_name_of_ones_own_stays_when_the_sensor_is_paired_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = paired(capsys)
    result(capsys, "rename", key, "Left shoe")
    result(capsys, "forget", "left shoe")
    assert result(capsys, "sensors") == []
    assert paired(capsys) == key
    (sensor,) = result(capsys, "sensors")
    assert sensor["name"] == "Left shoe"
    assert len(sensor["history"]) == 1


def test_where_a_sensor_sat_is_listed_corrected_and_taken_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = paired(capsys)
    result(capsys, "assign", key, "--from", "2026-01-02", "--load", "5")
    (sensor,) = result(capsys, "sensors", key)
    assert [one["load_kg"] for one in sensor["history"]] == [5.0, 0.0]
    code, out, _ = legload(capsys, "sensors", key, "--history")
    assert code == 0
    assert "From 2 January 2026: left foot, me, carrying 5 kg" in out
    result(capsys, "assign", key, "--remove", "2026-01-02")
    (sensor,) = result(capsys, "sensors", "--history")
    assert [one["load_kg"] for one in sensor["history"]] == [0.0]
    for words in (["--remove", "soon"], ["--remove", "2026-01-02", "--load", "5"]):
        assert legload(capsys, "assign", key, *words)[0] == 2


def test_a_new_sensor_takes_the_place_of_an_old_one(capsys: pytest.CaptureFixture[str]) -> None:
    old = paired(capsys)
    words = ["replace", old, "D0:1E:61:0A:D0:03", "--radio", "virtual"]
    new = result(capsys, *words)["sensor"]
    (sensor,) = result(capsys, "sensors")
    assert (sensor["key"], sensor["placement"]) == (new, "left-foot")
    (before,) = result(capsys, "sensors", old)
    assert before["history"]


def test_the_list_of_sensors_says_state_in_words_and_shape(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paired(capsys)
    code, out, err = legload(capsys, "sensors")
    assert code == 0
    assert "○ off" in out
    assert "Nobody listens to it now." in err


def test_pairing_connects_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []
    connect = Air.connect

    async def counted(self: Air, device: Any, on_lost: Any) -> Any:
        connected.append(device.address)
        return await connect(self, device, on_lost)

    monkeypatch.setattr(Air, "connect", counted)
    paired(capsys)
    assert len(connected) == 1


def test_sensors_that_all_walk_are_not_paired_by_shaking(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, out, err = legload(capsys, "pair", "--shake", "--yes", "--radio", "virtual")
    assert (code, out) == (1, "")
    assert "Let all sensors lie still" in err
    assert "Now shake the one you mean" in err
    assert Entries(home).registry().active == []


def test_what_virtual_sensors_record_is_marked_as_a_demo(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paired(capsys)
    assert result(capsys, "week")["demo"] is True


def test_virtual_and_real_sensors_never_share_a_folder(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    paired(capsys)
    code, _, err = legload(capsys, "record", "--for", "1s", "--radio", "auto")
    assert code == 1
    assert "is a demo's folder" in err
    (home / "DEMO").unlink()
    code, _, err = legload(capsys, "record", "--for", "1s", "--radio", "virtual")
    assert code == 1
    assert "is for real sensors" in err


def test_recording_without_bluetooth_fails_at_once_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    code, out, err = legload(capsys, "record", "--for", "1s", "--radio", "auto")
    assert (code, out) == (1, "")
    assert "runs no Bluetooth service" in err
    assert "apt install bluez" in err


def test_what_a_sensor_said_last_is_known_when_nobody_listens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    paired(capsys)
    result(capsys, "record", "--for", "2s", "--radio", "virtual")
    (sensor,) = result(capsys, "sensors")
    assert sensor["state"] == "off"
    assert sensor["battery_percent"] == 87.0
    assert sensor["last_seen"] is not None
    assert sensor["notifications"] is None


def test_the_help_is_quick_because_it_imports_no_heavy_room() -> None:
    code = (
        "import sys; from dashboard import cli; "
        "heavy = {'streamlit', 'polars', 'duckdb', 'bleak', 'bumble', 'scipy', 'altair', 'typst'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
