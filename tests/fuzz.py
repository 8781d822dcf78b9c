"""Fuzz every decoder: `python -m tests.fuzz --seconds 600` (needs `pip install atheris`).

The fuzzer begins with what the virtual sensors say, prints how many inputs it tried, and leaves an
input that breaks a promise of `tests.fuzzing.check` beside it as `crash-…`.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["devices"]):
    from tests.fuzzing import check, seed_of

from ingest.virtual.catalogue import CATALOGUE

SEEDS = 3
LONGEST = 4096


def main() -> None:
    """Fuzz for as long as asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--corpus", help="a folder of inputs to begin with and to add to")
    options = parser.parse_args()
    corpus = Path(options.corpus or tempfile.mkdtemp(prefix="legload-fuzz-"))
    for key, number in itertools.product(CATALOGUE, range(SEEDS)):
        (corpus / f"{key}-{number}").write_bytes(seed_of(key, number))
    limits = [f"-max_total_time={options.seconds}", f"-max_len={LONGEST}", "-timeout=10"]
    atheris.Setup([sys.argv[0], str(corpus), *limits], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
