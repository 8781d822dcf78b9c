"""Which exercise a set is, from how far it tilts, how hard it shakes and where it starts from.

A placement names only what it can tell (docs/repetitions.md has the table); else `repetition`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.exercise.method import FEET, THIGHS
from devices.profile import Placement

Floats = NDArray[np.float64]

SQUAT, SIT_UP, BURPEE, REPETITION = "squat", "sit-up", "burpee", "repetition"
SIT_TO_STAND, LUNGE, CALF_RAISE = "sit-to-stand", "lunge", "calf raise"


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
SEAT_DEG, STANDING_DEG = 60.0, 35.0
"""A thigh this far from how it stands, or further, sits; this near, or nearer, stands (design:
half and a third of the 70 to 90 deg in between)."""
BENT_DEG = 45.0
"""Least tilt of a thigh in a squat or a lunge (design: half of a squat to parallel)."""
HELD_S = 1.5
"""A thigh longer at its turning point is held, or sits: neither squat nor lunge (design)."""
STEP_G, SMOOTH_G = 0.4, 0.2
"""Jolt from which a foot has struck the floor, and below which none has (tuned on pocket: of the
seconds of a walk at the thigh 95 in 100 have one of 0.64 g or more; the lower one is design)."""
LUNGE_S = 2.5
"""Least interval of lunges: stairs and marching are quicker (design: a lunge forward takes 3.5)."""
HEEL_DEG = (20.0, 45.0)
"""Pitch of a foot in a calf raise: toes do not lift a foot by 20 deg (design: the range of
dorsiflexion), and the rear foot of a lunge is steeper than 45."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells exercises apart, medians over a set.

    tilt, shaking, likeness, share of the main axis; (3,) gravity where a repetition starts and
    where it turns; before: as in Course; dwell_s at the turning point; interval_s; jolt_g,
    NaN where unknown; stands: whether each turning point sits down or stands up.
    """

    tilt_deg: float
    shake_g: float
    likeness: float
    main_axis: float
    start_down: Floats
    turn_down: Floats
    before: float
    dwell_s: float
    interval_s: float
    jolt_g: float
    stands: bool


def kind_of(placement: Placement, traits: Traits, upright: Floats | None) -> str:
    """Name of the exercise; REPETITION where this placement cannot tell.

    upright: (3,) gravity when the wearer stands, or None where that is not known.
    """
    kind = _named(placement, traits, upright)
    loose = traits.main_axis < SQUAT_AXIS or traits.likeness < SQUAT_ALIKE
    stepped = traits.jolt_g >= STEP_G  # a foot that steps is none of a squat; unknown: no step
    if (kind == SQUAT and (loose or stepped)) or (kind in (LUNGE, CALF_RAISE) and loose):
        return REPETITION
    return kind


def _named(placement: Placement, traits: Traits, upright: Floats | None) -> str:
    """Name by the rule of the placement."""
    if placement in KINDS:
        return _of_trunk(KINDS[placement], traits)
    if upright is None or placement.leg is None:
        return REPETITION
    if placement in THIGHS:
        return _of_thigh(traits, upright)
    return _of_foot(traits, upright) if placement in FEET else _of_leg(traits, upright)


def lies_down(placement: Placement, traits: Traits) -> bool:
    """Whether a trunk tilts as far as in a sit-up without being shaken."""
    return placement in KINDS and _of_trunk(KINDS[placement], traits) == SIT_UP


def _of_trunk(rule: KindRule, traits: Traits) -> str:
    """A trunk leans a little in a squat, lies down in a sit-up and is shaken in a burpee."""
    if traits.shake_g >= rule.burpee_g:
        return BURPEE if traits.tilt_deg >= rule.squat_deg[1] else REPETITION
    if traits.stands:
        return REPETITION  # a sit-to-stand, or a squat held below: they look alike
    if traits.tilt_deg >= rule.sit_up_deg:
        return SIT_UP
    return SQUAT if traits.tilt_deg >= rule.squat_deg[0] else REPETITION


def _of_thigh(traits: Traits, upright: Floats) -> str:
    """A thigh starts level in a sit-to-stand; from upright it squats, or lunges with steps."""
    rest, turn = _angle_deg(traits.start_down, upright), _angle_deg(traits.turn_down, upright)
    if rest >= SEAT_DEG and turn <= STANDING_DEG:
        return SIT_TO_STAND if traits.before >= 0.5 else REPETITION
    if rest > STANDING_DEG or turn < BENT_DEG or traits.dwell_s >= HELD_S:
        return REPETITION
    if traits.jolt_g >= STEP_G:
        return LUNGE if traits.interval_s >= LUNGE_S else REPETITION
    return SQUAT if traits.jolt_g <= SMOOTH_G else REPETITION


def _of_leg(traits: Traits, upright: Floats) -> str:
    """A lower leg leans forward in a squat from upright, and rests at a slant in a sit-up."""
    if traits.shake_g >= LEG.burpee_g:
        return REPETITION
    if _angle_deg(traits.start_down, upright) > LYING_DEG:
        small = LEG.sit_up_deg <= traits.tilt_deg < LEG.squat_deg[1]
        return SIT_UP if small else REPETITION
    least, most = LEG.squat_deg
    return SQUAT if least <= traits.tilt_deg < most else REPETITION


def _of_foot(traits: Traits, upright: Floats) -> str:
    """A foot flat on the floor stays so in a squat, and pitches in a calf raise."""
    flat = _angle_deg(traits.start_down, upright) <= LYING_DEG
    calm = traits.shake_g < LEG.burpee_g and not traits.jolt_g >= STEP_G
    turned = _angle_deg(traits.start_down, traits.turn_down)
    return CALF_RAISE if flat and calm and HEEL_DEG[0] <= turned < HEEL_DEG[1] else REPETITION


def upright_of(down: Floats, shake: Floats) -> Floats | None:
    """(3,) direction of gravity while the leg walks or jumps, or None where it hardly does."""
    moving = down[shake > UPRIGHT_G]
    return None if len(moving) < UPRIGHT_CELLS else np.median(moving, axis=0)


def _angle_deg(one: Floats, other: Floats) -> float:
    """Angle between two directions, degrees; 0 where one has no length."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.rad2deg(np.arccos(np.clip(one @ other / size, -1.0, 1.0)))) if size else 0.0
