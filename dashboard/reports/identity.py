"""Who a report is about, left out unless somebody asks for it.

A report leaves this computer: by e-mail, on paper, in a table for a study. Without a name it says a
short code instead, the same one in every report of that person, so that whoever knows the person
can lay the weeks side by side.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from analytics.practice import TrainingSet
from analytics.week import Gap, Notice, SensorUse, WeekReport
from dashboard.persons import DEFAULT_NAME, DEFAULT_PERSON
from dashboard.reports.without_name import without_name
from ingest.entries import AnyEntry
from language.spoken import _

SHORTEST, LONGEST = 4, 16
"""Characters of a code after `P-`: enough for the people of one home, and more where two agree."""
_CODE = re.compile(rf"P-[0-9A-F]{{{SHORTEST},{LONGEST}}}")


def person_code(entries: Iterable[AnyEntry], person: str) -> str:
    """The code of a person, such as `P-7F3A`; see `person_codes`. Nobody said anything of: of the
    key alone."""
    return person_codes(entries).get(person) or _code(person, "", SHORTEST)


def person_codes(entries: Iterable[AnyEntry]) -> dict[str, str]:
    """The code of each person of a home, by key, in the order first named.

    It comes from the instant of the person's first entry (to the microsecond) and stays the same
    whatever is said later; from a name alone it cannot be worked out. Where two people's codes
    agree, the later one's is longer.
    """
    first: dict[str, str] = {}
    for entry in entries:
        person = getattr(entry, "person", None)
        if isinstance(person, str):
            first.setdefault(person, entry.at.isoformat())
    codes: dict[str, str] = {}
    for person, instant in first.items():
        lengths = range(SHORTEST, LONGEST + 1)
        tried = (_code(person, instant, length) for length in lengths)
        codes[person] = next(code for code in tried if code not in codes.values())
    return codes


def _code(person: str, instant: str, length: int) -> str:
    digest = hashlib.blake2b(f"{instant}\0{person}".encode(), person=b"legload-code")
    return f"P-{digest.hexdigest()[:length].upper()}"


def is_unnamed(report: WeekReport) -> bool:
    """Whether a report says a code where its person's name would stand."""
    return report.person == report.person_name and _CODE.fullmatch(report.person) is not None


def unnamed(report: WeekReport, code: str) -> WeekReport:
    """The same week under a code: no name and no key of the person, no key of a sensor.

    Sensors keep their kind (their title) without a name, and get numbers for keys. The note is
    somebody's own words: the person's name in it is replaced (`without_name`), and nothing else
    can be.
    """
    keys = {use.sensor: f"sensor-{index}" for index, use in enumerate(report.sensors, start=1)}
    return replace(
        report,
        person=code,
        person_name=code,
        sensors=tuple(replace(use, sensor=keys[use.sensor], name="") for use in report.sensors),
        gaps=tuple(_gap(gap, keys) for gap in report.gaps),
        sets=tuple(_set(one, keys) for one in report.sets),
        notices=tuple(_notice(one, report.sensors, keys) for one in report.notices),
        note=without_name(report.note, _names(report), code),
    )


def _gap(gap: Gap, keys: Mapping[str, str]) -> Gap:
    return replace(gap, sensor=keys.get(gap.sensor, "sensor"))


def _set(one: TrainingSet, keys: Mapping[str, str]) -> TrainingSet:
    return one if one.sensor is None else replace(one, sensor=keys.get(one.sensor, "sensor"))


def _notice(notice: Notice, sensors: Iterable[SensorUse], keys: Mapping[str, str]) -> Notice:
    """A notice about a sensor has the sensor's key in its own."""
    about = [use.sensor for use in sensors if notice.key.endswith(f"-{use.sensor}")]
    if not about:
        return notice
    sensor = max(about, key=len)
    return replace(notice, key=notice.key.removesuffix(sensor) + keys[sensor])


def _names(report: WeekReport) -> Iterable[str]:
    """What to take out of a note: the key may hold an earlier name. The words that stand where
    nobody was named are nobody's name."""
    named = {_(DEFAULT_NAME), DEFAULT_NAME, DEFAULT_PERSON}
    return [name for name in (report.person_name, report.person) if name not in named]
