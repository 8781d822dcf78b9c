"""A week as IEEE 1752.1 data points, for research platforms that read Open mHealth.

A JSON array: of each valid day one `ieee:physical-activity:1.0`; of every day that has begun one
`legload:leg-load-day:1.0`; of the week one `legload:leg-load-week:1.0`. The schemas of IEEE cannot
say that a number is a lower bound, so such numbers stand in our own data points only, which say
so. docs/open-mhealth.md describes them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from analytics.week import Component, Day, WeekReport
from dashboard.reports.fhir_frame import Frame
from dashboard.reports.fhir_values import number, text

Json = dict[str, Any]

ACTIVITY = ("ieee", "physical-activity", "1.0")
DAY = ("legload", "leg-load-day", "1.0")
WEEK = ("legload", "leg-load-week", "1.0")
SIMULATED = {
    "datasheet_type": "DEMO: simulated data, measured on nobody",
    "datasheet_reference": "http://terminology.hl7.org/CodeSystem/v3-ActReason#HTEST",
}
"""HL7's code of test health data, where the header of IEEE has no word for it."""

_DAY_VALUES = {
    "steps": ("steps", "steps"),
    "loaded_leg_dose": ("lld", "step-eq"),
    "loaded": ("loaded_min", "min"),
    "moderate": ("moderate_min", "min"),
    "vigorous": ("vigorous_min", "min"),
    "peak_30_cadence": ("peak30_spm", "steps/min"),
    "worn": ("wear_h", "h"),
    "heard": ("observed_h", "h"),
}
"""What a day's data point calls it, the field of `Day`, and its unit."""


def write(report: WeekReport) -> bytes:
    """The data points as UTF-8 JSON."""
    points = json.dumps(data_points(report), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{points}\n".encode()


def data_points(report: WeekReport) -> list[Json]:
    """The week, then its days in order, then what IEEE has words for; days to come have none."""
    frame = Frame(report)
    days = [day for day in report.days if not day.future]
    return [
        _point(frame, WEEK, "", _week(frame)),
        *(_point(frame, DAY, str(day.date), _day(frame, day)) for day in days),
        *(
            _point(frame, ACTIVITY, str(day.date), body)
            for day in days
            for body in _activity(frame, day)
        ),
    ]


def _point(frame: Frame, schema: tuple[str, str, str], name: str, body: Json) -> Json:
    """One data point. Sensed is only what nobody logged and nobody simulated."""
    header: Json = {
        "uuid": frame.id(" ".join((*schema, name))),
        "schema_id": dict(zip(("namespace", "name", "version"), schema, strict=True)),
        "source_creation_date_time": frame.instant(frame.until),
    }
    if frame.report.demo:
        header["external_datasheets"] = [SIMULATED]
    elif schema is ACTIVITY:
        header["modality"] = "sensed"
    return {"header": header, "body": body}


def _time_frame(frame: Frame, start: dt.date, end: dt.date | None = None) -> Json:
    """Whole local days from start to end, exclusive; one day where no end is said."""
    last = end or start + dt.timedelta(days=1)
    interval = {"start_date_time": frame.instant(start), "end_date_time": frame.instant(last)}
    return {"effective_time_frame": {"time_interval": interval}}


def _amount(value: float | None, unit: str) -> Json | None:
    return None if value is None else {"value": number(value), "unit": unit}


def _activity(frame: Frame, day: Day) -> Iterator[Json]:
    """What IEEE has words for, of a valid day; nothing where none of it is known."""
    known = {
        "base_movement_quantity": _amount(day.steps, "steps"),
        "duration_moderate_activity": _amount(day.moderate_min, "min"),
        "duration_vigorous_activity": _amount(day.vigorous_min, "min"),
    }
    held = {key: amount for key, amount in known.items() if amount is not None}
    if day.valid and held:
        yield {"activity_name": "daily activity summary", **_time_frame(frame, day.date), **held}


def _day(frame: Frame, day: Day) -> Json:
    """Everything of a day, bounds included; null is unknown."""
    values = {
        name: _amount(getattr(day, field), unit) for name, (field, unit) in _DAY_VALUES.items()
    }
    return {
        "person": text(frame.report.person_name),
        "simulated": frame.report.demo,
        **_time_frame(frame, day.date),
        "recorded": day.recorded,
        "valid": day.valid,
        "excused": day.excused,
        "at_least": not day.valid,
        "dose_at_least": day.lld_at_least or not day.valid,
        **values,
    }


def _week(frame: Frame) -> Json:
    told, most = frame.report, frame.report.points_measurable
    return {
        "person": text(told.person_name),
        "simulated": told.demo,
        "week": told.week,
        "zone": told.zone,
        **_time_frame(frame, told.start, frame.until),
        "status": told.status.value,
        "valid_days": told.valid_days,
        "excused_days": told.excused_days,
        "points": None if told.points is None else number(told.points, whole=most),
        "points_measurable": most,
        "at_least": told.at_least,
        "lines": [_line(line) for line in told.components],
        "method": told.method,
        "targets": told.protocol,
        "data_hash": told.data_hash,
        "note": text(told.note),
    }


def _line(line: Component) -> Json:
    """A line of the scorecard as it is; shares 0 to 1, null where not measured."""

    def held(value: float | None, whole: float = line.target) -> float | None:
        return None if value is None else number(value, whole=whole)

    return {
        "key": line.key,
        "title": text(line.title),
        "value": held(line.value),
        "unit": line.unit,
        "at_least": line.at_least,
        "low": held(line.low),
        "high": held(line.high),
        "target": line.target,
        "credit": held(line.credit, 1),
        "points": held(line.points, line.points_max),
        "points_max": line.points_max,
        "coverage": held(line.coverage, 1),
        "confidence": line.confidence,
        "evidence": line.evidence,
        "source": text(line.source),
        "note": text(line.note),
    }
