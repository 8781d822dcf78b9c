"""A week as a FHIR R4 Bundle, for a clinic's computer. docs/fhir.md says what is in it and why.

Identical reports give identical bytes: ids are UUIDs of what they name, and the time is the end
of what is reported. A lower bound has the comparator `>=`; what is not known has a reason and no
value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from analytics.week import WeekReport
from dashboard.reports import fhir_codes as codes
from dashboard.reports import fhir_observations as observed
from dashboard.reports.fhir_codes import Json
from dashboard.reports.fhir_frame import Frame, urn
from dashboard.reports.fhir_values import MAKER, narrative, text
from dashboard.reports.identity import is_unnamed
from language.spoken import _, language


def write(report: WeekReport) -> bytes:
    """The Bundle as UTF-8 JSON."""
    written = json.dumps(bundle(report), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{written}\n".encode()


def bundle(report: WeekReport) -> Json:
    """Person, software, sensors, observations and our codes; every reference is inside."""
    frame = Frame(report)
    resources = [*_people_and_sensors(frame), *observed.observations(frame), _codes()]
    return {
        "resourceType": "Bundle",
        "id": frame.id("bundle"),
        **frame.meta,
        "language": language(),
        "identifier": urn(frame.id("bundle")),
        "type": "collection",
        "timestamp": frame.instant(frame.until),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _people_and_sensors(frame: Frame) -> Iterator[Json]:
    """The person by code, or by name where somebody asked for it: never born, sex or address.
    What computed the numbers; each sensor by its kind: no serial number, no address."""
    name = text(frame.report.person_name) or _("Person")
    who: Json = (
        {"identifier": [{"value": name}]}
        if is_unnamed(frame.report)
        else {"name": [{"text": name}]}
    )
    yield frame.resource("Patient", frame.id("person"), name, who)
    computed = {
        "deviceName": [{"name": MAKER, "type": "model-name"}],
        "version": [{"value": text(frame.report.method)}],
    }
    yield frame.resource("Device", frame.id("software"), MAKER, computed)
    for index, use in enumerate(frame.report.sensors):
        kind = text(use.title) or _("Sensor")
        worn = {
            "deviceName": [{"name": kind, "type": "user-friendly-name"}],
            "patient": frame.person,
        }
        yield frame.resource("Device", frame.id(f"device {index}"), kind, worn)


def _codes() -> Json:
    system = codes.code_system()
    return {**system, "text": narrative(system["description"])}
