"""Battery level, which rides along with another profile.

Source: Bluetooth SIG, Battery Service 1.0 (Battery Level 0x2A19).
"""

from __future__ import annotations

from devices.profile import Channel, MalformedPacket, Measurement, Profile, Read, uuid16
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "battery"
LEVEL = uuid16(0x2A19)


class BatteryMeasurement(Measurement, frozen=True, kw_only=True):
    """Charge left, 0 to 100 %."""

    battery_percent: int


def parse(payload: bytes) -> BatteryMeasurement:
    """One level; raises MalformedPacket unless it is one byte from 0 to 100 (others: reserved)."""
    if len(payload) != 1:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where 1 was due")
    if payload[0] > 100:
        raise MalformedPacket(KEY, payload, f"a level of {payload[0]} %")
    return BatteryMeasurement(battery_percent=payload[0])


def encode(measurement: BatteryMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`."""
    return bytes([measurement.battery_percent])


class BatteryDecoder(SlowDecoder):
    """One battery sample a payload, notified or read."""

    characteristics = frozenset((LEVEL,))

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of one level."""
        return [(received_ns, Channel.BATTERY, float(parse(payload).battery_percent))]


PROFILE = Profile(
    key=KEY,
    title=mark("Battery"),
    service=uuid16(0x180F),
    source="Bluetooth SIG, Battery Service 1.0, 0x2A19",
    decoder=BatteryDecoder,
    notify=(LEVEL,),
    handshake=(Read(characteristic=LEVEL, optional=True),),
    companion=True,
    measures=("charge in percent",),
)
