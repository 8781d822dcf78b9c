"""The decoder that every profile of slow channels shares: one payload, a few rows."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import ClassVar

from devices.profile import Decoder, MalformedPacket, Notifications, Row, Samples, Slow

__all__ = ["Row", "SlowDecoder"]


BLOCK = 2000
"""Rows kept as objects at most: many more, and the garbage collector takes longer than we do."""


class SlowDecoder(Decoder):
    """Turns payloads into rows one by one; payloads of foreign characteristics are passed over."""

    characteristics: ClassVar[frozenset[str]]

    @abc.abstractmethod
    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> Sequence[Row]:
        """Samples of one payload of one of `characteristics`; raises MalformedPacket."""

    def decode(self, run: Notifications) -> Samples:
        """Samples of a run, in the order received."""
        parts: list[Slow] = []
        numbers: list[int] = []
        found: list[Row] = []
        malformed = 0
        for sequence, received_ns, characteristic, payload in run:
            if characteristic not in self.characteristics:
                continue
            try:
                rows = self.rows(characteristic, payload, received_ns)
            except MalformedPacket:
                malformed += 1
                continue
            found += rows
            numbers += [sequence] * len(rows)
            if len(found) > BLOCK:
                parts.append(Slow.of(numbers, found))
                numbers, found = [], []
        parts.append(Slow.of(numbers, found))
        return Samples(slow=Slow.joined(parts), malformed=malformed)
