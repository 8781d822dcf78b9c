"""A home that was used for years, built straight into the store: what pages must stay fast with.

One person in Rome, born in 1955, in a home without recording files, so that there is nothing to
load; nothing in the store is stale.

- minutes: of a leg sensor, all day and night for `years` up to today (ten years: 5.2 million rows),
  worn from 7 to 22, with three walks a day; every 45th week is missing, and every 9th day was not
  worn; of a foot pod and a heart rate strap, 45 minutes a day at 18:00 UTC
- recordings: for the last `raw_years`, each day those 45 minutes of foot pod and strap second by
  second with a battery level, each Saturday an hour of motion at 100 Hz
- entries: a body mass a year, a week a year excused, squats on Mondays and Thursdays
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from analytics.frames import METHOD, SensorMinutes
from devices import PROFILES
from devices.profile import CHANNELS, Channel, Int64s, Motion, MotionScale, Placement, Slow
from ingest.decoding import Decoded
from ingest.entries import (
    AnyEntry,
    Assigned,
    BodyMassSet,
    Entries,
    Excused,
    PersonSet,
    SensorPaired,
    SetLogged,
)
from ingest.header import Header, recording_id
from ingest.store import open_store
from ingest.weighing import weighed

PERSON = "ada"
POD, STRAP, LEG = "pod-1", "strap-1", "leg-1"
SENSORS = (
    (POD, "rsc", Placement.RIGHT_FOOT),
    (STRAP, "heart_rate", Placement.CHEST),
    (LEG, "thingy52", Placement.LEFT_SHANK),
)
DAY_NS, SECOND_NS = 86_400_000_000_000, 1_000_000_000
SESSION_S = 2700
RATE_HZ = 100
WALKS_H = ((8.0, 8.5), (12.5, 13.0), (18.0, 18.75))
UTC = dt.UTC


def build(home: Path, *, years: float = 10.0, raw_years: float = 2.0, motion: bool = True) -> None:
    """Build such a home; years may be a fraction, and raw_years at most as many."""
    now = dt.datetime.now(UTC)
    today = now.date()
    days, raw = round(365.25 * years), round(365.25 * raw_years)
    first = today - dt.timedelta(days=days)
    Entries(home).append(*_said(first, today))
    with open_store(home, read_only=False) as store:
        store.project(weighed(store, Entries(home).registry()))
        for back in range(raw, 0, -20):
            some = [today - dt.timedelta(days=one) for one in range(back, max(0, back - 20), -1)]
            store.add([one for day in some for one in _recordings(day, motion=motion)])
    for year_start in range(0, days + 1, 365):
        start = first + dt.timedelta(days=year_start)
        end = min(start + dt.timedelta(days=365), today + dt.timedelta(days=1))
        with open_store(home, read_only=False) as store:
            for sensor, frame in _minutes(start, end, now):
                store.replace_minutes(sensor, _midnight(start), _midnight(end), frame)


def _said(first: dt.date, today: dt.date) -> Iterator[AnyEntry]:
    at = _midnight(first)
    yield PersonSet(at=at, person=PERSON, name="Ada", birth_year=1955, zone="Europe/Rome")
    for sensor, profile, placement in SENSORS:
        yield SensorPaired(
            at=at, sensor=sensor, identity=sensor, address="", name=sensor, profiles=(profile,)
        )
        yield Assigned(at=at, sensor=sensor, person=PERSON, placement=placement, since=at)
    for number in range((today - first).days):
        day = first + dt.timedelta(days=number)
        if number % 365 == 0:
            kg = 70.0 + number // 365 % 4
            yield BodyMassSet(at=at, person=PERSON, date=day, kg=kg)
        if number % 365 == 200 and day + dt.timedelta(days=6) < today:
            end = day + dt.timedelta(days=6)
            yield Excused(at=_midnight(day), person=PERSON, start=day, end=end, why="ill")
        if day.weekday() in (0, 3):
            done = _midnight(day) + dt.timedelta(hours=17)
            yield SetLogged(
                at=done, person=PERSON, start=done, exercise="squat", repetitions=10, sets=3
            )


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), UTC)


# --- minutes -------------------------------------------------------------------------------------


def _minutes(start: dt.date, end: dt.date, now: dt.datetime) -> Iterator[tuple[str, pl.DataFrame]]:
    """SensorMinutes of each sensor from start to before end and now."""
    until = min(_midnight(end), now.replace(second=0, microsecond=0))
    minute = pl.datetime_range(
        _midnight(start), until, "1m", closed="left", time_unit="us", eager=True
    )
    frame = pl.DataFrame({"minute": minute}).with_columns(
        (pl.col("minute").dt.hour() + pl.col("minute").dt.minute() / 60.0).alias("hour"),
        (pl.col("minute").dt.epoch("d") // 7 % 45 == 0).alias("away"),
        (pl.col("minute").dt.epoch("d") % 9 == 0).alias("left"),
        (pl.col("minute").hash(1) % 1000 / 1000.0).alias("chance"),
    )
    seen = frame.filter(~pl.col("away"))
    session = seen.filter(pl.col("hour").is_between(18.0, 18.75, closed="left") & ~pl.col("left"))
    yield LEG, _as_minutes(_leg(seen), LEG, Placement.LEFT_SHANK, continuous=True)
    yield POD, _as_minutes(_walked(session), POD, Placement.RIGHT_FOOT, continuous=False)
    heart = pl.lit(95.0) + pl.col("chance") * 20.0
    strap = session.select("minute", heart.alias("heart_rate_bpm"), pl.lit(60.0).alias("heart_s"))
    yield STRAP, _as_minutes(strap, STRAP, Placement.CHEST, continuous=False)


def _leg(seen: pl.DataFrame) -> pl.DataFrame:
    worn = pl.col("hour").is_between(7.0, 22.0, closed="left") & ~pl.col("left")
    walks = [pl.col("hour").is_between(*walk, closed="left") for walk in WALKS_H]
    pace = (
        pl.when(pl.any_horizontal(walks))
        .then(95.0 + 20.0 * pl.col("chance"))
        .otherwise(pl.when(pl.col("chance") < 0.1).then(20.0).otherwise(0.0))
    )
    return seen.select("minute", worn.alias("worn"), pl.when(worn).then(pace).alias("steps")).pipe(
        _loaded
    )


def _walked(session: pl.DataFrame) -> pl.DataFrame:
    pace = 100.0 + 15.0 * pl.col("chance")
    return _loaded(session.select("minute", pace.alias("steps"), pl.lit(1.4).alias("speed_mps")))


def _loaded(frame: pl.DataFrame) -> pl.DataFrame:
    told = pl.col("steps").is_not_null()
    return frame.with_columns(
        (pl.col("steps") / 2.0).alias("cycles"),
        (pl.col("steps") / 2.0 * 1.12).alias("force_bw"),
        pl.when(told).then(pl.lit("medium")).alias("confidence"),
        pl.when(pl.col("steps") > 0).then(0.0).alias("run_share"),
    )


def _as_minutes(
    frame: pl.DataFrame, sensor: str, placement: Placement, *, continuous: bool
) -> pl.DataFrame:
    said = frame.with_columns(
        sensor=pl.lit(sensor),
        person=pl.lit(PERSON),
        placement=pl.lit(placement.value),
        continuous=pl.lit(continuous),
        observed_s=pl.lit(60.0),
        method=pl.lit(METHOD),
    )
    whole = pl.concat([SensorMinutes.create_empty(), said], how="diagonal_relaxed")
    return SensorMinutes.cast(whole.select(SensorMinutes.column_names()))


# --- recordings ----------------------------------------------------------------------------------


def _recordings(day: dt.date, *, motion: bool) -> Iterator[Decoded]:
    """A day's recordings: from 18:00 on, and on Saturdays the leg sensor from 10:00 on."""
    begun = int(_midnight(day).timestamp()) * SECOND_NS + 18 * 3600 * SECOND_NS
    times = begun + np.arange(SESSION_S, dtype=np.int64) * SECOND_NS
    rng = np.random.default_rng(day.toordinal())
    pace = rng.integers(50, 58, SESSION_S).astype(np.float64)
    speed, running = np.full(SESSION_S, 1.4), np.zeros(SESSION_S)
    yield _slow_recording(
        POD,
        "rsc",
        times,
        {Channel.CADENCE_SENT: pace, Channel.SPEED: speed, Channel.RUNNING: running},
    )
    beats = rng.integers(95, 115, SESSION_S).astype(np.float64)
    said = {Channel.HEART_RATE: beats, Channel.RR_INTERVAL: 60.0 / beats}
    yield _slow_recording(STRAP, "heart_rate", times, said)
    if motion and day.weekday() == 5:
        yield _motion_recording(begun - 8 * 3600 * SECOND_NS, rng)


def _slow_recording(
    sensor: str, profile: str, times: Int64s, said: dict[Channel, np.ndarray]
) -> Decoded:
    level = np.array([98.0 - times[0] // DAY_NS % 80])
    every = {**said, Channel.BATTERY: level}
    at = [times[: len(values)] for values in every.values()]
    code = [np.full(len(v), CHANNELS.index(key), np.uint8) for key, v in every.items()]
    time_ns = np.concatenate(at)
    slow = Slow(
        sequence=np.arange(len(time_ns), dtype=np.int64),
        time_ns=time_ns,
        channel=np.concatenate(code),
        value=np.concatenate(list(every.values())),
    )
    return _decoded(sensor, (profile, "battery"), slow, None, times)


def _motion_recording(begun: int, rng: np.random.Generator) -> Decoded:
    count = 3600 * RATE_HZ
    times = begun + np.arange(count, dtype=np.int64) * (SECOND_NS // RATE_HZ)
    motion = Motion(
        sequence=np.arange(count, dtype=np.int64),
        time_ns=times,
        axes=rng.integers(-4000, 4000, (count, 6)).astype(np.int16),
        scale=MotionScale(rate_hz=float(RATE_HZ), acc_g=1 / 1024, gyro_dps=1 / 32),
    )
    return _decoded(LEG, ("thingy52", "battery"), Slow.of((), ()), motion, times)


def _decoded(
    sensor: str, profiles: tuple[str, ...], slow: Slow, motion: Motion | None, times: Int64s
) -> Decoded:
    start, end = int(times[0]), int(times[-1])
    header = Header(
        id=recording_id(sensor, start),
        sensor=sensor,
        profiles=profiles,
        app="0.1.0 built",
        started_utc_ns=start,
        started_monotonic_ns=0,
        characteristics=tuple(u for key in profiles for u in PROFILES[key].characteristics),
    )
    return Decoded(
        path=Path(f"recordings/{sensor}/{start}/{header.id}.legrec"),
        size=len(times) * 20,
        header=header,
        damaged=None,
        problems=(),
        loaded_through=len(times),
        rows=len(times),
        new_rows=len(times),
        malformed=0,
        first_ns=start,
        last_ns=end,
        slow=slow,
        motion=motion,
        links=[(start, "connected", "found"), (end, "lost", "stopped")],
        information=[],
    )


def main() -> None:
    """`python -m tests.ten_years HOME [--years 10] [--raw-years 2]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--years", type=float, default=10.0)
    parser.add_argument("--raw-years", type=float, default=2.0)
    chosen = parser.parse_args()
    build(chosen.home, years=chosen.years, raw_years=chosen.raw_years)


if __name__ == "__main__":
    main()
