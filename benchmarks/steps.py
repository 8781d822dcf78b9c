"""Accuracy and speed of the step detector: `LEGLOAD_DATA=... python -m benchmarks.steps`.

The named baseline is a plain `scipy.signal.find_peaks` on the low-passed norm of the gyroscope
(Butterworth, 2nd order, 3 Hz, both ways; height 60 deg/s, rise 40 deg/s, 0.5 s apart).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from analytics.gait.steps import detect_steps
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from devices.profile import Placement

Floats = NDArray[np.float64]
Detector = Callable[[Recording], Floats]
GROUPS = ("Healthy", "Orthopedic", "Neurological")
MOVING = ("walk", "jog", "stairs")


def foot(recording: Recording) -> Floats:
    """Strides of a foot."""
    return _times(recording, Placement.LEFT_FOOT)


def waist(recording: Recording) -> Floats:
    """Steps at the waist, in a pocket or at the back."""
    return _times(recording, Placement.WAIST)


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


def steps_score(recordings: list[Recording], *, only_bouts: bool = False) -> rec.Score:
    """Steps at the waist class; only_bouts: leave out steps outside runs of true ones."""
    rows = []
    for one in recordings:
        times, truth = waist(one), one.truth[:, 0]
        if only_bouts:
            times = rec.within_bouts(times, truth)
        rows.append((rec.in_order(times, truth), len(times), len(truth)))
    return rec.score(rows)


def daily(recordings: list[Recording]) -> Iterator[tuple[str, float, float, float]]:
    """(class, steps a minute, % of its time in steps no more than 2 s apart, % running) each."""
    for label in sorted({one.label for one in recordings}):
        mine = [one for one in recordings if one.label == label]
        seconds = sum(one.seconds for one in mine)
        events = [
            detect_steps(one.time_s, one.acc_g, None, rate_hz=100.0, placement=Placement.WAIST)
            for one in mine
        ]
        count = sum(len(one) for one in events)
        covered = sum(rec.covered_s(one["time_s"].to_numpy()) for one in events)
        running = sum(int(one["running"].fill_null(value=False).sum()) for one in events)
        yield label, 60 * count / seconds, 100 * covered / seconds, 100 * running / max(1, count)


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
    print(f"cadence error {rec.cadence_error(found, feet):.2f} steps/min")
    print(f"false steps a minute of standing {standing_rate(feet, foot):.2f}")


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
    print("pocket    ", steps_score(rec.load(folder, "pocket")))
    back = rec.load(folder, "lower_back")
    print("lower back", steps_score(back, only_bouts=True), "| whole trials", steps_score(back))
    for label, rate, covered, running in daily(rec.load(folder, "daily_waist", label="label")):
        moving = f"{covered:5.1f} % of its time, {running:.0f} % running" * (label in MOVING)
        print(f"waist, {label:<11} {rate:6.1f} steps/min  {moving}")
    print_speed(feet)


if __name__ == "__main__":
    main()
