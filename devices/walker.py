"""A simulated person: bouts in, what each sensor on that person would send out.

Everything is drawn from the Generator once, at construction; afterwards every value depends on its
instant alone. Asking for an hour at once or in a thousand pieces gives the same bytes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from devices.day_plan import RECIPES, SECOND, Bout, live_walk, plan_day
from devices.heart_model import HeartModel
from devices.heart_rate import HeartRateMeasurement
from devices.limb_motion import Leg, LimbMotion, draw_fidgets
from devices.profile import DeviceError, Int16s, Int64s, Placement
from devices.rsc import RscMeasurement
from devices.stride_train import StrideTrain, draw_strides

__all__ = ["RECIPES", "Bout", "Walker", "live_walk", "plan_day"]

STANDING = RscMeasurement(speed_mps=0.0, cadence_sent_per_min=0)
_PLACES = tuple(Placement)


class Walker:
    """A person with a foot pod, a heart rate strap and motion sensors wherever they are asked for.

    bouts: in order of time, end of one no later than start of the next; raises DeviceError
    otherwise. Rates in beats per minute.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        bouts: Sequence[Bout],
        rest_bpm: float = 62.0,
        max_bpm: float = 184.0,
    ) -> None:
        if not bouts:
            raise DeviceError("a walker needs at least one bout")
        if any(one.end_ns > two.start_ns for one, two in itertools.pairwise(bouts)):
            raise DeviceError("bouts overlap or are out of order; sort them by start")
        self._legs = tuple(
            Leg(
                bout=bout,
                strides=draw_strides(rng, bout),
                fidgets=draw_fidgets(rng, bout),
                seat_deg=float(rng.normal(0, 4)),
            )
            for bout in bouts
        )
        self._trains = tuple(leg.strides for leg in self._legs if leg.strides is not None)
        self._starts = np.array([train.bout.start_ns for train in self._trains], np.int64)
        self._seeds = rng.integers(0, 2**63, len(_PLACES) + 1).tolist()
        self._heart = HeartModel(bouts, rest_bpm=rest_bpm, max_bpm=max_bpm, seed=self._seeds[-1])
        self._limbs: dict[Placement, LimbMotion] = {}

    @property
    def strides_ns(self) -> Int64s:
        """Start of every stride of the right foot, UTC ns: the truth to count against."""
        return np.concatenate([np.empty(0, np.int64), *(t.starts_ns for t in self._trains)])

    def rsc(self, time_ns: Int64s) -> list[RscMeasurement]:
        """What a foot pod sends at each instant (n,), in strides per minute."""
        bouts = np.searchsorted(self._starts, time_ns, side="right") - 1
        return [
            self._pod(self._trains[bout], at) if bout >= 0 else STANDING
            for bout, at in zip(bouts.tolist(), time_ns.tolist(), strict=True)
        ]

    def heart_rate(self, time_ns: Int64s) -> list[HeartRateMeasurement]:
        """What a strap that sends once a second sends at each instant (n,)."""
        return self._heart.measured(time_ns)

    def motion(self, time_ns: Int64s, placement: Placement) -> Int16s:
        """(n, 6) Thingy:52 counts `ax ay az gx gy gz` at instants (n,), which must be in order.

        Raises DeviceError if they are not, or for a placement that is not on the body.
        """
        if np.any(time_ns[1:] < time_ns[:-1]):
            raise DeviceError("motion is asked for at instants that are not in order; sort them")
        if placement not in self._limbs:
            seed = self._seeds[_PLACES.index(placement)]
            self._limbs[placement] = LimbMotion(self._legs, placement, seed)
        return self._limbs[placement].counts(time_ns)

    def _pod(self, train: StrideTrain, at_ns: int) -> RscMeasurement:
        past_s = (at_ns - train.bout.start_ns) / SECOND
        stride = int(np.searchsorted(train.edges_s, past_s, side="right")) - 1
        if stride >= len(train.size):
            return STANDING
        period_s = float(train.edges_s[stride + 1] - train.edges_s[stride])
        speed = round(float(train.speed_mps[stride]) * 256) / 256
        return RscMeasurement(
            speed_mps=speed,
            cadence_sent_per_min=round(60 / period_s),
            running=train.bout.kind == "run",
            stride_length_m=round(speed * period_s * 100) / 100,
        )
