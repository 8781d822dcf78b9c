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
    burpee_g: least shaking of a burpee (at a leg: too much shaking to name the exercise).
    """

    squat_deg: tuple[float, float]
    sit_up_deg: float
    burpee_g: float


KINDS = {
    Placement.WAIST: KindRule(squat_deg=(13.0, 44.0), sit_up_deg=44.0, burpee_g=0.213),
    Placement.CHEST: KindRule(squat_deg=(15.0, 70.0), sit_up_deg=70.0, burpee_g=0.24),
}
LEG = KindRule(squat_deg=(14.0, 45.0), sit_up_deg=6.0, burpee_g=0.25)
SQUAT_AXIS = 0.85
"""Least share of a squat's changes of posture along its main axis (tuned on reps)."""
SQUAT_ALIKE = 0.75
"""Least median likeness of squats to one another (tuned on reps)."""
LYING_DEG = 30.5
"""A lower leg this far from how it stands belongs to someone who sits or lies (tuned on reps)."""
UPRIGHT_G = 0.2
"""Shaking from which a leg is taken to walk or jump, so to be upright (tuned on reps)."""
UPRIGHT_CELLS = 20
"""Fewer such cells do not say which way is upright (design: 2 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells exercises apart, medians over a set: tilt, shaking, likeness, share of the main
    axis, and (3,) gravity where a repetition starts."""

    tilt_deg: float
    shake_g: float
    likeness: float
    main_axis: float
    start_down: Floats


def kind_of(placement: Placement, traits: Traits, upright: Floats | None) -> str:
    """Name of the exercise; REPETITION where this placement cannot tell.

    upright: (3,) gravity when the wearer stands, or None where that is not known.
    """
    if placement in KINDS:
        kind = _of_trunk(KINDS[placement], traits)
    elif placement.leg is None or placement in (Placement.LEFT_THIGH, Placement.RIGHT_THIGH):
        kind = REPETITION
    else:
        kind = _of_leg(traits, upright)
    if kind == SQUAT and (traits.main_axis < SQUAT_AXIS or traits.likeness < SQUAT_ALIKE):
        return REPETITION
    return kind


def lies_down(placement: Placement, traits: Traits) -> bool:
    """Whether a trunk tilts as far as in a sit-up without being shaken."""
    return placement in KINDS and _of_trunk(KINDS[placement], traits) == SIT_UP


def _of_trunk(rule: KindRule, traits: Traits) -> str:
    """A trunk leans a little in a squat, lies down in a sit-up and is shaken in a burpee."""
    if traits.shake_g >= rule.burpee_g:
        return BURPEE if traits.tilt_deg >= rule.squat_deg[1] else REPETITION
    if traits.tilt_deg >= rule.sit_up_deg:
        return SIT_UP
    return SQUAT if traits.tilt_deg >= rule.squat_deg[0] else REPETITION


def _of_leg(traits: Traits, upright: Floats | None) -> str:
    """A lower leg leans forward in a squat from upright, and rests at a slant in a sit-up."""
    if upright is None or traits.shake_g >= LEG.burpee_g:
        return REPETITION
    if _angle_deg(traits.start_down, upright) > LYING_DEG:
        return SIT_UP if traits.tilt_deg >= LEG.sit_up_deg else REPETITION
    least, most = LEG.squat_deg
    return SQUAT if least <= traits.tilt_deg < most else REPETITION


def upright_of(down: Floats, shake: Floats) -> Floats | None:
    """(3,) direction of gravity while the leg walks or jumps, or None where it hardly does."""
    moving = down[shake > UPRIGHT_G]
    return None if len(moving) < UPRIGHT_CELLS else np.median(moving, axis=0)


def _angle_deg(one: Floats, other: Floats) -> float:
    """Angle between two directions, degrees; 0 where one has no length."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.rad2deg(np.arccos(np.clip(one @ other / size, -1.0, 1.0)))) if size else 0.0
