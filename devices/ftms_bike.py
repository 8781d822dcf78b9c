"""Exercise bike: Indoor Bike Data 0x2AD2 of the Fitness Machine Service.

Source: Fitness Machine Service 1.0.1, section 4.9 (the order of the flags; the GATT XML of 2017
names bits 1 and 2 wrongly); GATT Specification Supplement, Indoor Bike Data; resistance as sint16
in the layout of 2017, which bikes in use send (see the captures in tests/).
"""

from __future__ import annotations

from devices import ftms, ftms_layout
from devices.ftms import MachineDecoder, MachineMeasurement
from devices.ftms_layout import MPS, Field, Layout
from devices.profile import Channel, uuid16
from language.spoken import mark

KEY = "ftms_bike"
DATA = uuid16(0x2AD2)


class BikeMeasurement(MachineMeasurement, frozen=True, kw_only=True):
    """One notification, a record or a part of one.

    Speed as the bike imagines it; crank revolutions per minute; resistance on the maker's own
    scale.
    """

    speed_mps: float | None = None
    average_speed_mps: float | None = None
    crank_cadence_rpm: float | None = None
    average_crank_cadence_rpm: float | None = None
    distance_m: int | None = None
    resistance_level: int | None = None
    power_w: int | None = None
    average_power_w: int | None = None


LAYOUT = Layout(
    key=KEY,
    data=DATA,
    make=BikeMeasurement,
    groups=(
        (Field("speed_mps", "H", MPS),),
        (Field("average_speed_mps", "H", MPS),),
        (Field("crank_cadence_rpm", "H", 2),),
        (Field("average_crank_cadence_rpm", "H", 2),),
        (Field("distance_m", "3s"),),
        ftms.RESISTANCE,
        (Field("power_w", "h"),),
        (Field("average_power_w", "h"),),
        *ftms.TAIL,
    ),
    of_2017={5: ftms.RESISTANCE_OF_2017},
)


def parse(payload: bytes) -> BikeMeasurement:
    """One measurement; raises MalformedPacket unless a layout uses it up exactly."""
    return ftms_layout.parse(LAYOUT, payload)


def encode(measurement: BikeMeasurement, *, of_2017: bool = False) -> bytes:
    """The payload that `parse` turns back into `measurement`; ValueError if there is none."""
    return ftms_layout.encode(LAYOUT, measurement, of_2017=of_2017)


class BikeDecoder(MachineDecoder):
    """Speed, crank cadence, distance, resistance and power."""

    layout = LAYOUT
    characteristics = frozenset((DATA, ftms.FEATURE))
    channels = (
        ("speed_mps", Channel.SPEED),
        ("crank_cadence_rpm", Channel.CRANK_CADENCE),
        ("distance_m", Channel.DISTANCE),
        ("resistance_level", Channel.RESISTANCE),
        ("power_w", Channel.POWER),
        *ftms.TAIL_CHANNELS,
    )


PROFILE = ftms.machine_profile(
    title=mark("Exercise bike"),
    kind=5,
    section="4.9",
    decoder=BikeDecoder,
    measures=("crank cadence", "power", "resistance", "speed", "distance", "energy", "heart rate"),
    sensors=("Elite Direto XR", "JetBlack Volt"),
    limits=("Its speed is worked out from the turns, as nothing moves.",),
)
