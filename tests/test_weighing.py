"""Body mass from a scale: beside what was typed, never instead of it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ingest.weighing import body_masses

MONDAY = dt.date(2026, 11, 16)


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def test_a_reading_counts_from_its_day_on() -> None:
    assert body_masses([(day(0), 70.0)], [(day(3), 69.2)]) == ((day(0), 70.0), (day(3), 69.2))


def test_of_several_readings_of_a_day_the_median_counts() -> None:
    readings = [(day(1), 70.1), (day(1), 70.3), (day(1), 74.0)]
    assert body_masses([], readings) == ((day(1), 70.3),)


def test_what_was_typed_for_a_day_is_not_overruled() -> None:
    assert body_masses([(day(1), 68.0)], [(day(1), 70.0)]) == ((day(1), 68.0),)


def test_somebody_else_on_the_scale_is_not_the_person() -> None:
    readings = [(day(1), 64.0), (day(2), 91.0), (day(2), 64.4)]
    assert body_masses([(day(0), 63.5)], readings) == (
        (day(0), 63.5),
        (day(1), 64.0),
        (day(2), 64.4),
    )


def test_without_a_typed_mass_the_odd_reading_out_is_left_out() -> None:
    readings = [(day(n), 64.0 + n / 10) for n in range(5)] + [(day(2), 31.0)]
    assert [kg for _, kg in body_masses([], readings)] == [64.0, 64.1, 64.2, 64.3, 64.4]


def test_a_suitcase_is_nobody() -> None:
    assert body_masses([], [(day(0), 12.0)]) == ()


@given(
    typed=st.dictionaries(st.integers(0, 60), st.floats(30, 200), max_size=4),
    readings=st.lists(st.tuples(st.integers(0, 60), st.floats(0, 400)), max_size=20),
)
def test_the_order_of_readings_does_not_matter_and_every_typed_mass_stays(
    typed: dict[int, float], readings: list[tuple[int, float]]
) -> None:
    said = sorted((day(number), kg) for number, kg in typed.items())
    read = [(day(number), kg) for number, kg in readings]
    found = body_masses(said, read)
    assert found == body_masses(said, sorted(read))
    assert list(found) == sorted(found)
    assert set(said) <= set(found)
