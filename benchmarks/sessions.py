"""The sessions of the set `reps`: five sensors, three people, every repetition bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.validation.repetitions import Bout, bouts
from benchmarks import recordings as rec
from devices.profile import Placement

Floats = NDArray[np.float64]
PLACES = {
    "belly": Placement.WAIST,
    "chest": Placement.CHEST,
    "lfoot": Placement.LEFT_ANKLE,
    "rfoot": Placement.RIGHT_ANKLE,
    "arm": Placement.ARM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Five minutes of one person: acceleration (n, 3) in g by place, and (kind, start, end) s."""

    name: str
    person: str
    time_s: Floats
    acc_g: dict[str, Floats]
    truth: list[tuple[str, float, float]]

    def count(self, kind: str) -> int:
        """True repetitions of a kind."""
        return sum(name == kind for name, _, _ in self.truth)

    def bouts(self) -> Iterator[Bout]:
        """(kind, start, end, repetitions) of every run of one kind with short pauses."""
        return bouts(self.truth)


def sessions(folder: Path) -> list[Session]:
    """The set `reps`."""
    signals = pl.read_parquet(folder / "reps.signals.parquet").with_columns(
        pl.col("rec").cast(pl.String)
    )
    people = dict(pl.read_parquet(folder / "reps.meta.parquet").select("rec", "subj").iter_rows())
    events = pl.read_parquet(folder / "reps.events.parquet").sort("start_s")
    return [
        Session(
            name=str(name),
            person=str(people[name]),
            time_s=rows["i"].to_numpy() / 10.0,
            acc_g={
                place: rows.select(f"{place}_{axis}" for axis in "xyz").to_numpy().astype(float)
                / rec.GRAVITY
                for place in PLACES
            },
            truth=list(events.filter(rec=name).select("kind", "start_s", "end_s").iter_rows()),
        )
        for (name,), rows in signals.group_by("rec", maintain_order=True)
    ]
