"""Tables of one set to recordings with truth; what cannot be used is said, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl

from analytics.validation.placements import PLACES, place_of
from analytics.validation.recording import GRAVITY, Floats, Recording
from analytics.validation.tables import AXES, TRIPLE, TURNS, LayoutError, RecordingSet, places
from devices.profile import Placement
from language.spoken import _

GROUPS = ("label", "group", "placement", "place")
"""Columns of meta that name a group, the most telling first."""

PLACE_COLUMNS = ("placement", "place")
SUBJECTS = ("subj", "subject", "person")
LATE_S = 1.0
"""How far an event may reach beyond the last sample (design)."""

LONGEST_S = 31 * 86_400.0
"""A recording of more time than this has a wrong sample index (design)."""

CALM_G, MIDDLE_G = 0.5, (0.5, 2.0)
"""Tenth percentile and median of the sizes that an acceleration in g has and one in m/s2 has not,
with gravity or without, for without it is next to nothing at rest (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Recordings of a set that can be scored, and a sentence for each kind of problem."""

    recordings: tuple[Recording, ...]
    problems: tuple[str, ...]


def load_set(found: RecordingSet) -> Loaded:
    """Every recording of a set whose rate and truth make sense.

    Raises LayoutError where nothing of the set can be used.
    """
    signals = found.signals.rows(list(found.signals.schema))
    meta = None if found.meta is None else found.meta.rows(list(found.meta.schema))
    events = None if found.events is None else found.events.rows(list(found.events.schema))
    _numbers(found.signals.name, signals, ["i", *AXES, *TURNS, *_triples(signals)])
    if meta is None:
        raise LayoutError(
            _(
                "{set}: not measured, because the column fs is missing: no table says at how "
                "many samples a second it was recorded.",
                set=found.name,
            ),
            _("Add a table with rec and fs."),
        )
    if found.meta is not None:
        _numbers(found.meta.name, meta, ["fs"])
    if events is not None and found.events is not None:
        _numbers(found.events.name, events, ["start_s", "end_s"])
    label = next((column for column in GROUPS if column in meta.columns), "")
    bad = _Bad()
    everything = recordings(signals, meta, events, rate_hz=float("nan"), label=label)
    good = tuple(one for one in everything if bad.passes(one))
    problems = (*bad.sentences(found.name), *_doubts(found.name, signals, meta, good))
    return Loaded(recordings=good, problems=problems)


def _doubts(
    name: str, signals: pl.DataFrame, meta: pl.DataFrame, good: Sequence[Recording]
) -> Iterator[str]:
    """What may be wrong with a set that is used all the same."""
    if words := _unknown_words(signals, meta):
        yield (
            f"{name}: {', '.join(words)} is no place that is known here, so the sensor is taken to "
            "sit where the heading of each table says. Known are "
            f"{', '.join([*Placement, *PLACES])}."
        )
    if good:
        calm, middle = np.median([_sizes(one) for one in good], axis=0).tolist()
        if calm >= CALM_G and MIDDLE_G[0] <= middle <= MIDDLE_G[1]:
            yield (
                f"{name}: the size of its acceleration is {middle:.2f} in the median, which looks "
                "like g, but the layout takes m/s2. Multiply it by 9.80665."
            )


def _sizes(one: Recording) -> Floats:
    """Tenth percentile and median (2,) of the size of the acceleration as the table has it."""
    size = np.linalg.norm(one.acc_g, axis=1) * GRAVITY
    return np.asarray(np.nanpercentile(size, [10.0, 50.0]), np.float64)


def _unknown_words(signals: pl.DataFrame, meta: pl.DataFrame) -> list[str]:
    """Words for places that name none, in order."""
    said = list(places(signals.columns))
    for column in PLACE_COLUMNS:
        if column in meta.columns:
            said.extend(meta[column].cast(pl.String).drop_nulls())
    return [word for word in dict.fromkeys(said) if word and place_of(word) is None]


class _Bad:
    """Recordings that are left out, by reason."""

    def __init__(self) -> None:
        self._out: dict[tuple[str, str], list[str]] = {}

    def passes(self, one: Recording) -> bool:
        """Whether a recording can be used; if not, it is noted why."""
        reason = _unusable(one)
        if reason is not None:
            self._out.setdefault(reason, []).append(one.name)
        return reason is None

    def sentences(self, name: str) -> Iterator[str]:
        """One for each reason."""
        for (what, advice), recs in self._out.items():
            more = f" and {len(recs) - 3} more" if len(recs) > 3 else ""
            yield f"{name}: left out {', '.join(recs[:3])}{more}, because {what}. {advice}"


def _unusable(one: Recording) -> tuple[str, str] | None:
    """What is wrong with a recording and what to do; None where nothing is."""
    if not (np.isfinite(one.rate_hz) and 1.0 <= one.rate_hz <= 10_000.0):
        return (
            f"fs is {one.rate_hz:g}, which is no rate of a sensor",
            "Correct fs in the table of recordings; it is in samples a second.",
        )
    if not np.isfinite(one.acc_g).all(axis=1).any():
        return "not one row of its acceleration is a number", "Export the signals again."
    if not np.isfinite(one.time_s).all():
        return "its sample index i has holes that are not numbers", "Count i from 0 in every row."
    if one.seconds > LONGEST_S:
        return (
            f"its sample index i at {one.rate_hz:g} samples a second would be {one.seconds:.3g} s",
            "Count i from 0 in every row.",
        )
    if not np.isfinite(one.truth).all():
        return "an event has no start or end", "Fill start_s and end_s in the events."
    if len(one.truth) and (
        one.truth.min() < -LATE_S
        or one.truth.max() > one.time_s[-1] + LATE_S
        or np.any(one.truth[:, 1] < one.truth[:, 0])
    ):
        return (
            "events lie outside of it or end before they start",
            "start_s and end_s are seconds since its sample 0.",
        )
    return None


def _numbers(name: str, table: pl.DataFrame, columns: list[str]) -> None:
    """Refuse columns that hold anything but numbers."""
    text = [c for c in columns if c in table.columns and not table.schema[c].is_numeric()]
    if text:
        raise LayoutError(
            _(
                "{table}: {columns} hold {kind}, not numbers.",
                table=name,
                columns=", ".join(text),
                kind=table.schema[text[0]],
            ),
            _("Export these columns as numbers."),
        )


def recordings(
    signals: pl.DataFrame,
    meta: pl.DataFrame | None,
    events: pl.DataFrame | None,
    *,
    rate_hz: float,
    label: str,
) -> Iterator[Recording]:
    """Every recording in the tables of a set, one for each place where there are several.

    rate_hz: where meta does not say; label: the column of meta that names a group.
    """
    facts = _by_rec(meta)
    truths = _by_rec(events)
    for (key,), rows in signals.with_columns(pl.col("rec").cast(pl.String)).group_by(
        "rec", maintain_order=True
    ):
        if key is None:
            continue
        fact = facts[key].row(0, named=True) if key in facts else {}
        truth = truths[key].sort("start_s") if key in truths else None
        yield from _of_rows(str(key), rows, fact, truth, rate_hz=rate_hz, label=label)


def _of_rows(
    key: str,
    rows: pl.DataFrame,
    fact: dict[str, object],
    truth: pl.DataFrame | None,
    *,
    rate_hz: float,
    label: str,
) -> Iterator[Recording]:
    """The recordings of one `rec`."""
    rate = fact.get("fs", rate_hz)
    rate = float(rate) if isinstance(rate, int | float | Decimal) else float("nan")
    if "i" in rows.columns:
        rows = rows.sort("i")
    number = rows["i"].cast(pl.Float64).to_numpy() if "i" in rows.columns else np.arange(len(rows))
    where = places(rows.columns)
    for place in where or ("",):
        axes = [place + end for end in TRIPLE] if place else list(AXES)
        yield Recording(
            name=f"{key} {place}".strip(),
            label=_text(fact.get(label)) or f"{key} {place}".strip(),
            rate_hz=rate,
            time_s=np.asarray(number, np.float64) / (rate or np.nan),
            acc_g=_columns(rows, axes) / GRAVITY,
            gyro_dps=_columns(rows, list(TURNS))
            if not place and set(TURNS) <= set(rows.columns)
            else None,
            truth=_spans(truth),
            kinds=() if truth is None else tuple(truth["kind"].cast(pl.String).fill_null("")),
            subject=next((_text(fact[c]) for c in SUBJECTS if c in fact), ""),
            placement=_placement(place, fact),
            place=place,
        )


def _placement(place: str, fact: dict[str, object]) -> Placement | None:
    """Where a sensor sat, by its column or by meta; None where neither says."""
    words = [place, *(_text(fact.get(column)) for column in PLACE_COLUMNS)]
    side = _text(fact.get("foot")).upper()[:1]
    if side in ("L", "R"):
        words.append(f"{'left' if side == 'L' else 'right'}-foot")
    return next((known for word in words if (known := place_of(word)) is not None), None)


def _by_rec(table: pl.DataFrame | None) -> dict[object, pl.DataFrame]:
    """Rows of a table by recording; nothing where the set has no such table."""
    if table is None:
        return {}
    named = table.with_columns(pl.col("rec").cast(pl.String))
    return {name[0]: rows for name, rows in named.group_by("rec", maintain_order=True)}


def _columns(rows: pl.DataFrame, names: list[str]) -> Floats:
    columns = [rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names]
    return np.stack(columns, axis=1)


def _spans(truth: pl.DataFrame | None) -> Floats:
    if truth is None:
        return np.empty((0, 2))
    return _columns(truth, ["start_s", "end_s"])


def _triples(signals: pl.DataFrame) -> list[str]:
    return [place + end for place in places(signals.columns) for end in TRIPLE]


def _text(value: object) -> str:
    return "" if value is None else str(value)
