"""Checksums of FIT files, and counters of few bits rolled out, both over whole columns."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s

_POLYNOMIAL = 0xA001
"""CRC-16/ARC, reflected (Garmin, "FIT protocol", CRC)."""

_LANE_WORDS = 64
"""Words that one lane sums up (design: fast for files of 100 kB to 10 MB)."""


def crc16(data: bytes) -> int:
    """CRC-16/ARC of some bytes; begins with 0, so zeros in front change nothing.

    A sum is linear: equal stretches are summed side by side, two bytes a step, and a stretch
    carried over the next one by what that many zeros make of a sum.
    """
    step = _words_table()
    bytes_a_lane = 2 * _LANE_WORDS
    padded = data.rjust(-(-len(data) // bytes_a_lane) * bytes_a_lane, b"\0")
    lanes = np.frombuffer(padded, "<u2").reshape(-1, _LANE_WORDS)
    sums = np.zeros(len(lanes), np.uint16)
    for column in lanes.T:
        sums = step[sums ^ column]
    carry = _lane_table()
    whole = 0
    for one in sums.tolist():
        whole = carry[whole] ^ one
    return int(whole)


@functools.cache
def _words_table() -> NDArray[np.uint16]:
    """What sixteen zero bits make of each sum."""
    table = np.zeros(65_536, np.uint16)
    for bit in range(16):
        value = 1 << bit
        for _ in range(16):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table[1 << bit : 2 << bit] = table[: 1 << bit] ^ value
    return table


@functools.cache
def _lane_table() -> list[int]:
    """What a lane of zeros makes of each sum."""
    table = step = _words_table()
    for _ in range(_LANE_WORDS - 1):
        table = step[table]
    return [int(one) for one in table]


def unrolled(
    full_at: Int64s, full: Int64s, low_at: Int64s, low: Int64s, *, modulus: int
) -> tuple[Int64s, NDArray[np.bool_]]:
    """Whole counts of a counter of which only the lowest bits are told in between.

    full: counts told whole, at ascending places full_at; low: remainders told at low_at, each
    less than `modulus` counts after the one before. Gives the count of each, and whether any
    whole one came before it.
    """
    part = np.searchsorted(full_at, low_at) - 1
    known = part >= 0
    if not len(full) or not len(low):
        return np.zeros(len(low), np.int64), np.zeros(len(low), bool)
    base = full[np.maximum(part, 0)]
    first = np.ones(len(low), bool)
    first[1:] = part[1:] != part[:-1]
    before = np.where(first, base, np.concatenate([low[:1], low[:-1]]))
    ran = np.cumsum((low - before) % modulus)
    begun = np.flatnonzero(first)
    offset = np.concatenate([[0], ran])[begun]
    of = np.cumsum(first) - 1
    return base + ran - offset[of], known
