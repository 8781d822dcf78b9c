"""What becomes of the records of an Apple Health export: kinds, units, and what measured them."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from devices.profile import Channel, Floats, Int64s, Placement
from ingest.importers import apple_columns as columns
from ingest.importers.apple_records import BrokenExportError, Row
from ingest.importers.imported import Into
from ingest.importers.taking import FIRST_NS, LONGEST_INTERVAL_S, Source, Taking
from ingest.importers.telling import channel_text
from language.spoken import _

MOST_SOURCES = 1_000
"""Things that measured; above it each record has one of its own and it is no export (design)."""

MOST_STRETCHES = 50_000
"""Of steps, cut into minutes at once: each makes several (design: some 20 MB)."""

STEPS_TWICE = 2.0
"""Apple calls the distance of one step a running stride (developer.apple.com, HealthKit,
runningStrideLength: "covered by a single step"); here a stride is two."""

_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What becomes of a type of record. channel: None for steps and body masses; units: what one
    of each is in the channel's; bike: whether it was measured on one."""

    units: Mapping[str, float]
    channel: Channel | None = None
    factor: float = 1.0
    bike: bool = False


KINDS: dict[str, Kind] = {
    "StepCount": Kind(units=columns.COUNTS),
    "BodyMass": Kind(units=columns.MASSES_KG),
    "HeartRate": Kind(units=columns.RATES_PER_MIN, channel=Channel.HEART_RATE),
    "WalkingSpeed": Kind(units=columns.SPEEDS_MPS, channel=Channel.SPEED),
    "RunningSpeed": Kind(units=columns.SPEEDS_MPS, channel=Channel.SPEED),
    "RunningGroundContactTime": Kind(units=columns.TIMES_S, channel=Channel.CONTACT_TIME),
    "RunningStrideLength": Kind(
        units=columns.LENGTHS_M, channel=Channel.STRIDE_LENGTH, factor=STEPS_TWICE
    ),
    "CyclingPower": Kind(units=columns.POWERS_W, channel=Channel.POWER, bike=True),
    "CyclingCadence": Kind(units=columns.RATES_PER_MIN, channel=Channel.CRANK_CADENCE, bike=True),
}


class Gathered:
    """Rows on their way to `Taking`: by type, source and unit."""

    def __init__(self, taking: Taking, into: Into) -> None:
        self._taking, self._zone = taking, ZoneInfo(into.zone)
        self._last_ns = int(into.now.timestamp() + 86_400) * _S
        self._keys: dict[tuple[bytes, bytes, bytes | None, bytes | None], int] = {}
        self._found: list[tuple[str, Source, float]] = []
        self._sources: dict[Source, None] = {}
        self._steps: dict[Source, list[tuple[Int64s, Int64s, Floats]]] = {}
        self._masses: dict[dt.date, tuple[int, float]] = {}
        self._unknown: dict[str, str] = {}
        self._unread: Counter[str] = Counter()

    def give(self, rows: list[Row]) -> None:
        """Take rows, some thousands at once."""
        if len(self._keys) > 10_000:  # HealthKit writes an address into every device
            self._keys, self._found = {}, []
        kinds, names, devices, units, starts, ends, values = zip(*rows, strict=True)
        keys = self._keys
        which = np.array(
            [
                found if (found := keys.get(key)) is not None else self._learn(key)
                for key in zip(kinds, names, devices, units, strict=True)
            ]
        )
        start_ns, end_ns = columns.instants(starts), columns.instants(ends)
        value = columns.numbers(values)
        fine = (start_ns != columns.UNREADABLE) & np.isfinite(value)
        for one in np.unique(which).tolist():
            of = which == one
            kind, source, factor = self._found[one]
            self._unread[kind] += int((of & ~fine).sum())
            of &= fine
            if np.isnan(factor):
                self._count_unknown(kind, int(of.sum()))
            elif of.any():
                self._put(kind, source, start_ns[of], end_ns[of], value[of] * factor)

    def finish(self) -> None:
        """What needs all of it: stretches of steps, and a body mass a day."""
        for source, parts in self._steps.items():
            start_ns, end_ns, steps = (
                np.concatenate(column) for column in zip(*parts, strict=True)
            )
            long = end_ns - start_ns > LONGEST_INTERVAL_S * 1e9
            self._taking.skip(
                _("stretches of steps"), int(long.sum()), _("they last no time, or over 6 hours")
            )
            once = columns.once(start_ns[~long], end_ns[~long], steps[~long])
            start_ns, end_ns, steps, cut = once
            self._taking.skip(
                _("stretches of steps"), cut, _("told twice by the same source, counted once")
            )
            parts.clear()
            for at in range(0, len(steps), MOST_STRETCHES):
                some = slice(at, at + MOST_STRETCHES)
                self._taking.add_steps(source, start_ns[some], end_ns[some], steps[some])
        for date, (_at, kg) in sorted(self._masses.items()):
            self._taking.add_mass(date, kg)
        for kind, count in self._unread.items():
            self._taking.skip(kind_text(kind), count, _("a date or a number that cannot be read"))

    def _learn(self, key: tuple[bytes, bytes, bytes | None, bytes | None]) -> int:
        kind, name, device, unit = (_text(one) for one in key)
        source = source_of(name, device, bike=KINDS[kind].bike)
        self._sources[source] = None
        if len(self._sources) > MOST_SOURCES:
            raise BrokenExportError(0, hostile=True)
        factor = KINDS[kind].units.get(unit, np.nan) * KINDS[kind].factor
        if np.isnan(factor):
            self._unknown.setdefault(kind, unit[:20])
        self._found.append((kind, source, factor))
        self._keys[key] = len(self._found) - 1
        return len(self._found) - 1

    def _put(
        self, kind: str, source: Source, start_ns: Int64s, end_ns: Int64s, value: Floats
    ) -> None:
        channel = KINDS[kind].channel
        if channel is not None:
            self._taking.add(source, channel, start_ns, value)
        elif kind == "BodyMass":
            self._weigh(start_ns, value)
        else:  # dates are of whole seconds: what begins and ends in one lasts less than one
            ends = np.maximum(end_ns, start_ns + _S)
            self._steps.setdefault(source, []).append((start_ns, ends, value))

    def _weigh(self, at_ns: Int64s, kg: Floats) -> None:
        dated = (at_ns >= FIRST_NS) & (at_ns <= self._last_ns)
        why = _("dated before 2000 or after today")
        self._taking.skip(kind_text("BodyMass"), int((~dated).sum()), why)
        for at, mass in zip(at_ns[dated].tolist(), kg[dated].tolist(), strict=True):
            date = dt.datetime.fromtimestamp(at // _S, self._zone).date()
            if (at, mass) > self._masses.get(date, (0, 0.0)):
                self._masses[date] = at, mass

    def _count_unknown(self, kind: str, count: int) -> None:
        why = _("their unit is not known here (“{unit}”)", unit=self._unknown[kind])
        self._taking.skip(kind_text(kind), count, why)


def source_of(name: str, device: str, *, bike: bool) -> Source:
    """What measured: the device if a record names one that Apple did not make, else its source.

    name: sourceName; device: HealthKit's description `<<HKDevice: 0x28.., name:.., ..>`. Its
    address and its software change from record to record, so neither is of the identity.
    """
    said = dict(
        re.findall(r"(name|manufacturer|model|hardware):(.*?)(?=, [a-zA-Z ]+:|>?$)", device)
    )
    shown = said.get("name", "")
    if not shown or said.get("manufacturer", "").startswith("Apple"):
        shown = name
    parts = [name, *(said.get(one, "") for one in ("name", "manufacturer", "model", "hardware"))]
    return Source(
        identity=" | ".join(["apple health", *(" ".join(part.split()) for part in parts)])[:500],
        name=" ".join(shown.split())[:80] or "Apple Health",
        kind="cycling_power" if bike else "",
        placement=Placement.BIKE if bike else Placement.ARM,
    )


def kind_text(kind: str) -> str:
    """What a type is called, for a person."""
    channel = KINDS[kind].channel
    if channel is not None:
        return channel_text(channel)
    return _("body masses") if kind == "BodyMass" else _("stretches of steps")


def _text(written: bytes | None) -> str:
    return html.unescape((written or b"").decode(errors="replace"))
