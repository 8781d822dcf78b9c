"""Bring the store up to date: loader, then minutes, then store. Here store and analytics meet."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from analytics.errors import AnalyticsError
from analytics.frames import METHOD
from analytics.wear import CONTEXT_MIN, summed_features, worn_minutes
from dashboard.detected import SET_REACH, sets_begun
from dashboard.rescoring import Touched, keep_lines, keep_scores, touched_weeks
from dashboard.sensor_minutes import minutes_of
from ingest.entries import Entries, Registry
from ingest.loader import load
from ingest.store import Stale, Store, open_store
from ingest.weighing import weighed
from language.spoken import _

log = logging.getLogger(__name__)

PIECE = dt.timedelta(hours=6)
"""Longest range whose samples are in memory at once (design: 100 Hz of six axes is 0.3 GB)."""

SLOW_SAMPLES = 500_000
"""Samples of slow channels that are in memory at once (design: about 20 MB, days to months of what
a phone tells; reckoning them in small pieces costs mostly the asking)."""

LONGEST = dt.timedelta(days=92)
"""Longest range of slow channels computed at once (design)."""

AT_ONCE = 4
"""Pieces computed while the store is open once: opening and closing it costs as much as reading
half a piece (design: a day)."""

MINUTE = dt.timedelta(minutes=1)
CONTEXT = dt.timedelta(minutes=CONTEXT_MIN)
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
    ranges = _together(home, _stale(home))
    total = sum(len(pieces) for _, pieces in ranges)
    done = itertools.count(1)
    minutes = 0
    touched: set[Touched] = set()
    problems: list[str] = []
    for stale, pieces in ranges:
        try:
            wear = _wear(home, stale) if stale.sensor in registry.sensors else None
            for start in range(0, len(pieces), AT_ONCE):
                day = pieces[start : start + AT_ONCE]
                frame = _recompute(home, registry, day, wear)
                minutes += len(frame)
                touched |= touched_weeks(registry, frame)
                if progress is not None:
                    for _piece in day:
                        progress(next(done), total)
        except (AnalyticsError, ArithmeticError, ValueError) as error:
            log.exception("computing minutes of %s", stale.sensor)
            problems.append(
                _(
                    "Minutes of {sensor} from {date} on could not be computed ({error}). "
                    "Please report this with the log; its recordings are kept.",
                    sensor=stale.sensor,
                    date=f"{stale.start:%Y-%m-%d}",
                    error=error,
                )
            )
    keep_scores(home, registry, touched, progress=progress)
    keep_lines(home, {person for person, _ in touched} or registry.persons)
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


def _together(home: Path, ranges: Sequence[Stale]) -> list[tuple[Stale, list[Stale]]]:
    """Each range with the pieces in which it is computed; where there is no motion, pieces of one
    sensor with what lies between, as far as their samples are few."""
    found: list[tuple[Stale, list[Stale]]] = []
    with open_store(home) as store:
        for sensor, group in itertools.groupby(ranges, key=lambda one: one.sensor):
            mine = list(group)
            if store.motion_rates(sensor, mine[0].start, mine[-1].end):
                found += [(one, list(_pieces(one))) for one in mine]
            else:
                counts = store.samples_by_day(sensor, mine[0].start, mine[-1].end)
                found += [(one, [one]) for one in _few(mine, counts)]
    return found


def _few(ranges: Sequence[Stale], counts: Mapping[dt.date, int]) -> Iterator[Stale]:
    """Ranges cut into days, and as many of these together as `SLOW_SAMPLES` and `LONGEST` allow.
    counts: samples by UTC day."""
    held: Stale | None = None
    samples = 0
    for one in itertools.chain.from_iterable(map(_days, ranges)):
        more = counts.get(one.start.date(), 0)
        if held is None:
            held, samples = one, more
        elif samples + more <= SLOW_SAMPLES and one.end - held.start <= LONGEST:
            held = held._replace(end=one.end, version=max(held.version, one.version))
            samples += more
        else:
            yield held
            held, samples = one, more
    if held is not None:
        yield held


def _days(stale: Stale) -> Iterator[Stale]:
    """A range by UTC days."""
    start = stale.start
    while start < stale.end:
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
        yield stale._replace(start=start, end=min(midnight, stale.end))
        start = midnight


def _pieces(stale: Stale) -> Iterator[Stale]:
    """A range in pieces, so that memory stays small; newest first."""
    end = stale.end
    while end > stale.start:
        start = max(stale.start, end - PIECE)
        yield Stale(stale.sensor, start, end, stale.version)
        end = start


def _recompute(
    home: Path, registry: Registry, pieces: Sequence[Stale], wear: Wear | None
) -> pl.DataFrame:
    """Replace the sets and minutes of stale pieces of one sensor, and the minutes around whose wear
    they change; all SensorMinutes that were put in.

    A wear that changes in a piece that is still to come is left to that one.
    """
    replaced: list[tuple[Stale, Instant, Instant, pl.DataFrame]] = []
    worn = wear.worn if wear is not None else None
    where = _with_sets(pieces)
    with open_store(home) as store:
        sets = None if wear is None else sets_begun(store, registry, *where, wear.features)
        for piece in pieces:
            for start, end in _ranges(store, piece, worn):
                frame = minutes_of(store, registry, piece.sensor, start, end, worn)
                replaced.append((piece, start, end, frame))
    with open_store(home, read_only=False) as store:
        if sets is not None:
            store.replace_sets(*where, sets)
        for piece, start, end, frame in replaced:
            store.replace_minutes(piece.sensor, start, end, frame, seen=piece.version)
    return pl.concat([frame for *_, frame in replaced])


def _with_sets(pieces: Sequence[Stale]) -> tuple[str, Instant, Instant]:
    """A sensor, and where sets may begin that what is new in its pieces, newest first, changes."""
    return pieces[0].sensor, pieces[-1].start - SET_REACH, pieces[0].end + SET_REACH


def _ranges(store: Store, stale: Stale, worn: pl.DataFrame | None) -> list[tuple[Instant, Instant]]:
    """What to compute anew for a stale piece."""
    if worn is None:
        return [(stale.start, stale.end)]
    core = (stale.start - STEP_REACH, stale.end + STEP_REACH)
    return [core, *_turned_over(store, stale, core, worn)]


class Wear(NamedTuple):
    """What sums by minute tell of a sensor: features, and from them whether it was worn."""

    features: pl.DataFrame
    worn: pl.DataFrame


def _wear(home: Path, stale: Stale) -> Wear | None:
    """Wear of a whole stale range and of `CONTEXT` around it, by minute, and the features of as
    much again; None without motion."""
    first, last = stale.start - CONTEXT, stale.end + CONTEXT
    with open_store(home) as store:
        if not store.motion_rates(stale.sensor, stale.start, stale.end):
            return None
        sums = store.motion_by_minute(stale.sensor, first - CONTEXT, last + CONTEXT)
    features = summed_features(sums.lazy()).collect()
    within = pl.col("minute").is_between(first, last, closed="left")
    return Wear(features, worn_minutes(features.lazy()).filter(within).collect())


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
