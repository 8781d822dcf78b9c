"""The eight lines of the scorecard, one frozen entry each; order is the order of print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analytics import measures
from analytics.measures import Measure, WeekFacts
from analytics.protocol import Target
from language.formats import decimal
from language.spoken import _, mark

WHO = "WHO 2020, doi:10.1136/bjsports-2020-102955"
PALUCH = "Paluch 2022, doi:10.1016/S2468-2667(21)00302-9"
DING = "Ding 2025, doi:10.1016/S2468-2667(25)00164-1"
DEL_POZO_CRUZ = "del Pozo Cruz 2022, doi:10.1001/jamaneurol.2022.2672"
CADENCE_ADULTS = (
    "CADENCE-Adults, doi:10.1186/s12966-019-0769-6, doi:10.1186/s12966-020-01045-z, "
    "doi:10.1186/s12966-021-01199-4"
)
KROGH_MADSEN = "Krogh-Madsen 2010, doi:10.1152/japplphysiol.00977.2009"
CITATIONS = {
    "who": WHO,
    "paluch": PALUCH,
    "ding": DING,
    "del_pozo_cruz": DEL_POZO_CRUZ,
    "cadence_adults": CADENCE_ADULTS,
    "krogh_madsen": KROGH_MADSEN,
}
"""What is cited, in no language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line: what it is, where it comes from, and the function that measures a week.

    title and the templates are translated where they are used. target_text: over `target` and
    `shown`; cited: over CITATIONS. evidence: A guideline, B cohort association, C human or animal
    experiment, D design.
    """

    key: str
    title: str
    unit: str
    target_text: str
    evidence: str
    cited: str
    measure: Callable[[WeekFacts, Target], Measure]

    @property
    def source(self) -> str:
        """Where target and evidence come from, in the language spoken now."""
        return _(self.cited, **CITATIONS)

    def target_said(self, target: float, shown: float) -> str:
        """The target in words, in the language spoken now."""
        return _(self.target_text, target=decimal(target), shown=decimal(shown))


METRICS: tuple[Metric, ...] = (
    Metric(
        key="aerobic_min",
        title=mark("Aerobic minutes"),
        unit="min/week",
        target_text=mark("{target} min a week, up to {shown} for more; vigorous counts twice"),
        evidence="A",
        cited="{who}",
        measure=measures.aerobic,
    ),
    Metric(
        key="strength_days",
        title=mark("Strength days"),
        unit="days",
        target_text=mark("{target} days a week"),
        evidence="A",
        cited="{who}",
        measure=measures.strength,
    ),
    Metric(
        key="lld",
        title=mark("Loaded-Leg Dose"),
        unit="step-eq/day",
        target_text=mark("{target} step-eq a day"),
        evidence="B to D",
        cited=mark("{paluch}; {ding}; divisor, daily cap and target are design"),
        measure=measures.loaded_leg_dose,
    ),
    Metric(
        key="loaded_min",
        title=mark("Loaded minutes"),
        unit="min/day",
        target_text=mark("{target} min a day with 40 or more steps"),
        evidence="D",
        cited=mark("design; 40 steps/min is purposeful in {del_pozo_cruz}"),
        measure=measures.loaded_minutes,
    ),
    Metric(
        key="peak30_spm",
        title=mark("Peak-30 cadence"),
        unit="steps/min",
        target_text=mark("{target} steps/min ({shown} at the optimum of one cohort)"),
        evidence="B",
        cited="{del_pozo_cruz}; {cadence_adults}",
        measure=measures.peak_cadence,
    ),
    Metric(
        key="unloaded_run_days",
        title=mark("Longest unloaded run"),
        unit="days",
        target_text=mark("no unloaded day"),
        evidence="C",
        cited=mark("{krogh_madsen}; the thresholds are design"),
        measure=measures.unloaded_run,
    ),
    Metric(
        key="lld_days",
        title=mark("Days with half the dose"),
        unit="days",
        target_text=mark("{target} of 7 days"),
        evidence="A/D",
        cited=mark("spread over the week after {who}; the threshold is design"),
        measure=measures.dose_days,
    ),
    Metric(
        key="balance_days",
        title=mark("Balance days"),
        unit="days",
        target_text=mark("{target} days a week from age 65"),
        evidence="A",
        cited="{who}",
        measure=measures.balance,
    ),
)
