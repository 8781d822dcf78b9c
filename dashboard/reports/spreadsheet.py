"""A long, tidy table: one number or one text a row, null as an empty field.

Columns are described in `dictionary` and docs/report.md. UTF-8 with a byte order mark, so that
spreadsheets read names right; text that a spreadsheet would run as a formula is quoted with an
apostrophe.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, TypeAlias

from analytics.claims import OSTEOGENIC_LABEL
from analytics.practice import BalanceSession, TrainingSet
from analytics.strength import BY_KEY
from analytics.week import Component, Day, SensorUse, TrendWeek, WeekReport
from dashboard import wording
from dashboard.reports.dictionary import DICTIONARY
from dashboard.wording.practice import leg_text
from dashboard.wording.units import mass_text
from language.spoken import _, mark

Cell: TypeAlias = str | float | int | bool | None
Row: TypeAlias = dict[str, Cell]

COLUMNS = tuple(column.name for column in DICTIONARY)
DAY_NUMBERS = {
    "hours": (mark("Length of the day"), "h"),
    "wear_h": (mark("Worn"), "h"),
    "observed_h": (mark("Recorded"), "h"),
    "steps": (mark("Steps"), "steps"),
    "lld": (mark("Loaded-Leg Dose"), "step-eq"),
    "weight_bearing_lld": (mark("Dose, weight-bearing"), "step-eq"),
    "assisted_lld": (mark("Dose, assisted by a seat"), "step-eq"),
    "sets_lld": (mark("Dose of strength sets"), "step-eq"),
    "credit": (mark("Share of the day's dose target"), "share"),
    "loaded_min": (mark("Loaded minutes"), "min"),
    "aerobic_min": (mark("Aerobic minutes"), "min"),
    "moderate_min": (mark("Moderate minutes"), "min"),
    "vigorous_min": (mark("Vigorous minutes"), "min"),
    "peak30_spm": (mark("Peak-30 cadence"), "steps/min"),
    "repetitions": (mark("Repetitions of leg exercises"), "repetitions"),
    "exercises": (mark("Different leg exercises"), "exercises"),
    "balance_min": (mark("Balance practice"), "min"),
    "low_share": (mark("Share of the dose known with low confidence"), "share"),
    "assumed_share": (mark("Share of the dose of a leg that was not observed"), "share"),
    "longest_idle_min": (mark("Longest time without a loaded minute; not scored"), "min"),
    "asymmetry_percent": (mark("Left and right apart; not scored"), "%"),
    "osteogenic_index": (mark("Osteogenic index; not scored."), "index"),
}
DAY_STATES = {
    "recorded": mark("Anything was recorded"),
    "excused": mark("Excused"),
    "valid": mark("Valid day"),
    "future": mark("Still to come"),
    "unloaded": mark("Unloaded day"),
    "strength": mark("Strength day"),
}
STATE = "true/false"
"""Unit of a state of a day, which is 1 or 0 in Parquet."""
_EXACT = {
    *("hours", "wear_h", "observed_h"),
    *("repetitions", "exercises", "balance_min", "sets_lld"),
    *("low_share", "assumed_share", "asymmetry_percent"),
}
"""Known as they are; the other numbers of a day can be bounds."""
_DOSES = {"lld", "credit"}
_SHARES = {"credit", "coverage"}
_DIGITS = {"step-eq": 1, "step-eq/day": 1, "steps": 1, "share": 3, "h": 3}
"""Decimals by unit, else two; a walk of two minutes is still more than 0 h."""
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # also the full-width forms


def write(report: WeekReport) -> bytes:
    """The whole report as CSV."""
    out = io.BytesIO()
    write_many([report], out)
    return out.getvalue()


def write_many(reports: Iterable[WeekReport], out: BinaryIO) -> None:
    """Several weeks as one table with one header, in the order given; out stays open."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    for report in reports:
        for row in table_rows(report):
            table.writerow({key: _cell(value) for key, value in row.items()})
    text.detach()


def table_rows(report: WeekReport) -> Iterator[Row]:
    """Every row as a table holds it: whose it is and of which week, rounded."""
    base: Row = {"person": report.person_name, "week": report.week, "demo": report.demo}
    return (_rounded({**base, **row}) for row in rows(report))


def rows(report: WeekReport) -> Iterator[Row]:
    """Every row, section by section: week, component, day, set, balance, trend, baseline,
    symmetry, notice, gap, sensor."""
    yield from _week(report)
    yield from (_component(line) for line in report.components)
    for day in report.days:
        yield from _day(day)
    yield from (_set(one) for one in report.sets)
    yield from (_balance(one) for one in report.balance)
    for week in report.trend:
        yield from _trend(week)
    yield from _compared(report)
    for note in report.notices:
        yield _row("notice", note.key, note.level, text=note.text, source=note.source)
    for gap in report.gaps:
        minutes = (gap.end - gap.start).total_seconds() / 60
        span = f"{_utc(gap.start)}/{_utc(gap.end)}"
        yield _row("gap", "gap", gap.sensor, value=minutes, unit="min", text=span, note=gap.reason)
    for use in report.sensors:
        yield from _sensor(use)


def _row(section: str, key: str, title: str, **rest: Cell) -> Row:
    return {"section": section, "key": key, "title": title, **rest}


def _week(report: WeekReport) -> Iterator[Row]:
    numbers: dict[str, tuple[str, float | None, str]] = {
        "points": (_("Points"), report.points, "points"),
        "points_measurable": (_("Points that were measurable"), report.points_measurable, "points"),
        "valid_days": (_("Valid days"), report.valid_days, "days"),
        "excused_days": (_("Excused days"), report.excused_days, "days"),
        "day_of_week": (_("Day of the week so far"), report.day_of_week, ""),
        "target_lld": (_("Daily target of the Loaded-Leg Dose"), report.target_lld, "step-eq/day"),
    }
    for key, (title, value, unit) in numbers.items():
        least = report.at_least if key == "points" else None
        yield _row("week", key, title, value=value, unit=unit, at_least=least)
    texts = {
        "headline": (_("The week in words"), wording.headline(report)),
        "status": (_("Status"), report.status.value),
        "person_key": (_("Key of the person"), report.person),
        "zone": (_("Time zone of the days"), report.zone),
        "start": (_("First day"), report.start.isoformat()),
        "end": (_("End, exclusive"), report.end.isoformat()),
        "method": (_("Method"), report.method),
        "protocol": (_("Targets"), report.protocol),
        "data_hash": (_("Hash of the data"), report.data_hash),
        "note": (_("Note"), report.note),
        "disclaimer": (_("What this is not"), report.disclaimer),
    }
    for key, (title, text) in texts.items():
        yield _row("week", key, title, text=text)


def _component(line: Component) -> Row:
    return _row(
        "component",
        line.key,
        line.title,
        value=line.value,
        unit=line.unit,
        text=line.target_text,
        target=line.target,
        credit=line.credit,
        points=line.points,
        points_max=line.points_max,
        evidence=line.evidence,
        coverage=line.coverage,
        at_least=line.at_least,
        confidence=line.confidence,
        low=line.low,
        high=line.high,
        source=line.source,
        note=line.note,
    )


def _day(day: Day) -> Iterator[Row]:
    date = day.date.isoformat()
    for key, (title, unit) in DAY_NUMBERS.items():
        value: float | None = getattr(day, key)
        least = None if value is None or key in _EXACT else not day.valid
        if least is not None and key in _DOSES:
            least = least or day.lld_at_least
        yield _row(
            "day", key, _day_title(key, title), date=date, value=value, unit=unit, at_least=least
        )
    for key, title in DAY_STATES.items():
        yield _row("day", key, _(title), date=date, value=getattr(day, key), unit=STATE)


def _day_title(key: str, title: str) -> str:
    """A model of bone says each time what it is not."""
    label = f" {_(OSTEOGENIC_LABEL)}" if key == "osteogenic_index" else ""
    return f"{_(title)}{label}"


def _trend(week: TrendWeek) -> Iterator[Row]:
    yield _row(
        "trend",
        "points",
        week.week,
        value=week.points,
        unit="points",
        text=week.status.value,
        points_max=week.points_measurable,
        at_least=None if week.points is None else week.at_least,
    )
    least = None if week.lld is None else week.at_least
    yield _row("trend", "lld", week.week, value=week.lld, unit="step-eq/day", at_least=least)
    yield _row("trend", "valid_days", week.week, value=week.valid_days, unit="days")


def _set(one: TrainingSet) -> Row:
    """Repetitions as value, the load in the text; the sensor that saw it as source."""
    load = "" if one.load_kg is None else f", {mass_text(one.load_kg, digits=2)}"
    leg = f", {leg_text(one.leg)}" if one.leg else ""
    return _row(
        "set",
        one.exercise,
        _(BY_KEY[one.exercise].title),
        value=one.repetitions,
        unit="repetitions",
        text=f"{_begun(one.start, timed=one.timed)}{leg}{load}",
        source=one.sensor,
        note=one.source,
    )


def _balance(one: BalanceSession) -> Row:
    text = _begun(one.start, timed=one.timed)
    return _row("balance", "minutes", _("Balance"), value=one.minutes, unit="min", text=text)


def _begun(start: dt.datetime, *, timed: bool) -> str:
    return _utc(start) if timed else _("{start} (only the day is known)", start=_utc(start))


def _compared(report: WeekReport) -> Iterator[Row]:
    """The person's own usual, and left against right."""
    if (own := report.baseline) is not None:
        unit = "step-eq/day"
        yield _row("baseline", "lld", _("Usual dose"), value=own.lld, unit=unit, note=own.note)
        yield _row("baseline", "weeks", _("Weeks it rests on"), value=own.weeks, unit="weeks")
        change = own.change_percent
        yield _row("baseline", "change_percent", _("This week against it"), value=change, unit="%")
    if (legs := report.symmetry) is not None:
        yield _row(
            "symmetry",
            "percent",
            _("Left and right apart; not scored"),
            value=legs.percent,
            unit="%",
            text=_("{leg} stood longer", leg=leg_text(legs.longer)) if legs.longer else "",
            note=legs.note,
        )
        yield _row("symmetry", "days", _("Days it rests on"), value=legs.days, unit="days")


def _sensor(use: SensorUse) -> Iterator[Row]:
    title = f"{use.title}, {use.placement}" if use.placement else use.title
    worn = _("worn all day") if use.continuous else _("worn for sessions")
    yield _row("sensor", "observed_h", title, value=use.observed_h, unit="h", text=worn)
    yield _row("sensor", "load_h", title, value=use.load_h, unit="h", text=_("load taken from it"))
    yield _row("sensor", "battery_percent", title, value=use.battery_percent, unit="%")
    yield _row("sensor", "malformed", title, value=use.malformed, unit="packets")


def _utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def _rounded(row: Row) -> Row:
    """Numbers with the decimals that they deserve: shares 3, else by unit."""
    digits = _DIGITS.get(str(row.get("unit", "")), 2)
    return {
        key: round(value, 3 if key in _SHARES else 2 if key == "points" else digits)
        if isinstance(value, float)
        else value
        for key, value in row.items()
    }


def _cell(value: Cell) -> str:
    """Empty for null, `true`/`false`, no `.0`, text that is never run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    return f"'{value}" if value.lstrip(" \N{NO-BREAK SPACE}").startswith(_FORMULA) else value
