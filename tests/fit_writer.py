"""Writes FIT files for tests: headers, definitions and messages, and what is wrong with them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.importers.fit_profile import EPOCH_S

TYPES: dict[str, tuple[int, str]] = {
    "enum": (0x00, "B"),
    "sint8": (0x01, "b"),
    "uint8": (0x02, "B"),
    "string": (0x07, "s"),
    "byte": (0x0D, "s"),
    "sint16": (0x83, "h"),
    "uint16": (0x84, "H"),
    "uint32": (0x86, "I"),
    "float32": (0x88, "f"),
    "float64": (0x89, "d"),
    "uint32z": (0x8C, "I"),
    "uint64": (0x8F, "Q"),
}
"""Number of a base type and how struct packs it."""

Field = tuple[int, str] | tuple[int, str, int]
"""Number, base type, and how many of it (bytes of a string)."""

START_S = 1_730_367_300 - EPOCH_S
"""2024-10-31 09:35 UTC in FIT seconds."""


def arc(data: bytes) -> int:
    """CRC-16/ARC bit by bit, as the page "FIT protocol" describes it."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


@dataclass(slots=True)
class FitWriter:
    """The messages of one file. big: high byte first from here on."""

    big: bool = False
    body: bytearray = field(default_factory=bytearray)
    formats: dict[int, str] = field(default_factory=dict)

    def define(
        self, local: int, number: int, fields: Sequence[Field], developer: Sequence[int] = ()
    ) -> None:
        """A definition; developer: sizes of developer fields, whose bytes come last."""
        order = ">" if self.big else "<"
        self.body += struct.pack(
            f"{order}BBBHB", 0x40 | (0x20 if developer else 0) | local, 0, self.big, number,
            len(fields),
        )  # fmt: skip
        packed = order
        for one in fields:
            base, letter = TYPES[one[1]]
            count = one[2] if len(one) == 3 else 1
            self.body += bytes([one[0], struct.calcsize(f"<{letter}") * count, base])
            packed += f"{count}{letter}"
        if developer:
            self.body.append(len(developer))
            for index, size in enumerate(developer):
                self.body += bytes([index, size, 0])
                packed += f"{size}s"
        self.formats[local] = packed

    def message(self, local: int, *values: float | bytes) -> None:
        """A message as it was defined."""
        self.body += bytes([local]) + struct.pack(self.formats[local], *values)

    def brief(self, local: int, low: int, *values: float | bytes) -> None:
        """A message behind a compressed header: the lowest 5 bits of its time."""
        self.body += bytes([0x80 | local << 5 | low]) + struct.pack(self.formats[local], *values)

    def file_id(self, kind: int = 4, product: int = 2050, maker: int = 1, serial: int = 77) -> None:
        """What the file is; uses local number 15."""
        self.define(15, 0, [(0, "enum"), (1, "uint16"), (2, "uint16"), (3, "uint32z")])
        self.message(15, kind, maker, product, serial)

    def session(self, sport: int, start_s: int = START_S, sub_sport: int = 0) -> None:
        """A session; uses local number 14."""
        self.define(14, 18, [(253, "uint32"), (2, "uint32"), (5, "enum"), (6, "enum")])
        self.message(14, start_s + 600, start_s, sport, sub_sport)

    def timer(self, time_s: int, kind: int) -> None:
        """The clock of the activity starts (0) or stops (1, 4, ...); uses local number 13."""
        self.define(13, 21, [(253, "uint32"), (0, "enum"), (1, "enum")])
        self.message(13, time_s, 0, kind)

    def bytes(self, *, header: int = 14, size: int | None = None, crc: int | None = None) -> bytes:
        """The file. size: what its header says its messages take; crc: what its end says."""
        told = len(self.body) if size is None else size
        head = struct.pack("<BBHI4s", header, 0x10, 2100, told, b".FIT")
        if header > 12:
            head += struct.pack("<H", arc(head)) + bytes(header - 14)
        whole = head + bytes(self.body)
        return whole + struct.pack("<H", arc(whole) if crc is None else crc)


def run(count: int = 600, *, sport: int = 1, contact_tenths_ms: int = 2500) -> FitWriter:
    """Seconds of a run: 85 strides/min, 3 m/s, 250 ms on the ground, 49 % of it on the left."""
    writer = FitWriter()
    writer.file_id()
    writer.define(
        0,
        20,
        [
            (253, "uint32"),
            (3, "uint8"),
            (4, "uint8"),
            (53, "uint8"),
            (73, "uint32"),
            (41, "uint16"),
            (84, "uint16"),
            (85, "uint16"),
        ],
    )
    for second in range(count):
        writer.message(0, START_S + second, 140, 85, 64, 3000, contact_tenths_ms, 4900, 10500)
    writer.session(sport)
    return writer
