"""The course of one set along its own main axis: where each repetition starts, turns and ends."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from analytics.exercise.heights import rises_m
from analytics.exercise.posture import CELL_HZ, Posture
from analytics.exercise.sets import Set
from analytics.exercise.swings import WITHIN_S, Swings, turning_points

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

EDGE = 0.85
"""A repetition starts and ends where the tilt is within 15 % of its height of rest (design)."""
BESIDE_S = 0.5
"""Turning points this far outside a bout that is given still belong to it (design)."""
CONTEXT_S = 6.0
"""Samples this far beside a bout that is given are looked at (design: half the valley search)."""
LEAST = 0.4
"""Smaller movements, as a share of the typical one in a bout that is given, are none (tuned on
reps)."""
PAUSE = 1.6
"""A repetition later than this many intervals belongs to no set (as between repetitions)."""

_WITHIN = round(WITHIN_S * CELL_HZ) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One set in a stretch whose first cell is number `first`.

    at, start, end: (n,) rows of the turning points and of where each repetition leaves and
    reaches rest, none overlapping; shake_g: median from the first to the last; main_axis: share
    of the changes along one axis; before, after: how far the turning points stand off the posture
    outside the set, as a share of their tilt (near 1 if the set starts and ends in the posture
    between repetitions, near 0 if these are in truth the pauses; 1 where nothing was recorded);
    away: share of the time spent beyond half the tilt; dwell_s: median time within 15 % of the
    turning point; start_down, turn_down: (3,) gravity where repetitions start and turn;
    rise_m: (n,) how much higher each ends than it began, NaN where unknown;
    unfinished: rows where one more leaves rest and reaches the turning point without coming back
    in time, or None; update_hz: rows a second that were measured anew in the set; stands: whether
    each turning point sits down or stands up.
    """

    first: int
    at: Ints
    start: Floats
    end: Floats
    tilt_deg: Floats
    shake_g: float
    likeness: Floats
    main_axis: float
    before: float
    after: float
    away: float
    dwell_s: float
    start_down: Floats
    turn_down: Floats
    rise_m: Floats
    unfinished: tuple[float, float] | None
    update_hz: float
    stands: bool = False

    @property
    def leaves(self) -> float:
        """How far the turning points stand off the posture on either side of the set."""
        return min(self.before, self.after)

    @property
    def span(self) -> slice:
        """Rows less than 1 s from the set, where no other may be."""
        return slice(max(0, int(self.at[0]) - CELL_HZ + 1), int(self.at[-1]) + CELL_HZ)

    def finished(self) -> Course:
        """The set with its unfinished repetition, whose likeness is unknown."""
        if self.unfinished is None:
            return self
        leaves, reaches = self.unfinished
        return replace(
            self,
            at=np.append(self.at, round(reaches)),
            start=np.append(self.start, leaves),
            end=np.append(self.end, reaches),
            tilt_deg=np.append(self.tilt_deg, np.median(self.tilt_deg)),
            likeness=np.append(self.likeness, np.nan),
            rise_m=np.append(self.rise_m, np.nan),
            unfinished=None,
        )

    def times(self) -> tuple[Floats, Floats, Floats]:
        """Start, turning point and end of every repetition, s."""
        start, turn, end = (
            np.asarray((self.first + rows + 0.5) / CELL_HZ, np.float64)
            for rows in (self.start, self.at, self.end)
        )
        return start, turn, end


def set_course(part: Posture, found: Set, tilt: Floats) -> Course:
    """The course of a set that was found in a stretch; tilt (m,) of that stretch in its sign."""
    return _course(part, found.swings, found.likeness, tilt)


def courses_of(part: Posture, start_s: float, end_s: float, least_deg: float) -> list[Course]:
    """Both directions of tilt of a bout that is given, along its main axis, where they turn."""
    low, high = (int(s * CELL_HZ) - part.first for s in (start_s - CONTEXT_S, end_s + CONTEXT_S))
    near = part.part(low, high)
    inside = (near.time_s >= start_s) & (near.time_s <= end_s)
    if inside.sum() < CELL_HZ:
        return []
    tilt = np.rad2deg((near.down - near.down[inside].mean(axis=0)) @ _axis(near.down[inside]))
    found = [
        (sign * tilt, _within(near, sign * tilt, start_s, end_s, least_deg)) for sign in (1, -1)
    ]
    return [
        _course(near, swings, np.ones(len(swings.at)), along)
        for along, swings in found
        if len(swings.at)
    ]


def _within(near: Posture, tilt: Floats, start_s: float, end_s: float, least_deg: float) -> Swings:
    """Tops of a tilt inside the bout of at least 0.4 times the typical size."""
    swings = turning_points(tilt, near.shake, sign=1, least_deg=least_deg)
    time_s = near.time_s[swings.at]
    swings = swings.only((time_s >= start_s - BESIDE_S) & (time_s <= end_s + BESIDE_S))
    typical = float(np.median(swings.tilt_deg)) if len(swings.at) else 0.0
    return swings.only(swings.tilt_deg > LEAST * typical)


def _course(part: Posture, swings: Swings, likeness: Floats, tilt: Floats) -> Course:
    """Everything that is asked of a set."""
    low, high = max(0, int(swings.at[0]) - CELL_HZ), int(swings.at[-1]) + CELL_HZ + 1
    start, end = _edges(tilt, swings.at)
    before, after = _outside(tilt, swings)
    return Course(
        first=part.first,
        at=swings.at,
        start=start,
        end=end,
        tilt_deg=swings.tilt_deg,
        shake_g=float(np.median(part.shake[swings.at[0] : swings.at[-1] + 1])),
        likeness=likeness,
        main_axis=_share(part.down[low:high]),
        before=before,
        after=after,
        away=_away(tilt, swings.at),
        dwell_s=_wide(tilt, swings.at, 1.0 - EDGE) / CELL_HZ,
        start_down=np.median(part.down[start.astype(np.intp)], axis=0),
        turn_down=np.median(part.down[swings.at], axis=0),
        rise_m=rises_m(part, start, end, _valleys(tilt, swings.at)),
        unfinished=_unfinished(tilt, swings, float(end[-1])),
        update_hz=part.update_hz(int(start[0]), int(np.ceil(end[-1]))),
    )


def _axis(down: Floats) -> Floats:
    """(3,) unit axis along which the posture changes most."""
    change = np.diff(down, axis=0)
    return np.asarray(np.linalg.eigh(change.T @ change).eigenvectors[:, -1], np.float64)


def _share(down: Floats) -> float:
    """Share of the changes of posture (squared) along their main axis."""
    change = np.diff(down, axis=0)
    power = np.linalg.eigvalsh(change.T @ change)
    return float(power[-1] / max(power.sum(), 1e-12))


def _outside(tilt: Floats, swings: Swings) -> tuple[float, float]:
    """Height over the tilt an interval before the first and after the last turning point."""
    first, last = int(swings.at[0]), int(swings.at[-1])
    interval = int(max(np.median(np.diff(swings.at)), 1.5 * CELL_HZ)) if first < last else 15
    before = tilt[max(0, first - interval - CELL_HZ) : max(0, first - interval // 2)]
    after = tilt[last + interval // 2 : last + interval + CELL_HZ]
    size = np.median(swings.tilt_deg)
    heights = [
        float((tilt[top] - np.median(side)) / size) if len(side) else np.inf
        for top, side in ((first, before), (last, after))
    ]
    return heights[0], heights[1]


def _unfinished(tilt: Floats, swings: Swings, end: float) -> tuple[float, float] | None:
    """Where the tilt leaves rest and turns once more, no later than a pause after the set."""
    if len(swings.at) < 2:
        return None
    size, top = float(np.median(swings.tilt_deg)), float(np.median(tilt[swings.at]))
    latest = int(swings.at[-1] + PAUSE * np.median(np.diff(swings.at)))
    rest = int(np.ceil(end))
    after = tilt[rest : latest + 1]
    high = np.flatnonzero(after >= top - (1.0 - EDGE) * size)
    low = np.flatnonzero(after[: high[0]] <= top - EDGE * size) if len(high) else high
    return (float(rest + low[-1]), float(rest + high[0])) if len(low) else None


def _away(tilt: Floats, at: Ints) -> float:
    """Median time beyond half the tilt over the median interval; 0 for a single repetition."""
    return _wide(tilt, at, 0.5) / float(np.median(np.diff(at))) if len(at) > 1 else 0.0


def _wide(tilt: Floats, at: Ints, share: float) -> float:
    """Median cells spent no more than this share of the tilt below the turning point."""
    return float(np.median(signal.peak_widths(tilt, at, rel_height=share, wlen=_WITHIN)[0]))


def _valleys(tilt: Floats, at: Ints) -> Ints:
    """(n - 1,) rows of the least tilt between turning points."""
    pairs = itertools.pairwise(at.tolist())
    return np.array([one + int(np.argmin(tilt[one:other])) for one, other in pairs], np.intp)


def _edges(tilt: Floats, at: Ints) -> tuple[Floats, Floats]:
    """Rows where each repetition leaves and reaches rest; halfway to the next one at most."""
    _, _, start, end = signal.peak_widths(tilt, at, rel_height=EDGE, wlen=_WITHIN)
    between = 0.5 * (at[1:] + at[:-1])
    start[1:] = np.maximum(start[1:], between)
    end[:-1] = np.minimum(end[:-1], between)
    return start, end
