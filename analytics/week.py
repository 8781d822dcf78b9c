"""`WeekReport`: the one object that every page and every report format reads."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.practice import BalanceSession, TrainingSet
from language.formats import decimal
from language.spoken import _, mark


def rounded(value: float, *, whole: float, digits: int = 0) -> float:
    """To so many digits, and down where rounding would claim a whole that is not reached."""
    near = round(value, digits)
    if value >= whole or math.isclose(value, whole) or near < whole:
        return near
    return math.floor(value * 10.0**digits) / 10.0**digits


def unmeasured(reason: str) -> str:
    """The note of what has no value, and why; a reason is a sentence without its capital."""
    return _("Not measured: {reason}", reason=reason)


def why(note: str) -> str:
    """The reason alone, for where the value already says that there is none."""
    before, _reason, _after = unmeasured("\0").partition("\0")
    return note.removeprefix(before)


class Status(enum.StrEnum):
    """How complete a week is; decides which words may stand beside its numbers."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    AT_LEAST = "at least"
    EXCUSED = "excused"
    NO_DATA = "no data"
    SO_FAR = "so far"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One line of the scorecard.

    value is in `unit`, points out of `points_max`; credit and points are null when the component
    is not measured, and then `note` says why. at_least: a lower bound, and printed as one.
    low/high: value if every missing day were zero / full (null where nothing is missing).
    coverage: share 0..1 that the value rests on, of the days not excused that have begun.
    """

    key: str
    title: str
    value: float | None
    unit: str
    target: float
    target_text: str
    credit: float | None
    points: float | None
    points_max: int
    evidence: str  # A guideline, B cohort, C experiment, D design (ranges such as "B to D")
    source: str  # citation with DOI
    at_least: bool
    coverage: float | None
    confidence: str | None
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def measured(self) -> bool:
        """Whether the component counts in the denominator."""
        return self.credit is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day as the seven-day strip shows it; null is unknown."""

    date: dt.date
    hours: float
    recorded: bool
    excused: bool
    valid: bool
    future: bool
    wear_h: float | None
    observed_h: float | None
    steps: float | None
    lld: float | None
    credit: float | None
    loaded_min: float | None
    aerobic_min: float | None
    peak30_spm: float | None
    moderate_min: float | None = None
    vigorous_min: float | None = None
    unloaded: bool | None = None
    low_share: float | None = None  # share of the load known with low confidence
    osteogenic_index: float | None = None  # shown, never scored: claims.OSTEOGENIC_LABEL
    weight_bearing_lld: float | None = None  # the three parts of lld
    assisted_lld: float | None = None
    sets_lld: float | None = None
    lld_at_least: bool = False  # a machine loaded the legs by nobody knows how much
    load_needs: str | None = None  # what that load needs to be known, such as `power`
    assumed_share: float | None = None  # share of the load of a leg that was not observed
    longest_idle_min: float | None = None  # shown, never scored
    asymmetry_percent: float | None = None  # shown, never scored
    repetitions: float | None = None
    exercises: float | None = None
    strength: bool | None = None
    balance_min: float | None = None


BODY_MASS = mark("body mass")
"""What a weight that was lifted, and the load of some machines, need to be known."""

NEEDS = (BODY_MASS, mark("crank cadence"), mark("power"), mark("steps"))
"""All that a load may need to be known, as `load_needs` says it; translated where it is shown."""


def needed(days: Iterable[Day]) -> list[str]:
    """What the load left out of some days needs, of NEEDS, in order."""
    said = {need for day in days for need in (day.load_needs or "").split(" and ")}
    return sorted(said - {""})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendWeek:
    """One of the last weeks, oldest first; lld is the value of that component: the mean per valid
    day, or with at_least a lower bound, what was recorded spread over all days of the week. points
    are a lower bound then too."""

    week: str
    status: Status
    points: float | None
    points_measurable: int
    lld: float | None
    valid_days: int
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The person's own last weeks and how this week's dose compares; a description, no verdict.

    lld: mean per valid day, step-eq, over the weeks before that are at least partly valid;
    change_percent: of this week against it; both null where there is too little, and note says so.
    """

    lld: float | None
    weeks: int
    change_percent: float | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symmetry:
    """Left against right, |L - R| / mean in percent of contact time in walking; never scored.

    percent: mean over the days with enough strides of both legs, or null, and note says why.
    """

    percent: float | None
    longer: str | None  # left, right
    days: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person should read; level is info, remind or warn."""

    key: str
    level: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which a sensor should have reported and did not."""

    sensor: str
    start: dt.datetime
    end: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorUse:
    """A sensor that fed the week."""

    sensor: str
    title: str
    placement: str
    observed_h: float
    continuous: bool
    battery_percent: float | None
    malformed: int = 0
    load_h: float = 0.0  # hours whose load came from it
    name: str = ""  # of an imported source; else empty


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekReport:
    """One person's ISO week, scored. Dates are local in `zone`; points null when not scored."""

    person: str
    person_name: str
    week: str  # 2026-W47
    zone: str
    start: dt.date
    end: dt.date  # exclusive
    status: Status
    day_of_week: int | None  # 4 in "so far, day 4 of 7"
    demo: bool
    points: float | None
    points_measurable: int
    at_least: bool
    valid_days: int
    excused_days: int
    target_lld: float
    components: tuple[Component, ...]
    days: tuple[Day, ...]
    trend: tuple[TrendWeek, ...]
    notices: tuple[Notice, ...]
    gaps: tuple[Gap, ...]
    sensors: tuple[SensorUse, ...]
    method: str
    protocol: str
    data_hash: str
    disclaimer: str
    baseline: Baseline | None = None
    symmetry: Symmetry | None = None
    sets: tuple[TrainingSet, ...] = ()  # of the week, in order; logged and detected
    balance: tuple[BalanceSession, ...] = ()
    note: str = ""  # what a clinician, or whoever hands it over, wrote on it

    @property
    def headline(self) -> str:
        """The score in words, honest about what was measured."""
        if self.points is None:
            return self._unscored
        points = decimal(rounded(self.points, whole=self.points_measurable))
        most = self.points_measurable
        if self.at_least:
            return _("At least {points} of {most} points", points=points, most=most)
        return _("{points} of {most} points", points=points, most=most)

    @property
    def _unscored(self) -> str:
        """Why there are no points: the week, the person's choice, or nothing that counts."""
        if self.status is Status.EXCUSED:
            return _("Not scored: excused")
        if self.status is Status.NO_DATA:
            return _("Not scored: no data")
        if any(line.value is not None for line in self.components):
            return _("No points: switched off for this person")
        return _("No points: nothing was measured that counts")
