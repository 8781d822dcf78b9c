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
    before = before[-WEEKS:]
    known = [
        week.lld
        for week in before
        if week.status in _COMPARABLE and week.lld is not None and not week.at_least
    ]
    if len(known) < rules.least_weeks:
        load = " and all of the load known" if any(map(_load_unknown, before)) else ""
        note = (
            f"Not known: it needs {rules.least_weeks} of the {WEEKS} weeks before with enough "
            f"worn days{load}; there {'is' if len(known) == 1 else 'are'} {len(known)}."
        )
        return Baseline(lld=None, weeks=len(known), change_percent=None, note=note)
    usual = fmean(known)
    if why := _incomparable(this, usual):
        note = f"This week cannot be compared: {why}."
        return Baseline(lld=usual, weeks=len(known), change_percent=None, note=note)
    return Baseline(
        lld=usual,
        weeks=len(known),
        change_percent=100.0 * ((this.lld or 0.0) - usual) / usual,
    )


def _incomparable(this: TrendWeek, usual: float) -> str:
    """Why a week has no change in percent; empty where it has one."""
    if _load_unknown(this):
        return "a part of its load is not known"
    if this.lld is not None and this.at_least and this.status is Status.SO_FAR:
        return "so far its dose is a lower bound"
    if this.lld is None or this.at_least:
        return "too few days were worn for long enough"
    return "nothing is a percentage of 0" if usual == 0.0 else ""


def _load_unknown(week: TrendWeek) -> bool:
    """Worn enough, and a lower bound all the same: what loaded the legs did not tell how much."""
    return week.status in _COMPARABLE and week.at_least
