"""When a sample was taken, for a sensor that sends no clock of its own.

Radio only ever delays: sample k, taken at t0 + k * period, is received at or after that. The lower
envelope of `received - k * period` over the last two seconds is therefore the best guess of t0 that
can be made without looking ahead, and jitter or batching far shorter than the window moves it by
little. The mean of that envelope over one second turns what jumps remain into gentle slopes.

- **Causal and streaming.** The instant of a sample depends on the receive times up to its own and
  on nothing else, so a live view and a later replay agree to the nanosecond, however the run is
  split. All arithmetic is on integers.
- **Rate.** The period is nominal for the first 8 s; then it is the slope between the minima of
  whole windows over up to 16 s, so a sensor whose crystal is off does not lag, and one that loses
  samples is followed. Limits: 10 % faster (design: twice a poor crystal) and 25 % slower than
  nominal (design: a fifth of the samples lost).
- **Lost samples** cannot be told from late ones at once: instants run early by the lost time
  until they have left the window, then catch up within a second.
- **Restart** after 0.5 s of silence (design): more than any batching met in the field (0 to 0.1 s)
  and still short enough that a bout with a hole in it is not stretched; or when receive times
  step back. At rates of a few hertz, four periods where that is longer.
- How well: measured from 10 s into a connection, 25 to 100 Hz, against true instants less their
  mean delay: batches of 20 to 100 ms move an instant by less than a sampling period (half of them
  by 1 ms), delays of 15 ms on average (100 ms at most) by 3 ms, and delays spread evenly over 0 to
  100 ms by 27 ms, slowly: the spacing of samples stays within a quarter of true.
- Instants strictly increase within a stretch, by at least a quarter of the period.
"""

from __future__ import annotations

import itertools

import numpy as np

from devices.profile import Int64s

WINDOW_S = 2.0
GAP_S = 0.5
GAP_PERIODS = 4
MEAN_S = 1.0
ENOUGH = 4  # windows of minima before their slope is believed
HISTORY = 8  # windows of minima that the slope spans
FASTEST, SLOWEST = 0.90, 1.25  # limits of the fitted period, in nominal periods
_FAR = np.int64(2**62)


class MotionClock:
    """Instants of the samples of one connection, fed in the order received."""

    def __init__(self, rate_hz: float) -> None:
        self._nominal = round(1e9 / rate_hz)
        self._limits = round(self._nominal * FASTEST), round(self._nominal * SLOWEST)
        self._window = max(4, round(WINDOW_S * rate_hz))
        self._mean = max(2, round(MEAN_S * rate_hz))
        self._gap = max(round(GAP_S * 1e9), GAP_PERIODS * self._nominal)
        self._floor = self._nominal // 4
        self._last: int | None = None
        self._period = self._nominal
        self._restart()

    def _restart(self) -> None:
        self._count = 0  # samples of this stretch so far
        self._before = np.full(self._window, _FAR)  # receive times of the window before
        self._now = np.empty(0, np.int64)  # receive times of the window being filled
        self._minima = np.empty((0, 2), np.int64)  # (sample number, envelope) of whole windows
        self._sums = np.zeros(1, np.int64)  # running sums of the envelope's offset, a mean's worth
        self._start: int | None = None  # receive time of the first sample
        self._inherited = self._period  # known before this stretch has a slope of its own
        self._ahead: int | None = None  # greatest instant - number * floor so far

    def instants(self, received_ns: Int64s) -> Int64s:
        """Sample instants, UTC ns, one for each receive time (n,), in order."""
        if not len(received_ns):
            return np.empty(0, np.int64)
        first = received_ns[0] if self._last is None else self._last
        steps = np.diff(received_ns, prepend=first)
        breaks = np.flatnonzero((steps > self._gap) | (steps < 0))
        self._last = int(received_ns[-1])
        edges = [0, *breaks.tolist(), len(received_ns)]
        found = []
        for number, (start, end) in enumerate(itertools.pairwise(edges)):
            if number:
                self._restart()
            if end > start:
                found.append(self._stretch(received_ns[start:end]))
        return np.concatenate(found)

    def _stretch(self, received: Int64s) -> Int64s:
        """Instants of samples that continue the present stretch."""
        held, size = len(self._now), self._window
        rows = -(-(held + len(received)) // size)
        now = np.full(rows * size, _FAR)
        now[:held] = self._now
        now[held : held + len(received)] = received
        blocks = now.reshape(rows, size)
        before = np.concatenate((self._before[None], blocks[:-1]))
        first = self._count - held
        whole = blocks[: (held + len(received)) // size]
        minima = np.concatenate((self._minima, self._envelope(whole, first)))
        periods = self._periods(minima, len(self._minima), rows)
        fitted = _lower_envelope(before, blocks, periods).ravel()[held : held + len(received)]
        self._keep(blocks, before, held + len(received), minima)
        self._period = int(periods[-1])
        return self._increasing(self._smooth(fitted, periods.repeat(size)[held:][: len(fitted)]))

    def _envelope(self, blocks: Int64s, first: int) -> Int64s:
        """(sample number, received - number * nominal) at the minimum of each whole window."""
        numbers = first + np.arange(blocks.size).reshape(blocks.shape)
        offsets = blocks - numbers * self._nominal
        lowest = offsets.argmin(axis=1)[:, None]
        return np.hstack(
            (np.take_along_axis(numbers, lowest, 1), np.take_along_axis(offsets, lowest, 1))
        )

    def _periods(self, minima: Int64s, known: int, rows: int) -> Int64s:
        """Fitted period of each window, from the windows that were whole before it."""
        periods = np.full(rows, self._inherited)
        end = known + np.arange(rows)  # windows whole before each row
        can = end >= ENOUGH
        newest, oldest = minima[end[can] - 1], minima[np.maximum(end[can] - HISTORY, 0)]
        slope = (newest[:, 1] - oldest[:, 1]) // (newest[:, 0] - oldest[:, 0])
        periods[can] = np.clip(self._nominal + slope, *self._limits)
        return periods

    def _keep(self, blocks: Int64s, before: Int64s, filled: int, minima: Int64s) -> None:
        rest = filled % self._window
        self._before = (before if rest else blocks)[-1].copy()
        self._now = blocks[-1, :rest].copy()
        self._minima = minima[-HISTORY:]

    def _smooth(self, fitted: Int64s, period: Int64s) -> Int64s:
        """Mean of the envelope over the last second, carried forward to each sample."""
        if self._start is None:
            self._start = int(fitted[0])
        due = self._start + np.arange(self._count, self._count + len(fitted)) * self._nominal
        sums = np.concatenate((self._sums, self._sums[-1] + np.cumsum(fitted - due)))
        newest = np.arange(len(self._sums), len(sums))
        oldest = np.maximum(newest - self._mean, 0)
        size = newest - oldest
        self._sums = sums[-self._mean - 1 :]
        offset = (sums[newest] - sums[oldest]) // size
        smooth: Int64s = due + offset + (size - 1) * (period - self._nominal) // 2
        return smooth

    def _increasing(self, fitted: Int64s) -> Int64s:
        climb = np.arange(self._count, self._count + len(fitted)) * self._floor
        ahead = fitted - climb
        if self._ahead is not None:
            ahead[0] = max(int(ahead[0]), self._ahead)
        ahead = np.maximum.accumulate(ahead)
        self._ahead = int(ahead[-1])
        self._count += len(fitted)
        return ahead + climb


def _lower_envelope(before: Int64s, blocks: Int64s, periods: Int64s) -> Int64s:
    """min over the last window of (received[j] + (k - j) * period), for each sample k.

    A window that ends inside a block is a tail of the block before and a head of this one, so two
    running minima give all of them at once (van Herk 1992).
    """
    size = blocks.shape[1]
    drift = np.arange(size) * periods[:, None]
    head = np.minimum.accumulate(blocks - drift, axis=1)
    past = before - drift + (size * periods)[:, None]
    tail = np.minimum.accumulate(past[:, ::-1], axis=1)[:, ::-1]
    head[:, :-1] = np.minimum(head[:, :-1], tail[:, 1:])
    envelope: Int64s = head + drift
    return envelope
