"""A chart as the browser draws it, made once: to build one with Altair takes a tenth of a second.

Type, colours of axes, and how loud a chart is to a screen reader are said here, once for all.

Altair's way from a frame to a chart goes through settings that all threads share, and Streamlit
turns them: rows given as they are go past it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import altair as alt
import polars as pl
from polars import selectors as cs

from dashboard.theme import type_scale
from language.formats import decimal

if TYPE_CHECKING:
    from dashboard.theme import Palette

Spec: TypeAlias = dict[str, Any]
LABEL_PX = 14
"""Of what stands at an axis or at a mark, in usual type (design)."""
GROWS = frozenset(
    {"fontSize", "labelFontSize", "titleFontSize", "dy", "minExtent", "maxExtent", "labelLimit"}
)
"""What grows with the type, by Vega-Lite's names."""


def inline(frame: pl.DataFrame) -> alt.InlineData:
    """The rows of a frame for a chart, instants left out; what is not a number is null."""
    numbers = cs.float()
    kept = frame.select(~cs.temporal()).with_columns(numbers.fill_nan(None))
    return alt.InlineData(values=kept.to_dicts())


def config(colours: Palette, *, large: bool = False) -> alt.Config:
    """Of every chart. Its marks and axes are silent: a chart is one picture with one name, its
    `alt` text, and what it shows stands beside it in words and in a table.

    large: for a chart that does not go through `drawn`.
    """
    size = LABEL_PX * type_scale(large=large)
    tint: Any = {"labelColor": colours.muted, "titleColor": colours.muted}
    type_: Any = {"labelFontSize": size, "titleFontSize": size}
    return alt.Config(
        aria=False,
        mark=alt.MarkConfig(aria=False),
        axis=alt.AxisConfig(aria=False, **tint, **type_),
        legend=alt.LegendConfig(aria=False, **tint, **type_),
        view=alt.ViewConfig(stroke=None),
        locale=alt.Locale(number=_numbers()),
    )


def _numbers() -> alt.NumberLocale:
    """Axes write numbers as the words around them do."""
    thousands, point = decimal(1000)[1], decimal(0.5, 1)[1]
    return alt.NumberLocale(currency=["", ""], decimal=point, grouping=[3], thousands=thousands)


def drawn(chart: alt.LayerChart | alt.FacetChart, *, large: bool = False) -> Spec:
    """What `st.vega_lite_chart` takes, each layer with its own rows.

    large: with type a quarter larger, as the page around it.
    """
    spec: Spec = chart.to_dict(validate=False)
    spec.get("config", {}).get("view", {}).pop("continuousWidth", None)
    named = spec.pop("datasets", {})
    for part in (spec, *spec.get("layer", ())):
        name = part.get("data", {}).get("name")
        if name in named:
            part["data"] = {"values": named[name]}
    grown: Spec = _grown(spec, type_scale(large=large))
    return grown


def _grown(part: Any, by: float) -> Any:
    """The same with larger type; rows are left as they are."""
    if isinstance(part, list):
        return [_grown(one, by) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: value
        if key == "data"
        else value * by
        if key in GROWS and isinstance(value, int | float)
        else _grown(value, by)
        for key, value in part.items()
    }
