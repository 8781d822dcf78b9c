"""A virtual speed and cadence sensor and a virtual power meter, each on a rider of its own.

A rider pedals at about 80 revolutions a minute and 150 W, a little more with the right leg or the
left, and coasts now and then: the count of the crank stands still while the wheel rolls on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from devices import csc, cycling_power
from devices.cycling_power import CyclingPowerFeature, CyclingPowerMeasurement
from devices.revolutions import Revolutions
from devices.sensor_location import LOCATION, encode_location
from ingest.virtual.peripheral import Emission, VirtualSensor
from ingest.virtual.sources import with_companions

# design: an easy ride on the flat
CADENCE_RPM, POWER_W, WHEEL_RPM = 80.0, 150.0, 190.0
PEDAL_S, COAST_S = (20, 45), (6, 12)
LEFT_PERCENT = (48.0, 52.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A second of a ride: rates (1/min) and power (W) during it, what was turned by its end."""

    crank_rpm: float
    wheel_rpm: float
    power_w: int
    left_percent: float
    energy_kj: float
    crank: Revolutions
    wheel: Revolutions


class Turning:
    """Something that turns: whole revolutions, and when (s) the latest was completed."""

    def __init__(self, before: int) -> None:
        self._turned = float(before)
        self._event_s = 0.0

    def turn(self, rpm: float, start_s: float) -> Revolutions:
        """Turn steadily for a second from `start_s`; the totals, which do not wrap."""
        reached = self._turned + rpm / 60
        if math.floor(reached) > math.floor(self._turned):
            self._event_s = start_s + (math.floor(reached) - self._turned) * 60 / rpm
        self._turned = reached
        return Revolutions(math.floor(reached), self._event_s)


def ride(rng: np.random.Generator) -> Iterator[Second]:
    """Second by second, for ever; event times run from the sensor's own start."""
    crank, wheel = Turning(int(rng.integers(1 << 16))), Turning(int(rng.integers(1 << 16)))
    start_s, joules = float(rng.uniform(0, 64)), 0.0
    while True:
        for pedals in _phase(rng):
            crank_rpm = rng.normal(CADENCE_RPM, 2.0) if pedals else 0.0
            wheel_rpm = rng.normal(WHEEL_RPM, 3.0)
            power_w = round(rng.normal(POWER_W, 12.0)) if pedals else 0
            joules += power_w
            yield Second(
                crank_rpm=crank_rpm,
                wheel_rpm=wheel_rpm,
                power_w=power_w,
                left_percent=round(2 * rng.uniform(*LEFT_PERCENT)) / 2,
                energy_kj=joules / 1000,
                crank=crank.turn(crank_rpm, start_s),
                wheel=wheel.turn(wheel_rpm, start_s),
            )
            start_s += 1.0


def _phase(rng: np.random.Generator) -> list[bool]:
    """Whether each second is pedalled: a while of it, then a rest."""
    pedalled, coasted = rng.integers(*PEDAL_S), rng.integers(*COAST_S)
    return [True] * pedalled + [False] * coasted


def _as_csc(now: Second) -> bytes:
    wheel, crank = _wrapped(now.wheel, 1 << 32, csc.WRAP_S), _wrapped(now.crank, 1 << 16, 64.0)
    return csc.encode(csc.CscMeasurement(wheel=wheel, crank=crank))


def _as_power(now: Second) -> bytes:
    return cycling_power.encode(
        CyclingPowerMeasurement(
            power_w=now.power_w,
            balance_percent=now.left_percent,
            balance_of_left=True,
            crank=_wrapped(now.crank, 1 << 16, 64.0),
            energy_kj=int(now.energy_kj) & 0xFFFF,
        )
    )


def _wrapped(turned: Revolutions, counts: int, wrap_s: float) -> Revolutions:
    return Revolutions(turned.count % counts, turned.event_s % wrap_s)


def _riding(
    rng: np.random.Generator,
    characteristic: str,
    encode: Callable[[Second], bytes],
    _start_ns: int,
    _values: Mapping[str, bytes],
) -> Iterator[Emission]:
    for second, now in enumerate(ride(rng), start=1):
        yield float(second), characteristic, encode(now)


def speed_and_cadence(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A combined sensor on the chainstay."""
    feature = csc.CscFeature(wheel=True, crank=True, locations=False)
    return VirtualSensor(
        name="Bike cadence",
        address="D0:1E:61:0A:D0:20",
        profiles=with_companions("csc"),
        sources={"csc": partial(_riding, rng, csc.MEASUREMENT, _as_csc)},
        values={csc.FEATURE: csc.encode_feature(feature), LOCATION: encode_location("chainstay")},
        serial="VIRTUAL-BIKE-1",
        battery_percent=73,
    )


def power_meter(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """Pedals that tell left from right."""
    feature = CyclingPowerFeature.BALANCE | CyclingPowerFeature.CRANK | CyclingPowerFeature.ENERGY
    return VirtualSensor(
        name="Power pedals",
        address="D0:1E:61:0A:D0:21",
        profiles=with_companions("cycling_power"),
        sources={"cycling_power": partial(_riding, rng, cycling_power.MEASUREMENT, _as_power)},
        values={
            cycling_power.FEATURE: cycling_power.encode_feature(feature),
            LOCATION: encode_location("left pedal"),
        },
        serial="VIRTUAL-POWER-1",
        battery_percent=58,
    )
