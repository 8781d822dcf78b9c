"""WitMotion BLE motion sensors: acceleration and turning rate of one leg.

Source: WITMOTION/WitBluetooth_BWT901BLE5_0 on GitHub (the maker's own examples:
`Python/BWT901BLE5.0_python_sdk/device_model.py` for the characteristics, frames, scales, unlock and
register commands, `Android_Java/.../ble5/Bwt901ble.java` for the rate command); the maker's manual
of the WT901BLECL 5.0, chapter 6 (frames of 20 bytes, register reply 55 71 with its address and 8
registers); WIT Standard Communication Protocol (RRATE, register 0x03; unlock before writing).

- The sensor sends a *byte stream* in notifications: frames of 20 bytes that may straddle them.
  `55 61` + 9 x s16: acceleration of 16/32768 g, turning rate of 2000/32768 deg/s, angle of
  180/32768 deg. `55 71` + u16 register + 8 x s16: the reply to `FF AA 27 register 00`. How they are
  found is in `witmotion_stream`.
- Registers are written as `FF AA register value` after `FF AA 69 88 B5`, which unlocks them for
  10 s. The maker's example waits 0.1 s between the two; that confirmed writes need no such pause is
  unverified, so what the sensor answers is believed and not what was written. Nothing is saved
  (`FF AA 00 00 00`): the rate set here is gone when the sensor is switched off, and its flash
  memory is not worn.
- **Rate.** Data and replies share one characteristic, and a recording that goes on after an hour
  holds no reply. So the rate is the one the sensor names in a reply (`55 71`) or, where none comes
  within 5 s of the first frame, the one measured: frames over time, if the two halves of those 5 s
  agree and it is near a rate that the sensor has. Frames from before a reply are left out (their
  rate is unknown); measured ones are kept, and belong to the row that decided. The rate is settled
  once a connection.
- **Instants** are of `motion_clock`, fed with the receive time of the notification that completed
  the frame: what came before it was only waiting for the rest.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from devices.motion_clock import FASTEST, SLOWEST, MotionClock
from devices.profile import (
    LEG_PLACEMENTS,
    Conversation,
    Decoder,
    Int16s,
    Int64s,
    MalformedPacket,
    Motion,
    MotionScale,
    Notifications,
    Profile,
    Samples,
    Write,
)
from devices.witmotion_stream import ANSWER, DATA, SIZE, Frames, Stream
from language.spoken import mark

KEY = "witmotion"


def _uuid(short: int) -> str:
    """On the maker's own base, which is not the Bluetooth SIG's (9a, not 9b)."""
    return f"0000{short:04x}-0000-1000-8000-00805f9a34fb"


SERVICE = _uuid(0xFFE5)
STREAM = _uuid(0xFFE4)
COMMAND = _uuid(0xFFE9)

ACC_G = 16 / 32768
GYRO_DPS = 2000 / 32768
ANGLE_DEG = 180 / 32768

RATE_REGISTER = 0x03
RATES_HZ = {0x06: 10, 0x07: 20, 0x08: 50, 0x09: 100, 0x0B: 200}
"""Hz by value of the rate register; slower ones are no use for a leg."""
ASKED_HZ = 50
UNLOCK = bytes.fromhex("FF AA 69 88 B5")

MEASURE_NS = 5_000_000_000  # design: a handshake is over long before, so the rate has settled
EVEN = 1.5  # design: most that one half of the measured time may hold more than the other
_MOTION = struct.Struct("<2s9h")
_REPLY = struct.Struct("<2sH8h")

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitMotion:
    """One frame in counts: acc of 1/2048 g, gyro of 2000/32768 deg/s, angle of 180/32768 deg."""

    acc: Triple
    gyro: Triple
    angle: Triple = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """What eight registers hold, from `first` on."""

    first: int
    values: tuple[int, ...]


def parse(payload: bytes) -> WitMotion:
    """One motion frame; raises MalformedPacket unless it is 20 bytes that begin with 55 61."""
    if len(payload) != SIZE or not payload.startswith(DATA):
        raise MalformedPacket(KEY, payload, "not a motion frame of 20 bytes")
    _, ax, ay, az, gx, gy, gz, rx, ry, rz = _MOTION.unpack(payload)
    return WitMotion(acc=(ax, ay, az), gyro=(gx, gy, gz), angle=(rx, ry, rz))


def encode(frame: WitMotion) -> bytes:
    """The payload that `parse` turns back into `frame`."""
    return _MOTION.pack(DATA, *frame.acc, *frame.gyro, *frame.angle)


def encode_many(axes: Int16s) -> bytes:
    """The byte stream of (n, 6) counts `ax ay az gx gy gz`, angles 0."""
    rows = np.zeros((len(axes), SIZE // 2), "<i2")
    rows[:, 0] = int.from_bytes(DATA, "little")
    rows[:, 1:7] = axes
    return rows.tobytes()


def parse_registers(payload: bytes) -> Registers:
    """One reply; raises MalformedPacket unless it is 20 bytes that begin with 55 71."""
    if len(payload) != SIZE or not payload.startswith(ANSWER):
        raise MalformedPacket(KEY, payload, "not a register reply of 20 bytes")
    _, first, *values = _REPLY.unpack(payload)
    return Registers(first=first, values=tuple(values))


def encode_registers(registers: Registers) -> bytes:
    """The payload that `parse_registers` turns back into `registers`."""
    return _REPLY.pack(ANSWER, registers.first, *registers.values)


def write_register(register: int, value: int) -> bytes:
    """The command that sets a register, after UNLOCK."""
    return struct.pack("<3BH", 0xFF, 0xAA, register, value)


def read_register(register: int) -> bytes:
    """The command that asks for eight registers, this one first."""
    return write_register(0x27, register)


def converse() -> Conversation:
    """Set the rate and ask for it; the answer comes in the stream, where the decoder finds it."""
    value = next(value for value, rate_hz in RATES_HZ.items() if rate_hz == ASKED_HZ)
    for command in (UNLOCK, write_register(RATE_REGISTER, value), read_register(RATE_REGISTER)):
        yield Write(characteristic=COMMAND, payload=command)


class WitMotionDecoder(Decoder):
    """Motion at instants of the fitted clock, once the rate is known (see the module)."""

    def __init__(self) -> None:
        self._stream = Stream()
        self._held: Frames | None = None  # motion frames of a rate yet to be measured
        self._scale: MotionScale | None = None
        self._clock: MotionClock | None = None

    def decode(self, run: Notifications) -> Samples:
        """Motion of a run; None where it holds no sample."""
        mine = _of_stream(run)
        if not len(mine):
            return Samples()
        before = self._stream.malformed
        frames = self._stream.frames(mine)
        if self._clock is None:
            frames = self._settle(frames)
        motion = self._motion(frames.of(DATA))
        return Samples(motion=motion, malformed=self._stream.malformed - before)

    def _settle(self, frames: Frames) -> Frames:
        """What of these frames, and of those held, can be told once the rate is known."""
        start = 0
        for at in np.flatnonzero(frames.data[:, 1] == ANSWER[1]).tolist():
            if (rate_hz := _told(frames.data[at].tobytes())) is None:
                continue
            early = self._measure(frames.part(start, at))
            if self._clock is None:
                self._learn(rate_hz)
                return frames.part(at)
            return frames.part(at).after(early)
        return self._measure(frames)

    def _measure(self, frames: Frames) -> Frames:
        """Hold frames until their rate is clear; then all that are held."""
        new, held = frames.of(DATA), self._held
        if held is None or (len(new) and new.received_ns[0] < held.received_ns[-1]):
            held = new.part(0, 0)  # nothing yet, or the clock was set back
        known, held = len(held), new.after(held)
        while len(held):
            late = np.flatnonzero(held.received_ns[known:] - held.received_ns[0] >= MEASURE_NS)
            if not len(late):
                break
            last = known + int(late[0])
            if (rate_hz := _measured(held.received_ns[: last + 1])) is not None:
                self._learn(rate_hz)
                held.sequence[:last] = held.sequence[last]
                self._held = None
                return held
            held, known = held.part(last), 0
        self._held = held if len(held) else None
        return held.part(0, 0)

    def _learn(self, rate_hz: int) -> None:
        self._clock = MotionClock(rate_hz)
        self._scale = MotionScale(rate_hz=float(rate_hz), acc_g=ACC_G, gyro_dps=GYRO_DPS)

    def _motion(self, frames: Frames) -> Motion | None:
        if self._clock is None or self._scale is None or not len(frames):
            return None
        counts = np.ascontiguousarray(frames.data[:, 2:14]).view("<i2")
        return Motion(
            sequence=frames.sequence,
            time_ns=self._clock.instants(frames.received_ns),
            axes=counts.astype(np.int16),
            scale=self._scale,
        )


def _of_stream(run: Notifications) -> Notifications:
    """The rows of the stream."""
    mine = [row for row, uuid in enumerate(run.characteristic) if uuid == STREAM]
    if len(mine) == len(run):
        return run
    at = np.array(mine, np.int64)
    return Notifications(
        sequence=run.sequence[at],
        received_ns=run.received_ns[at],
        characteristic=(STREAM,) * len(mine),
        payload=[run.payload[row] for row in mine],
    )


def _told(reply: bytes) -> int | None:
    """The rate in Hz that a reply names, if it does."""
    registers = parse_registers(reply)
    if registers.first != RATE_REGISTER:
        return None
    return RATES_HZ.get(registers.values[0] & 0x0F)  # RRATE[3:0]


def _measured(received_ns: Int64s) -> int | None:
    """The rate in Hz of frames received at these instants, if it is steady and one of RATES_HZ."""
    since_ns = received_ns - received_ns[0]
    first = int((since_ns < since_ns[-1] / 2).sum())
    halves = sorted((first, len(since_ns) - first))
    if halves[1] > EVEN * halves[0]:
        return None
    found_hz = (len(since_ns) - 1) * 1e9 / float(since_ns[-1])
    near = [rate for rate in RATES_HZ.values() if FASTEST <= rate / found_hz <= SLOWEST]
    return near[0] if near else None


PROFILE = Profile(
    key=KEY,
    title=mark("Leg motion sensor (WitMotion)"),
    service=SERVICE,
    source="WITMOTION/WitBluetooth_BWT901BLE5_0: device_model.py, Bwt901ble.java; its manuals",
    decoder=WitMotionDecoder,
    notify=(STREAM,),
    control=(COMMAND,),
    converse=converse,
    placements=LEG_PLACEMENTS,
    names=("WT901", "BWT901"),
    silence_s=5.0,  # design: 250 missed frames at 50 Hz
    measures=("acceleration and turning rate of the leg, 50 times a second",),
    sensors=("WitMotion BWT901BLE5.0", "WitMotion WT901BLECL 5.0"),
    limits=(
        "Its frames carry no checksum: a notification that is lost in the middle of a frame may "
        "give one wrong sample.",
        "Its rate is set anew at each connection; set by hand to less than 20 a second, it cannot "
        "count steps.",
        "Models that send longer frames (vibration sensors) cannot be used.",
    ),
    continuous=True,
)
