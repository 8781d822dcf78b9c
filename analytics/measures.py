"""What a week amounts to on each line of the scorecard: value, credit and bounds.

`means`: the mean over counted days, or the week's total. `bound`: too few valid days, so what was
recorded is spread over every day that could count, which makes it a lower bound.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analytics.protocol import Target
from analytics.week import BODY_MASS, Day, needed, unmeasured
from language.spoken import _, listed, mark

NEEDS_WEAR = mark(
    "it needs a leg sensor worn for most of the day on enough days; "
    "a sensor worn for sessions cannot show what happened outside them."
)
NEEDS_WHOLE_LOAD = mark("no day is known to have been unloaded or not.")
NEEDS_STRENGTH = mark("nothing tells whether there were strength sets.")
NEEDS_BALANCE = mark("nothing tells whether balance was practised.")
NEEDS_LOAD = mark("no sensor that counts steps.")
FROM_65 = mark("Counts from age 65 on.")
BALANCE_AGE = 65
FORCE_ERROR = {True: "±50 %", False: "±15 %"}
"""Of forces of low confidence, and of others (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts:
    """What a measure may look at.

    days: all seven; open_days: those that could count in the whole week (not excused); begun: those
    of them that have begun; counted: those that enter means (valid and finished); bound: whether
    only lower bounds can be given; target_lld in step-eq a day.
    """

    days: tuple[Day, ...]
    open_days: tuple[Day, ...]
    begun: tuple[Day, ...]
    counted: tuple[Day, ...]
    missing: tuple[Day, ...]
    bound: bool
    age: int | None
    target_lld: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line before it has points; value and credit null: not measured, and note says why.

    low, high: what the value could be if the missing days were known, which holds the value.
    at_least: the value is a lower bound of what it rests on.
    """

    value: float | None = None
    credit: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    confidence: str | None = None
    at_least: bool = False
    note: str = ""


def aerobic(week: WeekFacts, target: Target) -> Measure:
    """Moderate plus twice the vigorous minutes of the week; never pro-rated."""
    known = [day.aerobic_min for day in week.days if day.aerobic_min is not None]
    if not known:
        return Measure(note=unmeasured(_("no sensor showed how hard the minutes were.")))
    total = sum(known)
    unseen = 0 if week.bound else len(week.missing)
    return Measure(
        value=total,
        credit=min(1.0, total / target.target),
        low=total if unseen else None,
        high=total + unseen * target.target / len(week.days) if unseen else None,
        coverage=_coverage(week, len([d for d in week.begun if d.aerobic_min is not None])),
    )


def loaded_leg_dose(week: WeekFacts, target: Target) -> Measure:
    """Mean daily dose; credit is the mean of the daily credits, so a long day buys no other."""
    del target
    values = _doses(week, lambda day: day.lld)
    if not values:
        return Measure(note=" ".join([unmeasured(_(NEEDS_LOAD)), *_unknown_load(week.days)]))
    shares = [min(1.0, value / week.target_lld) for value in values]
    measure = _mean(week, lambda day: day.lld, values, shares, full=week.target_lld)
    trust = _confidence(week)
    unknown = [day for day in _days(week) if day.lld_at_least]
    note = _("Force is known to about {error} (design).", error=FORCE_ERROR[trust == "low"])
    return replace(
        measure,
        confidence=trust,
        at_least=bool(unknown),
        note=" ".join([note, *_unknown_load(unknown)]),
    )


def loaded_minutes(week: WeekFacts, target: Target) -> Measure:
    """Mean daily minutes of 40 or more steps."""
    if week.bound:
        return Measure(note=unmeasured(_(NEEDS_WEAR)))
    values = _daily(week, lambda day: day.loaded_min)
    if not values:
        return Measure(note=unmeasured(_(NEEDS_LOAD)))
    shares = [min(1.0, value / target.target) for value in values]
    return _mean(week, lambda day: day.loaded_min, values, shares, full=target.target)


def peak_cadence(week: WeekFacts, target: Target) -> Measure:
    """Mean over days of the mean cadence of the day's 30 best minutes."""
    values = _daily(week, lambda day: day.peak30_spm)
    if not values:
        return Measure(note=unmeasured(_("no day with 30 minutes of cadence.")))
    measure = _mean(week, lambda day: day.peak30_spm, values, [], full=target.target)
    floor = target.floor or 0.0
    reached = ((measure.value or 0.0) - floor) / (target.target - floor)
    return replace(measure, credit=min(1.0, max(0.0, reached)))


def unloaded_run(week: WeekFacts, target: Target) -> Measure:
    """Longest run of unloaded days inside the week; the unknown never extends it."""
    counted = {day.date for day in week.counted}
    if week.bound:
        return Measure(note=unmeasured(_(NEEDS_WEAR)))
    if all(day.unloaded is None for day in week.counted):
        return Measure(
            note=" ".join([unmeasured(_(NEEDS_WHOLE_LOAD)), *_unknown_load(week.counted)])
        )
    seen = [day.date in counted and day.unloaded is True for day in week.days]
    absent = {day.date for day in week.missing}
    worst = [
        run or (day.date in absent and day.unloaded is not False)
        for run, day in zip(seen, week.days, strict=True)
    ]
    run = longest_run(seen)
    return Measure(
        value=float(run),
        credit=target.steps[min(run, len(target.steps) - 1)],
        low=float(run) if absent else None,
        high=float(longest_run(worst)) if absent else None,
        coverage=_coverage(week, len(week.counted)),
    )


def dose_days(week: WeekFacts, target: Target) -> Measure:
    """Days that reach half of the daily dose, as a share of the days that count."""
    values = _doses(week, lambda day: day.credit)
    if not values:
        return Measure(note=unmeasured(_(NEEDS_LOAD)))
    floor = target.floor or 0.0
    reached = sum(value >= floor for value in values)
    out_of = len(week.open_days) if week.bound else len(values)
    unseen = 0 if week.bound else len(week.missing)
    unknown = [day for day in _days(week) if day.lld_at_least and (day.credit or 0.0) < floor]
    return Measure(
        value=float(reached),
        credit=min(1.0, reached / out_of * len(week.days) / target.target),
        at_least=bool(unknown),
        note=" ".join(_unknown_load(unknown)),
        low=float(reached) if unseen else None,
        high=float(reached + unseen) if unseen else None,
        coverage=_coverage(week, len(values)),
        confidence=_confidence(week),
    )


def strength(week: WeekFacts, target: Target) -> Measure:
    """Strength days of the week; not measured where no day is known to have been one or not."""
    return _day_count(week, target, lambda day: day.strength, NEEDS_STRENGTH)


def balance(week: WeekFacts, target: Target) -> Measure:
    """Days with balance practice, from age 65; not measured where nothing is known of it."""
    if week.age is None or week.age < BALANCE_AGE:
        return Measure(note=_(FROM_65))
    return _day_count(
        week,
        target,
        lambda day: None if day.balance_min is None else day.balance_min > 0,
        NEEDS_BALANCE,
    )


def _day_count(
    week: WeekFacts, target: Target, done: Callable[[Day], bool | None], unknown: str
) -> Measure:
    """Days on which something was done, a total of the week: excused days count as they are.

    Days that have finished and of which nothing is known might have been such days.
    """
    days = sum(done(day) is True for day in week.days)
    known = [day for day in week.begun if done(day) is not None]
    if not days and not known:
        return Measure(note=unmeasured(_(unknown)))
    finished = (*week.counted, *week.missing)
    unseen = 0 if week.bound else sum(done(day) is None for day in finished)
    return Measure(
        value=float(days),
        credit=min(1.0, days / target.target),
        low=float(days) if unseen else None,
        high=float(days + unseen) if unseen else None,
        coverage=_coverage(week, len(known)),
    )


def longest_run(flags: Sequence[bool]) -> int:
    """Length of the longest run of True."""
    return max((len(list(run)) for flag, run in itertools.groupby(flags) if flag), default=0)


def _days(week: WeekFacts) -> tuple[Day, ...]:
    """The days that a mean rests on: counted days, or for bounds every open one."""
    return week.open_days if week.bound else week.counted


def _daily(week: WeekFacts, value: Callable[[Day], float | None]) -> list[float]:
    """Known values of the days the line rests on."""
    return [known for day in _days(week) if (known := value(day)) is not None]


def _unknown_load(days: Sequence[Day]) -> list[str]:
    """Why a dose of some days is a lower bound; nothing for no day."""
    needs = needed(days)
    if not needs:
        return []
    words = listed([_(need) for need in needs])
    if BODY_MASS in needs:
        return [
            _(
                "The load of a machine or weight is left out: it needs {needs} to be known.",
                needs=words,
            )
        ]
    return [_("A machine's load is left out: it needs {needs} to be known.", needs=words)]


def _doses(week: WeekFacts, value: Callable[[Day], float | None]) -> list[float]:
    """As `_daily`, of the load; none where no sensor saw any: logged sets alone are no day's dose,
    and would only put a line that nothing measures among those that count."""
    sensed = any(
        day.lld is not None
        and (day.sets_lld, day.weight_bearing_lld, day.assisted_lld) != (day.lld, None, None)
        for day in week.days
    )
    return _daily(week, value) if sensed else []


def _mean(
    week: WeekFacts,
    value: Callable[[Day], float | None],
    values: Sequence[float],
    shares: Sequence[float],
    *,
    full: float,
) -> Measure:
    """Mean of daily values and credits; for bounds over every open day, the unseen ones as 0.

    A missing day had at least what was recorded on it, and at most as much as a full day or one of
    the days that count, whichever is more (design). The range holds the mean.
    """
    out_of = len(week.open_days) if week.bound else len(values)
    mean, total = sum(values) / out_of, sum(values)
    recorded = [] if week.bound else [value(day) or 0.0 for day in week.missing]
    most = [max(full, mean, least) for least in recorded]
    days = out_of + len(recorded)
    return Measure(
        value=mean,
        credit=sum(shares) / out_of,
        low=min(mean, (total + sum(recorded)) / days) if recorded else None,
        high=max(mean, (total + sum(most)) / days) if recorded else None,  # a mean of means rounds
        coverage=_coverage(week, len(values)),
    )


def _coverage(week: WeekFacts, days: int) -> float | None:
    return min(1.0, days / len(week.begun)) if week.begun else None


LOW_SHARE = 0.2
"""Share of the load from which a low confidence is the confidence of all of it (design)."""


def _confidence(week: WeekFacts) -> str | None:
    """Low where a fifth of the load or more is known with low confidence only, else medium."""
    days = [day for day in (week.open_days if week.bound else week.counted) if day.lld]
    load = sum(day.lld or 0.0 for day in days)
    low = sum((day.lld or 0.0) * (day.low_share or 0.0) for day in days)
    if not load:
        return None
    return "low" if low >= LOW_SHARE * load else "medium"
