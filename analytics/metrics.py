"""The eight lines of the scorecard, one frozen entry each; order is the order of print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analytics import measures
from analytics.measures import Measure, WeekFacts
from analytics.protocol import Target

WHO = "WHO 2020, doi:10.1136/bjsports-2020-102955"
PALUCH = "Paluch 2022, doi:10.1016/S2468-2667(21)00302-9"
DING = "Ding 2025, doi:10.1016/S2468-2667(25)00164-1"
DEL_POZO_CRUZ = "del Pozo Cruz 2022, doi:10.1001/jamaneurol.2022.2672"
CADENCE_ADULTS = (
    "CADENCE-Adults, doi:10.1186/s12966-019-0769-6, doi:10.1186/s12966-020-01045-z, "
    "doi:10.1186/s12966-021-01199-4"
)
KROGH_MADSEN = "Krogh-Madsen 2010, doi:10.1152/japplphysiol.00977.2009"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One line: what it is, where it comes from, and the function that measures a week.

    target_text: a template over `target` and `shown`. evidence: A guideline, B cohort association,
    C human or animal experiment, D design.
    """

    key: str
    title: str
    unit: str
    target_text: str
    evidence: str
    source: str
    measure: Callable[[WeekFacts, Target], Measure]


METRICS: tuple[Metric, ...] = (
    Metric(
        key="aerobic_min",
        title="Aerobic minutes",
        unit="min/week",
        target_text="{target:,.0f} min a week, up to {shown:,.0f} for more; vigorous counts twice",
        evidence="A",
        source=WHO,
        measure=measures.aerobic,
    ),
    Metric(
        key="strength_days",
        title="Strength days",
        unit="days",
        target_text="{target:.0f} days a week",
        evidence="A",
        source=WHO,
        measure=measures.strength,
    ),
    Metric(
        key="lld",
        title="Loaded-Leg Dose",
        unit="step-eq/day",
        target_text="{target:,.0f} step-eq a day",
        evidence="B to D",
        source=f"{PALUCH}; {DING}; divisor, daily cap and target are design",
        measure=measures.loaded_leg_dose,
    ),
    Metric(
        key="loaded_min",
        title="Loaded minutes",
        unit="min/day",
        target_text="{target:.0f} min a day with 40 or more steps",
        evidence="D",
        source=f"design; 40 steps/min is purposeful in {DEL_POZO_CRUZ}",
        measure=measures.loaded_minutes,
    ),
    Metric(
        key="peak30_spm",
        title="Peak-30 cadence",
        unit="steps/min",
        target_text="{target:.0f} steps/min ({shown:.0f} at the optimum of one cohort)",
        evidence="B",
        source=f"{DEL_POZO_CRUZ}; {CADENCE_ADULTS}",
        measure=measures.peak_cadence,
    ),
    Metric(
        key="unloaded_run_days",
        title="Longest unloaded run",
        unit="days",
        target_text="no unloaded day",
        evidence="C",
        source=f"{KROGH_MADSEN}; the thresholds are design",
        measure=measures.unloaded_run,
    ),
    Metric(
        key="lld_days",
        title="Days with half the dose",
        unit="days",
        target_text="{target:.0f} of 7 days",
        evidence="A/D",
        source=f"spread over the week after {WHO}; the threshold is design",
        measure=measures.dose_days,
    ),
    Metric(
        key="balance_days",
        title="Balance days",
        unit="days",
        target_text="{target:.0f} days a week from age 65",
        evidence="A",
        source=WHO,
        measure=measures.balance,
    ),
)
