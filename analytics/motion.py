"""Motion of one recording as arrays: what must hold before anything is detected in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from devices.profile import Placement
from language.spoken import _

Rates = tuple[float, float]
"""(least, most) samples a second."""
ENOUGH = 10_000
"""Rows, evenly spread, whose median size tells the unit and gravity (design)."""
MOST_G = 4.0
"""Nobody bears a larger median: a person at rest is at 1 g, or at 0 where gravity was taken away;
in m/s2 that is 9.8 (design)."""
MOST = 1e6
"""No sensor sends as much, g or deg/s: such a value is none (design)."""


def placed(placement: str) -> Placement:
    """The placement that a word such as `left-foot` names.

    Raises:
        AnalyticsError: there is no such placement.
    """
    try:
        return Placement(placement)
    except ValueError:
        raise AnalyticsError(
            _("There is no placement {name}.", name=repr(placement)),
            _("Choose one of {names}.", names=", ".join(Placement)),
        ) from None


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
        AnalyticsError: no arrays, shapes differ, the rate is outside, or the instants step
            backwards.
    """
    check_arrays(time_s, acc_g, gyro_dps)
    if not rates_hz[0] <= rate_hz <= rates_hz[1]:
        raise AnalyticsError(
            _(
                "{rate} Hz is outside {low} to {high} Hz.",
                rate=f"{rate_hz:g}",
                low=f"{rates_hz[0]:g}",
                high=f"{rates_hz[1]:g}",
            ),
            advice,
        )


def check_arrays(
    time_s: NDArray[np.float64],
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None = None,
) -> None:
    """What `check_motion` refuses, whatever the rate."""
    for name, table in (("time_s", time_s), ("acc_g", acc_g), ("gyro_dps", gyro_dps)):
        if table is not None and not isinstance(table, np.ndarray):
            raise AnalyticsError(
                _("{name} is no NumPy array but {kind}.", name=name, kind=type(table).__name__),
                _("Pass its .to_numpy()."),
            )
    shape = (len(time_s), 3)
    if acc_g.shape != shape or (gyro_dps is not None and gyro_dps.shape != shape):
        raise AnalyticsError(
            _(
                "Motion does not fit its {count} instants: acceleration {acceleration}, "
                "rotation {rotation}.",
                count=len(time_s),
                acceleration=acc_g.shape,
                rotation=None if gyro_dps is None else gyro_dps.shape,
            ),
            _("Pass (n, 3) arrays of one recording."),
        )
    if not np.isfinite(time_s).all():
        raise AnalyticsError(
            _("Some instants are no numbers."),
            _("Leave out the samples whose instant is unknown."),
        )
    if np.any(time_s[1:] < time_s[:-1]):
        raise AnalyticsError(
            _("The instants step backwards."), _("Sort the samples, or cut at the step.")
        )


def check_unit(acc_g: NDArray[np.floating]) -> None:
    """Refuse an acceleration (n, 3) that cannot be in g.

    Raises:
        AnalyticsError: its median size is above `MOST_G`.
    """
    size = median_size(acc_g)
    if size is not None and size > MOST_G:
        raise AnalyticsError(
            _(
                "The acceleration has a median size of {size}, so it looks like m/s2, not g.",
                size=f"{size:.3g}",
            ),
            _("Divide by 9.80665."),
        )


def median_size(acc: NDArray[np.floating]) -> float | None:
    """Median size of the rows of acc (n, 3), in its unit; None with fewer than two finite ones."""
    some = acc[:: max(1, len(acc) // ENOUGH)]
    size = np.linalg.norm(some[measured(some).all(axis=1)].astype(np.float64), axis=1)
    return float(np.median(size)) if len(size) > 1 else None


def checked_upright(upright: NDArray[np.floating]) -> NDArray[np.float64]:
    """The mean acceleration (3,) of a wearer who stands.

    Raises:
        AnalyticsError: it is not three numbers, or no direction.
    """
    down = np.asarray(upright, np.float64)
    if down.shape != (3,) or not measured(down).all() or not down.any():
        raise AnalyticsError(
            _("Upright is {values}, which is no direction.", values=down.tolist()),
            _("Pass the (3,) mean acceleration of a wearer who stands, or None."),
        )
    return down


def measured(table: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which values are finite, and of a size that a sensor can send."""
    return np.asarray(np.abs(table) < MOST, np.bool_)
