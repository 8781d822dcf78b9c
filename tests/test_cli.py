"""The command line: what it prints where, how it exits, and that its documentation is true."""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import globals_first, main
from devices.profile import Placement
from devices.rsc_counts import Counted
from ingest.entries import Assigned, Entries, SensorPaired
from ingest.link import Air, Seen, Sweep
from ingest.loader import load
from ingest.pairing import Examination
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


def test_a_person_says_when_waking_hours_are_and_cannot_say_half_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (anna,) = result(capsys, "person", "Anna", "--wakes", "15:00", "--sleeps", "07:00")
    assert (anna["wakes"], anna["sleeps"]) == ("15:00", "07:00")
    (anna,) = result(capsys, "person", "anna", "--sleeps", "06:30")
    assert (anna["wakes"], anna["sleeps"]) == ("15:00", "06:30")
    _, shown, _ = legload(capsys, "person")
    assert "15:00–06:30" in shown
    for wrong in (
        ("anna", "--wakes", "25:00"),
        ("anna", "--wakes", "06:30"),
        ("Bea", "--wakes", "15:00"),
        ("Bea", "--sleeps", "7 am"),
    ):
        code, _, err = legload(capsys, "person", *wrong)
        assert (code, bool(err)) == (2, True), wrong


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
    assert code == 2
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
    assert (code, out) == (2, "")
    heard = " ".join(err.replace("│", " ").split())
    assert "“2026-W60” is not an ISO week. Write it as 2026-W47." in heard


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
        (["pair", "AA", "--load=-3"], "'-3' is not a load; write kg from 0 to 200"),
        (["assign", "AA", "--load", "nan"], "'nan' is not a load"),
        (["assign", "AA"], "Say what is to change"),
        (["assign", "AA", "--from", "2026-11-02Tnoon"], "is not a day"),
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
    csv, pdf, dictionary = (Path(file) for file in done["files"])
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert csv.suffix == dictionary.suffix == ".csv"


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


POD, SPARE, STRAP = (f"D0:00:00:00:00:0{number}" for number in (1, 2, 3))


def in_reach(monkeypatch: pytest.MonkeyPatch, **counts: str | None) -> None:
    """Two foot pods and a strap in the air, at once; counts: what each pod seems to count."""
    found = {
        POD: ("Foot pod", "rsc"),
        SPARE: ("Spare pod", "rsc"),
        STRAP: ("Strap", "heart_rate"),
    }

    def sweep(*_: object) -> Sweep:
        sensors = (
            Seen(address=address, name=name, profiles=(profile,), rssi=-50)
            for address, (name, profile) in found.items()
        )
        return Sweep(sensors=tuple(sensors), others=0)

    def preview(_home: Path, _radio: str, address: str, _seconds: float) -> Examination:
        name, profile = found[address.upper()]
        seems = Counted(counts=counts.get("seems", "strides"), reason="So it seems.")
        return Examination(
            address=address.upper(),
            name=name,
            profiles=(profile, "battery"),
            identity=address.upper(),
            battery_percent=80.0,
            live=(),
            counts=seems if profile == "rsc" else None,
        )

    monkeypatch.setattr("dashboard.reach.sweep", sweep)
    monkeypatch.setattr("dashboard.reach.preview", preview)


def answering(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """A person who answers so, and then closes the terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_new_sensor_takes_the_place_of_an_old_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    old = result(capsys, "pair", POD, "--placement", "left-foot", "--load", "5", "--yes")["sensor"]
    result(capsys, "rename", old, "Left shoe")
    new = result(capsys, "replace", "left shoe", "spare pod")["sensor"]
    (sensor,) = result(capsys, "sensors", "Left shoe")
    assert (sensor["key"], sensor["placement"], sensor["load_kg"]) == (new, "left-foot", 5.0)
    (before,) = result(capsys, "sensors", old)
    assert before["history"]
    assert before["forgotten"]
    for address, said in ((STRAP, "another kind"), (SPARE, "the same sensor")):
        code, out, err = legload(capsys, "replace", new, address)
        assert (code, out) == (1, "")
        assert said in err


def test_forgotten_sensors_are_listed_on_request_and_said_to_be_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    key = result(capsys, "pair", POD, "--placement", "left-foot", "--yes")["sensor"]
    result(capsys, "forget", key)
    assert result(capsys, "sensors") == []
    assert [one["forgotten"] for one in result(capsys, "sensors", "--all")] == [True]
    _, out, err = legload(capsys, "sensors", key)
    assert "Forgotten" in out
    assert f"Address: {POD}" in out
    assert "Last seen: never" in out
    assert "No gaps today." in out
    assert "Times are those of " in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([STRAP, "--placement", "left-foot"], "It can sit at: chest, arm."),
        ([STRAP, "--steps"], "counts neither steps nor strides"),
    ],
)
def test_what_cannot_be_of_a_sensor_is_wrong_usage_and_not_saved(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    words: list[str],
    said: str,
) -> None:
    in_reach(monkeypatch)
    code, out, err = legload(capsys, "pair", *words, "--yes")
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())
    assert Entries(home).registry().sensors == {}


def test_pairing_again_inherits_what_is_not_said_anew_and_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    in_reach(monkeypatch)
    result(capsys, "person", "Anna")
    words = ["--placement", "left-ankle", "--load", "5", "--steps", "--yes"]
    key = result(capsys, "pair", POD, *words)["sensor"]
    result(capsys, "person", "Ben")  # two persons, and still nobody needs to be named
    code, out, err = legload(capsys, "pair", POD.lower(), "--yes")
    assert code == 0, err
    assert f"It is already paired as {key}: left-ankle, Anna, carrying 5 kg." in err
    assert "left-ankle, counting steps" in out
    assert len(Entries(home).registry().sensors[key].assignments) == 1
    again = result(capsys, "pair", POD, "--placement", "left-foot", "--yes")
    assert (again["person"], again["counts"]) == ("anna", "steps")
    last = Entries(home).registry().sensors[key].current
    assert last is not None
    assert last.load_kg == 5.0


def test_a_sensor_is_paired_by_its_name_and_every_long_step_is_announced(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    code, out, err = legload(capsys, "pair", "SPARE  pod", "--yes")
    assert code == 0, err
    assert "Paired Spare pod" in out
    assert err.index("Looking for sensors") < err.index("Connecting to Spare pod …")
    _, _, err = legload(capsys, "pair", STRAP, "--yes")
    assert f"Connecting to {STRAP} …" in err
    code, out, err = legload(capsys, "pair", "left shoe", "--yes")
    assert (code, out) == (1, "")
    assert "'left shoe' is no address" in err
    assert "(heard: Foot pod, Spare pod, Strap)" in err


def test_a_wrong_answer_is_asked_again_with_the_list(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch, seems="steps")
    answering(monkeypatch, "9", "1", "nose", "left foot", "both", "steps", "y")
    code, out, err = legload(capsys, "pair")
    assert code == 0, err
    assert "left-foot, counting steps" in out
    assert "'9' is not in the list; answer with a number from 1 to 3." in err
    assert "'nose' is not one of: right-foot, left-foot, right-ankle, left-ankle" in err
    assert "Does it count strides of one foot or steps of both?" in err
    assert "Say --s" not in err


def test_nobody_is_asked_what_a_pod_counts_where_there_is_no_doubt(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    answering(monkeypatch, "left-foot", "y")
    code, out, err = legload(capsys, "pair", POD)
    assert code == 0, err
    assert "counting strides" in out


def test_no_means_not_saved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    in_reach(monkeypatch)
    answering(monkeypatch, "", "n")
    code, out, err = legload(capsys, "pair", POD)
    assert (code, out.strip()) == (1, "")
    assert err.rstrip().endswith("Not saved.")
    assert Entries(home).registry().sensors == {}


@pytest.mark.parametrize("answers", [[], ["1"], ["1", "left-foot"]])
def test_with_nobody_there_to_answer_it_is_said_how_to_do_without(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    in_reach(monkeypatch)
    answering(monkeypatch, *answers)
    code, out, err = legload(capsys, "pair")
    assert (code, out.strip()) == (2, "")
    assert "Nothing was chosen. Give the address and --yes" in err


def test_a_day_said_anew_says_what_it_replaces(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    key = result(capsys, "pair", POD, "--placement", "left-foot", "--yes")["sensor"]
    result(capsys, "assign", key, "--from", "2026-01-02T08:30", "--load", "5")
    code, _, err = legload(capsys, "assign", key, "--from", "2026-01-02", "--load", "6")
    assert code == 0, err
    assert "Replaced: From 2 January 2026, 08:30: left foot, me, carrying 5 kg" in err


def test_a_name_that_is_taken_is_refused_and_an_empty_one_names_the_sensor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_reach(monkeypatch)
    key, other = (result(capsys, "pair", address, "--yes")["sensor"] for address in (POD, SPARE))
    code, _, err = legload(capsys, "rename", key, "spare POD")
    assert code == 1
    assert f"{other} is called 'spare POD' already" in err
    _, _, err = legload(capsys, "rename", key, "")
    assert f"{key} has its own name again: 'Foot pod'." in err


def test_tables_of_80_letters_break_no_key_place_state_or_date(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    in_reach(monkeypatch)
    monkeypatch.setattr("dashboard.console._stdout.width", 80)
    result(capsys, "person", "Maximiliana Hohenstein")
    key = "ftms-stair-climber-3fa2c1"
    now = dt.datetime.now(dt.UTC)
    Entries(home).append(
        SensorPaired(
            at=now,
            sensor=key,
            identity="1",
            address="AA",
            name="Stair climber of the gym",
            profiles=("ftms_stair_climber",),
        ),
        Assigned(
            at=now,
            sensor=key,
            person="maximiliana-hohenstein",
            placement=Placement.RIGHT_THIGH,
            since=now,
        ),
    )
    pod_recording(home, sensor=key, seconds=30)
    result(capsys, "load")
    _, out, _ = legload(capsys, "sensors")
    first = next(line for line in out.splitlines() if line.startswith(key))
    for whole in ("right-thigh", "○ off", "2026-11-20"):
        assert whole in first
    assert max(map(len, out.splitlines())) <= 80
    assert "Maxi" in out
    for words, dbm in ((["scan"], False), (["scan", "-v"], True)):
        _, out, _ = legload(capsys, *words)
        assert max(map(len, out.splitlines())) <= 80
        lines = [line for line in out.splitlines() if line.startswith((POD, SPARE, STRAP))]
        assert len(lines) == 3
        assert all("strong signal" in line and ("dBm" in line) is dbm for line in lines)


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


def test_the_sensor_that_is_shaken_is_paired(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    code, _, err = legload(capsys, "pair", "--shake", "--yes", "--radio", "virtual")
    assert code == 0
    assert "Let all sensors lie still" in err
    assert "Now shake the one you mean" in err
    assert len(Entries(home).registry().active) == 1


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
