"""One sensor's motion together with its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import Placement

Floats = NDArray[np.float64]

GRAVITY = 9.80665


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One sensor's motion with its truth: spans (k, 2) of start and end, s; label: its group.

    time_s is (n,); acc_g (n, 3) in g; gyro_dps (n, 3) in deg/s or None. kinds: what each span is.
    subject: empty where nobody says; placement: None where nobody says; place: which of several
    sensors in one table, else empty.
    """

    name: str
    label: str
    rate_hz: float
    time_s: Floats
    acc_g: Floats
    gyro_dps: Floats | None
    truth: Floats
    kinds: tuple[str, ...] = ()
    subject: str = ""
    placement: Placement | None = None
    place: str = ""

    @property
    def seconds(self) -> float:
        """From the first to the last sample, and one interval; lost samples take nothing away."""
        if not len(self.time_s):
            return 0.0
        return float(self.time_s[-1] - self.time_s[0]) + 1.0 / self.rate_hz
