"""The JSON of a week, held to its published schema."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from analytics.week import WeekReport
from dashboard.reports import document, schema
from dashboard.reports.identity import unnamed
from dashboard.reports.meanings import MEANINGS
from tests import golden_weeks, sample_week

PUBLISHED = Path(__file__).parents[1] / "docs" / document.SCHEMA
VALIDATOR = jsonschema.Draft202012Validator(
    json.loads(PUBLISHED.read_bytes()),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)


def written(report: WeekReport) -> Any:
    return json.loads(document.write(report))


def test_the_published_schema_is_the_one_of_the_code_and_a_schema() -> None:
    assert PUBLISHED.read_bytes() == schema.written(), "python -m dashboard.reports.schema"
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("name", sample_week.WEEKS)
def test_a_week_of_every_status_is_valid(name: str) -> None:
    report = sample_week.WEEKS[name]()
    for told in (report, unnamed(report, "P-7F3A"), replace(report, note="Rest.\nPlease.")):
        VALIDATOR.validate(written(told))


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
def test_every_golden_week_is_valid(name: str) -> None:
    VALIDATOR.validate(written(golden_weeks.PEOPLE[name]().report()))


def test_a_document_is_the_week_and_three_members_before_it() -> None:
    report = sample_week.trained()
    found = document.document(report)
    assert list(found)[:3] == ["$schema", "format", "headline"]
    rest = {key: found[key] for key in list(found)[3:]}
    assert rest == msgspec.to_builtins(report)
    assert list(rest) == [field.name for field in fields(WeekReport)]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("format",), 2),
        (("week",), "2026-47"),
        (("status",), "splendid"),
        (("points",), "81"),
        (("start",), "16.11.2026"),
        (("components", 0, "value"), "unknown"),
        (("components", 0, "points_max"), 2.5),
        (("days", 0, "valid"), None),
        (("sets", 0, "repetitions"), "many"),
        (("trend",), None),
    ],
)
def test_a_wrong_document_is_refused(path: tuple[Any, ...], wrong: object) -> None:
    found = written(sample_week.trained())
    *way, last = path
    inner = found
    for step in way:
        inner = inner[step]
    inner[last] = wrong
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(found)


@pytest.mark.parametrize("member", ["format", "days", "data_hash", "note", "baseline"])
def test_a_document_without_a_member_is_refused(member: str) -> None:
    found = written(sample_week.complete())
    del found[member]
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(found)


def test_a_later_document_with_more_members_is_valid() -> None:
    found = written(sample_week.complete())
    found["something_new"] = {"and": "more"}
    found["days"][0]["something_new"] = 1
    VALIDATOR.validate(found)


def test_every_member_says_what_it_means_and_none_that_is_not_there() -> None:
    _refs, kinds = msgspec.json.schema_components([WeekReport])
    there = {name: set(kind["properties"]) for name, kind in kinds.items() if "properties" in kind}
    assert {name: set(meanings) for name, meanings in MEANINGS.items()} == there


def test_what_is_not_known_is_null_and_instants_have_a_zone() -> None:
    found = written(sample_week.no_data())
    assert found["points"] is None
    assert {line["value"] for line in found["components"]} == {None}
    gap = written(sample_week.complete())["gaps"][0]
    assert dt.datetime.fromisoformat(gap["start"]).tzinfo is not None
