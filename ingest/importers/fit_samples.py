"""What the messages of a FIT activity say of legs and heart, in the units of our channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from devices.profile import Channel, Floats, Int64s
from ingest.importers.fit_profile import (
    EPOCH_S,
    HRV_TIME,
    RUNNING_ACTIVITY,
    WALKING_ACTIVITY,
    Heart,
    Message,
    Record,
    Use,
)
from ingest.importers.fit_sums import unrolled
from ingest.importers.fit_table import Content, Table

MOST_STRIDES = 125.0
"""Median strides/min above which a file counts steps instead: no one runs 250 steps/min (design;
sprinters reach 260 to 290 for seconds)."""

FLIGHT_SHARE = 0.5
"""Share of a stride that a foot is on the ground: below, both leave it at once, so it is running
(R. McN. Alexander, "Energy-saving mechanisms in walking and running", 1991)."""

_RIGHT, _SHARE = 0x80, 0x7F
"""Bits of the balance: that it is of the right leg, without which its leg is not known; and %."""

_SPEED_BITS = 0xFFF


def instants_ns(time_s: Floats) -> Int64s:
    """FIT seconds as UTC ns; finite ones only."""
    whole = np.floor(time_s)
    rest_ns = np.round((time_s - whole) * 1e9).astype(np.int64)
    return (whole.astype(np.int64) + EPOCH_S) * 1_000_000_000 + rest_ns


def told(records: Table, use: Use) -> dict[Channel, Floats]:
    """What records of one use say, one value a record, NaN for nothing.

    A heart rate, contact time or step length of 0 is a sensor that had nothing to say.
    """
    found = {Channel.HEART_RATE: _above_zero(records.value(Record.HEART_RATE))}
    if use.kind is not None:
        found |= _BY_KIND[use.kind](records, use)
    return {channel: value for channel, value in found.items() if not np.isnan(value).all()}


def counts_steps(records: Table) -> bool:
    """Whether a writer counted steps where FIT counts strides."""
    per_min = cadence(records)
    moving = per_min[per_min > 0]
    return bool(len(moving)) and float(np.median(moving)) > MOST_STRIDES


def cadence(records: Table) -> Floats:
    """Strides, crank turns or strokes, 1/min, as exactly as is told."""
    fraction = np.nan_to_num(records.value(Record.CADENCE_FRACTION)) / 128.0
    coarse = records.value(Record.CADENCE) + fraction
    return _first_known(records.value(Record.CADENCE256) / 256.0, coarse)


def speed(records: Table) -> Floats:
    """m/s."""
    packed = records.array(Record.SPEED_DISTANCE)
    told_mps = _first_known(
        records.value(Record.ENHANCED_SPEED) / 1000.0, records.value(Record.SPEED) / 1000.0
    )
    if packed.shape[1] < 3:
        return told_mps
    low, high = packed[:, 0], packed[:, 1]
    raw = np.where(np.isnan(low) | np.isnan(high), np.nan, low + 256.0 * (high % 16.0))
    return _first_known(told_mps, np.where(raw == _SPEED_BITS, np.nan, raw) / 100.0)


def left_pedal(records: Table) -> Floats:
    """Share of the left leg in the power, %; NaN where the leg is not told."""
    balance = _bits(records.value(Record.BALANCE))
    share = (balance & _SHARE).astype(np.float64)
    return np.where(balance & _RIGHT, 100.0 - share, np.nan)


def one_pedal(records: Table) -> int:
    """How many records tell a balance of which the leg is not known."""
    balance = records.value(Record.BALANCE)
    return int((~np.isnan(balance) & (_bits(balance) & _RIGHT == 0)).sum())


def beats(content: Content) -> tuple[Floats, Floats]:
    """Beat-to-beat intervals in s and when, in FIT seconds; exact to some 2 s.

    They tell no time, and stand among messages that do in the order in which it was: those
    between two times begin at the first of them ("Activity file", heart rate variability).
    """
    table = content.table(Message.HRV)
    interval_s = table.array(HRV_TIME) / 1000.0
    begin_s = np.repeat(content.time_before(table.at), interval_s.shape[1])
    interval_s = interval_s.ravel()
    known = ~np.isnan(interval_s) & ~np.isnan(begin_s)
    interval_s, begin_s = interval_s[known], begin_s[known]
    if not len(begin_s):
        return begin_s, interval_s
    ran = np.cumsum(interval_s)
    first = np.flatnonzero(np.diff(begin_s, prepend=-1.0))
    since = np.repeat(ran[first], np.diff(first, append=len(ran)))
    return begin_s + ran - since, interval_s


def kept_heart(table: Table) -> tuple[Floats, Floats]:
    """Heart rate that a strap kept under water: when, in FIT seconds, and beats/min.

    Beats are dated by a counter of 1/1024 s that is told whole at first, then by its lowest 12
    bits; messages that also tell a time say what its zero was.
    """
    bpm, whole = table.array(Heart.BPM), table.array(Heart.EVENT)
    low = _twelve_bits(table.array(Heart.EVENT_12))
    wide = max(bpm.shape[1], whole.shape[1], low.shape[1], 1)
    bpm, whole, low = (_widened(one, wide) for one in (bpm, whole, low))
    place = table.at[:, None] * wide + np.arange(wide)
    is_whole, is_low = ~np.isnan(whole), np.isnan(whole) & ~np.isnan(low)
    counted, known = unrolled(
        place[is_whole],
        whole[is_whole].astype(np.int64),
        place[is_low],
        low[is_low].astype(np.int64),
        modulus=4096,
    )
    event = whole.copy()
    event[is_low] = np.where(known, counted, np.nan)
    zero_s = _zeros(table, whole[:, 0] / 1024.0)
    time_s = event / 1024.0 + zero_s[:, None]
    fine = ~np.isnan(time_s) & ~np.isnan(bpm) & (bpm > 0)
    return time_s[fine], bpm[fine]


def _zeros(table: Table, event_s: Floats) -> Floats:
    """When the counter was zero, of the last message before each that says so."""
    fraction = np.nan_to_num(table.value(Heart.FRACTION)) / 32_768.0
    said = table.time_s + fraction - event_s
    rows = np.where(np.isnan(said), -1, np.arange(len(said)))
    last = np.maximum.accumulate(rows) if len(rows) else rows
    return np.where(last >= 0, said[last], np.nan)


def _twelve_bits(packed: Floats) -> Floats:
    """Numbers of 12 bits, lowest first, of rows of bytes; NaN where a byte is none."""
    pairs = packed.shape[1] // 3
    three = packed[:, : pairs * 3].reshape(len(packed), pairs, 3)
    even = three[..., 0] + 256.0 * (three[..., 1] % 16.0)
    odd = three[..., 1] // 16.0 + 16.0 * three[..., 2]
    return np.stack([even, odd], axis=-1).reshape(len(packed), 2 * pairs)


def _widened(rows: Floats, width: int) -> Floats:
    wide = np.full((len(rows), width), np.nan)
    wide[:, : rows.shape[1]] = rows
    return wide


def _feet(records: Table, use: Use) -> dict[Channel, Floats]:
    strides = cadence(records)
    contact_s = _above_zero(records.value(Record.CONTACT)) / 10_000.0
    return {
        Channel.STEP_CADENCE: 2.0 * strides,
        Channel.SPEED: speed(records),
        Channel.INCLINE: records.value(Record.GRADE) / 100.0,
        Channel.CONTACT_TIME: contact_s,
        Channel.LEFT_CONTACT: _above_zero(records.value(Record.CONTACT_LEFT)) / 100.0,
        Channel.STRIDE_LENGTH: _above_zero(records.value(Record.STEP_LENGTH)) * 2.0 / 10_000.0,
        Channel.RUNNING: _running(records.value(Record.ACTIVITY), contact_s * strides / 60.0, use),
    }


def _running(activity: Floats, ground_share: Floats, use: Use) -> Floats:
    """1 running, 0 walking, NaN where neither is sure; the first that says so counts."""
    said = np.select(
        [activity == RUNNING_ACTIVITY, activity == WALKING_ACTIVITY], [1.0, 0.0], np.nan
    )
    seen = np.where(ground_share > 0, ground_share < FLIGHT_SHARE, np.nan)
    sport = np.full(len(activity), 0.0 if use.walking else np.nan)
    return _first_known(_first_known(said, seen), sport)


def _bike(records: Table, _use: Use) -> dict[Channel, Floats]:
    return {
        Channel.CRANK_CADENCE: cadence(records),
        Channel.POWER: records.value(Record.POWER),
        Channel.LEFT_PEDAL: left_pedal(records),
        Channel.SPEED: speed(records),
    }


def _rower(records: Table, _use: Use) -> dict[Channel, Floats]:
    return {Channel.STROKE_CADENCE: cadence(records), Channel.POWER: records.value(Record.POWER)}


def _elliptical(records: Table, _use: Use) -> dict[Channel, Floats]:
    return {
        Channel.STEP_CADENCE: 2.0 * cadence(records),
        Channel.POWER: records.value(Record.POWER),
    }


_BY_KIND: Mapping[str, Callable[[Table, Use], dict[Channel, Floats]]] = {
    "": _feet,
    "cycling_power": _bike,
    "ftms_rower": _rower,
    "ftms_cross_trainer": _elliptical,
}


def _above_zero(value: Floats) -> Floats:
    return np.where(value > 0, value, np.nan)


def _first_known(value: Floats, other: Floats) -> Floats:
    return np.where(np.isnan(value), other, value)


def _bits(value: Floats) -> Int64s:
    return np.nan_to_num(value).astype(np.int64)
