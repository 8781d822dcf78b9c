"""What a FHIR report observes: the week, its lines, LOINC's measures, each day, each sensor."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.week import Component, Day, SensorUse, why
from dashboard import wording
from dashboard.reports import fhir_codes as codes
from dashboard.reports.fhir_codes import Json
from dashboard.reports.fhir_frame import Frame
from dashboard.reports.fhir_values import absent, part, quantity, text, words
from dashboard.wording.units import unit_text
from language.spoken import _

PERCENT_ACTIVE = {
    "system": codes.ACTIVITY_GUIDE,
    "code": "DeviceActivePercentage",
    "display": "Device Active Percentage",
}
"""The guide's code for how much of the time the device was worn."""


def observations(frame: Frame) -> Iterator[Json]:
    """The week first, which groups the others."""
    told = frame.report
    sensors = [_sensor(frame, index, use) for index, use in enumerate(told.sensors)]
    members = [
        *(_line(frame, line) for line in told.components),
        _aerobic(frame),
        *_strength(frame),
        *_symmetry(frame),
        *(one for day in told.days if not day.future for one in _day(frame, day)),
    ]
    yield _week(frame, members, sensors)
    yield from members
    yield from sensors


def _week(frame: Frame, members: list[Json], sensors: list[Json]) -> Json:
    """Points, how complete the week is, and what whoever hands it over wrote."""
    told, most = frame.report, frame.report.points_measurable
    value = quantity(told.points, "{points}", unit_text("points"), bound=told.at_least, whole=most)
    notes = (wording.status_sentence(told), _(wording.SCORE_NOTE), told.disclaimer)
    return frame.observation(
        "week",
        codes.own("week"),
        _("Weekly scorecard of leg load"),
        value or absent(wording.headline(told)),
        note=[*frame.notes(*notes), *([{"text": text(told.note)}] if text(told.note) else [])],
        hasMember=[_to(one) for one in members],
        derivedFrom=[_to(one) for one in sensors],
        component=[
            _own("points-most", quantity(most, "{points}", unit_text("points"))),
            _own("valid-days", quantity(told.valid_days, "d", unit_text("days"))),
            _own("excused-days", quantity(told.excused_days, "d", unit_text("days"))),
            _own("zone", words(told.zone)),
        ],
    )


def _to(resource: Json) -> Json:
    return {"reference": f"urn:uuid:{resource['id']}", "type": resource["resourceType"]}


def _placed(use: SensorUse) -> Iterator[Json]:
    """Where it sat; nothing where no file says."""
    if use.placement:
        yield _own("sensor-placement", words(wording.placement_text(use.placement)))


def _own(code: str, value: Json) -> Json:
    return part(codes.own(code), value)


# --- the lines of the scorecard -----------------------------------------------------------------


def _line(frame: Frame, line: Component) -> Json:
    reason = "unknown" if line.points_max else "not-applicable"
    missing = absent(why(line.note), reason)
    value = _amount(line, line.value, bound=line.at_least)
    how = wording.spread_text(line, frame.report), wording.cap_text(line)
    told = (
        *map(wording.capital, how),
        line.note,
        _(wording.DOSE_NOTE) if line.key == "lld" else "",
    )
    return frame.observation(
        codes.of_line(line.key),
        codes.own(codes.of_line(line.key)),
        line.title,
        value or missing,
        note=frame.notes(*told),
        component=_parts(line, missing),
    )


def _amount(line: Component, value: float | None, *, bound: bool = False) -> Json:
    ucum, unit = codes.LINE_UNITS[line.key], unit_text(line.unit)
    return quantity(value, ucum, unit, bound=bound, whole=line.target)


def _parts(line: Component, missing: Json) -> list[Json]:
    """Target, credit, points, coverage, range, evidence; null says why or is left out."""
    share = None if line.coverage is None else 100 * line.coverage
    points, bound, most = unit_text("points"), line.at_least, line.points_max
    earned = quantity(line.points, "{points}", points, bound=bound, whole=most)
    optional = {
        "low": _amount(line, line.low),
        "high": _amount(line, line.high),
        "confidence": words(line.confidence) if line.confidence else {},
    }
    return [
        _own("target", _amount(line, line.target)),
        _own("credit", quantity(line.credit, "1", "1", bound=bound, whole=1) or missing),
        _own("points", earned or missing),
        _own("points-most", quantity(most, "{points}", points)),
        _own("coverage", quantity(share, "%", "%", whole=100) or missing),
        *(_own(code, value) for code, value in optional.items() if value),
        _own("evidence", words(wording.evidence_text(line.evidence))),
        _own("source", words(line.source)),
    ]


# --- what LOINC has a code for ------------------------------------------------------------------


def _aerobic(frame: Frame) -> Json:
    """Moderate and vigorous minutes, each counted once, as LOINC means them. A lower bound as long
    as any of the seven days is not wholly known."""
    days = frame.report.days
    known = [day for day in days if day.moderate_min is not None and day.vigorous_min is not None]
    bound = len([day for day in known if day.valid]) < len(days)
    moderate = sum(day.moderate_min or 0.0 for day in known) if known else None
    vigorous = sum(day.vigorous_min or 0.0 for day in known) if known else None
    both = None if moderate is None or vigorous is None else moderate + vigorous
    missing = absent(_("no sensor showed how hard the minutes were."))
    parts = (("101689-8", moderate), ("101690-6", vigorous))
    return frame.observation(
        "82290-8",
        codes.loinc("82290-8"),
        _("Moderate and vigorous minutes, each counted once"),
        quantity(both, "min/wk", unit_text("min/week"), bound=bound) or missing,
        component=[
            part(
                codes.loinc(code), quantity(value, "min", unit_text("min"), bound=bound) or missing
            )
            for code, value in parts
        ],
    )


def _strength(frame: Frame) -> Iterator[Json]:
    """Always a lower bound: LOINC means all muscles, and we know of the legs."""
    for line in frame.report.components:
        if line.key == "strength_days":
            value = quantity(line.value, "d/wk", _("days a week"), bound=True)
            yield frame.observation(
                "82291-6",
                codes.loinc("82291-6"),
                _("Days with strength exercise"),
                value or absent(why(line.note)),
                note=frame.notes(
                    _("Only exercises of the legs are known; there may be more days.")
                ),
            )


def _symmetry(frame: Frame) -> Iterator[Json]:
    if (legs := frame.report.symmetry) is not None:
        value = quantity(legs.percent, "%", "%")
        yield frame.observation(
            "contact-asymmetry",
            codes.own("contact-asymmetry"),
            _("Left and right apart; not scored"),
            value or absent(why(legs.note)),
            note=frame.notes(legs.note),
        )


# --- days and sensors ---------------------------------------------------------------------------


def _day(frame: Frame, day: Day) -> Iterator[Json]:
    """Steps and dose of one local day, with the share of it that a sensor was worn."""
    reason = _("not measured") if day.recorded else _(wording.DAY_STATES[wording.day_state(day)])
    worn = day.observed_h if day.wear_h is None else day.wear_h
    share = None if worn is None else min(100.0, 100 * worn / day.hours)
    held = [part(PERCENT_ACTIVE, quantity(share, "%", "%", whole=100))] if worn is not None else []
    steps = quantity(day.steps, "/d", _("steps a day"), bound=not day.valid)
    load = day.lld_at_least or not day.valid
    dose = quantity(day.lld, "{step-eq}/d", unit_text("step-eq/day"), bound=load)
    for code, coding, title, value, note in (
        ("41950-7", codes.loinc("41950-7"), _("Steps"), steps, ""),
        ("lld-day", codes.own("lld-day"), _("Loaded-Leg Dose"), dose, wording.needs_text(day)),
    ):
        yield frame.observation(
            f"{code} {day.date}",
            coding,
            title,
            value or absent(reason),
            effectivePeriod=frame.day(day.date),
            component=held,
            note=frame.notes(note),
        )


def _sensor(frame: Frame, index: int, use: SensorUse) -> Json:
    """How long a sensor was heard, where it sat, and how many of its hours were scored."""
    return frame.observation(
        f"sensor {index}",
        codes.own("sensor-h"),
        _("Hours recorded by {sensor}", sensor=use.title),
        quantity(use.observed_h, "h", "h"),
        device=frame.device(f"device {index}"),
        component=[
            _own("sensor-load-h", quantity(use.load_h, "h", "h")),
            *_placed(use),
            _own("sensor-all-day", {"valueBoolean": use.continuous}),
        ],
    )
