"""What is shown and never scored, in words: one's own usual, left and right, idle time, bone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from analytics.claims import OSTEOGENIC_LABEL
from analytics.week import Day, Status, WeekReport, unmeasured, why
from dashboard.wording.component import at_least
from dashboard.wording.days import day_state
from dashboard.wording.text import capital, date_long, length_text, number
from language.formats import decimal
from language.spoken import _, mark, n_

SYMMETRY_NOTE = mark("On level ground 3 to 5 % is ordinary (Stacoff 2005).")
IDLE_NOTE = mark(
    "Minutes in a row, worn and in waking hours, none of them loaded. No limit is known."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One thing that is shown and earns no points; value empty where it is not measured."""

    title: str
    value: str
    note: str

    @property
    def why(self) -> str:
        """The note where the value stands apart, so that it need not say `not measured` again."""
        return capital(why(self.note))

    @property
    def text(self) -> str:
        """All of it in one line."""
        rest = f"{self.value}. {self.note}" if self.value else self.note
        return _("{title}: {text}", title=self.title, text=rest.strip())


def baseline_text(report: WeekReport) -> str:
    """One's own last weeks and this one against them; a description, no verdict."""
    usual = report.baseline
    if usual is None:
        return ""
    if usual.lld is None:
        return _("Your usual is {note}", note=f"{usual.note[:1].lower()}{usual.note[1:]}")
    known = n_(
        "Your usual: {dose} step-eq a day over {count} week",
        "Your usual: {dose} step-eq a day over {count} weeks",
        usual.weeks,
        dose=number(usual.lld),
    )
    if usual.change_percent is None:
        return f"{known}. {usual.note}"
    change = _change(usual.change_percent)
    if report.status is Status.SO_FAR:
        return _("{usual}; this week so far {change}.", usual=known, change=change)
    return _("{usual}; this week {change}.", usual=known, change=change)


def _change(change: float) -> str:
    if round(abs(change)) == 0:
        return _("the same")
    share = f"{decimal(abs(change))}\N{NO-BREAK SPACE}%"
    return _("{share} more", share=share) if change > 0 else _("{share} less", share=share)


def beside(report: WeekReport) -> list[Beside]:
    """Everything that is shown and never scored, in order."""
    return [_symmetry(report), _idle(report), _index(report)]


def _symmetry(report: WeekReport) -> Beside:
    title, found = _("Left and right"), report.symmetry
    if found is None or found.percent is None:
        return Beside(title=title, value="", note=found.note if found else _("Not measured."))
    apart = n_(
        "{share} apart in contact time in walking, on {count} day",
        "{share} apart in contact time in walking, on {count} days",
        found.days,
        share=f"{number(found.percent)}\N{NO-BREAK SPACE}%",
    )
    return Beside(
        title=title,
        value=f"{apart}{_longer(found.longer)}",
        note=" ".join(filter(None, (found.note, _(SYMMETRY_NOTE)))),
    )


def _longer(leg: str | None) -> str:
    if leg is None:
        return ""
    return _("; the left leg stood longer") if leg == "left" else _("; the right leg stood longer")


def _idle(report: WeekReport) -> Beside:
    found = _known(report, lambda day: day.longest_idle_min)
    title = _("Longest time without a loaded minute")
    if not found:
        note = unmeasured(_("it takes a sensor that is worn all day."))
        return Beside(title=title, value="", note=note)
    minutes, day = max(found, key=lambda pair: pair[0])
    length = length_text(dt.timedelta(minutes=minutes))
    value = _("{length}, on {day}", length=length, day=date_long(day.date))
    return Beside(title=title, value=value, note=_(IDLE_NOTE))


def _index(report: WeekReport) -> Beside:
    found = _known(report, lambda day: day.osteogenic_index)
    title, label = _("Osteogenic index"), _(OSTEOGENIC_LABEL)
    if not found:
        note = f"{unmeasured(_('no load of known force.'))} {label}"
        return Beside(title=title, value="", note=note)
    valid = [value for value, day in found if day.valid]
    values = valid or [value for value, _day in found]
    low, mean, high = map(number, (min(values), sum(values) / len(values), max(values)))
    days = (
        n_("{count} valid day", "{count} valid days", len(values))
        if valid
        else n_("{count} day", "{count} days", len(values))
    )
    value = _("{dose} a day over {days}", dose=at_least(mean, bound=not valid), days=days)
    if low != high:
        value = _("{value}, from {low} to {high}", value=value, low=low, high=high)
    return Beside(title=title, value=value, note=label)


def _known(report: WeekReport, value_of: Callable[[Day], float | None]) -> list[tuple[float, Day]]:
    days = (day for day in report.days if day_state(day) != "excused")
    return [(value, day) for day in days if (value := value_of(day)) is not None]


def beside_table(report: WeekReport) -> list[dict[str, str]]:
    """The same day by day; empty where it is not measured."""
    return [
        {
            _("Day"): date_long(day.date),
            _("Left and right apart, %"): _number(day.asymmetry_percent),
            _("Longest idle, min"): _number(day.longest_idle_min),
            _("Osteogenic index"): _number(day.osteogenic_index),
        }
        for day in report.days
    ]


def _number(value: float | None) -> str:
    return "" if value is None else number(value)
