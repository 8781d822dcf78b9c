"""Cross trainer (elliptical): Cross Trainer Data 0x2ACE of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.5; GATT Specification Supplement, Cross Trainer
Data; resistance as sint16 from the GATT XML of 2017-02-14. The flags are three bytes wide.

"A stride is a pair of steps" (GATT Specification Supplement), so steps per minute count both feet.
Not every machine agrees: one gym's sent 131.7 strides after 93 s at 85 steps per minute, which is
131.8 steps (see the captures in tests/). Which of the two it means otherwise is not known, so both
are passed on as sent.
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import MPS, Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_cross_trainer"
DATA = uuid16(0x2ACE)


class CrossTrainerMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one.

    Steps per minute of both feet; a stride is two steps; incline in percent, ramp angle in
    degrees; resistance on the maker's own scale; backward: which way the pedals go round.
    """

    backward: bool = False
    speed_mps: float | None = None
    average_speed_mps: float | None = None
    distance_m: int | None = None
    step_cadence_spm: int | None = None
    average_step_cadence_spm: int | None = None
    stride_count: float | None = None
    climbed_m: int | None = None
    descended_m: int | None = None
    incline_percent: float | None = None
    ramp_deg: float | None = None
    resistance_level: int | None = None
    power_w: int | None = None
    average_power_w: int | None = None

    @property
    def backward_when_moving(self) -> bool | None:
        """The direction, where this part carries the speed that it belongs to."""
        return None if self.speed_mps is None else self.backward


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=CrossTrainerMeasurement,
    flag_bytes=3,
    groups=(
        (Field("speed_mps", "H", MPS),),
        (Field("average_speed_mps", "H", MPS),),
        (Field("distance_m", "3s"),),
        (Field("step_cadence_spm", "H"), Field("average_step_cadence_spm", "H")),
        (Field("stride_count", "H", 10),),
        (Field("climbed_m", "H"), Field("descended_m", "H")),
        (Field("incline_percent", "h", 10), Field("ramp_deg", "h", 10)),
        ftms.RESISTANCE,
        (Field("power_w", "h"),),
        (Field("average_power_w", "h"),),
        *ftms.TAIL,
    ),
    of_2017={7: ftms.RESISTANCE_OF_2017},
    mark=("backward", 15),
)


def parse(payload: bytes) -> CrossTrainerMeasurement:
    """One measurement; raises MalformedPacket unless a layout uses it up exactly."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: CrossTrainerMeasurement, *, of_2017: bool = False) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement, of_2017=of_2017)


class CrossTrainerDecoder(MachineDecoder):
    """Speed and its direction, distance, steps, strides, climb, resistance and power."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("speed_mps", Channel.SPEED),
        ("backward_when_moving", Channel.BACKWARD),
        ("distance_m", Channel.DISTANCE),
        ("step_cadence_spm", Channel.STEP_CADENCE),
        ("stride_count", Channel.STRIDE_COUNT),
        ("climbed_m", Channel.ELEVATION_GAIN),
        ("incline_percent", Channel.INCLINE),
        ("resistance_level", Channel.RESISTANCE),
        ("power_w", Channel.POWER),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Cross trainer"),
    kind=1,
    section="4.5",
    decoder=CrossTrainerDecoder,
    measures=("steps per minute", "strides", "speed", "distance", "resistance", "power", "energy"),
    sensors=("Domyos EL 300",),
    limits=(
        "Some machines count a stride at every step, or a step at every stride: compare their "
        "strides with their steps per minute before relying on either.",
    ),
)
