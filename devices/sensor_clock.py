"""When a sample was taken, for a sensor that stamps its frames with a clock of its own.

The sensor's clock is steady but its zero means nothing (a Polar counts from 2000, or from 2019
where it was never set; a Movesense from its last reset), and radio only ever delays. So spacing
comes from the sensor's clock alone, and receive times say one thing: how far that clock is from
UTC. That offset is the lower envelope of `received - stamped` over the last 64 s.

- **Jitter does not reach the spacing.** The offset may change by 1/1024 of the time that passed
  (0.1 %: twenty times a poor crystal, design), so delays of 0 to 100 ms, or frames that hold most
  of a second, stretch no interval by more. A first frame that was late by 100 ms is made up for
  within 100 s.
- **Causal and streaming.** Instants depend on the frames up to their own and on nothing else; all
  arithmetic is on integers, so a run may be split anywhere.
- **Inside a frame.** Stamped at its last sample (Polar), a frame's samples are spread evenly from
  the frame before, as Polar's own SDK does; stamped at its first (Movesense), they go on at the
  spacing of the frame before. Where the two stamps do not fit the number of samples (a lost frame,
  the first one), at the last spacing that did, and before that at the nominal rate.
- **Repeated and late frames.** Stamped as the newest one: a duplicate, left out. Stamped up to 5 s
  (design) before it: out of order, left out as well (sorting would need to look ahead).
- **Restart**, with the offset of that frame: stamped more than 5 s before the newest (the clock was
  set back); a step of more than 64 s; a step of 1 s more than samples and receive times account
  for (it was set forward); a sample dated 1 s after it was received (the clock runs too fast to be
  followed); a delay of more than 32 s, the longest a link outlives (Bluetooth Core 5.4, Vol 6
  Part B 4.5.2); or receive times that step back.
- Instants strictly increase, except where receive times step back.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s

SECOND = 1_000_000_000
WINDOW_NS = 64 * SECOND
SLEW_BITS = 10  # the offset changes by at most elapsed >> 10
LATE_NS = 5 * SECOND
JUMP_NS = SECOND
STALL_NS = 32 * SECOND
LATEST_STAMP_NS = 2**62  # beyond it (146 years), sums with UTC would leave 64 bits
FITS_LEAST, FITS_MOST = 4, 5  # a spacing fits within 4/5 to 5/4 of nominal (design)

Bools = NDArray[np.bool_]


class SensorClock:
    """Instants of the samples of one connection, frame by frame in the order received.

    stamped: which sample of a frame its stamp belongs to. repeated, late, restarts: how often.
    """

    def __init__(self, rate_hz: int, stamped: Literal["first", "last"]) -> None:
        self.repeated = self.late = self.restarts = 0
        self._first = stamped == "first"
        self._nominal = SECOND // rate_hz
        self._spacing = SECOND, rate_hz  # ns over samples: no rounding adds up
        self._stamp: int | None = None  # of the newest frame
        self._count = 0  # samples of the newest frame
        self._received = 0
        self._offset = 0
        self._recent: deque[tuple[int, int]] = deque()  # (stamp, offset), both ascending
        self._begun = False
        self._last: int | None = None  # greatest instant so far

    def instants(
        self, stamp_ns: Int64s, counts: Int64s, received_ns: Int64s
    ) -> tuple[Bools, Int64s]:
        """Which of m frames are kept (m,), and the UTC ns of each sample of those, in order.

        stamp_ns: by the sensor's clock, 0 to 2**62; counts: samples in each frame, 1 or more;
        received_ns: UTC, not stepping back among these frames.
        """
        if len(received_ns) and int(received_ns[0]) < self._received:
            self._stamp = self._last = None
        before = self._stamp or 0, self._count
        kept, offset, earlier, fresh = self._follow(stamp_ns, counts, received_ns)
        if not kept.any():
            return kept, np.empty(0, np.int64)
        stamp, count = stamp_ns[kept], counts[kept]
        elapsed = np.where(fresh, 0, np.diff(stamp, prepend=before[0]))
        pieces = np.append(before[1], count[:-1]) if self._first else count
        over, per = self._spacings(elapsed, pieces, fresh)
        rows = np.repeat(np.arange(len(stamp)), count)
        place = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        if self._first:
            taken = stamp[rows] + place * over[rows] // per[rows]
            return kept, self._increasing(taken + offset[rows])
        back = (count[rows] - 1 - place) * over[rows] // per[rows]
        span = np.where(fresh, 1, elapsed)[rows]
        change = np.where(fresh, 0, offset - earlier)[rows]
        bent = offset[rows] - change * np.minimum(back, span) // span
        return kept, self._increasing(stamp[rows] - back + bent)

    def _follow(
        self, stamp_ns: Int64s, counts: Int64s, received_ns: Int64s
    ) -> tuple[Bools, Int64s, Int64s, Bools]:
        """Kept (m,); then of those the offset, the offset before, and whether it began anew.

        A plain loop: each offset depends on the one before. It runs once a frame, not a sample.
        """
        kept = np.zeros(len(stamp_ns), np.bool_)
        offsets: list[int] = []
        earlier: list[int] = []
        fresh: list[bool] = []
        columns = (stamp_ns.tolist(), counts.tolist(), received_ns.tolist())
        for row, (stamp, count, received) in enumerate(zip(*columns, strict=True)):
            step = None if self._stamp is None else stamp - self._stamp
            if step is not None and -LATE_NS < step <= 0:
                self.repeated += step == 0
                self.late += step < 0
                continue
            lag = (count - 1) * self._nominal if self._first else 0
            seen = received - stamp - lag
            begins = step is None or self._breaks(step, count, received, seen)
            earlier.append(self._offset)
            self._offset = self._begin(stamp, seen) if begins else self._bend(stamp, seen)
            offsets.append(self._offset)
            fresh.append(begins)
            kept[row] = True
            self._stamp, self._count, self._received = stamp, count, received
        return kept, np.array(offsets, np.int64), np.array(earlier, np.int64), np.array(fresh, bool)

    def _breaks(self, step: int, count: int, received: int, seen: int) -> bool:
        """Whether a frame cannot follow the newest one on the same clock."""
        if step < 0 or step > WINDOW_NS or not -JUMP_NS <= seen - self._offset <= STALL_NS:
            return True
        pieces = max(count, self._count)
        unsampled = step - pieces * self._nominal
        unheard = step - (received - self._received)
        return unsampled > JUMP_NS and unheard > JUMP_NS

    def _begin(self, stamp: int, seen: int) -> int:
        self.restarts += self._begun
        self._begun = True
        self._recent.clear()
        self._recent.append((stamp, seen))
        return seen

    def _bend(self, stamp: int, seen: int) -> int:
        """The offset, moved towards the least of the window as far as it may."""
        recent = self._recent
        while recent and recent[-1][1] >= seen:
            recent.pop()
        recent.append((stamp, seen))
        while recent[0][0] < stamp - WINDOW_NS:
            recent.popleft()
        most = (stamp - (self._stamp or 0)) >> SLEW_BITS
        wanted = recent[0][1] - self._offset
        return self._offset + max(-most, min(most, wanted))

    def _spacings(self, elapsed: Int64s, pieces: Int64s, fresh: Bools) -> tuple[Int64s, Int64s]:
        """ns over samples for each frame: its own where it fits, else the last that did."""
        due = pieces * self._nominal
        fits = ~fresh & (elapsed * FITS_MOST >= due * FITS_LEAST)
        fits &= elapsed * FITS_LEAST <= due * FITS_MOST
        newest = np.maximum.accumulate(np.where(fits, np.arange(1, len(fits) + 1), 0))
        over = np.append(self._spacing[0], elapsed)[newest]
        per = np.append(self._spacing[1], pieces)[newest]
        self._spacing = int(over[-1]), int(per[-1])
        return over, per

    def _increasing(self, instants: Int64s) -> Int64s:
        """Each at least 1 ns after the one before."""
        climb = np.arange(len(instants))
        ahead = instants - climb
        if self._last is not None:
            ahead[0] = max(int(ahead[0]), self._last + 1)
        increasing: Int64s = np.maximum.accumulate(ahead) + climb
        self._last = int(increasing[-1])
        return increasing
