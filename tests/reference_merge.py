"""Sensors to minutes and minutes to days a second time, row by row in plain Python.

Rows are mappings with the columns of sensor minutes; None is unknown. Nothing here may import
analytics.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from tests import reference_dose as dose
from tests.reference_week import ReferenceDay

Row = Mapping[str, Any]
TRUST = ("low", "low-medium", "medium", "medium-high")
MINUTE = dt.timedelta(minutes=1)
LOADS = (("force_bw", "cycles"), ("assisted_bw", "assisted_cycles"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heart:
    """What heart rate is judged by; hr_max None: by nothing."""

    hr_max: float | None = None
    hr_rest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceMinute:
    """One minute of one person."""

    start: dt.datetime
    worn: bool | None
    worn_s: float = 0.0
    load_unknown: bool = False
    steps: float | None = None
    blocks: tuple[dose.Block, ...] = ()  # (force, cycles) of known force
    load: float | None = None  # BW a leg, carried by feet and seat
    loaded: bool | None = None
    intensity: str | None = None


def side(placement: str) -> str | None:
    first, _, part = placement.partition("-")
    return first if part else None


def of_legs(row: Row) -> tuple[float | None, float | None]:
    """Cycles of each leg on the feet (two steps make one) and in a seat."""
    feet = row.get("cycles")
    if feet is None and row.get("steps") is not None:
        feet = row["steps"] / 2
    return feet, row.get("assisted_cycles")


def merged(start: dt.datetime, rows: Sequence[Row], heart: Heart) -> ReferenceMinute:
    """The minute of some sensors: no leg is summed twice."""
    wear = [r for r in rows if r["continuous"] and side(r["placement"])]
    known_wear = [r["worn"] for r in wear if r["worn"] is not None]
    told = [row for row in rows if row["worn"] is not False]
    turned = [row for row in told if _apart(row) and sum(x or 0 for x in of_legs(row)) >= 10]
    if turned:
        told = [row for row in told if _apart(row)]
    minute = _load_of(start, _speakers(told, turned))
    return replace(
        minute,
        worn=any(known_wear) if known_wear else None,
        worn_s=max((r["observed_s"] for r in wear if r["worn"]), default=0.0),
        load_unknown=_unknown(told),
        intensity=_intensity(rows, told, minute.steps, heart),
    )


def _apart(row: Row) -> bool:
    return row.get("machine") not in (None, "treadmill")


def _speakers(told: Sequence[Row], turned: Sequence[Row]) -> list[Row]:
    """The row whose load counts, or the best one of each leg."""
    able = [row for row in turned or told if any(x is not None for x in of_legs(row))]
    body = [row for row in able if not _apart(row)]
    able = able if turned or not body else body
    longest = max((row["observed_s"] for row in able), default=0.0)
    able = [row for row in able if row["observed_s"] >= 0.8 * longest]
    able.sort(key=_preference)
    legs = {side(row["placement"]): row for row in reversed(able) if side(row["placement"])}
    if len(legs) < 2:
        return able[:1]
    less, more = sorted(legs.values(), key=lambda row: of_legs(row)[0] or 0)
    blind = (of_legs(less)[0] or 0) * 2 < (of_legs(more)[0] or 0)
    return [more] if blind else [less, more]


def _unknown(told: Sequence[Row]) -> bool:
    """Whether a bike was used that does not know its load (these rows know of no other seat); one
    that was hardly turned, or seen much shorter, does not speak for the other."""
    bikes = [row for row in told if (row.get("assisted_cycles") or 0) > 0]
    bikes = [row for row in bikes if row["assisted_cycles"] >= 10] or bikes
    longest = max((row["observed_s"] for row in bikes), default=0.0)
    bikes = [row for row in bikes if row["observed_s"] >= 0.8 * longest]
    return bool(bikes) and all(row.get("assisted_bw") is None for row in bikes)


def _preference(row: Row) -> tuple[float, float, bool, str]:
    known = any(row.get(load) is not None for load, _ in LOADS)
    trust = TRUST.index(row["confidence"]) if known and row["confidence"] in TRUST else -1
    return -trust, -row["observed_s"], row["continuous"], row["sensor"]


def _average(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _load_of(start: dt.datetime, rows: Sequence[Row]) -> ReferenceMinute:
    feet = _average(of_legs(row)[0] for row in rows)
    seat = _average(of_legs(row)[1] for row in rows)
    forces = [_average(row.get(load) for row in rows) for load, _ in LOADS]
    blocks = [
        (force / cycles, cycles)
        for force, cycles in zip(forces, (feet, seat), strict=True)
        if force is not None and cycles
    ]
    known = [force for force in forces if force is not None]
    return ReferenceMinute(
        start=start,
        worn=None,
        steps=_average(row.get("steps") for row in rows),
        blocks=tuple(blocks),
        load=sum(known) if known else None,
        loaded=None if feet is None else 2 * feet >= 40,
    )


def _intensity(
    rows: Sequence[Row], told: Sequence[Row], steps: float | None, heart: Heart
) -> str | None:
    """By heart rate, else METs (power, speed, a machine's word), else cadence."""
    beats = [row for row in rows if row.get("heart_rate_bpm") is not None]
    beats.sort(key=lambda row: (-row["heart_s"], row["sensor"]))
    if beats and beats[0]["heart_s"] >= 30 and heart.hr_max:
        return dose.heart_intensity(beats[0]["heart_rate_bpm"], heart.hr_max, heart.hr_rest)
    mets = [row for row in told if row.get("mets") is not None and (row["active_s"] or 0) >= 30]
    order = ("power", "speed", "machine")
    mets.sort(
        key=lambda row: (
            order.index(row["mets_by"]),
            row.get("machine") is None,
            -row["active_s"],
            row["sensor"],
        )
    )
    if mets:
        return dose.mets_intensity(mets[0]["mets"])
    if steps is None:
        return None
    return "vigorous" if steps >= 130 else "moderate" if steps >= 100 else "light"


def minutes_of(rows: Iterable[Row], heart: Heart) -> list[ReferenceMinute]:
    """Every minute of one person, in order."""
    by_minute: dict[dt.datetime, list[Row]] = defaultdict(list)
    for row in rows:
        by_minute[row["minute"]].append(row)
    return [merged(start, by_minute[start], heart) for start in sorted(by_minute)]


def with_sets(
    minutes: Sequence[ReferenceMinute], sets: Iterable[tuple[dt.datetime, dt.datetime | None]]
) -> list[ReferenceMinute]:
    """The minutes, loaded where a set was done: until its end, or the one it starts in."""
    by_start = {minute.start: minute for minute in minutes}
    for start, end in sets:
        at = start.replace(second=0, microsecond=0)
        while at < (end or at + MINUTE):
            kept = by_start.get(at, ReferenceMinute(start=at, worn=None))
            by_start[at] = replace(kept, loaded=True)
            at += MINUTE
            end = end or at
    return [by_start[start] for start in sorted(by_start)]


def day_of(
    minutes: Sequence[ReferenceMinute], zone: ZoneInfo, up: Sequence[int] = range(7, 23)
) -> ReferenceDay:
    """One local day; wear counts in the hours in which one is up, by the seconds that were seen of
    it, and 10 h of it make the day valid."""
    awake = [m for m in minutes if m.worn and m.start.astimezone(zone).hour in up]
    loads = [m.load for m in minutes if m.load is not None]
    known = [m for m in minutes if m.intensity is not None]
    stepping = [m.loaded for m in minutes if m.loaded is not None]
    return ReferenceDay(
        valid=sum(m.worn_s for m in awake) >= 36000,
        dose_at_least=any(m.load_unknown for m in minutes),
        recorded=bool(minutes),
        dose=dose.loaded_leg_dose(sum(loads)) if loads else None,
        loaded_min=sum(stepping) if stepping else None,
        moderate_min=sum(m.intensity == "moderate" for m in known) if known else None,
        vigorous_min=sum(m.intensity == "vigorous" for m in known) if known else None,
        peak30_spm=dose.peak30([m.steps for m in minutes if m.steps is not None]),
    )


def index_of(minutes: Sequence[ReferenceMinute]) -> float:
    """Osteogenic index of the minutes of one day."""
    return dose.day_index([(m.start, m.start + MINUTE, m.blocks) for m in minutes])


def days_of(
    minutes: Sequence[ReferenceMinute],
    first: dt.date,
    count: int,
    zone: ZoneInfo,
    up: Sequence[int] = range(7, 23),
) -> list[ReferenceDay]:
    """So many local days from the first on."""
    by_date: dict[dt.date, list[ReferenceMinute]] = defaultdict(list)
    for minute in minutes:
        by_date[minute.start.astimezone(zone).date()].append(minute)
    return [day_of(by_date[first + dt.timedelta(days=n)], zone, up) for n in range(count)]
