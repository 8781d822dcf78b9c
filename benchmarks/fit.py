"""How fast FIT files are read: `LEGLOAD_DATA=... python -m benchmarks.fit [--repeats 3]`.

Records are the messages of kind `record`, as the published figures of other decoders count them;
all decoders read the same files, whole and with their checksum, in the same run. Ours decodes the
fields that legload uses; the others decode every field, which their callers cannot turn off.
Import is from file to recordings on disk, files that are refused included. Processor seconds, so
that what else runs does not count; best of the repeats.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ingest.importers.fit import take
from ingest.importers.fit_file import decode
from ingest.importers.fit_profile import WANTED, Message
from ingest.importers.imported import Into

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def ours(file: Path) -> int:
    """Records that our decoder gives."""
    contents = decode(file.read_bytes(), WANTED).contents
    return sum(len(content.table(Message.RECORD)) for content in contents)


def by_fitdecode(file: Path) -> int:
    """Records that fitdecode gives."""
    fitdecode: Any = import_module("fitdecode")
    with fitdecode.FitReader(file) as frames:
        return sum(isinstance(f, fitdecode.FitDataMessage) and f.name == "record" for f in frames)


def by_garmin(file: Path) -> int:
    """Records that Garmin's own decoder gives."""
    sdk: Any = import_module("garmin_fit_sdk")
    messages, _ = sdk.Decoder(sdk.Stream.from_file(str(file))).read()
    return len(messages.get("record_mesgs", []))


def by_fitparse(file: Path) -> int:
    """Records that fitparse gives."""
    fitparse: Any = import_module("fitparse")
    return sum(1 for _ in fitparse.FitFile(str(file)).get_messages("record"))


DECODERS: dict[str, Callable[[Path], int]] = {
    "legload": ours,
    "fitdecode": by_fitdecode,
    "garmin-fit-sdk": by_garmin,
    "fitparse": by_fitparse,
}


def imported(files: list[Path]) -> None:
    """Take every file in, each into the same empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        into = Into(home=Path(folder) / "home", person="ada", now=NOW)
        for file in files:
            with suppress(IngestError):
                take(file, into)


def read_all(read: Callable[[Path], int], files: list[Path], found: list[int]) -> None:
    """Read every file, and note how many records that were."""
    found.append(sum(map(read, files)))


def best_s(work: Callable[[], object], repeats: int) -> float:
    """Processor seconds of the fastest repeat."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def main() -> None:
    """Print a row a decoder, and one of the import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    files = sorted((Path(os.environ["LEGLOAD_DATA"]) / "fit").iterdir())
    records: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for name, read in DECODERS.items():
        found: list[int] = []
        seconds[name] = best_s(partial(read_all, read, files, found), repeats)
        records[name] = found[-1]
    seconds["legload import"] = best_s(lambda: imported(files), repeats)
    records["legload import"] = records["legload"]
    print(f"{len(files)} files")
    print(f"{'':16}{'records':>9}{'cpu-s':>9}{'records/s':>12}{'files/s':>9}{'ours is':>9}")
    for name, took in seconds.items():
        rate, ratio = records[name] / took, took / seconds["legload"]
        print(
            f"{name:16}{records[name]:>9}{took:>9.3f}{rate:>12,.0f}"
            f"{len(files) / took:>9.1f}{ratio:>8.0f}x"
        )


if __name__ == "__main__":
    main()
