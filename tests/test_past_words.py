"""Trends, Sessions, Sensors and Pairing say nothing that a translator could not change."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.display import Display
from tests import fake_data, sample_week
from tests.fake_data import FakeData
from tests.pseudo import pseudo

SCRIPT_S = 30.0
NAMES = """
    Mon Tue Wed Thu Fri Sat Sun Monday Tuesday Wednesday Thursday Friday Saturday Sunday
    Jan Feb Mar Apr May Jun Jul Aug Sep Sept Oct Nov Dec October November
    Anna Schr der Foot pod Heart rate strap Motion sensor FOOT POD HEART RATE STRAP MOTION SENSOR
    leg cadence speed the link was lost Recording paused over virtual packet for Move closer
    computer
"""
"""Dates, whose words the calendar of the reader's language has, and what is made up for tests."""


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def page(name: str, fake: FakeData) -> AppTest:
    def script(name: str, fake: object) -> None:
        import importlib

        from tests.fake_data import data

        importlib.import_module(f"dashboard.views.{name}").render(data(fake), "anna")

    kwargs = {"name": name, "fake": fake}
    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs=kwargs).run()


def said(shown: AppTest) -> list[str]:
    """Every text of the page: HTML without its tags, and the labels of what can be clicked."""
    bodies = (str(one.proto.body) for one in shown.get("html"))
    texts = [html.unescape(re.sub(r"<[^>]*>", " ", body)) for body in bodies]
    labels = [one.label for one in (*shown.button, *shown.selectbox, *shown.radio, *shown.expander)]
    options = [option for one in (*shown.selectbox, *shown.radio) for option in one.options]
    pictures = shown.get("vega_lite_chart") or shown.get("arrow_vega_lite_chart")
    return [*texts, *labels, *options, *(one.proto.alt for one in pictures)]


def test_every_word_of_the_pages_goes_through_the_catalogue() -> None:
    for name in ("trends", "sessions", "sensors"):
        fake = FakeData(fake_data.history(sample_week.so_far), sensors=fake_data.three_sensors())
        with pseudo():
            shown = page(name, fake)
        assert not shown.exception
        left = {word for text in said(shown) for word in re.findall(r"[A-Za-z]{3,}", text)}
        assert not left.difference(NAMES.split()), (name, left.difference(NAMES.split()))


def test_a_load_is_typed_in_the_units_of_the_reader_and_saved_in_kg() -> None:
    fake = FakeData(fake_data.history(sample_week.so_far), reads=Display(units="imperial"))
    shown = page("sensors", fake)
    shown.button(key="scan").click().run()
    shown.button(key=f"choose-{fake_data.AIR[0].address}").click().run()
    load = shown.number_input[0]
    assert load.label == "Load carried, lb"
    load.set_value(10.0).run()
    shown.button(key="save").click().run()
    (paired,) = [one for one in fake.done if one[0] == "pair"]
    assert paired[4] == pytest.approx(4.5359237)


def test_a_load_that_is_left_as_it_is_stays_as_exact_as_it_was() -> None:
    pod = replace(fake_data.three_sensors()[0], load_kg=5.0)
    fake = FakeData(
        fake_data.history(sample_week.so_far), sensors=(pod,), reads=Display(units="imperial")
    )
    shown = page("sensors", fake)
    shown.button(key="change-pod").click().run()
    shown.button(key="save-pod").click().run()
    (assigned,) = [one for one in fake.done if one[0] == "assign"]
    said_of_it = assigned[2]
    assert isinstance(said_of_it, dict)
    assert said_of_it["load_kg"] == 5.0
