"""The parts of a day's dose in words: the feet carried the body, a seat did, strength sets."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.week import Day, WeekReport
from dashboard.wording.days import day_state
from dashboard.wording.text import number, percent
from language.spoken import _, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of load: the field of a `Day` that holds it, a short word, what it means, and how
    a share of the dose is called; the words are translated where they are used."""

    key: str
    short: str
    title: str
    share: str
    field: str

    def of(self, day: Day) -> float | None:
        """Its step-eq on a day; null is unknown."""
        value: float | None = getattr(day, self.field)
        return value


PARTS = (
    Part(
        key="feet",
        short=mark("feet {dose}"),
        title=mark("weight-bearing: the feet carry the body"),
        share=mark("{share} weight-bearing"),
        field="weight_bearing_lld",
    ),
    Part(
        key="seat",
        short=mark("seat {dose}"),
        title=mark("assisted: a seat carries it (bike, rower)"),
        share=mark("{share} assisted (seated)"),
        field="assisted_lld",
    ),
    Part(
        key="sets",
        short=mark("sets {dose}"),
        title=mark("strength sets of known force"),
        share=mark("{share} in strength sets"),
        field="sets_lld",
    ),
)


UNSEEN = (
    (
        "assumed_share",
        mark("{share} of it is of a leg that no sensor saw and is taken as equal to the other."),
    ),
    ("low_share", mark("{share} of it is known with low confidence only.")),
)
"""Shares of the dose that rest on less, by field of a `Day`."""


def part_shares(day: Day) -> list[tuple[Part, float]]:
    """Each part with its share 0..1 of the day's bar, which is as full as its credit."""
    if day.credit is None or not day.lld:
        return []
    known = [(part, part.of(day) or 0.0) for part in PARTS]
    return [(part, day.credit * lld / day.lld) for part, lld in known if lld > 0]


def part_lines(day: Day) -> list[str]:
    """`feet 4,200`, `seat 2,580`; empty where all is weight-bearing, which needs no saying."""
    known = [(part, part.of(day) or 0.0) for part in PARTS]
    if not any(lld > 0 for part, lld in known if part.key != "feet"):
        return []
    return [_(part.short, dose=number(lld)) for part, lld in known if lld > 0]


def parts_seen(report: WeekReport) -> list[Part]:
    """The parts that any day of the week holds."""
    return [part for part in PARTS if any((part.of(day) or 0.0) > 0 for day in report.days)]


def parts_text(report: WeekReport) -> str:
    """What the dose of the week is made of, and how much of it nobody saw; empty for no dose."""
    days = [day for day in report.days if day.lld and day_state(day) != "excused"]
    total = sum(day.lld or 0.0 for day in days)
    known = [(part, sum(part.of(day) or 0.0 for day in days)) for part in PARTS]
    if total <= 0 or not sum(lld for _part, lld in known):
        return ""
    made = ", ".join(_(part.share, share=_share(lld / total)) for part, lld in known if lld)
    texts = [_("The week's dose: {parts}.", parts=made)]
    for field, said in UNSEEN:
        share = sum((getattr(day, field) or 0.0) * (day.lld or 0.0) for day in days) / total
        if share >= 0.005:
            texts.append(_(said, share=_share(share)))
    return " ".join(texts)


def _share(share: float) -> str:
    """Never `0 %` of something that is there, nor `100 %` of what is not all."""
    space = "\N{NO-BREAK SPACE}"
    if share < 0.01:
        return f"<{space}{percent(0.01)}"
    return f">{space}{percent(0.99)}" if 0.99 < share < 1 - 1e-9 else percent(share)
