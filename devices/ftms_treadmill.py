"""Treadmill: Treadmill Data 0x2ACD of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.4; GATT Specification Supplement, Treadmill Data;
the pace of 2017 from the GATT XML of 2017-02-14 (repository oesmith/gatt-xml,
org.bluetooth.characteristic.treadmill_data.xml): uint8 in 0.1 km/min, now uint16 in s per 500 m.

Bit 13 is reserved, but the FitShow boards of many walking pads announce with it a count of steps,
24 bits wide (repository dudanov/pyftms, src/pyftms/models/realtime_data/treadmill.py; seen in
repository hughesjs/FitnessMachine, protocol/README.md, flags 84 24). It is read as that.
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import MPS, Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_treadmill"
DATA = uuid16(0x2ACD)


class TreadmillMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one.

    Speed of the belt; distance since the session began (on some treadmills, since it was made);
    incline in percent, ramp angle in degrees; climbed and descended in m; pace either as now, in
    s per 500 m, or as in 2017, in km/min; force and power of the steps on the belt, positive when
    they drive it; step_count as FitShow counts it.
    """

    speed_mps: float | None = None
    average_speed_mps: float | None = None
    distance_m: int | None = None
    incline_percent: float | None = None
    ramp_deg: float | None = None
    climbed_m: float | None = None
    descended_m: float | None = None
    pace_s_per_500m: int | None = None
    average_pace_s_per_500m: int | None = None
    pace_km_per_min: float | None = None
    average_pace_km_per_min: float | None = None
    belt_force_n: int | None = None
    power_w: int | None = None
    step_count: int | None = None


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=TreadmillMeasurement,
    groups=(
        (Field("speed_mps", "H", MPS),),
        (Field("average_speed_mps", "H", MPS),),
        (Field("distance_m", "3s"),),
        (Field("incline_percent", "h", 10), Field("ramp_deg", "h", 10)),
        (Field("climbed_m", "H", 10), Field("descended_m", "H", 10)),
        (Field("pace_s_per_500m", "H"),),
        (Field("average_pace_s_per_500m", "H"),),
        *ftms.TAIL,
        (Field("belt_force_n", "h"), Field("power_w", "h")),
        (Field("step_count", "3s"),),
    ),
    of_2017={
        5: (Field("pace_km_per_min", "B", 10),),
        6: (Field("average_pace_km_per_min", "B", 10),),
    },
)


def parse(payload: bytes) -> TreadmillMeasurement:
    """One measurement; raises MalformedPacket unless a layout uses it up exactly."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: TreadmillMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement)


class TreadmillDecoder(MachineDecoder):
    """Speed, distance, incline, climb, belt force, power and FitShow's steps."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("speed_mps", Channel.SPEED),
        ("distance_m", Channel.DISTANCE),
        ("incline_percent", Channel.INCLINE),
        ("climbed_m", Channel.ELEVATION_GAIN),
        ("step_count", Channel.STEP_COUNT),
        ("belt_force_n", Channel.BELT_FORCE),
        ("power_w", Channel.POWER),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Treadmill"),
    kind=0,
    section="4.4",
    decoder=TreadmillDecoder,
    measures=("speed", "distance", "incline", "climb", "energy", "heart rate", "elapsed time"),
    sensors=("Kettler Alpha Run 600", "Horizon treadmills", "walking pads with a FitShow board"),
    limits=(
        "The standard has no steps: wear a foot pod, or own a board that counts them.",
        "Some treadmills send the distance of their whole life: only differences count.",
    ),
)
