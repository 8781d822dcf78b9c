"""How far a load may be trusted: each kind of sensor, and each row of the force table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics import force
from analytics.force import ForceCase
from analytics.machines import FOOT_POD, MACHINES, Machine
from dashboard.wording.text import percent
from language.spoken import _, mark

MARKS = {
    "seen": mark("read in a public copy of the source"),
    "unverified": mark("recalled, not checked against the source"),
    "design": mark("our own choice"),
}
CONFIDENCES = {
    "low": mark("low"),
    "low-medium": mark("low to medium"),
    "medium": mark("medium"),
    "medium-high": mark("medium to high"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfSensor:
    """How far the load that one kind tells may be trusted, in words."""

    title: str
    load: str
    confidence: str
    effort: str


def kinds() -> Iterator[KindOfSensor]:
    """Every kind of sensor that tells something of the legs, and the strap."""
    walk, contact = force.BY_KEY["walk"], force.BY_KEY["run-contact"]
    yield KindOfSensor(
        title=_("Motion sensor on a leg"),
        load=_("weight-bearing"),
        confidence=_(
            "{walking} in walking; {running} in running with clear contact times",
            walking=trust_text(walk),
            running=trust_text(contact),
        ),
        effort=_("how fast you step"),
    )
    for machine in (FOOT_POD, *MACHINES):
        yield _kind(machine)
    yield KindOfSensor(
        title=_("Heart rate strap"),
        load=_("none"),
        confidence=_("tells no load"),
        effort=_("heart rate, where it is allowed"),
    )


def _kind(machine: Machine) -> KindOfSensor:
    known = trust_text(force.BY_KEY[machine.force])
    if machine.walked:
        blind = trust_text(force.BY_KEY["walk"])
        known = _("{known} with a speed; {blind} without", known=known, blind=blind)
    elif machine.mets_by == "power":
        known = _("{known} with power; unknown without", known=known)
    return KindOfSensor(
        title=_(machine.title),
        load=_("weight-bearing") if machine.weight_bearing else _("assisted by a seat"),
        confidence=known,
        effort=_(machine.mets),
    )


def trust_text(case: ForceCase) -> str:
    """`medium, ±15 %`."""
    return _(
        "{confidence}, ±{error}",
        confidence=_(CONFIDENCES[case.confidence]),
        error=percent(case.error),
    )


def kind_table() -> list[dict[str, str]]:
    """The kinds of sensors as rows of words."""
    return [
        {
            _("Sensor"): one.title,
            _("Load"): one.load,
            _("How well its force is known"): one.confidence,
            _("Effort is judged by"): one.effort,
        }
        for one in kinds()
    ]


def force_table() -> list[dict[str, str]]:
    """Every row of the force table in words."""
    return [
        {
            _("Case"): _(case.title),
            _("Peak force on one leg, body weights"): _(case.formula),
            _("Known to about"): trust_text(case),
            _("Source"): _(case.source),
            _("Where that number is from"): _(MARKS[case.mark]),
        }
        for case in force.CASES
    ]
