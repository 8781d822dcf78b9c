"""How a person wants to read: language, units, size of type; light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError
from language.spoken import LANGUAGES, _

if TYPE_CHECKING:
    from ingest.entries import Person

DAY_FIRST = "DD/MM/YYYY"
"""How a field takes a date, in every language that is complete."""

METRIC, IMPERIAL = "metric", "imperial"
UNITS = (METRIC, IMPERIAL)


IMPERIAL_IN = ("US", "LR", "MM")
"""Where body mass is said in pounds: CLDR, measurementSystem US, and Myanmar."""


def usual_units(locale: str | None) -> str:
    """What people use where a browser says it is, such as `en-US`."""
    region = (locale or "").replace("_", "-").rpartition("-")[2].upper()
    return IMPERIAL if region in IMPERIAL_IN else METRIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """language: a code, None as the browser or the system says; units: metric, imperial."""

    language: str | None = None
    units: str = METRIC
    large_type: bool = False


def display_of(person: Person) -> Display:
    """What a person chose."""
    return Display(language=person.language, units=person.units, large_type=person.large_type)


def refuse(display: Display) -> None:
    """Refuse what cannot be shown.

    Raises:
        DashboardError: a language or units that are not there.
    """
    if display.language is not None and display.language not in LANGUAGES:
        raise DashboardError(
            _("There is no language '{code}'.", code=display.language),
            _("Choose one of: {codes}.", codes=", ".join(LANGUAGES)),
        )
    if display.units not in UNITS:
        raise DashboardError(_("Units are metric or imperial, not {units}.", units=display.units))
