"""Virtual fitness machines, each with one person on it who warms up and then keeps going.

Every number of the person and the machines is a design choice, to look like a calm half hour in a
gym; where a formula is a published one, its source stands beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict, TypeVar

import numpy as np

from devices import (
    PROFILES,
    ftms,
    ftms_bike,
    ftms_cross_trainer,
    ftms_layout,
    ftms_rower,
    ftms_stair_climber,
    ftms_step_climber,
    ftms_treadmill,
)
from ingest.virtual.peripheral import Emission, Source, VirtualSensor

T = TypeVar("T")

BODY_MASS_KG = 70.0
SECOND_PART_S = 0.02
"""How long after the first part of a record its second part is sent."""
SESSION_S = 3600
"""After an hour somebody else steps on, and the machine counts from nothing."""
STEP_M = 0.2
STEPS_PER_FLOOR = 16

_AVAILABLE = 0x01  # section 3.1.1
_FEATURE = ftms.MachineFeature(measures=0x1E04, targets=0)
"""Distance, energy, heart rate, metabolic equivalent and elapsed time (table 4.3)."""

Payloads = Callable[[np.random.Generator], Iterator[tuple[bytes, ...]]]
"""What a machine sends second by second: the parts of each record, the last one last."""


class Said(TypedDict):
    """What every machine says of the person."""

    energy_kcal: int
    heart_rate_bpm: int
    metabolic_equivalent: float
    elapsed_s: int


@dataclass(slots=True)
class Person:
    """Somebody on a machine; effort is 0 at rest and 1 at their best."""

    rng: np.random.Generator
    effort: float = 0.1
    heart_bpm: float = 75.0
    energy_kcal: float = 0.0
    elapsed_s: int = 0

    @property
    def metabolic_equivalent(self) -> float:
        """1 at rest."""
        return 1.0 + 9.0 * self.effort

    def second(self) -> float:
        """Live through a second; the effort that it took."""
        self.elapsed_s += 1
        drift = (0.6 - self.effort) / 90 + self.rng.normal(0.0, 0.005)
        self.effort = float(np.clip(self.effort + drift, 0.05, 1.0))
        self.heart_bpm += (75 + 95 * self.effort - self.heart_bpm) / 30
        # 1 MET is 3.5 ml of oxygen a minute and kg, and a litre gives 5 kcal (ACSM, Guidelines
        # for Exercise Testing and Prescription)
        self.energy_kcal += self.metabolic_equivalent * 3.5 * BODY_MASS_KG / 200 / 60
        return self.effort

    def said(self) -> Said:
        """What a machine says of it."""
        return Said(
            energy_kcal=int(self.energy_kcal),
            heart_rate_bpm=round(self.heart_bpm),
            metabolic_equivalent=round(self.metabolic_equivalent, 1),
            elapsed_s=self.elapsed_s,
        )


def walk(rng: np.random.Generator) -> Iterator[tuple[ftms_treadmill.TreadmillMeasurement, ...]]:
    """A walk uphill on a belt; each record in two parts, what goes on first."""
    person, distance_m, incline_percent = Person(rng), 0.0, 2.0
    while True:
        speed_mps = round(person.second() * 360 * 2.2) / 360
        distance_m += speed_mps
        yield (
            ftms_treadmill.TreadmillMeasurement(
                distance_m=int(distance_m),
                incline_percent=incline_percent,
                climbed_m=int(distance_m * incline_percent / 10) / 10,
                descended_m=0.0,
                energy_kcal=person.said()["energy_kcal"],
            ),
            ftms_treadmill.TreadmillMeasurement(
                speed_mps=speed_mps,
                heart_rate_bpm=person.said()["heart_rate_bpm"],
                elapsed_s=person.elapsed_s,
            ),
        )


def glide(rng: np.random.Generator) -> Iterator[ftms_cross_trainer.CrossTrainerMeasurement]:
    """Ten minutes forward on a cross trainer, then a minute backward, and again."""
    person, steps, distance_m = Person(rng), 0.0, 0.0
    while True:
        effort = person.second()
        cadence_spm = round(80 + 80 * effort)
        steps += cadence_spm / 60
        distance_m += cadence_spm / 60
        yield ftms_cross_trainer.CrossTrainerMeasurement(
            backward=person.elapsed_s % 660 >= 600,
            speed_mps=round(cadence_spm / 60 * 360) / 360,
            distance_m=int(distance_m),
            step_cadence_spm=cadence_spm,
            stride_count=int(steps * 5) / 10,
            resistance_level=8,
            power_w=round(30 + 150 * effort),
            **person.said(),
        )


def climb_steps(rng: np.random.Generator) -> Iterator[ftms_step_climber.StepClimberMeasurement]:
    """On two pedals."""
    person, steps = Person(rng), 0.0
    while True:
        cadence_spm = round(40 + 60 * person.second())
        steps += cadence_spm / 60
        yield ftms_step_climber.StepClimberMeasurement(
            floor_count=int(steps / STEPS_PER_FLOOR),
            step_count=int(steps),
            step_cadence_spm=cadence_spm,
            climbed_m=int(steps * STEP_M),
            **person.said(),
        )


def climb_stairs(rng: np.random.Generator) -> Iterator[ftms_stair_climber.StairClimberMeasurement]:
    """On stairs that come down."""
    person, steps = Person(rng), 0.0
    while True:
        cadence_spm = round(40 + 70 * person.second())
        steps += cadence_spm / 60
        yield ftms_stair_climber.StairClimberMeasurement(
            floor_count=int(steps / STEPS_PER_FLOOR),
            step_cadence_spm=cadence_spm,
            climbed_m=int(steps * STEP_M),
            stride_count=int(steps / 2),
            **person.said(),
        )


def row(rng: np.random.Generator) -> Iterator[ftms_rower.RowerMeasurement]:
    """At a rowing machine."""
    person, strokes, distance_m = Person(rng), 0.0, 0.0
    while True:
        effort = person.second()
        cadence_per_min = round(2 * (18 + 12 * effort)) / 2
        power_w = round(40 + 160 * effort)
        speed_mps = (power_w / 2.8) ** (1 / 3)  # Concept2: watts are 2.80 / (s per m) cubed
        strokes += cadence_per_min / 60
        distance_m += speed_mps
        yield ftms_rower.RowerMeasurement(
            stroke_cadence_per_min=cadence_per_min,
            stroke_count=int(strokes),
            distance_m=int(distance_m),
            pace_s_per_500m=round(500 / speed_mps),
            power_w=power_w,
            **person.said(),
        )


def ride(rng: np.random.Generator) -> Iterator[ftms_bike.BikeMeasurement]:
    """On an exercise bike."""
    person, distance_m = Person(rng), 0.0
    while True:
        effort = person.second()
        cadence_rpm = round(2 * (60 + 30 * effort)) / 2
        speed_mps = round(cadence_rpm / 60 * 5.2 * 360) / 360
        distance_m += speed_mps
        yield ftms_bike.BikeMeasurement(
            speed_mps=speed_mps,
            crank_cadence_rpm=cadence_rpm,
            distance_m=int(distance_m),
            resistance_level=12,
            power_w=round(50 + 180 * effort),
            **person.said(),
        )


def treadmill(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A treadmill that splits its record over two notifications."""

    def payloads(rng: np.random.Generator) -> Iterator[tuple[bytes, ...]]:
        return (tuple(ftms_treadmill.encode(part) for part in parts) for parts in walk(rng))

    return _machine(ftms_treadmill.LAYOUT, 0, payloads, rng)


def cross_trainer(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A cross trainer in the current layout."""
    payloads = _whole(glide, ftms_cross_trainer.encode)
    return _machine(ftms_cross_trainer.LAYOUT, 1, payloads, rng)


def step_climber(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A step climber."""
    payloads = _whole(climb_steps, ftms_step_climber.encode)
    return _machine(ftms_step_climber.LAYOUT, 2, payloads, rng)


def stair_climber(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A stair climber."""
    payloads = _whole(climb_stairs, ftms_stair_climber.encode)
    return _machine(ftms_stair_climber.LAYOUT, 3, payloads, rng)


def rower(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A rowing machine in the current layout."""
    return _machine(ftms_rower.LAYOUT, 4, _whole(row, ftms_rower.encode), rng)


def bike(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """An exercise bike in the layout of 2017."""
    payloads = _whole(ride, partial(ftms_bike.encode, of_2017=True))
    return _machine(ftms_bike.LAYOUT, 5, payloads, rng)


def _whole(
    session: Callable[[np.random.Generator], Iterator[T]], encode: Callable[[T], bytes]
) -> Payloads:
    return lambda rng: ((encode(record),) for record in session(rng))


def _machine(
    layout: ftms_layout.Layout[Any], kind: int, payloads: Payloads, rng: np.random.Generator
) -> VirtualSensor:
    profile = PROFILES[layout.key]
    return VirtualSensor(
        name=profile.title,
        address=f"D0:1E:61:0A:D0:{0x30 + kind:02X}",
        profiles=(profile, PROFILES["device_information"]),
        sources={layout.key: _each_second(layout.data, payloads, int(rng.integers(2**32)))},
        values={ftms.FEATURE: ftms.encode_feature(_FEATURE)},
        service_data={ftms.SERVICE: bytes([_AVAILABLE, 1 << kind, 0])},
        serial=f"VIRTUAL-MACHINE-{kind}",
    )


def _each_second(characteristic: str, payloads: Payloads, seed: int) -> Source:
    def source(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        rng = np.random.default_rng(seed)
        sessions = (itertools.islice(payloads(rng), SESSION_S) for _ in itertools.count())
        for second, parts in enumerate(itertools.chain.from_iterable(sessions), start=1):
            for place, part in enumerate(parts):
                yield second + place * SECOND_PART_S, characteristic, part

    return source
