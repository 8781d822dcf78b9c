"""Units that a person reads."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics import METRICS
from dashboard import wording
from dashboard.display import IMPERIAL, METRIC, UNITS, usual_units
from dashboard.reports.spreadsheet import DAY_NUMBERS
from dashboard.wording import units
from dashboard.wording.text import length_text
from devices.profile import Placement
from ingest.live import LiveValue
from ingest.live_labels import LABELS, YES_NO
from tests.pseudo import pseudo

KEYS = {unit for _title, unit in DAY_NUMBERS.values()} - {"share", "exercises", "index"}


def live(value: float, unit: str, label: str = "speed") -> LiveValue:
    return LiveValue(label=label, value=value, unit=unit, age_s=0.0)


def test_a_mass_is_told_in_the_unit_that_was_chosen() -> None:
    assert wording.mass_text(62.5) == "62.5 kg"
    assert wording.mass_text(102.5) == "102.5 kg"
    assert wording.mass_text(75.0) == "75 kg"
    assert wording.mass_text(62.5, IMPERIAL) == "137.8 lb"
    assert wording.mass_text(61.25, METRIC, 2) == "61.25 kg"


def test_a_pound_is_what_it_is_by_definition() -> None:
    assert units.mass_kg(1.0, IMPERIAL) == 0.45359237
    assert units.mass_kg(1.0, METRIC) == 1.0


@given(pounds=st.integers(40, 900))
def test_pounds_that_were_typed_are_shown_again(pounds: int) -> None:
    kg = units.mass_kg(pounds, IMPERIAL)
    assert units.mass_shown(kg, IMPERIAL) == pounds
    assert wording.mass_text(kg, IMPERIAL) == f"{pounds} lb"


@pytest.mark.parametrize("chosen", UNITS)
def test_a_field_has_a_unit_and_a_step(chosen: str) -> None:
    assert units.mass_unit(chosen) in units.NAMES
    assert units.MASS_STEP[chosen] > 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (live(1.4, "m/s"), "speed 3.1 mph"),
        (live(0.75, "m", "stride length"), "stride length 2.46 ft"),
        (live(5000.0, "m", "distance"), "distance 3.11 mi"),
        (live(75.0, "kg", "body mass"), "body mass 165.3 lb"),
        (live(112.0, "steps/min", "cadence"), "cadence 112 steps/min"),
    ],
)
def test_live_values_are_turned_for_who_reads_miles(value: LiveValue, text: str) -> None:
    assert wording.live_text(value, IMPERIAL) == text


def test_live_values_are_metric_unless_somebody_chose() -> None:
    assert wording.live_text(live(1.4, "m/s")) == "speed 1.40 m/s"
    assert wording.live_text(live(0.5, "g", "x")) == "x 0.50 g (gravity)"


@pytest.mark.parametrize(
    "unit",
    sorted(
        {metric.unit for metric in METRICS}
        | KEYS
        | {unit for _label, unit in LABELS.values()} - {YES_NO, "%", "step-eq"}
    ),
)
def test_every_unit_that_is_shown_can_be_translated(unit: str) -> None:
    if unit == "%":
        return
    with pseudo():
        assert wording.unit_text(unit).startswith("⟦")


def test_a_unit_that_nobody_knows_is_shown_as_it_is() -> None:
    assert wording.unit_text("parsec") == "parsec"


def test_an_amount_counts_its_days() -> None:
    said = [wording.amount(value, "days") for value in (0.0, 1.0, 1.04, 2.0)]
    assert said == ["0 days", "1 day", "1 day", "2 days"]
    assert wording.amount(6210.4, "step-eq/day") == "6,210 step-eq/day"


def test_every_place_reads_as_words() -> None:
    assert all("-" not in wording.placement_text(place.value) for place in Placement)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (0.5, "1 s"),
        (59.4, "59 s"),
        (59.5, "1 min"),
        (89, "1 min"),
        (90, "2 min"),
        (150, "3 min"),
        (180, "3 min"),
        (3569, "59 min"),
        (3570, "1 h"),
        (7530, "2 h 6 min"),
    ],
)
def test_a_length_is_the_nearest_minute_halves_up(seconds: float, text: str) -> None:
    assert length_text(dt.timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("locale", "units"),
    [
        ("en-US", "imperial"),
        ("en_US", "imperial"),
        ("it-IT", "metric"),
        ("en", "metric"),
        (None, "metric"),
    ],
)
def test_units_are_first_those_of_where_the_browser_says_it_is(
    locale: str | None, units: str
) -> None:
    assert usual_units(locale) == units
