"""The person's own last weeks, which this week's dose is compared with: no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from analytics.protocol import BaselineRules
from analytics.week import Baseline, Status, TrendWeek

WEEKS = 4
"""Weeks before this one that are looked at (design)."""

_COMPARABLE = (Status.COMPLETE, Status.PARTIAL)


def compare(weeks: Sequence[TrendWeek], rules: BaselineRules) -> Baseline:
    """The last of some weeks, in order, against the mean of up to four before it.

    Only weeks that are at least partly valid count: a lower bound is compared with nothing.
    """
    *before, this = weeks
    known = [
        week.lld
        for week in before[-WEEKS:]
        if week.status in _COMPARABLE and week.lld is not None and not week.at_least
    ]
    if len(known) < rules.least_weeks:
        note = (
            f"Not known: it needs {rules.least_weeks} of the {WEEKS} weeks before with enough "
            f"worn days; there {'is' if len(known) == 1 else 'are'} {len(known)}."
        )
        return Baseline(lld=None, weeks=len(known), change_percent=None, note=note)
    usual = fmean(known)
    if this.lld is None or this.at_least or usual == 0.0:
        note = "This week cannot be compared: too few days were worn for long enough."
        return Baseline(lld=usual, weeks=len(known), change_percent=None, note=note)
    return Baseline(lld=usual, weeks=len(known), change_percent=100.0 * (this.lld - usual) / usual)
