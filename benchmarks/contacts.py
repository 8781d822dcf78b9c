"""Contacts, bouts and posture on recordings: `LEGLOAD_DATA=... python -m benchmarks.contacts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.gait.posture import find_postures, upright
from analytics.gait.stances import find_stances
from analytics.gait.steps import detect_steps
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from benchmarks.steps import GROUPS, cpu_s, long_walk
from devices.profile import Placement

Floats = NDArray[np.float64]

ERRORS = {"lift_s": "start_s", "tc_s": "start_s", "ic_s": "end_s", "flat_s": "end_s"}
"""Our instant and the end of the annotated movement that it is held against."""
SITS = {  # act of daily_waist: the seconds in which its protocol sits or lies (True) or stands
    "D11": ((0, 2, True),),
    "D12": ((0, 2, True), (5, 7, True), (-2, None, True)),
    "D13": ((0, 2, True), (4, 5, True), (-2, None, True)),
    "D14": ((0, None, True),),
    "D07": ((0, 2, False), (-2, None, False)),
    "D08": ((0, 2, False), (-2, None, False)),
    "D09": ((0, 2, False), (-2, None, False)),
    "D10": ((0, 2, False), (-2, None, False)),
    "D15": ((0, 2, False), (-2, None, False)),
    "D16": ((0, 2, False), (-2, None, False)),
    "D18": ((0, None, False),),
    "D19": ((0, None, False),),
}


def stances(one: Recording, placement: Placement = Placement.LEFT_FOOT) -> pl.DataFrame:
    """Steps of a recording with their contacts."""
    return find_stances(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
    )


def held(one: Recording) -> pl.DataFrame:
    """Strides inside annotated movements (one each, +/-0.1 s), with the annotation beside them."""
    found = stances(one).with_row_index("row")
    pairs = rec.pairs_inside(found["stride_s"].to_numpy(), one.truth)
    rows = [(i, *one.truth[j]) for i, j in pairs.tolist()]
    schema = {"row": pl.UInt32, "start_s": pl.Float64, "end_s": pl.Float64}
    truth = pl.DataFrame(rows, schema=schema, orient="row")
    stride = pl.col("stride_s").shift(-1) - pl.col("stride_s")
    return found.with_columns(cycle_s=stride).join(truth, on="row").with_columns(
        pl.lit(one.label).alias("group")
    )  # fmt: skip


def contact_errors(feet: list[Recording]) -> pl.DataFrame:
    """All strides of `held`, with errors in ms (ours less the annotation)."""
    rows = pl.concat([held(one) for one in feet])
    rows = rows.with_columns(ic_s=pl.col("tc_s") + pl.col("swing_s"))  # not where none is clear
    errors = [(1000.0 * (pl.col(a) - pl.col(b))).alias(f"{a}_ms") for a, b in ERRORS.items()]
    movement = 1000.0 * (pl.col("flat_s") - pl.col("lift_s") - pl.col("end_s") + pl.col("start_s"))
    swing = 1000.0 * (pl.col("swing_s") - pl.col("end_s") + pl.col("start_s"))
    return rows.with_columns(*errors, movement.alias("movement_ms"), swing.alias("swing_ms"))


def summary(rows: pl.DataFrame) -> str:
    """Medians [interquartile ranges] in ms, and shares, on one line."""
    names = [*(f"{name}_ms" for name in ERRORS), "movement_ms", "swing_ms"]
    parts = []
    for name in names:
        low, middle, high = (rows[name].quantile(q, "linear") for q in (0.25, 0.5, 0.75))
        if low is not None and middle is not None and high is not None:
            parts.append(f"{name[:-3]} {middle:+.0f} [{high - low:.0f}]")
    walked = rows.filter(pl.col("cycle_s") < 3.0)
    shares = [
        ("both", rows.select((pl.col("swing_s").is_not_null()).mean()).item()),
        ("clear", rows.select((pl.col("quality") == "clear").mean()).item()),
        ("swing", walked.select((pl.col("swing_s") / pl.col("cycle_s")).median()).item()),
        ("runs", rows.select(pl.col("running").fill_null(value=False).mean()).item()),
        ("cycles", rows.select(pl.col("cycling").fill_null(value=False).mean()).item()),
    ]
    said = "  ".join(f"{k} {100 * v:.1f} %" for k, v in shares)
    even = rows["even"].drop_nulls().to_numpy()
    most = f"  largest even {even.max():.2f}" if len(even) else ""
    return "  ".join(parts) + " | " + said + most


def conditions(feet: list[Recording]) -> Iterator[tuple[str, list[Recording]]]:
    """Rates, a radio that loses samples, another way of mounting, no gyroscope."""
    for every in (1, 2, 4):
        yield f"Thingy:52 counts, {100 // every} Hz", [rec.quantised(o, every=every) for o in feet]
    yield (
        "50 Hz, 5 % lost, batched",
        [
            rec.lossy(rec.quantised(o, every=2), np.random.default_rng(i), loss=0.05, batch_s=0.1)
            for i, o in enumerate(feet)
        ],
    )
    yield "turned at random", [rec.turned(o, np.random.default_rng(i)) for i, o in enumerate(feet)]
    heavy = [rec.with_gravity(o, np.random.default_rng(i)) for i, o in enumerate(feet)]
    yield "gravity put back (simulated)", heavy
    bare = [replace(o, gyro_dps=None) for o in feet]
    yield "acceleration only", bare
    yield "acceleration only, gravity put back", [replace(o, gyro_dps=None) for o in heavy]


def pedalling(*, rpm: float, swing_deg: float, uneven: float, phase: float) -> Recording:
    """A made-up foot on a pedal, two minutes at 100 Hz: it rocks by swing_deg, once a turn and, by
    the share `uneven`, twice; acceleration of a 0.17 m crank and gravity. Simulated."""
    rng, time_s = np.random.default_rng(0), np.arange(12000) / 100.0
    pace = rpm / 60.0 * (1.0 + 0.03 * np.sin(2.0 * np.pi * time_s / 17.0))
    turn = 2.0 * np.pi * np.cumsum(pace) / 100.0
    angle = np.radians(swing_deg) * (np.sin(turn) + uneven * np.sin(2.0 * turn + phase)) + 0.5
    pull = 0.17 * (2.0 * np.pi * rpm / 60.0) ** 2 / rec.GRAVITY
    ahead, up = pull * np.cos(turn), 1.0 + pull * np.sin(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    acc = np.stack([cos * ahead - sin * up, 0.0 * angle, sin * ahead + cos * up], axis=1)
    gyro = np.zeros((len(time_s), 3))
    gyro[:, 1] = np.degrees(np.gradient(angle, time_s))
    return Recording(
        name="pedalling", label="", rate_hz=100.0, time_s=time_s, truth=np.empty((0, 2)),
        acc_g=acc + rng.normal(0.0, 0.03, acc.shape),
        gyro_dps=gyro + rng.normal(0.0, 4.0, acc.shape),
    )  # fmt: skip


def pedals(uneven: float) -> tuple[int, int, int]:
    """(strides counted, of them called cycling, running) over made-up pedalling."""
    total = np.zeros(3, np.int64)
    for rpm in (50.0, 60.0, 70.0, 80.0, 90.0, 100.0):
        for swing_deg in (10.0, 20.0, 30.0):
            for phase in (0.0, 1.57, 3.14, 4.71):
                made = pedalling(rpm=rpm, swing_deg=swing_deg, uneven=uneven, phase=phase)
                rows = stances(made)
                flags = [int(rows[name].sum()) for name in ("cycling", "running")]
                total += np.array([len(rows), *flags])
    return int(total[0]), int(total[1]), int(total[2])


def tilts(folder: Path) -> pl.DataFrame:
    """Still seconds of daily_waist in which the protocol sits, lies or stands: `subject`, `act`,
    `tilt_deg` from upright in the person's own walks, `down` (truth)."""
    waist = rec.load(folder, "daily_waist", label="act")
    people = {one.name: one.name.split("_")[1] for one in waist}
    rows = []
    for person in sorted(set(people.values())):
        mine = [one for one in waist if people[one.name] == person]
        up = _upright([one for one in mine if one.label in ("D01", "D02")])
        for one in mine:
            seconds = find_postures(
                one.time_s, one.acc_g, rate_hz=100.0, placement=Placement.WAIST, upright_g=up
            )
            known = [seconds[a:b].with_columns(pl.lit(down).alias("down"))
                     for a, b, down in SITS.get(one.label, ())]  # fmt: skip
            who = (pl.lit(person).alias("subject"), pl.lit(one.label).alias("act"))
            rows += [part.with_columns(*who) for part in known]
    return pl.concat(rows)


def _upright(walks: list[Recording]) -> Floats | None:
    """Upright from the walks of one person."""
    found = []
    for one in walks:
        steps = detect_steps(one.time_s, one.acc_g, None, rate_hz=100.0, placement=Placement.WAIST)
        found.append(upright(one.time_s, one.acc_g, steps))
    seen = [one for one in found if one is not None]
    if not seen:
        return None
    mean = np.mean(seen, axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float64)


def balanced(rows: pl.DataFrame, limit_deg: float) -> float:
    """Mean of the shares of down and of upright seconds that a tilt limit gets right."""
    right = (pl.col("tilt_deg") >= limit_deg) == pl.col("down")
    return float(rows.group_by("down").agg(right.mean())["tilt_deg"].mean())  # type: ignore[arg-type]


def best_limit(rows: pl.DataFrame) -> float:
    """The middle of the tilt limits (whole degrees) with the best balanced share."""
    limits = np.arange(5.0, 40.0)
    found = np.array([balanced(rows, limit) for limit in limits])
    return float(np.median(limits[found >= found.max() - 1e-9]))


def print_posture(folder: Path) -> None:
    """One person left out at a time."""
    rows = tilts(folder)
    unknown = int((rows["posture"] == "unknown").sum())
    print(f"posture: {len(rows)} seconds, of which {unknown} unknown")
    rows = rows.filter(pl.col("posture") != "unknown")
    parts = []
    for person in rows["subject"].unique().sort():
        mine = pl.col("subject") == person
        limit = best_limit(rows.filter(~mine))
        parts.append(rows.filter(mine).with_columns(
            said=pl.col("tilt_deg") >= limit, limit=pl.lit(limit)))  # fmt: skip
    every = pl.concat(parts)
    said = (pl.len(), pl.col("said").mean(), (pl.col("posture") == "lie").mean().alias("lie"))
    with pl.Config(tbl_rows=-1):
        for by in (["down"], ["subject", "limit", "down"], ["act", "down"]):
            print(every.group_by(by).agg(*said).sort(by))
    print(f"  all people: limit {best_limit(rows):.0f} deg, {balanced(rows, best_limit(rows)):.1%}")


def print_feet(feet: list[Recording], sensors: list[Recording]) -> None:
    """The annotated feet: groups, makes of sensor, then conditions."""
    rows = contact_errors(feet)
    total = sum(len(one.truth) for one in feet)
    print(f"feet, {len(rows)} strides held of {total} annotated: ours less annotation, ms")
    print("  all          ", summary(rows))
    for group in GROUPS:
        print(f"  {group:<13}", summary(rows.filter(pl.col("group") == group)))
    by_make = contact_errors(sensors)
    for make in sorted({one.label for one in sensors}):
        print(f"  {make:<13}", summary(by_make.filter(pl.col("group") == make)))
    for name, changed in conditions(feet):
        print(f"  {name:<36}", summary(contact_errors(changed)))


def print_others(folder: Path) -> None:
    """Shoes and shin, without annotated contacts; TC is held against the start of a label."""
    for name, placement in (("shoes", Placement.LEFT_FOOT), ("shin_walk", Placement.LEFT_SHANK)):
        for one in rec.load(folder, name, rate_hz=50.0):
            rows = stances(one, placement)
            cycle = rows["stride_s"].diff().shift(-1)
            share = (rows["swing_s"] / cycle).filter(cycle < 3.0).drop_nulls().to_numpy()
            clear, cycling, running = (
                float(rows.select(mean).item())
                for mean in ((pl.col("quality") == "clear").mean(), pl.col("cycling").mean(),
                             pl.col("running").mean())
            )  # fmt: skip
            most = float(rows["even"].to_numpy().max())
            print(f"{one.name}: {len(rows)} strides, clear {clear:.1%}, cycling {cycling:.1%},")
            shares = np.percentile(share, [5, 50, 95]).round(3)
            print(f"   running {running:.1%}, largest even {most:.2f}, swing share", shares)
            left = rows["tc_s"].drop_nulls().to_numpy()
            lags = [1000 * (left[np.argmin(np.abs(left - at))] - at) for at in one.truth[:, 0]]
            print("   TC less label, ms", np.percentile(lags, [5, 25, 50, 75, 95]) if lags else "-")


def main() -> None:
    """Print the tables of docs/contacts.md."""
    folder = rec.data_folder()
    if folder is None:
        raise SystemExit("Set LEGLOAD_DATA to the folder with the recordings.")
    feet = rec.load(folder, "feet", label="group")
    print_feet(feet, rec.load(folder, "feet", label="dev"))
    print_others(folder)
    for uneven in (0.0, 0.1, 0.2, 0.3):
        print(
            f"made-up pedalling, second harmonic {uneven}: strides, cycling, running",
            pedals(uneven),
        )
    print_posture(folder)
    walk = long_walk(feet, hours=24.0, rate_hz=25.0)
    steps = cpu_s(lambda: detect_steps(walk.time_s, walk.acc_g, walk.gyro_dps, rate_hz=25.0,
                                       placement=Placement.LEFT_FOOT))  # fmt: skip
    print(f"24 h walk at 25 Hz: {cpu_s(lambda: stances(walk)):.2f} cpu-s, steps alone {steps:.2f}")


if __name__ == "__main__":
    main()
