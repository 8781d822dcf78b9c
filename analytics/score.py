"""`week_report`: one person's sensor minutes to the one object that pages and reports read."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import dataframely as dy
import polars as pl

from analytics import baseline, calendar, notices, quality, strength
from analytics.claims import DISCLAIMER
from analytics.days import day_frame
from analytics.errors import AnalyticsError
from analytics.frames import METHOD, SensorMinutes
from analytics.merge import merge_minutes
from analytics.origin import with_load_hours
from analytics.person import PersonFacts
from analytics.practice import NONE, BalanceSession, Practice, TrainingSet
from analytics.protocol import Protocol
from analytics.scorecard import Scorecard, score_week
from analytics.symmetry import week_symmetry
from analytics.week import Day, Gap, Notice, SensorUse, Status, TrendWeek, WeekReport
from language.spoken import _

TREND_WEEKS = 4
"""Weeks in the trend, the reported one included."""

HISTORY_WEEKS = baseline.WEEKS + 1
"""Weeks looked at, the reported one included; also how far back a run of days is followed."""

_FROM_FRAME = {field.name for field in fields(Day)} - {"future", "aerobic_min"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Whose week, which week, and by which rules."""

    person: PersonFacts
    protocol: Protocol
    practice: Practice
    week: str
    start: dt.date
    now: dt.datetime
    excused: Collection[dt.date]

    @property
    def today(self) -> dt.date:
        """The person's local date."""
        return self.now.astimezone(self.person.time_zone).date()

    @property
    def end(self) -> dt.date:
        """The Monday after."""
        return self.start + dt.timedelta(days=calendar.WEEK_DAYS)

    @property
    def first(self) -> dt.date:
        """The Monday on which the history starts."""
        return self.start - dt.timedelta(weeks=HISTORY_WEEKS - 1)

    @property
    def done(self) -> Practice:
        """The practice in the range of the minutes."""
        return self.practice.within(*report_range(self.week, person=self.person))


def report_range(week: str, *, person: PersonFacts) -> tuple[dt.datetime, dt.datetime]:
    """The UTC range of sensor minutes that `week_report` looks at: five weeks, end exclusive."""
    start, zone = calendar.week_start(week), person.time_zone
    first = start - dt.timedelta(weeks=HISTORY_WEEKS - 1)
    end = start + dt.timedelta(days=calendar.WEEK_DAYS)
    return calendar.day_start(first, zone), calendar.day_start(end, zone)


def week_report(
    sensor_minutes: pl.LazyFrame,
    *,
    person: PersonFacts,
    week: str,
    now: dt.datetime,
    excused: Collection[dt.date],
    protocol: Protocol,
    sensors: Sequence[SensorUse] = (),
    gaps: Sequence[Gap] = (),
    demo: bool = False,
    practice: Practice = NONE,
) -> WeekReport:
    """Merge, sum up, score and comment one ISO week.

    sensor_minutes: SensorMinutes over `report_range` (more does no harm, less shortens trend and
    runs), any order. now: aware instant. excused: local dates. sensors and gaps are passed on.
    practice: of the person, over the same range and `strength.KNOWN_WEEKS` before it. What is
    dated after now does not count yet; where only the day is known, from that day on it does.

    Raises:
        AnalyticsError: the week is not an ISO week, the zone is unknown, now has no zone, or the
            minutes break the rules of SensorMinutes.
    """
    if now.tzinfo is None:
        raise AnalyticsError(
            _("The time of the report has no time zone."), _("Pass an aware instant.")
        )
    question = _Question(
        person=person,
        protocol=protocol,
        practice=_so_far(practice, person=person, now=now),
        week=week,
        start=calendar.week_start(week),
        now=now,
        excused=excused,
    )
    seen = _seen(sensor_minutes, question)
    minutes = merge_minutes(
        seen.lazy(),
        person=person,
        date=question.start,
        protocol=protocol,
        practice=question.done,
    ).collect()
    days = _days(minutes, question)
    shown = minutes.filter(pl.col("date") >= question.start)
    said = tuple(_notices(seen, shown, days, sensors, question))
    return _assembled(
        question,
        days=days,
        minutes=shown,
        said=said,
        sensors=with_load_hours(sensors, seen=seen, minutes=shown),
        gaps=tuple(gaps),
        demo=demo,
    )


def data_hash(minutes: pl.DataFrame, practice: Sequence[TrainingSet | BalanceSession] = ()) -> str:
    """SHA-256 over Minutes in a canonical form (by minute, six decimals, nulls marked) and over
    the sets and balance practice in order."""
    text = minutes.sort("minute").write_csv(float_precision=6, null_value="null")
    done = "\n".join(map(repr, practice))
    return hashlib.sha256(f"{text}{done}".encode()).hexdigest()


def _so_far(practice: Practice, *, person: PersonFacts, now: dt.datetime) -> Practice:
    """The practice that can have been done by now."""
    zone = person.time_zone
    today = now.astimezone(zone).date()

    def done(one: TrainingSet | BalanceSession) -> bool:
        return one.start <= now if one.timed else one.start.astimezone(zone).date() <= today

    return replace(
        practice,
        sets=tuple(filter(done, practice.sets)),
        balance=tuple(filter(done, practice.balance)),
        confirmed=tuple(said for said in practice.confirmed if said[0] <= today),
    )


def _seen(sensor_minutes: pl.LazyFrame, question: _Question) -> pl.DataFrame:
    since, until = report_range(question.week, person=question.person)
    within = pl.col("minute").is_between(since, until, closed="left")
    own = (pl.col("person") == question.person.key) & (pl.col("minute") <= question.now)
    try:
        return SensorMinutes.validate(sensor_minutes.filter(own & within).collect(), cast=True)
    except dy.exc.ValidationError as error:
        raise AnalyticsError(
            _(
                "The minutes of {week} contradict themselves: {error}.",
                week=question.week,
                error=error,
            ),
            _("Compute them again from the recordings."),
        ) from error


def _days(minutes: pl.DataFrame, question: _Question) -> list[Day]:
    """Every local day of the history, in order."""
    frame = day_frame(
        minutes.lazy(),
        person=question.person,
        start=question.first,
        count=HISTORY_WEEKS * calendar.WEEK_DAYS,
        excused=question.excused,
        protocol=question.protocol,
        target_lld=question.protocol.target("lld", question.person.age_on(question.start)),
        practice=question.done,
    ).collect()
    days = [
        Day(
            **{name: value for name, value in row.items() if name in _FROM_FRAME},
            future=row["date"] > question.today,
            aerobic_min=_aerobic(row["moderate_min"], row["vigorous_min"]),
        )
        for row in frame.iter_rows(named=True)
    ]
    return strength.with_zeros(
        days, question.practice, zone=question.person.time_zone, today=question.today
    )


def _aerobic(moderate: float | None, vigorous: float | None) -> float | None:
    if moderate is None and vigorous is None:
        return None
    return (moderate or 0.0) + 2.0 * (vigorous or 0.0)


def _cards(days: Sequence[Day], question: _Question) -> list[Scorecard]:
    """One scorecard a week of the history, in order."""
    return [
        score_week(
            days[at : at + calendar.WEEK_DAYS],
            person=question.person,
            protocol=question.protocol,
            today=question.today,
        )
        for at in range(0, len(days), calendar.WEEK_DAYS)
    ]


def _trend(cards: Sequence[Scorecard], question: _Question) -> tuple[TrendWeek, ...]:
    """Every week of the history, in order."""
    backs = range(HISTORY_WEEKS - 1, -1, -1)
    return tuple(
        _trend_week(card, calendar.week_back(question.week, back))
        for back, card in zip(backs, cards, strict=True)
    )


def _trend_week(card: Scorecard, week: str) -> TrendWeek:
    """A week without points can still have a dose that is a lower bound."""
    dose = next(line for line in card.components if line.key == "lld")
    return TrendWeek(
        week=week,
        status=card.status,
        points=card.points,
        points_measurable=card.points_measurable,
        lld=dose.value,
        valid_days=card.valid_days,
        at_least=card.at_least or dose.at_least,
    )


def _notices(
    seen: pl.DataFrame,
    shown: pl.DataFrame,
    days: Sequence[Day],
    sensors: Sequence[SensorUse],
    question: _Question,
) -> Iterator[Notice]:
    protocol = question.protocol
    finished = [day for day in days if day.date < question.today]
    yield from notices.unloaded_notice(finished, since=question.start, protocol=protocol)
    midnight = calendar.day_start(question.start, question.person.time_zone)
    titles = {use.sensor: use.title for use in sensors}
    yield from quality.quality_notices(
        seen.lazy().filter(pl.col("minute") >= midnight), titles=titles, protocol=protocol
    )
    yield from quality.blind_notice(shown, titles=titles)
    yield from notices.battery_notices(sensors, protocol=protocol)
    yield from notices.symmetry_notice(days[-calendar.WEEK_DAYS :], protocol=protocol)
    yield from notices.age_notice(question.person, date=question.start, protocol=protocol)


def _practised(
    question: _Question,
) -> tuple[tuple[TrainingSet, ...], tuple[BalanceSession, ...]]:
    """The sets and the balance practice of the week, in order; each done set once."""
    zone = question.person.time_zone
    midnight = calendar.day_start(question.start, zone)
    sets = strength.sets_counted(question.done, zone)
    balance = sorted(question.done.balance, key=lambda one: one.start)
    return (
        tuple(one for one in sets if one.start >= midnight),
        tuple(one for one in balance if one.start >= midnight),
    )


def _assembled(
    question: _Question,
    *,
    days: Sequence[Day],
    minutes: pl.DataFrame,
    said: tuple[Notice, ...],
    sensors: tuple[SensorUse, ...],
    gaps: tuple[Gap, ...],
    demo: bool,
) -> WeekReport:
    cards = _cards(days, question)
    card, weeks = cards[-1], _trend(cards, question)
    running = card.status is Status.SO_FAR
    sets, balance = _practised(question)
    rules = question.protocol.symmetry
    week = days[-calendar.WEEK_DAYS :]
    return WeekReport(
        person=question.person.key,
        person_name=question.person.name,
        week=question.week,
        zone=question.person.zone,
        start=question.start,
        end=question.end,
        status=card.status,
        day_of_week=(question.today - question.start).days + 1 if running else None,
        demo=demo,
        points=card.points,
        points_measurable=card.points_measurable,
        at_least=card.at_least,
        valid_days=card.valid_days,
        excused_days=card.excused_days,
        target_lld=question.protocol.target("lld", question.person.age_on(question.start)),
        components=card.components,
        days=tuple(week),
        trend=weeks[-TREND_WEEKS:],
        baseline=baseline.compare(weeks, question.protocol.baseline),
        symmetry=week_symmetry(week, minutes=minutes.lazy(), rules=rules),
        notices=said,
        gaps=gaps,
        sensors=sensors,
        method=METHOD,
        protocol=question.protocol.name,
        data_hash=data_hash(minutes, (*sets, *balance)),
        disclaimer=_(DISCLAIMER),
        sets=sets,
        balance=balance,
    )
