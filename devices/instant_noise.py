"""Noise that belongs to an instant, so that it is the same however a signal is cut up.

The counter is the instant itself: the splitmix64 finalizer (Steele, Lea and Flood 2014,
doi:10.1145/2660193.2660195) turns it into 64 random bits, of which each column takes ten.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s

COLUMNS = 6
_BITS = 10
_MASK = np.uint64((1 << _BITS) - 1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST = np.uint64(31)
_NORMAL = np.array(
    [NormalDist().inv_cdf((bin_ + 0.5) / 2**_BITS) for bin_ in range(2**_BITS)], np.float32
)


def normal_at(time_ns: Int64s, seed: int, columns: int = COLUMNS) -> NDArray[np.float32]:
    """(n, columns) standard normal noise, of 1024 values, for instants (n,); up to six columns."""
    bits = time_ns.astype(np.uint64)
    bits *= _GOLDEN
    bits += np.uint64(seed % 2**64)
    for shift, factor in _ROUNDS:
        bits ^= bits >> shift
        bits *= factor
    bits ^= bits >> _LAST
    noise = np.empty((len(bits), columns), np.float32)
    for column in range(columns):
        noise[:, column] = _NORMAL[bits & _MASK]
        bits >>= np.uint64(_BITS)
    return noise
