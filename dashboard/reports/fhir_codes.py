"""The codes of a FHIR report: which are LOINC's, which are our own, and their UCUM units.

LOINC is used where the guide "Physical Activity" (HL7, hl7.fhir.us.physical-activity 1.0.0, value
sets `pa-observation-code-evs` and `-time`) or LOINC itself means what we measured. Everything else
has a code of our own. Not used, because they mean something else: LOINC 77592-4 and 77593-2 (MET
minutes of a questionnaire), 89555-7 and 68516-4 (answers over 30 days). docs/fhir.md says more.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ACTIVITY_GUIDE = "http://hl7.org/fhir/us/physical-activity/CodeSystem/pa-temporary-codes"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"

CODES_ID = "fc5d2636-1265-4347-9d58-82849bb300c0"
OWN = f"urn:uuid:{CODES_ID}"
"""Our code system. A URN, because no web address is ours to keep for ever (RFC 4122); the system
itself travels inside every report and stands in docs/codesystem-legload.json."""
CODES_VERSION = "1.0.0"

LINE_UNITS = {
    "aerobic_min": "min/wk",
    "strength_days": "d/wk",
    "lld": "{step-eq}/d",
    "loaded_min": "min/d",
    "peak30_spm": "{steps}/min",
    "unloaded_run_days": "d",
    "lld_days": "d/wk",
    "balance_days": "d/wk",
}
"""The UCUM unit of each line of the scorecard."""

STANDARD = {
    "82290-8": "Frequency of moderate to vigorous aerobic physical activity",
    "82291-6": "Frequency of muscle-strengthening physical activity",
    "41950-7": "Number of steps in 24 hour Measured",
    "101689-8": "Duration of moderate activity",
    "101690-6": "Duration of vigorous activity",
}
"""LOINC codes that we use, with LOINC's own names."""

CONCEPTS = {
    "week": (
        "Weekly scorecard of leg load",
        "Points of one person's ISO week; groups what was observed in it. The weights are "
        "legload's own design, and no study has tested the sum.",
    ),
    "aerobic-min": (
        "Aerobic minutes, vigorous counted twice",
        "Moderate minutes plus twice the vigorous minutes of the week. Not LOINC 82290-8, which "
        "counts every minute once.",
    ),
    "strength-days": (
        "Days with strength exercise of the legs",
        "Days with at least two leg exercises or 30 repetitions, or confirmed by the person.",
    ),
    "lld": (
        "Loaded-Leg Dose",
        "Mean over valid days of the summed peak foot force of every loading cycle, as ordinary "
        "walking steps that load the legs as much. A proxy of foot force: not tissue load, and not "
        "tested against any health outcome.",
    ),
    "loaded-min": (
        "Loaded minutes",
        "Minutes a day with at least 40 steps/min on the feet, or in a strength set. They say "
        "nothing of intensity: these are not moderate or vigorous minutes.",
    ),
    "peak30-spm": (
        "Peak-30 cadence",
        "Mean cadence of the 30 best minutes of a day, not necessarily consecutive; then the mean "
        "over days.",
    ),
    "unloaded-run-days": (
        "Longest run of unloaded days",
        "Consecutive valid days with hardly any load on the legs; an unknown day ends a run.",
    ),
    "lld-days": (
        "Days with half of the dose target",
        "Days on which the Loaded-Leg Dose reached at least half of the day's target.",
    ),
    "balance-days": ("Days with balance practice", "Days with balance practice, from age 65."),
    "lld-day": ("Loaded-Leg Dose of a day", "As lld, of one local day."),
    "contact-asymmetry": (
        "Left and right apart in contact time",
        "|L - R| / mean of contact time in walking, in percent; described, never scored.",
    ),
    "sensor-h": ("Hours recorded by a sensor", "Hours of the week with data of this sensor."),
    "sensor-load-h": ("Hours whose load came from a sensor", "Hours scored from this sensor."),
    "sensor-placement": ("Where a sensor sat", "Placement of a sensor on body or machine."),
    "sensor-all-day": ("Worn all day", "Whether a sensor is worn all day, or for sessions."),
    "target": ("Target", "Target of the scorecard line, from the source that it cites."),
    "credit": ("Credit", "Share of the target that earns points, 0 to 1."),
    "points": ("Points", "Points that the line earned; absent where it is not measured."),
    "points-most": ("Most points", "Points that could be earned where all was measured."),
    "coverage": ("Coverage", "Days that the value rests on, of those that count and have begun."),
    "low": ("Low", "The value if every missing day were empty."),
    "high": ("High", "The value if every missing day were full."),
    "confidence": ("Confidence", "How well the force is known: high, medium or low."),
    "evidence": (
        "Evidence",
        "What the target rests on: A guideline, B cohort, C experiment, D legload's own design.",
    ),
    "source": ("Source", "Citation of the target."),
    "valid-days": ("Valid days", "Days with at least 10 h of waking wear."),
    "excused-days": ("Excused days", "Days that the person marked as ill, operated or away."),
    "zone": ("Time zone", "IANA name of the zone whose days these are."),
}
"""Our own codes: name and meaning, in English as a code system has one language."""


def own(code: str) -> Json:
    """A coding of our own.

    Raises:
        KeyError: there is no such code.
    """
    return {"system": OWN, "version": CODES_VERSION, "code": code, "display": CONCEPTS[code][0]}


def loinc(code: str) -> Json:
    """A coding of LOINC, as far as STANDARD knows it."""
    return {"system": LOINC, "code": code, "display": STANDARD[code]}


def of_line(key: str) -> str:
    """The code of a line of the scorecard."""
    return key.replace("_", "-")


def code_system() -> Json:
    """Our codes as a FHIR CodeSystem, without narrative."""
    return {
        "resourceType": "CodeSystem",
        "id": CODES_ID,
        "language": "en",
        "url": OWN,
        "version": CODES_VERSION,
        "name": "LegloadCodes",
        "title": "Codes of legload reports",
        "status": "active",
        "experimental": False,
        "description": "What a legload report says that no public code system has a code for.",
        "caseSensitive": True,
        "content": "complete",
        "count": len(CONCEPTS),
        "concept": [
            {"code": code, "display": display, "definition": definition}
            for code, (display, definition) in CONCEPTS.items()
        ],
    }
