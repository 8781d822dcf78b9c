"""Weeks kept as they were scored, so that a new method can say what it moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from analytics.calendar import week_of, week_start
from analytics.errors import AnalyticsError
from analytics.frames import METHOD
from analytics.week import WeekReport
from dashboard.errors import DashboardError
from dashboard.kept import MOST_AT_ONCE, KeptWeeks
from dashboard.past_weeks import weeks_of
from dashboard.scored import WEEK, person_facts, scored_week
from ingest.entries import Entries, Registry
from ingest.store import Store, open_store
from language.spoken import ENGLISH, known, speaking

SAME = 1e-6
"""Points and credits that differ by less are the same: sums come in no fixed order."""

TREND_DAYS = dt.timedelta(days=370)
"""How far back the trends look before today (design: a year of whole weeks)."""

Touched = tuple[str, str]
"""A person and an ISO week."""

Progress = Callable[[int, int], None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One week as it was scored; points null where it was not."""

    method: str
    protocol: str
    status: str
    points: float | None
    points_measurable: int
    at_least: bool
    credits: dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """One week before (null: it was never scored) and after, and which components moved."""

    person: str
    week: str
    before: Kept | None
    after: Kept
    moved: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether a number or a status differs from what was kept."""
        old, new = self.before, self.after
        if old is None:
            return False
        return bool(self.moved) or old.status != new.status or _apart(old.points, new.points)

    @property
    def because(self) -> str:
        """What differs behind the numbers: the method, the target set, or what is known."""
        old, new = self.before, self.after
        if old is None:
            return ""
        reasons = [
            word
            for word, differs in (
                (f"method {old.method} to {new.method}", old.method != new.method),
                (f"targets {old.protocol} to {new.protocol}", old.protocol != new.protocol),
            )
            if differs
        ]
        return ", ".join(reasons) or "what is known of the week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Weeks that were scored and kept, and a sentence for each that could not be."""

    weeks: tuple[tuple[Touched, Kept], ...]
    problems: tuple[str, ...]


def touched_weeks(registry: Registry, minutes: pl.DataFrame) -> set[Touched]:
    """The weeks that some SensorMinutes lie in, on each person's own calendar."""
    found: set[Touched] = set()
    for (person,), rows in minutes.group_by("person"):
        zone = person_facts(registry, str(person)).zone
        dates = rows["minute"].dt.convert_time_zone(zone).dt.date().unique()
        found |= {(str(person), week_of(date)) for date in dates}
    return found


def keep_scores(
    home: Path, registry: Registry, weeks: Iterable[Touched], *, progress: Progress = None
) -> Scored:
    """Score weeks that have ended, and keep what they came to. The current one is left out.

    A week that cannot be scored (a target set that is gone) is left as it is.
    """
    now = dt.datetime.now(dt.UTC)
    ended = sorted(one for one in weeks if _has_ended(registry, one, now))
    rows: list[dict[str, Any]] = []
    kept: list[tuple[Touched, Kept]] = []
    problems: list[str] = []
    for number, (person, week) in enumerate(ended, 1):
        try:
            with open_store(home) as store:
                report = scored_week(home, store, registry, person=person, week=week, now=now)
        except (AnalyticsError, DashboardError) as error:
            problems.append(f"{week} of {person} was left as it is: {error}")
            continue
        rows.append(_row(report, now))
        kept.append(((person, week), _kept(rows[-1])))
        if progress is not None:
            progress(number, len(ended))
    if rows:
        with open_store(home, read_only=False) as store:
            store.keep_weeks(pl.DataFrame(rows, infer_schema_length=None))
    return Scored(weeks=tuple(kept), problems=tuple(problems))


def keep_lines(home: Path, persons: Iterable[str]) -> int:
    """Keep what the trends show of the last weeks that have ended, in English and in the language
    that each person chose, so that no page has to compute it; how many weeks had to be computed.

    At most `kept.MOST_AT_ONCE`, the newest first: the next load goes on. Persons whose weeks cannot
    be scored (a target set that is gone) are left out.
    """
    kept, now, done = KeptWeeks(home), dt.datetime.now(dt.UTC), 0
    said = kept.registry().persons
    for person in sorted(persons):
        chosen = known(said[person].language) if person in said else ENGLISH
        for code in dict.fromkeys((chosen, ENGLISH)):
            with suppress(AnalyticsError, DashboardError), speaking(code):
                today = now.astimezone(kept.basis(person).facts.time_zone).date()
                weeks = weeks_of(today - TREND_DAYS, today)
                done += kept.fill(person, weeks, now=now, most=MOST_AT_ONCE - done)
    return done


def kept_weeks(home: Path) -> pl.DataFrame:
    """What every week came to so far, as `Store.kept_weeks` gives it."""
    with open_store(home) as store:
        return store.kept_weeks()


def rescore(
    home: Path, before: pl.DataFrame, *, progress: Progress = None
) -> tuple[list[Rescored], tuple[str, ...]]:
    """Score every week that has ended anew; each with what it came to before, by person and week,
    and a sentence for each that could not be scored.

    before: `kept_weeks`, read before the minutes were computed anew, which keeps scores as well. Of
    them counts the last by another method or target set, else the last of all.
    """
    registry = Entries(home).registry()
    with open_store(home) as store:
        weeks = {one for person in registry.persons for one in _weeks_of(store, registry, person)}
    done = keep_scores(home, registry, weeks, progress=progress)
    older = before.rows(named=True)
    return [_compared(one, after, older) for one, after in done.weeks], done.problems


def _weeks_of(store: Store, registry: Registry, person: str) -> set[Touched]:
    facts = person_facts(registry, person)
    hours = store.hours(person).dt.convert_time_zone(facts.zone)
    logged = registry.persons[person].logged
    dates = {
        *hours.dt.date().to_list(),
        *(one.start.astimezone(facts.time_zone).date() for one in logged),
    }
    return {(person, week_of(date)) for date in dates}


def _has_ended(registry: Registry, one: Touched, now: dt.datetime) -> bool:
    person, week = one
    today = now.astimezone(person_facts(registry, person).time_zone).date()
    return week_start(week) + WEEK <= today


def _row(report: WeekReport, now: dt.datetime) -> dict[str, Any]:
    components = {
        line.key: {"value": line.value, "credit": line.credit, "points": line.points}
        for line in report.components
    }
    return {
        "person": report.person,
        "week": report.week,
        "method": report.method,
        "protocol": report.protocol,
        "status": report.status.value,
        "points": report.points,
        "points_measurable": report.points_measurable,
        "at_least": report.at_least,
        "components": msgspec.json.encode(components).decode(),
        "data_hash": report.data_hash,
        "scored_at": now,
    }


def _kept(row: Mapping[str, Any]) -> Kept:
    components = msgspec.json.decode(row["components"])
    return Kept(
        method=row["method"],
        protocol=row["protocol"],
        status=row["status"],
        points=row["points"],
        points_measurable=row["points_measurable"],
        at_least=row["at_least"],
        credits={key: line["credit"] for key, line in components.items()},
    )


def _compared(one: Touched, after: Kept, rows: Sequence[Mapping[str, Any]]) -> Rescored:
    mine = [row for row in rows if (row["person"], row["week"]) == one]
    others = [row for row in mine if (row["method"], row["protocol"]) != (METHOD, after.protocol)]
    before = _kept((others or mine)[-1]) if mine else None
    moved = () if before is None else _moved(before.credits, after.credits)
    return Rescored(person=one[0], week=one[1], before=before, after=after, moved=moved)


def _moved(
    before: Mapping[str, float | None], after: Mapping[str, float | None]
) -> tuple[str, ...]:
    keys = {**before, **after}
    return tuple(key for key in keys if _apart(before.get(key), after.get(key)))


def _apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(one - other) > SAME
