"""What a person did besides what sensors count by the minute: strength sets and balance practice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LOGGED = "logged"
DETECTED = "detected"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSet:
    """One set of one exercise.

    start, end: aware UTC instants (end null where it was logged); exercise: a key of
    `strength.EXERCISES`; repetitions: in all, or on the working leg; load_kg: bar, sled or weight
    held (null: none said); leg: `left`, `right`, or null for both; source: LOGGED or DETECTED;
    sensor and quality (0..1): of a detected one.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceSession:
    """Balance or multicomponent practice that was logged: aware UTC instant, minutes."""

    start: dt.datetime
    minutes: float


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


NONE = Practice()
