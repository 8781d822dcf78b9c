"""The data types of FHIR R4 that a report uses: texts, quantities, reasons, narratives."""

from __future__ import annotations

import html
import math

from analytics.week import rounded
from dashboard.reports import fhir_codes as codes
from dashboard.reports.fhir_codes import Json
from language.formats import decimal
from language.spoken import _

MAKER = "legload"
_DIGITS = 3


def text(written: str) -> str:
    """As FHIR's type string allows it: no control character, no space but the plain one."""
    return "".join(map(_plain, written)).strip()


def _plain(char: str) -> str:
    return char if char == "\n" or (char.isprintable() and not char.isspace()) else " "


def number(value: float, *, whole: float = math.inf) -> float:
    """To three decimals, a whole number as one; whole: what rounding must not claim."""
    near = rounded(value, whole=whole, digits=_DIGITS)
    return int(near) if near == int(near) else near


def quantity(
    value: float | None, ucum: str, unit: str, *, bound: bool = False, whole: float = math.inf
) -> Json:
    """A value with its unit, `>=` before a lower bound; nothing where there is no value."""
    if value is None:
        return {}
    return {
        "valueQuantity": {
            "value": number(value, whole=whole),
            **({"comparator": ">="} if bound else {}),
            "unit": text(unit),
            "system": codes.UCUM,
            "code": ucum,
        }
    }


def absent(why: str, code: str = "unknown") -> Json:
    """Why there is no value."""
    coding = {"system": codes.ABSENT, "code": code, "display": _ABSENT[code]}
    return {"dataAbsentReason": {"coding": [coding], "text": text(why) or _("not measured")}}


_ABSENT = {"unknown": "Unknown", "not-applicable": "Not Applicable"}


def part(coding: Json, value: Json) -> Json:
    """A component of an observation."""
    return {"code": {"coding": [coding]}, **value}


def words(written: str) -> Json:
    """A value in words, or a reason where there are none."""
    kept = text(written)
    return {"valueString": kept} if kept else absent("")


def narrative(title: str) -> Json:
    """One generated line of XHTML."""
    said = html.escape(text(title), quote=False)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{said}</div>'}


def said(value: Json) -> str:
    """A value or the reason of its absence, for the narrative."""
    if (amount := value.get("valueQuantity")) is None:
        return str(value["dataAbsentReason"]["text"])
    written = decimal(amount["value"], _DIGITS, trim=True)
    bound = "≥ " if "comparator" in amount else ""
    return f"{bound}{written} {amount['unit']}"
