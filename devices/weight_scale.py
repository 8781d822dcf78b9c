"""Weight scale: body mass.

Source: Bluetooth SIG, Weight Scale Service 1.0 and GATT Specification Supplement (Weight
Measurement 0x2A9D, Weight Scale Feature 0x2A9E, Date Time 0x2A08). 1 lb = 0.45359237 kg.

- Measurement, indicated: flags u8 (1 imperial, 2 time stamp, 4 user, 8 BMI and height), weight u16
  of 0.005 kg or 0.01 lb (0xFFFF: not measured), [year u16, month, day, hour, minute, second u8],
  [user u8, 255: unknown], [BMI u16 of 0.1, height u16 of 0.001 m or 0.1 in]. Reserved flags are
  passed over: they promise no bytes.
- **When.** A scale's clock is local time without a zone, and often wrong (openScale found a Redmond
  RS-744S that stamps every weighing in July 2021) or never set; but a scale may also hand over
  weighings that it stored. So a weight is of the moment it was received, unless its stamp is
  between a day (more than any zone can explain) and a month older (design: who weighs oneself
  rarely has synchronised by then; an older stamp is rather a wrong clock). Such a stamp is read as
  UTC: it is right to the day or the one beside it, and body mass is kept by the day.
- A stamp of year 0, or one that is no date, is no stamp; the weight holds all the same.
"""

from __future__ import annotations

import datetime as dt
import struct
from dataclasses import dataclass

from devices.profile import Channel, MalformedPacket, Placement, Profile, Read, uuid16
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "weight_scale"
MEASUREMENT = uuid16(0x2A9D)
FEATURE = uuid16(0x2A9E)

IMPERIAL, STAMP, USER, HEIGHT = 0x01, 0x02, 0x04, 0x08
KG_PER_LB = 0.45359237
M_PER_INCH = 0.0254
UNKNOWN_USER = 0xFF
_UNSUCCESSFUL = 0xFFFF
_DAY_NS = 86_400_000_000_000
STORED_NS = range(_DAY_NS + 1, 31 * _DAY_NS)
"""How much older a stamp is that is believed, ns."""
_FIRST_YEAR = 1582  # of Date Time 0x2A08

_LAYOUTS = tuple(
    struct.Struct(
        "<xH"
        + ("H5B" if flags & STAMP else "")
        + ("B" if flags & USER else "")
        + ("HH" if flags & HEIGHT else "")
    )
    for flags in range(16)
)
_FEATURE = struct.Struct("<I")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightMeasurement:
    """One weighing: mass in kg, None if it did not succeed.

    imperial: whether the scale shows pounds and inches; taken: the scale's local time, written as
    if it were UTC, None if unset; user: the scale's own number of a person, None if unknown.
    """

    mass_kg: float | None
    imperial: bool = False
    taken: dt.datetime | None = None
    user: int | None = None
    bmi_kg_m2: float | None = None
    height_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFeature:
    """What the scale says it can do; resolutions are classes 0 (not said) to 7 (finest)."""

    stamp: bool
    users: bool
    bmi: bool
    mass_resolution: int = 0
    height_resolution: int = 0


def parse(payload: bytes) -> WeightMeasurement:
    """One weighing; raises MalformedPacket unless the length is what the flags promise."""
    if not payload:
        raise MalformedPacket(KEY, payload, "no flags")
    flags = payload[0]
    layout = _LAYOUTS[flags & 0x0F]
    if len(payload) != layout.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {layout.size} were due")
    mass, *rest = layout.unpack(payload)
    imperial = bool(flags & IMPERIAL)
    taken, user = None, None
    if flags & STAMP:
        taken, rest = _taken(*rest[:6]), rest[6:]
    if flags & USER:
        user, *rest = rest
    return WeightMeasurement(
        mass_kg=None if mass == _UNSUCCESSFUL else mass * _mass_unit(imperial=imperial),
        imperial=imperial,
        taken=taken,
        user=None if user == UNKNOWN_USER else user,
        bmi_kg_m2=rest[0] / 10 if rest else None,
        height_m=rest[1] * _height_unit(imperial=imperial) if rest else None,
    )


def _mass_unit(*, imperial: bool) -> float:
    return KG_PER_LB / 100 if imperial else 1 / 200


def _height_unit(*, imperial: bool) -> float:
    return M_PER_INCH / 10 if imperial else 1 / 1000


def _taken(
    year: int, month: int, day: int, hour: int, minute: int, second: int
) -> dt.datetime | None:
    if year < _FIRST_YEAR:
        return None
    try:
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:  # an unknown month or day is 0
        return None


def encode(measurement: WeightMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`, values rounded to their unit."""
    imperial, taken = measurement.imperial, measurement.taken
    flags, values = IMPERIAL if imperial else 0, [_UNSUCCESSFUL]
    if measurement.mass_kg is not None:
        values = [round(measurement.mass_kg / _mass_unit(imperial=imperial))]
    if taken is not None:
        flags |= STAMP
        values += [taken.year, taken.month, taken.day, taken.hour, taken.minute, taken.second]
    if measurement.user is not None:
        flags |= USER
        values.append(measurement.user)
    if measurement.bmi_kg_m2 is not None and measurement.height_m is not None:
        flags |= HEIGHT
        height = round(measurement.height_m / _height_unit(imperial=imperial))
        values += [round(measurement.bmi_kg_m2 * 10), height]
    return bytes([flags]) + _LAYOUTS[flags].pack(*values)[1:]


def parse_feature(payload: bytes) -> WeightFeature:
    """Weight Scale Feature 0x2A9E; raises MalformedPacket unless it is four bytes."""
    if len(payload) != _FEATURE.size:
        raise MalformedPacket(KEY, payload, f"feature of {len(payload)} bytes where 4 were due")
    (bits,) = _FEATURE.unpack(payload)
    return WeightFeature(
        stamp=bool(bits & 1),
        users=bool(bits >> 1 & 1),
        bmi=bool(bits >> 2 & 1),
        mass_resolution=bits >> 3 & 0x0F,
        height_resolution=bits >> 7 & 0x07,
    )


def encode_feature(feature: WeightFeature) -> bytes:
    """The payload that `parse_feature` turns back into `feature`."""
    bits = feature.stamp | feature.users << 1 | feature.bmi << 2
    return _FEATURE.pack(bits | feature.mass_resolution << 3 | feature.height_resolution << 7)


class WeightScaleDecoder(SlowDecoder):
    """Body mass; an empty scale (0 kg) and a weighing that did not succeed give none."""

    characteristics = frozenset((MEASUREMENT, FEATURE))

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """The mass of one weighing; the feature reply is only checked."""
        if characteristic == FEATURE:
            parse_feature(payload)
            return []
        weighed = parse(payload)
        if not weighed.mass_kg:
            return []
        return [(_instant(weighed.taken, received_ns), Channel.BODY_MASS, weighed.mass_kg)]


def _instant(taken: dt.datetime | None, received_ns: int) -> int:
    """When a weighing was, UTC ns: see the module."""
    if taken is None:
        return received_ns
    taken_ns = int(taken.timestamp()) * 1_000_000_000
    return taken_ns if received_ns - taken_ns in STORED_NS else received_ns


PROFILE = Profile(
    key=KEY,
    title=mark("Weight scale"),
    service=uuid16(0x181D),
    source="Bluetooth SIG, Weight Scale Service 1.0, 0x2A9D and 0x2A9E",
    decoder=WeightScaleDecoder,
    notify=(MEASUREMENT,),
    handshake=(Read(characteristic=FEATURE, optional=True),),
    placements=(Placement.FLOOR,),
    silence_s=None,  # silence is normal: nobody stands on it
    measures=("body mass",),
    sensors=("Redmond SkyBalance RS-744S",),
    limits=(
        "A scale says what stood on it, not who: pair it with the person who uses it.",
        "Many bathroom scales speak their maker's own language and cannot be used.",
        "Some scales send nothing until their maker's app has introduced a user to them.",
        "Scales that send while the weight still settles give several values for one weighing.",
        "A stored weighing is dated by the scale's own clock, to the day at best.",
    ),
)
