"""What may be asked of the store. Instants are aware; `start` is inclusive, `end` exclusive."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest import gaps, projection
from ingest.entries import Registry

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE_NS = 60_000_000_000
SHORTEST_GAP_NS = 5 * 10**9
MANY_RUNS = 1000  # more are sorted row by row
LONGEST_GAP_NS = 12 * 3600 * 10**9  # longer, the sensor was put away

Instant = dt.datetime
Floats = NDArray[np.float64]
Columns = NDArray[np.float32]


class Stale(NamedTuple):
    """Whole minutes of a sensor that must be computed anew; `version` is for `replace_minutes`."""

    sensor: str
    start: Instant
    end: Instant
    version: int


class Battery(NamedTuple):
    """The charge a sensor reported last."""

    time: Instant
    percent: float


class Known(NamedTuple):
    """What the store knows of a recording: its number, how far and at which size it was loaded."""

    number: int
    loaded_through: int
    size: int
    sensor: str


class _Scale(NamedTuple):
    """Numbers of recordings, what one count of their motion is in g and in deg/s, and its rate."""

    recordings: list[int]
    acc_g: float
    gyro_dps: float | None
    rate_hz: float


SAME_RATE = 1.1
"""Nominal rates up to this factor apart are one: no clock is that far off (design)."""


_LOST = """
    WITH happened AS (
        SELECT sensor, time, kind, detail
        FROM link_event JOIN recording ON recording.number = link_event.recording
        WHERE kind IN ('connected', 'lost')
        UNION ALL
        SELECT sensor, last_time, 'lost', 'recording stopped unexpectedly' FROM recording
        WHERE last_time IS NOT NULL AND number NOT IN (
            SELECT recording FROM link_event WHERE kind = 'lost')
    ), event AS (
        SELECT sensor, time, kind, detail,
               lag(kind) OVER by_time AS before,
               min(time) FILTER (kind = 'connected') OVER (
                   by_time ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS back
        FROM happened WHERE ?::VARCHAR[] IS NULL OR sensor IN ?
        WINDOW by_time AS (PARTITION BY sensor ORDER BY time)
    )
    SELECT sensor, epoch_ns(time), epoch_ns(back), detail FROM event
    WHERE kind = 'lost' AND before IS DISTINCT FROM 'lost' AND back > time
    """
"""Sensor, start, end in ns and reason of each stretch from a loss to the next connection."""

_QUIET = """
    WITH noted AS (
        SELECT sensor, recording, time, split_part(detail, ': ', 1) AS stream,
               detail LIKE '%: silent for %' AS silent,
               try_cast(regexp_extract(detail, 'silent for ([0-9]+) s', 1) AS BIGINT) AS seconds
        FROM link_event JOIN recording ON recording.number = link_event.recording
        WHERE kind = 'dropped' AND (?::VARCHAR[] IS NULL OR sensor IN ?)
    )
    SELECT sensor, stream, epoch_ns(time) - seconds * 1000000000, coalesce(
        (SELECT min(epoch_ns(heard.time)) FROM noted heard
         WHERE heard.recording = q.recording AND heard.stream = q.stream
           AND NOT heard.silent AND heard.time > q.time),
        (SELECT epoch_ns(last_time) FROM recording WHERE number = q.recording), 0)
    FROM noted q WHERE silent AND seconds IS NOT NULL
    """
"""Sensor, stream, start and end in ns of each silence that was noted on a connection."""


_ACC, _GYRO = ("ax", "ay", "az"), ("gx", "gy", "gz")
_SAMPLES = """
    SELECT time, ax, ay, az, gx, gy, gz FROM motion
    WHERE recording IN ? AND time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
    """
_BY_MINUTE = f"""
    SELECT epoch_ns(time) // 60000000000 AS minute, count(*) AS samples, {
    ", ".join(
        f"sum({a})::DOUBLE AS {a}_sum, sum({a}::INTEGER * {a})::DOUBLE AS {a}_squares, "
        f"min({a})::DOUBLE AS {a}_min, max({a})::DOUBLE AS {a}_max"
        for a in _ACC
    )
}
    FROM motion
    WHERE recording IN ? AND time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
    GROUP BY minute
    """  # noqa: S608 - names of columns
"""Integers are summed first: exact, and several times as fast as in g."""


def to_ns(instant: Instant) -> int:
    """Nanoseconds since 1970 UTC of an aware instant."""
    return (instant - _EPOCH) // dt.timedelta(microseconds=1) * 1000


def to_instant(time_ns: int) -> Instant:
    """An aware UTC instant, to the microsecond."""
    return _EPOCH + dt.timedelta(microseconds=time_ns // 1000)


class Store:
    """A store open for reading, in one thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def _rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, list(params)).fetchall()

    def _frame(self, query: str, *params: object) -> pl.DataFrame:
        frame: pl.DataFrame = self._connection.sql(query, params=list(params)).pl()
        naive = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
        return frame.with_columns(pl.col(naive).dt.replace_time_zone("UTC"))

    def version(self) -> int:
        """A number that grows with every change that a page could show."""
        return int(self._rows("SELECT version FROM data_version")[0][0])

    def slow(self, sensor: str, start: Instant, end: Instant) -> pl.DataFrame:
        """SlowSamples of a sensor, ordered by time: time, channel, value."""
        return self._frame(
            """
            SELECT time, channel, value FROM sample
            WHERE recording IN (SELECT number FROM recording WHERE sensor = ?)
              AND time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
            ORDER BY time, channel
            """,
            sensor,
            to_ns(start),
            to_ns(end),
        )

    def samples_by_day(self, sensor: str, start: Instant, end: Instant) -> dict[dt.date, int]:
        """How many slow samples a sensor gave on each UTC day on which it gave any."""
        rows = self._rows(
            """
            SELECT time::DATE, count(*) FROM sample
            WHERE recording IN (SELECT number FROM recording WHERE sensor = ?)
              AND time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
            GROUP BY ALL
            """,
            *(sensor, to_ns(start), to_ns(end)),
        )
        return dict(rows)

    def motion(self, sensor: str, start: Instant, end: Instant) -> pl.DataFrame:
        """MotionSamples of a sensor, ordered by time: acceleration in g, turning rate in deg/s."""
        runs = self._runs(sensor, start, end)
        frame = pl.concat(
            run.with_columns(
                pl.col(_ACC).cast(pl.Float32) * pl.lit(scale.acc_g, pl.Float32),
                pl.col(_GYRO).cast(pl.Float32) * pl.lit(scale.gyro_dps, pl.Float32),
            )
            for run, scale in runs
        )
        ordered = frame["time"].is_sorted()
        return frame if ordered else frame.sort("time", maintain_order=True)

    def motion_arrays(
        self, sensor: str, start: Instant, end: Instant, *, rate_hz: float | None = None
    ) -> tuple[Floats, Columns, Columns | None]:
        """The same as arrays: time (n,) in s since 1970 UTC, acceleration and rotation (n, 3).

        rate_hz: only what was recorded at that one of `motion_rates`. No rotation where any is
        null. Made without the frame, which would be copied twice.
        """
        runs = self._runs(sensor, start, end, rate_hz)
        count = sum(len(run) for run, _ in runs)
        time_s, columns = np.empty(count), np.empty((6, count), np.float32)
        end_row = 0
        for run, scale in runs:
            rows = slice(end_row, end_row := end_row + len(run))
            np.divide(run["time"].to_physical().to_numpy(), 1e9, out=time_s[rows])
            for name, column in zip((*_ACC, *_GYRO), columns, strict=True):
                unit = scale.acc_g if name in _ACC else scale.gyro_dps or 0.0
                np.multiply(run[name].to_numpy(), np.float32(unit), out=column[rows])
        if np.any(time_s[1:] < time_s[:-1]):
            order = np.argsort(time_s, kind="stable")
            time_s, columns = time_s[order], columns[:, order]
        turns = not any(run[name].null_count() for run, _ in runs for name in _GYRO)
        return time_s, columns[:3].T, columns[3:].T if turns else None

    def _runs(
        self, sensor: str, start: Instant, end: Instant, rate_hz: float | None = None
    ) -> list[tuple[pl.DataFrame, _Scale]]:
        """Counts of a sensor's motion in runs that are ordered by time, by the first of each.

        The store keeps recordings as they were loaded, each in order: sorting all rows would cost
        the most. Very many runs are left to be sorted.
        """
        runs: list[tuple[pl.DataFrame, _Scale]] = []
        for scale in self._scales(sensor, start, end, rate_hz):
            frame = self._frame(_SAMPLES, scale.recordings, to_ns(start), to_ns(end))
            time = frame["time"].to_physical().to_numpy()
            cuts = (np.flatnonzero(time[1:] < time[:-1]) + 1).tolist()
            ends = [0, *(cuts if len(cuts) < MANY_RUNS else []), len(frame)]
            runs += [(frame.slice(a, b - a), scale) for a, b in itertools.pairwise(ends)]
        return sorted(runs, key=lambda run: run[0]["time"].to_physical().first() or 0)

    def motion_by_minute(self, sensor: str, start: Instant, end: Instant) -> pl.DataFrame:
        """Sums of a sensor's acceleration, one row a UTC minute, ordered; without its samples.

        minute, samples, seconds (by the rate of each recording), and for each axis in g:
        `<axis>_sum`, `_squares` (sum of), `_min`, `_max`.
        """
        between = (to_ns(start), to_ns(end))
        linear = [f"{axis}_{name}" for axis in _ACC for name in ("sum", "min", "max")]
        squares, least, most = ([f"{a}_{name}" for a in _ACC] for name in ("squares", "min", "max"))
        sums = pl.concat(
            self._frame(_BY_MINUTE, scale.recordings, *between).with_columns(
                (pl.col("samples") / scale.rate_hz).alias("seconds"),
                pl.col(linear) * scale.acc_g,
                pl.col(squares) * scale.acc_g**2,
            )
            for scale in self._scales(sensor, start, end)
        )
        return (
            sums.group_by((pl.col("minute") * 60_000_000).cast(pl.Datetime("us", "UTC")))
            .agg(pl.exclude(*least, *most).sum(), pl.col(least).min(), pl.col(most).max())
            .sort("minute")
        )

    def _scales(
        self, sensor: str, start: Instant, end: Instant, rate_hz: float | None = None
    ) -> list[_Scale]:
        """The scales and rates of a sensor's motion then, at least one: reading them apart needs no
        join. rate_hz: only that of `motion_rates`."""
        rows = self._rows(
            """
            SELECT list(number), acc_g, gyro_dps, rate_hz FROM recording
            WHERE sensor = ? AND acc_g IS NOT NULL
              AND last_time >= make_timestamp_ns(?) AND first_time < make_timestamp_ns(?)
              AND (?::DOUBLE IS NULL OR rate_hz BETWEEN ? AND ? * ?)
            GROUP BY acc_g, gyro_dps, rate_hz ORDER BY min(number)
            """,
            *(sensor, to_ns(start), to_ns(end), rate_hz, rate_hz, rate_hz, SAME_RATE),
        )
        return [_Scale(*row) for row in rows] or [_Scale([], 1.0, 1.0, 1.0)]

    def motion_rates(self, sensor: str, start: Instant, end: Instant) -> list[float]:
        """Nominal rates in Hz at which a sensor recorded motion then, ascending; of several within
        `SAME_RATE` of the lowest only that one."""
        rows = self._rows(
            """
            SELECT DISTINCT rate_hz FROM recording
            WHERE sensor = ? AND rate_hz IS NOT NULL
              AND last_time >= make_timestamp_ns(?) AND first_time < make_timestamp_ns(?)
            ORDER BY rate_hz
            """,
            sensor,
            to_ns(start),
            to_ns(end),
        )
        rates: list[float] = []
        for (rate_hz,) in rows:
            if not rates or rate_hz > SAME_RATE * rates[-1]:
                rates.append(float(rate_hz))
        return rates

    def dirty(self) -> list[Stale]:
        """Ranges of whole minutes that are stale, ordered by sensor and start, never touching."""
        found: list[Stale] = []
        for sensor, first, last, version in self._rows(
            """
            SELECT sensor, epoch_ns(first_time), epoch_ns(last_time), version FROM stale
            ORDER BY sensor, first_time
            """
        ):
            start = to_instant(first // MINUTE_NS * MINUTE_NS)
            end = to_instant((last // MINUTE_NS + 1) * MINUTE_NS)
            if found and found[-1].sensor == sensor and start <= found[-1].end:
                before = found.pop()
                start, end = before.start, max(before.end, end)
                version = max(before.version, version)
            found.append(Stale(sensor, start, end, version))
        return found

    def minutes(self, person: str | None, start: Instant, end: Instant) -> pl.DataFrame:
        """SensorMinutes of a person (None: of everyone), ordered by minute and sensor."""
        return self._frame(
            """
            SELECT * FROM minute
            WHERE minute >= make_timestamp(?) AND minute < make_timestamp(?)
              AND (?::VARCHAR IS NULL OR person = ?)
            ORDER BY minute, sensor
            """,
            to_ns(start) // 1000,
            to_ns(end) // 1000,
            person,
            person,
        )

    def training_sets(self, person: str, start: Instant, end: Instant) -> pl.DataFrame:
        """Sets that sensors of a person saw begin, by start and sensor.

        sensor, person, start, end, exercise, repetitions, leg, quality, method.
        """
        return self._frame(
            """
            SELECT * FROM training_set
            WHERE person = ? AND start >= make_timestamp(?) AND start < make_timestamp(?)
            ORDER BY start, sensor
            """,
            person,
            to_ns(start) // 1000,
            to_ns(end) // 1000,
        )

    def person_days(self, person: str) -> list[tuple[dt.date, int, Instant | None, Instant | None]]:
        """A person's UTC days on which minutes or detected sets ever changed, ascending: the day,
        the version at which they did last, and the first and last minute in it; None: none."""
        rows = self._rows(
            """
            SELECT day, version, epoch_ns(first_minute), epoch_ns(last_minute) FROM person_day
            WHERE person = ? ORDER BY day
            """,
            person,
        )
        return [
            (day, version, *(None if ns is None else to_instant(ns) for ns in ends))
            for day, version, *ends in rows
        ]

    def week_lines(self, person: str, language: str) -> dict[str, tuple[str, bytes]]:
        """What was kept of a person's weeks: key and line by week."""
        rows = self._rows(
            "SELECT week, key, line FROM week_line WHERE person = ? AND language = ?",
            *(person, language),
        )
        return {week: (key, line) for week, key, line in rows}

    def hours(self, person: str) -> pl.Series:
        """The UTC hours in which a person has minutes, ascending."""
        found = self._frame(
            "SELECT DISTINCT date_trunc('hour', minute) AS hour FROM minute WHERE person = ?"
            " ORDER BY hour",
            person,
        )
        return found["hour"]

    def kept_weeks(self, person: str | None = None) -> pl.DataFrame:
        """Weeks as they were scored, one row a method and target set, in the order scored.

        person, week, method, protocol, status, points, points_measurable, at_least, components
        (JSON: key to value, credit, points), data_hash, scored_at.
        """
        return self._frame(
            """
            SELECT * FROM week WHERE ?::VARCHAR IS NULL OR person = ?
            ORDER BY person, week, scored_at
            """,
            person,
            person,
        )

    def method_is(self, method: str) -> bool:
        """Whether every minute in the store was computed by this version of the method."""
        return not self._rows("SELECT 1 FROM minute WHERE method <> ? LIMIT 1", method)

    def battery(self, sensor: str) -> Battery | None:
        """The charge a sensor reported last, or None."""
        found = self._rows(
            """
            SELECT epoch_ns(time), value FROM sample
            WHERE channel = 'battery_percent'
              AND recording IN (SELECT number FROM recording WHERE sensor = ?)
            ORDER BY time DESC LIMIT 1
            """,
            sensor,
        )
        return Battery(to_instant(found[0][0]), found[0][1]) if found else None

    def charges(self, recordings: Sequence[int]) -> dict[int, float]:
        """The charge that was reported last in each of these recordings, by number."""
        return dict(
            self._rows(
                """
                SELECT recording, arg_max(value, time) FROM sample
                WHERE recording IN ? AND channel = 'battery_percent' GROUP BY recording
                """,
                list(recordings),
            )
        )

    def ended(self, recordings: Sequence[int]) -> set[int]:
        """Those of these recordings in which nothing was heard after a connection was lost."""
        rows = self._rows(
            """
            SELECT number FROM recording JOIN link_event ON recording.number = link_event.recording
            WHERE number IN ? GROUP BY number, last_time
            HAVING max(time) FILTER (kind = 'lost') >= last_time
            """,
            list(recordings),
        )
        return {number for (number,) in rows}

    def thinned(self, recording: int, start: Instant, end: Instant, bucket_s: int) -> pl.DataFrame:
        """Slow samples of a recording, by channel and bucket: time (its middle), channel, low,
        mean, high; ordered. What was said in no bucket has no row."""
        return self._frame(
            """
            WITH said AS (
                SELECT channel, epoch_ns(time) // (?::BIGINT * 1000000000) AS bucket, value
                FROM sample
                WHERE recording = ?
                  AND time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
            )
            SELECT make_timestamp(bucket * ?::BIGINT * 1000000 + ?::BIGINT * 500000) AS time,
                   channel, min(value) AS low, avg(value) AS mean, max(value) AS high
            FROM said GROUP BY channel, bucket ORDER BY channel, bucket
            """,
            *(bucket_s, recording, to_ns(start), to_ns(end), bucket_s, bucket_s),
        )

    def body_masses(self, sensors: Sequence[str]) -> list[tuple[str, Instant, float]]:
        """Every reading of these scales in kg: (sensor, instant, kg), ordered by time."""
        rows = self._rows(
            """
            SELECT sensor, epoch_ns(time), value
            FROM sample JOIN recording ON recording.number = sample.recording
            WHERE channel = 'body_mass_kg' AND sensor IN ? ORDER BY time
            """,
            list(sensors),
        )
        return [(sensor, to_instant(time_ns), kg) for sensor, time_ns, kg in rows]

    def battery_history(self, sensor: str, since: Instant) -> pl.DataFrame:
        """Every charge a sensor reported since then, ordered by time: time, percent."""
        return self._frame(
            """
            SELECT time, value AS percent FROM sample
            WHERE channel = 'battery_percent' AND time >= make_timestamp_ns(?)
              AND recording IN (SELECT number FROM recording WHERE sensor = ?)
            ORDER BY time
            """,
            to_ns(since),
            sensor,
        )

    def last_paces(
        self, sensor: str, since: Instant, least_mps: float, most: int
    ) -> list[tuple[int, str, float]]:
        """What a foot pod sent on the last day on which it moved with at least this speed.

        (time in UTC ns, channel, value) of the last `most` such instants, ordered by time.
        """
        return self._rows(
            """
            WITH mine AS (
                SELECT time, channel, value FROM sample
                WHERE time >= make_timestamp_ns(?)
                  AND recording IN (SELECT number FROM recording WHERE sensor = ?)
            ), moving AS (
                SELECT DISTINCT time FROM mine WHERE channel = 'speed_mps' AND value >= ?
                QUALIFY time > max(time) OVER () - INTERVAL 1 DAY
                ORDER BY time DESC LIMIT ?
            )
            SELECT epoch_ns(time), channel, value FROM mine SEMI JOIN moving USING (time)
            WHERE channel IN (
                'speed_mps', 'cadence_sent_per_min', 'stride_length_m', 'running')
            ORDER BY time
            """,
            to_ns(since),
            sensor,
            least_mps,
            most,
        )

    def last_time(self, sensor: str) -> Instant | None:
        """When a sensor was last heard, as far as it is loaded."""
        query = "SELECT epoch_ns(max(last_time)) FROM recording WHERE sensor = ?"
        ((last_ns,),) = self._rows(query, sensor)
        return None if last_ns is None else to_instant(last_ns)

    def information(self, sensor: str) -> dict[str, str]:
        """What a sensor said about itself last: serial, firmware, maker, model."""
        return dict(
            self._rows("SELECT key, value FROM sensor_info WHERE sensor = ? ORDER BY key", sensor)
        )

    def gaps(
        self, start: Instant, end: Instant, sensors: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Stretches in which nothing was heard: sensor, start, end, reason; by start and sensor.

        From LOST, or from the end of a recording that ends without one because the program or
        the computer stopped, to the same sensor's next CONNECTED. And of one stream, while the
        others of its sensor went on. Longer than 5 s, at most 12 h.
        """
        lost = self._rows(_LOST, sensors, sensors)
        quiet = self._rows(_QUIET, sensors, sensors)
        rows = [
            *lost,
            *gaps.silences(quiet, [(key, first, last) for key, first, last, _ in lost]),
        ]
        listed = [
            row
            for row in rows
            if SHORTEST_GAP_NS < row[2] - row[1] <= LONGEST_GAP_NS
            and row[1] < to_ns(end)
            and row[2] > to_ns(start)
        ]
        schema = {"sensor": pl.String, "start": pl.Int64, "end": pl.Int64, "reason": pl.String}
        instants = pl.col("start", "end").cast(pl.Datetime("ns", "UTC"))
        found = pl.DataFrame(listed, schema=schema, orient="row").with_columns(instants)
        return found.sort("start", "sensor")

    def known(self) -> dict[str, Known]:
        """The recordings in the store by id."""
        rows = self._rows("SELECT id, number, loaded_through, size, sensor FROM recording")
        return {id_: Known(*rest) for id_, *rest in rows}

    def reflects(self, registry: Registry) -> bool:
        """Whether the tables of persons and sensors say what the entries say."""
        return self._rows("SELECT registry FROM projection") == [(projection.encode(registry),)]

    def recordings(self) -> pl.DataFrame:
        """Every loaded recording, ordered by start: sensor, rows, malformed, damaged, times, ..."""
        return self._frame("SELECT * FROM recording ORDER BY started, id")

    def sensor_use(self, start: Instant, end: Instant, person: str | None = None) -> pl.DataFrame:
        """What each sensor contributed, ordered by sensor.

        sensor; recordings, rows, malformed: of recordings that reach into the range;
        first, last: their sampled time; observed_s: from the minutes in it (of one person, if
        named), null without any; lost, dropped: events in it.
        """
        since, until = to_ns(start), to_ns(end)
        return self._frame(
            """
            WITH used AS (
                SELECT sensor, count(*) AS recordings, sum(rows)::BIGINT AS rows,
                       sum(malformed)::BIGINT AS malformed,
                       min(first_time) AS first, max(last_time) AS last
                FROM recording
                WHERE last_time >= make_timestamp_ns(?) AND first_time < make_timestamp_ns(?)
                GROUP BY sensor
            ), observed AS (
                SELECT sensor, sum(observed_s) AS observed_s FROM minute
                WHERE minute >= make_timestamp(?) AND minute < make_timestamp(?)
                  AND (?::VARCHAR IS NULL OR person = ?)
                GROUP BY sensor
            ), event AS (
                SELECT sensor, count(*) FILTER (kind = 'lost') AS lost,
                       count(*) FILTER (kind = 'dropped') AS dropped
                FROM link_event JOIN recording ON recording.number = link_event.recording
                WHERE time >= make_timestamp_ns(?) AND time < make_timestamp_ns(?)
                GROUP BY sensor
            )
            SELECT sensor, recordings, rows, malformed, first, last, observed_s,
                   coalesce(lost, 0) AS lost, coalesce(dropped, 0) AS dropped
            FROM used LEFT JOIN observed USING (sensor) LEFT JOIN event USING (sensor)
            ORDER BY sensor
            """,
            *(since, until, since // 1000, until // 1000, person, person, since, until),
        )
