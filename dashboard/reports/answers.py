"""The two questions that a report answers first, in plain words: as planned? moving?

Against the plan only what was measured says yes or no; a lower bound says at least, and what
nothing measured is unknown. Moving is told by the days, by the dose, and by one's own usual.
"""

from __future__ import annotations

from analytics.week import Status, WeekReport
from dashboard import wording
from language.formats import decimal
from language.spoken import _, n_


def answers(report: WeekReport) -> tuple[str, str]:
    """One line on the plan, one on moving; a demo says first that it is one."""
    plan = _("As planned? {answer}", answer=plan_answer(report))
    if report.demo:
        plan = f"{_('DEMO – simulated data')}. {plan}"
    return plan, _("Moving? {answer}", answer=moving_answer(report))


def plan_answer(report: WeekReport) -> str:
    """How many targets are reached, left or unknown, as far as that can be said."""
    if report.status is Status.NO_DATA:
        return _("Unknown. {headline}.", headline=wording.headline(report))
    if report.points is None:
        return f"{wording.headline(report)}."
    return f"{_targets(report)} {wording.headline(report)}."


def _targets(report: WeekReport) -> str:
    whole = len(wording.card(report))
    reached, left = len(wording.done_lines(report)), len(wording.left_lines(report))
    counts = {"reached": reached, "all": whole, "left": left, "unknown": whole - reached - left}
    if whole == reached:
        return _("Yes: all {all} targets are reached.", **counts)
    if report.status is Status.SO_FAR:
        return _(
            "So far {reached} of {all} targets are reached; left to do: {left}; "
            "not measured: {unknown}.",
            **counts,
        )
    if report.status is not Status.COMPLETE:
        return _(
            "At least {reached} of {all} targets were reached; not seen to be reached: {left}; "
            "not measured: {unknown}.",
            **counts,
        )
    return _(
        "{reached} of {all} targets were reached; not reached: {left}; not measured: {unknown}.",
        **counts,
    )


def moving_answer(report: WeekReport) -> str:
    """Whether the legs were loaded, on how many days that is known, and how that is for oneself."""
    if not any(day.recorded for day in report.days):
        return _("Unknown: nothing was recorded.")
    return " ".join(filter(None, (_days(report), _dose(report), _usual(report))))


def _days(report: WeekReport) -> str:
    """Loaded and unloaded days where a sensor worn all day can tell them; else what was seen."""
    told = [day.unloaded for day in report.days if day.unloaded is not None]
    if not told:
        return _seen(report)
    if all(told):
        return n_(
            "Little: the {count} day that is known carried little on the legs.",
            "Little: all {count} days that are known carried little on the legs.",
            len(told),
        )
    if not any(told):
        return n_(
            "Yes, on the {count} day that is known.",
            "Yes, on all {count} days that are known.",
            len(told),
        )
    return n_(
        "Yes, on {moving} of {count} day that is known; days with little on the legs: {little}.",
        "Yes, on {moving} of {count} days that are known; days with little on the legs: {little}.",
        len(told),
        moving=len(told) - sum(told),
        little=sum(told),
    )


def _seen(report: WeekReport) -> str:
    """Sensors worn for sessions tell that somebody moved, never that nobody did."""
    days = {"seen": sum(day.recorded for day in report.days)}
    begun = sum(not day.future for day in report.days)
    if any(day.lld for day in report.days):
        return n_(
            "Yes, as far as it was recorded: on {seen} of {count} day.",
            "Yes, as far as it was recorded: on {seen} of {count} days.",
            begun,
            **days,
        )
    return n_(
        "Unknown: recorded on {seen} of {count} day.",
        "Unknown: recorded on {seen} of {count} days.",
        begun,
        **days,
    )


def _dose(report: WeekReport) -> str:
    """The mean dose as what it is: so many walking steps' worth."""
    line = next((line for line in report.components if line.key == "lld"), None)
    if line is None or line.value is None:
        return _("The load on the legs is not known.")
    steps = wording.number(line.value)
    if line.at_least:
        return _("A day's load on the legs: at least that of {steps} walking steps.", steps=steps)
    return _("A day's load on the legs: that of {steps} walking steps.", steps=steps)


def _usual(report: WeekReport) -> str:
    """Against the weeks before, where there are enough of them."""
    usual = report.baseline
    if usual is None or usual.change_percent is None:
        return ""
    share = f"{decimal(abs(usual.change_percent))}\N{NO-BREAK SPACE}%"
    before = {"share": share, "count": usual.weeks}
    if round(abs(usual.change_percent)) == 0:
        return n_(
            "That is as usual (the week before).",
            "That is as usual (the {count} weeks before).",
            usual.weeks,
        )
    if usual.change_percent > 0:
        return n_(
            "That is {share} more than usual (the week before).",
            "That is {share} more than usual (the {count} weeks before).",
            usual.weeks,
            **before,
        )
    return n_(
        "That is {share} less than usual (the week before).",
        "That is {share} less than usual (the {count} weeks before).",
        usual.weeks,
        **before,
    )
