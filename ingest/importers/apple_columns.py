"""Columns of an Apple Health export: texts to instants, numbers and SI units, many at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devices.profile import Floats, Int64s

UNREADABLE = np.iinfo(np.int64).min
"""The instant of what is no date."""

_WIDTH = len("2026-05-01 07:10:23 +0200")
_SIGN, _PLUS, _MINUS = 20, ord("+"), ord("-")
_MARKS = {4: ord("-"), 7: ord("-"), 10: ord(" "), 13: ord(":"), 16: ord(":"), 19: ord(" ")}
_DIGITS = [place for place in range(_WIDTH) if place not in {*_MARKS, _SIGN}]

_METRIC_M = {"m": 1.0, "km": 1000.0, "cm": 0.01, "mm": 0.001}
LENGTHS_M = _METRIC_M | {"in": 0.0254, "ft": 0.3048, "yd": 0.9144, "mi": 1609.344}
TIMES_S = {"s": 1.0, "ms": 0.001, "min": 60.0, "hr": 3600.0}
SPEEDS_MPS = {
    f"{length}/{time}": metres / seconds
    for length, metres in LENGTHS_M.items()
    for time, seconds in TIMES_S.items()
}
MASSES_KG = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125, "st": 6.35029318}
POWERS_W = {"W": 1.0, "kW": 1000.0}
RATES_PER_MIN = {"count/min": 1.0, "count/s": 60.0}
COUNTS = {"count": 1.0}
"""Unit strings as HealthKit writes them (Apple: HKUnit, `unitString`), and what one is in ours."""


def instants(texts: Sequence[bytes]) -> Int64s:
    """UTC ns of texts like `2026-05-01 07:10:23 +0200`; `UNREADABLE` for anything else."""
    if set(map(len, texts)) - {_WIDTH}:
        texts = [text if len(text) == _WIDTH else b"?" * _WIDTH for text in texts]
    letters = np.frombuffer(b"".join(texts), np.uint8).reshape(-1, _WIDTH)
    digits = letters.astype(np.int64) - ord("0")
    fine = ((digits[:, _DIGITS] >= 0) & (digits[:, _DIGITS] <= 9)).all(axis=1)
    for place, mark in _MARKS.items():
        fine &= letters[:, place] == mark
    sign = letters[:, _SIGN]
    fine &= (sign == _PLUS) | (sign == _MINUS)
    digits[~fine] = 1
    month, month_fine = _months(_number(digits, 0, 4), _number(digits, 5, 2))
    day = _number(digits, 8, 2)
    first = month.astype("datetime64[D]").astype(np.int64)
    last = (month + 1).astype("datetime64[D]").astype(np.int64) - first
    hour, minute, second = (_number(digits, place, 2) for place in (11, 14, 17))
    away_h, away_min = _number(digits, 21, 2), _number(digits, 23, 2)
    away_s = np.where(sign == _MINUS, -1, 1) * (away_h * 3600 + away_min * 60)
    fine &= month_fine & (day >= 1) & (day <= last) & (hour < 24) & (minute < 60) & (second < 60)
    fine &= (away_h < 24) & (away_min < 60)
    at_s = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second - away_s
    fine &= np.abs(at_s) < 9_000_000_000  # what int64 holds in ns: years 1685 to 2255
    return np.where(fine, np.where(fine, at_s, 0) * 1_000_000_000, UNREADABLE)


def numbers(texts: Sequence[bytes]) -> Floats:
    """The numbers that texts are; NaN for anything else."""
    try:
        return np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return np.array([_number_or_nan(text) for text in texts], np.float64)


def once(start_ns: Int64s, end_ns: Int64s, value: Floats) -> tuple[Int64s, Int64s, Floats, int]:
    """Stretches in order of time without what two of them tell of the same time.

    Where two overlap, what the one that begins later tells is cut to what lies after the other, in
    proportion; of two that begin at once the longer is cut. Gives starts, ends, values, and how
    many were cut or left out. The sum over any time is never more than one telling of it.
    """
    order = np.lexsort((end_ns, start_ns))
    start_ns, end_ns, value = start_ns[order], end_ns[order], value[order]
    told_ns = np.concatenate([start_ns[:1], np.maximum.accumulate(end_ns)[:-1]])
    begin_ns = np.maximum(start_ns, told_ns)
    cut = begin_ns > start_ns
    kept = begin_ns < end_ns
    begin_ns, end_ns, whole_ns = begin_ns[kept], end_ns[kept], (end_ns - start_ns)[kept]
    return begin_ns, end_ns, value[kept] * ((end_ns - begin_ns) / whole_ns), int(cut.sum())


def _months(year: Int64s, month: Int64s) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    fine = (month >= 1) & (month <= 12)
    since = (year - 1970) * 12 + np.where(fine, month, 1) - 1
    return since.astype("datetime64[M]"), fine


def _number(digits: Int64s, place: int, width: int) -> Int64s:
    found = digits[:, place].copy()
    for at in range(place + 1, place + width):
        found = found * 10 + digits[:, at]
    return found


def _number_or_nan(text: bytes) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
