"""Motion as integers and a scale: the narrowest range of a real sensor that holds it.

Rounding errs by half a count at most: 0.98 mg and 0.061 deg/s in the widest range, 0.03 mg and
0.004 deg/s in the narrowest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int16s, MotionScale

RANGES_G = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
RANGES_DPS = (250.0, 500.0, 1_000.0, 2_000.0, 4_000.0)
COUNTS = 32_768

Rows = NDArray[np.float32]


def holdable(acc_g: Rows, gyro_dps: Rows | None) -> NDArray[np.bool_]:
    """Which rows (n, 3) are numbers that a sensor at a body can measure."""
    fine = (np.abs(acc_g) < _most(RANGES_G[-1])).all(axis=1)
    if gyro_dps is not None:
        fine &= (np.abs(gyro_dps) < _most(RANGES_DPS[-1])).all(axis=1)
    return np.asarray(fine)


def counted(acc_g: Rows, gyro_dps: Rows | None, rate_hz: float) -> tuple[Int16s, MotionScale]:
    """Rows as counts (n, 6), and what a count is; all of them are `holdable`."""
    scale = MotionScale(
        rate_hz=rate_hz,
        acc_g=_range(acc_g, RANGES_G) / COUNTS,
        gyro_dps=None if gyro_dps is None else _range(gyro_dps, RANGES_DPS) / COUNTS,
    )
    axes = np.zeros((len(acc_g), 6), np.int16)
    axes[:, :3] = np.rint(acc_g / scale.acc_g)
    if gyro_dps is not None and scale.gyro_dps is not None:
        axes[:, 3:] = np.rint(gyro_dps / scale.gyro_dps)
    return axes, scale


def _range(values: Rows, ranges: tuple[float, ...]) -> float:
    largest = float(np.abs(values).max(initial=0.0))
    return next(one for one in ranges if largest < _most(one))


def _most(most: float) -> float:
    """What rounds to no more than 32,767 counts of a range."""
    return most * (COUNTS - 1) / COUNTS
