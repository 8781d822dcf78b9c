"""Charts follow the reader's size of type, and leave their name to the page."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl
import pytest

from dashboard import theme
from dashboard.drawn import LABEL_PX, config, drawn, inline
from language.spoken import speaking


def chart() -> alt.LayerChart:
    rows = pl.DataFrame({"x": [1.0], "fontSize": [1.0]})
    words = alt.Chart(inline(rows)).mark_text(fontSize=LABEL_PX, dy=-12).encode(x="x:Q")
    return alt.LayerChart(layer=[words], height=200, config=config(theme.LIGHT))


def mark(spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = spec["layer"][0]["mark"]
    return found


def test_large_type_reaches_axes_and_marks_and_leaves_the_rows_alone() -> None:
    usual, large = drawn(chart()), drawn(chart(), large=True)
    by = theme.LARGE_PX / theme.USUAL_PX
    assert usual["config"]["axis"]["labelFontSize"] == LABEL_PX
    assert large["config"]["axis"]["labelFontSize"] == LABEL_PX * by
    assert mark(large)["fontSize"] == mark(usual)["fontSize"] * by
    assert mark(large)["dy"] == mark(usual)["dy"] * by
    assert large["data"] == usual["data"] == {"values": [{"x": 1.0, "fontSize": 1.0}]}
    assert large["height"] == usual["height"]


def test_a_chart_that_is_not_drawn_by_us_takes_the_same_type() -> None:
    told = config(theme.LIGHT, large=True).to_dict()
    assert told["axis"]["labelFontSize"] == LABEL_PX * theme.type_scale(large=True)


def test_marks_and_axes_say_nothing_to_a_screen_reader() -> None:
    told = drawn(chart())["config"]
    assert [told["aria"], told["mark"]["aria"], told["axis"]["aria"]] == [False] * 3


@pytest.mark.parametrize(("code", "point", "thousands"), [("en", ".", ","), ("it", ",", ".")])
def test_axes_write_numbers_as_the_words_around_them(code: str, point: str, thousands: str) -> None:
    with speaking(code):
        said = config(theme.LIGHT).to_dict()["locale"]["number"]
    assert (said["decimal"], said["thousands"]) == (point, thousands)
