"""What a simulated person does all day: bouts that tile a day, or a walk that never ends.

Cadence, speed and the mix of bouts are design, chosen so that the day's steps come out where such
a person's would: sedentary 2-3.5 k, desk 5-6 k, active 9-11 k, runner 9-11 k of which half at a
run, rest below 1.5 k without a single minute of 40 steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from devices.profile import DeviceError

Kind = Literal["walk", "run", "stand", "sit", "off"]
MS = 1_000_000
SECOND = 1000 * MS
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
RUN_MPS, RUN_SPM = 2.7, 164.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bout:
    """A stretch of one kind, start inclusive, end exclusive, UTC ns; `off` is not worn."""

    kind: Kind
    start_ns: int
    end_ns: int
    cadence_spm: float = 0.0
    speed_mps: float = 0.0

    @property
    def seconds(self) -> float:
        """Length in s."""
        return (self.end_ns - self.start_ns) / SECOND

    @property
    def steps(self) -> float:
        """Steps of both feet that the plan asks for."""
        return self.seconds * self.cadence_spm / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outing:
    """A walk or run that a day holds at about `hour` o'clock."""

    kind: Kind
    hour: float
    minutes: float
    cadence_spm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Outings, and besides them `potterings` short walks of about `seconds` spread over the day.

    standing: share of the time between that is spent on the feet.
    """

    potterings: int
    seconds: float
    cadence_spm: float
    standing: float
    outings: tuple[Outing, ...] = ()


def _walk(hour: float, minutes: float, cadence_spm: float) -> Outing:
    return Outing(kind="walk", hour=hour, minutes=minutes, cadence_spm=cadence_spm)


RECIPES: dict[str, Recipe] = {
    "sedentary": Recipe(
        potterings=48,
        seconds=32,
        cadence_spm=86,
        standing=0.10,
        outings=(_walk(11.5, 6, 96),),
    ),
    "desk": Recipe(
        potterings=32,
        seconds=40,
        cadence_spm=95,
        standing=0.12,
        outings=(_walk(8.3, 12, 110), _walk(12.5, 8, 102), _walk(17.6, 12, 112)),
    ),
    "active": Recipe(
        potterings=30,
        seconds=60,
        cadence_spm=98,
        standing=0.30,
        outings=(_walk(9.0, 45, 117), _walk(17.0, 17, 112)),
    ),
    "runner": Recipe(
        potterings=28,
        seconds=55,
        cadence_spm=98,
        standing=0.20,
        outings=(
            Outing(kind="run", hour=7.9, minutes=30, cadence_spm=RUN_SPM),
            _walk(12.5, 10, 112),
            _walk(18.0, 10, 112),
        ),
    ),
    "rest": Recipe(potterings=28, seconds=22, cadence_spm=74, standing=0.04),
}
"""Kinds of day, by name."""


def walking_speed_mps(cadence_spm: float) -> float:
    """Speed of a walk of this cadence: longer steps at a quicker pace (design, 0.69 m at 110)."""
    return cadence_spm / 60 * (0.69 + 0.0035 * (cadence_spm - 110))


def plan_day(
    rng: np.random.Generator, date_start_ns: int, kind: str, *, hours: float = 24
) -> tuple[Bout, ...]:
    """Bouts that tile a local day from its midnight, UTC ns; `hours` is 23 or 25 on DST days.

    Raises DeviceError for a kind that is not in RECIPES.
    """
    if kind not in RECIPES:
        raise DeviceError(f"no day of kind {kind!r}; choose one of {', '.join(RECIPES)}")
    recipe = RECIPES[kind]
    wake = date_start_ns + _jitter(rng, 6.9 * HOUR, 20 * MINUTE)
    bed = date_start_ns + _jitter(rng, 22.4 * HOUR, 25 * MINUTE)
    end = date_start_ns + round(hours * HOUR)
    bouts = [Bout(kind="off", start_ns=date_start_ns, end_ns=wake)]
    outings = [_outing(rng, date_start_ns, outing) for outing in recipe.outings]
    idle_ns = bed - wake - sum(bout.end_ns - bout.start_ns for bout in outings)
    for start, stop, outing in _between(wake, bed, outings):
        share = (stop - start) / idle_ns
        bouts.extend(_indoors(rng, recipe, start, stop, round(recipe.potterings * share)))
        bouts.extend(outing)
    bouts.append(Bout(kind="off", start_ns=bed, end_ns=end))
    return tuple(bouts)


_LIVE_ROUND: tuple[tuple[Kind, float, float, float, float], ...] = (
    ("walk", 120, 300, 108, 124),
    ("stand", 8, 20, 0, 0),
    ("walk", 60, 150, 82, 98),
    ("run", 90, 240, 156, 172),
)


def live_walk(rng: np.random.Generator, start_ns: int) -> tuple[Bout, ...]:
    """24 h of brisk and slow walking, running and short stops, for live virtual sensors."""
    bouts: list[Bout] = []
    at, end = start_ns, start_ns + 24 * HOUR
    while at < end:
        for kind, shortest_s, longest_s, slowest_spm, quickest_spm in _LIVE_ROUND:
            stop = min(end, at + round(rng.uniform(shortest_s, longest_s) * 1000) * MS)
            cadence = rng.uniform(slowest_spm, quickest_spm)
            if stop > at:
                bouts.append(_bout(kind, at, stop, cadence))
            at = stop
    return tuple(bouts)


def _bout(kind: Kind, start_ns: int, end_ns: int, cadence_spm: float) -> Bout:
    speed = {"walk": walking_speed_mps(cadence_spm), "run": RUN_MPS * cadence_spm / RUN_SPM}
    return Bout(
        kind=kind,
        start_ns=start_ns,
        end_ns=end_ns,
        cadence_spm=cadence_spm,
        speed_mps=speed.get(kind, 0.0),
    )


def _jitter(rng: np.random.Generator, mean_ns: float, spread_ns: float) -> int:
    return round((mean_ns + rng.uniform(-spread_ns, spread_ns)) / MS) * MS


def _outing(rng: np.random.Generator, date_start_ns: int, outing: Outing) -> Bout:
    start = date_start_ns + _jitter(rng, outing.hour * HOUR, 8 * MINUTE)
    stop = start + _jitter(rng, outing.minutes * MINUTE, 0.03 * outing.minutes * MINUTE)
    return _bout(outing.kind, start, stop, outing.cadence_spm * rng.uniform(0.98, 1.02))


def _between(
    wake: int, bed: int, outings: Sequence[Bout]
) -> Iterator[tuple[int, int, tuple[Bout, ...]]]:
    """(start, end, what follows) of each idle stretch of the waking day."""
    at = wake
    for outing in outings:
        yield at, outing.start_ns, (outing,)
        at = outing.end_ns
    yield at, bed, ()


def _indoors(
    rng: np.random.Generator, recipe: Recipe, start_ns: int, end_ns: int, walks: int
) -> Iterator[Bout]:
    """An idle stretch: `walks` times sit, stand, walk; then sit to the end."""
    cycle = (end_ns - start_ns) / max(walks, 1)
    at = start_ns
    for number in range(walks):
        stop = start_ns + math.floor((number + rng.uniform(0.75, 1.0)) * cycle / MS) * MS
        walk = _jitter(rng, recipe.seconds * SECOND, 0.25 * recipe.seconds * SECOND)
        stand = _jitter(rng, recipe.standing * cycle, 0.3 * recipe.standing * cycle)
        cadence = recipe.cadence_spm * rng.uniform(0.93, 1.07)
        yield _bout("sit", at, stop - walk - stand, 0.0)
        yield _bout("stand", stop - walk - stand, stop - walk, 0.0)
        yield _bout("walk", stop - walk, stop, cadence)
        at = stop
    yield _bout("sit", at, end_ns, 0.0)
