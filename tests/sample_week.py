"""Example weeks in every status, for the pages and the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from analytics.practice import DETECTED, BalanceSession, TrainingSet
from analytics.week import (
    Baseline,
    Component,
    Day,
    Gap,
    Notice,
    SensorUse,
    Status,
    Symmetry,
    TrendWeek,
    WeekReport,
)

START = dt.date(2026, 11, 16)
DISCLAIMER = (
    "Inspired by a mouse study in which unloading the hind legs was followed by less "
    "proliferation of neural stem cells grown from those mice. It does not show what leg exercise "
    "does to a person's brain. The targets here come from public-health guidelines and human "
    "studies, not from that paper. This is not a medical record and not advice."
)
WHO = "WHO 2020, doi:10.1136/bjsports-2020-102955"
PALUCH = "Paluch 2022, doi:10.1016/S2468-2667(21)00302-9"
DEL_POZO = "del Pozo Cruz 2022, doi:10.1001/jamaneurol.2022.2672"
KROGH = "Krogh-Madsen 2010, doi:10.1152/japplphysiol.00977.2009"
DESIGN = "legload design; no study says it"
NO_LOG = "No strength set was logged or detected. Log one, or say that you log them."
NO_WEAR = "Needs a sensor that is worn all day; a foot pod is worn for sessions."


def component(
    key: str,
    title: str,
    value: float | None,
    unit: str,
    target: float,
    points_max: int,
    *,
    credit: float | None = None,
    evidence: str = "D",
    source: str = DESIGN,
    at_least: bool = False,
    coverage: float | None = None,
    confidence: str | None = None,
    low: float | None = None,
    high: float | None = None,
    note: str = "",
) -> Component:
    """One line whose points follow from its credit."""
    return Component(
        key=key,
        title=title,
        value=value,
        unit=unit,
        target=target,
        target_text=f"{target:,.0f} {unit}",
        credit=credit,
        points=None if credit is None else credit * points_max,
        points_max=points_max,
        evidence=evidence,
        source=source,
        at_least=at_least,
        coverage=coverage,
        confidence=confidence,
        low=low,
        high=high,
        note=note,
    )


def components(*, coverage: float = 1.0) -> tuple[Component, ...]:
    """The seven lines of an adult's card, all measured."""
    return (
        component(
            "aerobic_min",
            "Aerobic minutes",
            174.0,
            "min/week",
            150,
            25,
            credit=1.0,
            evidence="A",
            source=WHO,
            coverage=coverage,
            confidence="high",
        ),
        component(
            "strength_days",
            "Strength days",
            1.0,
            "days",
            2,
            20,
            credit=0.5,
            evidence="A",
            source=WHO,
            coverage=coverage,
            confidence="medium",
        ),
        component(
            "lld",
            "Loaded-Leg Dose",
            6210.4,
            "step-eq/day",
            8000,
            20,
            credit=0.74,
            evidence="B to D",
            source=PALUCH,
            coverage=coverage,
            confidence="medium",
            low=None if coverage == 1.0 else 4436.0,
            high=None if coverage == 1.0 else 6722.0,
        ),
        component(
            "loaded_min",
            "Loaded minutes",
            48.5,
            "min/day",
            60,
            10,
            credit=0.808,
            coverage=coverage,
            confidence="medium",
        ),
        component(
            "peak30_spm",
            "Peak-30 cadence",
            104.2,
            "steps/min",
            100,
            10,
            credit=1.0,
            evidence="B",
            source=DEL_POZO,
            coverage=coverage,
            confidence="medium",
        ),
        component(
            "unloaded_run_days",
            "Longest unloaded run",
            1.0,
            "days",
            0,
            10,
            credit=0.8,
            evidence="C",
            source=KROGH,
            coverage=coverage,
            confidence="low",
        ),
        component(
            "lld_days",
            "Days with half the dose",
            6.0,
            "days",
            5,
            5,
            credit=1.0,
            evidence="A/D",
            source=WHO,
            coverage=coverage,
            confidence="medium",
        ),
    )


def unmeasured(line: Component, note: str) -> Component:
    """The same line without a sensor for it."""
    return replace(
        line,
        value=None,
        credit=None,
        points=None,
        coverage=None,
        confidence=None,
        low=None,
        high=None,
        note=note,
    )


def bounds(lines: tuple[Component, ...]) -> tuple[Component, ...]:
    """Lower bounds as a foot pod gives them: strength, loaded minutes and runs are unknown."""
    why = {
        "strength_days": NO_LOG,
        "loaded_min": NO_WEAR,
        "unloaded_run_days": NO_WEAR,
    }
    return tuple(
        unmeasured(line, why[line.key]) if line.key in why else replace(line, at_least=True)
        for line in lines
    )


def day(index: int, lld: float | None, *, wear_h: float | None, observed_h: float | None) -> Day:
    """One local day; observed_h null is a day without a recording."""
    seen = observed_h is not None
    return Day(
        date=START + dt.timedelta(days=index),
        hours=24.0,
        recorded=seen,
        excused=False,
        valid=wear_h is not None and wear_h >= 10,
        future=False,
        wear_h=wear_h,
        observed_h=observed_h,
        steps=lld,
        lld=lld,
        credit=None if lld is None else min(1.0, lld / 8000),
        loaded_min=None if lld is None else lld / 120,
        aerobic_min=None if lld is None else lld / 250,
        peak30_spm=104.0 if seen and lld and lld > 4000 else None,
        weight_bearing_lld=lld,
        assumed_share=None if lld is None else 0.5,
        low_share=None if lld is None else 0.25,
        osteogenic_index=None if lld is None else 8.0 + index / 10,
        longest_idle_min=None if wear_h is None else 100.0 + index,
    )


def full_days() -> tuple[Day, ...]:
    """Seven valid days, one of them nearly unloaded."""
    doses = (7400.0, 8600.0, 5200.0, 900.0, 6900.0, 9100.0, 5380.0)
    hours = (14.2, 15.0, 13.1, 12.6, 14.8, 15.4, 13.9)
    return tuple(
        day(i, lld, wear_h=wear, observed_h=wear + 2)
        for i, (lld, wear) in enumerate(zip(doses, hours, strict=True))
    )


def future(one: Day) -> Day:
    """A day of the current week that has not begun."""
    return replace(blank(one), future=True)


def blank(one: Day) -> Day:
    """The same day without any recording: unknown, not zero."""
    return replace(
        one,
        recorded=False,
        valid=False,
        wear_h=None,
        observed_h=None,
        steps=None,
        lld=None,
        credit=None,
        loaded_min=None,
        aerobic_min=None,
        peak30_spm=None,
        weight_bearing_lld=None,
        assisted_lld=None,
        sets_lld=None,
        assumed_share=None,
        low_share=None,
        osteogenic_index=None,
        longest_idle_min=None,
        repetitions=None,
        strength=None,
        balance_min=None,
    )


def trend(last: WeekReport) -> tuple[TrendWeek, ...]:
    """Four weeks that end with this one; the second has no recording."""
    past = (
        ("2026-W44", Status.COMPLETE, 71.0, 100, 5800.0, 7),
        ("2026-W45", Status.NO_DATA, None, 0, None, 0),
        ("2026-W46", Status.PARTIAL, 58.4, 80, 5100.0, 5),
    )
    rows = tuple(
        TrendWeek(
            week=week, status=status, points=points, points_measurable=most, lld=lld, valid_days=n
        )
        for week, status, points, most, lld, n in past
    )
    dose = next((c.value for c in last.components if c.key == "lld"), None)
    end = TrendWeek(
        week=last.week,
        status=last.status,
        points=last.points,
        points_measurable=last.points_measurable,
        lld=dose,
        valid_days=last.valid_days,
        at_least=last.at_least,
    )
    return (*rows, end)


def scored(report: WeekReport) -> WeekReport:
    """The same report with its total taken from its components, and its trend."""
    lines = [line for line in report.components if line.points is not None]
    total = sum(line.points or 0.0 for line in lines)
    most = sum(line.points_max for line in lines)
    with_total = replace(report, points=total, points_measurable=most)
    return replace(with_total, trend=trend(with_total))


def complete() -> WeekReport:
    """Seven valid days, everything measured."""
    return scored(
        WeekReport(
            person="anna",
            person_name="Anna Schröder",
            week="2026-W47",
            zone="Europe/Berlin",
            start=START,
            end=START + dt.timedelta(days=7),
            status=Status.COMPLETE,
            day_of_week=None,
            demo=False,
            points=None,
            points_measurable=0,
            at_least=False,
            valid_days=7,
            excused_days=0,
            target_lld=8000.0,
            components=components(),
            days=full_days(),
            trend=(),
            notices=(Notice(key="battery", level="remind", text="Left shank battery is at 18 %."),),
            gaps=(gap(2),),
            sensors=sensors(),
            method="minutes-1, score-1",
            protocol="default 1.0.0",
            data_hash="9f2c1be04d6a8c57e2b17a90d4453f0c61e8de5b7c0a92f3d7a4e6b8c1d20f35",
            disclaimer=DISCLAIMER,
        )
    )


def gap(index: int) -> Gap:
    """Forty minutes without the shank sensor."""
    start = dt.datetime(2026, 11, 16 + index, 9, 10, tzinfo=dt.UTC)
    return Gap(
        sensor="c0ffee-1",
        start=start,
        end=start + dt.timedelta(minutes=40),
        reason="connection lost",
    )


def sensors() -> tuple[SensorUse, ...]:
    """A motion sensor worn all day and a foot pod worn for sessions."""
    return (
        SensorUse(
            sensor="c0ffee-1",
            title="Motion sensor",
            placement="left shank",
            observed_h=98.4,
            continuous=True,
            battery_percent=18.0,
            malformed=3,
            load_h=95.0,
        ),
        SensorUse(
            sensor="c0ffee-2",
            title="Foot pod",
            placement="left foot",
            observed_h=4.2,
            continuous=False,
            battery_percent=None,
            load_h=3.5,
        ),
    )


def trained() -> WeekReport:
    """A complete week with a bike, sets that were logged and seen, and balance practice."""
    report = complete()
    days = list(report.days)
    days[1] = replace(
        days[1],
        weight_bearing_lld=5000.0,
        assisted_lld=3400.0,
        sets_lld=200.0,
        repetitions=34.0,
        exercises=2.0,
        strength=True,
    )
    days[2] = replace(days[2], balance_min=20.0)
    days[3] = replace(days[3], lld_at_least=True, load_needs="power")
    days[5] = replace(days[5], strength=True)
    at = dt.datetime(2026, 11, 17, 17, 0, tzinfo=dt.UTC)
    squat = TrainingSet(start=at, exercise="squat", repetitions=12, load_kg=60.0)
    raise_ = TrainingSet(
        start=at + dt.timedelta(minutes=9),
        exercise="calf-raise",
        repetitions=10,
        leg="left",
        source=DETECTED,
        sensor="c0ffee-1",
    )
    noon = dt.datetime(2026, 11, 18, 11, 0, tzinfo=dt.UTC)
    return replace(
        report,
        days=tuple(days),
        sets=(squat, squat, raise_),
        balance=(BalanceSession(start=noon, minutes=20.0, timed=False),),
        baseline=Baseline(lld=5240.0, weeks=4, change_percent=12.2),
        symmetry=Symmetry(percent=4.2, longer="left", days=3),
    )


def partial() -> WeekReport:
    """Five valid days; two without a recording."""
    days = tuple(blank(d) if d.date.weekday() in {2, 3} else d for d in full_days())
    return scored(
        replace(
            complete(),
            status=Status.PARTIAL,
            valid_days=5,
            days=days,
            components=components(coverage=5 / 7),
        )
    )


def at_least() -> WeekReport:
    """Only a foot pod: three sessions, everything else unknown."""
    sessions = {0, 2, 5}
    days = tuple(
        day(i, 3100.0, wear_h=None, observed_h=1.1) if i in sessions else blank(d)
        for i, d in enumerate(full_days())
    )
    return scored(
        replace(
            complete(),
            status=Status.AT_LEAST,
            valid_days=0,
            at_least=True,
            days=days,
            components=bounds(components(coverage=3 / 7)),
            sensors=sensors()[1:],
        )
    )


def so_far() -> WeekReport:
    """Day four of the current week, one excused day in it, three to come."""
    days = tuple(future(d) if d.date.weekday() > 3 else d for d in full_days())
    excused = replace(blank(days[1]), excused=True)
    return scored(
        replace(
            complete(),
            status=Status.SO_FAR,
            day_of_week=4,
            at_least=True,
            valid_days=3,
            excused_days=1,
            days=(days[0], excused, *days[2:]),
            components=bounds(components(coverage=1.0)),
        )
    )


def no_data() -> WeekReport:
    """A week in which nothing was recorded, imported or logged."""
    lines = tuple(unmeasured(line, "Nothing was recorded.") for line in components())
    report = replace(
        complete(),
        status=Status.NO_DATA,
        valid_days=0,
        days=tuple(blank(d) for d in full_days()),
        components=lines,
        notices=(),
        gaps=(),
        sensors=(),
    )
    return replace(report, points=None, points_measurable=0, trend=trend(_unscored(report)))


def _unscored(report: WeekReport) -> WeekReport:
    return replace(report, points=None, points_measurable=0)


def excused() -> WeekReport:
    """Five excused days: no points, what was recorded is still there."""
    days = tuple(replace(d, excused=True) if i < 5 else d for i, d in enumerate(full_days()))
    report = replace(complete(), status=Status.EXCUSED, excused_days=5, valid_days=2, days=days)
    lines = tuple(replace(c, credit=None, points=None, note="Excused.") for c in report.components)
    report = _unscored(replace(report, components=lines))
    return replace(report, trend=trend(report))


def no_score() -> WeekReport:
    """A person who chose data without points."""
    report = complete()
    lines = tuple(
        replace(c, credit=None, points=None, note="Points are switched off for this person.")
        for c in report.components
    )
    report = _unscored(replace(report, components=lines))
    return replace(report, trend=trend(report))


def demo() -> WeekReport:
    """The current week of the demo."""
    return replace(so_far(), demo=True)


def crowded() -> WeekReport:
    """More than a page holds: long names, many notices, gaps and sensors, hostile text."""
    long = "Wilhelmina Friederike Charlotte von und zu Hohenzollern-Sigmaringen " * 3
    notices = tuple(
        Notice(key=f"n{i}", level="warn", text=f"Notice {i}: " + "very long text " * 30, source=WHO)
        for i in range(25)
    )
    use = replace(sensors()[0], title="=HYPERLINK(1) #panic() *_$" * 4, placement="left shank " * 9)
    lines = tuple(
        replace(c, title=c.title + " and much more" * 5, note="because " * 60, source=c.source * 5)
        for c in bounds(components(coverage=3 / 7))
    )
    return replace(
        partial(),
        person_name=long,
        demo=True,
        components=(*lines, replace(lines[0], key="balance_days", title="Balance " * 12)),
        notices=notices,
        gaps=tuple(replace(gap(i % 7), reason="reason " * 40) for i in range(60)),
        sensors=(use,) * 15,
        disclaimer=DISCLAIMER * 2,
        data_hash="f" * 128,
    )


WEEKS: dict[str, Callable[[], WeekReport]] = {
    "complete": complete,
    "trained": trained,
    "partial": partial,
    "at least": at_least,
    "so far": so_far,
    "no data": no_data,
    "excused": excused,
    "no score": no_score,
    "demo": demo,
    "crowded": crowded,
}
