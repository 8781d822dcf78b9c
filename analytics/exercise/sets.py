"""Sets: turning points that repeat one another's course, at a steady pace.

The chain of turning points whose neighbours are most alike is found by dynamic programming; its
mean course is then the set's own template, against which every turning point near it is judged
again. Nothing is learned from other people.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.exercise.posture import CELL_HZ
from analytics.exercise.swings import Swings

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

SHIFTS = (-4, -2, 0, 2, 4)
"""Cells by which two courses may be shifted to match (design: about one update at 3 Hz)."""
LONGEST = 500
"""A chain of more members is cut (design): nobody repeats an exercise as often without a rest, and
hours in a rocking chair take no more than their share of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRule:
    """When turning points make a set.

    reach_s: course compared on both sides; alike: likeness (1 same course and size, 0 unrelated)
    that a link of the chain must exceed on average; template: likeness to the set's mean course;
    sizes: largest ratio of two tilts; shakes: largest ratio of two shakings; at_least: members;
    apart_s: shortest and longest interval; pause: longest interval over the median one.
    """

    reach_s: float
    alike: float
    template: float
    sizes: float
    shakes: float
    at_least: int
    apart_s: tuple[float, float]
    pause: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Members of one set (rows of the stretch) and their likeness to its mean course."""

    swings: Swings
    likeness: Floats

    @property
    def span(self) -> tuple[int, int]:
        """First and last member."""
        return int(self.swings.at[0]), int(self.swings.at[-1])


def find_sets(down: Floats, swings: Swings, rule: SetRule) -> list[Set]:
    """Disjoint sets among the turning points of one direction, best chain first."""
    if len(swings.at) < rule.at_least:
        return []
    courses = _courses(down, swings.at, round(rule.reach_s * CELL_HZ))
    score, before = _chain(_links(courses, swings, rule), rule)
    free = np.ones(len(swings.at), np.bool_)
    found = []
    for end in np.argsort(-score, kind="stable"):
        members = _trace(int(end), before, free)
        if len(members) >= rule.at_least:
            members, likeness = _judged(members, courses, swings, free, rule)
            free[members] = False
            found += _pieces(swings.only(members), likeness, rule)
    return found


def _courses(down: Floats, at: Ints, reach: int) -> Floats:
    """(shifts, n, d) course of the posture around every turning point less its mean, flattened."""
    edge = reach + max(SHIFTS)
    padded = np.pad(down, ((edge, edge), (0, 0)), mode="edge")
    window = np.arange(-reach, reach + 1) + edge
    rows = []
    for shift in SHIFTS:
        course = padded[at[:, None] + window + shift]
        rows.append((course - course.mean(axis=1, keepdims=True)).reshape(len(at), -1))
    return np.asarray(rows, np.float64)


def _likeness(one: Floats, others: Floats) -> Floats:
    """Of courses one (n, d) or (d,) to others (shifts, n, d): best over the shifts, (n,)."""
    across = (one * others).sum(axis=-1)
    size = np.maximum((one**2).sum(axis=-1), (others**2).sum(axis=-1))
    return np.asarray((across / np.maximum(size, 1e-12)).max(axis=0), np.float64)


def _links(courses: Floats, swings: Swings, rule: SetRule) -> list[Floats]:
    """Likeness of each turning point to the 1st, 2nd, ... before it; -inf where no link may be."""
    links: list[Floats] = []
    shortest, longest = (seconds * CELL_HZ for seconds in rule.apart_s)
    shake = swings.shake_g + 0.02  # resolution of a slow beacon, so that rest compares with rest
    for back in itertools.count(1):
        apart = swings.at[back:] - swings.at[:-back]
        if not len(apart) or apart.min() > longest:
            return links
        fits = (apart >= shortest) & (apart <= longest)
        for values, most in ((swings.tilt_deg, rule.sizes), (shake, rule.shakes)):
            ratio = values[back:] / values[:-back]
            fits &= (ratio <= most) & (ratio >= 1.0 / most)
        link = np.full(len(swings.at), -np.inf)
        link[back:][fits] = _likeness(
            courses[SHIFTS.index(0), :-back][fits], courses[:, back:][:, fits]
        )
        links.append(link)
    return links


def _chain(links: list[Floats], rule: SetRule) -> tuple[Floats, Ints]:
    """Score of the best chain that ends at each turning point, and the member before it or -1."""
    table = np.stack(links, axis=1) - rule.alike if links else np.empty((0, 0))
    score, before = np.zeros(len(table)), np.full(len(table), -1, np.intp)
    for end in np.flatnonzero((table > -np.inf).any(axis=1)) if links else ():
        back = np.arange(1, min(end, table.shape[1]) + 1)
        reached = score[end - back] + table[end, : len(back)]
        best = int(np.argmax(reached))
        if reached[best] > 0.0:
            score[end], before[end] = reached[best], end - back[best]
    return score, before


def _trace(end: int, before: Ints, free: NDArray[np.bool_]) -> Ints:
    """Members of the chain that ends there, as far back as they are free; the last of many."""
    members: list[int] = []
    while end >= 0 and free[end] and len(members) < LONGEST:
        members.append(end)
        end = int(before[end])
    return np.array(members[::-1], np.intp)


def _judged(
    members: Ints, courses: Floats, swings: Swings, free: NDArray[np.bool_], rule: SetRule
) -> tuple[Ints, Floats]:
    """Members again by likeness to the chain's mean course, twice; and that likeness."""
    likeness = np.empty(0)
    for _ in range(2):
        template = courses[SHIFTS.index(0), members].mean(axis=0)
        near = _near(members, swings, free, rule)
        alike = _likeness(template, courses[:, near])
        near, alike = near[alike >= rule.template], alike[alike >= rule.template]
        keep = _spaced(swings.at[near], alike, rule.apart_s[0] * CELL_HZ)
        members, likeness = near[keep], alike[keep]
        if len(members) < rule.at_least:
            return members[:0], likeness[:0]
    return members, likeness


def _near(members: Ints, swings: Swings, free: NDArray[np.bool_], rule: SetRule) -> Ints:
    """Free turning points of the set's size and shaking, no further from it than an interval."""
    reach = rule.apart_s[1] * CELL_HZ
    low, high = swings.at[members[0]] - reach, swings.at[members[-1]] + reach
    near = np.arange(*np.searchsorted(swings.at, [low, high + 1]))
    shake = swings.shake_g + 0.02
    fits = free[near]
    for values, most in ((swings.tilt_deg, rule.sizes), (shake, rule.shakes)):
        ratio = values[near] / np.median(values[members])
        fits &= (ratio <= most) & (ratio >= 1.0 / most)
    return near[fits]


def _spaced(at: Ints, likeness: Floats, apart: float) -> Ints:
    """Which of the increasing instants stay if the more alike of two closer than `apart` does."""
    low = np.searchsorted(at, at - apart, side="right")
    high = np.searchsorted(at, at + apart, side="left")
    kept = np.zeros(len(at), np.bool_)
    for k in np.argsort(-likeness, kind="stable"):
        kept[k] = not kept[low[k] : high[k]].any()
    return np.flatnonzero(kept)


def _pieces(swings: Swings, likeness: Floats, rule: SetRule) -> list[Set]:
    """The set, cut where an interval is a pause."""
    if len(swings.at) < rule.at_least:
        return []
    intervals = np.diff(swings.at)
    longest = min(rule.pause * float(np.median(intervals)), rule.apart_s[1] * CELL_HZ)
    cuts = np.flatnonzero(intervals > longest) + 1
    parts = np.split(np.arange(len(likeness)), cuts)
    return [
        Set(swings=swings.only(part), likeness=likeness[part])
        for part in parts
        if len(part) >= rule.at_least
    ]
