"""The seven days in words."""

from __future__ import annotations

from analytics.week import Day, WeekReport
from dashboard.wording.text import date_long, hours, number, percent

NOT_RECORDED = "not recorded"
DAY_STATES = {
    "future": "to come",
    "excused": "excused",
    "unknown": NOT_RECORDED,
    "valid": "valid day",
    "part": "lower bound",
}


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
        return DAY_STATES[day_state(day)] if not day.recorded else "not measured"
    return f"{_least_dose(day)}{number(day.lld)}"


def dose_short(day: Day) -> str:
    """The same where there is little room: `≥ 3,100`."""
    return dose_text(day).replace("at least ", "≥\N{NO-BREAK SPACE}")


def _least_dose(day: Day) -> str:
    """A dose is a lower bound on a day that is not valid, or where load is known to be missing."""
    return "" if day.valid and not day.lld_at_least else "at least "


def needs_text(day: Day) -> str:
    """What the load that is not in the dose needs; empty where all is in it."""
    if not day.lld_at_least:
        return ""
    needs = f" (not known: {day.load_needs})" if day.load_needs else ""
    weight = " or a weight" if "body mass" in (day.load_needs or "") else ""
    return f"A machine{weight} loaded the legs by nobody knows how much{needs}."


def coverage_text(day: Day) -> str:
    """`worn 14.2 h`, `1.1 h recorded`, or nothing."""
    long = day.wear_h or (day.observed_h or 0.0) >= 1
    if day.wear_h is not None and (long or not day.recorded):
        return f"worn {hours(day.wear_h)}"
    if day.recorded and day.observed_h is not None:
        return f"{hours(day.observed_h)} recorded"
    return ""


def coverage_shares(day: Day) -> tuple[float, float]:
    """Worn and recorded as shares of the day's length; recorded is never less than worn."""
    worn, observed = day.wear_h or 0.0, day.observed_h or 0.0
    return min(1.0, worn / day.hours), min(1.0, max(worn, observed) / day.hours)


def day_text(day: Day) -> str:
    """One day of the strip as a sentence."""
    state = DAY_STATES[day_state(day)]
    if day.lld is None or not day.recorded:
        return f"{date_long(day.date)}: {state}."
    share = ""
    if day.credit is not None:
        least = _least_dose(day) if day.credit < 1 else ""
        share = f", {least}{percent(day.credit)} of the target"
    said = (
        f"{date_long(day.date)}: {dose_text(day)} step-eq{share}; {coverage_text(day)} ({state})."
    )
    return f"{said} {needs_text(day)}".strip()


def strip_text(report: WeekReport) -> str:
    """The seven-day strip in one sentence."""
    counts = dict.fromkeys(DAY_STATES, 0)
    for day in report.days:
        counts[day_state(day)] += 1
    words = {**DAY_STATES, "valid": "valid", "part": "with a lower bound only"}
    parts = [f"{count} {words[state]}" for state, count in counts.items() if count]
    target = number(report.target_lld)
    return f"Of {len(report.days)} days: {', '.join(parts)}. Target {target} step-eq a day."


def day_table(report: WeekReport) -> list[dict[str, str]]:
    """The seven days as rows of words; the unknown stays empty of numbers."""
    return [
        {
            "Day": date_long(day.date),
            "Status": DAY_STATES[day_state(day)],
            "Dose, step-eq": dose_text(day),
            "Weight-bearing": _or_blank(day.weight_bearing_lld, day),
            "Assisted": _or_blank(day.assisted_lld, day),
            "In sets": "" if day.sets_lld is None else number(day.sets_lld),
            "Target reached": _target(day),
            "Coverage": coverage_text(day),
            "Steps": _or_blank(day.steps, day),
            "Loaded min": _or_blank(day.loaded_min, day),
            "Aerobic min": _or_blank(day.aerobic_min, day),
            "Peak-30, steps/min": _or_blank(day.peak30_spm, day),
        }
        for day in report.days
    ]


def _target(day: Day) -> str:
    return "" if day.credit is None else f"{_least_dose(day)}{percent(day.credit)}"


def _or_blank(value: float | None, day: Day) -> str:
    return _bound(None if value is None else number(value), day)


def _bound(written: str | None, day: Day) -> str:
    """Empty for the unknown; a day that is not valid shows lower bounds."""
    if written is None:
        return ""
    return written if day.valid else f"at least {written}"
