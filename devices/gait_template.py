"""One stride as a waveform: how a body segment turns and accelerates from contact to contact.

A template is a table over the phase of a stride (0 = initial contact of that foot, 1 = the next)
of four channels in the segment's frame (x forward, y left, z up):

- turning rate in the sagittal plane, deg/s, positive where the lower end swings forward; its mean
  over the stride is 0, so that the segment ends as it began;
- the angle it adds up to, in deg per second of stride, 0 at mid-stance;
- acceleration without gravity, forward and up, in g; none while the foot is flat.

The shapes are sums of Gaussian bumps (design). Landmarks follow Aminian 2002
(doi:10.1016/S0021-9290(02)00008-8) for the shank (unverified): forward swing peak in late swing, a
dip at initial contact and another before toe-off. Amplitudes were set against public recordings
of a shod walk and of a shin; running is design. The transient of initial contact is drawn as it
comes through a sensor's low-pass of some 20 Hz, so that sampling at 25 Hz does not alias it.
Reference speeds: 1.25 m/s walking, 2.7 running.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import DeviceError, Floats, Placement

Float32s = NDArray[np.float32]

BINS = 2048
MID_STANCE = 0.25

Bump = tuple[float, float, float]
"""Height, phase of the middle, width (standard deviation, in strides)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Bumps of each channel; the turning rate is balanced to a mean of 0 by its own swing."""

    rate_dps: tuple[Bump, ...]
    forward_g: tuple[Bump, ...]
    up_g: tuple[Bump, ...]


FOOT_WALK = Shape(
    rate_dps=(
        (-260, 0.03, 0.025),
        (-90, 0.47, 0.05),
        (-440, 0.58, 0.05),
        (310, 0.74, 0.06),
        (310, 0.87, 0.06),
    ),
    forward_g=((0.9, 0.60, 0.05), (-1.2, 0.93, 0.04), (0.8, 0.015, 0.018)),
    up_g=((1.3, 0.57, 0.05), (0.9, 0.88, 0.05), (2.0, 0.015, 0.018), (-0.7, 0.055, 0.018)),
)
FOOT_RUN = Shape(
    rate_dps=(
        (-450, 0.03, 0.03),
        (-650, 0.34, 0.06),
        (420, 0.58, 0.09),
        (300, 0.80, 0.08),
        (-150, 0.94, 0.03),
    ),
    forward_g=((2.0, 0.38, 0.06), (-2.2, 0.90, 0.05), (1.2, 0.02, 0.026)),
    up_g=((2.2, 0.36, 0.06), (1.2, 0.80, 0.06), (3.6, 0.02, 0.026), (-1.1, 0.08, 0.026)),
)
SHANK_WALK = Shape(
    rate_dps=((-45, 0.02, 0.02), (-70, 0.25, 0.20), (-145, 0.57, 0.06), (360, 0.86, 0.075)),
    forward_g=((0.7, 0.63, 0.06), (-0.7, 0.95, 0.03), (0.5, 0.015, 0.018)),
    up_g=((0.35, 0.55, 0.06), (0.3, 0.90, 0.05), (1.1, 0.015, 0.018), (-0.4, 0.055, 0.018)),
)
SHANK_RUN = Shape(
    rate_dps=(
        (-100, 0.12, 0.08),
        (-350, 0.38, 0.06),
        (500, 0.72, 0.09),
        (-150, 0.93, 0.04),
    ),
    forward_g=((1.2, 0.45, 0.07), (-1.4, 0.88, 0.05), (0.8, 0.02, 0.026)),
    up_g=((0.9, 0.12, 0.07), (0.8, 0.78, 0.07), (3.0, 0.02, 0.026), (-1.0, 0.08, 0.026)),
)
THIGH_WALK = Shape(
    rate_dps=((-75, 0.30, 0.16), (170, 0.70, 0.09)),
    forward_g=((0.3, 0.60, 0.07), (-0.25, 0.95, 0.04)),
    up_g=((0.2, 0.15, 0.06), (0.2, 0.62, 0.06), (0.5, 0.015, 0.018)),
)
THIGH_RUN = Shape(
    rate_dps=((-240, 0.22, 0.11), (300, 0.60, 0.09)),
    forward_g=((0.6, 0.42, 0.07), (-0.5, 0.85, 0.06)),
    up_g=((1.2, 0.15, 0.07), (0.5, 0.65, 0.07), (1.4, 0.02, 0.026)),
)
TRUNK_WALK = Shape(
    rate_dps=((-18, 0.06, 0.05), (18, 0.20, 0.06), (-18, 0.56, 0.05), (18, 0.70, 0.06)),
    forward_g=((-0.15, 0.04, 0.05), (0.12, 0.30, 0.07), (-0.15, 0.54, 0.05), (0.12, 0.80, 0.07)),
    up_g=((0.35, 0.10, 0.06), (-0.3, 0.35, 0.08), (0.35, 0.60, 0.06), (-0.3, 0.85, 0.08)),
)
TRUNK_RUN = Shape(
    rate_dps=((-40, 0.06, 0.06), (40, 0.24, 0.07), (-40, 0.56, 0.06), (40, 0.74, 0.07)),
    forward_g=((-0.35, 0.05, 0.05), (0.3, 0.26, 0.06), (-0.35, 0.55, 0.05), (0.3, 0.76, 0.06)),
    up_g=((1.5, 0.14, 0.07), (-0.95, 0.40, 0.08), (1.5, 0.64, 0.07), (-0.95, 0.90, 0.08)),
)

_FORWARD_Z = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])  # flat on the dorsum
_FORWARD_X = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # strapped to the front, x up


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of the body: its strides, how a sensor sits on it, and where it points when seated.

    mount: rows are the sensor's axes in the segment's frame; seated_deg: tilt when sitting.
    """

    walk: Shape
    run: Shape
    mount: Floats
    seated_deg: float


FOOT = Segment(walk=FOOT_WALK, run=FOOT_RUN, mount=_FORWARD_Z, seated_deg=0.0)
SHANK = Segment(walk=SHANK_WALK, run=SHANK_RUN, mount=_FORWARD_X, seated_deg=8.0)
THIGH = Segment(walk=THIGH_WALK, run=THIGH_RUN, mount=_FORWARD_X, seated_deg=82.0)
TRUNK = Segment(walk=TRUNK_WALK, run=TRUNK_RUN, mount=_FORWARD_X, seated_deg=-6.0)

_SEGMENTS = {
    "foot": FOOT,
    "ankle": SHANK,
    "shank": SHANK,
    "thigh": THIGH,
    "waist": TRUNK,
    "chest": TRUNK,
    "arm": TRUNK,
}


def segment_of(placement: Placement) -> Segment:
    """The part of the body a sensor sits on; raises DeviceError where it sits on none."""
    segment = _SEGMENTS.get(placement.value.rpartition("-")[2])
    if segment is None:
        raise DeviceError(f"nobody wears a motion sensor at {placement.value!r}")
    return segment


def stride_table(shape: Shape) -> Float32s:
    """(BINS, 4): turning rate deg/s, angle deg per s of stride, forward g, up g over a stride."""
    rate = _balanced(shape.rate_dps)
    angle = np.cumsum(rate) / BINS
    angle -= angle[int(MID_STANCE * BINS)]
    columns = (rate, angle, _sum(shape.forward_g), _sum(shape.up_g))
    return np.stack(columns, axis=1).astype(np.float32)


def _sum(bumps: tuple[Bump, ...]) -> Floats:
    phase = (np.arange(BINS) + 0.5) / BINS
    total = np.zeros(BINS)
    for height, middle, width in bumps:
        away = (phase - middle + 0.5) % 1.0 - 0.5
        total += height * np.exp(-0.5 * (away / width) ** 2)
    return total


def _balanced(bumps: tuple[Bump, ...]) -> Floats:
    """Sum of bumps with the forward ones scaled so that the segment ends as it began."""
    forward = _sum(tuple(bump for bump in bumps if bump[0] > 0))
    backward = _sum(tuple(bump for bump in bumps if bump[0] < 0))
    balanced: Floats = forward * (-backward.sum() / forward.sum()) + backward
    return balanced
