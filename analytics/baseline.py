"""The person's own last weeks, which this week's dose is compared with: no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from analytics.protocol import BaselineRules
from analytics.week import Baseline, Status, TrendWeek
from language.spoken import _, n_

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
        note = _too_few(len(known), rules.least_weeks, load=any(map(_load_unknown, before)))
        return Baseline(lld=None, weeks=len(known), change_percent=None, note=note)
    usual = fmean(known)
    if why := _incomparable(this, usual):
        note = _("This week cannot be compared: {reason}.", reason=why)
        return Baseline(lld=usual, weeks=len(known), change_percent=None, note=note)
    return Baseline(
        lld=usual,
        weeks=len(known),
        change_percent=100.0 * ((this.lld or 0.0) - usual) / usual,
    )


def _too_few(known: int, least: int, *, load: bool) -> str:
    """Why there is no usual; load: some weeks were worn enough, but their load is not known."""
    if load:
        return n_(
            "Not known: it needs {least} of the {weeks} weeks before with enough worn days and "
            "all of the load known; there is {count}.",
            "Not known: it needs {least} of the {weeks} weeks before with enough worn days and "
            "all of the load known; there are {count}.",
            known,
            least=least,
            weeks=WEEKS,
        )
    return n_(
        "Not known: it needs {least} of the {weeks} weeks before with enough worn days; "
        "there is {count}.",
        "Not known: it needs {least} of the {weeks} weeks before with enough worn days; "
        "there are {count}.",
        known,
        least=least,
        weeks=WEEKS,
    )


def _incomparable(this: TrendWeek, usual: float) -> str:
    """Why a week has no change in percent; empty where it has one."""
    if _load_unknown(this):
        return _("a part of its load is not known")
    if this.lld is not None and this.at_least and this.status is Status.SO_FAR:
        return _("so far its dose is a lower bound")
    if this.lld is None or this.at_least:
        return _("too few days were worn for long enough")
    return _("nothing is a percentage of 0") if usual == 0.0 else ""


def _load_unknown(week: TrendWeek) -> bool:
    """Worn enough, and a lower bound all the same: what loaded the legs did not tell how much."""
    return week.status in _COMPARABLE and week.at_least
