"""How it is scored: all that the tables of the method hold stands on the page."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics import claims, force
from analytics.frames import METHOD
from analytics.machines import FOOT_POD, MACHINES
from analytics.metrics import METRICS
from analytics.person import PersonFacts
from analytics.protocol import default_protocol
from dashboard.data import open_data
from dashboard.errors import DashboardError
from dashboard.explained import FORCES_BW, example, explained
from dashboard.targets import copy_targets
from dashboard.wording import EVIDENCE, scoring, trust
from ingest.entries import PersonSet
from tests.fake_data import FakeData
from tests.test_views import SCRIPT_S, text_of

TODAY = dt.date(2026, 11, 18)


def scoring_page(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import scoring
        from tests.fake_data import data

        scoring.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def said_of(age: int | None = None) -> str:
    fake = FakeData({})
    if age is not None:
        object.__setattr__(fake.said, "birth_year", 2026 - age)
    page = scoring_page(fake)
    assert not page.exception
    return flat(text_of(page))


def flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def bare(text: str) -> str:
    return "".join(text.split())


def test_every_component_stands_there_with_target_evidence_and_source() -> None:
    said = said_of()
    for metric in METRICS:
        assert metric.title in said
        assert bare(metric.source) in bare(said)  # a link stands apart
        assert flat(scoring.WHAT[metric.key]) in said
    assert set(scoring.WHAT) == {metric.key for metric in METRICS}
    for letter, (word, meaning) in EVIDENCE.items():
        assert f"{letter}, {word}: {meaning}" in said
        assert any(letter in metric.evidence for metric in METRICS)


def test_every_row_of_the_force_table_stands_there_with_its_error_and_mark() -> None:
    said = said_of()
    for case in force.CASES:
        assert flat(f"{case.title} {case.formula}") in said
        assert flat(trust.trust_text(case)) in said
        assert flat(case.source) in said
        assert trust.MARKS[case.mark] in said
    assert set(trust.CONFIDENCES) == set(force.CONFIDENCES)


def test_every_kind_of_machine_stands_there() -> None:
    said = said_of()
    for machine in (FOOT_POD, *MACHINES):
        assert machine.title in said
        assert machine.mets in said


def test_what_it_is_not_stands_there_word_by_word() -> None:
    said = said_of()
    for claim in (claims.DISCLAIMER, claims.DOSE_CAVEAT, claims.NOT_FOR, claims.OSTEOGENIC_LABEL):
        assert claim in said
    for word in ("brain score", "grows neurons", "prevents", "treats"):
        assert word not in said
    assert METHOD in said


def test_every_source_with_a_doi_is_a_link() -> None:
    page = scoring_page(FakeData({}))
    bodies = "".join(str(element.proto.body) for element in page.get("html"))
    links = set(re.findall(r'href="https://doi\.org/([^"]+)"', bodies))
    wanted = {doi for one in METRICS for doi in re.findall(r"doi:(10\.[^\s;,]+)", one.source)}
    assert wanted <= links


def test_targets_and_points_are_those_of_the_persons_age() -> None:
    young, old = said_of(40), said_of(70)
    assert "8,000 step-eq a day" in young
    assert "7,000 step-eq a day" in old
    assert "no points at this age" in young
    assert "no points at this age" not in old
    assert "The birth year is not set" in said_of()


# --- the worked examples ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "dose"),
    [("walk", 1000.0), ("run", 2181.8), ("elliptical", 727.3), ("rower", 727.3)],
)
def test_an_example_comes_to_what_the_method_says(key: str, dose: float) -> None:
    assert example(key).step_eq == pytest.approx(dose, abs=0.1)


def test_every_example_has_words_and_a_row_in_the_force_table() -> None:
    assert set(scoring.EXAMPLES) == set(FORCES_BW)
    for key, bw in FORCES_BW.items():
        assert force.BY_KEY[key].formula == str(bw)
        assert scoring.example_title(example(key)) in said_of()


# --- the facade ---------------------------------------------------------------------------------


def test_a_persons_own_target_set_is_explained(tmp_path: Path) -> None:
    data = open_data(tmp_path)
    key = data.add_person("Anna")
    path = copy_targets(tmp_path, "clinic")
    text = path.read_text().replace("target = 60 ", "target = 45 ")
    path.write_text(text)
    data._entries.append(PersonSet(at=dt.datetime.now(dt.UTC), person=key, targets="clinic"))
    found = data.method_of(key)
    line = next(one for one in found.components if one.key == "loaded_min")
    assert (line.target, line.evidence) == (45.0, "D")
    assert "clinic 1.0.0" in scoring.set_text(found)
    path.unlink()
    with pytest.raises(DashboardError, match="no target set"):
        data.method_of(key)


def test_who_is_not_scored_is_told_so() -> None:
    person = PersonFacts(key="a", name="A", zone="UTC", no_score=True)
    found = explained(person, default_protocol(), TODAY)
    assert "Points are switched off" in scoring.set_text(found)


def test_the_bounds_tell_the_numbers_of_the_target_set() -> None:
    protocol = default_protocol()
    said = " ".join([*scoring.bounds(protocol), *scoring.unscored(protocol)])
    for number in (protocol.days.valid_wear_h, protocol.week.partial_days):
        assert re.search(rf"\b{number:g}\b", said)
    assert "never counted as zero" in said
