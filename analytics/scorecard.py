"""Seven days to a scored week: status, components, points. Missing is null, never zero."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.measures import Measure, WeekFacts
from analytics.metrics import METRICS, Metric
from analytics.person import PersonFacts
from analytics.protocol import Protocol, Target, WeekRules, default_protocol
from analytics.week import Component, Day, Status
from language.spoken import _, mark

NO_DATA = mark("Nothing was recorded.")
EXCUSED = mark("Excused week: not scored.")
OWN_TARGET = mark("own target of the set {name}; no study says it")
"""Source of a line whose target is not the default's: design of whoever wrote the set."""
NO_SCORE = mark("Points are switched off for this person.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A scored week; points null where the week is not scored or nothing could be measured."""

    status: Status
    components: tuple[Component, ...]
    points: float | None
    points_measurable: int
    at_least: bool
    valid_days: int
    excused_days: int


def score_week(
    days: Sequence[Day], *, person: PersonFacts, protocol: Protocol, today: dt.date
) -> Scorecard:
    """Score exactly seven days, in order.

    today: the person's local date; it is not finished, so it enters totals and lower bounds only.
    """
    facts = week_facts(days, person=person, protocol=protocol, today=today)
    status = _status(facts, protocol.week, current=_current(facts.days, today))
    silent = _why_unscored(status, person)
    components = tuple(
        _component(metric, facts, protocol, silent=silent, nothing=status is Status.NO_DATA)
        for metric in METRICS
    )
    scored = [line for line in components if line.points is not None]
    return Scorecard(
        status=status,
        components=components,
        points=sum(line.points or 0.0 for line in scored) if scored else None,
        points_measurable=sum(line.points_max for line in scored),
        at_least=bool(scored) and (facts.bound or any(map(_might_be_more, scored))),
        valid_days=sum(day.valid for day in facts.open_days),
        excused_days=sum(day.excused for day in facts.days),
    )


def week_facts(
    days: Sequence[Day], *, person: PersonFacts, protocol: Protocol, today: dt.date
) -> WeekFacts:
    """Which days enter means, which are missing, and whether only lower bounds can be given.

    Means need 4 valid days, or while the week runs as many as have finished, but one at least.
    """
    age = person.age_on(days[0].date)
    open_days = tuple(day for day in days if not day.excused)
    finished = tuple(day for day in open_days if day.date < today)
    counted = tuple(day for day in finished if day.valid)
    enough = protocol.week.partial_days
    if _current(days, today):
        enough = max(1, min(enough, len(finished)))
    return WeekFacts(
        days=tuple(days),
        open_days=open_days,
        begun=tuple(day for day in open_days if day.date <= today),
        counted=counted,
        missing=tuple(day for day in finished if not day.valid),
        bound=len(counted) < enough,
        age=age,
        target_lld=protocol.target("lld", age),
    )


def _current(days: Sequence[Day], today: dt.date) -> bool:
    return days[0].date <= today <= days[-1].date


def _might_be_more(line: Component) -> bool:
    return line.at_least and (line.credit or 0.0) < 1.0


def _status(week: WeekFacts, rules: WeekRules, *, current: bool) -> Status:
    if sum(day.excused for day in week.days) >= rules.excused_days:
        return Status.EXCUSED
    if not any(day.recorded for day in week.days):
        return Status.NO_DATA
    if current:
        return Status.SO_FAR
    if len(week.counted) >= rules.complete_days:
        return Status.COMPLETE
    return Status.AT_LEAST if week.bound else Status.PARTIAL


def _why_unscored(status: Status, person: PersonFacts) -> str:
    """Why a week has values but no points; empty where it is scored."""
    if status is Status.EXCUSED:
        return _(EXCUSED)
    return _(NO_SCORE) if person.no_score else ""


def _note(measure: Measure, silent: str) -> str:
    """Why a line is as it is."""
    if silent and measure.value is not None:
        return " ".join(filter(None, (silent, measure.note if measure.at_least else "")))
    return measure.note


def _same_aim(one: Target, other: Target) -> bool:
    """Whether two lines ask for the same, whatever their points."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("target", "target_60", "shown", "floor", "steps")
    )


def _component(
    metric: Metric, week: WeekFacts, protocol: Protocol, *, silent: str, nothing: bool
) -> Component:
    target = protocol.target_of(metric.key)
    measure = Measure(note=_(NO_DATA)) if nothing else metric.measure(week, target)
    most = protocol.points(metric.key, week.age)
    credit = None if silent else measure.credit
    aim = protocol.target(metric.key, week.age)
    own = not _same_aim(target, default_protocol().target_of(metric.key))
    return Component(
        key=metric.key,
        title=_(metric.title),
        value=measure.value,
        unit=metric.unit,
        target=aim,
        target_text=metric.target_said(aim, target.shown or aim),
        credit=credit,
        points=None if credit is None else credit * most,
        points_max=most,
        evidence="D" if own else metric.evidence,
        source=_(OWN_TARGET, name=protocol.name) if own else metric.source,
        at_least=(week.bound or measure.at_least) and measure.value is not None,
        coverage=measure.coverage,
        confidence=measure.confidence,
        low=measure.low,
        high=measure.high,
        note=_note(measure, silent),
    )
