"""Way and climb of strides on level walks: `LEGLOAD_DATA=... python -m benchmarks.climb`.

No recording here climbs stairs: what is measured is what level walking is called. The makers of
`feet` took a constant off the acceleration, what it was while standing, not gravity as the foot
turns; `standing_gravity` puts that constant back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from analytics.gait.climb import find_climbs
from analytics.gait.steps import detect_steps
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from benchmarks.simulated_stairs import CLIMBERS, climber
from benchmarks.steps import cpu_s, long_walk
from devices.profile import Placement

Floats = NDArray[np.float64]
FEW = 0.01
"""Share of strides with a known way below which nothing is said of the way."""
FOOT, SHANK = Placement.LEFT_FOOT, Placement.LEFT_SHANK


def climbs(one: Recording, placement: Placement = FOOT) -> pl.DataFrame:
    """Strides of a recording with their way."""
    motion = (one.time_s, one.acc_g, one.gyro_dps)
    steps = detect_steps(*motion, rate_hz=one.rate_hz, placement=placement)
    at = steps["time_s"].to_numpy().astype(np.float64)
    found = find_climbs(*motion, rate_hz=one.rate_hz, placement=placement, strides_s=at)
    return found.with_columns(rec=pl.lit(one.name), label=pl.lit(one.label))


def poses(one: Recording) -> Floats:
    """(n, 3, 3) turn of the sensor since the first sample, from its gyroscope."""
    assert one.gyro_dps is not None
    turns = Rotation.from_rotvec(np.deg2rad(one.gyro_dps) / one.rate_hz).as_matrix()
    return np.array(list(itertools.accumulate(turns, np.matmul)))


def turn_axis(one: Recording) -> Floats | None:
    """The vertical (3,) of a standing foot, up or down: the axis about which the walker turned
    around. Rests within 10 s that differ by more than 90 degrees vote; None with fewer than two."""
    steps = detect_steps(one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=FOOT)
    assert one.gyro_dps is not None
    speed = ndimage.uniform_filter1d(np.linalg.norm(one.gyro_dps, axis=1), 10)
    ends = np.searchsorted(one.time_s, steps["time_s"].to_numpy()).tolist()
    rests = [a + int(np.argmin(speed[a:b])) for a, b in itertools.pairwise(ends)]
    pose, total, count = poses(one), np.zeros((3, 3)), 0
    for a, b in itertools.combinations([i for i in rests if speed[i] < 40.0], 2):
        turn = pose[a].T @ pose[b]
        if b - a <= 10.0 * one.rate_hz and np.trace(turn) < 1.0:
            axis = np.linalg.eigh(turn + turn.T).eigenvectors[:, -1]
            total, count = total + np.outer(axis, axis), count + 1
    return None if count < 2 else np.asarray(np.linalg.eigh(total).eigenvectors[:, -1])


def standing_gravity(one: Recording) -> Recording | None:
    """The recording with 1 g along its turn axis, upwards: on `feet` the sensor's z points out of
    the back of the foot (the other way round, few strides have a mean of 1 g)."""
    axis = turn_axis(one)
    return None if axis is None else replace(one, acc_g=one.acc_g + np.sign(axis[2]) * axis)


def summary(rows: pl.DataFrame) -> str:
    """Shares and percentiles on one line."""
    known = rows.drop_nulls("rise_m")
    if len(known) < FEW * len(rows):
        return f"{len(rows)} strides, way known of {len(known)}: too few to describe"
    rise, length = known["rise_m"].to_numpy(), known["length_m"].to_numpy()
    steep = (np.abs(rise) >= 0.12) & (np.abs(rise) >= 0.3 * length)
    called = {name: rows.select((pl.col("climb") == name).sum()).item() for name in ("up", "down")}
    wrong = sum(called.values())
    return (
        f"{len(rows)} strides, known {len(known) / len(rows):.1%}; rise 2.5/50/97.5 % "
        f"{np.percentile(rise, [2.5, 50, 97.5]).round(3)} m, length 5/50/95 % "
        f"{np.percentile(length, [5, 50, 95]).round(2)}; steep alone {steep.mean():.2%}, "
        f"called {called}, false {wrong / len(rows):.2%}"
    )


def conditions(feet: list[Recording]) -> Iterator[tuple[str, list[Recording]]]:
    """Rates, a radio that loses samples, another way of mounting."""
    for every in (2, 4):
        yield f"Thingy:52 counts, {100 // every} Hz", [rec.quantised(o, every=every) for o in feet]
    yield (
        "50 Hz, 5 % lost, batched",
        [
            rec.lossy(rec.quantised(o, every=2), np.random.default_rng(i), loss=0.05, batch_s=0.1)
            for i, o in enumerate(feet)
        ],
    )
    yield "turned at random", [rec.turned(o, np.random.default_rng(i)) for i, o in enumerate(feet)]


def print_lengths(rows: pl.DataFrame) -> None:
    """Way of a whole trial, there and back, and left against right foot of the same trial."""
    way = rows.group_by("rec", "label").agg(
        pl.col("length_m").sum(), pl.col("length_m").is_not_null().mean().alias("known")
    )
    whole = way.filter(pl.col("known") == 1.0).with_columns(
        pl.col("rec").str.head(-1).alias("trial"), pl.col("rec").str.tail(1).alias("foot")
    )
    pairs = whole.pivot("foot", index=["trial", "label"], values="length_m").drop_nulls()
    for label in [None, *sorted(whole["label"].unique())]:
        mine = whole if label is None else whole.filter(pl.col("label") == label)
        two = pairs if label is None else pairs.filter(pl.col("label") == label)
        left, right = two["L"].to_numpy(), two["R"].to_numpy()
        apart = 200.0 * (left - right) / (left + right)
        half = np.percentile(mine["length_m"].to_numpy() / 2.0, [5, 25, 50, 75, 95]).round(2)
        print(f"  {label or 'all':<13} {len(mine)} feet, half the way of a trial, m: {half};",
              f"left less right of {len(two)} trials, %:",
              np.percentile(apart, [5, 25, 50, 75, 95]).round(1))  # fmt: skip


def print_simulated() -> None:
    """Made-up strides, told by what was made. Simulated."""
    for name, way in CLIMBERS.items():
        for placement in (FOOT, Placement.LEFT_ANKLE, SHANK):
            rows = climbs(climber(way, placement=placement), placement)
            known = rows.drop_nulls("rise_m")
            said = dict(rows["climb"].value_counts().iter_rows())
            print(f"  simulated {name:<28} {placement:<11} true rise {way.rise_m:+.2f}, length"
                  f" {way.length_m:.2f}; found {known['rise_m'].median():+.2f},"
                  f" {known['length_m'].median():.2f}; {said}")  # fmt: skip


def print_cost(feet: list[Recording]) -> None:
    """Processor time of one hour's walk, given its strides."""
    walk = long_walk(feet, hours=1.0, rate_hz=100.0)
    motion = (walk.time_s, walk.acc_g, walk.gyro_dps)
    at = detect_steps(*motion, rate_hz=100.0, placement=FOOT)["time_s"].to_numpy()
    spent = cpu_s(lambda: find_climbs(*motion, rate_hz=100.0, placement=FOOT, strides_s=at))
    print(f"1 h walk at 100 Hz, {len(at)} strides: {spent:.2f} cpu-s")


def main() -> None:
    """Print the tables of docs/contacts.md."""
    folder = rec.data_folder()
    if folder is None:
        raise SystemExit("Set LEGLOAD_DATA to the folder with the recordings.")
    feet = rec.load(folder, "feet", label="group")
    print("feet as they are     ", summary(pl.concat([climbs(one) for one in feet])))
    turned = [rec.with_gravity(o, np.random.default_rng(i)) for i, o in enumerate(feet)]
    print("feet, turning gravity", summary(pl.concat([climbs(one) for one in turned])))
    upright = [one for one in map(standing_gravity, feet) if one is not None]
    rows = pl.concat([climbs(one) for one in upright])
    print(f"feet, standing gravity, {len(upright)} of {len(feet)} trials:", summary(rows))
    for group in sorted(rows["label"].unique()):
        print(f"  {group:<13}", summary(rows.filter(pl.col("label") == group)))
    print_lengths(rows)
    for name, changed in conditions(upright):
        print(f"  {name:<26}", summary(pl.concat([climbs(one) for one in changed])))
    for name, placement in (("shoes", FOOT), ("shin_walk", SHANK)):
        for one in rec.load(folder, name, rate_hz=50.0):
            print(one.name, summary(climbs(one, placement)))
    print_simulated()
    print_cost(feet)


if __name__ == "__main__":
    main()
