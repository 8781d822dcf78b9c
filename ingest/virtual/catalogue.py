"""One virtual sensor of each kind that can be paired, to try and to test without owning it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ingest.virtual.demo import foot_pod, heart_strap, leg_motion
from ingest.virtual.peripheral import VirtualSensor

Maker = Callable[[np.random.Generator, int], VirtualSensor]
"""Given randomness and the instant it begins (UTC ns), a sensor with an address of its own."""

CATALOGUE: dict[str, Maker] = {
    "rsc": foot_pod,
    "heart_rate": heart_strap,
    "thingy52": leg_motion,
}
"""By profile key; a test holds that every profile but the companions is here."""
