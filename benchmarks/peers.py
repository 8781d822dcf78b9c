"""What other programs take for the same samples, each in an environment of its own.

They are no dependencies: make an environment, install one (mobgap; gaitmap and gaitmap_mad;
scikit-digital-health), and name its Python to benchmarks.week: --peer mobgap=/venv/bin/python.
Run as `PYTHON peers.py NAME FILE` this file needs NumPy and the peer alone. Peers for the lower
back are fed the same foot: that is fair for time, and says nothing of what they find.
"""

from __future__ import annotations

import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE_HZ = 100.0
HOURS = 4
GRAVITY = 9.80665
NOT_INSTALLED = 3


def mobgap(acc_g: Floats, gyro_dps: Floats) -> None:
    """Walking bouts (GsdIluz), then initial contacts in each (IcdShinImproved)."""
    import pandas as pd
    from mobgap.gait_sequences import GsdIluz
    from mobgap.initial_contacts import IcdShinImproved

    names = ["acc_is", "acc_ml", "acc_pa", "gyr_is", "gyr_ml", "gyr_pa"]
    data = pd.DataFrame(np.hstack([acc_g * GRAVITY, gyro_dps]), columns=names)
    bouts = GsdIluz().detect(data, sampling_rate_hz=RATE_HZ).gs_list_
    for start, end in bouts[["start", "end"]].to_numpy():
        IcdShinImproved().detect(data.iloc[start:end], sampling_rate_hz=RATE_HZ)


def gaitmap(acc_g: Floats, gyro_dps: Floats) -> None:
    """Strides by template matching (ConstrainedBarthDtw)."""
    import pandas as pd
    from gaitmap.stride_segmentation import ConstrainedBarthDtw

    names = ["acc_pa", "acc_ml", "acc_si", "gyr_pa", "gyr_ml", "gyr_si"]
    data = pd.DataFrame(np.hstack([acc_g * GRAVITY, gyro_dps]), columns=names)
    ConstrainedBarthDtw().segment(data, sampling_rate_hz=RATE_HZ)


def skdh(acc_g: Floats, gyro_dps: Floats) -> None:
    """Gait of the lower back (PredictGaitLumbarLgbm, then GaitLumbar)."""
    from skdh.context import PredictGaitLumbarLgbm
    from skdh.gait import GaitLumbar

    time_s = 1.795e9 + np.arange(len(acc_g)) / RATE_HZ
    found = PredictGaitLumbarLgbm().predict(time=time_s, accel=acc_g, fs=RATE_HZ)
    ends = [found[f"Gait Bout {end} Index"] for end in ("Start", "Stop")]
    bouts = np.stack(ends, axis=1)
    if not len(bouts):
        return
    GaitLumbar().predict(
        time=time_s, accel=acc_g, gyro=gyro_dps, fs=RATE_HZ, height=1.7,
        gait_bouts=bouts,
    )  # fmt: skip


PEERS: dict[str, Callable[[Floats, Floats], None]] = {
    "mobgap": mobgap,
    "gaitmap": gaitmap,
    "skdh": skdh,
}


def compare(counts: NDArray[np.int16], named: Sequence[str], ours_cpu_s: float) -> None:
    """Print what each peer takes for the first hours, beside ours for a day in this run.

    counts: (n, 6) of a day at 100 Hz; named: NAME=PYTHON each; ours_cpu_s: store to minutes.
    """
    ours = ours_cpu_s / 24.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "day.npy"
        np.save(file, counts[: int(HOURS * 3600 * RATE_HZ)])
        for entry in named:
            name, _, python = entry.partition("=")
            print(f"{name:8} {_said(name, python, file, ours)}", flush=True)


def _said(name: str, python: str, file: Path, ours: float) -> str:
    """One peer's line."""
    words = [python, __file__, name, str(file)]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=600.0, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"did not run: {type(error).__name__}"
    if ended.returncode == NOT_INSTALLED:
        return "not installed"
    if ended.returncode:
        return f"failed: {ended.stderr.strip().splitlines()[-1]}"
    took = json.loads(ended.stdout.splitlines()[-1])
    hour = took["cpu_s"] / HOURS
    return (
        f"{hour:7.2f} cpu-s an hour of data, {hour / ours:6.1f} x ours "
        f"(store to minutes, {ours:.3f}), peak {took['peak_gb']:.2f} GB for {HOURS} h"
    )


def main(name: str, file: str) -> int:
    """Run one peer here; what it took as JSON."""
    module = {"skdh": "skdh", "gaitmap": "gaitmap_mad"}.get(name, name)
    try:
        importlib.import_module(module)
    except ImportError:
        return NOT_INSTALLED
    warnings.simplefilter("ignore")
    counts = np.load(file).astype(np.float64)
    acc_g, gyro_dps = counts[:, :3] / 1024.0, counts[:, 3:] / 32.0
    del counts
    PEERS[name](acc_g[:60_000], gyro_dps[:60_000])  # loads and compiles what it needs
    start = time.process_time()
    PEERS[name](acc_g, gyro_dps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"cpu_s": time.process_time() - start, "peak_gb": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
