"""Recordings and entries to minutes and weeks, however the work is cut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from analytics.wear import motion_features, summed_features
from benchmarks import week
from dashboard.data import open_data
from dashboard.refresh import refresh
from dashboard.sensor_minutes import in_force, masses
from devices import weight_scale
from devices.profile import Placement
from devices.walker import plan_day
from ingest.entries import Assigned, Assignment, Entries, Person, PersonSet, SensorPaired
from ingest.loader import load
from ingest.simulated import Cast, write_motion, write_sessions
from ingest.store import open_store, store_path
from tests.recorded import Session as Recorded
from tests.recorded import header_of

UTC = dt.UTC
MONDAY = dt.datetime(2026, 11, 16, tzinfo=UTC)
EVER = (dt.datetime(2020, 1, 1, tzinfo=UTC), dt.datetime(2030, 1, 1, tzinfo=UTC))
CAST = Cast(
    foot_pod="rsc-1",
    heart_strap="heart-rate-1",
    leg_sensor="thingy52-1",
    leg_placement=Placement.LEFT_SHANK,
)


def ns(instant: dt.datetime) -> int:
    return round(instant.timestamp() * 1e9)


def introduce(home: Path, *, placement: Placement = Placement.LEFT_SHANK) -> None:
    entries = Entries(home)
    entries.append(PersonSet(at=MONDAY, person="ada", name="Ada", birth_year=1980, zone="UTC"))
    for key, profile, where in (
        (CAST.foot_pod, "rsc", Placement.RIGHT_FOOT),
        (CAST.heart_strap, "heart_rate", Placement.CHEST),
        ("thingy52-1", "thingy52", placement),
    ):
        entries.append(
            SensorPaired(
                at=MONDAY, sensor=key, identity=key, address="", name=key, profiles=(profile,)
            ),
            Assigned(at=MONDAY, sensor=key, person="ada", placement=where, since=MONDAY),
        )


def write_morning(home: Path, *, motion: bool = True, days: int = 1) -> None:
    """Each day until 11:00: sessions, and the leg sensor where there is `motion`."""
    for day in range(days):
        midnight = MONDAY + dt.timedelta(days=day)
        rng = np.random.default_rng([3, day])
        bouts = plan_day(rng, ns(midnight), "active")
        until = ns(midnight + dt.timedelta(hours=11))
        write_sessions(home, CAST, bouts, rng, until)
        if motion:
            write_motion(home, CAST, bouts, rng, until)


def minutes(home: Path) -> pl.DataFrame:
    with open_store(home) as store:
        return store.minutes("ada", *EVER).sort("minute", "sensor")


def test_a_day_becomes_minutes_that_know_what_they_saw(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path)
    done = refresh(tmp_path)
    assert done.problems == ()
    found = minutes(tmp_path)
    assert done.minutes == len(found)
    leg = found.filter(pl.col("sensor") == "thingy52-1")
    assert leg["observed_s"].sum() == pytest.approx(60 * len(leg), rel=0.02)
    assert leg["steps"].sum() > 500
    pod = found.filter((pl.col("sensor") == CAST.foot_pod) & (pl.col("steps") > 40))
    both = pod.join(leg, on="minute", suffix="_leg")
    assert both["steps_leg"].sum() == pytest.approx(both["steps"].sum(), rel=0.1)
    assert leg["heart_rate_bpm"].null_count() == len(leg)
    assert set(found["person"]) == {"ada"}
    assert found["steps"].filter(found["sensor"] == "heart-rate-1").null_count() > 0


def test_the_store_sums_up_minutes_as_wear_is_defined_on_samples(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path)
    load(tmp_path)
    with open_store(tmp_path) as store:
        samples = store.motion("thingy52-1", *EVER)
        sums = store.motion_by_minute("thingy52-1", *EVER)
    assert len(sums) > 60
    expected = motion_features(samples.lazy(), rate_hz=25.0).collect()
    found = summed_features(sums.lazy()).collect()
    assert_frame_equal(found, expected, abs_tol=1e-6)


def test_minutes_around_new_ones_are_left_as_they_are_where_nothing_changed_in_them(
    tmp_path: Path,
) -> None:
    introduce(tmp_path)
    write_morning(tmp_path)
    refresh(tmp_path)
    before = minutes(tmp_path)
    last = before.filter(pl.col("sensor") == "thingy52-1")["minute"].max()
    assert isinstance(last, dt.datetime)
    with open_store(tmp_path, read_only=False) as store:
        store._rows(
            "INSERT INTO stale SELECT ?, make_timestamp_ns(?), make_timestamp_ns(?), version"
            " FROM data_version",
            *("thingy52-1", ns(last), ns(last) + 1),
        )
    assert refresh(tmp_path).minutes <= 3
    assert_frame_equal(minutes(tmp_path), before)


def test_wear_that_turns_out_later_is_the_same_hour_by_hour_and_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(week, "RATE_HZ", 25)
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    introduce(whole)
    introduce(pieces)
    worn, table = (0, 0, 1024, 0, 0, 0), (1024, 0, 0, 0, 0, 0)
    plan = ((worn, 300.0), (table, 3.0), (table, 3.0), (worn, 300.0), (worn, 3.0), (worn, 3.0))
    for number, (rest, noise) in enumerate(plan):
        rng = np.random.default_rng(number)
        counts = (rest + rng.normal(0.0, noise, (3600 * 25, 6))).astype(np.int16)
        for home in (whole, pieces):
            week.write_hour(home, counts, number, sensor="thingy52-1")
        refresh(pieces)
    refresh(whole)
    runs = minutes(whole)["worn"].rle().struct.unnest()
    assert runs["value"].to_list() == [True, False, True, None]
    assert_frame_equal(minutes(pieces), minutes(whole))


def test_refreshing_again_changes_nothing(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path)
    refresh(tmp_path)
    before = minutes(tmp_path)
    with open_store(tmp_path) as store:
        version = store.version()
    again = refresh(tmp_path)
    assert (again.rows, again.minutes) == (0, 0)
    assert_frame_equal(minutes(tmp_path), before)
    with open_store(tmp_path) as store:
        assert store.version() == version


def test_loading_hour_by_hour_gives_the_minutes_that_loading_at_once_gives(tmp_path: Path) -> None:
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    for home in (whole, pieces):
        introduce(home)
    write_morning(whole)
    refresh(whole)
    source = sorted((whole / "recordings").rglob("*.legrec"))
    for path in source:
        target = pieces / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        refresh(pieces)
    assert_frame_equal(minutes(pieces), minutes(whole))


def test_a_deleted_store_is_rebuilt_to_the_same_week(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path, days=2)
    refresh(tmp_path)
    before = open_data(tmp_path).week("ada", "2026-W47")
    store_path(tmp_path).unlink()
    refresh(tmp_path)
    after = open_data(tmp_path).week("ada", "2026-W47")
    assert after == before
    assert after.data_hash == before.data_hash
    assert after.points is not None


def test_a_corrected_placement_scores_the_history_again(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path)
    refresh(tmp_path)
    open_data(tmp_path).assign("rsc-1", counts="steps")
    refresh(tmp_path)
    pod = minutes(tmp_path).filter(pl.col("sensor") == "rsc-1")
    other = tmp_path / "other"
    introduce(other)
    write_morning(other)
    refresh(other)
    strides = minutes(other).filter(pl.col("sensor") == "rsc-1")
    assert pod["steps"].sum() == pytest.approx(strides["steps"].sum() / 2)


def assignment(day: int, person: str) -> Assignment:
    return Assignment(
        since=MONDAY + dt.timedelta(days=day, seconds=30),
        person=person,
        placement=Placement.LEFT_FOOT,
        load_kg=0.0,
        counts=None,
    )


def held(assignments: Sequence[Assignment], start: int, end: int) -> list[tuple[str, int, int]]:
    hours = dt.timedelta(hours=1)
    found = in_force(
        assignments, MONDAY + dt.timedelta(days=start), MONDAY + dt.timedelta(days=end)
    )
    return [(a.person, (s - MONDAY) // hours, (e - MONDAY) // hours) for a, s, e in found]


def test_each_minute_belongs_to_the_assignment_in_force() -> None:
    both = [assignment(1, "ada"), assignment(3, "ben")]
    assert held(both, 0, 5) == [("ada", 0, 72), ("ben", 72, 120)]
    assert held(both, 0, 1) == [("ada", 0, 24)]
    assert held(both, 4, 5) == [("ben", 96, 120)]
    assert held([], 0, 5) == []


def test_body_mass_is_that_of_the_local_day_whatever_the_piece() -> None:
    day = dt.timedelta(days=1)
    person = Person(
        key="ada",
        name="Ada",
        zone="Europe/Rome",
        masses=((MONDAY.date(), 50.0), ((MONDAY + day).date(), 200.0)),
    )
    whole = list(masses(person, MONDAY, MONDAY + 2 * day))
    midnight = MONDAY + dt.timedelta(hours=23)  # in Rome
    assert whole == [(50.0, MONDAY, midnight), (200.0, midnight, MONDAY + 2 * day)]
    cut = MONDAY + dt.timedelta(hours=20)
    parts = [*masses(person, MONDAY, cut), *masses(person, cut, MONDAY + 2 * day)]
    assert [mass for mass, _, _ in parts] == [50.0, 50.0, 200.0]


def test_weeks_are_listed_in_the_zone_of_the_person(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path, motion=False)
    refresh(tmp_path)
    weeks = open_data(tmp_path).weeks("ada")
    assert "2026-W47" in weeks
    assert weeks == sorted(weeks, reverse=True)


def test_motion_too_slow_to_tell_a_step_gives_no_minutes_rather_than_none(tmp_path: Path) -> None:
    introduce(tmp_path)
    recording = Recorded(tmp_path, header_of("thingy52-1", ("thingy52",), ns(MONDAY)))
    recording.connected(0)
    recording.shake(0.1, 600, rate_hz=10)
    recording.close()
    done = refresh(tmp_path)
    assert (done.problems, done.rows > 600, len(minutes(tmp_path))) == ((), True, 0)


def test_a_weighing_counts_from_its_day_on_and_changes_what_a_carried_load_means(
    tmp_path: Path,
) -> None:
    introduce(tmp_path)
    Entries(tmp_path).append(
        Assigned(
            at=MONDAY,
            sensor=CAST.foot_pod,
            person="ada",
            placement=Placement.RIGHT_FOOT,
            since=MONDAY,
            load_kg=10.0,
        ),
        SensorPaired(
            at=MONDAY,
            sensor="scale",
            identity="scale",
            address="",
            name="Scale",
            profiles=("weight_scale",),
        ),
        Assigned(at=MONDAY, sensor="scale", person="ada", placement=Placement.FLOOR, since=MONDAY),
    )
    write_morning(tmp_path, motion=False)
    refresh(tmp_path)
    before = minutes(tmp_path).filter(pl.col("steps") > 0)
    assert set(before["confidence"]) == {"low"}  # the load is known, the body is not
    weighing = Recorded(tmp_path, header_of("scale", ("weight_scale",), ns(MONDAY)))
    weighing.connected(0)
    payload = weight_scale.encode(weight_scale.WeightMeasurement(mass_kg=64.0))
    weighing.notify(1, weight_scale.MEASUREMENT, payload)
    weighing.close()
    refresh(tmp_path)
    after = minutes(tmp_path).filter(pl.col("steps") > 0)
    assert set(after["confidence"]) == {"medium"}
    heavier = float(after["force_bw"].sum()) / float(before["force_bw"].sum())
    assert heavier == pytest.approx(1 + 10 / 64, rel=0.01)
    assert refresh(tmp_path).minutes == 0  # nothing is stale any more


def test_each_stretch_is_counted_at_its_own_rate_whatever_was_loaded_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ((100, 0), (25, 1), (10, 2))  # at 10 Hz no step can be told
    counts = {rate: walking(rate) for rate, _ in plan}
    alone = {}
    for rate, number in plan:
        home = tmp_path / f"alone-{rate}"
        introduce(home)
        monkeypatch.setattr(week, "RATE_HZ", rate)
        week.write_hour(home, counts[rate], number, sensor="thingy52-1")
        refresh(home)
        alone[rate] = minutes(home)
    for name, order in (("once", None), ("forwards", plan), ("backwards", plan[::-1])):
        home = tmp_path / name
        introduce(home)
        for rate, number in order or plan:
            monkeypatch.setattr(week, "RATE_HZ", rate)
            week.write_hour(home, counts[rate], number, sensor="thingy52-1")
            if order:
                refresh(home)
        refresh(home)
        found = minutes(home).select("minute", "steps", "observed_s").sort("minute")
        wanted = pl.concat(alone.values()).select("minute", "steps", "observed_s").sort("minute")
        assert_frame_equal(found, wanted, abs_tol=1e-6)
    assert alone[10].is_empty()
    assert alone[100]["steps"].sum() > 1000


def walking(rate_hz: int) -> NDArray[np.int16]:
    """Half an hour of fidgeting, ten minutes of strides, and some fidgeting, as counts."""
    time_s = np.arange(2700 * rate_hz) / rate_hz
    on = (time_s >= 1800) & (time_s < 2400)
    swing = np.maximum(np.sin(2 * np.pi * 0.9 * time_s), 0.0) ** 2 * on
    counts = np.random.default_rng(rate_hz).normal(0.0, [40, 40, 40, 8, 8, 8], (len(time_s), 6))
    counts[:, 2] += 1024.0
    counts[:, 0] += 600.0 * swing * np.sin(2 * np.pi * 4.0 * time_s)
    counts[:, 4] += 32.0 * 250.0 * swing
    return np.round(counts).astype(np.int16)
