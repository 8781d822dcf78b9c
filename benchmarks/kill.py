"""Kill recorders and loaders with SIGKILL many times and print what that cost.

python benchmarks/kill.py --kills 200
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import tempfile
from pathlib import Path

from tests.kill_trials import kill_loaders, kill_recorders


def main() -> None:
    """Run both trials."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for trial in (kill_recorders, kill_loaders):
        with tempfile.TemporaryDirectory() as folder:
            figures = trial(Path(folder), arguments.kills, random.Random(arguments.seed))
        print(trial.__name__, dataclasses.asdict(figures))


if __name__ == "__main__":
    main()
