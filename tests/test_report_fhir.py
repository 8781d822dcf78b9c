"""FHIR reports: HL7's own JSON Schema, the codes, and what a lower bound and the unknown become."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.calendar import dates_from, week_start
from analytics.metrics import METRICS
from analytics.week import WeekReport
from dashboard.reports import FORMATS, fhir, fhir_codes
from dashboard.reports.identity import unnamed
from language.spoken import speaking
from tests import golden_weeks, sample_week

Json = dict[str, Any]
CODE = "P-7F3A"
DOCS = Path(__file__).parents[1] / "docs"
SCHEMA = json.loads(Path(__file__).with_name("fhir_r4.schema.json").read_text())
WEEKS: dict[str, Callable[[], WeekReport]] = {
    **sample_week.WEEKS,
    **{
        name: cache(lambda build=build: build().report())
        for name, build in golden_weeks.PEOPLE.items()
    },
}
every_week = pytest.mark.parametrize("build", WEEKS.values(), ids=WEEKS)

CODES = {
    ("Observation", "status"): {"final", "preliminary"},
    ("Bundle", "type"): {"collection"},
    ("CodeSystem", "status"): {"active"},
    ("CodeSystem", "content"): {"complete"},
    ("text", "status"): {"generated"},
    ("deviceName", "type"): {"model-name", "user-friendly-name"},
}
"""What stands in elements whose value set FHIR requires; all are in HL7's value sets of 4.0.1."""
PUBLIC = {
    "http://terminology.hl7.org/CodeSystem/data-absent-reason": {"unknown", "not-applicable"},
    "http://terminology.hl7.org/CodeSystem/observation-category": {"activity"},
    "http://terminology.hl7.org/CodeSystem/v3-ActReason": {"HTEST"},
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue": {"PSEUDED"},
    "http://hl7.org/fhir/us/physical-activity/CodeSystem/pa-temporary-codes": {
        "PhysicalActivity",
        "DeviceActivePercentage",
    },
    "http://loinc.org": {"82290-8", "82291-6", "41950-7", "101689-8", "101690-6"},
}
"""The codes of others that we use, as their own code systems hold them."""
UNITS = {
    *("min/wk", "d/wk", "min/d", "d", "/d", "min", "h", "%", "1"),
    *("{step-eq}/d", "{steps}/min", "{points}"),
}
"""Every one is valid by the National Library of Medicine's UCUM validator (docs/fhir.md)."""


def bundle(report: WeekReport) -> Json:
    held: Json = json.loads(fhir.write(report))
    return held


def resources(held: Json, kind: str) -> list[Json]:
    every = (entry["resource"] for entry in held["entry"])
    return [one for one in every if one["resourceType"] == kind]


def observed(held: Json, code: str) -> list[Json]:
    return [
        one for one in resources(held, "Observation") if one["code"]["coding"][0]["code"] == code
    ]


def component(observation: Json, code: str) -> Json:
    found: list[Json] = [
        one for one in observation["component"] if one["code"]["coding"][0]["code"] == code
    ]
    assert len(found) == 1
    return found[0]


def walk(held: Any, name: str = "") -> Iterator[tuple[str, Json]]:
    """Every object inside, with the name of the element that it stands in."""
    if isinstance(held, dict):
        yield name, held
        for key, value in held.items():
            yield from walk(value, key)
    elif isinstance(held, list):
        for value in held:
            yield from walk(value, name)


def check(held: Json) -> None:
    jsonschema.Draft6Validator(SCHEMA).validate(held)


# --- the official schema ------------------------------------------------------------------------


@every_week
def test_a_week_is_valid_by_the_json_schema_of_hl7(build: Callable[[], WeekReport]) -> None:
    check(bundle(build()))
    check(bundle(unnamed(build(), CODE)))


WRONG: dict[str, Callable[[Json], object]] = {
    "no code": lambda one: one.pop("code"),
    "an unknown element": lambda one: one.update(steps=5),
    "a number as text": lambda one: one["valueQuantity"].update(value="6210"),
    "a word for a comparator": lambda one: one["valueQuantity"].update(comparator="at least"),
    "a time without its zone": lambda one: one["effectivePeriod"].update(start="2026-11-16T00:00"),
    "an empty text": lambda one: one["code"].update(text=""),
    "an unknown kind of narrative": lambda one: one["text"].update(status="made"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_a_wrong_document_fails(spoil: Callable[[Json], object]) -> None:
    (one,) = observed(bundle(sample_week.complete()), "lld")
    rule = jsonschema.Draft6Validator({**SCHEMA, "$ref": "#/definitions/Observation"})
    rule.validate(one)
    spoil(one)
    with pytest.raises(jsonschema.ValidationError):
        rule.validate(one)


# --- rules of FHIR that the schema does not hold -------------------------------------------------


def unknown_codes(held: Json) -> list[object]:
    """Where a value set is required and what stands there is not of it, or nothing does."""
    return [
        one.get(field)
        for (element, field), allowed in CODES.items()
        for name, one in walk(held)
        if element in (name, one.get("resourceType"))
        if one.get(field) not in allowed
    ]


@pytest.mark.parametrize("status", [None, "done"])
def test_a_status_that_fhir_does_not_know_is_noticed(status: str | None) -> None:
    held = bundle(sample_week.complete())
    observed(held, "lld")[0]["status"] = status
    assert unknown_codes(held) == [status]


@every_week
def test_every_code_is_one_that_its_system_has(build: Callable[[], WeekReport]) -> None:
    held = bundle(unnamed(build(), CODE))
    assert unknown_codes(held) == []
    own = {one["code"] for one in resources(held, "CodeSystem")[0]["concept"]}
    for _name, one in walk(held):
        if set(one) >= {"system", "code"} and "value" not in one:
            allowed = own if one["system"] == fhir_codes.OWN else PUBLIC[one["system"]]
            assert one["code"] in allowed


@every_week
def test_every_quantity_has_a_unit_of_ucum(build: Callable[[], WeekReport]) -> None:
    for name, one in walk(bundle(build())):
        if name == "valueQuantity":
            assert one["system"] == "http://unitsofmeasure.org"
            assert one["code"] in UNITS
            assert one["unit"]


@every_week
def test_references_resolve_and_ids_are_unique(build: Callable[[], WeekReport]) -> None:
    held = bundle(build())
    urls = [entry["fullUrl"] for entry in held["entry"]]
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in held["entry"]}
    assert len(set(urls)) == len(urls)
    for entry in held["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{uuid.UUID(entry['resource']['id'])}"
    for _name, one in walk(held):
        if "reference" in one:
            assert kinds[one["reference"]] == one["type"]


@every_week
def test_a_value_or_why_there_is_none_and_never_both(build: Callable[[], WeekReport]) -> None:
    for observation in resources(bundle(build()), "Observation"):
        for one in (observation, *observation.get("component", ())):
            values = [key for key in one if key.startswith("value")]
            assert len(values) + ("dataAbsentReason" in one) == 1
        assert all(note["text"] for note in observation.get("note", ()))


@every_week
def test_narratives_are_xhtml(build: Callable[[], WeekReport]) -> None:
    for entry in bundle(build())["entry"]:
        div = ElementTree.fromstring(entry["resource"]["text"]["div"])
        assert div.tag == "{http://www.w3.org/1999/xhtml}div"
        assert div.text


# --- what a week says ----------------------------------------------------------------------------


@every_week
def test_a_line_keeps_value_bound_unit_and_what_it_rests_on(
    build: Callable[[], WeekReport],
) -> None:
    report = build()
    held = bundle(report)
    for line in report.components:
        (one,) = observed(held, fhir_codes.of_line(line.key))
        assert one["status"] == ("preliminary" if report.status == "so far" else "final")
        assert component(one, "target")["valueQuantity"]["value"] == pytest.approx(line.target)
        assert component(one, "evidence")["valueString"].startswith(line.evidence[0])
        assert line.source[:20] in component(one, "source")["valueString"]
        assert report.method in one["method"]["text"]
        assert report.data_hash in one["method"]["text"]
        if line.value is None:
            assert one["dataAbsentReason"]["text"]
            continue
        value = one["valueQuantity"]
        assert value["value"] == pytest.approx(line.value, abs=0.001)
        assert value.get("comparator") == (">=" if line.at_least else None)
        if line.coverage is not None:
            share = component(one, "coverage")["valueQuantity"]["value"]
            assert share == pytest.approx(100 * line.coverage, abs=0.01)


def test_a_lower_bound_says_so_in_points_value_and_credit() -> None:
    held = bundle(sample_week.at_least())
    (dose,) = observed(held, "lld")
    assert dose["valueQuantity"]["comparator"] == ">="
    assert component(dose, "credit")["valueQuantity"]["comparator"] == ">="
    assert dose["note"][0]["text"] == "Recorded total spread over all 7 days"
    assert observed(held, "week")[0]["valueQuantity"]["comparator"] == ">="


def test_what_is_not_measured_has_a_reason_and_no_zero() -> None:
    held = bundle(sample_week.at_least())
    (line,) = observed(held, "loaded-min")
    assert line["dataAbsentReason"]["text"] == sample_week.NO_WEAR
    assert "valueQuantity" not in line
    assert "dataAbsentReason" in component(line, "points")
    assert "dataAbsentReason" in observed(bundle(sample_week.no_data()), "week")[0]


def test_balance_under_65_does_not_apply() -> None:
    held = bundle(golden_weeks.sedentary().report())
    (line,) = observed(held, "balance-days")
    assert line["dataAbsentReason"]["coding"][0]["code"] == "not-applicable"


def test_loaded_minutes_are_never_called_moderate_or_vigorous() -> None:
    (line,) = observed(bundle(sample_week.complete()), "loaded-min")
    assert [one["system"] for one in line["code"]["coding"]] == [fhir_codes.OWN]


def test_vigorous_minutes_count_once_in_the_measure_of_loinc() -> None:
    days = tuple(
        replace(day, moderate_min=20.0, vigorous_min=10.0, aerobic_min=40.0)
        for day in sample_week.full_days()
    )
    held = bundle(replace(sample_week.complete(), days=days))
    (one,) = observed(held, "82290-8")
    assert one["valueQuantity"]["value"] == 210
    assert one["valueQuantity"]["code"] == "min/wk"
    assert "comparator" not in one["valueQuantity"]
    assert component(one, "101690-6")["valueQuantity"]["value"] == 70
    unseen = replace(sample_week.blank(days[6]), moderate_min=None, vigorous_min=None)
    known = replace(sample_week.complete(), days=(*days[:6], unseen))
    (part,) = observed(bundle(known), "82290-8")
    assert (part["valueQuantity"]["value"], part["valueQuantity"]["comparator"]) == (180, ">=")


def test_intensity_that_nobody_measured_is_absent_from_the_measure_of_loinc() -> None:
    (one,) = observed(bundle(sample_week.no_data()), "82290-8")
    assert "valueQuantity" not in one
    assert "dataAbsentReason" in component(one, "101689-8")


def test_strength_is_a_lower_bound_of_what_loinc_means_and_exact_as_our_own() -> None:
    held = bundle(sample_week.complete())
    assert observed(held, "82291-6")[0]["valueQuantity"]["comparator"] == ">="
    assert "comparator" not in observed(held, "strength-days")[0]["valueQuantity"]


def test_steps_of_a_day_say_how_much_of_it_was_worn_and_whether_they_are_all() -> None:
    days = observed(bundle(sample_week.at_least()), "41950-7")
    assert len(days) == 7
    assert days[0]["valueQuantity"]["comparator"] == ">="
    worn = component(days[0], "DeviceActivePercentage")["valueQuantity"]["value"]
    assert worn == pytest.approx(100 * 1.1 / 24, abs=0.001)
    assert days[1]["dataAbsentReason"]["text"] == "not recorded"
    assert "component" not in days[1]
    full = observed(bundle(sample_week.complete()), "41950-7")
    assert not any("comparator" in day["valueQuantity"] for day in full)


@pytest.mark.parametrize(
    ("zone", "week", "sunday"),
    [
        ("Europe/Rome", "2026-W43", ("2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00")),
        ("Europe/Rome", "2026-W13", ("2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59+02:00")),
        (
            "America/Santiago",
            "2026-W36",
            ("2026-09-06T01:00:00-03:00", "2026-09-06T23:59:59-03:00"),
        ),
        ("Asia/Kolkata", "2026-W53", ("2027-01-03T00:00:00+05:30", "2027-01-03T23:59:59+05:30")),
    ],
)
def test_days_are_local_and_touch_each_other(zone: str, week: str, sunday: tuple[str, str]) -> None:
    """A night of 25 hours, one of 23, a midnight that does not exist, a year of 53 weeks."""
    start, report = week_start(week), sample_week.complete()
    dates = dates_from(start, 7)
    days = tuple(replace(day, date=date) for day, date in zip(report.days, dates, strict=True))
    end = start + dt.timedelta(days=7)
    told = replace(report, zone=zone, week=week, start=start, end=end, days=days)
    periods = [one["effectivePeriod"] for one in observed(bundle(told), "lld-day")]
    assert (periods[6]["start"], periods[6]["end"]) == sunday
    for before, after in itertools.pairwise(periods):
        last, first = (dt.datetime.fromisoformat(one) for one in (before["end"], after["start"]))
        assert first - last == dt.timedelta(seconds=1)


def test_a_running_week_ends_today_and_has_no_days_to_come() -> None:
    held = bundle(sample_week.so_far())
    week = observed(held, "week")[0]
    assert week["effectivePeriod"] == {
        "start": "2026-11-16T00:00:00+01:00",
        "end": "2026-11-19T23:59:59+01:00",
    }
    assert held["timestamp"] == "2026-11-20T00:00:00+01:00"
    assert len(observed(held, "lld-day")) == 4


def test_the_week_groups_everything_and_keeps_the_note_of_whoever_hands_it_over() -> None:
    told = replace(sample_week.complete(), note="Knee swollen.\nStairs from Monday on.")
    held = bundle(told)
    week = observed(held, "week")[0]
    named = {one["reference"] for key in ("hasMember", "derivedFrom") for one in week[key]}
    assert len(named) == len(resources(held, "Observation")) - 1
    own = [note for note in week["note"] if "authorString" not in note]
    assert own == [{"text": "Knee swollen.\nStairs from Monday on."}]


# --- who -----------------------------------------------------------------------------------------


@every_week
def test_without_a_name_nothing_says_who_it_is(build: Callable[[], WeekReport]) -> None:
    name, key = "Wilhelmine Abendroth", "wilhelmine-a"
    note = "Wilhelmine Abendroth limps."
    report = replace(build(), person=key, person_name=name, note=note)
    held = bundle(unnamed(report, CODE))
    (person,) = resources(held, "Patient")
    assert person["identifier"][0]["value"] == CODE
    assert not {"name", "birthDate", "gender", "telecom", "address"} & set(person)
    written = json.dumps(held, ensure_ascii=False).lower()
    assert not [word for word in ("wilhelmine", "abendroth", "c0ffee") if word in written]
    assert "wilhelmine" in fhir.write(report).decode().lower()


def test_a_name_is_there_when_somebody_asked_for_it() -> None:
    (person,) = resources(bundle(sample_week.complete()), "Patient")
    assert person["name"] == [{"text": "Anna Schröder"}]
    assert "identifier" not in person


def test_one_code_in_two_homes_is_never_one_patient() -> None:
    one = bundle(unnamed(sample_week.complete(), CODE))
    other = bundle(unnamed(replace(sample_week.complete(), data_hash="0" * 64), CODE))
    (patient,), (again,) = resources(one, "Patient"), resources(other, "Patient")
    assert patient["id"] != again["id"]
    assert patient["identifier"] == again["identifier"] == [{"value": CODE}]


def test_another_week_another_method_and_a_demo_have_other_ids() -> None:
    report = sample_week.complete()
    others = (replace(report, week="2026-W48"), replace(report, method="2"))
    ids = {one["id"] for each in (report, *others) for one in observed(bundle(each), "lld")}
    assert len(ids) == 3


def test_a_demo_is_labelled_as_test_data_everywhere() -> None:
    held = bundle(sample_week.demo())
    label = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "code": "HTEST",
        "display": "test health data",
    }
    told = [held, *(one["resource"] for one in held["entry"])]
    for one in told:
        if one["resourceType"] != "CodeSystem":
            assert label in one["meta"]["security"]
    assert "DEMO" in observed(held, "week")[0]["text"]["div"]
    assert "HTEST" not in fhir.write(sample_week.complete()).decode()


# --- texts and bytes -----------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_a_valid_bundle(text: str) -> None:
    report = sample_week.complete()
    line = replace(report.components[0], title=text, note=text, source=text)
    use = replace(report.sensors[0], title=text, placement=text)
    told = replace(report, person_name=text, note=text, components=(line,), sensors=(use,), days=())
    held = bundle(told)
    check(held)
    for entry in held["entry"]:
        ElementTree.fromstring(entry["resource"]["text"]["div"])


def test_an_italian_report_has_the_same_codes_and_ids() -> None:
    english = bundle(sample_week.complete())
    with speaking("it"):
        italian = bundle(sample_week.complete())
    assert (english["language"], italian["language"]) == ("en", "it")
    codes = [
        [(one["code"]["coding"], one["id"]) for one in resources(held, "Observation")]
        for held in (english, italian)
    ]
    assert codes[0] == codes[1]
    check(italian)


def test_the_file_is_named_as_fhir() -> None:
    form = FORMATS["fhir"]
    assert (form.suffix, form.mime) == (".fhir.json", "application/fhir+json")


def test_every_line_of_the_scorecard_has_a_code_and_a_unit() -> None:
    keys = {metric.key for metric in METRICS}
    assert set(fhir_codes.LINE_UNITS) == keys
    assert {fhir_codes.of_line(key) for key in keys} <= set(fhir_codes.CONCEPTS)


def test_the_published_code_system_is_the_one_in_the_reports() -> None:
    """Write it anew from `fhir_codes.code_system()` and raise CODES_VERSION."""
    published = json.loads((DOCS / "codesystem-legload.json").read_text(encoding="utf-8"))
    assert published == fhir_codes.code_system()


def test_every_code_is_explained_in_the_docs() -> None:
    page = (DOCS / "fhir.md").read_text(encoding="utf-8")
    for code in (*fhir_codes.CONCEPTS, *fhir_codes.STANDARD):
        assert f"`{code}`" in page
