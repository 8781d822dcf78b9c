"""Constants of the repetition counter, by placement."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.exercise.sets import SetRule
from devices.profile import Placement

THIGHS = frozenset({Placement.LEFT_THIGH, Placement.RIGHT_THIGH})
FEET = frozenset({Placement.LEFT_FOOT, Placement.RIGHT_FOOT})
TRUNKS = frozenset({Placement.WAIST, Placement.CHEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitionMethod:
    """Constants of one kind of placement; tests and tuning pass others, the product never does.

    sigma_s: mean over which gravity is taken; least_deg: smallest tilt; typical_deg: least
    median tilt of a set; main_axis: least share of its changes of posture along its main axis;
    shake_g: most shaking of a turning point.
    """

    sigma_s: float
    least_deg: float
    typical_deg: float
    main_axis: float
    shake_g: float
    rule: SetRule


TRUNK = RepetitionMethod(
    sigma_s=0.35,
    least_deg=8.0,
    typical_deg=13.0,
    main_axis=0.7,
    shake_g=9.0,
    rule=SetRule(
        reach_s=1.5,
        alike=0.5,
        template=0.55,
        sizes=2.0,
        shakes=9.0,
        at_least=3,
        apart_s=(1.5, 8.0),
        pause=1.5,
    ),
)
LEG = replace(
    TRUNK,
    sigma_s=0.5,
    least_deg=5.0,
    typical_deg=5.0,
    main_axis=0.8,
    shake_g=0.2,
    rule=replace(TRUNK.rule, template=0.65, shakes=2.0, pause=1.6),
)
FOOT = replace(LEG, sigma_s=0.2, least_deg=10.0, typical_deg=12.0, shake_g=0.12)


def method_of(placement: Placement) -> RepetitionMethod:
    """Constants of a placement; thigh and arm use those of the trunk (nothing measured)."""
    if placement in FEET:
        return FOOT
    return LEG if placement.leg is not None and placement not in THIGHS else TRUNK
