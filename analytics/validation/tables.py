"""Which table of a folder is what: told by its columns, never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from analytics.errors import AnalyticsError
from language.spoken import _, either, mark

AXES = ("ax", "ay", "az")
TURNS = ("gx", "gy", "gz")
EVENT_COLUMNS = frozenset({"rec", "kind", "start_s", "end_s"})
TRIPLE = ("_x", "_y", "_z")
LAYOUT = mark(
    "Signals need rec and ax ay az (or <place>_x, <place>_y, <place>_z); events need rec, kind, "
    "start_s and end_s; meta needs rec and fs."
)

Rows = Callable[[Sequence[str]], pl.DataFrame]
"""The named columns of a table, read when asked for."""


class LayoutError(AnalyticsError):
    """A table or set is not in the documented layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what to call it, its columns and types, and how to read it."""

    name: str
    schema: pl.Schema
    rows: Rows

    @property
    def stem(self) -> str:
        """The name up to its first dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSet:
    """Tables that speak of the same recordings."""

    name: str
    recs: tuple[str, ...]
    signals: Table
    meta: Table | None
    events: Table | None


def places(columns: Iterable[str]) -> tuple[str, ...]:
    """The `<place>` of every complete triple `<place>_x`, `<place>_y`, `<place>_z`, in order."""
    names = list(columns)
    starts = [name[:-2] for name in names if name.endswith("_x") and name != "_x"]
    return tuple(start for start in starts if all(start + end in names for end in TRIPLE))


def discover(tables: Iterable[Table]) -> tuple[list[RecordingSet], list[str]]:
    """The sets among the tables, by name, and a sentence for every table that cannot be used.

    Meta and events each belong to the signals with which they share most values of `rec`; where
    several share as many, to the one whose name starts alike.
    """
    kinds: dict[str, list[Table]] = {"signals": [], "events": [], "meta": []}
    recs: dict[str, tuple[str, ...]] = {}
    problems = []
    for table in tables:
        try:
            kind, recs[table.name] = _kind(table), _recs(table)
            kinds[kind].append(table)
        except LayoutError as error:
            problems.append(str(error))
    owned: dict[str, dict[str, list[Table]]] = {"events": {}, "meta": {}}
    for kind, of in owned.items():
        for table in kinds[kind]:
            try:
                of.setdefault(_owner(table, kinds["signals"], recs).name, []).append(table)
            except LayoutError as error:
                problems.append(str(error))

    def partner(signals: Table, kind: str) -> Table | None:
        rank = partial(_shared, signals, recs=recs)
        return max(owned[kind].get(signals.name, []), key=rank, default=None)

    found = [
        RecordingSet(
            name=table.stem,
            recs=recs[table.name],
            signals=table,
            meta=partner(table, "meta"),
            events=partner(table, "events"),
        )
        for table in kinds["signals"]
    ]
    return sorted(_named_apart(found), key=lambda one: one.name), problems


def _kind(table: Table) -> str:
    """signals, events or meta."""
    columns = set(table.schema)
    if "rec" in columns:
        if set(AXES) <= columns or places(table.schema):
            return "signals"
        if columns >= EVENT_COLUMNS:
            return "events"
        if "fs" in columns:
            return "meta"
    shown = ", ".join(list(table.schema)[:8]) or "none"
    raise LayoutError(
        _(
            "{table}: its columns ({columns}) are not of the layout.",
            table=table.name,
            columns=shown,
        ),
        _(LAYOUT),
    )


def _recs(table: Table) -> tuple[str, ...]:
    """The recordings that a table speaks of, in order."""
    try:
        names = table.rows(["rec"])["rec"].drop_nulls().cast(pl.String).unique(maintain_order=True)
    except pl.exceptions.PolarsError:
        raise LayoutError(
            _(
                "{table}: rec holds {kind}, no names of recordings.",
                table=table.name,
                kind=table.schema["rec"],
            ),
            _("Write them as text."),
        ) from None
    if not len(names):
        raise LayoutError(
            _("{table} has no rows.", table=table.name), _("Write it again, or take it away.")
        )
    return tuple(names)


def _owner(table: Table, signals: Sequence[Table], recs: dict[str, tuple[str, ...]]) -> Table:
    """The signals that a table of meta or events speaks of."""
    ranks = [(_shared(one, table, recs=recs), one) for one in signals]
    best = max((rank for rank, _ in ranks), default=(0.0, False))
    owners = [one for rank, one in ranks if rank == best]
    if best[0] == 0.0:
        raise LayoutError(
            _("{table}: none of its recordings is in a table of signals.", table=table.name),
            _("Put the signals beside it, with the same values of rec."),
        )
    if len(owners) > 1:
        raise LayoutError(
            _(
                "{table} may belong to {names}.",
                table=table.name,
                names=either([one.name for one in owners]),
            ),
            _("Begin its name like that of its signals, up to the first dot."),
        )
    return owners[0]


def _shared(one: Table, other: Table, *, recs: dict[str, tuple[str, ...]]) -> tuple[float, bool]:
    """Share of recordings in both tables, and whether they are named alike."""
    mine, theirs = set(recs[one.name]), set(recs[other.name])
    return len(mine & theirs) / len(mine | theirs), one.stem == other.stem


def _named_apart(found: list[RecordingSet]) -> list[RecordingSet]:
    """Two sets of the same stem go by the whole names of their signals."""
    stems = [one.name for one in found]
    return [
        one if stems.count(one.name) == 1 else replace(one, name=one.signals.name) for one in found
    ]
