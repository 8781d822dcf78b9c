"""Strides or steps? What a foot pod's cadence must be counting, judged by how people move.

The specification counts strides of the instrumented foot; some pods (Wahoo's TICKR X) send steps
of both feet. Two things tell which: the stride length that the pod sends itself (speed is cadence
times length, or half of that), and the *walk ratio*, step length over step rate, which one
person keeps over a wide range of speeds (Murakami & Otaka 2017, doi:10.1589/jpts.29.722: from 62
m/min up). Taking strides for steps makes it four times as large, so one threshold tells them apart.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.profile import Channel
from language.formats import decimal
from language.spoken import _, mark

MOVING_MPS = 0.5
"""Slower is standing about, of which nothing can be told (design)."""
CONSTANT_MPS = 62 / 60
"""From this speed on the walk ratio is constant (Murakami & Otaka 2017)."""
MOST_STRIDES = 115
"""A minute; 230 steps, which only a sprint reaches (design)."""
RUN_MPS, FEWEST_RUN_STEPS = 2.2, 110
"""Faster is running, and no one runs with so few steps a minute (design)."""
MOST_OF_STEPS, LEAST_OF_STRIDES = 0.0105, 0.0125
"""Walk ratios in m a step/min. Adults walk near 0.006 and run up to 0.0105; a count of strides
makes that four times as much, from 0.0125 on. Between is not judged (design)."""
LENGTH_WITHIN = 0.15
"""How far speed, cadence and the stride length sent may disagree (design)."""
AGREED = 0.8
"""Share of what can be judged that must say the same (design)."""

STRIDES, STEPS = mark("strides"), mark("steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """One measurement of a foot pod: m/s, per minute as sent, m, and None for what it left out."""

    speed_mps: float
    cadence_sent_per_min: float
    stride_length_m: float | None = None
    running: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a cadence counts, `strides` or `steps`, None where it cannot be told; and why."""

    counts: str | None
    reason: str


def paces(rows: Iterable[tuple[int, str, float]]) -> list[Pace]:
    """Measurements in order of time, from (time_ns, channel, value) rows of one pod."""
    at: dict[int, dict[str, float]] = {}
    for time_ns, channel, value in rows:
        at.setdefault(time_ns, {})[channel] = value
    return [
        Pace(
            speed_mps=found[Channel.SPEED],
            cadence_sent_per_min=found[Channel.CADENCE_SENT],
            stride_length_m=found.get(Channel.STRIDE_LENGTH),
            running=None if (told := found.get(Channel.RUNNING)) is None else told > 0,
        )
        for _time, found in sorted(at.items())
        if Channel.SPEED in found and Channel.CADENCE_SENT in found
    ]


def what_it_counts(measured: Sequence[Pace], *, at_least: int = 3) -> Counted:
    """What the cadence of one pod counts. `at_least`: measurements that must allow a judgement."""
    moving = [p for p in measured if p.speed_mps >= MOVING_MPS and p.cadence_sent_per_min > 0]
    if len(moving) < at_least:
        return Counted(counts=None, reason=_("Walk or run with it for a few seconds to find out."))
    votes = [_vote(pace) for pace in moving]
    told = [vote for vote in votes if vote is not None]
    if len(told) < at_least:
        return Counted(counts=None, reason=_("Walk faster with it to find out."))
    for counts in (STRIDES, STEPS):
        if told.count(counts) >= AGREED * len(told):
            return Counted(counts=counts, reason=_reason(moving, counts))
    said = _("Its speed, cadence and stride length do not fit together.")
    return Counted(counts=None, reason=said)


def _vote(pace: Pace) -> str | None:
    """Strides, steps, None where nothing can be told, or `neither` where the evidence differs."""
    if pace.cadence_sent_per_min > MOST_STRIDES:
        return STEPS  # whatever length it sends: some pods send that of a step
    body, length = _by_body(pace), _by_length(pace)
    if body and length and body != length:
        return "neither"
    return body or length


def _by_body(pace: Pace) -> str | None:
    running = pace.running or pace.speed_mps > RUN_MPS
    if running and pace.cadence_sent_per_min < FEWEST_RUN_STEPS:
        return STRIDES
    if pace.speed_mps < CONSTANT_MPS:
        return None
    walk_ratio = 60 * pace.speed_mps / pace.cadence_sent_per_min**2
    if walk_ratio <= MOST_OF_STEPS:
        return STEPS
    return STRIDES if walk_ratio >= LEAST_OF_STRIDES else None


def _by_length(pace: Pace) -> str | None:
    if not pace.stride_length_m:
        return None
    share = 60 * pace.speed_mps / (pace.cadence_sent_per_min * pace.stride_length_m)
    if abs(share - 1.0) <= LENGTH_WITHIN:
        return STRIDES
    return STEPS if abs(2 * share - 1.0) <= LENGTH_WITHIN else None


def _reason(moving: Sequence[Pace], counts: str) -> str:
    speed = statistics.median(pace.speed_mps for pace in moving)
    cadence = statistics.median(pace.cadence_sent_per_min for pace in moving)
    step_m = 60 * speed / cadence
    return _(
        "At {speed} m/s it sends {cadence} a minute: counted as strides, a step is {shorter} m "
        "long; counted as steps, {longer} m. So it seems to count {what}.",
        speed=decimal(speed, 1),
        cadence=decimal(cadence),
        shorter=decimal(step_m / 2, 2),
        longer=decimal(step_m, 2),
        what=_(counts),
    )
