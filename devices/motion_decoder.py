"""The decoder of motion sensors that send one sample a payload and tell their rate in a reply."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from devices.motion_clock import MotionClock
from devices.profile import (
    Decoder,
    Int16s,
    Int64s,
    MalformedPacket,
    Motion,
    MotionScale,
    Notifications,
    Samples,
)


class MotionDecoder(Decoder):
    """Motion at instants of the fitted clock.

    Nothing is said about samples received before the first valid reply, because their rate is
    unknown; that reply holds for the whole connection.
    data, size: characteristic and bytes of a sample; replies_on: what tells the rate.
    """

    data: ClassVar[str]
    size: ClassVar[int]
    replies_on: ClassVar[str]

    def __init__(self) -> None:
        self._scale: MotionScale | None = None
        self._clock: MotionClock | None = None

    @abc.abstractmethod
    def scale(self, reply: bytes) -> MotionScale:
        """What a reply says of the samples; raises MalformedPacket."""

    @abc.abstractmethod
    def axes(self, payloads: Sequence[bytes]) -> Int16s:
        """(n, 6) counts of payloads of the right size."""

    def decode(self, run: Notifications) -> Samples:
        """Motion of a run; None where it holds no sample."""
        present = set(run.characteristic)
        start, malformed = self._heed(run) if self.replies_on in present else (0, 0)
        if self.data not in present:
            return Samples(malformed=malformed)
        good, bad = self._rows(run, whole=len(present) == 1)
        motion = self._motion(run, good[good >= start])
        return Samples(motion=motion, malformed=malformed + bad)

    def _heed(self, run: Notifications) -> tuple[int, int]:
        """Row from which the rate is known, and the number of malformed replies."""
        start, malformed = 0, 0
        for row, characteristic in enumerate(run.characteristic):
            if characteristic != self.replies_on:
                continue
            try:
                scale = self.scale(run.payload[row])
            except MalformedPacket:
                malformed += 1
                continue
            if self._scale is None:
                start = row
                self._scale, self._clock = scale, MotionClock(scale.rate_hz)
        return start, malformed

    def _rows(self, run: Notifications, *, whole: bool) -> tuple[Int64s, int]:
        """Rows of samples of the right size, and the number of others."""
        fits = np.fromiter(map(len, run.payload), np.int64, len(run)) == self.size
        if whole:
            return np.flatnonzero(fits), len(run) - int(fits.sum())
        mine = np.fromiter((kind == self.data for kind in run.characteristic), np.bool_, len(run))
        return np.flatnonzero(mine & fits), int((mine & ~fits).sum())

    def _motion(self, run: Notifications, rows: Int64s) -> Motion | None:
        if self._clock is None or self._scale is None or not len(rows):
            return None
        whole = len(rows) == len(run)
        payloads = run.payload if whole else [run.payload[row] for row in rows.tolist()]
        received_ns = run.received_ns if whole else run.received_ns[rows]
        return Motion(
            sequence=run.sequence if whole else run.sequence[rows],
            time_ns=self._clock.instants(received_ns),
            axes=self.axes(payloads),
            scale=self._scale,
        )


def acceleration_axes(payloads: Sequence[bytes]) -> Int16s:
    """(n, 6) counts of payloads of 3 x s16, without a gyroscope: its three are 0."""
    axes = np.zeros((len(payloads), 6), np.int16)
    axes[:, :3] = np.frombuffer(b"".join(payloads), "<i2").reshape(-1, 3)
    return axes
