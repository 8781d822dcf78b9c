"""`legload --json doctor` as a whole, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Variant

from dashboard.demo import claim, mark
from dashboard.doctor.examination import CHECKS
from dashboard.errors import DashboardError
from dashboard.settings import load_settings
from tests.made_up_computer import (
    pair_pod,
    pod,
)
from tests.mock_bluez import ADAPTER, mock_bluez, needs_dbus, system_bus


def run(*words: str) -> tuple[int, list[dict[str, Any]], str]:
    """`legload --json doctor` in a process of its own: exit code, findings, what was said."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "--json", "doctor", *words],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def doctor_beside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, advertises: bool
) -> dict[str, dict[str, Any]]:
    """What the whole program says beside a mock of BlueZ that holds, or hears, the paired pod."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    pair_pod(home)

    async def main() -> tuple[int, list[dict[str, Any]], str]:
        async with system_bus(folder, monkeypatch), mock_bluez(pod()) as bluez:
            (sensor,) = bluez.sensors
            if not advertises:
                bluez.appear(sensor)
                bluez.change(sensor.path, "org.bluez.Device1", Connected=True)
                bluez.sensors = []
                bluez.errors["StartDiscovery"] = ["org.bluez.Error.InProgress busy"]
            bluez.objects[ADAPTER]["org.bluez.Adapter1"]["Roles"] = Variant("as", ["central"])
            return await asyncio.to_thread(run, "--home", str(home))

    code, findings, said = asyncio.run(main())
    assert "Traceback" not in said
    assert "listening for sensors" in said
    assert code == (0 if advertises else 1), findings
    return {finding["key"]: finding for finding in findings}


@needs_dbus
def test_the_whole_program_hears_a_sensor_through_bluez(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = doctor_beside(tmp_path, monkeypatch, advertises=True)
    assert found["bluetooth"]["found"] == "Bluetooth works; 1 sensor answers."
    assert found["sensors"]["found"] == "Every paired sensor is heard (1 sensor)."
    assert set(found["sensors"]) == {"key", "fine", "found", "fix", "trouble"}


@needs_dbus
def test_the_whole_program_tells_a_busy_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = doctor_beside(tmp_path, monkeypatch, advertises=False)
    assert found["bluetooth"]["trouble"] == "bluetooth-busy"
    assert found["sensors"]["fine"] is None


def test_a_home_full_of_rubbish_is_told_in_findings_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "recordings" / "x" / "y").mkdir(parents=True)
    home.chmod(0o700)
    rubbish = bytes(range(256)) * 100
    for name in ("entries.jsonl", "legload.duckdb", "recordings/x/y/99999999T999999.legrec"):
        (home / name).write_bytes(rubbish)
    (home / "collector.json").write_text('{"pid": 1, "radio": "x", "port": 1}')
    code, findings, said = run("--radio", "virtual", "--home", str(home))
    wrong = [finding["trouble"] for finding in findings if finding["fine"] is False]
    assert (code, wrong) == (1, ["store-damaged", "entries-damaged"])
    assert said == "Looking, and listening for sensors for 2 s …\n"


def test_a_demos_folder_is_looked_at_with_virtual_sensors_unless_said_otherwise(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    mark(home)
    _, findings, _ = run("--home", str(home))
    assert {one["key"]: one for one in findings}["radio"]["found"] == "The radio is 'virtual'."


@pytest.mark.parametrize(
    ("given", "written", "radio"),
    [
        ({}, "", "virtual"),
        ({"radio": "auto"}, "", "auto"),
        ({"radio": "hci:usb:0"}, "", "hci:usb:0"),
        ({}, 'radio = "virtual:all"', "virtual:all"),
    ],
)
def test_only_what_nobody_chose_is_virtual_in_a_demos_folder(
    tmp_path: Path, given: dict[str, str], written: str, radio: str
) -> None:
    mark(tmp_path)
    (tmp_path / "settings.toml").write_text(written)
    assert load_settings({"home": tmp_path, **given}).radio == radio
    (tmp_path / "DEMO").unlink()
    if not (given or written):
        assert load_settings({"home": tmp_path}).radio == "auto"


def test_a_demos_folder_says_how_to_go_on_with_virtual_sensors(tmp_path: Path) -> None:
    mark(tmp_path)
    with pytest.raises(DashboardError, match=r"or add --radio virtual\.$"):
        claim(tmp_path, "auto")


def test_a_home_that_is_a_file_is_one_finding_and_the_other_checks_are_done(
    tmp_path: Path,
) -> None:
    file = tmp_path / "home"
    file.write_text("not a folder")
    code, findings, said = run("--radio", "virtual", "--home", str(file))
    wrong = [one["trouble"] for one in findings if one["fine"] is False]
    assert (code, wrong) == (1, ["folder-is-a-file"])
    assert "Traceback" not in said
    assert {one["key"] for one in findings} >= {"bluetooth", "clock", "disk"}


def test_a_home_that_is_a_file_is_one_sentence_for_every_other_command(tmp_path: Path) -> None:
    file = tmp_path / "home"
    file.touch()
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "--home", str(file), "sensors"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == f"{file} is a file, not a folder. Choose a folder: --home DIR\n"


def test_the_whole_program_works_on_virtual_sensors(tmp_path: Path) -> None:
    code, findings, _ = run("--radio", "virtual", "--home", str(tmp_path / "home"))
    found = {finding["key"]: finding for finding in findings}
    assert code == 0, findings
    assert found["bluetooth"]["found"] == "Bluetooth works; 3 sensors answer."
    assert not (tmp_path / "home").exists()
    assert set(found) == set(CHECKS) - {"rfkill", "bus", "bluez", "bluez-version", "adapter"}
