"""What a person did besides what sensors count by the minute: strength sets, balance practice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

LOGGED = "logged"
DETECTED = "detected"

SAME_SESSION = dt.timedelta(minutes=15)
"""Detected sets of an exercise this near to a logged one, or to one another, are of its session
(design: longer than a rest between sets, and what a person is off by who logs from memory)."""

SAME_SET = dt.timedelta(minutes=2)
"""A detected set that begins this near to a logged one can be it whatever the sensor took it for
(design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """One set of one exercise.

    start, end: aware UTC instants (end null where it was logged); exercise: the key of one of
    `strength.EXERCISES`; repetitions: on each leg that works, so 10 lunges of both legs are 20
    movements; load_kg: bar, sled or weight held (null: none said); leg: `left`, `right`, or null
    for both; source: LOGGED or DETECTED; sensor and quality (0..1): of a detected one; timed:
    false where only the local day is known, and start is its noon.
    """

    start: dt.datetime
    exercise: str
    repetitions: int
    load_kg: float | None = None
    angle_deg: float | None = None  # of a leg press's sled to the floor
    leg: str | None = None
    source: str = LOGGED
    end: dt.datetime | None = None
    sensor: str | None = None
    quality: float | None = None
    timed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSession:
    """Balance or multicomponent practice that was logged: aware UTC instant, minutes.

    timed: false where only the local day is known, and start is its noon.
    """

    start: dt.datetime
    minutes: float
    timed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """All practice of one person over some time, and what the person says about it.

    confirmed: local dates that the person calls strength days (or not: false) whatever is known;
    logs_strength, logs_balance: the person logs all of it, so a day without an entry had none.
    """

    sets: tuple[TrainingSet, ...] = ()
    balance: tuple[BalanceSession, ...] = ()
    confirmed: tuple[tuple[dt.date, bool], ...] = ()
    logs_strength: bool = False
    logs_balance: bool = False

    def within(self, start: dt.datetime, end: dt.datetime) -> Practice:
        """The practice that begins in [start, end), aware instants; what is said stays."""
        return replace(
            self,
            sets=tuple(one for one in self.sets if start <= one.start < end),
            balance=tuple(one for one in self.balance if start <= one.start < end),
        )


NONE = Practice()

SET_ROWS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "sensor": pl.String,
    "person": pl.String,
    "start": pl.Datetime("us", "UTC"),
    "end": pl.Datetime("us", "UTC"),
    "exercise": pl.String,
    "repetitions": pl.Int32,
    "leg": pl.String,
    "quality": pl.Float64,
    "method": pl.String,
}
"""Columns of the detected sets as a store keeps them."""


def counted(sets: Iterable[TrainingSet], zone: dt.tzinfo) -> tuple[TrainingSet, ...]:
    """The sets that count, by start: each done set once.

    Of detected sets that overlap, the one of the best quality stands, unless they are of different
    legs. A logged set stands for one detected set, or for one of each leg, which is left out: the
    nearest of its session (SAME_SESSION) of the same exercise, or of any that overlaps it or begins
    within SAME_SET; where only the day was logged, one of that exercise on that day. All other
    detected sets stay. zone: the person's, in which a day is local.
    """
    every = list(sets)
    logged = [one for one in every if one.source != DETECTED]
    seen = _best([one for one in every if one.source == DETECTED])
    return tuple(sorted([*logged, *_unlogged(seen, logged, zone)], key=_order))


def _best(seen: Iterable[TrainingSet]) -> list[TrainingSet]:
    """Of the detected sets that overlap on one leg, the best."""
    kept: list[TrainingSet] = []
    for one in sorted(seen, key=lambda one: (-(one.quality or 0.0), -one.repetitions, _order(one))):
        if not any(_legs_meet(one, other) and _gap(one, other) < dt.timedelta() for other in kept):
            kept.append(one)
    return kept


def _unlogged(
    seen: Sequence[TrainingSet], logged: Sequence[TrainingSet], zone: dt.tzinfo
) -> list[TrainingSet]:
    """The detected sets that no logged one stands for; the nearest pairs are taken first."""
    seen, logged = sorted(seen, key=_order), sorted(logged, key=_order)
    pairs = sorted(
        (far, at, found)
        for at, known in enumerate(logged)
        for found, far in _meant(known, seen, zone)
    )
    stands_for: dict[int, list[int]] = {}
    gone: set[int] = set()
    for _, at, found in pairs:
        taken = stands_for.setdefault(at, [])
        if found not in gone and not any(_legs_meet(seen[found], seen[one]) for one in taken):
            taken.append(found)
            gone.add(found)
    return [one for found, one in enumerate(seen) if found not in gone]


Far = tuple[bool, float, float]


def _meant(
    known: TrainingSet, seen: Sequence[TrainingSet], zone: dt.tzinfo
) -> Iterator[tuple[int, Far]]:
    """The detected sets that a logged one may stand for, each with how far off it is: where only
    the day is known after all others, the first of the day the nearest."""
    session = _session(known, seen) if known.timed else frozenset()
    day = known.start.astimezone(zone).date()
    for found, one in enumerate(seen):
        if not _legs_meet(known, one):
            continue
        if not known.timed:
            if one.exercise == known.exercise and one.start.astimezone(zone).date() == day:
                yield found, (True, one.start.timestamp(), 0.0)
        elif found in session or _same_set(known, one):
            off = abs(known.start - one.start).total_seconds()
            yield found, (False, max(0.0, _gap(known, one).total_seconds()), off)


def _session(known: TrainingSet, seen: Sequence[TrainingSet]) -> frozenset[int]:
    """Positions of the detected sets of its exercise that follow on from a logged set."""
    alike = [n for n, one in enumerate(seen) if one.exercise == known.exercise]
    session, fresh = set[int](), [known]
    while fresh:
        near = [
            n
            for n in alike
            if n not in session and any(_gap(seen[n], one) <= SAME_SESSION for one in fresh)
        ]
        session.update(near)
        fresh = [seen[n] for n in near]
    return frozenset(session)


def _same_set(known: TrainingSet, seen: TrainingSet) -> bool:
    return abs(known.start - seen.start) <= SAME_SET or _gap(known, seen) < dt.timedelta()


def _legs_meet(one: TrainingSet, other: TrainingSet) -> bool:
    return one.leg is None or other.leg is None or one.leg == other.leg


def _gap(one: TrainingSet, other: TrainingSet) -> dt.timedelta:
    """Time between two sets; negative where they overlap."""
    return max(one.start, other.start) - min(one.end or one.start, other.end or other.start)


def _order(one: TrainingSet) -> tuple[dt.datetime, str, str, str]:
    return one.start, one.exercise, one.leg or "", one.sensor or ""


def set_rows(sets: Sequence[TrainingSet], *, person: str, method: str) -> pl.DataFrame:
    """Detected sets as the rows that a store keeps: SET_ROWS, in the order given."""
    said = {"person": person, "method": method}
    rows = [[said.get(name) or getattr(one, name) for name in SET_ROWS] for one in sets]
    return pl.DataFrame(rows, SET_ROWS, orient="row")


def detected_sets(rows: pl.DataFrame) -> tuple[TrainingSet, ...]:
    """Rows that a store kept (SET_ROWS) as detected sets, in the order given."""
    kept = rows.drop("person", "method")
    return tuple(TrainingSet(**row, source=DETECTED) for row in kept.iter_rows(named=True))
