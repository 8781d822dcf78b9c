"""How long each report format takes, and how large it is, for one week.

    python -m benchmarks.reports [--times 20]

Per format: ms of the first file in a new process (imports and fonts with it), ms of a file after
that (median), bytes. Beside each, in the same run, what its library takes for the same content
without us: an empty A4 page by typst for the PDF, the frame by Polars for CSV and Parquet, the bare
dataclass by the standard library for JSON and everything that is JSON; a page has none.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict

FIRST = """
import sys, time
from analytics.week import WeekReport
from tests import sample_week
report = sample_week.trained()
start = time.perf_counter()
from dashboard.reports import FORMATS
FORMATS[sys.argv[1]].write(report)
print(1000 * (time.perf_counter() - start))
"""


def main() -> None:
    """Print one line a format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    from dashboard.reports import FORMATS
    from tests import sample_week

    report = sample_week.trained()
    bare = baselines()
    print(f"{'format':8} {'first ms':>9} {'warm ms':>8} {'bytes':>8}   baseline, warm ms")
    for key, form in FORMATS.items():
        warm, size = median_ms(lambda write=form.write: write(report), times)
        name, run = bare.get(key, ("", None))
        beside = f"{name} {median_ms(run, times)[0]:.2f}" if run else "-"
        print(f"{key:8} {first_ms(key):9.0f} {warm:8.2f} {size:8d}   {beside}")


def first_ms(key: str) -> float:
    """Of the first file, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", FIRST, key], check=True, capture_output=True, timeout=120
    )
    return float(ran.stdout)


def median_ms(run: Callable[[], bytes], times: int) -> tuple[float, int]:
    """Median ms after one that is not counted, and bytes."""
    size, taken = len(run()), []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), size


def baselines() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """What a format's library takes alone, by format: its name, and one run of it."""
    import polars as pl
    import typst

    from dashboard.reports import table
    from tests import sample_week

    report = sample_week.trained()
    frame = pl.read_parquet(io.BytesIO(table.write(report)))

    def page() -> bytes:
        made = typst.compile(b'#set page("a4")\nleg load', ignore_system_fonts=True)
        return made if isinstance(made, bytes) else made[0]

    def csv() -> bytes:
        return frame.write_csv().encode()

    def parquet() -> bytes:
        out = io.BytesIO()
        frame.write_parquet(out)
        return out.getvalue()

    def bare_json() -> bytes:
        return json.dumps(asdict(report), default=str, indent=2).encode()

    whole = ("json.dumps", bare_json)
    return {
        "pdf": ("typst, empty page", page),
        "csv": ("Polars write_csv", csv),
        "parquet": ("Polars write_parquet", parquet),
        **dict.fromkeys(("json", "fhir", "omh"), whole),
    }


if __name__ == "__main__":
    main()
