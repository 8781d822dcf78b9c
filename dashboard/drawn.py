"""A chart as the browser draws it, made once: to build one with Altair takes a tenth of a second.

Altair's way from a frame to a chart goes through settings that all threads share, and Streamlit
turns them: rows given as they are go past it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import altair as alt
import polars as pl
from polars import selectors as cs

Spec: TypeAlias = dict[str, Any]


def inline(frame: pl.DataFrame) -> alt.InlineData:
    """The rows of a frame for a chart, instants left out; what is not a number is null."""
    numbers = cs.float()
    kept = frame.select(~cs.temporal()).with_columns(numbers.fill_nan(None))
    return alt.InlineData(values=kept.to_dicts())


def drawn(chart: alt.LayerChart | alt.FacetChart) -> Spec:
    """What `st.vega_lite_chart` takes, each layer with its own rows."""
    spec: Spec = chart.to_dict(validate=False)
    spec.get("config", {}).get("view", {}).pop("continuousWidth", None)
    named = spec.pop("datasets", {})
    for part in (spec, *spec.get("layer", ())):
        name = part.get("data", {}).get("name")
        if name in named:
            part["data"] = {"values": named[name]}
    return spec
