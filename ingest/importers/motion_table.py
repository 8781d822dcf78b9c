"""Motion as a table: one sensor, or several beside each other; one recording, or several by `rec`.

The layout is that of docs/recordings-layout.md; names of columns may differ where they say what
they are, and a person tells what the table does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from devices.places import place_of
from devices.profile import Int64s, Placement
from ingest.errors import IngestError
from ingest.importers.csv_text import layout_in
from ingest.importers.imported import Imported, Into
from ingest.importers.motion_clock import LONGEST_S, Clock, rate_of
from ingest.importers.motion_columns import Axes, SensorColumns, column_of, sensors_in
from ingest.importers.motion_counts import Rows, counted, holdable
from ingest.importers.motion_meta import Fact, facts_beside
from ingest.importers.motion_rows import names_in, rows_of
from ingest.importers.table_columns import listing
from ingest.importers.table_times import ABSENT
from ingest.importers.taking import Source, Taking
from language.spoken import _, mark

KEY = "motion"
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")
RATES_HZ = (5.0, 1_000.0)
"""Rates at which sensors at a body record (design; devices.profile.MotionScale allows more)."""

CALM_G, MIDDLE_G = 0.5, (0.5, 2.0)
"""Tenth percentile and median of the sizes that an acceleration in g has and one in m/s2 has not
(design, as in analytics/validation/sets.py)."""


def fits(path: Path, head: bytes) -> bool:
    """Whether the first bytes of a file are of a table of motion."""
    if path.suffix.casefold() == ".parquet":
        return head.startswith(b"PAR1")
    try:
        return bool(sensors_in(layout_in(head, path.name).names, {}))
    except IngestError:
        return False


def take(file: Path, into: Into) -> Imported:
    """Take a table of motion in, every sensor of it.

    Raises:
        IngestError: it is none, or somebody must say when, where or how fast it was recorded.
    """
    names = names_in(file)
    sensors = sensors_in(names, into.told.columns)
    if not sensors:
        raise IngestError(
            mark("{file} has no columns that are known to be of a motion sensor ({columns})."),
            mark("Nothing was imported. Name all three, such as: --column ax_g=X"),
            file=file.name,
            columns=listing(names),
        )
    with Taking(file, into, KEY) as taking:
        _Motion(file, into, names, sensors, taking).read()
        return taking.finish()


@dataclass(slots=True)
class _Motion:
    """One table while it is read."""

    file: Path
    into: Into
    names: tuple[str, ...]
    sensors: tuple[SensorColumns, ...]
    taking: Taking
    others: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Every recording of it, or the one that is asked for."""
        told, facts = self.into.told, facts_beside(self.file, self.into.zone)
        clock = Clock.of(self.names, told.columns, self.into.zone, told.day_first)
        recordings = self._recordings(clock)
        starts = [name for name in recordings if facts.get(name, Fact()).start_ns is not None]
        if len(recordings) > 1 and not clock.told_day and len(starts) < len(recordings):
            raise self._asks(
                mark("{file} holds {count} recordings ({columns}), and not when each began."),
                mark("Nothing was imported. Choose one: --recording NAME --start INSTANT"),
                count=len(recordings),
                columns=listing(tuple(recordings)),
            )
        for name, rows in recordings.items():
            self._take(rows, facts.get(name, Fact()), clock)

    def _recordings(self, clock: Clock) -> dict[str, pl.DataFrame]:
        """Rows by recording: `at` as `Clock.ns` tells it, and axes."""
        rec = column_of(self.names, self.into.told.columns, "rec")
        axes = list(dict.fromkeys(name for one in self.sensors for name in _columns(one)))
        texts = [name for name in (rec, None if clock.counts else clock.column, clock.day) if name]
        columns = list(dict.fromkeys([*texts, *axes, *([clock.column] if clock.column else [])]))
        parts = []
        for frame in rows_of(self.file, columns, texts, self.into.progress):
            shown = [pl.col(name).cast(pl.Float32).alias(f"axis {name}") for name in axes]
            name = pl.col(rec).cast(pl.String) if rec else pl.lit("")
            part = frame.select(name.fill_null("").alias("rec"), *shown)
            if clock.column:
                at = clock.ns(frame[clock.column], frame[clock.day] if clock.day else None)
                part = part.with_columns(pl.Series("at", at, dtype=pl.Int64))
            parts.append(self._wanted(part))
        if not parts:
            return {}
        by_name = pl.concat(parts).partition_by("rec", as_dict=True, include_key=False)
        found = {str(key): rows for (key,), rows in by_name.items()}
        if self.into.told.recording is not None and not found:
            raise self._asks(
                mark("{file} holds no recording '{name}'."),
                mark("It holds: {columns}."),
                name=self.into.told.recording,
                columns=listing(tuple(sorted(self.others))),
            )
        return found

    def _wanted(self, part: pl.DataFrame) -> pl.DataFrame:
        if self.into.told.recording is None:
            return part
        self.others.update(part["rec"].unique().head(1_000).to_list())
        return part.filter(pl.col("rec") == self.into.told.recording)

    def _take(self, rows: pl.DataFrame, fact: Fact, clock: Clock) -> None:
        time_ns, rate_hz = self._times(rows, fact, clock)
        known = time_ns != ABSENT
        self.taking.skip(_("rows"), int((~known).sum()), _("their time cannot be read"))
        order = np.flatnonzero(known)[np.argsort(time_ns[known], kind="stable")]
        time_ns = time_ns[order]
        for sensor in self.sensors:
            acc = _values(rows, sensor.acc)[order]
            gyro = None if sensor.gyro is None else _values(rows, sensor.gyro)[order]
            self._refuse_g(acc, sensor.acc)
            fine = holdable(acc, gyro)
            if 2 * int(fine.sum()) < len(fine) and np.isfinite(acc).any():
                raise self._asks(
                    mark("{file}: no sensor at a body measures that much; the unit is another."),
                    mark("Nothing was imported. Say it, such as: --column {option}"),
                    option=_option(sensor.acc, "ax_mg"),
                )
            self.taking.skip(
                _("motion samples"), int((~fine).sum()), _("they are no numbers, or too large")
            )
            if fine.any():
                axes, scale = counted(acc[fine], None if gyro is None else gyro[fine], rate_hz)
                source = self._source(sensor, fact, rate_hz)
                self.taking.add_motion(source, time_ns[fine], axes, scale)

    # What the table does not say ----------------------------------------------------------------

    def _times(self, rows: pl.DataFrame, fact: Fact, clock: Clock) -> tuple[Int64s, float]:
        """Instants in UTC ns, `ABSENT` where there is none, and samples a second."""
        at = rows["at"].to_numpy() if clock.column else np.arange(len(rows), dtype=np.int64)
        known = at != ABSENT
        rate = self.into.told.rate_hz or fact.rate_hz
        if not clock.counts:
            rate = rate or rate_of(np.sort(at[known]))
        if rate is None or not RATES_HZ[0] <= rate <= RATES_HZ[1]:
            raise self._asks(
                mark("{file} does not tell how many samples a second it holds."),
                mark("Nothing was imported. Say it, such as: --rate 100"),
            )
        if clock.told_day:
            return at, rate
        since_s = at / rate if clock.counts else at / 1e9
        known &= np.abs(since_s) <= LONGEST_S
        since_ns = np.rint(np.where(known, since_s, 0.0) * 1e9).astype(np.int64)
        return np.where(known, since_ns + self._start(fact), ABSENT), rate

    def _start(self, fact: Fact) -> int:
        if self.into.told.start is not None:
            start = self.into.told.start
            return int(start.timestamp()) * 1_000_000_000 + start.microsecond * 1_000
        if fact.start_ns is not None:
            return fact.start_ns
        raise self._asks(
            mark("{file} does not tell when it was recorded."),
            mark("Nothing was imported. Say when it began: --start 2026-05-01T07:10"),
        )

    def _source(self, sensor: SensorColumns, fact: Fact, rate_hz: float) -> Source:
        one = len(self.sensors) == 1
        placement = (self.into.told.placement if one else None) or place_of(sensor.place or "-")
        placement = placement or fact.placement or self.into.told.placement
        if placement is None:
            raise self._asks(
                mark("{file} does not tell where the sensor sat."),
                mark("Nothing was imported. Say it: --placement with one of {places}"),
                places=", ".join(Placement),
            )
        return Source(
            identity=f"motion {placement.value} {rate_hz:.3g}",
            name=f"IMU {placement.value}",
            placement=placement,
        )

    def _refuse_g(self, acc_g: Rows, axes: Axes) -> None:
        """Raises where an acceleration of no named unit looks like g."""
        size = np.linalg.norm(acc_g[np.isfinite(acc_g).all(axis=1)], axis=1) / axes.factor
        if axes.named or not len(size):
            return
        calm, middle = np.percentile(size, [10.0, 50.0])
        if calm >= CALM_G and MIDDLE_G[0] <= middle <= MIDDLE_G[1]:
            raise self._asks(
                mark("{file}: its acceleration looks like g, but its columns do not say so."),
                mark("Nothing was imported. Say it for all three: --column {option}"),
                option=_option(axes, "ax_g"),
            )

    def _asks(self, problem: str, advice: str, **values: object) -> IngestError:
        return IngestError(problem, advice, file=self.file.name, **values)


def _columns(sensor: SensorColumns) -> tuple[str, ...]:
    return (*sensor.acc.columns, *(sensor.gyro.columns if sensor.gyro else ()))


def _values(rows: pl.DataFrame, axes: Axes) -> Rows:
    """Of three columns, (n, 3) in g or deg/s; not a number where there is none."""
    columns = [rows[f"axis {name}"].fill_null(np.nan).to_numpy() for name in axes.columns]
    return np.column_stack(columns) * np.float32(axes.factor)


def _option(axes: Axes, key: str) -> str:
    return f"{key}={axes.columns[0]}"
