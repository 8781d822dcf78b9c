"""What to do about what a week leaves unknown: on a page, and in a terminal; not in a report."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.measures import NEEDS_BALANCE, NEEDS_STRENGTH
from analytics.week import Component, Notice, Status, WeekReport, unmeasured
from language.spoken import _, mark

UNKNOWN = {"strength_days": NEEDS_STRENGTH, "balance_days": NEEDS_BALANCE}
"""Lines about which a person can do something, by key, and why they have no value."""

ON_A_PAGE = {
    "strength_days": mark(
        "Log one on This week or on Live, or say under My data that you log all of them."
    ),
    "balance_days": mark(
        "Log it on This week or on Live, or say under My data that you log all of it."
    ),
    "age-unknown": mark("Say it under My data."),
}
"""By the key of a line or notice; a report says nothing: others read it, elsewhere."""

IN_A_TERMINAL = {
    "strength_days": mark(
        "Log one: legload log squat --reps 10 --sets 3. "
        "Or say that you log all of them: legload person NAME --logs-strength."
    ),
    "balance_days": mark(
        "Log it: legload log balance --minutes 10. "
        "Or say that you log all of it: legload person NAME --logs-balance."
    ),
    "age-unknown": mark("Set it with: legload person NAME --birth-year YEAR"),
}
"""The same for whoever types commands."""

Ways = Mapping[str, str]


def line_advice(line: Component, report: WeekReport, ways: Ways = ON_A_PAGE) -> str:
    """What would make a line known; empty where nothing would, or where nobody is scored."""
    reason = UNKNOWN.get(line.key)
    if reason is None or line.note != unmeasured(_(reason)) or _silent(report):
        return ""
    return _(ways.get(line.key, ""))


def _silent(report: WeekReport) -> bool:
    """Whether points are withheld, from the week or from the person."""
    if report.status is Status.EXCUSED:
        return True
    return report.points is None and any(line.value is not None for line in report.components)


def notice_text(notice: Notice, ways: Ways = ON_A_PAGE) -> str:
    """A notice, and what to do about it where that is more than to read it."""
    way = ways.get(notice.key)
    return f"{notice.text} {_(way)}" if way else notice.text
