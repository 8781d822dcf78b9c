"""Recordings of one person that overlap, as sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from analytics import dose
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.protocol import Protocol
from analytics.week import Gap
from dashboard.past import SessionLine, SessionSensor
from dashboard.sensor_minutes import in_force
from dashboard.shown import recorded_gaps, sensor_title
from dashboard.sources import is_imported, own_name, told_place
from ingest.entries import Assignment, Registry, Sensor
from ingest.store import Store

ADJOIN = dt.timedelta(minutes=5)
"""Recordings this near to each other are of one session (design)."""

ALL_DAY = dt.timedelta(hours=6)
"""A sensor that went on for longer was worn all day, and is listed on its own (design)."""

STILL = dt.timedelta(minutes=5)
"""A recording without an end whose last sample is this recent is still running (design: it is
loaded each minute)."""

MINUTE = dt.timedelta(minutes=1)
NUMBERS = ("steps", "cadence_spm", "heart_rate_bpm", "lld")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a recording in which the sensor was one person's. start, end: aware UTC."""

    key: str
    number: int
    sensor: Sensor
    assignment: Assignment
    start: dt.datetime
    end: dt.datetime
    row: Mapping[str, Any] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Pieces that are one session, by start; at least one."""

    pieces: tuple[Piece, ...]

    @property
    def key(self) -> str:
        """Of the first piece."""
        return self.pieces[0].key

    @property
    def start(self) -> dt.datetime:
        """When the first sensor began."""
        return self.pieces[0].start

    @property
    def end(self) -> dt.datetime:
        """When the last sensor ended."""
        return max(piece.end for piece in self.pieces)

    @property
    def long(self) -> bool:
        """Whether the sensor was worn all day."""
        return self.end - self.start > ALL_DAY


def sessions_of(recordings: pl.DataFrame, registry: Registry, person: str) -> list[Session]:
    """Every session of a person, oldest first. recordings: as the store lists them."""
    pieces = sorted(_pieces(recordings, registry, person), key=lambda one: (one.start, one.key))
    by_sensor: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_sensor.setdefault(piece.sensor.key, []).append(piece)
    runs = [run for mine in by_sensor.values() for run in _chained(mine)]
    alone = [run for run in runs if run.long]
    rest = [piece for run in runs if not run.long for piece in run.pieces]
    together = _chained(sorted(rest, key=lambda one: (one.start, one.key)))
    return sorted([*alone, *together], key=lambda one: (one.start, one.key))


def _pieces(recordings: pl.DataFrame, registry: Registry, person: str) -> Iterator[Piece]:
    for row in recordings.iter_rows(named=True):
        sensor = registry.sensors.get(row["sensor"])
        if sensor is None or row["first_time"] is None:
            continue
        worn = in_force(sensor.assignments, row["first_time"], row["last_time"] + MINUTE)
        mine = [part for part in worn if part[0].person == person]
        for number, (assignment, since, until) in enumerate(mine):
            yield Piece(
                key=row["id"] if not number else f"{row['id']}+{number}",
                number=row["number"],
                sensor=sensor,
                assignment=assignment,
                start=since,
                end=min(until, row["last_time"]),
                row=row,
            )


def _chained(pieces: Iterable[Piece]) -> list[Session]:
    """Pieces, by start, in runs that overlap or adjoin."""
    runs: list[list[Piece]] = []
    end = None
    for piece in pieces:
        if end is None or piece.start > end + ADJOIN:
            runs.append([])
            end = piece.end
        runs[-1].append(piece)
        end = max(end, piece.end)
    return [Session(pieces=tuple(run)) for run in runs]


def session_lines(
    store: Store,
    sessions: Sequence[Session],
    *,
    person: PersonFacts,
    protocol: Protocol,
    now: dt.datetime,
    known: Mapping[str, Sensor],
) -> list[SessionLine]:
    """What is known of each session, in the order given. store: open for reading; known: sensors
    by key."""
    if not sessions:
        return []
    start, end = min(one.start for one in sessions), max(one.end for one in sessions)
    sensors = sorted({piece.sensor.key for one in sessions for piece in one.pieces})
    gaps = recorded_gaps(store, sensors, start, end)
    numbers = [piece.number for one in sessions for piece in one.pieces]
    charges, ended = store.charges(numbers), store.ended(numbers)
    minutes = store.minutes(person.key, start - MINUTE, end + MINUTE)
    mine = _mine(_told(minutes, sessions), sessions, person, protocol)
    sums = _sums(mine)
    taken = _taken(mine, merged(minutes, person, protocol))
    return [
        SessionLine(
            key=one.key,
            person=person.key,
            start=one.start,
            end=one.end,
            running=any(_runs(piece, ended, now) for piece in one.pieces),
            sensors=tuple(_sensor(part, gaps, charges) for part in _by_seat(one)),
            **sums.get(index, dict.fromkeys(NUMBERS)),
            **_elsewhere(one, taken.get(index, {}), known),
        )
        for index, one in enumerate(sessions)
    ]


def _runs(piece: Piece, ended: Container[int], now: dt.datetime) -> bool:
    """Whether more of it is to come; what was imported is over."""
    late = piece.end + STILL > now and piece.number not in ended
    return late and not is_imported(piece.sensor.profiles)


def _by_seat(session: Session) -> list[list[Piece]]:
    """The pieces of each sensor where it sat, in order."""
    found: dict[tuple[str, str], list[Piece]] = {}
    for piece in session.pieces:
        seat = piece.assignment.placement.value
        found.setdefault((piece.sensor.key, seat), []).append(piece)
    return list(found.values())


def _sensor(
    pieces: Sequence[Piece], gaps: Sequence[Gap], charges: Mapping[int, float]
) -> SessionSensor:
    first, end = pieces[0], max(piece.end for piece in pieces)
    mine = within(gaps, first.sensor.key, first.start, end)
    charged = [charges[piece.number] for piece in pieces if piece.number in charges]
    damaged = dict.fromkeys(piece.row["damaged"] for piece in pieces if piece.row["damaged"])
    return SessionSensor(
        recording=first.row["id"],
        sensor=first.sensor.key,
        title=own_name(first.sensor) or sensor_title(first.sensor),
        placement=told_place(first.sensor.profiles, first.assignment.placement),
        start=first.start,
        end=end,
        rows=sum(piece.row["rows"] for piece in pieces),
        malformed=sum(piece.row["malformed"] for piece in pieces),
        gaps=len(mine),
        lost_s=sum((gap.end - gap.start).total_seconds() for gap in mine),
        battery_percent=charged[-1] if charged else None,
        damaged=" ".join(damaged),
    )


def within(gaps: Iterable[Gap], sensor: str, first: dt.datetime, last: dt.datetime) -> list[Gap]:
    """The parts of a sensor's gaps that lie between two instants."""
    mine = (gap for gap in gaps if gap.sensor == sensor)
    cut = (replace(gap, start=max(gap.start, first), end=min(gap.end, last)) for gap in mine)
    return [gap for gap in cut if gap.start < gap.end]


def _told(minutes: pl.DataFrame, sessions: Sequence[Session]) -> pl.DataFrame:
    """SensorMinutes that the sessions' own recordings made, with `session`: its index."""
    spans = pl.DataFrame(
        {
            "session": [at for at, one in enumerate(sessions) for _ in one.pieces],
            "sensor": [piece.sensor.key for one in sessions for piece in one.pieces],
            "start": [_minute(piece.start) for one in sessions for piece in one.pieces],
            "end": [piece.end for one in sessions for piece in one.pieces],
        },
        schema_overrides={
            "session": pl.Int64,
            "start": pl.Datetime("us", "UTC"),
            "end": pl.Datetime("us", "UTC"),
        },
    )
    found = minutes.join_where(
        spans.rename({"sensor": "whose"}),
        pl.col("sensor") == pl.col("whose"),
        pl.col("minute") >= pl.col("start"),
        pl.col("minute") <= pl.col("end"),
    )
    return found.drop("whose", "start", "end").unique(
        ["minute", "sensor", "session"], maintain_order=True
    )


def _minute(instant: dt.datetime) -> dt.datetime:
    return instant.replace(second=0, microsecond=0)


def merged(minutes: pl.DataFrame, person: PersonFacts, protocol: Protocol) -> pl.DataFrame:
    """Minutes of some SensorMinutes of one session, or of several that share no minute."""
    date = minutes["minute"].dt.date().max() if len(minutes) else None
    day = date if isinstance(date, dt.date) else dt.date(2000, 1, 1)
    own = minutes.drop("session", strict=False).lazy()
    return merge_minutes(own, person=person, date=day, protocol=protocol).collect()


def _mine(
    told: pl.DataFrame, sessions: Sequence[Session], person: PersonFacts, protocol: Protocol
) -> pl.DataFrame:
    """Minutes of each session, with `session`: its index. What is worn all day is merged on its
    own: nothing else of that minute is its session's."""
    where = told.select("minute", "session").unique()
    found: list[pl.DataFrame] = []
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(sessions):
        groups.setdefault(one.pieces[0].sensor.key if one.long else "", []).append(at)
    for indexes in groups.values():
        mine = told.filter(pl.col("session").is_in(indexes))
        here = where.filter(pl.col("session").is_in(indexes))
        found.append(merged(mine, person, protocol).join(here, on="minute"))
    return pl.concat(found)


def _sums(mine: pl.DataFrame) -> dict[int, dict[str, float | None]]:
    """The numbers of each session by index."""
    sums = mine.group_by("session").agg(*numbers())
    return {row.pop("session"): row for row in sums.to_dicts()}


def _taken(mine: pl.DataFrame, day: pl.DataFrame) -> dict[int, dict[str, float]]:
    """Steps of each session by index and by the sensors that the day takes their minutes from;
    day: Minutes of everything recorded meanwhile."""
    whole = day.select("minute", pl.col("steps_sensor").alias("taken"))
    steps = mine.filter(pl.col("steps") > 0).select("session", "minute", "steps")
    sums = steps.join(whole, on="minute").group_by("session", "taken").agg(pl.col("steps").sum())
    found: dict[int, dict[str, float]] = {}
    for index, taken, count in sums.drop_nulls().sort("steps", descending=True).iter_rows():
        found.setdefault(index, {})[taken] = count
    return found


def _elsewhere(
    session: Session, taken: Mapping[str, float], known: Mapping[str, Sensor]
) -> dict[str, Any]:
    """Of `SessionLine`: steps that the day counts from sensors that are not the session's."""
    mine = {piece.sensor.key for piece in session.pieces}
    others = {keys: count for keys, count in taken.items() if mine.isdisjoint(keys.split(" + "))}
    keys = dict.fromkeys(key for joined in others for key in joined.split(" + "))
    names = (own_name(known[key]) or sensor_title(known[key]) for key in keys if key in known)
    return {"elsewhere": sum(others.values()), "others": tuple(dict.fromkeys(names))}


def numbers() -> list[pl.Expr]:
    """Steps, mean cadence of the loaded minutes, mean heart rate and dose of some Minutes."""
    walked = pl.col("loaded") & pl.col("steps").is_not_null() & (pl.col("leg_observed_s") > 0)
    minutes = pl.col("leg_observed_s").filter(walked).sum() / 60.0
    load = pl.sum_horizontal("force_bw", "assisted_bw")
    known = pl.col("force_bw").is_not_null() | pl.col("assisted_bw").is_not_null()
    return [
        _known(pl.col("steps"), pl.col("steps").is_not_null()).alias("steps"),
        pl.when(minutes > 0)
        .then(pl.col("steps").filter(walked).sum() / minutes)
        .alias("cadence_spm"),
        pl.col("heart_rate_bpm").mean(),
        dose.step_equivalents(_known(load, known)).alias("lld"),
    ]


def _known(values: pl.Expr, known: pl.Expr) -> pl.Expr:
    """A sum; null where nothing is known."""
    return pl.when(known.any()).then(values.filter(known).sum())
