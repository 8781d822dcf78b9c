"""One line of the scorecard in words."""

from __future__ import annotations

import re
from collections.abc import Callable

from analytics.week import Component, Status, WeekReport, why
from dashboard.wording.advice import ON_A_PAGE, Ways, line_advice
from dashboard.wording.text import capital, number, percent
from dashboard.wording.units import amount
from language.formats import decimal
from language.spoken import _, mark, n_, p_

EVIDENCE = {
    "A": (mark("guideline"), mark("A public-health guideline recommends it.")),
    "B": (mark("cohort"), mark("Associated with health in people who were followed over time.")),
    "C": (mark("experiment"), mark("Seen in an experiment with people or animals.")),
    "D": (mark("our design"), mark("Our own choice; no study sets this number.")),
}
"""A word and a sentence for each letter; translated where they are used."""

CAP_NOTE = mark("each day counts up to its target")
_DAILY = frozenset({"lld", "loaded_min"})  # credit is the mean of the daily credits
_EMPTY_IS_MORE = frozenset({"unloaded_run_days"})  # an empty day makes the run longer
_DOI_ORG = "https://doi.org/"
_DOI = re.compile(r"(?:doi:\s*|https?://doi\.org/)?(10\.\d{4,9}/[^\s;,]+)")


def at_least(written: str, *, bound: bool) -> str:
    """`at least 3,100` of a lower bound, else as it is."""
    return _("at least {number}", number=written) if bound else written


def value_text(line: Component) -> str:
    """`at least 96 min/week`, or `not measured`."""
    if line.value is None:
        return _("not measured")
    return at_least(amount(line.value, line.unit, whole=line.target), bound=line.at_least)


def points_text(line: Component) -> str:
    """`at least 16 of 25` points, or how many are not in the score."""
    if line.points is None:
        return _("{points} not scored", points=line.points_max)
    points = number(line.points, whole=line.points_max)
    said = _("{points} of {most}", points=points, most=line.points_max)
    return at_least(said, bound=line.at_least)


def reached_text(line: Component) -> str:
    """Whether the target is reached; of a lower bound nobody can say `missed`."""
    if line.credit is None:
        return ""
    if line.credit >= 1:
        return _("target reached")
    said = _("{share} of the credit", share=percent(line.credit))
    return at_least(said, bound=line.at_least)


def range_text(line: Component) -> str:
    """The bounds over the missing days, where days are missing and it matters."""
    if line.low is None or line.high is None:
        return ""
    low, high = number(line.low), number(line.high)
    if low == high:
        return ""
    if line.key in _EMPTY_IS_MORE:
        return _("{low} to {high} if missing days were full/empty", low=low, high=high)
    return _("{low} to {high} if missing days were empty/full", low=low, high=high)


def basis_text(line: Component, report: WeekReport) -> str:
    """Coverage and confidence; while the week runs, coverage is of the days that have begun."""
    parts = []
    if line.coverage is not None and report.status is Status.SO_FAR:
        begun = sum(not day.excused and not day.future for day in report.days)
        seen = decimal(line.coverage * begun)
        parts.append(
            n_(
                "from {seen} of {count} day so far",
                "from {seen} of {count} days so far",
                begun,
                seen=seen,
            )
        )
    elif line.coverage is not None:
        parts.append(_("from {share} of the days", share=percent(line.coverage)))
    if line.confidence:
        parts.append(_("confidence {level}", level=confidence_word(line.confidence)))
    return ", ".join(parts)


def confidence_word(level: str) -> str:
    """How far a force may be trusted, by its key in `analytics.force`."""
    words = {
        "low": p_("of confidence", "low"),
        "low-medium": p_("of confidence", "low-medium"),
        "medium": p_("of confidence", "medium"),
        "medium-high": p_("of confidence", "medium-high"),
        "high": p_("of confidence", "high"),
    }
    return words.get(level, level)


def spread_text(line: Component, report: WeekReport) -> str:
    """How a lower bound of a daily mean was made; empty for every other value."""
    if not line.at_least or line.value is None:
        return ""
    count = sum(not day.excused for day in report.days)
    days = (
        n_("all {count} day", "all {count} days", count)
        if count == len(report.days)
        else n_("{count} day not excused", "{count} days not excused", count)
    )
    if line.unit.endswith("/day"):
        return _("recorded total spread over {days}", days=days)
    if line.key == "peak30_spm":
        return _("mean over {days}, the unseen as 0", days=days)
    return ""


def cap_text(line: Component) -> str:
    """Why a mean at or above its target still loses points."""
    if line.key not in _DAILY or line.value is None or line.credit is None:
        return ""
    return _(CAP_NOTE) if line.value >= line.target and line.credit < 1 else ""


def details(line: Component, report: WeekReport, ways: Ways = ON_A_PAGE) -> list[str]:
    """The small print under a value, or why there is none and what to do (by ways: nothing for
    readers who are not in front of this program)."""
    note = " ".join(filter(None, (capital(why(line.note)), line_advice(line, report, ways))))
    spread = spread_text(line, report)
    if not line.measured:
        return [text for text in (spread, note) if text]
    texts = (cap_text(line), spread, basis_text(line, report), range_text(line), note)
    return [text for text in texts if text]


def evidence_text(evidence: str) -> str:
    """`B to D: cohort to our design`."""
    letters = _each(evidence, lambda letter: letter)
    words = _each(evidence, lambda letter: _(EVIDENCE[letter][0]) if letter in EVIDENCE else letter)
    return f"{letters}: {words.replace('/', ' / ')}"


def _each(evidence: str, said: Callable[[str], str]) -> str:
    """Evidence with something said of each letter: `A`, `A/D`, `B to D`."""
    low, between, high = evidence.partition(" to ")
    if between:
        return _("{low} to {high}", low=_each(low, said), high=_each(high, said))
    return "/".join(said(letter) for letter in evidence.split("/"))


def evidence_help(evidence: str) -> str:
    """What each letter stands for."""
    letters = re.findall(r"\b[A-D]\b", evidence)
    return " ".join(f"{letter}: {_(EVIDENCE[letter][1])}" for letter in letters)


def citation_parts(source: str) -> list[tuple[str, str]]:
    """A citation in pieces of (text, address); the address is empty but for a DOI."""
    parts: list[tuple[str, str]] = []
    end = 0
    for found in _DOI.finditer(source):
        doi = found[1].rstrip(".")
        parts += [
            (source[end : found.start()], ""),
            (found[0][: -len(found[1])] + doi, _DOI_ORG + doi),
        ]
        end = found.end() - len(found[1]) + len(doi)
    return [part for part in (*parts, (source[end:], "")) if part[0]]
