"""Repetitions from motion: one row each, whatever the orientation, the side and the rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.exercise.course import Course, courses_of, set_course
from analytics.exercise.heights import JOLTS_HZ, jolts_g
from analytics.exercise.kinds import SIT_TO_STAND, Traits, kind_of, lies_down, upright_of
from analytics.exercise.method import THIGHS, TRUNKS, RepetitionMethod, method_of
from analytics.exercise.pairs import paired
from analytics.exercise.posture import CELL_HZ, Posture, postures
from analytics.exercise.sets import find_sets
from analytics.exercise.swings import tilt_along, turning_points
from analytics.motion import check_motion, check_unit, checked_upright, median_size, placed
from devices.profile import Placement
from language.spoken import _

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

RATE_HZ = (5.0, 260.0)
GRAVITY_G = (0.7, 1.3)
"""Median size of an acceleration that still has gravity in it (design)."""
SILENT = frozenset({Placement.BIKE, Placement.MACHINE, Placement.FLOOR})
LYING_SHARE = 0.55
"""Turning points of sit-ups that take a larger share of the time are in truth the lying between
them (tuned on reps)."""
REPETITIONS = {
    "start_s": pl.Float64,
    "end_s": pl.Float64,
    "duration_s": pl.Float64,
    "kind": pl.String,
    "set": pl.Int64,
    "quality": pl.Float64,
    "out_s": pl.Float64,
    "back_s": pl.Float64,
}


def detect_repetitions(
    time_s: Floats,
    acc_g: Samples,
    gyro_dps: Samples | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    upright: Samples | None = None,
    method: RepetitionMethod | None = None,
) -> pl.DataFrame:
    """Repetitions of exercises done in sets of three or more, found with nothing else given.

    time_s: (n,) instants, s, not decreasing; acc_g: (n, 3) with gravity; gyro_dps: (n, 3) or None,
    checked but not used; rate_hz: nominal rate, 5 to 260; upright: (3,) mean acceleration while the
    wearer stands, without which a leg names nothing (not given: the direction while the leg walks
    or jumps). Gives `start_s`, `end_s`, `duration_s`, `kind` (squat, sit-to-stand, lunge,
    calf raise, sit-up, burpee, or repetition where the placement cannot tell), `set` (number, from
    1), `quality` (likeness to the set's mean course, 0 to 1; null for a last sit-to-stand that
    ends standing), `out_s` (start to turning point: lowering in a squat) and `back_s`, ordered by
    time. An acceleration without gravity, a bike or a machine has none.
    Raises AnalyticsError where the arrays do not fit together, the acceleration is not in g, or
    upright is no direction.
    """
    placement = placed(placement)
    method = method or method_of(placement)
    parts = _postures(time_s, acc_g, gyro_dps, rate_hz, placement, method)
    stood = _upright(parts, upright)
    frames = [pl.DataFrame(schema=REPETITIONS)]
    for part in parts:
        for course in _courses(part, method, placement):
            traits = _traits(course, time_s, acc_g)
            kind = kind_of(placement, traits, stood)
            whole = course.finished() if kind == SIT_TO_STAND and placement in THIGHS else course
            frames.append(_rows(whole, len(frames), kind))
    return pl.concat(frames)


def repetitions_in_bout(
    time_s: Floats,
    acc_g: Samples,
    gyro_dps: Samples | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    start_s: float,
    end_s: float,
    upright: Samples | None = None,
    method: RepetitionMethod | None = None,
) -> pl.DataFrame:
    """Repetitions of one set whose start and end are known; arguments and columns as above.

    Samples beside the bout may be passed too and help; every movement inside that is at least 0.4
    times as large as the typical one counts. Bounds that are no numbers raise AnalyticsError too.
    """
    if not np.isfinite([start_s, end_s]).all():
        raise AnalyticsError(
            _(
                "A bout cannot last from {start} to {end} s.",
                start=f"{start_s:g}",
                end=f"{end_s:g}",
            ),
            _("Give both bounds as numbers."),
        )
    placement = placed(placement)
    method = method or method_of(placement)
    parts = _postures(time_s, acc_g, gyro_dps, rate_hz, placement, method)
    stood = _upright(parts, upright)
    found = [
        course for part in parts for course in courses_of(part, start_s, end_s, method.least_deg)
    ]
    if not found:
        return pl.DataFrame(schema=REPETITIONS)
    course = max(found, key=lambda one: _rank(one, placement))
    course = paired(course) if placement in TRUNKS else course
    traits = _traits(course, time_s, acc_g)
    return _rows(course, 1, kind_of(placement, traits, stood))


def _postures(
    time_s: Floats,
    acc_g: Samples,
    gyro_dps: Samples | None,
    rate_hz: float,
    placement: Placement,
    method: RepetitionMethod,
) -> list[Posture]:
    """Stretches of posture; none where the acceleration has no gravity, or nobody wears it."""
    check_motion(
        time_s,
        acc_g,
        gyro_dps,
        rate_hz=rate_hz,
        rates_hz=RATE_HZ,
        advice=_("Set the sensor to 10 to 210 samples a second."),
    )
    check_unit(acc_g)
    if placement in SILENT or not _has_gravity(acc_g):
        return []
    return postures(np.asarray(time_s, np.float64), acc_g, method.sigma_s)


def _courses(part: Posture, method: RepetitionMethod, placement: Placement) -> list[Course]:
    """Sets of one stretch in order of time, of both directions of tilt the one that fits better."""
    tilt = tilt_along(part)
    courses: list[Course] = []
    for sign, along in ((1, tilt), (-1, -tilt)):
        swings = turning_points(tilt, part.shake, sign=sign, least_deg=method.least_deg)
        calm = swings.only(swings.shake_g < method.shake_g)
        found = find_sets(part.down, calm, method.rule)
        courses += [set_course(part, one, along) for one in found]
    taken = np.zeros(len(tilt), np.bool_)
    kept: list[Course] = []
    for course in sorted(courses, key=lambda one: _rank(one, placement), reverse=True):
        steady = course.main_axis >= method.main_axis
        large = float(np.median(course.tilt_deg)) >= method.typical_deg
        if steady and large and not taken[course.span].any():
            taken[course.at[0] : course.at[-1] + 1] = True
            kept.append(course)
    joined = [paired(one) if placement in TRUNKS else one for one in kept]
    whole = [one for one in joined if len(one.at) >= method.rule.at_least]
    return sorted(whole, key=lambda one: int(one.at[0]))


def _rank(course: Course, placement: Placement) -> tuple[float, float]:
    """Which direction of a tilt holds the repetitions: the one with more turning points, since a
    set starts and ends in the posture between them. Someone who lies down for sit-ups and gets up
    after them makes one turn too many the other way, but lies longer than they sit. A chair test
    ends on the feet, so at a thigh only the posture before it counts.
    """
    one_too_many = course.away > LYING_SHARE and lies_down(placement, _posed(course))
    stands_off = course.before if placement in THIGHS else course.leaves
    return len(course.at) - 1.5 * one_too_many, stands_off


def _posed(course: Course) -> Traits:
    """Medians of a set, without what asks for the samples."""
    interval = float(np.median(np.diff(course.at))) if len(course.at) > 1 else np.inf
    return Traits(
        tilt_deg=float(np.median(course.tilt_deg)),
        shake_g=course.shake_g,
        likeness=float(np.median(course.likeness)),
        main_axis=course.main_axis,
        start_down=course.start_down,
        turn_down=course.turn_down,
        before=course.before,
        dwell_s=course.dwell_s,
        interval_s=interval / CELL_HZ,
        jolt_g=np.nan,
        stands=course.stands,
    )


def _traits(course: Course, time_s: Floats, acc_g: Samples) -> Traits:
    """Medians of a set; the jolt is unknown where a slow sensor would have missed it."""
    posed = _posed(course)
    if course.update_hz < JOLTS_HZ:
        return posed
    return replace(posed, jolt_g=float(np.median(jolts_g(time_s, acc_g, *course.times()))))


def _rows(course: Course, number: int, kind: str) -> pl.DataFrame:
    """One row a repetition of a set."""
    starts, turns, ends = course.times()
    columns = {
        "start_s": starts,
        "end_s": ends,
        "duration_s": ends - starts,
        "kind": [kind] * len(starts),
        "set": [number] * len(starts),
        "quality": np.clip(course.likeness, 0.0, 1.0),
        "out_s": turns - starts,
        "back_s": ends - turns,
    }
    return pl.DataFrame(columns, schema=REPETITIONS, nan_to_null=True)


def _upright(parts: list[Posture], given: Samples | None) -> Floats | None:
    """The direction given, or the one that the recording suggests."""
    if given is not None:
        return checked_upright(given)
    if not parts:
        return None
    return upright_of(
        np.concatenate([part.down for part in parts]),
        np.concatenate([part.shake for part in parts]),
    )


def _has_gravity(acc_g: Samples) -> bool:
    """Whether the acceleration is mostly about 1 g."""
    size = median_size(acc_g)
    return size is not None and GRAVITY_G[0] <= size <= GRAVITY_G[1]
