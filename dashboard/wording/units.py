"""Units that a person reads: their names, and kg or lb, m/s or mph as the person wants.

Whatever is stored, computed or written to a file is metric; only what a person reads or types is
turned. Factors: NIST SP 811 (2008), appendix B.8, where each of them is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.display import IMPERIAL, METRIC
from dashboard.wording.text import number
from language.formats import decimal
from language.spoken import _, mark, n_

KG_PER_LB = 0.45359237
M_PER_MILE = 1609.344
M_PER_FT = 0.3048
MPS_PER_MPH = 0.44704
MASS_STEP = {METRIC: 0.5, IMPERIAL: 1.0}
"""Of fields in which a mass is typed (design)."""

NAMES = {
    name: name
    for name in (
        mark("min/week"),
        mark("min/day"),
        mark("min"),
        mark("h"),
        mark("s"),
        mark("days"),
        mark("weeks"),
        mark("points"),
        mark("step-eq"),
        mark("step-eq/day"),
        mark("steps"),
        mark("strides"),
        mark("strokes"),
        mark("floors"),
        mark("repetitions"),
        mark("steps/min"),
        mark("turns/min"),
        mark("strokes/min"),
        mark("beats/min"),
        mark("samples/s"),
        mark("on its own scale"),
        mark("METs"),
        mark("kg"),
        mark("lb"),
        mark("m"),
        mark("km"),
        mark("ft"),
        mark("mi"),
        mark("m/s"),
        mark("mph"),
        mark("W"),
        mark("N"),
        mark("kJ"),
    )
} | {"g": mark("g (gravity)")}
"""By key, as reports and sensors say it; `g` would be taken for grams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A number in the unit in which a person reads it."""

    value: float
    unit: str


_IMPERIAL = {
    "kg": ("lb", KG_PER_LB),
    "m/s": ("mph", MPS_PER_MPH),
    "km": ("mi", M_PER_MILE / 1000),
    "m": ("ft", M_PER_FT),
}


def unit_text(unit: str) -> str:
    """A unit by its key in the language spoken now; of an unknown one the key."""
    return _(NAMES[unit]) if unit in NAMES else unit


def amount(value: float, unit: str, *, whole: float | None = None) -> str:
    """`6,210 step-eq/day`, `1 day`; whole as of a number."""
    written = number(value, whole=whole)
    if unit == "days":
        return n_("{count} day", "{count} days", 1 if written == "1" else 2, count=written)
    return f"{written} {unit_text(unit)}"


def turned(value: float, unit: str, units: str = METRIC) -> Turned:
    """A metric number as somebody reads it who chose `units`: kg, m/s, km and m are turned."""
    if units != IMPERIAL or unit not in _IMPERIAL:
        return Turned(value=value, unit=unit)
    name, factor = _IMPERIAL[unit]
    return Turned(value=value / factor, unit=name)


def mass_unit(units: str = METRIC) -> str:
    """The key of the unit in which masses are shown and typed: `kg`, `lb`."""
    return turned(0.0, "kg", units).unit


def mass_shown(kg: float, units: str = METRIC) -> float:
    """A mass in that unit, to two decimals, for a field."""
    return round(turned(kg, "kg", units).value, 2)


def mass_kg(value: float, units: str = METRIC) -> float:
    """What was typed in that unit, in kg."""
    return value * KG_PER_LB if units == IMPERIAL else value


def mass_text(kg: float, units: str = METRIC, digits: int = 1) -> str:
    """`62.5 kg`, `137.8 lb`: to a tenth, above 100 too, as scales tell it."""
    mass = turned(kg, "kg", units)
    return f"{decimal(mass.value, digits, trim=True)} {unit_text(mass.unit)}"
