"""What is shown and never scored, in words: one's own usual, left and right, idle time, bone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from analytics.claims import OSTEOGENIC_LABEL
from analytics.week import Day, Status, WeekReport
from dashboard.wording.days import day_state
from dashboard.wording.text import date_long, length_text, number

SYMMETRY_NOTE = "On level ground 3 to 5 % is ordinary (Stacoff 2005)."
IDLE_NOTE = "Minutes in a row, worn and in waking hours, none of them loaded. No limit is known."
IDLE_UNKNOWN = "Not measured: it takes a sensor that is worn all day."
INDEX_UNKNOWN = "Not measured: no load of known force."


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One thing that is shown and earns no points; value empty where it is not measured."""

    title: str
    value: str
    note: str

    @property
    def why(self) -> str:
        """The note where the value stands apart, so that it need not say `not measured` again."""
        rest = self.note.removeprefix("Not measured: ")
        return rest[:1].upper() + rest[1:]

    @property
    def text(self) -> str:
        """All of it in one line."""
        value = f"{self.value}. " if self.value else ""
        return f"{self.title}: {value}{self.note}".strip()


def baseline_text(report: WeekReport) -> str:
    """One's own last weeks and this one against them; a description, no verdict."""
    usual = report.baseline
    if usual is None:
        return ""
    if usual.lld is None:
        return f"Your usual is {usual.note[:1].lower()}{usual.note[1:]}"
    weeks = "1 week" if usual.weeks == 1 else f"{usual.weeks} weeks"
    known = f"Your usual: {number(usual.lld)} step-eq a day over {weeks}"
    if usual.change_percent is None:
        return f"{known}. {usual.note}"
    so_far = " so far" if report.status is Status.SO_FAR else ""
    return f"{known}; this week{so_far} {_change(usual.change_percent)}."


def _change(change: float) -> str:
    space = "\N{NO-BREAK SPACE}"
    if round(abs(change)) == 0:
        return "the same"
    return f"{abs(change):.0f}{space}% {'more' if change > 0 else 'less'}"


def beside(report: WeekReport) -> list[Beside]:
    """Everything that is shown and never scored, in order."""
    return [_symmetry(report), _idle(report), _index(report)]


def _symmetry(report: WeekReport) -> Beside:
    title, found = "Left and right", report.symmetry
    if found is None or found.percent is None:
        return Beside(title=title, value="", note=found.note if found else "Not measured.")
    days = "1 day" if found.days == 1 else f"{found.days} days"
    leg = f"; the {found.longer} leg stood longer" if found.longer else ""
    return Beside(
        title=title,
        value=f"{number(found.percent)}\N{NO-BREAK SPACE}% apart in contact time in walking, "
        f"on {days}{leg}",
        note=" ".join(filter(None, (found.note, SYMMETRY_NOTE))),
    )


def _idle(report: WeekReport) -> Beside:
    found = _known(report, lambda day: day.longest_idle_min)
    title = "Longest time without a loaded minute"
    if not found:
        return Beside(title=title, value="", note=IDLE_UNKNOWN)
    minutes, day = max(found, key=lambda pair: pair[0])
    value = f"{length_text(dt.timedelta(minutes=minutes))}, on {date_long(day.date)}"
    return Beside(title=title, value=value, note=IDLE_NOTE)


def _index(report: WeekReport) -> Beside:
    found = _known(report, lambda day: day.osteogenic_index)
    title = "Osteogenic index"
    if not found:
        return Beside(title=title, value="", note=f"{INDEX_UNKNOWN} {OSTEOGENIC_LABEL}")
    valid = [value for value, day in found if day.valid]
    values = valid or [value for value, _ in found]
    least, kind = ("", "valid day") if valid else ("at least ", "day")
    low, mean, high = map(number, (min(values), sum(values) / len(values), max(values)))
    days = f"1 {kind}" if len(values) == 1 else f"{len(values)} {kind}s"
    spread = f", from {low} to {high}" if low != high else ""
    value = f"{least}{mean} a day over {days}{spread}"
    return Beside(title=title, value=value, note=OSTEOGENIC_LABEL)


def _known(report: WeekReport, value_of: Callable[[Day], float | None]) -> list[tuple[float, Day]]:
    days = (day for day in report.days if day_state(day) != "excused")
    return [(value, day) for day in days if (value := value_of(day)) is not None]


def beside_table(report: WeekReport) -> list[dict[str, str]]:
    """The same day by day; empty where it is not measured."""
    return [
        {
            "Day": date_long(day.date),
            "Left and right apart, %": _number(day.asymmetry_percent),
            "Longest idle, min": _number(day.longest_idle_min),
            "Osteogenic index": _number(day.osteogenic_index),
        }
        for day in report.days
    ]


def _number(value: float | None) -> str:
    return "" if value is None else number(value)
