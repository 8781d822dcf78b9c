"""What the simulated person does with a sensor while one is to be found by shaking it.

Everybody walks all the time, so that there is something to see. Whoever looks for the sensor that
is shaken asks for stillness first (`ingest.shake`), and the person does as asked.
"""

from __future__ import annotations

import enum
from typing import Protocol

import numpy as np

from devices import thingy52
from devices.profile import Int16s, Int64s, Placement
from devices.rsc import RscMeasurement
from devices.walker import STANDING

SHAKES_HZ, SHAKEN_G, SHAKEN_DPS = 3.0, 2.0, 400.0  # design: a hand that shakes, at its strongest
STEPPING = RscMeasurement(speed_mps=1.5, cadence_sent_per_min=60, stride_length_m=1.5)
"""What a foot pod takes shaking for (design)."""


class Doing(enum.Enum):
    """What is done with a sensor."""

    WORN = enum.auto()
    LYING = enum.auto()
    SHAKEN = enum.auto()


class Hand:
    """What is done with one sensor now."""

    def __init__(self) -> None:
        self.doing = Doing.WORN


class Person(Protocol):
    """What sources ask of whoever wears a motion sensor or a foot pod; see `Walker`."""

    def motion(self, time_ns: Int64s, placement: Placement) -> Int16s: ...  # noqa: D102

    def rsc(self, time_ns: Int64s) -> list[RscMeasurement]: ...  # noqa: D102


class Held:
    """A person one of whose sensors may also be laid down, or shaken."""

    def __init__(self, person: Person, hand: Hand) -> None:
        self._person = person
        self._hand = hand

    def motion(self, time_ns: Int64s, placement: Placement) -> Int16s:
        """See `Walker.motion`."""
        if self._hand.doing is Doing.WORN:
            return self._person.motion(time_ns, placement)
        axes = np.zeros((len(time_ns), 6))
        axes[:, 2] = 1.0 / thingy52.ACC_G
        if self._hand.doing is Doing.SHAKEN:
            swing = np.sin(2 * np.pi * SHAKES_HZ * (time_ns % 1_000_000_000) / 1e9)
            axes[:, 0] = swing * SHAKEN_G / thingy52.ACC_G
            axes[:, 3] = swing * SHAKEN_DPS / thingy52.GYRO_DPS
        counts: Int16s = np.rint(axes).astype(np.int16)
        return counts

    def rsc(self, time_ns: Int64s) -> list[RscMeasurement]:
        """See `Walker.rsc`."""
        if self._hand.doing is Doing.WORN:
            return self._person.rsc(time_ns)
        said = STEPPING if self._hand.doing is Doing.SHAKEN else STANDING
        return [said] * len(time_ns)
