"""Accuracy of the repetition counter: `LEGLOAD_DATA=... python -m benchmarks.repetitions`.

The named baseline is autocorrelation: the lag (1.5 to 6.5 s) at which the tilt along its main axis
repeats best, over windows of 12 s every second where it reaches 0.5, and only where tilt and
shaking are within the limits of a squat; with the bout given, its length over its lag.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.exercise import kinds
from analytics.exercise.method import RepetitionMethod, method_of
from analytics.exercise.posture import CELL_HZ, postures
from analytics.exercise.repetitions import detect_repetitions, repetitions_in_bout
from analytics.validation.repetitions import Bout
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from benchmarks.sessions import PLACES, Session, sessions
from devices.profile import Placement

Floats = NDArray[np.float64]
Count = Callable[[Session, str, str], int]
KINDS = {"Squat": kinds.SQUAT, "Situp": kinds.SIT_UP, "Burpee": kinds.BURPEE}
PAIRS = (("lfoot", "rfoot"), ("lfoot", "belly"), ("rfoot", "belly"))
TRUNK_GRID = {
    "sigma_s": (0.3, 0.35, 0.4),
    "reach_s": (1.2, 1.5, 1.8),
    "template": (0.55, 0.65),
    "pause": (1.5, 1.8),
}
LEG_GRID = {
    "sigma_s": (0.4, 0.45, 0.5),
    "reach_s": (1.2, 1.5, 1.8),
    "template": (0.6, 0.65, 0.7),
    "shake_g": (0.2, 0.3),
}


def found(one: Session, place: str, method: RepetitionMethod | None = None) -> pl.DataFrame:
    """Repetitions with nothing given."""
    return detect_repetitions(
        one.time_s, one.acc_g[place], None,
        rate_hz=10.0, placement=PLACES[place], method=method,
    )  # fmt: skip


def free(one: Session, place: str, kind: str) -> int:
    """How many of a kind, nothing given."""
    return found(one, place).filter(kind=KINDS[kind]).height


def paired(one: Session, first: str, second: str, kind: str) -> int:
    """With two sensors: of sets that share time the longer one counts, of equal ones the first."""
    parts = [
        found(one, place).filter(kind=KINDS[kind]).with_columns(pl.lit(place).alias("place"))
        for place in (first, second)
    ]
    sets = [rows for part in parts for _, rows in part.group_by("set", maintain_order=True)]
    total, taken = 0, list[tuple[float, float]]()
    for rows in sorted(sets, key=len, reverse=True):
        start, end = float(rows["start_s"][0]), float(rows["end_s"][-1])
        if all(end <= a or start >= b for a, b in taken):
            total, taken = total + len(rows), [*taken, (start, end)]
    return total


def baseline(one: Session, place: str, kind: str) -> int:
    """Autocorrelation, nothing given."""
    (part,) = postures(one.time_s, one.acc_g[place], 0.35)
    rule = kinds.KINDS.get(PLACES[place])
    least, most, shaken = (*rule.squat_deg, rule.burpee_g) if rule else (*kinds.LEG.squat_deg, 0.2)
    count, half = 0.0, 6 * CELL_HZ
    for middle in range(half, len(part.down) - half, CELL_HZ):
        near = slice(middle - half, middle + half)
        lag_s, repeats, tilt_deg = _lag(part.down[near])
        calm = float(np.median(part.shake[near])) < shaken
        if kind == "Squat" and repeats >= 0.5 and least <= tilt_deg <= most and calm:
            count += 1.0 / lag_s
    return round(count)


def _lag(down: Floats) -> tuple[float, float, float]:
    """Lag (s) and height (0 to 1) of the best repeat, and the swing (deg) along the main axis."""
    off = down - down.mean(axis=0)
    tilt = off @ np.linalg.eigh(off.T @ off).eigenvectors[:, -1]
    whole = np.correlate(tilt, tilt, "full")[len(tilt) - 1 :] / max(float(tilt @ tilt), 1e-12)
    whole *= len(tilt) / np.arange(len(tilt), 0, -1)
    lags = np.arange(round(1.5 * CELL_HZ), min(round(6.5 * CELL_HZ), len(tilt) - 5))
    if not len(lags):
        return np.inf, 0.0, 0.0
    best = int(lags[np.argmax(whole[lags])])
    return best / CELL_HZ, float(whole[best]), float(np.rad2deg(np.sqrt(8.0) * tilt.std()))


def given(one: Session, place: str, bout: Bout) -> int:
    """Repetitions with the bout given."""
    _, start, end, _ = bout
    return repetitions_in_bout(
        one.time_s, one.acc_g[place], None,
        rate_hz=10.0, placement=PLACES[place], start_s=start, end_s=end,
    ).height  # fmt: skip


def given_baseline(one: Session, place: str, bout: Bout) -> int:
    """Length of the bout over its lag, the pause after the last repetition put back (0.8 s)."""
    _, start, end, _ = bout
    (part,) = postures(one.time_s, one.acc_g[place], 0.35)
    inside = (part.time_s >= start) & (part.time_s <= end)
    return round((end - start + 0.8) / _lag(part.down[inside])[0])


def free_score(all_: Iterable[Session], count: Count, place: str, kind: str) -> rec.Score:
    """Session scores over the sessions that have the kind (hits are not paired: F1 of counts)."""
    rows = [(one.count(kind), count(one, place, kind)) for one in all_ if one.count(kind)]
    return rec.score((min(true, own), own, true) for true, own in rows)


def given_exact(
    all_: Iterable[Session], count: Callable[[Session, str, Bout], int], place: str, kind: str
) -> tuple[int, float, float]:
    """Bouts of a kind, % exact and % within one."""
    errors = [
        count(one, place, bout) - bout[3] for one in all_ for bout in one.bouts() if bout[0] == kind
    ]
    miss = np.abs(errors)
    return len(errors), 100 * float(np.mean(miss == 0)), 100 * float(np.mean(miss <= 1))


def left_out(
    all_: list[Session], places: tuple[str, ...], grid: dict[str, tuple[float, ...]]
) -> Iterator[tuple[str, rec.Score, list[dict[str, float]]]]:
    """Squat score of each place with constants chosen on the other people, and those constants."""
    base = method_of(PLACES[places[0]])
    table = {}
    for values in itertools.product(*grid.values()):
        method = changed(base, dict(zip(grid, values, strict=True)))
        table[values] = {
            (one.name, place): found(one, place, method).filter(kind=kinds.SQUAT).height
            for one in all_
            for place in places
        }
    people = sorted({one.person for one in all_})
    chosen = {p: min(table, key=lambda v: _error(all_, table[v], places, p)) for p in people}
    for place in places:
        rows = [
            (one.count("Squat"), table[chosen[one.person]][one.name, place])
            for one in all_
            if one.count("Squat")
        ]
        scored = rec.score((min(true, own), own, true) for true, own in rows)
        yield place, scored, [dict(zip(grid, chosen[p], strict=True)) for p in people]


def changed(base: RepetitionMethod, values: dict[str, float]) -> RepetitionMethod:
    """A method with other constants, those of its rule among them."""
    own = {name: value for name, value in values.items() if hasattr(base, name)}
    rule = {name: value for name, value in values.items() if name not in own}
    return replace(base, **own, rule=replace(base.rule, **rule))  # type: ignore[arg-type]


def _error(
    all_: list[Session], counts: dict[tuple[str, str], int], places: tuple[str, ...], person: str
) -> float:
    """Mean relative error of squats without one person."""
    return float(
        np.mean(
            [
                abs(counts[one.name, place] - one.count("Squat")) / one.count("Squat")
                for one in all_
                for place in places
                if one.person != person and one.count("Squat")
            ]
        )
    )


def tempo_error(all_: Iterable[Session], place: str) -> tuple[int, float, float]:
    """Of squats whose turning point lies in a true one: number, median |start| and |duration|
    error, s."""
    starts, lengths = [], []
    for one in all_:
        rows = found(one, place).filter(kind=kinds.SQUAT)
        for start, length, out in rows.select("start_s", "duration_s", "out_s").iter_rows():
            for kind, a, b in one.truth:
                if kind == "Squat" and a <= start + out <= b:
                    starts.append(abs(start - a))
                    lengths.append(abs(length - (b - a)))
    return len(starts), float(np.median(starts)), float(np.median(lengths))


def false_rates(folder: Path) -> Iterator[tuple[str, float, dict[str, float]]]:
    """(what, minutes, repetitions a minute by kind) where nobody trains."""
    waist = rec.load(folder, "daily_waist", label="label")
    for label in sorted({one.label for one in waist}):
        mine = [one for one in waist if one.label == label]
        yield f"waist {label}", *_rates(mine, Placement.WAIST)
    others = (("lower_back", Placement.WAIST), ("pocket", Placement.LEFT_THIGH),
              ("pocket", Placement.WAIST), ("shoes", Placement.LEFT_FOOT))  # fmt: skip
    for name, placement in others:
        yield f"{name} as {placement}", *_rates(rec.load(folder, name), placement)
    yield "shin walk", *_rates(rec.load(folder, "shin_walk", rate_hz=50.0), Placement.LEFT_SHANK)
    feet = rec.load(folder, "feet", label="group")[::10]
    heavy = [rec.with_gravity(one, np.random.default_rng(i)) for i, one in enumerate(feet)]
    yield "feet, every 10th, gravity simulated", *_rates(heavy, Placement.LEFT_FOOT)


def chair_trials(folder: Path) -> Iterator[tuple[str, int, int, int, dict[str, int]]]:
    """(what, trials, with a repetition of nothing given, with exactly one of the whole trial given,
    names of the last) of single movements at the waist: one sitting down and standing up each."""
    waist = rec.load(folder, "daily_waist", label="label")
    for label in ("sit-stand", "knee-bend", "waist-bend"):
        mine = [one for one in waist if one.label == label]
        free = [
            detect_repetitions(
                one.time_s, one.acc_g, None, rate_hz=one.rate_hz, placement=Placement.WAIST
            )
            for one in mine
        ]
        bouts = [
            repetitions_in_bout(
                one.time_s, one.acc_g, None, rate_hz=one.rate_hz, placement=Placement.WAIST,
                start_s=0.0, end_s=one.seconds,
            )
            for one in mine
        ]  # fmt: skip
        named = dict(pl.concat(bouts)["kind"].value_counts().iter_rows())
        alone = sum(len(found) == 1 for found in bouts)
        yield label, len(mine), sum(len(found) > 0 for found in free), alone, named


def _rates(all_: list[Recording], placement: Placement) -> tuple[float, dict[str, float]]:
    minutes = sum(one.seconds for one in all_) / 60.0
    frames = [
        detect_repetitions(
            one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
        )
        for one in all_
    ]
    named = pl.concat(frames)["kind"].value_counts()
    return minutes, {kind: count / minutes for kind, count in named.iter_rows()}


def print_speed(all_: list[Session]) -> None:
    """Processor time of a day at 10 Hz and at 100 Hz, sessions end to end."""
    acc = np.concatenate([one.acc_g["belly"] for one in all_])
    for rate in (10.0, 100.0):
        rows = np.resize(np.repeat(acc, int(rate / 10.0), axis=0), (int(86_400 * rate), 3))
        start = time.process_time()
        detect_repetitions(
            np.arange(len(rows)) / rate, rows, None, rate_hz=rate, placement=Placement.WAIST
        )
        print(f"24 h of training at {rate:g} Hz: {time.process_time() - start:.2f} cpu-s")


def print_counts(all_: list[Session]) -> None:
    """Every place and exercise, nothing given and bout given; and squats person by person."""
    for place, kind in itertools.product(PLACES, KINDS):
        number, exact, near = given_exact(all_, given, place, kind)
        print(f"{kind:<7}{place:<6} {free_score(all_, free, place, kind)}")
        print(f"    bout given ({number}): exact {exact:.1f} %  within one {near:.1f} %")
    for person, place in itertools.product(sorted({one.person for one in all_}), PLACES):
        mine = [one for one in all_ if one.person == person]
        print(f"Squat  {place:<6} person {person} {free_score(mine, free, place, 'Squat')}")


def print_baseline(all_: list[Session]) -> None:
    """Autocorrelation at every place."""
    for place in PLACES:
        print(f"baseline, squats, {place:<6} {free_score(all_, baseline, place, 'Squat')}")
        for kind in KINDS:
            number, exact, near = given_exact(all_, given_baseline, place, kind)
            print(f"    {kind} given ({number}): exact {exact:.1f} %  within one {near:.1f} %")


def print_pairs(all_: list[Session]) -> None:
    """Two sensors together."""
    for first, second in PAIRS:

        def both(one: Session, _: str, kind: str, first: str = first, second: str = second) -> int:
            return paired(one, first, second, kind)

        print(f"Squat  {first} + {second} {free_score(all_, both, '', 'Squat')}")


def main() -> None:
    """Print the tables of docs/repetitions.md."""
    folder = rec.data_folder()
    if folder is None:
        raise SystemExit("Set LEGLOAD_DATA to the folder with the recordings.")
    all_ = sessions(folder)
    for places, grid in ((("belly", "chest"), TRUNK_GRID), (("lfoot", "rfoot"), LEG_GRID)):
        for place, scored, chosen in left_out(all_, places, grid):
            print(f"squats, person left out, {place:<6} {scored}  {chosen}")
    print_counts(all_)
    print_baseline(all_)
    print_pairs(all_)
    for place in ("belly", "chest", "lfoot", "rfoot"):
        print(f"tempo of squats, {place:<6}", tempo_error(all_, place))
    for name, minutes, rates in false_rates(folder):
        print(f"false, {name:<40} {minutes:6.1f} min {rates}")
    for row in chair_trials(folder):
        print("single movements (trials, found free, exactly one if given, named):", *row)
    print_speed(all_)


if __name__ == "__main__":
    main()
