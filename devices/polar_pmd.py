"""Polar Verity Sense, OH1 and H10: acceleration of a leg or the waist, by Polar's own service.

Source: polarofficial/polar-ble-sdk, Android library, package `...gatt.client.pmd` (BlePMDClient,
PmdControlPointResponse, PmdSetting, PmdFeature, model/AccData, model/PmdTimeStampUtils), and
technical_documentation/Polar_Measurement_Data_Specification.pdf, 5.3.

- Control FB005C81. Read: 0x0F, then bits of what can be measured (bit 2: acceleration). Written:
  1 = which settings, 2 = start, 3 = stop; then 2 = acceleration. Replies: 0xF0, command,
  measurement u8, status u8 (0 = done), more u8, settings.
- Settings: type u8, count u8, values. 0 rate Hz u16, 1 resolution bits u16, 2 range g u16,
  3 range in thousandths u32, 4 channels u8, 5 factor f32. The factor comes in the reply to start
  alone; firmware that sends none (polar-ble-sdk issues 331, 443) means 1.
- Data FB005C82: measurement u8, time of the last sample u64 ns since 2000, frame type u8, samples.
  see `devices.polar_frames`. Plain samples are thousandths of g; deltas of type 0 are g once
  multiplied by the factor, of type 1 thousandths of g times it.

Of our own (unverified on sensors): a setting is never empty, and a connection keeps to the type of
its first frame. Frames that come before the reply to start (an H10 may have been left on) say
nothing, because neither their rate nor their factor is known.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from devices.polar_frames import ACCELERATION, DELTA, KEY, parse, parse_many
from devices.profile import (
    LEG_PLACEMENTS,
    Ask,
    Conversation,
    Decoder,
    DeviceError,
    MalformedPacket,
    Motion,
    MotionScale,
    Notifications,
    Placement,
    Profile,
    Read,
    Samples,
    Write,
    uuid16,
)
from devices.sensor_clock import SensorClock
from language.spoken import mark


def _uuid(short: int) -> str:
    return f"fb00{short:04x}-02e7-f387-1cad-8acd2d8df0c8"


CONTROL = _uuid(0x5C81)
DATA = _uuid(0x5C82)

SETTINGS, START, STOP = 1, 2, 3
RATE, RESOLUTION, RANGE, RANGE_MILLI, CHANNELS, FACTOR = range(6)
WANTED = {RATE: 50, RESOLUTION: 16, RANGE: 8, CHANNELS: 3}
"""What is asked for, or the nearest that is offered: 52 Hz of a Verity, 50 of an H10 or OH1."""
ALREADY = 6
MILLI_G = 0.001
PLACES = (*LEG_PLACEMENTS, Placement.WAIST)

_SIZES = {
    RATE: "<H",
    RESOLUTION: "<H",
    RANGE: "<H",
    RANGE_MILLI: "<I",
    CHANNELS: "<B",
    FACTOR: "<f",
}
_FEATURES = 0x0F
_REPLY = b"\xf0"
_STATUS = {
    1: mark("it does not know the command"),
    2: mark("it does not measure acceleration"),
    3: mark("it does not measure acceleration"),
    4: mark("the command has the wrong length"),
    5: mark("it refuses the settings"),
    6: mark("it streams to somebody else already"),
    7: mark("it refuses the resolution"),
    8: mark("it refuses the rate"),
    9: mark("it refuses the range"),
    10: mark("the connection's packets are too small"),
    11: mark("it refuses the number of channels"),
    12: mark("it is busy with something else"),
    13: mark("it is on its charger"),
}

Setting = tuple[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PmdReply:
    """What a sensor answers to a command. status: 0 = done; more: it goes on in another reply."""

    command: int
    measurement: int
    status: int
    more: bool = False
    settings: tuple[Setting, ...] = ()

    def values(self, setting: int) -> tuple[float, ...]:
        """What is said of a setting; nothing where it is not named."""
        return dict(self.settings).get(setting, ())


def parse_features(payload: bytes) -> bool:
    """Whether it measures acceleration, from reading the control point; raises MalformedPacket."""
    if len(payload) < 3 or payload[0] != _FEATURES:
        raise MalformedPacket(KEY, payload, "not a list of features")
    return bool(payload[1] >> ACCELERATION & 1)


def parse_reply(payload: bytes) -> PmdReply:
    """A control point reply; raises MalformedPacket unless its settings fill it exactly."""
    if len(payload) < 4 or payload[:1] != _REPLY:
        raise MalformedPacket(KEY, payload, "not a reply")
    _, command, measurement, status = payload[:4]
    done = status == 0
    more = done and len(payload) > 4 and payload[4] != 0
    # The SDK reads nothing after a refusal, nor a single byte after a success.
    told = payload[5:] if done and len(payload) > 6 else b""
    settings = tuple(_settings(payload, told))
    if len(dict(settings)) < len(settings):
        raise MalformedPacket(KEY, payload, "a setting is named twice")
    return PmdReply(
        command=command, measurement=measurement, status=status, more=more, settings=settings
    )


def _settings(payload: bytes, told: bytes) -> Iterator[Setting]:
    at = 0
    while at < len(told):
        layout = _SIZES.get(told[at])
        count = told[at + 1] if at + 1 < len(told) else 0
        size = struct.calcsize(layout) if layout else 0
        values = told[at + 2 : at + 2 + count * size]
        if not layout or not count or len(values) < count * size:
            raise MalformedPacket(KEY, payload, f"a broken setting at byte {5 + at}")
        numbers = tuple(value for (value,) in struct.iter_unpack(layout, values))
        if not all(map(math.isfinite, numbers)):
            raise MalformedPacket(KEY, payload, "a factor that is no number")
        yield told[at], numbers
        at += 2 + len(values)


def encode_reply(reply: PmdReply) -> bytes:
    """The payload that `parse_reply` turns back into `reply`."""
    head = bytes((reply.command, reply.measurement, reply.status, reply.more))
    return _REPLY + head + encode_settings(reply.settings)


def encode_settings(settings: Sequence[Setting]) -> bytes:
    """Settings as a start command and a reply carry them."""
    return b"".join(
        bytes((kind, len(values))) + b"".join(struct.pack(_SIZES[kind], v) for v in values)
        for kind, values in settings
    )


def choose(offered: PmdReply) -> tuple[Setting, ...]:
    """Of each setting that is offered, the value nearest to what is WANTED."""
    return tuple(
        (kind, (min(offered.values(kind), key=lambda value: abs(value - wanted)),))
        for kind, wanted in WANTED.items()
        if offered.values(kind)
    )


def converse() -> Conversation:
    """Ask what is offered, choose, start; whatever was streaming already is stopped first."""
    features = yield Read(characteristic=CONTROL, optional=True)
    if features is not None and not parse_features(features):
        raise DeviceError(_STATUS[3])
    offered = _done((yield _ask(SETTINGS)))
    chosen = choose(offered)
    if not dict(chosen).get(RATE, (0,))[0]:
        raise DeviceError(mark("it offers no rate"))
    begin = _ask(START, encode_settings(chosen))
    reply = yield begin
    if reply is not None and parse_reply(reply).status == ALREADY:
        yield _ask(STOP)
        reply = yield begin
    _done(reply)


def _ask(command: int, more: bytes = b"") -> Ask:
    said = bytes((command, ACCELERATION))
    return Ask(
        characteristic=CONTROL,
        payload=said + more,
        replies_on=CONTROL,
        begins=_REPLY + said,
    )


def _done(payload: bytes | None) -> PmdReply:
    if payload is None:
        raise DeviceError(mark("it does not answer"))
    reply = parse_reply(payload)
    if reply.status:
        raise DeviceError(_STATUS.get(reply.status, f"it refuses with status {reply.status}"))
    return reply


class PolarPmdDecoder(Decoder):
    """Acceleration at instants of the sensor's clock.

    The rate is the one that `choose` picks from the recorded offer, the factor that of the reply
    to start; the first such reply holds for the connection. `Samples.malformed` also counts frames
    left out because they were repeated, late, or of another type than the first.
    """

    def __init__(self) -> None:
        self._rate: int | None = None
        self._factor: float | None = None
        self._clock: SensorClock | None = None
        self._frames: tuple[int, MotionScale] | None = None  # frame type and what a count means

    def decode(self, run: Notifications) -> Samples:
        """Motion of a run; None where it holds no sample."""
        present = set(run.characteristic)
        start, malformed = self._listen(run) if CONTROL in present else (0, 0)
        if DATA not in present or self._clock is None:
            return Samples(malformed=malformed)
        rows = [row for row in range(start, len(run)) if run.characteristic[row] == DATA]
        motion, left_out = self._motion(run, rows, self._clock)
        return Samples(motion=motion, malformed=malformed + left_out)

    def _motion(
        self, run: Notifications, rows: list[int], clock: SensorClock
    ) -> tuple[Motion | None, int]:
        """Samples of frames, and how many frames have none to give."""
        payloads = [run.payload[row] for row in rows]
        settled = self._frames or self._settle(payloads)
        if settled is None:
            return None, len(rows)
        kind, scale = settled
        frames = parse_many(payloads, kind)
        at = np.array(rows, np.int64)[frames.rows]
        kept, time_ns = clock.instants(frames.sensor_ns, frames.counts, run.received_ns[at])
        left_out = len(rows) - int(kept.sum())
        if not len(time_ns):
            return None, left_out
        axes = np.zeros((len(time_ns), 6), np.int16)
        axes[:, :3] = frames.axes[np.repeat(kept, frames.counts)]
        sequence = np.repeat(run.sequence[at[kept]], frames.counts[kept])
        return Motion(sequence=sequence, time_ns=time_ns, axes=axes, scale=scale), left_out

    def _listen(self, run: Notifications) -> tuple[int, int]:
        """Row from which samples can be read, and the number of malformed replies."""
        start, malformed = 0, 0
        for row, characteristic in enumerate(run.characteristic):
            payload = run.payload[row]
            if characteristic != CONTROL or payload[:1] != _REPLY:
                continue  # features, or what the sensor says unasked
            try:
                reply = parse_reply(payload)
            except MalformedPacket:
                malformed += 1
                continue
            if self._clock is None and reply.measurement == ACCELERATION and not reply.status:
                start = row
                self._heed(reply)
        return start, malformed

    def _heed(self, reply: PmdReply) -> None:
        if reply.command == SETTINGS:
            self._rate = int(dict(choose(reply)).get(RATE, (0,))[0]) or None
        elif reply.command == START and self._rate:
            factors = reply.values(FACTOR)
            self._factor = factors[0] if factors and factors[0] > 0 else None
            self._clock = SensorClock(self._rate, "last")

    def _settle(self, payloads: Sequence[bytes]) -> tuple[int, MotionScale] | None:
        """The connection's frame type is that of the first frame whose scale is known."""
        for payload in payloads:
            try:
                kind = parse(payload).kind
            except MalformedPacket:
                continue
            acc_g = _acc_g(kind, self._factor)
            if acc_g is None or not self._rate:
                continue
            scale = MotionScale(rate_hz=float(self._rate), acc_g=acc_g, gyro_dps=None)
            if scale.plausible:
                self._frames = kind, scale
                break
        return self._frames


def _acc_g(kind: int, factor: float | None) -> float | None:
    """What a count is in g; unknown where a factor is needed and none was told."""
    if kind == DELTA:
        return factor
    if kind == DELTA + 1:
        return MILLI_G * (1.0 if factor is None else factor)
    return MILLI_G


PROFILE = Profile(
    key=KEY,
    title=mark("Polar motion sensor"),
    service=_uuid(0x5C80),
    source="polarofficial/polar-ble-sdk: gatt.client.pmd; Polar_Measurement_Data_Specification.pdf",
    decoder=PolarPmdDecoder,
    notify=(DATA,),
    control=(CONTROL,),
    converse=converse,
    farewell=(Write(characteristic=CONTROL, payload=bytes((STOP, ACCELERATION))),),
    placements=PLACES,
    silence_s=10.0,  # design: five frames of the longest, which hold 2 s (polar-ble-sdk issue 317)
    advertised=uuid16(0xFEEE),  # Polar Electro Oy; the service itself is not advertised
    names=("Polar ",),
    only_at=PLACES,
    measures=("acceleration",),
    sensors=("Polar Verity Sense", "Polar OH1", "Polar H10"),
    limits=(
        "Acceleration only; the gyroscope of a Verity Sense is not read.",
        "Read on a leg or at the waist; on chest or arm only the heart rate is, to spare the "
        "battery.",
        "Polar watches advertise like these sensors but cannot be read.",
        "A sensor that another app already listens to is taken over from it.",
    ),
    continuous=True,
)
