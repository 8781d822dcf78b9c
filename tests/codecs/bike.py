"""Bike speed and cadence, cycling power."""

from __future__ import annotations

from hypothesis import strategies as st

from devices import csc, cycling_power
from devices.revolutions import Revolutions
from tests.codecs.base import Codec, parts, s16, u16, u32

u12 = st.integers(0, 0xFFF)
wheels = st.builds(Revolutions, u32, parts(u16, 1024))
cranks = st.builds(Revolutions, u16, parts(u16, 1024))
power_wheels = st.builds(Revolutions, u32, parts(u16, 2048))


CODECS = (
    Codec(
        name="csc",
        parse=csc.parse,
        encode=csc.encode,
        measurements=st.builds(
            csc.CscMeasurement, wheel=st.none() | wheels, crank=st.none() | cranks
        ),
    ),
    Codec(
        name="csc feature",
        parse=csc.parse_feature,
        encode=csc.encode_feature,
        measurements=st.builds(
            csc.CscFeature, wheel=st.booleans(), crank=st.booleans(), locations=st.booleans()
        ),
    ),
    Codec(
        name="cycling power",
        parse=cycling_power.parse,
        encode=cycling_power.encode,
        measurements=st.builds(
            cycling_power.CyclingPowerMeasurement,
            power_w=s16,
            balance_percent=st.none() | parts(st.integers(0, 200), 2),
            balance_of_left=st.booleans(),
            accumulated_torque_nm=st.none() | parts(u16, 32),
            torque_at_crank=st.booleans(),
            wheel=st.none() | power_wheels,
            crank=st.none() | cranks,
            forces_n=st.none() | st.tuples(s16, s16),
            torques_nm=st.none() | st.tuples(parts(s16, 32), parts(s16, 32)),
            angles_deg=st.none() | st.tuples(u12, u12),
            top_dead_spot_deg=st.none() | u16,
            bottom_dead_spot_deg=st.none() | u16,
            energy_kj=st.none() | u16,
            offset_compensation=st.booleans(),
        ),
    ),
    Codec(
        name="cycling power feature",
        parse=cycling_power.parse_feature,
        encode=cycling_power.encode_feature,
        measurements=u32.map(cycling_power.CyclingPowerFeature),
    ),
)
