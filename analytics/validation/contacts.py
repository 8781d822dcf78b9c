"""The rule for contacts: our instants against the ends of annotated movements of a foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.validation import scoring
from analytics.validation.recording import Floats, Recording
from analytics.validation.rules import Column, Figures, Rule

APART = ("lift", "tc", "flat", "ic", "movement", "swing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Strides of one recording that lie in an annotated movement, k of its `true` ones.

    ms: (k, 6) ours less the annotation by `APART`, ms, NaN where ours is missing; both, clear: of
    them with both contacts, and of quality clear.
    """

    true: int
    ms: Floats
    both: int
    clear: int


def held(stances: pl.DataFrame, one: Recording) -> Held:
    """One stride of `find_stances` a movement, as the strides themselves are scored."""
    at = np.asarray(stances["stride_s"].to_numpy(), np.float64)
    pairs = scoring.pairs_inside(at, one.truth)
    start, end = one.truth[pairs[:, 1]].T
    mine = stances[pairs[:, 0].tolist()]
    tc, lift, flat, swing = (
        mine[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("tc_s", "lift_s", "flat_s", "swing_s")
    )
    length = end - start
    apart = (lift - start, tc - start, flat - end, tc + swing - end, flat - lift - length,
             swing - length)  # fmt: skip
    return Held(
        true=len(one.truth),
        ms=1000.0 * np.stack(apart, axis=1),
        both=int(np.isfinite(swing).sum()),
        clear=int((mine["quality"] == "clear").sum()),
    )


def _figures(rows: Sequence[Held]) -> Figures:
    """Medians and interquartile ranges over all strides together, and shares of them."""
    ms = np.concatenate([row.ms for row in rows])
    number = len(ms)
    return {
        "true": float(sum(row.true for row in rows)),
        "held": float(number),
        **dict(_spreads(ms)),
        "both": 100.0 * sum(row.both for row in rows) / number if number else None,
        "clear": 100.0 * sum(row.clear for row in rows) / number if number else None,
    }


def _spreads(ms: Floats) -> Iterable[tuple[str, float | None]]:
    for name, values in zip(APART, ms.T, strict=True):
        known = values[np.isfinite(values)]
        quarters = np.percentile(known, [25.0, 50.0, 75.0]) if len(known) else None
        yield f"{name}_ms", None if quarters is None else float(quarters[1])
        yield f"{name}_iqr_ms", None if quarters is None else float(quarters[2] - quarters[0])


def _apart(name: str, heading: str, meaning: str) -> Column:
    form = f"{{{name}_ms:+z.0f}} [{{{name}_iqr_ms:.0f}}]"
    return Column(key=f"{name}_ms", heading=heading, form=form, meaning=meaning)


CONTACTS = Rule(
    text="Of each stride inside an annotated movement: our instants less the annotated ones in ms, "
    "median [interquartile range], over all strides together. An annotated movement is taken to "
    "start while the foot already turns (heel rise) and to end when it has stopped turning (foot "
    "flat), so it holds more than the swing. Then only the spread of a difference speaks of us: "
    "**its median is no error**, and where the foot truly left the ground and came back is not "
    "measured. It is an error only where a force plate or the like gave the events.",
    tolerance=f"±{scoring.SWING_TOLERANCE_S:g} s to take a stride for the annotated one",
    columns=(
        Column(key="true", heading="true", form="{true:.0f}"),
        Column(key="held", heading="strides held", form="{held:.0f}",
               meaning="annotated movements in which a stride was found."),
        _apart("lift", "lift − start", "our instant of the heel's rise less the annotated start."),
        _apart("tc", "TC − start", "our terminal contact, where the foot leaves the ground, less "
               "the annotated start; comes later by the push-off."),
        _apart("flat", "flat − end", "our instant of foot flat less the annotated end."),
        _apart("ic", "IC − end", "our initial contact less the annotated end; comes earlier by "
               "the time the foot takes to lie flat."),
        _apart("movement", "movement time", "ours from lift to flat less the annotated duration."),
        _apart("swing", "swing time", "ours from TC to IC less the annotated duration, which is "
               "longer by both of the above."),
        Column(key="both", heading="both contacts %", form="{both:.1f}",
               meaning="share of these strides with both TC and IC."),
        Column(key="clear", heading="clear %", form="{clear:.1f}",
               meaning="share of these strides whose contacts are all there and plausible."),
    ),
    worst="movement_iqr_ms",
    row=held,
    figures=_figures,
)  # fmt: skip
