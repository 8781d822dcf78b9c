"""A year of days as HTML: weeks as columns, Monday at the top, beneath it how much was observed.

The depth of a day's colour tells how much of the target was reached, with a tick where all of it
was; what is unknown is hatched, excused dotted, a lower bound drawn smaller. It is a grid of the
style sheet and no chart: a browser draws four hundred squares of it in the time that a chart takes
to begin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dashboard.markup import Markup, el
from dashboard.wording import history as wording
from language.formats import date
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.history import CalendarDay

STEPS = (0.25, 0.5, 0.75, 1.0)
"""Upper bounds of the steps of credit; nothing at all and all of it are steps of their own."""
MOST_WEEKS = 27
"""In one row of weeks, so that a day is large enough to point at on a tablet (design)."""
WEEK = dt.timedelta(weeks=1)


def halves(days: Sequence[CalendarDay]) -> list[tuple[CalendarDay, ...]]:
    """The days in two rows of as many whole weeks, the newer half last; one where there are few."""
    mondays = sorted({_monday(day) for day in days})
    if len(mondays) <= MOST_WEEKS:
        return [tuple(days)] if days else []
    middle = mondays[len(mondays) // 2]
    older = tuple(day for day in days if day.date < middle)
    return [older, tuple(day for day in days if day.date >= middle)]


def step(credit: float) -> int:
    """0 for nothing, 1 to 4 for less than a quarter and so on, 5 for all of the target."""
    if credit <= 0:
        return 0
    return next((number for number, most in enumerate(STEPS, 1) if credit < most), 5)


def grid(days: Sequence[CalendarDay]) -> Markup:
    """All of it, the older half above; says the same as its summary in words."""
    rows = (el("div", *_columns(half), cls="ll-cal") for half in halves(days))
    return el("div", *rows, role="img", aria_label=wording.calendar_summary(days))


def _columns(days: Sequence[CalendarDay]) -> Iterator[Markup]:
    """Names of the days, then each week from above: month, seven days, share observed."""
    yield el("b")
    yield from (el("b", name) for name in wording.day_names())
    yield el("b", _("Seen"))
    by_date = {day.date: day for day in days}
    monday, last = (_monday(day) for day in (days[0], days[-1]))
    while monday <= last:
        yield el("b", _month(monday))
        week = [by_date.get(monday + dt.timedelta(days=number)) for number in range(7)]
        yield from map(_square, week)
        share = wording.observed_share(day for day in week if day)
        said = wording.strip_tip(monday, share)
        yield el("u", style=f"--seen-share:{100 * (share or 0.0):.0f}%", title=said)
        monday += WEEK


def _monday(day: CalendarDay) -> dt.date:
    return day.date - dt.timedelta(days=day.date.weekday())


def _square(day: CalendarDay | None) -> Markup:
    """One day; nothing where it is to come or before the first."""
    if day is None or day.state == "future":
        return el("s")
    known = day.state in ("valid", "part") and day.credit is not None
    kind = f"k{step(day.credit or 0.0)}" if known else day.state
    bound = " least" if known and wording.is_bound(day) else ""
    return el("i", cls=f"{kind}{bound}", title=wording.day_tip(day))


def _month(monday: dt.date) -> str:
    """In the first week of a month what it is called, with the year where one begins."""
    sunday = monday + dt.timedelta(days=6)
    if sunday.day > 7:
        return ""
    return date(sunday, "MMM yyyy" if sunday.month == 1 else "MMM")
