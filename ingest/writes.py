"""What may be written into the store, each in one transaction that also moves its version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager

import duckdb
import numpy as np
import polars as pl

from devices.profile import CHANNELS, Int64s
from ingest import projection
from ingest.database import StoreDamaged, explain
from ingest.decoding import RUN_GAP_NS, Decoded, Span, joined
from ingest.entries import Registry
from ingest.errors import IngestError
from ingest.header import LATEST_NS
from ingest.migrations import transaction
from ingest.projection import EVER
from ingest.queries import Instant, Store, to_ns
from language.spoken import mark

LONG_NS = 24 * RUN_GAP_NS  # a recording that spans more is looked into: its clock was set
_OF_ROWS = (
    duckdb.BinderException,
    duckdb.DataError,
    duckdb.IntegrityError,
    duckdb.InvalidInputException,
    pl.exceptions.PolarsError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)


class RowsRefused(IngestError):  # noqa: N818 - says what happened
    """What recordings say does not fit into the store."""


class StoreWriter(Store):
    """A store open for writing; short-lived, because nobody can read meanwhile."""

    @contextmanager
    def _change(self) -> Iterator[None]:
        with transaction(self._connection):
            self._rows("UPDATE data_version SET version = version + 1")
            yield

    def replace_minutes(
        self,
        sensor: str,
        start: Instant,
        end: Instant,
        frame: pl.DataFrame,
        *,
        seen: int | None = None,
    ) -> None:
        """Put SensorMinutes of a sensor in place of those in [start, end), stale no longer.

        seen: the `Stale.version` that `frame` was computed from; what became stale later stays so.

        Raises:
            ValueError: `frame` reaches outside of the range, or has rows of another sensor.
        """
        start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
        frame = frame.with_columns(pl.col("minute").dt.convert_time_zone("UTC"))
        own = (pl.col("sensor") == sensor) & pl.col("minute").is_between(start, end, closed="left")
        if not frame.select(own.all()).item():
            raise ValueError(f"minutes outside of {sensor}, {start} to {end}")
        naive = pl.col("minute").dt.replace_time_zone(None)
        with self._change():
            old = self._rows(
                """
                DELETE FROM minute WHERE sensor = ?
                AND minute >= make_timestamp(?) AND minute < make_timestamp(?)
                RETURNING person, minute
                """,
                *(sensor, to_ns(start) // 1000, to_ns(end) // 1000),
            )
            self._insert("minute", frame.with_columns(naive))
            new = frame.select("person", pl.col("minute").dt.date()).unique().rows()
            self._changed({*((person, minute.date()) for person, minute in old), *new})
            self._clear(sensor, to_ns(start), to_ns(end), seen)

    def replace_sets(self, sensor: str, start: Instant, end: Instant, frame: pl.DataFrame) -> None:
        """Put detected sets of a sensor in place of those that begin in [start, end).

        frame: columns as `training_sets` gives them, instants in UTC. The range stays stale until
        `replace_minutes`: put the sets in first, and what is torn in between is computed again.

        Raises:
            ValueError: a set of `frame` begins outside of the range, or is of another sensor.
        """
        own = (pl.col("sensor") == sensor) & pl.col("start").is_between(start, end, closed="left")
        if not frame.select(own.all()).item():
            raise ValueError(f"sets outside of {sensor}, {start} to {end}")
        naive = pl.col("start", "end").dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        with self._change():
            old = self._rows(
                """
                DELETE FROM training_set WHERE sensor = ?
                AND start >= make_timestamp(?) AND start < make_timestamp(?)
                RETURNING person, start
                """,
                *(sensor, to_ns(start) // 1000, to_ns(end) // 1000),
            )
            self._insert("training_set", frame.with_columns(naive))
            new = frame.with_columns(naive).select("person", "start").rows()
            self._changed({(person, begun.date()) for person, begun in (*old, *new)})

    def _changed(self, days: Set[tuple[str, dt.date]]) -> None:
        """Note that minutes or sets of these persons changed on these UTC days."""
        if not days:
            return
        persons, dates = zip(*sorted(days), strict=True)
        touched = pl.DataFrame({"person": persons, "day": dates}, schema_overrides={"day": pl.Date})
        self._connection.register("touched", touched.to_arrow())
        self._rows(
            "DELETE FROM person_day USING touched"
            " WHERE person_day.person = touched.person AND person_day.day = touched.day"
        )
        self._rows(
            """
            INSERT INTO person_day
            SELECT person, day, (SELECT version FROM data_version), first_minute, last_minute
            FROM touched LEFT JOIN (
                SELECT person, minute::DATE AS day,
                       min(minute) AS first_minute, max(minute) AS last_minute
                FROM minute WHERE minute >= ?::DATE AND minute < ?::DATE + INTERVAL 1 DAY
                GROUP BY person, minute::DATE
            ) USING (person, day)
            """,
            *(min(dates), max(dates)),
        )
        self._connection.unregister("touched")

    def _clear(self, sensor: str, start_ns: int, end_ns: int, seen: int | None) -> None:
        """Take [start, end) out of the stale ranges of a sensor."""
        hit = """
            sensor = ? AND (?::BIGINT IS NULL OR version <= ?)
            AND epoch_ns(last_time) >= ? AND epoch_ns(first_time) < ?
            """
        which = (sensor, seen, seen, start_ns, end_ns)
        kept = self._rows(
            f"SELECT epoch_ns(first_time), epoch_ns(last_time), version FROM stale WHERE {hit}",  # noqa: S608
            *which,
        )
        self._rows(f"DELETE FROM stale WHERE {hit}", *which)  # noqa: S608
        for first, last, version in kept:
            for part in ((first, start_ns - 1), (end_ns, last)):
                if part[0] <= part[1]:
                    self._mark(sensor, part, version)

    def _mark(self, sensor: str, span: Span, version: int | None = None) -> None:
        self._rows(
            """
            INSERT INTO stale SELECT ?, make_timestamp_ns(?), make_timestamp_ns(?),
                coalesce(?, (SELECT version FROM data_version))
            """,
            *(sensor, *span, version),
        )

    def keep_weeks(self, weeks: pl.DataFrame) -> None:
        """Keep scored weeks, columns as `kept_weeks` gives them, each in place of the same one.

        A week scored by another method or against another target set is another row.
        """
        naive = weeks.with_columns(pl.col("scored_at").dt.replace_time_zone(None))
        with self._change():
            for row in weeks.select("person", "week", "method", "protocol").iter_rows():
                self._rows(
                    "DELETE FROM week WHERE person = ? AND week = ? AND method = ?"
                    " AND protocol = ?",
                    *row,
                )
            self._insert("week", naive)

    def keep_lines(self, lines: Sequence[tuple[str, str, str, str, bytes]]) -> None:
        """Keep what was computed of weeks: person, week, language, key, line, each in place of the
        same one. Nothing that a page shows changes, so the version stays."""
        if not lines:
            return
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM week_line WHERE person = ? AND week = ? AND language = ?",
                [line[:3] for line in lines],
            )
            self._insert_rows("week_line", lines)

    def mark_all_stale(self) -> None:
        """Have every minute computed anew, after the method changed."""
        with self._change():
            for (sensor,) in self._rows("SELECT DISTINCT sensor FROM recording ORDER BY sensor"):
                self._mark_since(sensor, EVER)

    def _mark_since(self, sensor: str, since: Instant) -> None:
        """What a sensor recorded from an instant on is stale, run by run of its samples."""
        since_ns = min(max(to_ns(since), 0), LATEST_NS)
        spans = self._rows(
            """
            SELECT greatest(epoch_ns(first_time), ?), epoch_ns(last_time) FROM recording
            WHERE sensor = ? AND epoch_ns(last_time) >= ?
              AND epoch_ns(last_time) - epoch_ns(first_time) <= ?
            """,
            *(since_ns, sensor, since_ns, LONG_NS),
        )
        hours = self._rows(
            """
            SELECT epoch_ns(min(time)), epoch_ns(max(time)) FROM (
                SELECT recording, time FROM sample UNION ALL SELECT recording, time FROM motion
            )
            WHERE time >= make_timestamp_ns(?) AND recording IN (
                SELECT number FROM recording
                WHERE sensor = ? AND epoch_ns(last_time) - epoch_ns(first_time) > ?
            )
            GROUP BY epoch_ns(time) // ?
            """,
            *(since_ns, sensor, LONG_NS, RUN_GAP_NS),
        )
        for first, last in joined([*spans, *hours]):
            self._mark(sensor, (first, last))

    def project(self, registry: Registry) -> bool:
        """Put what the entries say into the tables; whether that changed anything.

        Minutes that depend on what changed (who wore a sensor where, their body mass) are stale.
        """
        if self.reflects(registry):
            return False
        before = projection.decode(self._rows("SELECT registry FROM projection")[0][0])
        with self._change():
            for table, rows in projection.tables(registry).items():
                self._rows(f"DELETE FROM {table}")  # noqa: S608
                self._insert_rows(table, rows)
            for sensor, since in projection.affected(before, registry).items():
                self._mark_since(sensor, since)
            self._rows(
                "UPDATE projection SET entries = ?, registry = ?",
                *(registry.entries, projection.encode(registry)),
            )
        return True

    def add(self, batch: Sequence[Decoded]) -> None:
        """Put new samples of recordings in and note how far each is loaded: all or nothing.

        Raises:
            RowsRefused: what one of them says does not fit; the store is as it was.
        """
        try:
            self._add(batch)
        except _OF_ROWS as error:
            if isinstance(error, duckdb.Error) and isinstance(explain(error), StoreDamaged):
                raise
            names = ", ".join(decoded.path.name for decoded in batch)
            raise RowsRefused(
                mark("{names} could not be put into the store ({error})."),
                mark("Please report this with the log; the recording is kept as it is."),
                names=names,
                error=error,
            ) from error

    def _add(self, batch: Sequence[Decoded]) -> None:
        with self._change():
            numbers = self._numbers(batch)
            self._insert("sample", _sample_frame(batch, numbers))
            self._insert("motion", _motion_frame(batch, numbers))
            self._insert("link_event", _link_frame(batch, numbers))
            self._rows("DELETE FROM recording WHERE number IN (SELECT unnest(?))", numbers)
            self._insert("recording", _recording_frame(batch, numbers))
            for decoded in batch:
                self._inform(decoded)
                for span in decoded.touched:
                    self._mark(decoded.header.sensor, span)

    def _numbers(self, batch: Sequence[Decoded]) -> list[int]:
        known = self.known()
        free = max((row.number for row in known.values()), default=0)
        numbers = []
        for decoded in batch:
            if (old := known.get(decoded.header.id)) is None:
                free += 1
            numbers.append(old.number if old else free)
        return numbers

    def _inform(self, decoded: Decoded) -> None:
        """Keep what a sensor said about itself, unless it said something later."""
        for key, value, time_ns in decoded.information:
            which = (decoded.header.sensor, key)
            self._rows(
                "DELETE FROM sensor_info WHERE sensor = ? AND key = ? AND epoch_ns(time) <= ?",
                *(*which, time_ns),
            )
            self._rows(
                """
                INSERT INTO sensor_info SELECT ?, ?, ?, make_timestamp_ns(?)
                WHERE NOT EXISTS (FROM sensor_info WHERE sensor = ? AND key = ?)
                """,
                *(*which, value, time_ns, *which),
            )

    def _insert(self, table: str, rows: pl.DataFrame) -> None:
        if not len(rows):
            return
        self._connection.register("batch", rows.to_arrow())
        self._rows(f"INSERT INTO {table} BY NAME SELECT * FROM batch")  # noqa: S608
        self._connection.unregister("batch")

    def _insert_rows(self, table: str, rows: Sequence[projection.Row]) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _recording_frame(batch: Sequence[Decoded], numbers: Sequence[int]) -> pl.DataFrame:
    instants = ("started", "first_time", "last_time")
    rows = [_recording(number, decoded) for number, decoded in zip(numbers, batch, strict=True)]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(instants).cast(pl.Int64).cast(pl.Datetime("ns"))
    )


def _recording(number: int, decoded: Decoded) -> dict[str, object]:
    header, scale = decoded.header, decoded.motion.scale if decoded.motion is not None else None
    return {
        "number": number,
        "id": header.id,
        "sensor": header.sensor,
        "profiles": list(header.profiles),
        "app": header.app,
        "started": header.started_utc_ns,
        "path": "/".join(decoded.path.parts[-3:]),
        "size": decoded.size,
        "loaded_through": decoded.loaded_through,
        "rows": decoded.rows,
        "malformed": decoded.malformed,
        "damaged": decoded.damaged,
        "first_time": decoded.first_ns,
        "last_time": decoded.last_ns,
        "rate_hz": scale.rate_hz if scale else None,
        "acc_g": scale.acc_g if scale else None,
        "gyro_dps": scale.gyro_dps if scale else None,
    }


def _link_frame(batch: Sequence[Decoded], numbers: Sequence[int]) -> pl.DataFrame:
    events = [
        (number, *event)
        for number, decoded in zip(numbers, batch, strict=True)
        for event in decoded.links
    ]
    schema = {"recording": pl.Int32, "time": pl.Int64, "kind": pl.String, "detail": pl.String}
    frame = pl.DataFrame(events, schema=schema, orient="row")
    return frame.with_columns(pl.col("time").cast(pl.Datetime("ns")))


def _sample_frame(batch: Sequence[Decoded], numbers: Sequence[int]) -> pl.DataFrame:
    names = pl.Series([channel.value for channel in CHANNELS])
    channel = np.concatenate([decoded.slow.channel for decoded in batch])
    return pl.DataFrame(
        {
            "recording": np.repeat(np.array(numbers, np.int32), [len(d.slow) for d in batch]),
            "time": _instants([decoded.slow.time_ns for decoded in batch]),
            "channel": names.gather(channel),
            "value": np.concatenate([decoded.slow.value for decoded in batch]),
        }
    )


def _motion_frame(batch: Sequence[Decoded], numbers: Sequence[int]) -> pl.DataFrame:
    moved = [(n, d.motion) for n, d in zip(numbers, batch, strict=True) if d.motion]
    if not moved:
        return pl.DataFrame()
    axes = np.concatenate([motion.axes for _, motion in moved])
    names = ("ax", "ay", "az", "gx", "gy", "gz")
    number = np.array([number for number, _ in moved], np.int32)
    return pl.DataFrame(
        {
            "recording": np.repeat(number, [len(motion) for _, motion in moved]),
            "time": _instants([motion.time_ns for _, motion in moved]),
            **{name: np.ascontiguousarray(axes[:, axis]) for axis, name in enumerate(names)},
        }
    )


def _instants(parts: Sequence[Int64s]) -> pl.Series:
    return pl.Series(np.concatenate(parts)).cast(pl.Datetime("ns"))
