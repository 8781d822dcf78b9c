"""PineTime watch with InfiniTime: steps and acceleration of the wrist.

Source: InfiniTimeOrg/InfiniTime on GitHub, `doc/MotionService.md` and
`src/components/ble/MotionService.cpp` (layout); `src/drivers/Bma421.cpp` (+/-2 g, 1024 counts per
g; pull request 1950 keeps 1024 per g in "binary milli-g" for every range).

- Steps 00030001, u32: since midnight or the last restart, notified when the number changes.
- Motion 00030002: x, y, z as s16 in 1/1024 g, notified when a value changes.
- **Rate.** The accelerometer runs at 100 Hz, but `src/systemtask/SystemTask.cpp` looks at it once a
  round, which is 100 ticks of 1/1024 s (`src/FreeRTOSConfig.h`) and a little: just below 10 Hz,
  declared as 10. Messages within the watch make rounds shorter, unchanged values none at all.
- **Screen off.** Before pull request 2328 (2025) the watch stops looking while it sleeps, unless
  it wakes by raising or shaking or the motion is subscribed to (pull request 1207). So motion is
  subscribed to for the sake of the steps, too; firmware without either is silent in the dark.
- The count is not read in the handshake: what was read would be told again, as new, by each
  recording that goes on from another.

Its heart rate comes through the standard service (180D), which another profile reads.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.motion_clock import MotionClock
from devices.motion_decoder import acceleration_axes
from devices.profile import (
    Channel,
    Decoder,
    Int64s,
    MalformedPacket,
    Motion,
    MotionScale,
    Notifications,
    Placement,
    Profile,
    Row,
    Samples,
    Slow,
)
from language.spoken import mark

KEY = "infinitime"


def _uuid(short: int) -> str:
    return f"0003{short:04x}-78fc-48fe-8e23-433b3a1942d0"


SERVICE = _uuid(0x0000)
STEPS = _uuid(0x0001)
MOTION = _uuid(0x0002)

RATE_HZ = 10.0
ACC_G = 1 / 1024
SCALE = MotionScale(rate_hz=RATE_HZ, acc_g=ACC_G, gyro_dps=None)

_STEPS = struct.Struct("<I")
_MOTION = struct.Struct("<3h")


@dataclass(frozen=True, slots=True, kw_only=True)
class WristMotion:
    """One sample: x, y, z in 1/1024 g."""

    acc: tuple[int, int, int]


def parse(payload: bytes) -> WristMotion:
    """One sample; raises MalformedPacket unless it is 6 bytes."""
    if len(payload) != _MOTION.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {_MOTION.size} were due")
    x, y, z = _MOTION.unpack(payload)
    return WristMotion(acc=(x, y, z))


def encode(measurement: WristMotion) -> bytes:
    """The payload that `parse` turns back into `measurement`."""
    return _MOTION.pack(*measurement.acc)


def parse_steps(payload: bytes) -> int:
    """Steps so far; raises MalformedPacket unless it is 4 bytes."""
    if len(payload) != _STEPS.size:
        raise MalformedPacket(KEY, payload, f"steps of {len(payload)} bytes where 4 were due")
    return int(_STEPS.unpack(payload)[0])


def encode_steps(steps: int) -> bytes:
    """The payload that `parse_steps` turns back into `steps`."""
    return _STEPS.pack(steps)


class InfinitimeDecoder(Decoder):
    """Steps when they were received, motion at instants of the fitted clock."""

    def __init__(self) -> None:
        self._clock = MotionClock(RATE_HZ)

    def decode(self, run: Notifications) -> Samples:
        """Steps and motion of a run."""
        numbers: list[int] = []
        counts: list[Row] = []
        moves: list[tuple[int, int, bytes]] = []
        malformed = 0
        for sequence, received_ns, characteristic, payload in run:
            if characteristic == MOTION and len(payload) == _MOTION.size:
                moves.append((sequence, received_ns, payload))
            elif characteristic == STEPS and len(payload) == _STEPS.size:
                numbers.append(sequence)
                counts.append((received_ns, Channel.STEP_COUNT, float(parse_steps(payload))))
            else:
                malformed += characteristic in (MOTION, STEPS)
        slow = Slow.of(numbers, counts)
        return Samples(slow=slow, motion=self._motion(moves), malformed=malformed)

    def _motion(self, moves: Sequence[tuple[int, int, bytes]]) -> Motion | None:
        if not moves:
            return None
        sequence, received_ns, payload = zip(*moves, strict=True)
        received: Int64s = np.array(received_ns, np.int64)
        return Motion(
            sequence=np.array(sequence, np.int64),
            time_ns=self._clock.instants(received),
            axes=acceleration_axes(payload),
            scale=SCALE,
        )


PROFILE = Profile(
    key=KEY,
    title=mark("PineTime watch (InfiniTime)"),
    service=SERVICE,
    source="InfiniTimeOrg/InfiniTime: doc/MotionService.md, MotionService.cpp, Bma421.cpp",
    decoder=InfinitimeDecoder,
    notify=(STEPS, MOTION),
    placements=(Placement.ARM,),
    names=("InfiniTime",),
    silence_s=None,  # a watch that lies still sends nothing: no value changes
    measures=("steps since midnight", "acceleration of the wrist, 10 times a second"),
    sensors=("PineTime with InfiniTime",),
    limits=(
        "A watch counts arm swings: steps with a walker, a stick or a hand on the rail are missed.",
        "Ten samples a second from the wrist are too few to tell the force on a leg.",
        "The step count begins anew at midnight and when the watch restarts.",
        "Firmware older than about 2025 may send nothing while the screen is off, unless it is set "
        "to wake by raising the wrist.",
    ),
)
