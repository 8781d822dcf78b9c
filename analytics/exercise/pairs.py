"""Sitting down and standing up at the trunk: two leans that make one repetition.

Whoever sits down leans forward, and leans forward again to get up, so the trunk tilts twice a
repetition. What tells them from squats is where a lean ends: a squat ends at the height where it
began, sitting down ends lower and standing up higher (Atrsaei 2020 finds both transitions by the
vertical acceleration of one sensor anywhere on the trunk). A squat that is held below with the
trunk raised does the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.exercise.course import Course

Ints = NDArray[np.intp]

STAND_M = 0.12
"""A lean that ends at least this much lower or higher sat down or stood up (tuned on daily_waist:
chairs of half height move the waist by 0.16 m or more)."""
MOST = 0.7
"""Share of the leans of a set that must do so (design)."""


def paired(course: Course) -> Course:
    """The set with sitting down and standing up joined where the one follows the other; a set of
    other movements as it is."""
    if not _stands(course):
        return course
    way = np.sign(np.nan_to_num(course.rise_m)).astype(np.intp)
    first = _firsts(way)
    last = np.append(first[1:] - 1, len(way) - 1)
    joined = first < last
    middle = np.where(joined, 0.5 * (course.end[first] + course.start[last]), course.at[first])
    return replace(
        course,
        at=np.round(middle).astype(np.intp),
        start=course.start[first],
        end=course.end[last],
        tilt_deg=course.tilt_deg[first],
        likeness=0.5 * (course.likeness[first] + course.likeness[last]),
        rise_m=np.where(joined, 0.0, course.rise_m[first]),
        stands=True,
    )


def _stands(course: Course) -> bool:
    """Whether nearly every turning point of a set sits down or stands up."""
    known = course.rise_m[np.isfinite(course.rise_m)]
    return len(known) >= 0.5 * len(course.at) and bool(np.mean(np.abs(known) >= STAND_M) >= MOST)


def _firsts(way: Ints) -> Ints:
    """Rows that open a repetition: each, but those that undo the one before."""
    opens = np.ones(len(way), np.bool_)
    for k in range(1, len(way)):
        opens[k] = not (opens[k - 1] and way[k] == -way[k - 1])
    return np.flatnonzero(opens)
