"""Bike power meter: Cycling Power. Running power meters (Stryd) send theirs through it as well.

Source: Bluetooth SIG, Cycling Power Service 1.1 and GATT Specification Supplement (Cycling Power
Measurement 0x2A63, Cycling Power Feature 0x2A65, Sensor Location 0x2A5D). Event times of the wheel
are in 1/2048 s, those of the crank in 1/1024 s. Where the maximum angle is 0xABC and the minimum
angle 0x123, the three bytes say 0x123ABC.

The layout defines no value that means "not available", except that a pedal cannot give more than
100 %: meters send 0xFF where they have no balance (RonanB96/bluetooth-sig-python reads it so).
"""

from __future__ import annotations

import enum
import functools
import struct

from devices.profile import (
    Channel,
    MalformedPacket,
    Measurement,
    Placement,
    Profile,
    Read,
    uuid16,
)
from devices.revolutions import Cadences, Revolutions
from devices.sensor_location import LOCATION, parse_location
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "cycling_power"
MEASUREMENT = uuid16(0x2A63)
FEATURE = uuid16(0x2A65)

BALANCE, OF_LEFT, TORQUE, AT_CRANK, WHEEL, CRANK = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
FORCES, TORQUES, ANGLES, TOP, BOTTOM, ENERGY = 0x40, 0x80, 0x100, 0x200, 0x400, 0x800
OFFSET_COMPENSATION = 0x1000

WHEEL_EVENTS_PER_S, CRANK_EVENTS_PER_S = 2048, 1024
WHEEL_WRAP_S = 0x10000 / WHEEL_EVENTS_PER_S
_PER_PERCENT, _PER_NM = 2, 32

MOST_POWER_W = 5000
"""More than this, forward or backward, is an error (design: twice what sprinters reach)."""

_FIELDS = {
    BALANCE: "B",
    TORQUE: "H",
    WHEEL: "IH",
    CRANK: "HH",
    FORCES: "hh",
    TORQUES: "hh",
    ANGLES: "3s",
    TOP: "H",
    BOTTOM: "H",
    ENERGY: "H",
}
_PRESENT = sum(_FIELDS)


@functools.cache
def _layout(present: int) -> struct.Struct:
    return struct.Struct("<Hh" + "".join(code for flag, code in _FIELDS.items() if present & flag))


class CyclingPowerMeasurement(Measurement, frozen=True, kw_only=True):
    """One notification; power in W, negative when the cranks are driven; None where not sent.

    balance_percent: share of one pedal in the power, of the left one where `balance_of_left`, else
    the sensor does not say which; accumulated_torque_nm: since the sensor's start, measured at
    the crank where `torque_at_crank`, else at the wheel; forces_n, torques_nm and angles_deg:
    (maximum, minimum) of a revolution; energy_kj: since the sensor's start.
    """

    power_w: int
    balance_percent: float | None = None
    balance_of_left: bool = False
    accumulated_torque_nm: float | None = None
    torque_at_crank: bool = False
    wheel: Revolutions | None = None
    crank: Revolutions | None = None
    forces_n: tuple[int, int] | None = None
    torques_nm: tuple[float, float] | None = None
    angles_deg: tuple[int, int] | None = None
    top_dead_spot_deg: int | None = None
    bottom_dead_spot_deg: int | None = None
    energy_kj: int | None = None
    offset_compensation: bool = False


class CyclingPowerFeature(enum.IntFlag):
    """What the sensor says it can do; bits above these are about its calibration."""

    BALANCE = 0x01
    TORQUE = 0x02
    WHEEL = 0x04
    CRANK = 0x08
    EXTREMES = 0x10
    ANGLES = 0x20
    DEAD_SPOTS = 0x40
    ENERGY = 0x80


def parse(payload: bytes) -> CyclingPowerMeasurement:
    """One measurement; raises MalformedPacket unless the length is what the flags promise."""
    if len(payload) < 2:
        raise MalformedPacket(KEY, payload, "no flags")
    flags = payload[0] | payload[1] << 8
    layout = _layout(flags & _PRESENT)
    if len(payload) != layout.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {layout.size} were due")
    value = iter(layout.unpack(payload)[1:]).__next__  # arguments are evaluated in their order
    return CyclingPowerMeasurement(
        power_w=value(),
        balance_percent=_percent(value()) if flags & BALANCE else None,
        balance_of_left=bool(flags & OF_LEFT),
        accumulated_torque_nm=value() / _PER_NM if flags & TORQUE else None,
        torque_at_crank=bool(flags & AT_CRANK),
        wheel=Revolutions(value(), value() / WHEEL_EVENTS_PER_S) if flags & WHEEL else None,
        crank=Revolutions(value(), value() / CRANK_EVENTS_PER_S) if flags & CRANK else None,
        forces_n=(value(), value()) if flags & FORCES else None,
        torques_nm=(value() / _PER_NM, value() / _PER_NM) if flags & TORQUES else None,
        angles_deg=_angles(value()) if flags & ANGLES else None,
        top_dead_spot_deg=value() if flags & TOP else None,
        bottom_dead_spot_deg=value() if flags & BOTTOM else None,
        energy_kj=value() if flags & ENERGY else None,
        offset_compensation=bool(flags & OFFSET_COMPENSATION),
    )


def _percent(halves: int) -> float | None:
    return halves / _PER_PERCENT if halves <= 100 * _PER_PERCENT else None


def _angles(packed: bytes) -> tuple[int, int]:
    both = int.from_bytes(packed, "little")
    return both & 0xFFF, both >> 12


def encode(measurement: CyclingPowerMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`, values rounded to their unit."""
    fields = {flag: values for flag, values in _values(measurement).items() if values is not None}
    flags = sum(fields)
    flags |= OF_LEFT * measurement.balance_of_left | AT_CRANK * measurement.torque_at_crank
    flags |= OFFSET_COMPENSATION * measurement.offset_compensation
    values = [value for part in fields.values() for value in part]
    return _layout(flags & _PRESENT).pack(flags, measurement.power_w, *values)


def _values(measured: CyclingPowerMeasurement) -> dict[int, tuple[int | bytes, ...] | None]:
    """What each field's flag promises, in the order of `_FIELDS`."""
    return {
        BALANCE: _counts(measured.balance_percent, _PER_PERCENT),
        TORQUE: _counts(measured.accumulated_torque_nm, _PER_NM),
        WHEEL: _turned(measured.wheel, WHEEL_EVENTS_PER_S),
        CRANK: _turned(measured.crank, CRANK_EVENTS_PER_S),
        FORCES: measured.forces_n,
        TORQUES: measured.torques_nm and tuple(round(nm * _PER_NM) for nm in measured.torques_nm),
        ANGLES: measured.angles_deg and _packed(*measured.angles_deg),
        TOP: _counts(measured.top_dead_spot_deg, 1),
        BOTTOM: _counts(measured.bottom_dead_spot_deg, 1),
        ENERGY: _counts(measured.energy_kj, 1),
    }


def _counts(value: float | None, per_unit: int) -> tuple[int] | None:
    return None if value is None else (round(value * per_unit),)


def _turned(turned: Revolutions | None, events_per_s: int) -> tuple[int, int] | None:
    if turned is None:
        return None
    return turned.count, round(turned.event_s * events_per_s) & 0xFFFF


def _packed(most_deg: int, least_deg: int) -> tuple[bytes]:
    return ((most_deg | least_deg << 12).to_bytes(3, "little"),)


def parse_feature(payload: bytes) -> CyclingPowerFeature:
    """Cycling Power Feature 0x2A65; raises MalformedPacket unless it is four bytes."""
    if len(payload) != 4:
        raise MalformedPacket(KEY, payload, f"feature of {len(payload)} bytes where 4 were due")
    return CyclingPowerFeature(int.from_bytes(payload, "little"))


def encode_feature(feature: CyclingPowerFeature) -> bytes:
    """The payload that `parse_feature` turns back into `feature`."""
    return int(feature).to_bytes(4, "little")


class CyclingPowerDecoder(SlowDecoder):
    """Power, its share of one leg, energy, and the rates of crank and wheel.

    A balance is a share of what is pushed, so where no power is, none is told: at rest, Favero
    pedals say 100 % at random (GoldenCheetah issue 2955).
    """

    characteristics = frozenset((MEASUREMENT, FEATURE, LOCATION))

    def __init__(self) -> None:
        self._cadences = Cadences(wheel_wrap_s=WHEEL_WRAP_S)

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of a measurement; replies of the handshake are only checked."""
        if characteristic == FEATURE:
            parse_feature(payload)
            return []
        if characteristic == LOCATION:
            parse_location(payload)
            return []
        measured = parse(payload)
        return self._pushed(measured, received_ns) + self._cadences.rows(
            measured.crank, measured.wheel, received_ns
        )

    def _pushed(self, measured: CyclingPowerMeasurement, received_ns: int) -> list[Row]:
        rows: list[Row] = []
        if abs(measured.power_w) <= MOST_POWER_W:
            rows.append((received_ns, Channel.POWER, float(measured.power_w)))
            if measured.balance_percent is not None and measured.power_w > 0:
                pedal = Channel.LEFT_PEDAL if measured.balance_of_left else Channel.PEDAL
                rows.append((received_ns, pedal, measured.balance_percent))
        if measured.energy_kj is not None:
            rows.append((received_ns, Channel.ENERGY, float(measured.energy_kj)))
        return rows


PROFILE = Profile(
    key=KEY,
    title=mark("Bike power meter"),
    service=uuid16(0x1818),
    source="Bluetooth SIG, Cycling Power Service 1.1, 0x2A63 and 0x2A65",
    decoder=CyclingPowerDecoder,
    notify=(MEASUREMENT,),
    handshake=(
        Read(characteristic=FEATURE, optional=True),
        Read(characteristic=LOCATION, optional=True),
    ),
    placements=(Placement.BIKE,),
    silence_s=30.0,  # design: thirty missed notifications; some meters are quiet at a red light
    measures=(
        "power in watts",
        "share of the left leg, or of one pedal",
        "crank and wheel revolutions per minute",
        "energy in kilojoules",
    ),
    sensors=(
        "4iiii power meter",
        "Favero Assioma",
        "PowerTap P1",
        "SRM PM9",
        "Stages power meter",
        "Stryd (running power)",
    ),
    limits=(
        "A meter on one side doubles what it measures there; it cannot compare the legs.",
        "Power is what the meter says: some go on sending the last value for a while after the "
        "legs have stopped.",
        "Some meters do not say which pedal their balance is of.",
        "Pedalling slower than 15 revolutions a minute is taken for standing still.",
        "It gives no speed, because it does not know the size of the wheel.",
    ),
)
