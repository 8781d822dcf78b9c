"""Recordings with ground truth (folder LEGLOAD_DATA): load, spoil and score them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRAVITY = 9.80665
AXES = ("ax", "ay", "az", "gx", "gy", "gz")


def data_folder() -> Path | None:
    """Where the recordings lie, or None where the environment does not say."""
    named = os.environ.get("LEGLOAD_DATA")
    return Path(named) if named else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One sensor's motion with its truth: spans (k, 2) of start and end, s; label: its group."""

    name: str
    label: str
    rate_hz: float
    time_s: Floats
    acc_g: Floats
    gyro_dps: Floats | None
    truth: Floats

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return len(self.time_s) / self.rate_hz


def load(folder: Path, name: str, *, rate_hz: float = 100.0, label: str = "rec") -> list[Recording]:
    """Every recording of a set; `label` is the column of its table that names a group."""
    signals = pl.read_parquet(folder / f"{name}.signals.parquet")
    meta = _table(folder / f"{name}.meta.parquet", key="rec")
    events = _table(folder / f"{name}.events.parquet", key="rec")
    found = []
    for (key,), rows in signals.with_columns(pl.col("rec").cast(pl.String)).group_by(
        "rec", maintain_order=True
    ):
        facts = meta[key].row(0, named=True) if key in meta else {}
        spans = events[key].select("start_s", "end_s").sort("start_s") if key in events else None
        columns = {axis: rows[axis].to_numpy().astype(np.float64) for axis in AXES if axis in rows}
        rate = float(facts.get("fs", rate_hz))
        found.append(
            Recording(
                name=str(key),
                label=str(facts.get(label, key)),
                rate_hz=rate,
                time_s=np.arange(len(rows)) / rate,
                acc_g=np.stack([columns[axis] for axis in AXES[:3]], axis=1) / GRAVITY,
                gyro_dps=np.stack([columns[axis] for axis in AXES[3:]], axis=1)
                if "gx" in columns
                else None,
                truth=spans.to_numpy() if spans is not None else np.empty((0, 2)),
            )
        )
    return found


def _table(path: Path, *, key: str) -> dict[object, pl.DataFrame]:
    """Rows of a table by recording; nothing where the set has no such table."""
    if not path.exists():
        return {}
    return {name[0]: rows for name, rows in pl.read_parquet(path).group_by(key)}


def quantised(recording: Recording, *, every: int = 1) -> Recording:
    """As a Thingy:52 would send it: int16 of 1/1024 g and 1/32 deg/s, every n-th sample."""
    gyro = recording.gyro_dps
    return replace(
        recording,
        rate_hz=recording.rate_hz / every,
        time_s=recording.time_s[::every],
        acc_g=_counts(recording.acc_g[::every], 1024.0),
        gyro_dps=None if gyro is None else _counts(gyro[::every], 32.0),
    )


def _counts(values: Floats, per_unit: float) -> Floats:
    """Rounded to counts and clipped to int16, in the unit of the values."""
    return np.clip(np.round(values * per_unit), -32768, 32767) / per_unit


def lossy(
    recording: Recording, rng: np.random.Generator, *, loss: float, batch_s: float
) -> Recording:
    """Samples lost at random, and the rest stamped with the end of a batch of up to batch_s."""
    kept = rng.random(len(recording.time_s)) >= loss
    ends = np.cumsum(rng.uniform(0.0, batch_s, int(recording.seconds / batch_s * 3) + 10))
    time_s = recording.time_s[kept]
    if batch_s > 0.0:
        time_s = ends[np.searchsorted(ends, time_s)]
    gyro = recording.gyro_dps
    return replace(
        recording,
        time_s=time_s,
        acc_g=recording.acc_g[kept],
        gyro_dps=None if gyro is None else gyro[kept],
    )


def with_gravity(recording: Recording, rng: np.random.Generator) -> Recording:
    """Gravity put back (simulated): a random start direction turned by the integrated gyroscope."""
    assert recording.gyro_dps is not None
    down = rng.normal(size=3)
    down /= np.linalg.norm(down)
    rows = []
    for turn in np.deg2rad(recording.gyro_dps) / recording.rate_hz:
        down = down - np.cross(turn, down)
        down /= np.linalg.norm(down)
        rows.append(down)
    return replace(recording, acc_g=recording.acc_g + np.array(rows))


def turned(recording: Recording, rng: np.random.Generator) -> Recording:
    """The sensor mounted another way: a random rotation of all axes."""
    matrix = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    matrix *= np.sign(np.linalg.det(matrix))
    gyro = recording.gyro_dps
    return replace(
        recording,
        acc_g=recording.acc_g @ matrix,
        gyro_dps=None if gyro is None else gyro @ matrix,
    )


def inside(predicted: Floats, spans: Floats, *, tolerance_s: float = 0.1) -> int:
    """How many spans hold a prediction (widened by the tolerance), one prediction a span."""
    hits, i = 0, 0
    for start, end in spans:
        while i < len(predicted) and predicted[i] < start - tolerance_s:
            i += 1
        if i < len(predicted) and predicted[i] <= end + tolerance_s:
            hits, i = hits + 1, i + 1
    return hits


def in_order(predicted: Floats, truth: Floats, *, tolerance_s: float = 0.25) -> int:
    """Pairs of a prediction and a true instant no further apart than the tolerance, in order."""
    hits = i = j = 0
    while i < len(predicted) and j < len(truth):
        if abs(predicted[i] - truth[j]) <= tolerance_s:
            hits, i, j = hits + 1, i + 1, j + 1
        elif predicted[i] < truth[j]:
            i += 1
        else:
            j += 1
    return hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts against truth over recordings; percentages except f1."""

    f1: float
    mape: float
    exact: float
    within_one: float
    bias: float

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f}  MAPE {self.mape:5.2f} %  exact {self.exact:5.1f} %  "
            f"within 1 {self.within_one:5.1f} %  bias {self.bias:+5.2f} %"
        )


def score(rows: Iterable[tuple[int, int, int]]) -> Score:
    """Of one (hits, predicted, true) a recording."""
    hits, predicted, true = np.array(list(rows), np.float64).T
    error = predicted - true
    return Score(
        f1=float(2 * hits.sum() / (predicted.sum() + true.sum())),
        mape=float(100 * np.mean(np.abs(error) / true)),
        exact=float(100 * np.mean(error == 0)),
        within_one=float(100 * np.mean(np.abs(error) <= 1)),
        bias=float(100 * error.sum() / true.sum()),
    )


def cadence_error(predicted: Mapping[str, Floats], recordings: Iterable[Recording]) -> float:
    """Mean over recordings of |cadence - true cadence|, steps/min, each from its own first to its
    last swing (two steps a stride)."""
    errors = []
    for recording in recordings:
        times, starts = predicted[recording.name], recording.truth[:, 0]
        if len(times) > 1 and len(starts) > 1:
            errors.append(abs(_cadence(times) - _cadence(starts)))
    return float(np.mean(errors))


def _cadence(times: Floats) -> float:
    return float(120.0 * (len(times) - 1) / (times[-1] - times[0]))
