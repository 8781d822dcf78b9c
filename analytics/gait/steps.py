"""Steps from motion: one row per detected stride or step, whatever the orientation and rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.gait.grid import HOLE_S, Stretch, to_grid
from analytics.gait.rhythm import local_interval
from analytics.gait.stirring import stirring
from analytics.gait.strides import LEG, LegMethod, stride_times
from analytics.gait.trunk import TRUNK, TrunkMethod, step_times
from analytics.motion import check_motion, check_unit, placed
from devices.profile import Placement
from language.spoken import _

Floats = NDArray[np.float64]

RUNNING_SPM = 140.0
"""Cadence from which gait is running (design; Chase 2023, doi:10.1016/j.humov.2023.103117)."""

SETTLED_S = 8.0
"""An event of ordinary gait this old no longer changes when more samples arrive (measured,
docs/steps.md). At 2.5 s a stride or 1.4 s a step, and slower, it may: the first events wait for the
fourth stride or the eighth step. Made-up irregular gait was final after 16 s."""

MARGIN_S = 30.0
"""Events this far inside a chunk are those of the whole recording: chunks overlap by it."""

RATE_HZ = (20.0, 260.0)
TORSO = frozenset({Placement.WAIST, Placement.CHEST})
SILENT = frozenset({Placement.BIKE, Placement.MACHINE, Placement.FLOOR})
EVENTS = {
    "time_s": pl.Float64,
    "steps": pl.Float64,
    "cadence_spm": pl.Float64,
    "running": pl.Boolean,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMethod:
    """Both parameter sets; tests and tuning pass others, the product never does."""

    leg: LegMethod = LEG
    trunk: TrunkMethod = TRUNK


METHOD = StepMethod()


def detect_steps(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    method: StepMethod = METHOD,
) -> pl.DataFrame:
    """Strides (steps = 2) of one instrumented leg, or steps (steps = 1) felt at the trunk.

    time_s: (n,) instants, s, not decreasing, any origin; acc_g: (n, 3), with gravity (a leg
    may also come without); gyro_dps: (n, 3) or None; rate_hz: nominal rate. Rows that are not
    finite count as lost. Gives `time_s` (s, same origin: middle of the swing of a leg; contact felt
    at the waist or chest; top of the shock in a pocket or at the arm), `steps`, `cadence_spm`
    (both feet, local median) and `running` (cadence >= 140, where steps are felt also flight),
    ordered by time. A thigh without gyroscope counts as trunk; a bike or machine has no steps.
    Raises AnalyticsError where the arrays do not fit together, or the acceleration is not in g.
    """
    placement = placed(placement)
    stretches = to_stretches(
        time_s, acc_g, gyro_dps, rate_hz=rate_hz, placement=placement, method=method
    )
    check_unit(acc_g)
    return steps_on(stretches, gyroscope=gyro_dps is not None, placement=placement, method=method)


def to_stretches(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    placement: Placement,
    method: StepMethod = METHOD,
) -> list[Stretch]:
    """What is looked for steps, on the grid; arguments and errors as of `detect_steps`."""
    check_motion(
        time_s,
        acc_g,
        gyro_dps,
        rate_hz=rate_hz,
        rates_hz=RATE_HZ,
        advice=_("Set the sensor to 25 to 210 samples a second."),
    )
    if placement in SILENT or len(time_s) < 2:
        return []
    strides = _sees_one_leg(placement, gyroscope=gyro_dps is not None)
    tables = [acc_g] if gyro_dps is None or not strides else [acc_g, gyro_dps]
    gap_s = method.leg.gap_s if strides else HOLE_S
    return to_grid(np.asarray(time_s, np.float64), tables, rate_hz, gap_s=gap_s)


def steps_on(
    stretches: list[Stretch], *, gyroscope: bool, placement: Placement, method: StepMethod = METHOD
) -> pl.DataFrame:
    """Rows of `detect_steps` from what `to_stretches` gives."""
    if _sees_one_leg(placement, gyroscope=gyroscope):
        moving = [part for stretch in stretches for part in stirring(stretch, method.leg)]
        return _events(stride_times(moving, method.leg), method.leg.rhythm.pause_s, steps=2.0)
    times, flying = step_times(stretches, method.trunk)
    times = times - method.trunk.lead_s * (placement in TORSO)
    return _events(times, method.trunk.rhythm.pause_s, steps=1.0, running=flying)


def _sees_one_leg(placement: Placement, *, gyroscope: bool) -> bool:
    """Whether the sensor feels the swing of its own leg rather than the shocks of both."""
    thigh = placement in (Placement.LEFT_THIGH, Placement.RIGHT_THIGH)
    return placement.leg is not None and (gyroscope or not thigh)


def _events(
    times: Floats, pause_s: float, *, steps: float, running: NDArray[np.bool_] | None = None
) -> pl.DataFrame:
    """Rows for the instants that count; cadence from intervals no longer than a pause; running:
    which of them may be a run (by default all)."""
    if not len(times):
        return pl.DataFrame(schema=EVENTS)
    cadence = 60.0 * steps / local_interval(times, pause_s)
    fast = pl.col("cadence_spm").fill_nan(None) >= RUNNING_SPM
    return pl.DataFrame(
        {"time_s": times, "steps": np.full(len(times), steps), "cadence_spm": cadence},
    ).with_columns(
        pl.col("cadence_spm").fill_nan(None),
        running=fast if running is None else fast & pl.Series(running),
    )
