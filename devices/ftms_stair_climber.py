"""Stair climber (moving stairs): Stair Climber Data 0x2AD0 of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.7; GATT Specification Supplement, Stair Climber
Data ("a stride is a pair of steps", so steps per minute count both feet); GATT XML of 2016-06-01
(repository oesmith/gatt-xml, org.bluetooth.characteristic.stair_climber_data.xml), the same.
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_stair_climber"
DATA = uuid16(0x2AD0)


class StairClimberMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one: counts since the session began, climb in m."""

    floor_count: int | None = None
    step_cadence_spm: int | None = None
    average_step_cadence_spm: int | None = None
    climbed_m: int | None = None
    stride_count: int | None = None


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=StairClimberMeasurement,
    groups=(
        (Field("floor_count", "H"),),
        (Field("step_cadence_spm", "H"),),
        (Field("average_step_cadence_spm", "H"),),
        (Field("climbed_m", "H"),),
        (Field("stride_count", "H"),),
        *ftms.TAIL,
    ),
)


def parse(payload: bytes) -> StairClimberMeasurement:
    """One measurement; raises MalformedPacket unless its length is what the flags promise."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: StairClimberMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement)


class StairClimberDecoder(MachineDecoder):
    """Floors, strides, steps per minute and climb."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("floor_count", Channel.FLOOR_COUNT),
        ("step_cadence_spm", Channel.STEP_CADENCE),
        ("climbed_m", Channel.ELEVATION_GAIN),
        ("stride_count", Channel.STRIDE_COUNT),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Stair climber"),
    kind=3,
    section="4.7",
    decoder=StairClimberDecoder,
    measures=("steps per minute", "strides", "floors", "climb", "energy", "heart rate"),
)
