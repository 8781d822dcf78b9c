"""Every kind of machine that tells what the legs do: its channels, its force and its METs.

The share of the left pedal is not used: the dose is the mean over two legs on one crank, so
whichever leg pushed harder, only the sum of both enters. What the table means is reckoned in
`cycles.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from devices.profile import Channel, Placement
from language.spoken import mark

COUNTED = "counted_steps_per_min"
"""No channel of a sensor: the rate of its step count, see `cycles.counted`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One kind of sensor that counts loading cycles.

    profiles: keys of the sensors that are one; cadence: the channel of its cycles, `per_count` of
    them on each leg for one of its counts; moving: another channel above zero while it is in use;
    channels: all that it may say of the legs; force: key of its case in `force.BY_KEY`; walked:
    its cycles are steps on the spot or over ground, whose force follows from speed; mets_by: what
    its own formula `mets` needs, None where only the machine itself can say.
    """

    key: str
    title: str
    profiles: tuple[str, ...]
    cadence: Channel
    per_count: float
    channels: tuple[str, ...]
    force: str
    weight_bearing: bool
    walked: bool = False
    moving: Channel | None = None
    mets: str = mark("as the machine says")
    mets_by: str | None = None
    source: str
    mark: str


_STEPS = (Channel.STEP_CADENCE, COUNTED, Channel.METABOLIC_EQUIVALENT)
_BOTH_FEET = mark(
    "a stride is a pair of steps (GATT Specification Supplement), so cycles are half of them"
)
_WALK = mark("ACSM walking, from 2.0 m/s on running; the incline as grade, unknown downhill")

_BOTH_FEET_TOO = mark(
    "taken as on the stair climber: a stride is a pair of steps (GATT Specification Supplement), "
    "so cycles are half of them"
)
_WALK_ELSE = mark(
    "ACSM walking, from 2.0 m/s on running; the incline as grade, unknown downhill, else as the "
    "machine says"
)

FOOT_POD = Machine(
    key="foot-pod",
    title=mark("Foot pod"),
    profiles=("rsc",),
    cadence=Channel.STEP_CADENCE,
    per_count=0.5,
    channels=(Channel.STEP_CADENCE, Channel.SPEED, Channel.RUNNING, Channel.CONTACT_TIME),
    force="walk-speed",
    weight_bearing=True,
    walked=True,
    mets=_WALK,
    mets_by="speed",
    source=mark("ACSM (seen)"),
    mark="seen",
)
"""Not a machine, but reckoned as one: a sensor that is none of `MACHINES` is read as this."""

MACHINES: tuple[Machine, ...] = (
    Machine(
        key="bike",
        title=mark("Bike"),
        profiles=("ftms_bike", "cycling_power", "csc"),
        cadence=Channel.CRANK_CADENCE,
        per_count=1.0,
        channels=(
            Channel.CRANK_CADENCE,
            Channel.POWER,
            Channel.WHEEL_CADENCE,
            Channel.SPEED,
            Channel.METABOLIC_EQUIVALENT,
        ),
        force="bike",
        weight_bearing=False,
        moving=Channel.POWER,
        mets=mark("(7 + 10.8 P/M) / 3.5, else as the machine says"),
        mets_by="power",
        source=mark(
            "ACSM leg cycling (seen), stated for 50-200 W and used outside as well (design): at "
            "75 kg 3.6 METs at 40 W and 11.7 at 235 W, where the Compendium of 2011 has 3.5 for "
            "30-50 W and 14.0 for 201-270 W (codes 02011 and 02015, seen)"
        ),
        mark="design",
    ),
    Machine(
        key="rower",
        title=mark("Rower"),
        profiles=("ftms_rower",),
        cadence=Channel.STROKE_CADENCE,
        per_count=1.0,
        channels=(Channel.STROKE_CADENCE, Channel.POWER, Channel.METABOLIC_EQUIVALENT),
        force="rower",
        weight_bearing=False,
        source=mark("both legs push once a stroke"),
        mark="design",
    ),
    Machine(
        key="elliptical",
        title=mark("Elliptical"),
        profiles=("ftms_cross_trainer",),
        cadence=Channel.STEP_CADENCE,
        per_count=0.5,
        channels=(Channel.STEP_CADENCE, Channel.POWER, Channel.METABOLIC_EQUIVALENT),
        force="elliptical",
        weight_bearing=True,
        source=_BOTH_FEET,
        mark="design",
    ),
    Machine(
        key="step-climber",
        title=mark("Step climber"),
        profiles=("ftms_step_climber",),
        cadence=Channel.STEP_CADENCE,
        per_count=0.5,
        channels=_STEPS,
        force="stair-climber",
        weight_bearing=True,
        source=_BOTH_FEET_TOO,
        mark="design",
    ),
    Machine(
        key="stair-climber",
        title=mark("Stair climber"),
        profiles=("ftms_stair_climber",),
        cadence=Channel.STEP_CADENCE,
        per_count=0.5,
        channels=_STEPS,
        force="stair-climber",
        weight_bearing=True,
        source=_BOTH_FEET,
        mark="design",
    ),
    Machine(
        key="treadmill",
        title=mark("Treadmill"),
        profiles=("ftms_treadmill",),
        cadence=Channel.STEP_CADENCE,
        per_count=0.5,
        channels=(*_STEPS, Channel.SPEED, Channel.RUNNING, Channel.INCLINE),
        force="walk-speed",
        weight_bearing=True,
        walked=True,
        moving=Channel.SPEED,
        mets=_WALK_ELSE,
        mets_by="speed",
        source=mark("ACSM (seen); no incline sent is level, a lower bound (design)"),
        mark="design",
    ),
)
"""Every kind, and the order in which they are asked of a sensor that is several.

A treadmill comes last: other machines send a speed too, and theirs is worked out.
"""


def machines_of(profiles: Collection[str], placement: Placement) -> tuple[Machine, ...]:
    """The machines that a sensor is, by the keys of its profiles; worn, it is none."""
    if placement.worn:
        return ()
    known = set(profiles)
    return tuple(machine for machine in MACHINES if known.intersection(machine.profiles))
