"""A year of days (Altair): weeks as columns, Monday at the top, beneath it how much was observed.

How full a day's square is tells how much of the target was reached, and so does its depth of
colour; what is unknown is hatched, excused dotted, a lower bound drawn smaller.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from dashboard import pattern
from dashboard.drawn import config, inline
from dashboard.theme import Palette
from dashboard.wording import history as wording
from language.formats import date
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.history import CalendarDay

STEPS = (0.25, 0.5, 0.75, 1.0)
"""Upper bounds of the steps of credit; nothing at all and all of it are steps of their own."""
GAP, SMALLER = 0.07, 0.2
STRIP_TOP, STRIP_END = 7.35, 8.35
ROW_PX = 27
TICK = "M-0.7,0L-0.2,0.5L0.7,-0.5"
WEEK = dt.timedelta(weeks=1)


def halves(days: Sequence[CalendarDay]) -> list[tuple[CalendarDay, ...]]:
    """The days in two rows of as many whole weeks, the newer half last; one where there are few."""
    mondays = sorted({_monday(day) for day in days})
    if len(mondays) <= 27:
        return [tuple(days)] if days else []
    middle = mondays[len(mondays) // 2]
    older = tuple(day for day in days if day.date < middle)
    return [older, tuple(day for day in days if day.date >= middle)]


def step(credit: float) -> int:
    """0 for nothing, 1 to 4 for less than a quarter and so on, 5 for all of the target."""
    if credit <= 0:
        return 0
    return next((number for number, most in enumerate(STEPS, 1) if credit < most), 5)


def calendar_chart(days: Sequence[CalendarDay], colours: Palette) -> alt.LayerChart:
    """Up to 27 weeks; at least one day."""
    frame = _days(days)
    known = frame.filter(pl.col("kind") == "known")
    unknown = _cells(frame.filter(pl.col("kind") == "unknown"), days)
    excused = _cells(frame.filter(pl.col("kind") == "excused"), days)
    hatch = pattern.hatched(colours.panel, colours.unknown)
    faint: Any = {"stroke": colours.muted, "strokeWidth": 0.7}
    layers = [
        unknown.mark_rect(fill=hatch),
        excused.mark_rect(fill="transparent", strokeDash=[1, 3], stroke=colours.muted),
        _middles(frame.filter(pl.col("kind") == "excused"), days).mark_point(
            filled=True, color=colours.muted, size=14, opacity=1
        ),
        _cells(known, days).mark_rect(fill=colours.paper, **faint),
        *(
            _cells(known.filter(pl.col("step") == number), days).mark_rect(
                fill=colours.done, opacity=0.2 * number, **faint
            )
            for number in range(1, 6)
            if number in known["step"]
        ),
        _middles(known.filter(pl.col("step") == 5), days).mark_point(
            shape=TICK, stroke=colours.paper, strokeWidth=2, size=60, opacity=1
        ),
        *_strip(days, colours),
    ]
    height = round(STRIP_END * ROW_PX)
    return alt.LayerChart(layer=layers, height=height, config=config(colours))


def _monday(day: CalendarDay) -> dt.date:
    return day.date - dt.timedelta(days=day.date.weekday())


def _days(days: Sequence[CalendarDay]) -> pl.DataFrame:
    """One row a day that is not to come: where it is drawn, how, and its words."""
    first = min(map(_monday, days))
    rows = []
    for day in days:
        if day.state == "future":
            continue
        inset = SMALLER if day.state == "part" and wording.is_bound(day) else GAP
        column, row = (_monday(day) - first) / WEEK, day.date.weekday()
        known = day.state in ("valid", "part") and day.credit is not None
        kind = "excused" if day.state == "excused" else "known" if known else "unknown"
        box = (column + inset, column + 1 - inset, row + inset, row + 1 - inset)
        rows.append((kind, step(day.credit or 0.0), *box, wording.day_tip(day)))
    names = {"kind": pl.String, "step": pl.Int64}
    box_names = dict.fromkeys(("left", "right", "top", "bottom"), pl.Float64)
    schema: Any = {**names, **box_names, "said": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        ((pl.col("left") + pl.col("right")) / 2).alias("across"),
        ((pl.col("top") + pl.col("bottom")) / 2).alias("down"),
    )


def _strip(days: Sequence[CalendarDay], colours: Palette) -> list[alt.Chart]:
    """Of each week the share of its time that was observed, as a column that fills from below."""
    first, weeks = min(map(_monday, days)), sorted({_monday(day) for day in days})
    rows = []
    for monday in weeks:
        share = wording.observed_share(day for day in days if _monday(day) == monday)
        column = (monday - first) / WEEK
        top = STRIP_END - (share or 0.0) * (STRIP_END - STRIP_TOP)
        said = wording.strip_tip(monday, share)
        rows.append((column + GAP, column + 1 - GAP, top, STRIP_TOP, STRIP_END, said))
    names = ("left", "right", "top", "start", "bottom")
    schema: Any = {**dict.fromkeys(names, pl.Float64), "said": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    whole = _cells(frame.with_columns(pl.col("start").alias("top")), days)
    return [
        whole.mark_rect(fill="transparent", stroke=colours.muted, strokeWidth=0.7),
        _cells(frame, days).mark_rect(fill=colours.seen),
    ]


def _cells(frame: pl.DataFrame, days: Iterable[CalendarDay]) -> alt.Chart:
    x, y = _axes(days)
    return alt.Chart(inline(frame)).encode(
        x=alt.X("left:Q", **x), x2="right:Q", y=alt.Y("top:Q", **y), y2="bottom:Q", tooltip=_tip()
    )


def _middles(frame: pl.DataFrame, days: Iterable[CalendarDay]) -> alt.Chart:
    x, y = _axes(days)
    return alt.Chart(inline(frame)).encode(
        x=alt.X("across:Q", **x), y=alt.Y("down:Q", **y), tooltip=_tip()
    )


def _tip() -> alt.Tooltip:
    return alt.Tooltip("said:N", title=_("Day"))


def _axes(days: Iterable[CalendarDay]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Months along the top, days of the week down the side."""
    mondays = sorted({_monday(day) for day in days})
    count = (mondays[-1] - mondays[0]) // WEEK + 1
    months = _months(mondays)
    plain: dict[str, Any] = {"grid": False, "ticks": False, "domain": False, "title": None}
    top = alt.Axis(
        orient="top",
        values=list(months),
        labelExpr=f"{json.dumps(months)}[datum.value]",
        labelAlign="left",
        labelOverlap=True,
        **plain,
    )
    names = [*wording.day_names(), _("Seen")]
    rows = [*(number + 0.5 for number in range(7)), (STRIP_TOP + STRIP_END) / 2]
    said = {str(row): name for row, name in zip(rows, names, strict=True)}
    side = alt.Axis(
        values=rows,
        labelExpr=f"{json.dumps(said)}[datum.value]",
        labelOverlap=False,
        **plain,
    )
    return (
        {"scale": alt.Scale(domain=[0, count], nice=False), "axis": top},
        {"scale": alt.Scale(domain=[STRIP_END, 0], nice=False), "axis": side},
    )


def _months(mondays: Sequence[dt.date]) -> dict[int, str]:
    """The column of the first week of each month, and what the month is called; short, with the
    year where one begins."""
    found: dict[int, str] = {}
    for monday in mondays:
        sunday = monday + dt.timedelta(days=6)
        if sunday.day <= 7:
            year = sunday.month == 1
            found[(monday - mondays[0]) // WEEK] = date(sunday, "MMM yyyy" if year else "MMM")
    return found
