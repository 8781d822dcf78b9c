"""Heart rate strap or armband.

Source: Bluetooth SIG, Heart Rate Service 1.0 (Heart Rate Measurement 0x2A37).
"""

from __future__ import annotations

import functools
import struct

from devices.profile import Channel, MalformedPacket, Measurement, Placement, Profile, uuid16
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "heart_rate"
MEASUREMENT = uuid16(0x2A37)

WIDE, CONTACT, CONTACT_SUPPORTED, ENERGY, RR = 0x01, 0x02, 0x04, 0x08, 0x10
_RR_PER_S = 1024
_HEADS = tuple(struct.Struct(layout) for layout in ("<xB", "<xH", "<xBH", "<xHH"))


class HeartRateMeasurement(Measurement, frozen=True, kw_only=True):
    """One notification: beats per minute as sent (0 where the strap has none).

    contact: touching the skin, None where the strap cannot tell; energy_kj: since the last reset;
    rr_s: intervals between beats, oldest first.
    """

    heart_rate_bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether there is a heart rate at all: missing is not zero."""
        return self.heart_rate_bpm > 0 and self.contact is not False


def parse(payload: bytes) -> HeartRateMeasurement:
    """One measurement; raises MalformedPacket unless the length is what the flags promise."""
    if not payload:
        raise MalformedPacket(KEY, payload, "no flags")
    flags = payload[0]
    head = _HEADS[(flags & WIDE) | (flags & ENERGY) >> 2]
    tail = len(payload) - head.size
    if tail < 0 or tail % 2 or (tail > 0) != bool(flags & RR):
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes do not fit the flags")
    values = head.unpack_from(payload)
    return HeartRateMeasurement(
        heart_rate_bpm=values[0],
        contact=bool(flags & CONTACT) if flags & CONTACT_SUPPORTED else None,
        energy_kj=values[1] if flags & ENERGY else None,
        rr_s=_intervals(payload, head.size) if tail else (),
    )


def _intervals(payload: bytes, offset: int) -> tuple[float, ...]:
    counts = _counts((len(payload) - offset) // 2).unpack_from(payload, offset)
    return tuple([count / _RR_PER_S for count in counts])


@functools.cache
def _counts(number: int) -> struct.Struct:
    return struct.Struct(f"<{number}H")


def encode(measurement: HeartRateMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`, intervals rounded to 1/1024 s."""
    flags = WIDE if measurement.heart_rate_bpm > 0xFF else 0
    values = [measurement.heart_rate_bpm]
    if measurement.contact is not None:
        flags |= CONTACT_SUPPORTED | (CONTACT if measurement.contact else 0)
    if measurement.energy_kj is not None:
        flags |= ENERGY
        values.append(measurement.energy_kj)
    head = _HEADS[(flags & WIDE) | (flags & ENERGY) >> 2].pack(*values)[1:]
    flags |= RR if measurement.rr_s else 0
    counts = [round(interval * _RR_PER_S) for interval in measurement.rr_s]
    return bytes([flags]) + head + struct.pack(f"<{len(counts)}H", *counts)


class HeartRateDecoder(SlowDecoder):
    """Heart rate, contact, energy and the intervals between beats.

    Without skin contact, or with a rate of 0, there is no heart rate and no interval. The last
    interval of a notification ends when it was received, each earlier one where the next begins.
    """

    characteristics = frozenset((MEASUREMENT,))

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of one measurement."""
        measured = parse(payload)
        rows: list[Row] = []
        if measured.contact is not None:
            rows.append((received_ns, Channel.SKIN_CONTACT, measured.contact))
        if measured.energy_kj is not None:
            rows.append((received_ns, Channel.ENERGY, measured.energy_kj))
        if measured.measured:
            rows.append((received_ns, Channel.HEART_RATE, measured.heart_rate_bpm))
            rows += _beats(measured.rr_s, received_ns)
        return rows


def _beats(rr_s: tuple[float, ...], received_ns: int) -> list[Row]:
    rows: list[Row] = []
    end_ns = received_ns
    for interval in reversed(rr_s):
        rows.append((end_ns, Channel.RR_INTERVAL, interval))
        end_ns -= round(interval * 1e9)
    return rows[::-1]


PROFILE = Profile(
    key=KEY,
    title=mark("Heart rate strap"),
    service=uuid16(0x180D),
    source="Bluetooth SIG, Heart Rate Service 1.0, 0x2A37",
    decoder=HeartRateDecoder,
    notify=(MEASUREMENT,),
    placements=(Placement.CHEST, Placement.ARM),
    silence_s=10.0,  # design: ten missed notifications at 1 Hz
    measures=("heart rate", "intervals between beats, if sent", "skin contact, if sent"),
    sensors=("Polar H7, H9, H10", "Wahoo TICKR", "Garmin HRM-Dual", "Polar Verity Sense"),
    limits=(
        "It says how hard the heart works, not what the legs carry.",
        "Medication such as beta blockers lowers heart rates: its share of the score can be "
        "switched off.",
    ),
)
