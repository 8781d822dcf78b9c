"""Weight scale."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from devices import weight_scale
from devices.weight_scale import WeightFeature, WeightMeasurement
from tests.codecs.base import Codec, parts, u16

MASS_COUNTS = st.integers(0, 2**16 - 2)
STAMPS = st.datetimes(
    min_value=dt.datetime(1582, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=dt.datetime(9999, 12, 31),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
).map(lambda stamp: stamp.replace(microsecond=0))


@st.composite
def weighings(draw: st.DrawFn) -> WeightMeasurement:
    """Any weighing; BMI and height come together or not at all."""
    imperial = draw(st.booleans())
    kg = weight_scale.KG_PER_LB / 100 if imperial else 1 / 200
    metre = weight_scale.M_PER_INCH / 10 if imperial else 1 / 1000
    body = draw(st.booleans())
    return WeightMeasurement(
        mass_kg=draw(st.none() | MASS_COUNTS.map(lambda count: count * kg)),
        imperial=imperial,
        taken=draw(st.none() | STAMPS),
        user=draw(st.none() | st.integers(0, 254)),
        bmi_kg_m2=draw(parts(u16, 10)) if body else None,
        height_m=draw(u16.map(lambda count: count * metre)) if body else None,
    )


CODECS = (
    Codec(
        name="weight",
        parse=weight_scale.parse,
        encode=weight_scale.encode,
        measurements=weighings(),
    ),
    Codec(
        name="weight feature",
        parse=weight_scale.parse_feature,
        encode=weight_scale.encode_feature,
        measurements=st.builds(
            WeightFeature,
            stamp=st.booleans(),
            users=st.booleans(),
            bmi=st.booleans(),
            mass_resolution=st.integers(0, 15),
            height_resolution=st.integers(0, 7),
        ),
    ),
)
