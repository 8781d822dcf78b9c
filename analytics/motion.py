"""Motion of one recording as arrays: what must hold before anything is detected in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.errors import AnalyticsError

Rates = tuple[float, float]
"""(least, most) samples a second."""


def check_motion(
    time_s: NDArray[np.float64],
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    rates_hz: Rates,
    advice: str,
) -> None:
    """Refuse arrays that do not fit together.

    time_s: (n,); acc_g, gyro_dps: (n, 3); advice: what to do about a rate outside `rates_hz`.

    Raises:
        AnalyticsError: shapes differ, the rate is outside, or the instants step backwards.
    """
    shape = (len(time_s), 3)
    if np.shape(acc_g) != shape or (gyro_dps is not None and np.shape(gyro_dps) != shape):
        raise AnalyticsError(
            f"Motion does not fit its {len(time_s)} instants: acceleration {np.shape(acc_g)}, "
            f"rotation {None if gyro_dps is None else np.shape(gyro_dps)}.",
            "Pass (n, 3) arrays of one recording.",
        )
    if not rates_hz[0] <= rate_hz <= rates_hz[1]:
        raise AnalyticsError(
            f"{rate_hz:g} Hz is outside {rates_hz[0]:g} to {rates_hz[1]:g} Hz.", advice
        )
    if np.any(time_s[1:] < time_s[:-1]):
        raise AnalyticsError(
            "The instants step backwards.", "Sort the samples, or cut at the step."
        )
