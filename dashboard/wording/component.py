"""One line of the scorecard in words."""

from __future__ import annotations

import re

from analytics.week import Component, Status, WeekReport
from dashboard.wording.text import amount, number, percent

EVIDENCE = {
    "A": ("guideline", "A public-health guideline recommends it."),
    "B": ("cohort", "Associated with health in people who were followed over time."),
    "C": ("experiment", "Seen in an experiment with people or animals."),
    "D": ("our design", "Our own choice; no study sets this number."),
}
CAP_NOTE = "each day counts up to its target"
_DAILY = frozenset({"lld", "loaded_min"})  # credit is the mean of the daily credits
_EMPTY_IS_MORE = frozenset({"unloaded_run_days"})  # an empty day makes the run longer
_DOI_ORG = "https://doi.org/"
_DOI = re.compile(r"(?:doi:\s*|https?://doi\.org/)?(10\.\d{4,9}/[^\s;,]+)")


def value_text(line: Component) -> str:
    """`at least 96 min/week`, or `not measured`."""
    if line.value is None:
        return "not measured"
    least = "at least " if line.at_least else ""
    return f"{least}{amount(line.value, line.unit, whole=line.target)}"


def points_text(line: Component) -> str:
    """`at least 16 of 25` points, or how many are not in the score."""
    if line.points is None:
        return f"{line.points_max} not scored"
    least = "at least " if line.at_least else ""
    return f"{least}{number(line.points, whole=line.points_max)} of {line.points_max}"


def reached_text(line: Component) -> str:
    """Whether the target is reached; of a lower bound nobody can say `missed`."""
    if line.credit is None:
        return ""
    if line.credit >= 1:
        return "target reached"
    least = "at least " if line.at_least else ""
    return f"{least}{percent(line.credit)} of the credit"


def range_text(line: Component) -> str:
    """The bounds over the missing days, where days are missing and it matters."""
    if line.low is None or line.high is None:
        return ""
    low, high = number(line.low), number(line.high)
    ends = "full/empty" if line.key in _EMPTY_IS_MORE else "empty/full"
    return f"{low} to {high} if missing days were {ends}" if low != high else ""


def basis_text(line: Component, report: WeekReport) -> str:
    """Coverage and confidence; while the week runs, coverage is of the days that have begun."""
    parts = []
    if line.coverage is not None and report.status is Status.SO_FAR:
        begun = sum(not day.excused and not day.future for day in report.days)
        days = "day" if begun == 1 else "days"
        parts.append(f"from {line.coverage * begun:.0f} of {begun} {days} so far")
    elif line.coverage is not None:
        parts.append(f"from {percent(line.coverage)} of the days")
    if line.confidence:
        parts.append(f"confidence {line.confidence}")
    return ", ".join(parts)


def spread_text(line: Component, report: WeekReport) -> str:
    """How a lower bound of a daily mean was made; empty for every other value."""
    if not line.at_least or line.value is None:
        return ""
    count = sum(not day.excused for day in report.days)
    days = f"all {count} days" if count == len(report.days) else f"{count} days not excused"
    if line.unit.endswith("/day"):
        return f"recorded total spread over {days}"
    if line.key == "peak30_spm":
        return f"mean over {days}, the unseen as 0"
    return ""


def cap_text(line: Component) -> str:
    """Why a mean at or above its target still loses points."""
    if line.key not in _DAILY or line.value is None or line.credit is None:
        return ""
    return CAP_NOTE if line.value >= line.target and line.credit < 1 else ""


def details(line: Component, report: WeekReport) -> list[str]:
    """The small print under a value, or why there is none and what to do."""
    note = _sentence(line.note.removeprefix("Not measured: "))
    spread = spread_text(line, report)
    if not line.measured:
        return [text for text in (spread, note) if text]
    texts = (cap_text(line), spread, basis_text(line, report), range_text(line), note)
    return [text for text in texts if text]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def evidence_text(evidence: str) -> str:
    """`B to D: cohort to our design`."""
    words = re.sub(r"\b[A-D]\b", lambda m: EVIDENCE[m[0]][0], evidence).replace("/", " / ")
    return f"{evidence}: {words}"


def evidence_help(evidence: str) -> str:
    """What each letter stands for."""
    letters = re.findall(r"\b[A-D]\b", evidence)
    return " ".join(f"{letter}: {EVIDENCE[letter][1]}" for letter in letters)


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
