"""One virtual sensor of each kind that can be paired, to try and to test without owning it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ingest.radio import RadioError
from ingest.virtual.bike import power_meter, speed_and_cadence
from ingest.virtual.demo import foot_pod, heart_strap, leg_motion
from ingest.virtual.machines import (
    bike,
    cross_trainer,
    rower,
    stair_climber,
    step_climber,
    treadmill,
)
from ingest.virtual.makers import infinitime_watch, microbit_leg, witmotion_leg
from ingest.virtual.movesense import movesense_imu
from ingest.virtual.peripheral import VirtualSensor
from ingest.virtual.polar import polar_sense
from ingest.virtual.scale import bathroom_scale
from language.spoken import mark

Maker = Callable[[np.random.Generator, int], VirtualSensor]
"""Given randomness and the instant it begins (UTC ns), a sensor with an address of its own."""

ALL = "all"

CATALOGUE: dict[str, Maker] = {
    "rsc": foot_pod,
    "heart_rate": heart_strap,
    "thingy52": leg_motion,
    "csc": speed_and_cadence,
    "cycling_power": power_meter,
    "ftms_treadmill": treadmill,
    "ftms_cross_trainer": cross_trainer,
    "ftms_step_climber": step_climber,
    "ftms_stair_climber": stair_climber,
    "ftms_rower": rower,
    "ftms_bike": bike,
    "witmotion": witmotion_leg,
    "microbit": microbit_leg,
    "infinitime": infinitime_watch,
    "weight_scale": bathroom_scale,
    "polar_pmd": polar_sense,
    "movesense": movesense_imu,
}
"""By profile key; a test holds that every profile but the companions is here."""


def named(keys: Sequence[str], rng: np.random.Generator, start_ns: int) -> list[VirtualSensor]:
    """A virtual sensor of each of these kinds; `all` is every kind.

    Raises:
        RadioError: there is none of that kind.
    """
    wanted = list(CATALOGUE) if list(keys) == [ALL] else list(dict.fromkeys(keys))
    if unknown := [key for key in wanted if key not in CATALOGUE]:
        raise RadioError(
            mark("There is no virtual sensor '{kind}'."),
            mark("Use virtual, virtual:{every}, or virtual: and some of {kinds}."),
            kind=unknown[0],
            every=ALL,
            kinds=", ".join(CATALOGUE),
        )
    return [CATALOGUE[key](rng, start_ns) for key in wanted]
