"""Motion from tables: what the method finds in them is what it finds after they were taken in."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.exercise.repetitions import detect_repetitions
from analytics.gait.steps import detect_steps
from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import import_file, importer_of, motion_rows, motion_table
from ingest.importers.imported import Imported, Into, Told
from ingest.importers.motion_columns import sensors_in
from ingest.importers.motion_counts import RANGES_DPS, RANGES_G, counted, holdable
from ingest.recording import recording_paths
from ingest.store import open_store
from tests.real_walks import EVER, G_MPS2, data_folder
from tests.test_steps import walk

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
START = dt.datetime(2026, 5, 1, 7, 10, tzinfo=dt.UTC)
AXES = ("ax", "ay", "az", "gx", "gy", "gz")
MADE_UP = walk(strides=12)


def into(home: Path, **told: Any) -> Into:
    return Into(home=home, person="ada", now=NOW, zone="Europe/Rome", told=Told(**told))


def signal(unit: float = G_MPS2) -> pl.DataFrame:
    """A made-up walk; unit: of its acceleration, a g."""
    assert MADE_UP.gyro_dps is not None
    values = np.column_stack([MADE_UP.acc_g * unit, MADE_UP.gyro_dps])
    return pl.DataFrame(dict(zip(AXES, values.T, strict=True)))


def table_of(folder: Path, frame: pl.DataFrame, suffix: str = ".csv") -> Path:
    file = folder / f"walk{suffix}"
    if suffix == ".csv":
        frame.write_csv(file)
    else:
        frame.write_parquet(file)
    return file


def motion_of(home: Path, sensor: str) -> pl.DataFrame:
    refresh(home)
    with open_store(home) as store:
        return store.motion(sensor, *EVER)


def refused(file: Path, home: Path, **told: Any) -> str:
    with pytest.raises(IngestError) as caught:
        import_file(file, into(home, **told))
    assert not recording_paths(home)
    return str(caught.value)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_walk_comes_back_within_half_a_count(tmp_path: Path, suffix: str) -> None:
    file = table_of(tmp_path, signal(), suffix)
    told = {"start": START, "rate_hz": 100.0, "placement": Placement.LEFT_FOOT}
    done = import_file(file, into(tmp_path / "home", **told))
    assert (done.kind, done.rows, done.start) == ("motion", len(MADE_UP.acc_g), START)
    back = motion_of(tmp_path / "home", done.sensors[0])
    assert np.abs(back.select(AXES[:3]).to_numpy() - MADE_UP.acc_g).max() < 0.001
    assert np.abs(back.select(AXES[3:]).to_numpy() - MADE_UP.gyro_dps).max() < 0.1
    assert import_file(file, into(tmp_path / "home", **told)).rows == 0
    known = Entries(tmp_path / "home").registry().sensors[done.sensors[0]]
    assert known.current is not None
    assert known.current.placement is Placement.LEFT_FOOT


@given(
    st.floats(0.01, 63.9, allow_nan=False),
    st.one_of(st.none(), st.floats(0.1, 3_999.0, allow_nan=False)),
)
def test_rounding_errs_by_no_more_than_a_milli_g_and_a_tenth_of_a_degree(
    most_g: float, most_dps: float | None
) -> None:
    random = np.random.default_rng(3)
    acc = random.uniform(-most_g, most_g, (500, 3)).astype(np.float32)
    gyro = None
    if most_dps is not None:
        gyro = random.uniform(-most_dps, most_dps, (500, 3)).astype(np.float32)
    assert holdable(acc, gyro).all()
    axes, scale = counted(acc, gyro, 100.0)
    assert scale.plausible
    assert np.abs(axes[:, :3] * scale.acc_g - acc).max() <= 0.001
    if gyro is not None:
        assert scale.gyro_dps is not None
        assert np.abs(axes[:, 3:] * scale.gyro_dps - gyro).max() <= 0.1


def test_what_no_sensor_measures_is_not_held() -> None:
    acc = np.array([[RANGES_G[-1], 0, 0], [np.nan, 0, 0], [0, 0, 1]], np.float32)
    assert holdable(acc, None).tolist() == [False, False, True]
    gyro = np.full((3, 3), RANGES_DPS[-1], np.float32)
    assert not holdable(acc, gyro).any()


@pytest.mark.parametrize(
    ("header", "acc", "gyro"),
    [
        ("ax ay az", 1 / G_MPS2, None),
        ("ax_g ay_g az_g gx_rads gy_rads gz_rads", 1.0, 57.295779),
        ("Acc_X[mg] Acc_Y[mg] Acc_Z[mg]", 0.001, None),
        ("Acceleration_x_(m/s^2) Acceleration_y_(m/s^2) Acceleration_z_(m/s^2)", 1 / G_MPS2, None),
        ("accel_x accel_y accel_z gyro_x_(°/s) gyro_y_(°/s) gyro_z_(°/s)", 1 / G_MPS2, 1.0),
        ("lfoot_x lfoot_y lfoot_z", 1 / G_MPS2, None),
    ],
)
def test_names_tell_axes_and_units(header: str, acc: float, gyro: float | None) -> None:
    (found,) = sensors_in(tuple(header.split()), {})
    assert found.acc.factor == pytest.approx(acc)
    assert (found.gyro and found.gyro.factor) == (gyro and pytest.approx(gyro))


def test_a_magnetometer_and_half_a_sensor_are_none() -> None:
    assert sensors_in(("mag_x", "mag_y", "mag_z", "ax", "ay", "HR"), {}) == ()


def test_g_is_not_taken_for_metres(tmp_path: Path) -> None:
    file = table_of(tmp_path, signal(unit=1.0))
    told = {"start": START, "rate_hz": 100.0, "placement": Placement.LEFT_FOOT}
    assert "--column ax_g=ax" in refused(file, tmp_path / "home", **told)
    named = {f"a{axis}_g": f"a{axis}" for axis in "xyz"}
    done = import_file(file, into(tmp_path / "home", **told, columns=named))
    back = motion_of(tmp_path / "home", done.sensors[0])
    assert np.abs(back.select(AXES[:3]).to_numpy() - MADE_UP.acc_g).max() < 0.001


def test_columns_of_any_name_are_told(tmp_path: Path) -> None:
    frame = signal().select("ax", "ay", "az").rename({"ax": "A", "ay": "B", "az": "C"})
    file = table_of(tmp_path, frame)
    columns = {"ax_mps2": "A", "ay_mps2": "B", "az_mps2": "C"}
    done = import_file(
        file,
        into(
            tmp_path / "home",
            columns=columns,
            start=START,
            rate_hz=100.0,
            placement=Placement.WAIST,
        ),
    )
    assert done.kind == "motion"
    assert motion_of(tmp_path / "home", done.sensors[0])["gx"].null_count() == done.rows


def test_what_a_table_does_not_say_is_asked_one_by_one(tmp_path: Path) -> None:
    file, home = table_of(tmp_path, signal()), tmp_path / "home"
    assert "--rate" in refused(file, home)
    assert "--start" in refused(file, home, rate_hz=100.0)
    assert "left-ankle" in refused(file, home, rate_hz=100.0, start=START)
    assert "--rate" in refused(file, home, rate_hz=1e9, start=START)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("kind", ["iso", "epoch", "elapsed", "instant", "index"])
def test_times_tell_the_rate_and_maybe_the_beginning(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    frame = signal()
    step = np.arange(len(frame)) * 0.01
    instant = pl.Series((step * 1e9).astype(np.int64) + int(START.timestamp()) * 10**9).cast(
        pl.Datetime("ns", "UTC")
    )
    column = {
        "iso": pl.Series("time", instant.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")),
        "epoch": pl.Series("timestamp", (instant.cast(pl.Int64) // 1_000_000)),
        "elapsed": pl.Series("time", step),
        "instant": instant.alias("time"),
        "index": pl.Series("i", np.arange(len(frame))),
    }[kind]
    file = table_of(tmp_path, frame.with_columns(column), suffix)
    told: dict[str, Any] = {"placement": Placement.LEFT_FOOT}
    if kind in ("elapsed", "index"):
        told["start"] = START
    if kind == "index":
        told["rate_hz"] = 100.0
    done = import_file(file, into(tmp_path / "home", **told))
    assert (done.rows, done.start) == (len(frame), START)
    with open_store(tmp_path / "home") as _:
        pass
    motion_of(tmp_path / "home", done.sensors[0])
    with open_store(tmp_path / "home") as store:
        assert store.motion_rates(done.sensors[0], *EVER) == pytest.approx([100.0])


def test_a_date_and_a_time_of_day_beside_it_tell_when_motion_was(tmp_path: Path) -> None:
    frame, rome = signal(), ZoneInfo("Europe/Rome")
    at = [
        dt.datetime(2026, 5, 1, 9, 10, tzinfo=rome) + dt.timedelta(milliseconds=10 * n)
        for n in range(len(frame))
    ]
    frame = frame.with_columns(
        pl.Series("Datum", [f"{one:%d.%m.%Y}" for one in at]),
        pl.Series("Uhrzeit", [f"{one:%H:%M:%S.%f}" for one in at]),
    )
    file = table_of(tmp_path, frame)
    told = replace(into(tmp_path / "home", placement=Placement.LEFT_FOOT), zone="Europe/Rome")
    done = motion_table.take(file, told)
    assert (done.rows, done.start) == (len(frame), at[0])


def test_several_recordings_with_their_own_beginnings_are_taken_at_once(tmp_path: Path) -> None:
    both = pl.concat([signal().with_columns(pl.lit(name).alias("rec")) for name in "ab"])
    both.write_parquet(tmp_path / "walks.signals.parquet")
    file, home = tmp_path / "walks.signals.parquet", tmp_path / "home"
    said = refused(file, home, rate_hz=100.0, start=START, placement=Placement.WAIST)
    assert "(a, b)" in said
    assert "--recording" in said
    meta = {
        "rec": ["a", "b"],
        "fs": [100.0, 100.0],
        "foot": ["L", "R"],
        "start": ["2026-05-01 09:10", "2026-05-02 09:10"],
    }
    pl.DataFrame(meta).write_parquet(tmp_path / "walks.meta.parquet")
    assert "holds no recording 'c'" in refused(file, home, recording="c")
    done = import_file(file, into(home))
    assert done.rows == 2 * len(MADE_UP.acc_g)
    places = {
        one.current.placement for one in Entries(home).registry().sensors.values() if one.current
    }
    assert places == {Placement.LEFT_FOOT, Placement.RIGHT_FOOT}
    assert done.start == START


def direct(frame: pl.DataFrame, rate_hz: float, placement: Placement, find: Any) -> pl.DataFrame:
    acc = frame.select(AXES[:3]).to_numpy().astype(np.float64) / G_MPS2
    gyro = frame.select(AXES[3:]).to_numpy().astype(np.float64) if "gx" in frame.columns else None
    time_s = START.timestamp() + frame["i"].to_numpy() / rate_hz
    found: pl.DataFrame = find(time_s, acc, gyro, rate_hz=rate_hz, placement=placement)
    return found


def imported_finds(home: Path, sensor: str, placement: Placement, find: Any) -> pl.DataFrame:
    motion = motion_of(home, sensor)
    with open_store(home) as store:
        (rate_hz,) = store.motion_rates(sensor, *EVER)
    gyro = None if motion["gx"].null_count() else motion.select(AXES[3:]).to_numpy()
    found: pl.DataFrame = find(
        motion["time"].dt.epoch("ns").to_numpy() / 1e9,
        motion.select(AXES[:3]).to_numpy(),
        gyro,
        rate_hz=rate_hz,
        placement=placement,
    )
    return found


REAL = {
    "feet": ("1-1L", 100.0, Placement.LEFT_FOOT),
    "shoes": ("left_sensor", 204.8, Placement.LEFT_FOOT),
    "pocket": ("Pixel_Jamie_Hard_BackPocket_1", 100.0, Placement.RIGHT_THIGH),
    "lower_back": ("HA_001_TimeMeasure1_Test5_Trial1", 100.0, Placement.WAIST),
    "shin_walk": ("shin_walk", 50.0, Placement.LEFT_SHANK),
    "daily_waist": ("D01_SA01_R01", 100.0, Placement.WAIST),
}


@pytest.mark.data
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("name", REAL)
def test_steps_of_real_recordings_are_the_same_after_the_import(
    tmp_path: Path, name: str, suffix: str
) -> None:
    rec, rate_hz, placement = REAL[name]
    rows = pl.read_parquet(data_folder() / f"{name}.signals.parquet")
    rows = rows.filter(pl.col("rec").cast(pl.String) == rec).sort("i")
    file = table_of(tmp_path, rows, suffix)
    told = {"start": START, "rate_hz": rate_hz, "placement": placement}
    done = import_file(file, into(tmp_path / "home", **told))
    assert done.rows == len(rows)
    expected = direct(rows, rate_hz, placement, detect_steps)
    found = imported_finds(tmp_path / "home", done.sensors[0], placement, detect_steps)
    assert len(expected) > 5
    assert found["steps"].sum() == expected["steps"].sum()
    assert np.abs(found["time_s"].to_numpy() - expected["time_s"].to_numpy()).max() < 0.011


@pytest.mark.data
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_repetitions_of_real_recordings_are_the_same_after_the_import(
    tmp_path: Path, suffix: str
) -> None:
    rows = pl.read_parquet(data_folder() / "reps.signals.parquet")
    rows = rows.filter(pl.col("rec").cast(pl.String) == rows["rec"].cast(pl.String)[0]).sort("i")
    done = import_file(
        table_of(tmp_path, rows, suffix), into(tmp_path / "home", start=START, rate_hz=10.0)
    )
    assert len(done.sensors) == 5
    sensor = next(key for key in done.sensors if "waist" in key)
    belly = rows.rename({f"belly_{axis}": f"a{axis}" for axis in "xyz"}).select("i", *AXES[:3])
    expected = direct(belly, 10.0, Placement.WAIST, detect_repetitions)
    found = imported_finds(tmp_path / "home", sensor, Placement.WAIST, detect_repetitions)
    assert len(expected) > 3
    assert len(found) == len(expected)


@pytest.mark.data
@pytest.mark.parametrize("name", ["feet", "shoes", "pocket"])
def test_the_layout_of_the_study_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    rec, _, placement = REAL[name]
    file = data_folder() / f"{name}.signals.parquet"
    told = {"start": START, "recording": rec, "placement": placement}
    done = import_file(file, into(tmp_path, **told))
    assert done.rows > 3_000


def test_a_parquet_that_is_none_or_too_long_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file = tmp_path / "home", tmp_path / "odd.parquet"
    for content in (b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1"):
        file.write_bytes(content)
        refused(file, home)
    pl.DataFrame({"ax": ["a"], "ay": ["b"], "az": [[1]]}).write_parquet(file)
    assert "no numbers" in refused(file, home, rate_hz=100.0, start=START)
    pl.DataFrame({"ax": [{"x": 1}], "ay": [2.0], "az": [1.0]}).write_parquet(file)
    assert "no numbers" in refused(file, home, rate_hz=100.0, start=START)
    pl.DataFrame({"a": [1], "b": [2.0]}).write_parquet(file)
    assert "(a, b)" in refused(file, home)
    monkeypatch.setattr(motion_rows, "MOST_ROWS", 1_000_000)
    bomb = pl.select(pl.repeat(0.5, 3_000_000).alias("ax")).with_columns(
        pl.col("ax").alias("ay"), pl.col("ax").alias("az")
    )
    bomb.write_parquet(file, compression="zstd")
    assert file.stat().st_size < 100_000
    assert "more than 1 million rows" in refused(file, home)


def test_long_names_that_a_parquet_packs_into_nothing_take_no_time(tmp_path: Path) -> None:
    file = tmp_path / "names.parquet"
    long = pl.select(pl.repeat("x" * 20_000, 4_000).alias("rec"))
    long.with_columns(pl.lit(9.0).alias(axis) for axis in AXES[:3]).write_parquet(file)
    assert file.stat().st_size < 1_000_000
    told = {"start": START, "rate_hz": 100.0, "placement": Placement.WAIST}
    assert import_file(file, into(tmp_path / "home", **told)).rows == 4_000


def test_a_table_without_motion_is_a_table(tmp_path: Path) -> None:
    file = tmp_path / "hr.csv"
    file.write_text("Time,HR\n2026-05-01T07:10Z,99\n")
    assert importer_of(file).key == "table"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2_000), st.booleans())
def test_a_damaged_table_is_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, patch: bytes, at: int, parquet: bool
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    file = table_of(folder, signal().head(40), ".parquet" if parquet else ".csv")
    content = bytearray(file.read_bytes())
    at %= len(content)
    content[at : at + len(patch)] = patch
    file.write_bytes(bytes(content))
    told = {"start": START, "rate_hz": 100.0, "placement": Placement.LEFT_FOOT}
    with suppress(IngestError):
        assert isinstance(motion_table.take(file, into(folder / "home", **told)), Imported)
