"""Which exercise a set is, from how far it tilts, how hard it shakes and where it starts from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import Placement

Floats = NDArray[np.float64]

SQUAT, SIT_UP, BURPEE, REPETITION = "squat", "sit-up", "burpee", "repetition"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """Limits of one placement, of the set's medians (all tuned on reps).

    squat_deg: least and largest tilt of a squat; sit_up_deg: least tilt of a sit-up;
    burpee_g: least shaking of a burpee.
    """

    squat_deg: tuple[float, float]
    sit_up_deg: float
    burpee_g: float


KINDS = {
    Placement.WAIST: KindRule(squat_deg=(12.0, 44.0), sit_up_deg=44.0, burpee_g=0.255),
    Placement.CHEST: KindRule(squat_deg=(15.0, 70.0), sit_up_deg=70.0, burpee_g=0.28),
}
LEG = KindRule(squat_deg=(14.0, 45.0), sit_up_deg=6.0, burpee_g=0.25)
LYING_DEG = 30.5
"""A lower leg this far from how it stands belongs to someone who sits or lies (tuned on reps)."""
UPRIGHT_G = 0.2
"""Shaking from which a leg is taken to walk or jump, so to be upright (tuned on reps)."""
UPRIGHT_CELLS = 20
"""Fewer such cells do not say which way is upright (design: 2 s)."""


def kind_of(
    placement: Placement,
    *,
    tilt_deg: float,
    shake_g: float,
    start_down: Floats,
    upright: Floats | None,
) -> str:
    """Name of the exercise; REPETITION where this placement cannot tell.

    tilt_deg, shake_g: medians of the set; start_down: (3,) gravity where a repetition starts;
    upright: (3,) gravity when the wearer stands, or None where that is not known.
    """
    if placement in KINDS:
        return _of_trunk(KINDS[placement], tilt_deg, shake_g)
    if placement.leg is None or placement in (Placement.LEFT_THIGH, Placement.RIGHT_THIGH):
        return REPETITION
    return _of_leg(tilt_deg, shake_g, start_down, upright)


def _of_trunk(rule: KindRule, tilt_deg: float, shake_g: float) -> str:
    """A trunk leans a little in a squat, lies down in a sit-up and is shaken in a burpee."""
    if shake_g >= rule.burpee_g:
        return BURPEE if tilt_deg >= rule.squat_deg[1] else REPETITION
    if tilt_deg >= rule.sit_up_deg:
        return SIT_UP
    return SQUAT if tilt_deg >= rule.squat_deg[0] else REPETITION


def _of_leg(tilt_deg: float, shake_g: float, start: Floats, upright: Floats | None) -> str:
    """A lower leg leans forward in a squat from upright, and rests at a slant in a sit-up."""
    if shake_g >= LEG.burpee_g:
        return REPETITION
    if upright is None:
        return REPETITION
    if _angle_deg(start, upright) > LYING_DEG:
        return SIT_UP if tilt_deg >= LEG.sit_up_deg else REPETITION
    return SQUAT if LEG.squat_deg[0] <= tilt_deg < LEG.squat_deg[1] else REPETITION


def upright_of(down: Floats, shake: Floats) -> Floats | None:
    """(3,) direction of gravity while the leg walks or jumps, or None where it hardly does."""
    moving = down[shake > UPRIGHT_G]
    return None if len(moving) < UPRIGHT_CELLS else np.median(moving, axis=0)


def _angle_deg(one: Floats, other: Floats) -> float:
    """Angle between two directions, degrees; 0 where one has no length."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.rad2deg(np.arccos(np.clip(one @ other / size, -1.0, 1.0)))) if size else 0.0
