"""What a table of recordings (`NAME.meta.parquet`) beside a table of motion says of each one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from devices.places import place_of
from devices.profile import Placement
from ingest.importers.motion_rows import MOST_ROWS
from ingest.importers.table_times import ABSENT, instants


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Of one recording; None where the table does not say."""

    rate_hz: float | None = None
    placement: Placement | None = None
    start_ns: int | None = None


def facts_beside(file: Path, zone: str) -> dict[str, Fact]:
    """Facts by recording; none where there is no such table, or it cannot be read."""
    path = file.with_name(f"{file.name.partition('.')[0]}.meta.parquet")
    if not path.is_file() or path == file:
        return {}
    try:
        rows = int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())
        table = pl.scan_parquet(path, glob=False).head(min(rows, MOST_ROWS)).collect()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError):
        return {}
    if "rec" not in table.columns:
        return {}
    return {str(row["rec"]): _fact(row, zone) for row in table.iter_rows(named=True)}


def _fact(row: dict[str, object], zone: str) -> Fact:
    rate = row.get("fs")
    words = [str(row[key]) for key in ("placement", "place") if row.get(key)]
    if (foot := row.get("foot")) in ("L", "R"):
        words.append("left-foot" if foot == "L" else "right-foot")
    found = [place for place in map(place_of, words) if place]
    return Fact(
        rate_hz=float(rate) if isinstance(rate, int | float) else None,
        placement=found[0] if found else None,
        start_ns=_start(row.get("start"), zone),
    )


def _start(said: object, zone: str) -> int | None:
    if isinstance(said, dt.datetime):
        aware = said if said.tzinfo else said.replace(tzinfo=ZoneInfo(zone))
        return int(aware.timestamp() * 1e6) * 1_000
    if not isinstance(said, str):
        return None
    found = int(instants(pl.Series([said]), zone).time_ns[0])
    return None if found == ABSENT else found
