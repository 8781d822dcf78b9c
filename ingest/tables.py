"""The tables of an export: what each holds, column by column, and how the store tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
from polars import selectors

from ingest.database import connect, explained, store_path
from ingest.header import LATEST_NS
from ingest.queries import Store, to_instant
from ingest.stretches import Scope, Stretches, weeks_of

PATIENCE_S = 60.0
MEMORY = "512MB"
"""What DuckDB may use while it writes a table (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its file's name, what a row is, what each column means, and the query.

    query: `{within}` holds for the sensors and instants wanted, `$who` is a person or null.
    """

    key: str
    what: str
    columns: Mapping[str, str]
    query: str


_SENSOR = "key of the sensor, see sensors"
_RECORDING = "id of the recording, which is its file's name"
_PERSON = "key of the person, see persons"
_OF_SAMPLE = """FROM {table} JOIN recording AS r ON r.number = {table}.recording
    WHERE {{within}}"""

TABLES = (
    Table(
        key="samples",
        what="one value that a sensor sent (all but motion)",
        columns={
            "recording": _RECORDING,
            "sensor": _SENSOR,
            "time": "UTC, when the sensor measured it",
            "channel": "what was measured, with its unit at the end of the name: speed_mps in m/s",
            "value": "the value in that unit; 1 and 0 are yes and no",
        },
        query="SELECT r.id AS recording, r.sensor, time, channel, value "
        + _OF_SAMPLE.format(table="sample"),
    ),
    Table(
        key="motion",
        what="one instant of a motion sensor",
        columns={
            "recording": _RECORDING,
            "sensor": _SENSOR,
            "time": "UTC, when the sensor measured it",
            **{
                f"a{axis}_g": f"acceleration along its {axis}, g, gravity included"
                for axis in "xyz"
            },
            **{
                f"g{axis}_dps": f"turning about its {axis}, deg/s; null: not sent" for axis in "xyz"
            },
        },
        query="SELECT r.id AS recording, r.sensor, time, "
        + ", ".join(f"(a{axis} * r.acc_g)::FLOAT AS a{axis}_g" for axis in "xyz")
        + ", "
        + ", ".join(f"(g{axis} * r.gyro_dps)::FLOAT AS g{axis}_dps" for axis in "xyz")
        + " "
        + _OF_SAMPLE.format(table="motion"),
    ),
    Table(
        key="battery",
        what="one charge that a sensor told",
        columns={"sensor": _SENSOR, "time": "UTC", "percent": "charge, %"},
        query="SELECT r.sensor, time, value AS percent "
        + _OF_SAMPLE.format(table="sample")
        + " AND channel = 'battery_percent'",
    ),
    Table(
        key="links",
        what="one moment at which a sensor was connected, lost, or lost rows",
        columns={
            "recording": _RECORDING,
            "sensor": _SENSOR,
            "time": "UTC",
            "kind": "connected, lost, dropped",
            "detail": "why, as the program said it",
        },
        query="SELECT r.id AS recording, r.sensor, time, kind, detail "
        + _OF_SAMPLE.format(table="link_event"),
    ),
    Table(
        key="recordings",
        what="one recording: one sensor, up to an hour",
        columns={
            "id": _RECORDING,
            "sensor": _SENSOR,
            "profiles": "kinds of sensor it speaks as",
            "app": "version of the program that wrote it",
            "started": "UTC",
            "rows": "rows in the file",
            "malformed": "of them, that could not be read",
            "damaged": "what was lost of the file, if anything",
            "first_time": "UTC, first sample",
            "last_time": "UTC, last sample",
            "rate_hz": "samples of motion a second, as the sensor says",
        },
        query="SELECT id, sensor, profiles, app, started, rows, malformed, damaged, first_time,"
        " last_time, rate_hz FROM recording AS r, (SELECT first_time AS time) WHERE {within}",
    ),
    Table(
        key="minutes",
        what="what one sensor saw in one minute; sums count what was observed, null is unknown",
        columns={
            "minute": "UTC, its start",
            "sensor": _SENSOR,
            "person": _PERSON,
            "placement": "where the sensor sat",
            "continuous": "worn all day, so that its silence says something",
            "observed_s": "seconds of it that were observed",
            "worn": "whether it was worn; null: it cannot tell",
            "steps": "steps of both feet",
            "force_bw": "sum of the peak force of one leg, body weights",
            "confidence": "how far the force may be believed",
            "run_share": "share of the steps that were running, 0 to 1",
            "speed_mps": "mean while moving, m/s",
            "heart_rate_bpm": "mean, beats a minute",
            "method": "version of the method that computed it",
            "machine": "kind of machine that says so",
            "cycles": "of each leg, while the feet carry the body",
            "assisted_cycles": "of each leg, while a seat carries the body",
            "assisted_bw": "sum of their peak force, body weights",
            "power_w": "mean over what was observed, W",
            "mets": "mean of the active part, MET",
            "mets_by": "what mets rest on: power, speed, machine",
            "active_s": "seconds that mets speak for",
            "heart_s": "seconds that the heart rate speaks for",
            "contact_s": "mean contact time of clear walking strides, s",
            "contact_strides": "how many of them",
            "told_from": "UTC, when the sum of steps began; null: told second by second",
            "told_over_s": "over how long the sum was told, s",
        },
        query="SELECT * FROM minute WHERE ($who IS NULL OR person = $who) AND {in_minute}",
    ),
    Table(
        key="sets",
        what="one strength set that a motion sensor saw",
        columns={
            "sensor": _SENSOR,
            "person": _PERSON,
            "start": "UTC",
            "end": "UTC",
            "exercise": "which one",
            "repetitions": "how many",
            "leg": "left, right; null: both, or unknown",
            "quality": "how far it may be believed, 0 to 1",
            "method": "version of the method that found it",
        },
        query="SELECT * FROM (SELECT *, start AS time FROM training_set) AS r"
        " WHERE ($who IS NULL OR person = $who) AND {within}",
    ),
    Table(
        key="weeks",
        what="one ISO week as it was scored, by one method and one target set",
        columns={
            "person": _PERSON,
            "week": "ISO week, such as 2026-W47",
            "method": "version of the method",
            "protocol": "target set and its version",
            "status": "complete, partial, at least, excused, no data",
            "points": "points earned; null: not scored",
            "points_measurable": "points that what is known could have earned",
            "at_least": "whether more may have been done",
            "components": "JSON: value, credit and points by component",
            "data_hash": "of what was scored",
            "scored_at": "UTC",
        },
        query="SELECT * FROM week WHERE ($who IS NULL OR person = $who) AND {in_week}",
    ),
    Table(
        key="week_components",
        what="one component of a week as it was scored",
        columns={
            "person": _PERSON,
            "week": "ISO week, see weeks",
            "method": "version of the method",
            "protocol": "target set and its version",
            "component": "key of the component, such as lld",
            "value": "what it came to, in the unit of its target; null: unknown",
            "credit": "share of its target that was reached, 0 to 1; null: not measurable",
            "points": "points earned; null: not measurable",
        },
        query="SELECT person, week, method, protocol, one.key AS component,"
        " (one.value ->> 'value')::DOUBLE AS value, (one.value ->> 'credit')::DOUBLE AS credit,"
        " (one.value ->> 'points')::DOUBLE AS points FROM week, json_each(week.components) AS one"
        " WHERE ($who IS NULL OR person = $who) AND {in_week}",
    ),
)
"""What comes from the store, in the order in which it is written."""


GAPS = Table(
    key="gaps",
    what="a stretch of more than 5 s and at most 12 h in which a sensor was not heard",
    columns={
        "sensor": _SENSOR,
        "start": "UTC",
        "end": "UTC",
        "reason": "why, as the program said it",
    },
    query="",
)
"""What the store finds out by itself."""


@contextmanager
def reading(home: Path) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The store of a home for one table, so that nobody waits long; None: there is none."""
    if not store_path(home).exists():
        yield None
        return
    reader = connect(store_path(home), read_only=True, patience_s=PATIENCE_S, sleep=time.sleep)
    with explained(), closing(reader) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        yield connection


def gaps_of(store: Store) -> pl.DataFrame:
    """Every gap that a store knows of, as `GAPS` has it."""
    return zoneless(store.gaps(to_instant(0), to_instant(LATEST_NS)))


def zoneless(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with instants as the tables of the store have them: UTC, and no zone said."""
    return frame.with_columns(selectors.datetime(time_zone="*").dt.replace_time_zone(None))


def write_gaps(home: Path, path: Path, scope: Scope, spans: Stretches) -> int | None:
    """Write the gaps as Parquet; how many there are. None: there is no store."""
    with reading(home) as connection:
        if connection is None:
            return None
        found = gaps_of(Store(connection))
    start = pl.col("start").dt.epoch("ns")
    wanted = [
        (pl.col("sensor") == key) & start.is_between(first, last, closed="left")
        for key, runs in spans.items()
        for first, last in runs
    ]
    if not scope.everything:
        found = found.filter(pl.any_horizontal(pl.lit(value=False), *wanted))
    found.write_parquet(path)
    return len(found)


def write_table(home: Path, table: Table, path: Path, scope: Scope, spans: Stretches) -> int | None:
    """Write a table as Parquet; how many rows it has. None: there is no store."""
    weeks = weeks_of(scope)
    query = table.query.format(
        within=_within(scope, spans, "r.sensor", "time"),
        in_minute=_within(scope, spans, "sensor", "minute"),
        in_week="TRUE" if not weeks else f"week IN ({', '.join(map(_text, weeks))})",
    )
    columns = ", ".join(f'"{column}"' for column in table.columns)
    query = query.replace("$who", "NULL" if scope.person is None else _text(scope.person))
    with reading(home) as connection:
        if connection is None:
            return None
        ((rows,),) = connection.execute(
            f"COPY (SELECT {columns} FROM ({query})) TO {_text(str(path))}"  # noqa: S608
            " (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
    return int(rows)


def _within(scope: Scope, spans: Stretches, sensor: str, time: str) -> str:
    """Whether a sensor's instant is wanted, as SQL."""
    if scope.everything:
        return "TRUE"
    wanted = [
        f"({sensor} = {_text(key)} AND epoch_ns({time}) >= {start} AND epoch_ns({time}) < {end})"
        for key, found in spans.items()
        for start, end in found
    ]
    return f"({' OR '.join(wanted)})" if wanted else "FALSE"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
