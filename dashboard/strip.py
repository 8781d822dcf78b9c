"""The seven days of a week as HTML: dose by its parts, and how much of each day was covered."""

from __future__ import annotations

from analytics.week import Day, WeekReport
from dashboard import wording
from dashboard.markup import Markup, el, join
from language.spoken import _, mark

KEY = (
    ("seen", mark("pale: lower bound")),
    ("excused", mark("excused")),
    ("unknown", mark("not recorded: unknown")),
    ("left", mark("recorded (coverage bar)")),
)
_BLANK = "\N{NO-BREAK SPACE}"


def strip(report: WeekReport) -> Markup:
    """Seven days: dose against the target, and under it how much of the day was covered."""
    lines = max(len(wording.part_lines(day)) for day in report.days)
    days = el("div", *(_day(day, lines) for day in report.days), cls="ll-strip", role="list")
    parts = [(part.key, part.title) for part in wording.parts_seen(report)]
    told = (*(parts or [("feet", wording.PARTS[0].title)]), *KEY)
    key = el("div", *(el("span", el("i", cls=cls), _(text)) for cls, text in told), cls="ll-key")
    return join(days, key)


def _day(day: Day, lines: int) -> Markup:
    """One day; lines: of parts, so that the coverage of all days stands in one row."""
    state = wording.day_state(day)
    parts = wording.part_lines(day)
    dose = wording.dose_short(day) if day.lld is not None else _BLANK
    return el(
        "div",
        el("div", wording.date_short(day.date), cls="name"),
        el("div", *_dose(day, state), cls="box"),
        el("div", dose, cls="value"),
        *(el("div", part, cls="part") for part in [*parts, *[_BLANK] * (lines - len(parts))]),
        el("div", *_wear(day), cls="wear"),
        el("div", wording.coverage_text(day) or _BLANK, cls="small"),
        cls=f"ll-day {state}",
        role="listitem",
        aria_label=wording.day_text(day),
        title=wording.day_text(day),
    )


def _dose(day: Day, state: str) -> tuple[Markup, ...]:
    """The bar from the ground up: feet, seat, sets; plain where the parts are not known."""
    word = wording.dose_text(day) if state in ("part", "valid") else _(wording.DAY_STATES[state])
    label = el("div", el("span", word), cls="label")
    if day.credit is None:
        return (label,)
    shares = [(part.key, share) for part, share in wording.part_shares(day)]
    fills = [
        el("i", cls=key, style=f"height:{100 * share:.1f}%")
        for key, share in reversed(shares or [("feet", day.credit)])
    ]
    fill = el("div", *fills, cls="fill")
    return (fill, label) if state == "excused" else (fill,)


def _wear(day: Day) -> tuple[Markup, ...]:
    worn, observed = wording.coverage_shares(day)
    return tuple(
        el("i", cls=cls, style=f"width:{100 * share:.1f}%")
        for cls, share in (("observed", observed), ("worn", worn))
    )
