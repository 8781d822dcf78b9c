"""The seven days in words."""

from __future__ import annotations

from analytics.week import BODY_MASS, Day, WeekReport, needed
from dashboard.wording.component import at_least
from dashboard.wording.text import date_long, hours, number, percent
from language.spoken import _, listed, mark

NOT_RECORDED = mark("not recorded")
DAY_STATES = {
    "future": mark("to come"),
    "excused": mark("excused"),
    "unknown": NOT_RECORDED,
    "valid": mark("valid day"),
    "part": mark("lower bound"),
}
"""A word for each state of a day; translated where it is used."""

AT_LEAST = "≥\N{NO-BREAK SPACE}"
"""Before a lower bound where there is little room."""

_COUNTED = {**DAY_STATES, "valid": mark("valid"), "part": mark("with a lower bound only")}


def day_state(day: Day) -> str:
    """future, excused, unknown, valid, or part (recorded, not a valid day)."""
    if day.future:
        return "future"
    if day.excused:
        return "excused"
    if not day.recorded:
        return "unknown"
    return "valid" if day.valid else "part"


def dose_text(day: Day) -> str:
    """`5,200`, `at least 3,100`, or why there is no number."""
    if day.lld is None:
        return _("not measured") if day.recorded else _(DAY_STATES[day_state(day)])
    return at_least(number(day.lld), bound=_is_bound(day))


def dose_short(day: Day) -> str:
    """The same where there is little room: `≥ 3,100`."""
    if day.lld is None:
        return dose_text(day)
    return f"{AT_LEAST if _is_bound(day) else ''}{number(day.lld)}"


def _is_bound(day: Day) -> bool:
    """A dose is a lower bound on a day that is not valid, or where load is known to be missing."""
    return day.lld_at_least or not day.valid


def needs_text(day: Day) -> str:
    """What the load that is not in the dose needs; empty where all is in it."""
    if not day.lld_at_least:
        return ""
    whose = (
        _("A machine or a weight loaded the legs by nobody knows how much")
        if BODY_MASS in (day.load_needs or "")
        else _("A machine loaded the legs by nobody knows how much")
    )
    if not day.load_needs:
        return f"{whose}."
    needs = listed([_(need) for need in needed([day])])
    return _("{problem} (not known: {needs}).", problem=whose, needs=needs)


def coverage_text(day: Day) -> str:
    """`worn 14.2 h`, `1.1 h recorded`, or nothing."""
    long = day.wear_h or (day.observed_h or 0.0) >= 1
    if day.wear_h is not None and (long or not day.recorded):
        return _("worn {hours}", hours=hours(day.wear_h))
    if day.recorded and day.observed_h is not None:
        return _("{hours} recorded", hours=hours(day.observed_h))
    return ""


def coverage_shares(day: Day) -> tuple[float, float]:
    """Worn and recorded as shares of the day's length; recorded is never less than worn."""
    worn, observed = day.wear_h or 0.0, day.observed_h or 0.0
    return min(1.0, worn / day.hours), min(1.0, max(worn, observed) / day.hours)


def day_text(day: Day) -> str:
    """One day of the strip as a sentence."""
    date, state = date_long(day.date), _(DAY_STATES[day_state(day)])
    if day.lld is None or not day.recorded:
        return _("{day}: {state}.", day=date, state=state)
    dose = _("{dose} step-eq", dose=dose_text(day))
    if day.credit is not None:
        share = at_least(percent(day.credit), bound=_is_bound(day) and day.credit < 1)
        dose = _("{dose}, {share} of the target", dose=dose, share=share)
    said = _(
        "{day}: {dose}; {coverage} ({state}).",
        day=date,
        dose=dose,
        coverage=coverage_text(day),
        state=state,
    )
    return f"{said} {needs_text(day)}".strip()


def strip_text(report: WeekReport) -> str:
    """The seven-day strip in one sentence."""
    counts = dict.fromkeys(DAY_STATES, 0)
    for day in report.days:
        counts[day_state(day)] += 1
    parts = [f"{count} {_(_COUNTED[state])}" for state, count in counts.items() if count]
    return _(
        "Of {days} days: {parts}. Target {target} step-eq a day.",
        days=len(report.days),
        parts=", ".join(parts),
        target=number(report.target_lld),
    )


def day_table(report: WeekReport) -> list[dict[str, str]]:
    """The seven days as rows of words; the unknown stays empty of numbers."""
    return [
        {
            _("Day"): date_long(day.date),
            _("Status"): _(DAY_STATES[day_state(day)]),
            _("Dose, step-eq"): dose_text(day),
            _("Weight-bearing"): _or_blank(day.weight_bearing_lld, day),
            _("Assisted"): _or_blank(day.assisted_lld, day),
            _("In sets"): "" if day.sets_lld is None else number(day.sets_lld),
            _("Target reached"): _target(day),
            _("Coverage"): coverage_text(day),
            _("Steps"): _or_blank(day.steps, day),
            _("Loaded min"): _or_blank(day.loaded_min, day),
            _("Aerobic min"): _or_blank(day.aerobic_min, day),
            _("Peak-30, steps/min"): _or_blank(day.peak30_spm, day),
        }
        for day in report.days
    ]


def _target(day: Day) -> str:
    return "" if day.credit is None else at_least(percent(day.credit), bound=_is_bound(day))


def _or_blank(value: float | None, day: Day) -> str:
    """Empty for the unknown; a day that is not valid shows lower bounds."""
    return "" if value is None else at_least(number(value), bound=not day.valid)
