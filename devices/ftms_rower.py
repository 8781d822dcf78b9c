"""Rowing machine: Rower Data 0x2AD1 of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.8; GATT Specification Supplement, Rower Data;
resistance as sint16 in the layout of 2017, which rowers in use send (see the captures in tests/).
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_rower"
DATA = uuid16(0x2AD1)


class RowerMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one.

    Strokes per minute and their count; pace in s per 500 m, 0 while nobody rows; resistance on
    the maker's own scale.
    """

    stroke_cadence_per_min: float | None = None
    stroke_count: int | None = None
    average_stroke_cadence_per_min: float | None = None
    distance_m: int | None = None
    pace_s_per_500m: int | None = None
    average_pace_s_per_500m: int | None = None
    power_w: int | None = None
    average_power_w: int | None = None
    resistance_level: int | None = None

    @property
    def speed_mps(self) -> float | None:
        """Speed from the pace, unless the pace is 0: a boat that stands has no pace."""
        return 500 / self.pace_s_per_500m if self.pace_s_per_500m else None


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=RowerMeasurement,
    groups=(
        (Field("stroke_cadence_per_min", "B", 2), Field("stroke_count", "H")),
        (Field("average_stroke_cadence_per_min", "B", 2),),
        (Field("distance_m", "3s"),),
        (Field("pace_s_per_500m", "H"),),
        (Field("average_pace_s_per_500m", "H"),),
        (Field("power_w", "h"),),
        (Field("average_power_w", "h"),),
        ftms.RESISTANCE,
        *ftms.TAIL,
    ),
    of_2017={7: ftms.RESISTANCE_OF_2017},
)


def parse(payload: bytes) -> RowerMeasurement:
    """One measurement; raises MalformedPacket unless a layout uses it up exactly."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: RowerMeasurement, *, of_2017: bool = False) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement, of_2017=of_2017)


class RowerDecoder(MachineDecoder):
    """Strokes, distance, speed from the pace, power and resistance."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("stroke_cadence_per_min", Channel.STROKE_CADENCE),
        ("stroke_count", Channel.STROKE_COUNT),
        ("distance_m", Channel.DISTANCE),
        ("speed_mps", Channel.SPEED),
        ("power_w", Channel.POWER),
        ("resistance_level", Channel.RESISTANCE),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Rowing machine"),
    kind=4,
    section="4.8",
    decoder=RowerDecoder,
    measures=("strokes", "strokes per minute", "distance", "speed", "power", "energy"),
    sensors=("First Degree Fitness Viking Pro V",),
    limits=(
        "The Technogym Aquafeel adds bytes of its own to half of its notifications, which are "
        "then counted as malformed.",
    ),
)
