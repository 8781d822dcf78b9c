"""What of the FIT profile is used: numbers of messages, fields, types and sports, as facts.

Source: Garmin FIT SDK profile 21.218 (`Profile.xlsx`, developer.garmin.com/fit), and its pages
"FIT protocol" and "Activity file".
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from language.spoken import mark

EPOCH_S = 631_065_600
"""FIT seconds begin at 1989-12-31 00:00 UTC: this many seconds after 1970."""

SYSTEM_TIME = 0x1000_0000
"""Times below this count from when a device was switched on, and tell no date."""

BASE_TYPES: dict[int, tuple[str, int | None]] = {
    0x00: ("u1", 0xFF),
    0x01: ("i1", 0x7F),
    0x02: ("u1", 0xFF),
    0x03: ("i2", 0x7FFF),
    0x04: ("u2", 0xFFFF),
    0x05: ("i4", 0x7FFF_FFFF),
    0x06: ("u4", 0xFFFF_FFFF),
    0x08: ("f4", None),
    0x09: ("f8", None),
    0x0A: ("u1", 0),
    0x0B: ("u2", 0),
    0x0C: ("u4", 0),
    0x0D: ("u1", 0xFF),
    0x0E: ("i8", 0x7FFF_FFFF_FFFF_FFFF),
    0x0F: ("u8", 0xFFFF_FFFF_FFFF_FFFF),
    0x10: ("u8", 0),
}
"""Number of a base type without its endian bit: how numpy calls it, and which value is none."""

STRING = 0x07

TIMESTAMP = 253


class Message(enum.IntEnum):
    """Global numbers of messages."""

    FILE_ID = 0
    SPORT = 12
    SESSION = 18
    LAP = 19
    RECORD = 20
    EVENT = 21
    DEVICE_INFO = 23
    HRV = 78
    HR = 132


class FileId(enum.IntEnum):
    """Fields of what says what a file is."""

    TYPE = 0
    MANUFACTURER = 1
    PRODUCT = 2
    SERIAL = 3
    PRODUCT_NAME = 8


class Record(enum.IntEnum):
    """Fields of a record, as the file counts them (scales are in `fit_samples.py`)."""

    HEART_RATE = 3
    CADENCE = 4  # 1/min, of strides, crank turns or strokes
    SPEED = 6  # mm/s
    POWER = 7  # W
    SPEED_DISTANCE = 8  # three bytes: 12 bits of speed in cm/s, 12 of distance
    GRADE = 9  # 1/100 %
    BALANCE = 30  # bit 7: of the right leg; else %
    CONTACT = 41  # 1/10 ms
    ACTIVITY = 42
    CADENCE256 = 52  # 1/256 per min
    CADENCE_FRACTION = 53  # 1/128 per min
    ENHANCED_SPEED = 73  # mm/s
    CONTACT_LEFT = 84  # 1/100 % of the left foot
    STEP_LENGTH = 85  # 1/10 mm


class Session(enum.IntEnum):
    """Fields of a session: one sport from a start on."""

    START = 2
    SPORT = 5
    SUB_SPORT = 6
    ELAPSED = 7  # ms


class Lap(enum.IntEnum):
    """Fields of a lap that tell its sport."""

    START = 2
    SPORT = 25
    SUB_SPORT = 39


class Sport(enum.IntEnum):
    """Fields of the message that tells a sport at its start."""

    SPORT = 0
    SUB_SPORT = 1


class Event(enum.IntEnum):
    """Fields of an event."""

    EVENT = 0
    TYPE = 1


class Device(enum.IntEnum):
    """Fields that tell of a sensor that was connected."""

    TYPE = 1
    MANUFACTURER = 2
    SERIAL = 3
    PRODUCT = 4
    SOURCE = 25
    PRODUCT_NAME = 27


class Heart(enum.IntEnum):
    """Fields of heart rate that a strap kept for itself under water."""

    FRACTION = 0  # 1/32768 s
    BPM = 6
    EVENT = 9  # 1/1024 s
    EVENT_12 = 10  # eight times the lowest 12 bits of that, packed


HRV_TIME = 0
"""Field of the beat-to-beat intervals of a message, ms."""

WANTED: dict[int, frozenset[int]] = {
    Message.FILE_ID: frozenset(FileId),
    Message.SPORT: frozenset(Sport),
    Message.SESSION: frozenset(Session),
    Message.LAP: frozenset(Lap),
    Message.RECORD: frozenset(Record),
    Message.EVENT: frozenset(Event),
    Message.DEVICE_INFO: frozenset(Device),
    Message.HRV: frozenset({HRV_TIME}),
    Message.HR: frozenset(Heart),
}

ACTIVITY_FILE = 4

TIMER = 0
"""Event of the clock that a person starts and stops."""

TIMER_START = 0
TIMER_STOPS = (1, 4, 8, 9)

FOOT_POD = 124
"""Type of an ANT+ stride sensor; `ANTPLUS` is where it must come from."""

ANTPLUS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What legload makes of a sport. kind: key of the machine's profile, "" for feet, None where
    no leg is known to work; why: then, what is said of it; walking: it is walked for sure."""

    kind: str | None
    why: str = ""
    walking: bool = False


FEET = Use(kind="")
WALK = Use(kind="", walking=True)
BIKE = Use(kind="cycling_power")
ROWER = Use(kind="ftms_rower")
ELLIPTICAL = Use(kind="ftms_cross_trainer")
ARMS = Use(kind=None, why=mark("arms did the work; only the heart rate is taken"))
SWUM = Use(kind=None, why=mark("swimming does not load the legs; only the heart rate is taken"))
ELSE = Use(
    kind=None, why=mark("what the legs do in this sport is not known; only the heart rate is taken")
)
UNSAID = Use(
    kind=None, why=mark("the file does not say which sport it was; only the heart rate is taken")
)

SPORTS: dict[int, Use] = {
    1: FEET,
    2: BIKE,
    5: SWUM,
    11: WALK,
    17: WALK,
    21: BIKE,  # with a motor: power and cadence are the rider's
    65: ARMS,
    66: ARMS,
}
"""By sport; others are `ELSE`. A rowing boat (15) is no rowing machine."""

SUB_SPORTS: dict[int, Use] = {
    1: FEET,
    5: BIKE,
    6: BIKE,
    12: ARMS,
    14: ROWER,
    15: ELLIPTICAL,
    17: SWUM,
    18: SWUM,
    27: WALK,
    30: WALK,
    31: WALK,
    45: FEET,
    86: ARMS,
    87: ARMS,
    88: ARMS,
}
"""By sub-sport, which comes before the sport except where a sport is walked."""

RUNNING_ACTIVITY, WALKING_ACTIVITY = 1, 6
"""What a record of several sports may say of itself."""


def use_of(sport: int | None, sub_sport: int | None) -> Use:
    """What legload makes of a sport."""
    if sport is None and sub_sport not in SUB_SPORTS:
        return UNSAID
    by_sport = SPORTS.get(sport or 0, UNSAID if not sport else ELSE)
    if by_sport in (WALK, SWUM, ARMS):
        return by_sport
    return SUB_SPORTS.get(sub_sport or 0, by_sport)
