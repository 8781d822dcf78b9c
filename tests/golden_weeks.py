"""Ten people and a week of each. What the weeks come to stands in tests/golden, one file each.

`python -m tests.golden_weeks` writes the files anew; read what changed before you keep it.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analytics import calendar
from analytics.person import PersonFacts
from analytics.practice import DETECTED, NONE, BalanceSession, Practice, TrainingSet
from analytics.protocol import default_protocol
from analytics.score import week_report
from analytics.week import SensorUse, WeekReport
from tests import reference_dose as plain
from tests.synthetic_minutes import POD, STRAP, bout, frame

GOLDEN = Path(__file__).with_name("golden")
Rows = list[dict[str, Any]]
Clock = Callable[[float, float], dt.datetime]
"""A local day (0 is Monday, -7 the Monday before) and hour as an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenWeek:
    """One person, and all that is known when the week is reported; excused are days of it."""

    person: PersonFacts
    rows: Rows
    week: str = "2026-W47"
    now: dt.datetime = dt.datetime(2026, 12, 24, 12, tzinfo=dt.UTC)
    practice: Practice = NONE
    excused: tuple[int, ...] = ()
    sensors: tuple[SensorUse, ...] = ()

    def excused_dates(self) -> set[dt.date]:
        """The excused days as local dates."""
        return {
            calendar.week_start(self.week) + dt.timedelta(days=number) for number in self.excused
        }

    def report(self) -> WeekReport:
        """The week as the product tells it."""
        return week_report(
            frame(self.rows),
            person=self.person,
            week=self.week,
            now=self.now,
            excused=self.excused_dates(),
            protocol=default_protocol(),
            practice=self.practice,
            sensors=self.sensors,
        )


def clock_of(zone: str, week: str = "2026-W47") -> Clock:
    """Wall-clock time in a zone, so that a night of 25 h is one."""
    monday, place = calendar.week_start(week), ZoneInfo(zone)

    def instant(day: float, hour: float) -> dt.datetime:
        days, hours = divmod(hour, 24)
        date = monday + dt.timedelta(days=int(day + days))
        wall = dt.datetime.combine(date, dt.time(), tzinfo=place) + dt.timedelta(hours=hours)
        return wall.astimezone(dt.UTC)

    return instant


def together(*parts: Iterable[dict[str, Any]]) -> Rows:
    """Rows of all parts; a later part overrides what an earlier one says of the same minute."""
    kept = {(row["sensor"], row["minute"]): row for part in parts for row in part}
    return list(kept.values())


def between(start: dt.datetime, end: dt.datetime, **what: Any) -> Rows:
    """Minutes alike from start to end."""
    return bout(start, int((end - start) / dt.timedelta(minutes=1)), **what)


def named(
    key: str, born: int | None, *, mass_kg: float | None = None, sex: str | None = None
) -> PersonFacts:
    """Somebody in Rome who was weighed on New Year's Day."""
    weighed = () if mass_kg is None else ((dt.date(2026, 1, 1), mass_kg),)
    return PersonFacts(
        key="anna",
        name=key.capitalize(),
        zone="Europe/Rome",
        birth_year=born,
        sex=sex,
        masses=weighed,
    )


def a_set(start: dt.datetime, exercise: str, repetitions: int, **more: Any) -> TrainingSet:
    return TrainingSet(start=start, exercise=exercise, repetitions=repetitions, **more)


# --- who moves little ----------------------------------------------------------------------------


def sedentary() -> GoldenWeek:
    """A shank sensor from 07:00 to 23:00 for three weeks; 36 minutes of 30 steps on every day."""
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in range(-14, 7):
        worn = between(at(day, 7), at(day, 23))
        strolls = [bout(at(day, hour), 12, steps=30.0) for hour in (8, 13, 18)]
        rows += together(worn, *strolls)
    return GoldenWeek(person=named("sedentary", 1981), rows=rows)


def wheelchair_user() -> GoldenWeek:
    """A strap on four days, 30 minutes at 125 beats/min; points are switched off."""
    at = clock_of("Europe/Rome")
    rows = [
        row for day in (0, 2, 4, 5) for row in bout(at(day, 17), 30, **STRAP, heart_rate_bpm=125.0)
    ]
    return GoldenWeek(person=replace(named("wheelchair user", 1986), no_score=True), rows=rows)


def after_knee_surgery() -> GoldenWeek:
    """Walked 5,000 steps a day until the Sunday before; excused Monday to Wednesday; then home.

    Four days of 600 steps follow, with ten leg extensions of the left leg on Saturday and Sunday.
    """
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in range(-14, 0):
        rows += together(between(at(day, 8), at(day, 22)), bout(at(day, 9), 50, steps=100.0))
    for day in range(3, 7):
        rows += together(between(at(day, 8), at(day, 22)), bout(at(day, 11), 20, steps=30.0))
    sets = [a_set(at(day, 10), "leg-extension", 10, leg="left") for day in (5, 6)]
    return GoldenWeek(
        person=named("after knee surgery", 1971, mass_kg=80.0),
        rows=rows,
        practice=Practice(sets=tuple(sets), logs_strength=True),
        excused=(0, 1, 2),
    )


# --- who trains ----------------------------------------------------------------------------------


def running(start: dt.datetime, minutes: int, speed_mps: float, spm: float) -> Rows:
    """A foot pod on a run: force by speed, METs by speed."""
    return bout(
        start,
        minutes,
        **POD,
        steps=spm,
        cycles=spm / 2,
        force_bw=spm / 2 * plain.run_by_speed(speed_mps, "female"),
        confidence="medium",
        run_share=1.0,
        speed_mps=speed_mps,
        mets=plain.mets_run(speed_mps),
        mets_by="speed",
        active_s=60.0,
    )


def runner() -> GoldenWeek:
    """A foot pod on three runs of 45 minutes at 2.9 m/s, nothing else worn, two days of squats."""
    at = clock_of("Europe/Rome")
    rows = [row for day in (1, 3, 6) for row in running(at(day, 18), 45, 2.9, 165.0)]
    sets = [a_set(at(day, 7.5), "squat", 15, load_kg=30.0) for day in (0, 0, 4, 4)]
    return GoldenWeek(
        person=named("runner", 1992, sex="female", mass_kg=60.0),
        rows=rows,
        practice=Practice(sets=tuple(sets)),
    )


def pedalling(start: dt.datetime, minutes: int) -> Rows:
    """A bike at 200 W and 90 rpm under 75 kg."""
    return bout(
        start,
        minutes,
        **STRAP | {"sensor": "bike", "placement": "bike", "confidence": "low"},
        machine="bike",
        assisted_cycles=90.0,
        assisted_bw=90.0 * plain.bike(200, 90, 75),
        power_w=200.0,
        mets=plain.mets_cycle(200, 75),
        mets_by="power",
        active_s=60.0,
    )


def cyclist() -> GoldenWeek:
    """Three hours on a bike; the ankle sensor worn all day took every pedal turn for two steps."""
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in range(7):
        rows += together(between(at(day, 7), at(day, 21)), bout(at(day, 12), 30, steps=100.0))
    for day in (1, 3, 5):
        felt = bout(at(day, 18), 60, steps=180.0)
        rows = together(rows, felt, pedalling(at(day, 18), 60))
    return GoldenWeek(person=named("cyclist", 1976, sex="male", mass_kg=75.0), rows=rows)


def walker_of_seventy() -> GoldenWeek:
    """An hour at 105 steps/min every day, sit-to-stands on two days, balance on three."""
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in range(7):
        rows += together(between(at(day, 7.5), at(day, 20)), bout(at(day, 10), 60, steps=105.0))
    sets = [a_set(at(day, 9), "sit-to-stand", 15) for day in (1, 1, 4, 4)]
    balance = [BalanceSession(start=at(day, 9.5), minutes=10) for day in (0, 2, 5)]
    return GoldenWeek(
        person=named("walker of seventy", 1956, mass_kg=68.0),
        rows=rows,
        practice=Practice(sets=tuple(sets), balance=tuple(balance)),
    )


# --- whose clock is another ----------------------------------------------------------------------


def night_shift_worker() -> GoldenWeek:
    """Up from 15:00 to 08:00 and at work from 22:00 to 06:00: 20 minutes of 60 steps each hour."""
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in range(-1, 7):
        worn = between(at(day, 15), at(day, 32))
        rounds = [bout(at(day, hour), 20, steps=60.0) for hour in range(22, 30)]
        rows += together(worn, *rounds)
    return GoldenWeek(person=named("night-shift worker", 1988), rows=rows)


def traveller() -> GoldenWeek:
    """Three days of the week in New York, home for the Sunday of 25 hours; the zone stays Rome.

    Worn from 08:00 to 21:00 wherever it is, and walked for 45 minutes from 17:00 there.
    """
    rows: Rows = []
    for day in range(7):
        abroad = 2 <= day < 5
        at = clock_of("America/New_York" if abroad else "Europe/Rome", "2026-W43")
        worn = between(at(day, 8), at(day, 21))
        rows += together(worn, bout(at(day, 17), 45, steps=110.0))
    night = clock_of("Europe/Rome", "2026-W43")
    rows += bout(night(6, 1.5), 120, steps=50.0)  # 01:30 to 02:30, twice 02:00 to 03:00
    return GoldenWeek(person=named("traveller", 1969), rows=rows, week="2026-W43")


# --- whose sensors disagree ----------------------------------------------------------------------


def three_sensors() -> GoldenWeek:
    """A shank sensor on each leg, and a foot pod on the left foot on walks; the left leg stands
    longer. The week runs: it is Thursday noon."""
    at = clock_of("Europe/Rome")
    left = {"sensor": "imu-left", "placement": "left-shank"}
    right = {"sensor": "imu-right", "placement": "right-shank"}
    rows: Rows = []
    for day in range(3):
        walk = at(day, 9)
        seen = {"steps": 100.0, "contact_strides": 45.0}
        rows += together(between(at(day, 8), at(day, 20), **left), bout(walk, 40, **left, **seen))
        rows += together(between(at(day, 8), at(day, 20), **right), bout(walk, 40, **right, **seen))
        rows += bout(walk, 40, **POD, steps=104.0, force_bw=52 * 1.18, confidence="medium")
    rows += together(between(at(3, 8), at(3, 12), **left))
    for row in rows:
        if row.get("contact_strides"):
            row["contact_s"] = 0.70 if row["sensor"] == "imu-left" else 0.62
    return GoldenWeek(person=named("three sensors", 1990), rows=rows, now=at(3, 12))


def broken_sensor() -> GoldenWeek:
    """A foot pod for sessions only: it loses 40 s of every other minute and vanishes for a while,
    and is set to strides although it sends steps, so its steps are twice too many. A motion sensor
    detected squats, of which two sets were logged as well."""
    at = clock_of("Europe/Rome")
    rows: Rows = []
    for day in (0, 2, 5):
        for number in (*range(20), *range(26, 40)):
            share = 1 / 3 if number % 2 else 1.0
            steps = 220.0 * share
            rows += bout(
                at(day, 18) + dt.timedelta(minutes=number),
                1,
                **POD,
                observed_s=60.0 * share,
                steps=steps,
                force_bw=steps / 2 * plain.walk(1.4),
                confidence="medium",
                speed_mps=1.4,
                mets=plain.mets_walk(1.4),
                mets_by="speed",
                active_s=60.0 * share,
            )
    seen = [
        a_set(
            at(2, hour),
            "squat",
            12,
            source=DETECTED,
            end=at(2, hour) + dt.timedelta(minutes=1),
            sensor="imu",
            quality=0.9,
        )
        for hour in (8.0, 8.1, 20.0)
    ]
    logged = [a_set(at(2, 8.05), "squat", 10, load_kg=20.0), a_set(at(2, 8.1), "squat", 10)]
    use = SensorUse(
        sensor="pod",
        title="Pod 7",
        placement="left-foot",
        observed_h=1.4,
        continuous=False,
        battery_percent=12.0,
    )
    return GoldenWeek(
        person=named("broken sensor", None, mass_kg=75.0),
        rows=rows,
        practice=Practice(sets=(*seen, *logged)),
        sensors=(use,),
    )


PEOPLE: Mapping[str, Callable[[], GoldenWeek]] = {
    build.__name__: build
    for build in (
        sedentary,
        wheelchair_user,
        after_knee_surgery,
        runner,
        cyclist,
        walker_of_seventy,
        night_shift_worker,
        traveller,
        three_sensors,
        broken_sensor,
    )
}


# --- what a week comes to ------------------------------------------------------------------------


def outcome(report: WeekReport) -> dict[str, Any]:
    """What a report says of a week, as it is kept; six decimals."""
    lines = ("value", "credit", "points", "low", "high", "at_least", "confidence", "note")
    daily = (
        "hours",
        "valid",
        "excused",
        "steps",
        "lld",
        "osteogenic_index",
        "longest_idle_min",
        "asymmetry_percent",
        "unloaded",
        "strength",
    )
    told: dict[str, Any] = _rounded(
        {
            "headline": report.headline,
            "status": report.status.value,
            "day_of_week": report.day_of_week,
            "valid_days": report.valid_days,
            "components": {
                one.key: {name: getattr(one, name) for name in lines} for one in report.components
            },
            "days": {
                day.date.isoformat(): {name: getattr(day, name) for name in daily}
                for day in report.days
            },
            "notices": [asdict(one) for one in report.notices],
            "baseline": report.baseline and asdict(report.baseline),
            "symmetry": report.symmetry and asdict(report.symmetry),
            "sets": len(report.sets),
        }
    )
    return told


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value


def written(told: dict[str, Any]) -> str:
    """As a file: sorted by nothing, so that it reads like the report."""
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every golden week anew."""
    GOLDEN.mkdir(exist_ok=True)
    for name, build in PEOPLE.items():
        path = GOLDEN / f"{name}.json"
        text = written(outcome(build().report()))
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}: {json.loads(text)['headline']}\n")


if __name__ == "__main__":
    main()
