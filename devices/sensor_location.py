"""Where a foot or bike sensor says that it sits: Sensor Location 0x2A5D.

Source: Bluetooth SIG, GATT Specification Supplement (Sensor Location). Several services have this
characteristic, so several profiles read it.
"""

from __future__ import annotations

from devices.profile import MalformedPacket, uuid16

LOCATION = uuid16(0x2A5D)

LOCATIONS = (
    "other",
    "top of shoe",
    "in shoe",
    "hip",
    "front wheel",
    "left crank",
    "right crank",
    "left pedal",
    "right pedal",
    "front hub",
    "rear dropout",
    "chainstay",
    "rear wheel",
    "rear hub",
    "chest",
    "spider",
    "chain ring",
)
"""Names by value."""


def parse_location(payload: bytes) -> str:
    """The place in words; raises MalformedPacket if it is not one known byte."""
    if len(payload) != 1 or payload[0] >= len(LOCATIONS):
        raise MalformedPacket("sensor_location", payload, "not a known sensor location")
    return LOCATIONS[payload[0]]


def encode_location(place: str) -> bytes:
    """The payload that `parse_location` turns back into `place`."""
    return bytes([LOCATIONS.index(place)])
