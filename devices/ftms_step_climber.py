"""Step climber (two pedals): Step Climber Data 0x2ACF of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.6; GATT Specification Supplement, Step Climber
Data. Its layout has not changed since 2017.

The specification does not say whose steps it counts; a stride is a pair of steps on its sister,
the stair climber, so they are taken for those of both feet.
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_step_climber"
DATA = uuid16(0x2ACF)


class StepClimberMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one: counts since the session began, climb in m."""

    floor_count: int | None = None
    step_count: int | None = None
    step_cadence_spm: int | None = None
    average_step_cadence_spm: int | None = None
    climbed_m: int | None = None


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=StepClimberMeasurement,
    groups=(
        (Field("floor_count", "H"), Field("step_count", "H")),
        (Field("step_cadence_spm", "H"),),
        (Field("average_step_cadence_spm", "H"),),
        (Field("climbed_m", "H"),),
        *ftms.TAIL,
    ),
)


def parse(payload: bytes) -> StepClimberMeasurement:
    """One measurement; raises MalformedPacket unless its length is what the flags promise."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: StepClimberMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement)


class StepClimberDecoder(MachineDecoder):
    """Floors, steps, steps per minute and climb."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("floor_count", Channel.FLOOR_COUNT),
        ("step_count", Channel.STEP_COUNT),
        ("step_cadence_spm", Channel.STEP_CADENCE),
        ("climbed_m", Channel.ELEVATION_GAIN),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Step climber"),
    kind=2,
    section="4.6",
    decoder=StepClimberDecoder,
    measures=("steps", "steps per minute", "floors", "climb", "energy", "heart rate"),
    limits=("The standard does not say whether it counts one foot's steps or both feet's.",),
)
