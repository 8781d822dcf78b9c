"""What a sensor profile is: bytes in, samples out, with no I/O, no clock and no Bluetooth.

A *profile* describes one kind of sensor. Its stateless `parse` turns one payload into a typed
measurement, its stateful `Decoder` turns a run of notifications into samples at instants, and its
`encode` is the inverse of `parse` for the virtual sensor and the tests.

Samples come in two shapes, because they are stored in two: *slow* samples (one value of one
channel at an instant) and *motion* (one row an instant, six integer axes and a scale).
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Int16s = NDArray[np.int16]
Floats = NDArray[np.float64]

BASE_UUID = "-0000-1000-8000-00805f9b34fb"


def uuid16(short: int) -> str:
    """The 128-bit form of a Bluetooth SIG 16-bit UUID (scanners match nothing else)."""
    return f"0000{short:04x}{BASE_UUID}"


class Measurement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one payload says. A struct and no dataclass: one is made for every packet, and a frozen
    dataclass takes twelve times as long to make."""


class DeviceError(Exception):
    """Base of every error raised in this package. What a person may read is marked, without places
    to fill, so that `_(str(error))` says it in any language."""


class MalformedPacket(DeviceError):  # noqa: N818 - the field's word for it
    """A payload that does not say exactly what its flags promise. Counted, kept raw, not fatal."""

    def __init__(self, profile: str, payload: bytes, reason: str) -> None:
        super().__init__(f"{profile}: {reason} (payload {payload.hex(' ') or 'empty'})")
        self.profile = profile
        self.payload = payload
        self.reason = reason


class Channel(enum.StrEnum):
    """Every slow channel a sensor may report; the name carries the unit."""

    CADENCE_SENT = "cadence_sent_per_min"  # strides or steps: see Profile.counts
    SPEED = "speed_mps"
    STRIDE_LENGTH = "stride_length_m"
    DISTANCE = "distance_m"
    RUNNING = "running"  # 1 running, 0 walking
    HEART_RATE = "heart_rate_bpm"
    RR_INTERVAL = "rr_interval_s"
    SKIN_CONTACT = "skin_contact"  # 1 touching, 0 not
    ENERGY = "energy_kj"
    BATTERY = "battery_percent"
    CRANK_CADENCE = "crank_cadence_rpm"
    WHEEL_CADENCE = "wheel_cadence_rpm"
    POWER = "power_w"
    LEFT_PEDAL = "left_pedal_percent"  # share of the power that the left leg gave
    PEDAL = "one_pedal_percent"  # the same of one leg, the sensor does not say which
    STEP_CADENCE = "step_cadence_spm"  # steps of both feet on a machine
    STROKE_CADENCE = "stroke_cadence_per_min"
    STEP_COUNT = "step_count"  # counts run on from the sensor's own start
    STRIDE_COUNT = "stride_count"
    STROKE_COUNT = "stroke_count"
    FLOOR_COUNT = "floor_count"
    INCLINE = "incline_percent"
    ELEVATION_GAIN = "elevation_gain_m"
    RESISTANCE = "resistance_level"  # the maker's own scale
    BELT_FORCE = "belt_force_n"
    BACKWARD = "backward"  # 1 backward, 0 forward
    METABOLIC_EQUIVALENT = "metabolic_equivalent"
    ELAPSED = "elapsed_s"
    BODY_MASS = "body_mass_kg"
    CONTACT_TIME = "contact_time_s"  # of a foot with the ground, mean of both feet
    LEFT_CONTACT = "left_contact_percent"  # share of the left foot in the contact of both
    STEPS = "steps"  # told of a part of an interval; the next three are told at the same instant
    PART = "part_s"  # how long that part is, at most to the end of its minute
    INTERVAL = "interval_s"  # how long the whole interval is over which steps were told
    SINCE = "since_s"  # how long the part begins after the interval
    HOLDS = "holds_s"  # how long all that is said at the same instant holds, where nothing follows


CHANNELS: tuple[Channel, ...] = tuple(Channel)
"""The order that `Slow.channel` indexes; append only, never reorder."""

Row = tuple[int, Channel, float]
"""time_ns (UTC ns since 1970), channel, value in the channel's unit."""

_CODES = {channel: code for code, channel in enumerate(CHANNELS)}


class Placement(enum.StrEnum):
    """Where a sensor sits."""

    LEFT_FOOT = "left-foot"
    RIGHT_FOOT = "right-foot"
    LEFT_ANKLE = "left-ankle"
    RIGHT_ANKLE = "right-ankle"
    LEFT_SHANK = "left-shank"
    RIGHT_SHANK = "right-shank"
    LEFT_THIGH = "left-thigh"
    RIGHT_THIGH = "right-thigh"
    WAIST = "waist"
    CHEST = "chest"
    ARM = "arm"
    BIKE = "bike"
    MACHINE = "machine"
    FLOOR = "floor"

    @property
    def leg(self) -> str | None:
        """`left`, `right`, or None where the placement is not on one leg."""
        side, _, rest = self.value.partition("-")
        return side if rest else None

    @property
    def worn(self) -> bool:
        """Whether somebody wears a sensor there; elsewhere no load is carried with it."""
        return self not in (Placement.BIKE, Placement.MACHINE, Placement.FLOOR)


FOOT_PLACEMENTS = (
    Placement.RIGHT_FOOT,
    Placement.LEFT_FOOT,
    Placement.RIGHT_ANKLE,
    Placement.LEFT_ANKLE,
)
LEG_PLACEMENTS = tuple(place for place in Placement if place.leg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """A run of payloads in the order received, as columns of equal length n.

    sequence: row number in the recording; characteristic: 128-bit UUID of each row;
    received_ns: receive time, UTC ns since 1970, never stepping backwards inside a run.
    """

    sequence: Int64s
    received_ns: Int64s
    characteristic: Sequence[str]
    payload: Sequence[bytes]

    @classmethod
    def one(cls, characteristic: str, payload: bytes, received_ns: int) -> Notifications:
        """A run of a single payload."""
        return cls(
            sequence=np.zeros(1, np.int64),
            received_ns=np.array([received_ns], np.int64),
            characteristic=(characteristic,),
            payload=(payload,),
        )

    def __len__(self) -> int:
        return len(self.payload)

    def __iter__(self) -> Iterator[tuple[int, int, str, bytes]]:
        """(sequence, received_ns, characteristic, payload) row by row."""
        return zip(
            self.sequence.tolist(),
            self.received_ns.tolist(),
            self.characteristic,
            self.payload,
            strict=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Samples of slow channels, n rows ordered by (sequence): value of a channel at an instant."""

    sequence: Int64s
    time_ns: Int64s
    channel: NDArray[np.uint8]  # index into CHANNELS
    value: Floats

    @classmethod
    def of(cls, sequence: Sequence[int], rows: Sequence[Row]) -> Slow:
        """From rows and, beside them, the number of the payload that each came from."""
        times, channels, values = zip(*rows, strict=False) if rows else ((), (), ())
        return cls(
            sequence=np.array(sequence, np.int64),
            time_ns=np.array(times, np.int64),
            channel=np.array([_CODES[channel] for channel in channels], np.uint8),
            value=np.array(values, np.float64),
        )

    @classmethod
    def joined(cls, parts: Sequence[Slow]) -> Slow:
        """One after the other; there is at least one."""
        if len(parts) == 1:
            return parts[0]
        return cls(
            sequence=np.concatenate([part.sequence for part in parts]),
            time_ns=np.concatenate([part.time_ns for part in parts]),
            channel=np.concatenate([part.channel for part in parts]),
            value=np.concatenate([part.value for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionScale:
    """What one count of a motion sensor's integers means; gyro None = accelerometer only."""

    rate_hz: float
    acc_g: float
    gyro_dps: float | None

    @property
    def plausible(self) -> bool:
        """Whether a body-worn sensor can be like that (design: its range from 0.03 g to 30,000 g
        and from 0.3 to 300,000 deg/s, at 0.1 to 10,000 samples a second)."""
        gyro = self.gyro_dps is None or 1e-5 <= self.gyro_dps <= 10.0
        return 0.1 <= self.rate_hz <= 10_000.0 and 1e-6 <= self.acc_g <= 1.0 and gyro


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Motion samples, n rows: axes is (n, 6) int16 `ax ay az gx gy gz` in counts of `scale`."""

    sequence: Int64s
    time_ns: Int64s
    axes: Int16s
    scale: MotionScale

    def __len__(self) -> int:
        return len(self.time_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a run of notifications decoded to."""

    slow: Slow = field(default_factory=lambda: Slow.of((), ()))
    motion: Motion | None = None
    malformed: int = 0


class Decoder(abc.ABC):
    """Stateful: a run of notifications in, samples out. One per connection and profile.

    Splitting a run anywhere changes nothing: `decode(a + b)` is `decode(a)` then `decode(b)`.
    """

    @abc.abstractmethod
    def decode(self, run: Notifications) -> Samples:
        """Samples of a run; malformed payloads are counted in `Samples.malformed`, never raised."""

    def feed(self, characteristic: str, payload: bytes, received_ns: int) -> Samples:
        """Samples of one payload, for live views."""
        return self.decode(Notifications.one(characteristic, payload, received_ns))


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A handshake step: write `payload` to a characteristic."""

    characteristic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A handshake step: read a characteristic; the reply is recorded and fed to the decoder.

    optional: a sensor that lacks the characteristic, or refuses the read, is still usable.
    """

    characteristic: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A handshake step: write `payload`, then wait for the reply that `replies_on` notifies.

    The reply is the next payload that starts with `begins`; others are passed over. Like every
    payload of a `Profile.control` characteristic, it is recorded and fed to the decoder.
    optional: a sensor that does not answer, or refuses the write, is still usable.
    """

    characteristic: str
    payload: bytes
    replies_on: str
    begins: bytes = b""
    within_s: float = 5.0
    optional: bool = False


Step = Read | Write | Ask

Conversation = Generator[Step, bytes | None, None]
"""A handshake that depends on what the sensor answers: it yields a step and is sent the reply
(None to a write, and where an optional step had none); it raises DeviceError to give up, with a
sentence for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of sensor.

    service: the 128-bit UUID that identifies it in an advertisement or after discovery;
    notify: streams to subscribe to; control: characteristics that are written to and whose
    notifications are replies, subscribed to as well where the sensor notifies them;
    handshake: steps after subscribing, then converse: what depends on the replies;
    farewell: writes before hanging up, to leave the sensor as it was found;
    counts: what a foot pod's cadence counts, where that applies; silence_s: a stream quieter than
    this is broken (None: silence is normal); source: where the layout is published;
    measures: what it gives; sensors: products said to speak it; limits: what it cannot do, a
    sentence each.
    """

    key: str
    title: str
    service: str
    source: str
    decoder: Callable[[], Decoder]
    notify: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    handshake: tuple[Step, ...] = ()
    converse: Callable[[], Conversation] | None = None
    farewell: tuple[Write, ...] = ()
    placements: tuple[Placement, ...] = ()
    counts: str | None = None
    silence_s: float | None = None
    advertised: str | None = None  # what its advertisements carry, where that is not `service`
    names: tuple[str, ...] = ()  # how its advertised names begin, where they carry no service
    family: str | None = None  # what the profiles are called together that share its service
    told_by: Callable[[bytes], bool] | None = None  # whether service data says this one of a family
    only_at: tuple[Placement, ...] = ()  # streams only there (empty: anywhere), to spare a battery
    continuous: bool = False  # worn all day: may show non-wear, so also an unloaded day
    companion: bool = False  # rides along with another profile, is never paired by itself
    radio: bool = True  # else it is read from files, and never found in the air
    measures: tuple[str, ...] = ()
    sensors: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Every characteristic whose payloads belong to this profile, in a stable order."""
        steps = (step.characteristic for step in (*self.handshake, *self.farewell))
        return tuple(dict.fromkeys((*self.notify, *self.control, *steps)))

    def streams_at(self, placement: Placement | None) -> bool:
        """Whether it is listened to where the sensor sits (None: it sits nowhere yet)."""
        return not self.only_at or placement in self.only_at
