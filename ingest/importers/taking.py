"""Taking in what a file holds: nothing is written before all of it was read.

An importer adds samples by *source*: what measured them, as far as the file says. Each source is a
sensor of its own that only one person wears and nobody listens to, so the rule by which sensors are
merged holds for imports as it does for live data: a minute is of one of them, never of both.

A sample that its source gave already, at the same instant in the same channel, is left out: the
same file taken in twice, or a longer export of the same data, adds only what is new.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from devices import PROFILES, imported
from devices.profile import CHANNELS, Channel, Floats, Int16s, Int64s, MotionScale, Placement
from ingest.entries import AnyEntry, Assigned, BodyMassSet, Entries, SensorForgotten, SensorPaired
from ingest.errors import IngestError
from ingest.importers.imported import Imported, Into, Skipped, Taken
from ingest.importers.placing import ROW, Placing, Present, blocks, days, keys
from ingest.importers.telling import BESIDE, Summary, channel_text, sentence
from ingest.private import private_folder
from ingest.spool import PID, SPOOL
from language.spoken import _, mark

FIRST_NS = 946_684_800_000_000_000
"""2000-01-01 UTC: what is dated earlier is a clock that was never set (design)."""

AHEAD = dt.timedelta(days=1)
"""What is dated later than this after now was not measured (design: any zone's mistake)."""

LONGEST_INTERVAL_S = 6 * 3600.0
"""Steps told over a longer stretch say nothing of when they were made (design)."""

LONGEST_HOLD_S = 60.0
"""Longest that a sample may hold (design: held so long, cycles of a minute were 2-7 % off where
rides of 1 Hz were thinned as an Edge 500 thins them)."""

SPILL_ROWS = 200_000
"""Rows of a source kept in memory; more go to files beside the store."""

SPILL_NS = 92 * 86_400_000_000_000
"""What one of these files spans: a quarter of a year is written at a time, however many there are
(design: a year of a phone and a watch is a million rows)."""

BOUNDS: dict[Channel, tuple[float, float]] = {
    Channel.HEART_RATE: (20.0, 260.0),
    Channel.RR_INTERVAL: (0.2, 4.0),
    Channel.CRANK_CADENCE: (0.0, 300.0),
    Channel.STEP_CADENCE: (0.0, 400.0),
    Channel.STROKE_CADENCE: (0.0, 100.0),
    Channel.POWER: (-5_000.0, 5_000.0),
    Channel.SPEED: (0.0, 40.0),
    Channel.CONTACT_TIME: (0.05, 3.0),
    Channel.LEFT_CONTACT: (0.0, 100.0),
    Channel.LEFT_PEDAL: (0.0, 100.0),
    Channel.INCLINE: (-50.0, 50.0),
    Channel.BATTERY: (0.0, 100.0),
}
"""What no body, bike or watch says is left out (design); too much of it, and the unit is wrong."""

WRONG_UNIT_SHARE = 0.5
"""Share of a channel's values out of bounds from which on the whole file is refused (design)."""

_DAY_NS = 86_400_000_000_000
_MINUTE_NS = 60_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What measured something. identity: the same for the same thing in every file; name: shown;
    kind: key of the profile of the machine that it is ("": none, it was worn)."""

    identity: str
    name: str
    kind: str = ""
    placement: Placement = Placement.ARM


@dataclass(slots=True, kw_only=True)
class _Heap:
    """Samples of one source: in memory, and what did not fit in files by quarter of a year."""

    rows: list[NDArray[np.void]]
    held: int = 0
    count: int = 0
    paths: dict[int, Path] = field(default_factory=dict)
    motion: list[tuple[Int64s, Int16s, MotionScale]]


class Taking:
    """What one file holds, gathered, then written at once. Use as a context manager."""

    def __init__(self, file: Path, into: Into, kind: str) -> None:
        """kind: the importer's key."""
        self._file, self._into, self._kind = file, into, kind
        self._last_ns = _ns(into.now + AHEAD)
        self._heaps: dict[Source, _Heap] = {}
        self._masses: dict[dt.date, float] = {}
        self._skipped: dict[tuple[str, str], int] = {}
        self._given: dict[Channel, int] = {}
        self._wrong: dict[Channel, tuple[int, float]] = {}
        self._folder: Path | None = None
        self._profiles: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> Taking:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, source: Source, channel: Channel, time_ns: Int64s, value: Floats) -> None:
        """Samples of a channel, in its unit, at instants in UTC ns; NaN is left out unsaid."""
        known = np.isfinite(value)
        time_ns, value = time_ns[known], value[known]
        dated = self._dated(time_ns, channel_text(channel))
        time_ns, value = time_ns[dated], value[dated]
        low, high = BOUNDS.get(channel, (-1e12, 1e12))
        fine = (value >= low) & (value <= high)
        self._given[channel] = self._given.get(channel, 0) + len(value)
        if not fine.all():
            wrong, example = self._wrong.get(channel, (0, float(value[~fine][0])))
            self._wrong[channel] = wrong + int((~fine).sum()), example
        self._put(source, channel, time_ns[fine], value[fine])

    def add_steps(self, source: Source, start_ns: Int64s, end_ns: Int64s, steps: Floats) -> None:
        """Steps that were told over stretches of time, spread evenly over each.

        Cut where minutes begin, so that a minute holds its own.
        """
        length_s = (end_ns - start_ns) / 1e9
        fine = (length_s > 0) & (length_s <= LONGEST_INTERVAL_S) & (steps >= 0)
        self.skip(
            _("stretches of steps"), int((~fine).sum()), _("they last no time, or over 6 hours")
        )
        start_ns, end_ns, steps = start_ns[fine], end_ns[fine], steps[fine]
        possible = steps / length_s[fine] <= BOUNDS[Channel.STEP_CADENCE][1] / 60.0
        self.skip(_("stretches of steps"), int((~possible).sum()), _("nobody steps that fast"))
        start_ns, end_ns, steps = start_ns[possible], end_ns[possible], steps[possible]
        dated = self._dated(start_ns, _("stretches of steps"))
        start_ns, end_ns, steps = start_ns[dated], end_ns[dated], steps[dated]
        whole = end_ns - start_ns
        first, last = start_ns // _MINUTE_NS, (end_ns - 1) // _MINUTE_NS
        counts = last - first + 1
        of = np.repeat(np.arange(len(steps)), counts)
        within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        minute = (first[of] + within) * _MINUTE_NS
        begins = np.maximum(minute, start_ns[of])
        part = np.minimum(minute + _MINUTE_NS, end_ns[of]) - begins
        for channel, value in (
            (Channel.STEPS, steps[of] * part / whole[of]),
            (Channel.PART, part / 1e9),
            (Channel.INTERVAL, whole[of] / 1e9),
            (Channel.SINCE, (begins - start_ns[of]) / 1e9),
        ):
            self._put(source, channel, begins, value)

    def hold(self, source: Source, time_ns: Int64s, holds_s: Floats) -> None:
        """For how long samples at an instant hold although none follows within 5 s, as a file's own
        way of leaving out what changes little says; at most `LONGEST_HOLD_S`, NaN: no longer."""
        long = holds_s > 0.0
        self._put(source, Channel.HOLDS, time_ns[long], np.minimum(holds_s[long], LONGEST_HOLD_S))

    def add_motion(self, source: Source, time_ns: Int64s, axes: Int16s, scale: MotionScale) -> None:
        """Motion; axes (n, 6) in counts of `scale`, one scale a source."""
        dated = self._dated(time_ns, _("motion samples"))
        self._heap(source).motion.append((time_ns[dated], axes[dated], scale))

    def add_mass(self, date: dt.date, kg: float) -> None:
        """A body mass on a local day; of several on one day the last counts."""
        self._masses[date] = round(kg, 2)

    def skip(self, what: str, count: int, why: str) -> None:
        """Say that so much of something is not taken in; nothing for a count of 0."""
        if count:
            self._skipped[what, why] = self._skipped.get((what, why), 0) + count

    def finish(self) -> Imported:
        """Write what is new, and say what was done.

        Raises:
            IngestError: there is nothing to take in, units are wrong, or the disk refuses; what
                was written before the disk refused is whole, and comes out the same again.
        """
        self._refuse_wrong_units()
        masses = self._new_masses()
        entries = [*masses]
        summary = Summary()
        parts = []
        for source, heap in self._heaps.items():
            sensor = self._sensor(source)
            first = self._first(heap)
            if first is None:
                continue
            entries = [*self._introduction(source, sensor, first), *entries]
            parts.append((source, sensor, heap))
        if not parts and not self._masses:
            raise self._nothing()
        if entries:
            Entries(self._into.home).append(*entries)
        for done, (_source, sensor, heap) in enumerate(parts):
            self._write(sensor, heap, summary, (done, len(parts)))
        return self._told(summary, masses, [sensor for _, sensor, _ in parts])

    # Gathering ---------------------------------------------------------------------------------

    def _dated(self, time_ns: Int64s, what: str) -> NDArray[np.bool_]:
        """Which are between 2000 and tomorrow."""
        fine = (time_ns >= FIRST_NS) & (time_ns <= self._last_ns)
        self.skip(what, int((~fine).sum()), _("dated before 2000 or after today"))
        return fine

    def _heap(self, source: Source) -> _Heap:
        return self._heaps.setdefault(source, _Heap(rows=[], motion=[]))

    def _put(self, source: Source, channel: Channel, time_ns: Int64s, value: Floats) -> None:
        if not len(time_ns):
            return
        heap = self._heap(source)
        rows = np.empty(len(time_ns), ROW)
        rows["time"], rows["channel"], rows["value"] = time_ns, CHANNELS.index(channel), value
        heap.rows.append(rows)
        heap.held += len(rows)
        heap.count += len(rows)
        if heap.held > SPILL_ROWS:
            self._spill(heap)

    def _spill(self, heap: _Heap) -> None:
        if self._folder is None:
            spool = self._into.home / SPOOL
            private_folder(spool)
            self._folder = Path(tempfile.mkdtemp(dir=spool, prefix="taking-"))
            (self._folder / PID).write_text(str(os.getpid()))
        rows = np.concatenate(heap.rows)
        quarter = rows["time"] // SPILL_NS
        for number in np.unique(quarter).tolist():
            path = heap.paths.setdefault(number, self._folder / f"{id(heap)}-{number}")
            with path.open("ab") as out:
                out.write(rows[quarter == number].tobytes())
        heap.rows, heap.held = [], 0

    def _first(self, heap: _Heap) -> int | None:
        """The first instant of a source."""
        firsts = [int(rows["time"].min()) for rows in heap.rows]
        firsts += [int(time_ns[0]) for time_ns, _, _ in heap.motion if len(time_ns)]
        if heap.paths:
            earliest = heap.paths[min(heap.paths)]
            firsts.append(int(np.memmap(earliest, ROW, "r")["time"].min()))
        return min(firsts, default=None)

    # Writing -----------------------------------------------------------------------------------

    def _sensor(self, source: Source) -> str:
        """The key of a source as a sensor: another for each person."""
        told = f"{source.identity}\0{source.kind}\0{self._into.person}"
        plain = re.sub(r"[^a-z0-9]+", "-", source.name.casefold()).strip("-")[:40].strip("-")
        return f"{plain or 'import'}-{hashlib.sha256(told.encode()).hexdigest()[:6]}"

    def _introduction(self, source: Source, sensor: str, first_ns: int) -> list[AnyEntry]:
        """What makes a source known, unless it is."""
        profiles = (imported.KEY, *([source.kind] if source.kind else []))
        self._profiles[sensor] = profiles
        if sensor in Entries(self._into.home).registry().sensors:
            return []
        if source.kind and source.kind not in PROFILES:
            raise ValueError(f"no profile {source.kind}")
        now = self._into.now
        return [
            SensorPaired(
                at=now,
                sensor=sensor,
                identity=source.identity,
                address="",
                name=_printable(source.name),
                profiles=profiles,
            ),
            Assigned(
                at=now,
                sensor=sensor,
                person=self._into.person,
                placement=source.placement,
                since=dt.datetime.fromtimestamp(first_ns // 1_000_000_000, dt.UTC),
            ),
            SensorForgotten(at=now, sensor=sensor),
        ]

    def _write(self, sensor: str, heap: _Heap, summary: Summary, step: tuple[int, int]) -> None:
        """One recording a local day of what is new."""
        present = Present(self._into.home, sensor)
        placing = Placing(self._into.home, sensor, self._profiles[sensor])
        zone = ZoneInfo(self._into.zone)
        if heap.paths and heap.rows:
            self._spill(heap)
        done = 0
        for every in _parts(heap):
            rows = _once(every)
            self._say_again(every, rows)
            for start, end in days(rows["time"], zone):
                self._write_samples(placing, rows[start:end], present, summary)
                done += end - start
                self._into.progress(step[0] * heap.count + done, step[1] * heap.count)
        for time_ns, axes, scale in heap.motion:
            order = np.argsort(time_ns, kind="stable")
            time_ns, axes = time_ns[order], axes[order]
            for start, end in days(time_ns, zone):
                part = slice(start, end)
                self._write_motion(placing, time_ns[part], axes[part], scale, present, summary)
        placing.flush()

    def _say_again(self, every: NDArray[np.void], rows: NDArray[np.void]) -> None:
        """Say how many samples are not among the rows that are kept: their instant was given."""
        given, kept = (
            np.bincount(one["channel"], minlength=len(CHANNELS)) for one in (every, rows)
        )
        for code in np.flatnonzero(given - kept).tolist():
            if CHANNELS[code] not in BESIDE:
                again = int(given[code] - kept[code])
                what = channel_text(CHANNELS[code])
                self.skip(what, again, _("the file tells another of the same instant"))

    def _write_samples(
        self, placing: Placing, rows: NDArray[np.void], present: Present, summary: Summary
    ) -> None:
        new = rows[~present.has_samples(rows)]
        summary.add(rows, new)
        if len(new):
            parts = [new[a:b] for a, b in blocks(new["time"], imported.MOST_SAMPLES)]
            times = [int(part["time"][-1]) for part in parts]
            payloads = [part.tobytes() for part in parts]
            placing.place(int(new["time"][0]), 0, times, payloads)

    def _write_motion(
        self,
        placing: Placing,
        time_ns: Int64s,
        axes: Int16s,
        scale: MotionScale,
        present: Present,
        summary: Summary,
    ) -> None:
        fresh = ~present.has_motion(time_ns)
        summary.add_motion(time_ns, int(fresh.sum()))
        time_ns, axes = time_ns[fresh], axes[fresh]
        spans = list(blocks(time_ns, imported.MOST_MOTION))
        payloads = [imported.pack_motion(time_ns[a:b], axes[a:b], scale) for a, b in spans]
        if payloads:
            times = [int(time_ns[b - 1]) for _, b in spans]
            placing.place(int(time_ns[0]), 1, times, payloads)

    # Saying ------------------------------------------------------------------------------------

    def _refuse_wrong_units(self) -> None:
        for channel, (wrong, example) in self._wrong.items():
            given = self._given[channel]
            if wrong > WRONG_UNIT_SHARE * given:
                low, high = BOUNDS[channel]
                raise IngestError(
                    mark("{file}: {what} cannot be {example}; the unit must be another."),
                    mark("Nothing was imported. Values of {low} to {high} can be."),
                    file=self._file.name,
                    what=channel_text(channel),
                    example=f"{example:g}",
                    low=f"{low:g}",
                    high=f"{high:g}",
                )
            self.skip(channel_text(channel), wrong, _("no body does that"))

    def _new_masses(self) -> list[AnyEntry]:
        """Body masses for days on which none is known."""
        person = Entries(self._into.home).registry().persons.get(self._into.person)
        known = dict(person.masses) if person else {}
        wrong = {date for date, kg in self._masses.items() if not 20 <= kg <= 400}
        self.skip(_("body masses"), len(wrong), _("they are not between 20 and 400 kg"))
        said = {d for d, kg in self._masses.items() if d in known and known[d] != kg} - wrong
        self.skip(_("body masses"), len(said), _("another one is known for that day"))
        return [
            BodyMassSet(at=self._into.now, person=self._into.person, date=date, kg=kg)
            for date, kg in sorted(self._masses.items())
            if date not in known and date not in wrong
        ]

    def _nothing(self) -> IngestError:
        why = "; ".join(f"{count} {what}: {why}" for (what, why), count in self._skipped.items())
        return IngestError(
            mark("{file} holds nothing that legload uses{why}."),
            mark("Nothing was imported."),
            file=self._file.name,
            why=f" ({why})" if why else "",
        )

    def _told(
        self, summary: Summary, masses: Sequence[AnyEntry], sensors: Sequence[str]
    ) -> Imported:
        rows = summary.new + len(masses)
        skipped = tuple(
            Skipped(count=count, what=what, why=why) for (what, why), count in self._skipped.items()
        )
        taken = summary.taken()
        if masses:
            taken += (Taken(count=len(masses), what=_("body mass")),)
        start, end = summary.span
        return Imported(
            file=self._file.name,
            rows=rows,
            text=sentence(rows, summary.all - summary.new, start, end, self._into.zone),
            kind=self._kind,
            here=summary.all - summary.new,
            taken=taken,
            skipped=skipped,
            sensors=tuple(sensors),
            start=start,
            end=end,
        )


def _parts(heap: _Heap) -> Iterator[NDArray[np.void]]:
    """Samples of a source: those in memory, or those of a file after the other."""
    if heap.rows:
        yield np.concatenate(heap.rows)
    for number in sorted(heap.paths):
        yield np.fromfile(heap.paths[number], ROW)


def _once(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Samples by time, each instant of a channel once: the first that was given."""
    rows = rows[np.argsort(rows["time"], kind="stable")]
    _, first = np.unique(keys(rows), return_index=True)
    return rows[np.sort(first)]


def _printable(name: str) -> str:
    """A name that may be entered, whatever a file calls its watch: no marks that nobody sees."""
    seen = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(seen.split())[:80].strip()


def _ns(instant: dt.datetime) -> int:
    return int(instant.timestamp()) * 1_000_000_000
