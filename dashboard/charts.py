"""Pictures of a week: score ring (HTML) and four-week trend (Altair); the days are in `strip`.

Every picture says the same in words (`wording`), as its label and beside it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import altair as alt
import polars as pl

from analytics.week import WeekReport
from dashboard import wording
from dashboard.drawn import LABEL_PX, config, inline
from dashboard.markup import Markup, el
from dashboard.theme import Palette
from language.formats import decimal
from language.spoken import _

_LABEL: Any = {"dy": -12, "fontSize": LABEL_PX, "fontWeight": "bold"}
Picture: TypeAlias = alt.LayerChart | alt.FacetChart


def ring(report: WeekReport) -> Markup:
    """Done, left and unknown as arcs of 100 points, with the total in the middle."""
    total = max(wording.points_total(report), 1)
    done, left, _unknown = (100 * share / total for share in wording.shares(report))
    arcs = (
        f"background:conic-gradient(var(--done) 0 {done:.2f}%,"
        f"var(--left) {done:.2f}% {done + left:.2f}%,transparent {done + left:.2f}%)"
    )
    under = "arc unknown" if report.points is not None or not report.sensors else "arc dotted"
    return el(
        "div",
        el("div", cls=under),
        el("div", cls="arc", style=arcs),
        el("div", *_middle(report), cls="middle", aria_hidden="true"),
        cls="ll-ring",
        role="img",
        aria_label=wording.shares_text(report),
    )


def _middle(report: WeekReport) -> tuple[Markup, ...]:
    if report.points is None:
        return (el("span", _("no points"), cls="least"),)
    return (
        el("span", _("at least") if report.at_least else "", cls="least"),
        el("b", decimal(report.points)),
        el("span", _("of {most} points", most=report.points_measurable)),
    )


# --- trend --------------------------------------------------------------------------------------


def trend_frame(report: WeekReport) -> pl.DataFrame:
    """The trend as a table: one row a week, oldest first; null is unknown."""
    return pl.DataFrame(
        {
            "week": [wording.week_short(w.week) for w in report.trend],
            "status": [wording.status_word(w.status) for w in report.trend],
            "points": [w.points for w in report.trend],
            "measurable": [float(w.points_measurable) for w in report.trend],
            "dose": [w.lld for w in report.trend],
            "at_least": [w.at_least for w in report.trend],
            "points_text": [wording.trend_points(w) for w in report.trend],
            "points_label": [wording.trend_points_short(w) for w in report.trend],
            "dose_text": [wording.trend_dose(w) for w in report.trend],
        },
        schema={
            "week": pl.String,
            "status": pl.String,
            "points": pl.Float64,
            "measurable": pl.Float64,
            "dose": pl.Float64,
            "at_least": pl.Boolean,
            "points_text": pl.String,
            "points_label": pl.String,
            "dose_text": pl.String,
        },
    )


def trend_points(report: WeekReport, colours: Palette) -> Picture:
    """Points earned inside the points that could be measured."""
    base = _base(trend_frame(report))
    scale = alt.Scale(domain=[0, 112])
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=_("points"), grid=True)
    frame = base.mark_bar(fill=colours.left, stroke=colours.muted, strokeWidth=1)
    done = base.mark_bar().encode(color=_tint(colours))
    text = base.mark_text(color=colours.ink, **_LABEL)
    return _sized(
        colours,
        frame.encode(y=alt.Y("measurable:Q", scale=scale, axis=axis)),
        done.encode(y=alt.Y("points:Q", scale=scale)),
        text.encode(y=alt.Y("top:Q", scale=scale), text="points_label:N").transform_calculate(
            top="datum.points === null ? 0 : datum.measurable"
        ),
    )


def trend_dose(report: WeekReport, colours: Palette) -> Picture:
    """Loaded-Leg Dose a day, with the target as a line."""
    base = _base(trend_frame(report))
    top = max([report.target_lld, *(w.lld for w in report.trend if w.lld is not None)]) * 1.2
    y = alt.Y("dose:Q", scale=alt.Scale(domain=[0, top]), title=_("step-eq a day"))
    goal = alt.Chart(inline(pl.DataFrame({"target": [report.target_lld]})))
    rule = goal.mark_rule(strokeDash=[6, 4], strokeWidth=2, color=colours.ink)
    label = base.encode(y="shown:Q", text="dose_text:N").transform_calculate(
        shown="datum.dose === null ? 0 : datum.dose"
    )
    halo = label.mark_text(stroke=colours.paper, strokeWidth=5, **_LABEL)
    return _sized(
        colours,
        base.mark_bar().encode(y=y, color=_tint(colours)),
        rule.encode(y="target:Q"),
        halo,  # so that the rule does not run through a number
        label.mark_text(color=colours.ink, **_LABEL),
    )


def _tint(colours: Palette) -> alt.ConditionalValue:
    """A lower bound is paler, as in the strip."""
    return (
        alt.when("datum.at_least").then(alt.value(colours.seen)).otherwise(alt.value(colours.done))
    )


def _base(frame: pl.DataFrame) -> alt.Chart:
    axis = alt.Axis(title=None, labelAngle=0, labelPadding=6)
    band = alt.Scale(paddingInner=0.45, paddingOuter=0.3)
    tips = [
        alt.Tooltip("week:N", title=_("Week")),
        alt.Tooltip("status:N", title=_("Status")),
        alt.Tooltip("points_text:N", title=_("Points")),
        alt.Tooltip("dose_text:N", title=_("Dose a day, step-eq")),
    ]
    x = alt.X("week:N", sort=frame["week"].to_list(), axis=axis, scale=band)
    return alt.Chart(inline(frame)).encode(x=x, tooltip=tips)


def _sized(colours: Palette, *layers: alt.Chart) -> Picture:
    return alt.LayerChart(layer=list(layers), height=240, config=config(colours))
