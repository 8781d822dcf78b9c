"""What was imported is exported, restored and erased as exactly as what sensors sent."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from dashboard.data import open_data
from dashboard.refresh import refresh
from devices.profile import Channel, MotionScale, Placement
from ingest.backups import backup
from ingest.entries import Entries, PersonSet
from ingest.erasing import erase, preview
from ingest.exchange import export, restore
from ingest.importers.imported import Into
from ingest.importers.taking import Source, Taking
from ingest.recording import recording_paths
from ingest.store import open_store
from ingest.stretches import Scope
from ingest.tables_said import SAID
from tests.households import everything, holding

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # +05:45
FIRST = dt.date(2026, 11, 9)
DAYS = [FIRST + dt.timedelta(days=back) for back in range(2)]
SECOND = 10**9
ADA, BO = "adalind", "boniface"


def midnight_ns(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), KATHMANDU).timestamp()) * SECOND


def take(home: Path, person: str, name: str) -> None:
    """Three days in Nepal with a walk over each midnight; all kinds of what files tell."""
    watch = Source(identity=f"{name} serial 7", name=name)
    ankle = Source(identity=f"{name} imu", name=f"{name} IMU", placement=Placement.LEFT_ANKLE)
    into = Into(home=home, person=person, now=NOW, zone="Asia/Kathmandu")
    with Taking(Path(f"{name}.csv"), into, "csv") as taking:
        for day in DAYS:
            start = midnight_ns(day) - 400 * SECOND
            time_ns = start + np.arange(900, dtype=np.int64) * SECOND
            taking.add(watch, Channel.STEP_CADENCE, time_ns, np.linspace(100, 120, 900))
            taking.add(watch, Channel.HEART_RATE, time_ns, np.linspace(80, 130, 900))
            taking.add(watch, Channel.CONTACT_TIME, time_ns[::5], np.full(180, 0.25))
            begins = np.array([midnight_ns(day) - 300 * SECOND, start + 8 * 3600 * SECOND])
            ends = begins + np.array([900, 3600]) * SECOND
            taking.add_steps(watch, begins, ends, np.array([1500.0, 4000.0]))
            instants = midnight_ns(day) - 5 * SECOND + np.arange(1000, dtype=np.int64) * 10**7
            axes = np.arange(6000, dtype=np.int16).reshape(-1, 6)
            scale = MotionScale(rate_hz=100.0, acc_g=1 / 2048, gyro_dps=1 / 16.4)
            taking.add_motion(ankle, instants, axes, scale)
            taking.add_mass(day, 70.0 + day.day / 10)
        taking.finish()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("imported") / "home"
    Entries(home).append(
        PersonSet(at=NOW, person=ADA, name="Adalind", zone="Asia/Kathmandu"),
        PersonSet(at=NOW, person=BO, name="Boniface", zone="Asia/Kathmandu"),
    )
    take(home, ADA, "Fenix")
    take(home, BO, "Forerunner")
    refresh(home)
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "home"))


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with open_store(home) as store:
        return store.query(query).rows()


def truth(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in recording_paths(home)}


@pytest.mark.parametrize("way", ["zip", "folder", "backup"])
def test_imports_come_back_byte_for_byte_and_every_week_as_it_was(
    kept: Path, tmp_path: Path, way: str
) -> None:
    if way == "backup":
        archive = Path(backup(Path(shutil.copytree(kept, tmp_path / "h")), tmp_path / "b").path)
    else:
        archive = tmp_path / ("all.zip" if way == "zip" else "all")
        export(kept, archive)
    back = tmp_path / "back"
    restore(back, archive)
    assert truth(back) == truth(kept)
    assert (back / "entries.jsonl").read_bytes() == (kept / "entries.jsonl").read_bytes()
    refresh(back)
    assert everything(back) == everything(kept)
    before, after = open_data(kept), open_data(back)
    for person in (ADA, BO):
        weeks = before.weeks(person)
        assert len(weeks) > 1
        for week in weeks:
            assert after.week(person, week) == before.week(person, week)


def test_an_import_is_known_again_after_a_restore(kept: Path, tmp_path: Path) -> None:
    export(kept, tmp_path / "all.zip", tables=False)
    restore(tmp_path / "back", tmp_path / "all.zip")
    before = truth(tmp_path / "back")
    take(tmp_path / "back", ADA, "Fenix")
    assert truth(tmp_path / "back") == before


def test_an_export_of_one_person_holds_their_imports_and_nobody_elses(
    kept: Path, tmp_path: Path
) -> None:
    export(kept, tmp_path / "ada", scope=Scope(person=ADA))
    assert holding(tmp_path / "ada", "boniface", "Boniface", "Forerunner") == []
    restore(tmp_path / "back", tmp_path / "ada")
    refresh(tmp_path / "back")
    wanted = f"SELECT * EXCLUDE (method) FROM minutes WHERE person = '{ADA}' ORDER BY ALL"
    assert rows(tmp_path / "back", wanted) == rows(kept, wanted) != []
    assert open_data(tmp_path / "back").week(ADA, "2026-W46") == open_data(kept).week(
        ADA, "2026-W46"
    )


DAY = DAYS[0]
LOCAL = "CAST({time} AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Kathmandu' AS DATE)"
OTHERS = "SELECT * EXCLUDE (recording) FROM {table} WHERE {local} <> DATE '{day}' ORDER BY ALL"


@pytest.mark.parametrize("way", ["erase", "export"])
def test_a_local_day_of_an_import_goes_or_is_exported_to_the_sample(
    home: Path, kept: Path, tmp_path: Path, way: str
) -> None:
    scope = Scope(start=DAY, end=DAY)
    other = tmp_path / "other"
    export(home, tmp_path / "day", scope=scope, zone="Asia/Kathmandu")
    restore(other, tmp_path / "day")
    erase(home, preview(home, scope, zone="Asia/Kathmandu"))
    refresh(home if way == "erase" else other)
    for table in ("samples", "motion"):
        local = LOCAL.format(time="time")
        of_day = f"SELECT * EXCLUDE (recording) FROM {table} WHERE {local} = DATE '{DAY}'"
        others = OTHERS.format(table=table, local=local, day=DAY)
        gone, stays = (of_day, others) if way == "erase" else (others, f"{of_day} ORDER BY ALL")
        left = home if way == "erase" else other
        assert rows(left, gone) == []
        assert rows(left, stays) == rows(kept, stays) != []


def test_an_erased_day_is_gone_from_minutes_weeks_and_trends_as_if_it_had_never_been(
    home: Path,
) -> None:
    erase(home, preview(home, Scope(start=DAY, end=DAY), zone="Asia/Kathmandu"))
    refresh(home)
    local = LOCAL.format(time="minute")
    assert rows(home, f"SELECT minute FROM minutes WHERE {local} = DATE '{DAY}'") == []
    built = Path(shutil.copytree(home, home.with_name("built")))
    for part in built.glob("legload.duckdb*"):
        part.unlink()
    refresh(built)
    again, once = (open_data(where).week(ADA, "2026-W46") for where in (built, home))
    assert again == once


def test_a_person_who_imported_is_gone_from_every_byte(home: Path, kept: Path) -> None:
    assert holding(home, "adalind", "Adalind", "Fenix") != []
    receipt = erase(home, preview(home, Scope(person=ADA), zone="UTC"))
    refresh(home)
    assert receipt.recordings > 0
    assert holding(home, "adalind", "Adalind", "Fenix") == []
    others = f"SELECT * FROM minutes WHERE person = '{BO}' ORDER BY ALL"
    assert rows(home, others) == rows(kept, others) != []


def test_what_was_said_is_in_an_export_as_json_too(kept: Path, tmp_path: Path) -> None:
    export(kept, tmp_path / "all")
    for table in SAID:
        frame = pl.read_parquet(tmp_path / "all" / "tables" / f"{table.key}.parquet")
        told = json.loads((tmp_path / "all" / "tables" / f"{table.key}.json").read_bytes())
        assert [list(row) for row in told] == [list(frame.columns)] * len(frame)
        assert [list(row.values()) for row in told] == [
            [one.isoformat() if isinstance(one, dt.date) else one for one in row]
            for row in frame.iter_rows()
        ]
