"""What a person did besides what sensors count by the minute: strength sets, balance practice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

LOGGED = "logged"
DETECTED = "detected"

SAME_SESSION = dt.timedelta(minutes=15)
"""A detected set this near to a logged one, or to one that is meant by it, is meant by it too
(design: longer than a rest between sets, and what a person is off by who logs from memory)."""


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
    legs. A detected set that a logged one of the same exercise means is left out: within
    SAME_SESSION of it, or of a detected one that it means, or on the day where only the day was
    logged. zone: the person's, in which a day is local.
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
    """The detected sets that no logged one means."""
    rest, meant = list(seen), list(logged)
    while meant:
        meant, before = [], meant
        for one in list(rest):
            if any(_means(other, one, zone) for other in before):
                rest.remove(one)
                meant.append(one)
    return rest


def _means(known: TrainingSet, seen: TrainingSet, zone: dt.tzinfo) -> bool:
    if known.exercise != seen.exercise or not _legs_meet(known, seen):
        return False
    if not known.timed:
        return known.start.astimezone(zone).date() == seen.start.astimezone(zone).date()
    return _gap(known, seen) <= SAME_SESSION


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
