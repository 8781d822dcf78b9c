"""Foot pod, heart rate, battery, Thingy:52."""

from __future__ import annotations

from hypothesis import strategies as st

from devices import battery, heart_rate, rsc, sensor_location, thingy52
from tests.codecs.base import Codec, parts, triples, u8, u16, u32


def fits_its_flags(payload: bytes) -> bool:
    """The heart rate rule, told a second way: only whole intervals may differ in number."""
    if len(payload) < 2 or not payload[0] & 0x10:
        return False
    fixed = 2 + bool(payload[0] & 0x01) + 2 * bool(payload[0] & 0x08)
    return len(payload) > fixed and (len(payload) - fixed) % 2 == 0


CODECS = (
    Codec(
        name="rsc",
        parse=rsc.parse,
        encode=rsc.encode,
        measurements=st.builds(
            rsc.RscMeasurement,
            speed_mps=parts(u16, 256),
            cadence_sent_per_min=u8,
            running=st.booleans(),
            stride_length_m=st.none() | parts(u16, 100),
            distance_m=st.none() | parts(u32, 10),
        ),
    ),
    Codec(
        name="rsc feature",
        parse=rsc.parse_feature,
        encode=rsc.encode_feature,
        measurements=st.builds(
            rsc.RscFeature,
            stride_length=st.booleans(),
            distance=st.booleans(),
            running=st.booleans(),
            calibration=st.booleans(),
            locations=st.booleans(),
        ),
    ),
    Codec(
        name="sensor location",
        parse=sensor_location.parse_location,
        encode=sensor_location.encode_location,
        measurements=st.sampled_from(sensor_location.LOCATIONS),
    ),
    Codec(
        name="heart rate",
        parse=heart_rate.parse,
        encode=heart_rate.encode,
        measurements=st.builds(
            heart_rate.HeartRateMeasurement,
            heart_rate_bpm=u8 | u16,
            contact=st.none() | st.booleans(),
            energy_kj=st.none() | u16,
            rr_s=st.lists(parts(u16, 1024), max_size=9).map(tuple),
        ),
        open_ended=fits_its_flags,
    ),
    Codec(
        name="battery",
        parse=battery.parse,
        encode=battery.encode,
        measurements=st.builds(battery.BatteryMeasurement, battery_percent=st.integers(0, 100)),
    ),
    Codec(
        name="thingy raw",
        parse=thingy52.parse,
        encode=thingy52.encode,
        measurements=st.builds(thingy52.RawMotion, acc=triples, gyro=triples, compass=triples),
    ),
    Codec(
        name="thingy configuration",
        parse=thingy52.parse_configuration,
        encode=thingy52.encode_configuration,
        measurements=st.builds(
            thingy52.MotionConfiguration,
            rate_hz=st.integers(1, 200),
            step_counter_interval_ms=u16,
            temperature_interval_ms=u16,
            compass_interval_ms=u16,
            wake_on_motion=u8,
        ),
    ),
)
