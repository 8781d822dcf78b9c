"""Accuracy and speed of the step detector: `LEGLOAD_DATA=... python -m benchmarks.steps`.

The named baseline is a plain `scipy.signal.find_peaks` on the low-passed norm of the gyroscope
(Butterworth, 2nd order, 3 Hz, both ways; height 60 deg/s, rise 40 deg/s, 0.5 s apart).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from analytics.gait.steps import detect_steps
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from devices.profile import Placement

Floats = NDArray[np.float64]
Detector = Callable[[Recording], Floats]
GROUPS = ("Healthy", "Orthopedic", "Neurological")
PACKETS = {"singly": 0.0, "half in bursts": 0.5, "all in bursts": 1.0}
MOVING = ("walk", "jog", "slow stairs", "quick stairs")
STAIRS = {"D05": "slow stairs", "D06": "quick stairs"}


def foot(recording: Recording) -> Floats:
    """Strides of a foot."""
    return _times(recording, Placement.LEFT_FOOT)


def waist(recording: Recording) -> Floats:
    """Steps at the waist or at the back."""
    return _times(recording, Placement.WAIST)


def pocket(recording: Recording) -> Floats:
    """Steps in a trouser pocket, without gyroscope."""
    return _detect(recording, None, Placement.RIGHT_THIGH)


def acceleration_only(recording: Recording) -> Floats:
    """Strides of a foot whose sensor has no gyroscope."""
    return _detect(recording, None, Placement.LEFT_FOOT)


def plain_peaks(recording: Recording) -> Floats:
    """The baseline named above."""
    assert recording.gyro_dps is not None
    low = signal.butter(2, 3.0, fs=recording.rate_hz, output="sos")
    norm = signal.sosfiltfilt(low, np.linalg.norm(recording.gyro_dps, axis=1))
    apart = max(1, int(0.5 * recording.rate_hz))
    tops, _ = signal.find_peaks(norm, height=60.0, prominence=40.0, distance=apart)
    return np.asarray(recording.time_s[tops], np.float64)


def _times(recording: Recording, placement: Placement) -> Floats:
    return _detect(recording, recording.gyro_dps, placement)


def _detect(recording: Recording, gyro: Floats | None, placement: Placement) -> Floats:
    events = detect_steps(
        recording.time_s, recording.acc_g, gyro, rate_hz=recording.rate_hz, placement=placement
    )
    return np.asarray(events["time_s"].to_numpy(), np.float64)


def conditions(feet: list[Recording]) -> Iterator[tuple[str, list[Recording]]]:
    """Every way in which `feet` is spoilt, each with its own seed."""
    yield "as recorded, 100 Hz", feet
    yield "turned at random", _each(feet, rec.turned)
    yield "gravity put back (simulated)", _each(feet, rec.with_gravity)
    for every in (1, 2, 4):
        counts = [rec.quantised(one, every=every) for one in feet]
        name = f"Thingy:52 counts, {100 // every} Hz"
        yield name, counts
        for loss in (0.02, 0.05):
            yield f"{name}, {loss:.0%} lost, batched", _each(counts, _spoilt(loss))
    for name, bursts in PACKETS.items():
        yield f"packets lost, {name}", _each(feet, _packets(bursts))
    slow = [rec.quantised(one, every=4) for one in _each(feet, _packets(0.5))]
    yield "packets lost, both, 25 Hz, batched", _each(slow, _spoilt(0.0))


def _packets(bursts: float) -> Callable[[Recording, np.random.Generator], Recording]:
    return lambda one, rng: rec.packets_lost(one, rng, bursts=bursts)


def _spoilt(loss: float) -> Callable[[Recording, np.random.Generator], Recording]:
    return lambda one, rng: rec.lossy(one, rng, loss=loss, batch_s=0.1)


def _each(
    feet: list[Recording], change: Callable[[Recording, np.random.Generator], Recording]
) -> list[Recording]:
    return [change(one, np.random.default_rng(i)) for i, one in enumerate(feet)]


def feet_score(recordings: list[Recording], detector: Detector, *, group: str = "") -> rec.Score:
    """F1 and counts of a detector over foot-trials, of one group or of all."""
    rows = []
    for one in recordings:
        if group in ("", one.label):
            times = detector(one)
            rows.append((rec.inside(times, one.truth), len(times), len(one.truth)))
    return rec.score(rows)


def standing_rate(recordings: list[Recording], detector: Detector) -> float:
    """False steps a minute of standing, before the first and after the last annotated swing."""
    false = seconds = 0.0
    for one in recordings:
        start, end = one.truth[0, 0] - 0.1, one.truth[-1, 1] + 0.1
        times = detector(one)
        false += 2.0 * float(np.sum((times < start) | (times > end)))
        seconds += start + one.seconds - end
    return 60.0 * false / seconds


def cadence_errors(recordings: list[Recording], found: dict[str, Floats]) -> tuple[float, float]:
    """Mean |cadence - true cadence|, steps/min, against the middles of the swings: by the median
    stride of each trial, and of steady walking."""
    pairs = [(found[one.name], one.truth.mean(axis=1)) for one in recordings]
    median, steady = (
        [apart(times, truth, per_stride=1) for times, truth in pairs]
        for apart in (rec.cadence_apart, rec.steady_apart)
    )
    return _mean(median), _mean(steady)


def _mean(errors: list[float | None]) -> float:
    return float(np.mean([error for error in errors if error is not None]))


def doubtful(recordings: list[Recording], found: dict[str, Floats]) -> list[tuple[int, int]]:
    """For each recording (strides found between two neighbouring annotated swings, those of them
    where the *other* foot was annotated to swing twice or more in between: feet alternate, so one
    is missing)."""
    named = {one.name: one.truth.mean(axis=1) for one in recordings}
    counts = []
    for one in recordings:
        middle, other = named[one.name], named.get(one.name[:-1] + "LR"[one.name[-1] == "L"])
        between = alone = 0
        for start, end in itertools.pairwise(range(len(middle))):
            low, high = one.truth[start, 1] + 0.1, one.truth[end, 0] - 0.1
            extra = int(np.sum((found[one.name] > low) & (found[one.name] < high)))
            between += extra
            if extra and other is not None:
                swings = np.sum((other > middle[start]) & (other < middle[end]))
                alone += extra * bool(swings >= 2)
        counts.append((between, alone))
    return counts


def forgiven(recordings: list[Recording], found: dict[str, Floats]) -> rec.Score:
    """The score had the strides that `doubtful` finds without alternation not been found."""
    rows = []
    for one, (_, alone) in zip(recordings, doubtful(recordings, found), strict=True):
        times = found[one.name]
        rows.append((rec.inside(times, one.truth), len(times) - alone, len(one.truth)))
    return rec.score(rows)


def steps_score(
    recordings: list[Recording],
    detector: Detector,
    *,
    only_bouts: bool = False,
    tolerance_s: float = 0.25,
) -> rec.Score:
    """Steps felt at the trunk; only_bouts: leave out steps outside runs of true ones."""
    return rec.score(_step_rows(recordings, detector, only_bouts, tolerance_s))


def mean_f1(recordings: list[Recording], detector: Detector, *, tolerance_s: float) -> float:
    """Mean over the recordings of the F1 inside bouts, as the figures of the peers were made."""
    rows = _step_rows(recordings, detector, True, tolerance_s)
    return float(np.mean([2 * hits / (found + true) for hits, found, true in rows]))


def _step_rows(
    recordings: list[Recording], detector: Detector, only_bouts: bool, tolerance_s: float
) -> list[tuple[int, int, int]]:
    """(hits, predicted, true) of each recording."""
    rows = []
    for one in recordings:
        times, truth = detector(one), one.truth[:, 0]
        if only_bouts:
            times = rec.within_bouts(times, truth, tolerance_s=tolerance_s)
        hits = rec.in_order(times, truth, tolerance_s=tolerance_s)
        rows.append((hits, len(times), len(truth)))
    return rows


def daily(recordings: list[Recording]) -> Iterator[tuple[str, float, float, float, float]]:
    """Each class of movement at the waist: steps a minute; % of its time, and of its moving time,
    in steps no more than 2 s apart; % of the steps that run."""
    named = [(STAIRS.get(one.name[:3], one.label), one) for one in recordings]
    for label in sorted({label for label, _ in named}):
        mine = [one for name, one in named if name == label]
        events = [
            detect_steps(one.time_s, one.acc_g, None, rate_hz=100.0, placement=Placement.WAIST)
            for one in mine
        ]
        found = [frame["time_s"].to_numpy() for frame in events]
        stepping = [_in_steps(times, one.time_s) for times, one in zip(found, mine, strict=True)]
        inside = np.concatenate(stepping)
        running = sum(int(one["running"].fill_null(value=False).sum()) for one in events)
        count = sum(len(times) for times in found)
        minutes = sum(one.seconds for one in mine) / 60
        moving = np.concatenate([_moves(one) for one in mine])
        yield (
            label, count / minutes, 100 * float(inside.mean()),
            100 * float(inside[moving].mean()) if moving.any() else 0.0,
            100 * running / max(1, count),
        )  # fmt: skip


def _in_steps(times: Floats, at: Floats) -> NDArray[np.bool_]:
    """Whether each instant lies between two steps no more than 2 s apart."""
    edges = np.concatenate([[-np.inf], times, [np.inf]])
    after = np.searchsorted(edges, at, side="right")
    return np.asarray(edges[after] - edges[after - 1] <= 2.0, np.bool_)


def _moves(one: Recording) -> NDArray[np.bool_]:
    """Whether |acceleration| varies by 0.05 g or more (SD of the second around each sample)."""
    size = np.linalg.norm(one.acc_g, axis=1)
    width = round(one.rate_hz)
    mean, square = (ndimage.uniform_filter1d(x, width) for x in (size, size**2))
    return np.asarray(square - mean**2 >= 0.05**2, np.bool_)


def long_walk(feet: list[Recording], *, hours: float, rate_hz: float) -> Recording:
    """Every trial end to end, repeated to fill the hours, in float32 counts."""
    every = round(100.0 / rate_hz)
    count = int(hours * 3600 * rate_hz)
    gyro = np.concatenate([one.gyro_dps[::every] for one in feet if one.gyro_dps is not None])
    acc = np.concatenate([one.acc_g[::every] for one in feet])
    return Recording(
        name="long", label="", rate_hz=rate_hz, time_s=np.arange(count) / rate_hz,
        acc_g=np.resize(acc.astype(np.float32), (count, 3)),
        gyro_dps=np.resize(gyro.astype(np.float32), (count, 3)), truth=np.empty((0, 2)),
    )  # fmt: skip


def cpu_s(run: Callable[[], object]) -> float:
    """Processor seconds of the better of two runs."""
    took = []
    for _ in range(2):
        start = time.process_time()
        run()
        took.append(time.process_time() - start)
    return min(took)


def print_feet(feet: list[Recording]) -> None:
    """Every condition of the feet, and every group where it is not spoilt."""
    print(f"feet, baseline plain peaks            {feet_score(feet, plain_peaks)}")
    for name, recordings in conditions(feet):
        print(f"feet, {name:<38} {feet_score(recordings, foot)}")
    print(f"feet, acceleration only                       {feet_score(feet, acceleration_only)}")
    for group in GROUPS:
        print(f"feet, {group:<13} {feet_score(feet, foot, group=group)}")
        print(f"   baseline          {feet_score(feet, plain_peaks, group=group)}")
    found = {one.name: foot(one) for one in feet}
    plain = {one.name: plain_peaks(one) for one in feet}
    for name, times in (("", found), (" of plain peaks", plain)):
        median, steady = cadence_errors(feet, times)
        print(f"cadence error{name} {median:.2f} steps/min by the median stride of each trial,")
        print(f"   {steady:.2f} of steady walking")
    extra = np.sum(doubtful(feet, found), axis=0).tolist()
    print("extra between two swings, and of those without alternation", extra)
    for group in ("", *GROUPS):
        mine = [one for one in feet if group in ("", one.label)]
        print(f"   had these not been found {group:<12} {forgiven(mine, found)}")
    print(f"false steps a minute of standing {standing_rate(feet, foot):.2f}")


def trunk_conditions(them: list[Recording]) -> Iterator[tuple[str, list[Recording]]]:
    """Ways in which steps at the trunk are spoilt."""
    yield "turned at random", _each(them, rec.turned)
    for every in (1, 2, 4):
        counts = [rec.quantised(one, every=every) for one in them]
        yield f"Thingy:52 counts, {100 // every} Hz", counts
        yield f"Thingy:52 counts, {100 // every} Hz, 5% lost", _each(counts, _spoilt(0.05))


def print_trunk(folder: Path) -> None:
    """Steps in pockets and at the lower back, and the classes of movement at the waist."""
    pockets, back = rec.load(folder, "pocket"), rec.load(folder, "lower_back")
    print("pocket    ", steps_score(pockets, pocket))
    for tolerance_s in (0.25, 0.5):
        inside = steps_score(back, waist, only_bouts=True, tolerance_s=tolerance_s)
        whole = steps_score(back, waist, tolerance_s=tolerance_s)
        mean = mean_f1(back, waist, tolerance_s=tolerance_s)
        print(f"lower back +/-{tolerance_s} s {inside} mean F1 {mean:.3f} | whole trials {whole}")
    for name, spoilt in trunk_conditions(pockets):
        print(f"pocket, {name:<38} {steps_score(spoilt, pocket)}")
    for name, spoilt in trunk_conditions(back):
        print(f"lower back, {name:<34} {steps_score(spoilt, waist, only_bouts=True)}")
    for label, rate, *shares in daily(rec.load(folder, "daily_waist", label="label")):
        more = "{:.1f} % of its time, {:.1f} % of its moving time, {:.0f} % running".format(*shares)
        print(f"waist, {label:<12} {rate:6.1f} steps/min  {more * (label in MOVING)}")


def print_speed(feet: list[Recording]) -> None:
    """Processor time against the baseline in the same run."""
    for hours, rate in ((10.0, 25.0), (24.0, 25.0), (24.0, 100.0)):
        walk = long_walk(feet, hours=hours, rate_hz=rate)
        ours = cpu_s(lambda walk=walk: foot(walk))  # type: ignore[misc]
        plain = cpu_s(lambda walk=walk: plain_peaks(walk))  # type: ignore[misc]
        print(
            f"{hours:g} h at {rate:g} Hz ({len(walk.time_s):,} samples): {ours:.2f} cpu-s, "
            f"{ours / plain:.2f} x plain peaks ({plain:.2f})"
        )


def main() -> None:
    """Print the table of docs/steps.md."""
    folder = rec.data_folder()
    if folder is None:
        raise SystemExit("Set LEGLOAD_DATA to the folder with the recordings.")
    feet = rec.load(folder, "feet", label="group")
    print_feet(feet)
    shoes = rec.load(folder, "shoes")
    print("shoes", [(one.name, len(foot(one)), len(one.truth)) for one in shoes],
          feet_score(shoes, foot))  # fmt: skip
    print("shin walk, strides found", [len(foot(one)) for one in
          rec.load(folder, "shin_walk", rate_hz=50.0)])  # fmt: skip
    print_trunk(folder)
    print_speed(feet)


if __name__ == "__main__":
    main()
