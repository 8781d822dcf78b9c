"""Tables of an export that come from the entries, and the page that explains all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from ingest.entries import BALANCE, Registry, SetLogged, fold
from ingest.stretches import Scope
from ingest.tables import GAPS, TABLES, zoneless
from ingest.unsaying import lines_of, parsed, said_only

Rows = Iterator[tuple[Any, ...]]
_PERSON = "key of the person, see persons"
_UTC = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTable:
    """One table: its file's name, what a row is, each column's type and meaning, and its rows."""

    key: str
    what: str
    columns: Mapping[str, tuple[Any, str]]
    rows: Callable[[Registry], Rows]


def _persons(registry: Registry) -> Rows:
    for p in registry.persons.values():
        yield (
            *(p.key, p.name, p.birth_year, p.sex, p.zone, p.hr_max, p.hr_rest, p.use_heart_rate),
            *(p.no_score, p.logs_strength, p.logs_balance, p.targets, p.wakes, p.sleeps),
        )


def _masses(registry: Registry) -> Rows:
    return ((p.key, day, kg) for p in registry.persons.values() for day, kg in p.masses)


def _excused(registry: Registry) -> Rows:
    return ((p.key, day, why) for p in registry.persons.values() for day, why in p.excused)


def _sensors(registry: Registry) -> Rows:
    for s in registry.sensors.values():
        yield s.key, s.called, s.identity, s.address, list(s.profiles), s.forgotten


def _assignments(registry: Registry) -> Rows:
    for s in registry.sensors.values():
        for a in s.assignments:
            yield s.key, a.since, a.person, a.placement.value, a.load_kg, a.counts


def _practice(registry: Registry) -> Rows:
    for p in registry.persons.values():
        for one in p.logged:
            told: tuple[Any, ...]
            if isinstance(one, SetLogged):
                told = (one.exercise, one.sets, one.repetitions, one.load_kg, one.leg, None)
            else:
                told = (BALANCE, None, None, None, None, one.minutes)
            yield p.key, one.start, one.timed, *told


def _notes(registry: Registry) -> Rows:
    return ((p.key, week, text) for p in registry.persons.values() for week, text in p.notes)


SAID = (
    SaidTable(
        key="persons",
        what="one person, as of now",
        columns={
            "key": (pl.String, "what other tables call them"),
            "name": (pl.String, "as typed"),
            "birth_year": (pl.Int32, "null: not said"),
            "sex": (pl.String, "female, male; null: not said"),
            "zone": (pl.String, "time zone of their days, IANA"),
            "hr_max": (pl.Int32, "own highest heart rate, beats a minute"),
            "hr_rest": (pl.Int32, "heart rate at rest, beats a minute"),
            "use_heart_rate": (pl.Boolean, "whether intensity is judged by it"),
            "no_score": (pl.Boolean, "whether they are shown without points"),
            "logs_strength": (pl.Boolean, "whether every strength set is logged"),
            "logs_balance": (pl.Boolean, "whether all balance practice is logged"),
            "targets": (pl.String, "key of the target set; null: the default"),
            "wakes": (pl.String, "usual local time of getting up"),
            "sleeps": (pl.String, "usual local time of going to sleep"),
        },
        rows=_persons,
    ),
    SaidTable(
        key="body_masses",
        what="one body mass, from a day on",
        columns={
            "person": (pl.String, _PERSON),
            "date": (pl.Date, "local day from which on it holds"),
            "kg": (pl.Float64, "kg, as typed"),
        },
        rows=_masses,
    ),
    SaidTable(
        key="excused_days",
        what="one excused day",
        columns={
            "person": (pl.String, _PERSON),
            "date": (pl.Date, "local day"),
            "why": (pl.String, "the reason, as typed"),
        },
        rows=_excused,
    ),
    SaidTable(
        key="notes",
        what="one note on the report of a week",
        columns={
            "person": (pl.String, _PERSON),
            "week": (pl.String, "ISO week, 2026-W47"),
            "text": (pl.String, "as typed, last"),
        },
        rows=_notes,
    ),
    SaidTable(
        key="sensors",
        what="one sensor that was paired",
        columns={
            "key": (pl.String, "what other tables call it"),
            "name": (pl.String, "what it is called"),
            "identity": (pl.String, "its serial number, else its address"),
            "address": (pl.String, "Bluetooth address; empty: imported"),
            "profiles": (pl.List(pl.String), "kinds of sensor it speaks as"),
            "forgotten": (pl.Boolean, "whether nobody listens to it any more"),
        },
        rows=_sensors,
    ),
    SaidTable(
        key="assignments",
        what="where a sensor sat from an instant on, until the next row of the same sensor",
        columns={
            "sensor": (pl.String, "key of the sensor, see sensors"),
            "since": (_UTC, "UTC"),
            "person": (pl.String, _PERSON),
            "placement": (pl.String, "where it sat"),
            "load_kg": (pl.Float64, "carried, kg"),
            "counts": (
                pl.String,
                "what its cadence counts: strides, steps; null: as its kind",
            ),
        },
        rows=_assignments,
    ),
    SaidTable(
        key="practice",
        what="sets of one exercise, or balance practice, as logged",
        columns={
            "person": (pl.String, _PERSON),
            "start": (_UTC, "UTC"),
            "timed": (pl.Boolean, "false: only the day is known, and start is its noon"),
            "exercise": (pl.String, "which one; balance: balance practice"),
            "sets": (pl.Int32, "how many"),
            "repetitions": (pl.Int32, "of each set"),
            "load_kg": (pl.Float64, "lifted, kg"),
            "leg": (pl.String, "left, right; null: both"),
            "minutes": (pl.Float64, "of balance practice"),
        },
        rows=_practice,
    ),
)
"""What comes from the entries, in the order in which it is written."""


def said_table(home: Path, table: SaidTable, path: Path, scope: Scope, zone: dt.tzinfo) -> int:
    """Write a table as Parquet, and as JSON beside it; how many rows it has."""
    lines = lines_of(home) if scope.everything else parsed(said_only(lines_of(home), scope, zone))
    frame = said_frame(table, fold(entry for _, entry in lines if entry is not None))
    frame.write_parquet(path)
    path.with_suffix(".json").write_bytes(_json(frame))
    return len(frame)


def _json(frame: pl.DataFrame) -> bytes:
    """A list with an object a row; days and instants as ISO 8601."""
    return msgspec.json.format(msgspec.json.encode(frame.to_dicts()), indent=1) + b"\n"


def said_frame(table: SaidTable, registry: Registry) -> pl.DataFrame:
    """A table as a frame."""
    schema = {name: kind for name, (kind, _) in table.columns.items()}
    return zoneless(pl.DataFrame(list(table.rows(registry)), schema, orient="row"))


def readme(*, tables: bool) -> str:
    """What lies where, and what every column means."""
    parts = [_INTRO]
    if tables:
        parts.append(_OF_TABLES)
        parts += [_section(one.key, one.what, one.columns) for one in (*TABLES, GAPS)]
        parts += [_section(one.key, one.what, _meant(one)) for one in SAID]
    return "\n".join(parts)


def _meant(table: SaidTable) -> dict[str, str]:
    return {name: meaning for name, (_, meaning) in table.columns.items()}


def _section(key: str, what: str, columns: Mapping[str, str]) -> str:
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in columns.items())
    return (
        f"## tables/{key}.parquet\n\nA row is {what}.\n\n| column | meaning |\n|---|---|\n{rows}\n"
    )


_INTRO = """# Your data, as legload kept it

- `manifest.json` lists every file here with its size, its SHA-256 and the rows of each table.
- `home/recordings/` holds what the sensors said, byte for byte (`.legrec`; the format is described
  in `ingest/framing.py` of legload).
- `home/entries.jsonl` holds what was typed: one line an entry, a CRC-32 and JSON.
- `home/protocols/` holds target sets of your own.

`legload restore` puts all of this into an empty folder again.
"""
_OF_TABLES = """\
The tables are Parquet, for any program that reads it. They say what the recordings and entries say,
decoded and computed; nothing in them is needed to restore. What was typed (persons and the tables
after them) is there as JSON as well. Instants are UTC. An empty cell (null) is unknown, never zero.
"""
