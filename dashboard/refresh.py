"""Bring the store up to date: loader, then minutes, then store. Here store and analytics meet."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from analytics.errors import AnalyticsError
from analytics.frames import METHOD, SensorMinutes
from analytics.gait.stances import find_stances
from analytics.gait.steps import MARGIN_S, RATE_HZ
from analytics.minutes import motion_minutes, slow_minutes, with_heart_rate
from analytics.wear import CONTEXT_MIN, summed_features, worn_minutes
from devices import PROFILES
from ingest.entries import Assignment, Entries, Person, Registry, Sensor
from ingest.loader import load
from ingest.store import Stale, Store, open_store
from ingest.weighing import weighed

log = logging.getLogger(__name__)

PIECE = dt.timedelta(hours=6)
"""Longest range whose samples are in memory at once (design: 100 Hz of six axes is 0.3 GB)."""

AT_ONCE = 4
"""Pieces computed while the store is open once: opening and closing it costs as much as reading
half a piece (design: a day)."""

MINUTE = dt.timedelta(minutes=1)
CONTEXT = dt.timedelta(minutes=CONTEXT_MIN)
SLOW_MARGIN = dt.timedelta(seconds=10)
STEP_MARGIN = dt.timedelta(seconds=MARGIN_S)
STEP_REACH = MINUTE
"""Whole minutes on either side of new samples in which steps may change: `MARGIN_S`, rounded up."""

Instant = dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh did: counts, and a sentence for each problem."""

    recordings: int
    rows: int
    minutes: int
    problems: tuple[str, ...]


def refresh(home: Path, *, progress: Callable[[int, int], None] | None = None) -> Refreshed:
    """Load what recordings have grown by and compute the minutes that this makes stale.

    Safe at any time and in several processes at once: a range is computed from samples that are
    there, and stays stale where newer ones have come meanwhile.

    Raises:
        IngestError: the store is busy, full or not permitted; nothing stored is lost.
    """
    summary = load(home, progress=progress)
    with open_store(home) as store:
        registry = weighed(store, Entries(home).registry())
    ranges = [(stale, list(_pieces(stale))) for stale in _stale(home)]
    total = sum(len(pieces) for _, pieces in ranges)
    done = itertools.count(1)
    minutes = 0
    problems: list[str] = []
    for stale, pieces in ranges:
        try:
            worn = _worn(home, stale) if stale.sensor in registry.sensors else None
            for start in range(0, len(pieces), AT_ONCE):
                day = pieces[start : start + AT_ONCE]
                minutes += _recompute(home, registry, day, worn)
                if progress is not None:
                    for _ in day:
                        progress(next(done), total)
        except (AnalyticsError, ArithmeticError, ValueError) as error:
            log.exception("computing minutes of %s", stale.sensor)
            problems.append(
                f"Minutes of {stale.sensor} from {stale.start:%Y-%m-%d} on could not be computed "
                f"({error}). Please report this with the log; its recordings are kept."
            )
    return Refreshed(
        recordings=summary.recordings,
        rows=summary.rows,
        minutes=minutes,
        problems=(*summary.problems, *problems),
    )


def _stale(home: Path) -> list[Stale]:
    with open_store(home) as store:
        outdated = not store.method_is(METHOD)
        if not outdated:
            return store.dirty()
    with open_store(home, read_only=False) as store:
        store.mark_all_stale()
        return store.dirty()


def _pieces(stale: Stale) -> Iterator[Stale]:
    """A range in pieces, so that memory stays small; newest first."""
    end = stale.end
    while end > stale.start:
        start = max(stale.start, end - PIECE)
        yield Stale(stale.sensor, start, end, stale.version)
        end = start


def _recompute(
    home: Path, registry: Registry, pieces: Sequence[Stale], worn: pl.DataFrame | None
) -> int:
    """Replace the minutes of stale pieces of one sensor, and those around whose wear they change.

    A wear that changes in a piece that is still to come is left to that one.
    """
    replaced: list[tuple[Stale, Instant, Instant, pl.DataFrame]] = []
    with open_store(home) as store:
        for piece in pieces:
            for start, end in _ranges(store, piece, worn):
                frame = _minutes_of(store, registry, piece.sensor, start, end, worn)
                replaced.append((piece, start, end, frame))
    with open_store(home, read_only=False) as store:
        for piece, start, end, frame in replaced:
            store.replace_minutes(piece.sensor, start, end, frame, seen=piece.version)
    return sum(len(frame) for *_, frame in replaced)


def _ranges(store: Store, stale: Stale, worn: pl.DataFrame | None) -> list[tuple[Instant, Instant]]:
    """What to compute anew for a stale piece."""
    if worn is None:
        return [(stale.start, stale.end)]
    core = (stale.start - STEP_REACH, stale.end + STEP_REACH)
    return [core, *_turned_over(store, stale, core, worn)]


def _minutes_of(
    store: Store,
    registry: Registry,
    key: str,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame | None,
) -> pl.DataFrame:
    """SensorMinutes of a sensor in [start, end), whoever wore it; none of one that is unknown."""
    sensor = registry.sensors.get(key)
    if sensor is None:
        return SensorMinutes.create_empty()
    frames = list(_minutes(store, registry, sensor, start, end, worn))
    return pl.concat(frames) if frames else SensorMinutes.create_empty()


def _worn(home: Path, stale: Stale) -> pl.DataFrame | None:
    """Wear of a whole stale range and of `CONTEXT` around it, by minute; None without motion."""
    first, last = stale.start - CONTEXT, stale.end + CONTEXT
    with open_store(home) as store:
        rate_hz = store.motion_rate(stale.sensor, stale.start, stale.end)
        if rate_hz is None:
            return None
        sums = store.motion_by_minute(stale.sensor, first - CONTEXT, last + CONTEXT)
    worn = worn_minutes(summed_features(sums.lazy(), rate_hz=rate_hz)).collect()
    return worn.filter(pl.col("minute").is_between(first, last, closed="left"))


def _turned_over(
    store: Store, stale: Stale, core: tuple[Instant, Instant], worn: pl.DataFrame
) -> list[tuple[Instant, Instant]]:
    """Runs of stored minutes outside `core` whose wear is now another; stale ones come by turn."""
    around = pl.col("minute").is_between(*core, closed="left")
    for other in store.dirty():
        if other.sensor == stale.sensor:
            around |= pl.col("minute").is_between(other.start, other.end, closed="left")
    first, last = stale.start - CONTEXT, stale.end + CONTEXT
    stored = store.minutes(None, first, last)
    mine = stored.filter(pl.col("sensor") == stale.sensor).select(
        "minute", pl.col("worn").alias("before"), pl.lit(value=True).alias("known")
    )
    changed = (
        worn.filter(~around & pl.col("minute").is_between(first, last, closed="left"))
        .join(mine, on="minute", how="left")
        .filter(pl.col("known").is_null() | pl.col("worn").ne_missing(pl.col("before")))
    )
    run = (pl.col("minute").diff() > MINUTE).fill_null(value=False).cum_sum().alias("run")
    runs = changed.sort("minute").group_by(run, maintain_order=True)
    ends = runs.agg(pl.col("minute").min().alias("first"), pl.col("minute").max().alias("last"))
    return [(first, last + MINUTE) for first, last in ends.select("first", "last").iter_rows()]


def _minutes(
    store: Store,
    registry: Registry,
    sensor: Sensor,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame | None,
) -> Iterator[pl.DataFrame]:
    """SensorMinutes of a sensor in [start, end), one frame an assignment in force."""
    for assignment, since, until in in_force(sensor.assignments, start, end):
        person = registry.persons[assignment.person]
        for mass_kg, first, last in masses(person, since, until):
            frame = _of_slow(store, sensor, assignment, person, mass_kg, first, last)
            if worn is not None and store.motion_rate(sensor.key, first, last) is not None:
                moved = _of_motion(store, sensor, assignment, person, mass_kg, first, last, worn)
                frame = with_heart_rate(moved.lazy(), frame.lazy()).collect()
            yield frame.filter(pl.col("minute").is_between(first, last, closed="left"))


def in_force(
    assignments: Sequence[Assignment], start: Instant, end: Instant
) -> Iterator[tuple[Assignment, Instant, Instant]]:
    """Each assignment with the part of [start, end) in which it holds, from whole minutes on.

    The first one also holds before it was said: nobody else wore the sensor then.
    """
    for number, assignment in enumerate(assignments):
        last = number + 1 == len(assignments)
        since = start if number == 0 else max(start, _minute(assignment.since))
        until = end if last else min(end, _minute(assignments[number + 1].since))
        if since < until:
            yield assignment, since, until


def masses(
    person: Person, start: Instant, end: Instant
) -> Iterator[tuple[float | None, Instant, Instant]]:
    """Body mass in kg with the part of [start, end) for which it was said, by local days."""
    zone = ZoneInfo(person.zone or "UTC")
    midnights = [
        dt.datetime.combine(date, dt.time(), zone).astimezone(dt.UTC) for date, _ in person.masses
    ]
    edges = [start, *(at for at in midnights if start < at < end), end]
    for since, until in itertools.pairwise(edges):
        yield person.mass_on(since.astimezone(zone).date()), since, until


def _minute(instant: Instant) -> Instant:
    return instant.replace(second=0, microsecond=0)


def _of_slow(
    store: Store,
    sensor: Sensor,
    assignment: Assignment,
    person: Person,
    mass_kg: float | None,
    start: Instant,
    end: Instant,
) -> pl.DataFrame:
    samples = store.slow(sensor.key, start - SLOW_MARGIN, end + SLOW_MARGIN)
    known = [PROFILES[key] for key in sensor.profiles if key in PROFILES]
    profiles = [profile for profile in known if profile.streams_at(assignment.placement)]
    counts = assignment.counts or next((p.counts for p in profiles if p.counts), None)
    return slow_minutes(
        samples.lazy(),
        sensor=sensor.key,
        person=person.key,
        placement=assignment.placement,
        continuous=any(profile.continuous for profile in profiles),
        counts=counts,
        mass_kg=mass_kg,
        load_kg=assignment.load_kg,
        sex=person.sex,
        profiles=[profile.key for profile in profiles],
    ).collect()


def _of_motion(
    store: Store,
    sensor: Sensor,
    assignment: Assignment,
    person: Person,
    mass_kg: float | None,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame,
) -> pl.DataFrame:
    """Minutes of motion; none where its rate is too low to tell a step: unknown, not zero."""
    rate_hz = store.motion_rate(sensor.key, start, end)
    mine = worn.filter(pl.col("minute").is_between(start, end, closed="left"))
    if rate_hz is None or not RATE_HZ[0] <= rate_hz <= RATE_HZ[1] or mine.is_empty():
        return SensorMinutes.create_empty()
    motion = store.motion_arrays(sensor.key, start - STEP_MARGIN, end + STEP_MARGIN)
    steps = find_stances(
        *motion,
        rate_hz=rate_hz,
        placement=assignment.placement,
        sparing=True,
    )
    return motion_minutes(
        steps.lazy(),
        mine.lazy(),
        sensor=sensor.key,
        person=person.key,
        placement=assignment.placement,
        continuous=True,
        mass_kg=mass_kg,
        load_kg=assignment.load_kg,
    ).collect()
