"""A bathroom scale that somebody steps on again and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np

from devices import weight_scale
from devices.weight_scale import WeightFeature, WeightMeasurement
from ingest.virtual.peripheral import Emission, Source, VirtualSensor
from ingest.virtual.sources import with_companions

EVERY_S = 20
MASS_KG = 64.0
SPREAD_KG = 0.15  # of one person weighed twice (design)
HEIGHT_M = 1.68


def bathroom_scale(rng: np.random.Generator, _start_ns: int) -> VirtualSensor:
    """A scale on which a person of about 64 kg steps every 20 s; its clock is right."""
    return VirtualSensor(
        name="Bathroom scale",
        address="D0:1E:61:0A:D0:53",
        profiles=with_companions("weight_scale"),
        sources={"weight_scale": _weighings(rng)},
        values={
            weight_scale.FEATURE: weight_scale.encode_feature(
                WeightFeature(stamp=True, users=True, bmi=True)
            )
        },
        serial="VIRTUAL-SCALE-1",
        battery_percent=90,
    )


def _weighings(rng: np.random.Generator) -> Source:
    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        at_s = 0
        while True:
            at_s += EVERY_S
            mass_kg = round(float(rng.normal(MASS_KG, SPREAD_KG)) * 20) / 20  # shows 50 g
            weighed = WeightMeasurement(
                mass_kg=mass_kg,
                taken=dt.datetime.fromtimestamp(start_ns // 10**9 + at_s, dt.UTC),
                user=1,
                bmi_kg_m2=mass_kg / HEIGHT_M**2,
                height_m=HEIGHT_M,
            )
            yield float(at_s), weight_scale.MEASUREMENT, weight_scale.encode(weighed)

    return source
