"""What the six fitness machines share: the end of every record, its samples, and the profile.

Sources: Bluetooth SIG, Fitness Machine Service 1.0.1, sections 3.1 (advertisement), 4.3 (feature)
and 4.4 to 4.9 (data records). How a record is packed stands in `ftms_layout.py`, each machine's
own fields in `ftms_<machine>.py`.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import Any, ClassVar

from devices.ftms_layout import Field, Group, Layout, parse
from devices.profile import (
    Channel,
    MalformedPacket,
    Measurement,
    Placement,
    Profile,
    Read,
    Row,
    uuid16,
)
from devices.slow_decoder import SlowDecoder
from language.spoken import mark

SERVICE = uuid16(0x1826)
FEATURE = uuid16(0x2ACC)
FAMILY = mark("Fitness machine")

KJ_PER_KCAL = 4.184  # the thermochemical calorie


class MachineMeasurement(Measurement, frozen=True, kw_only=True):
    """What any machine may say in one notification; None where it does not, or cannot, say it.

    Energy since the training session began; heart_rate_bpm and metabolic_equivalent as sent, 0
    where the machine has none.
    """

    energy_kcal: int | None = None
    energy_kcal_per_h: int | None = None
    energy_kcal_per_min: int | None = None
    heart_rate_bpm: int | None = None
    metabolic_equivalent: float | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None

    @property
    def energy_kj(self) -> float | None:
        """Energy since the training session began, in kJ."""
        return None if self.energy_kcal is None else self.energy_kcal * KJ_PER_KCAL

    @property
    def felt_heart_rate_bpm(self) -> int | None:
        """The heart rate, unless it is 0: hands off the grips, no strap."""
        return self.heart_rate_bpm or None

    @property
    def reckoned_metabolic_equivalent(self) -> float | None:
        """The metabolic equivalent, unless it is 0, which no living body has."""
        return self.metabolic_equivalent or None


TAIL: tuple[Group, ...] = (
    (
        Field("energy_kcal", "H"),
        Field("energy_kcal_per_h", "H"),
        Field("energy_kcal_per_min", "B"),
    ),
    (Field("heart_rate_bpm", "B"),),
    (Field("metabolic_equivalent", "B", 10),),
    (Field("elapsed_s", "H"),),
    (Field("remaining_s", "H"),),
)
"""The five groups that end every machine's record."""

TAIL_CHANNELS = (
    ("energy_kj", Channel.ENERGY),
    ("felt_heart_rate_bpm", Channel.HEART_RATE),
    ("reckoned_metabolic_equivalent", Channel.METABOLIC_EQUIVALENT),
    ("elapsed_s", Channel.ELAPSED),
)

RESISTANCE: Group = (Field("resistance_level", "B"),)
RESISTANCE_OF_2017: Group = (Field("resistance_level", "h"),)


class MachineFeature(Measurement, frozen=True, kw_only=True):
    """Fitness Machine Feature 0x2ACC: two sets of 32 bits, what it measures and what it obeys."""

    measures: int
    targets: int


def parse_feature(payload: bytes) -> MachineFeature:
    """Fitness Machine Feature 0x2ACC; raises MalformedPacket unless it is eight bytes."""
    if len(payload) != 8:
        raise MalformedPacket("ftms", payload, f"feature of {len(payload)} bytes where 8 were due")
    measures, targets = struct.unpack("<II", payload)
    return MachineFeature(measures=measures, targets=targets)


def encode_feature(feature: MachineFeature) -> bytes:
    """The payload that `parse_feature` turns back into `feature`."""
    return struct.pack("<II", feature.measures, feature.targets)


class MachineDecoder(SlowDecoder):
    """Samples of what each notification carries, at the instant it was received.

    It holds no state: the parts of a split record do not wait for one another (`ftms_layout` says
    why). Counters (distance, energy, steps, ...) are passed on as sent: they fall back to 0 with a
    new training session, and on some treadmills count the belt's whole life, so take differences.
    """

    layout: ClassVar[Layout[Any]]
    channels: ClassVar[tuple[tuple[str, Channel], ...]]

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of a measurement; the feature is kept raw, and teaches the decoder nothing."""
        if characteristic == FEATURE:
            parse_feature(payload)
            return []
        measured = parse(self.layout, payload)
        return [
            (received_ns, channel, value)
            for name, channel in self.channels
            if (value := getattr(measured, name)) is not None
        ]


def advertised_kinds(service_data: bytes) -> int | None:
    """The kinds of machine that an advertisement names, as bits; None where it names none.

    Bit 0 treadmill, 1 cross trainer, 2 step climber, 3 stair climber, 4 rower, 5 indoor bike
    (table 3.3), after a byte of flags. Some machines send one byte of the two, or swap them
    (repository dudanov/pyftms, src/pyftms/client/properties/machine_type.py); as the upper byte
    has no meaning yet, both are joined.
    """
    kinds = 0
    for byte in service_data[1:3]:
        kinds |= byte & 0x3F
    return kinds or None


def _is_kind(bit: int, service_data: bytes) -> bool:
    kinds = advertised_kinds(service_data)
    return kinds is None or bool(kinds >> bit & 1)


def machine_profile(
    *,
    title: str,
    kind: int,
    section: str,
    decoder: type[MachineDecoder],
    measures: tuple[str, ...],
    sensors: tuple[str, ...] = (),
    limits: tuple[str, ...] = (),
) -> Profile:
    """The profile of one machine; kind: its bit in the advertised type."""
    return Profile(
        key=decoder.layout.key,
        title=title,
        service=SERVICE,
        source=f"Bluetooth SIG, Fitness Machine Service 1.0.1, section {section}, and its layout "
        "of 2017",
        decoder=decoder,
        notify=(decoder.layout.data,),
        handshake=(Read(characteristic=FEATURE, optional=True),),
        placements=(Placement.MACHINE,),
        silence_s=60.0,  # design: at 1 Hz a minute is broken; some machines pause between bouts
        family=FAMILY,
        told_by=partial(_is_kind, kind),
        measures=measures,
        sensors=sensors,
        limits=(
            *limits,
            "Says what the machine counts, not which leg did it.",
            "Energy, where the machine does not know who is on it, is a guess of the machine.",
            "No machine has been tried on real radio; some old ones speak only the maker's own "
            "language.",
        ),
    )
