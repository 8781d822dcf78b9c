"""How fast each profile decodes: `python -m benchmarks.decode [--packets 20000]`.

A run of what the virtual sensor says is decoded at once, as the loader does, and payload by
payload, as a live view does. Baseline in the same run: bluetooth-sig parsing the same payloads,
where it knows them; it only parses, and gives no instants. Best of five.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from bluetooth_sig import BluetoothSIGTranslator

from devices import PROFILES
from devices.profile import BASE_UUID, MalformedPacket, Notifications
from ingest.virtual.catalogue import CATALOGUE
from tests.fuzzing import cut
from tests.offline import heard

REPEATS = 5
FEW = 2000  # payloads for what is slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """One profile's row; None where there is nothing to compare with."""

    profile: str
    packets: int
    parse_us_per_packet: float | None
    bulk_us_per_packet: float
    one_by_one_us_per_packet: float
    baseline_us_per_packet: float | None
    ratio: float | None
    samples_per_s: float | None  # of motion, in bulk


def best_s(work: Callable[[], object]) -> float:
    """Seconds of the fastest of some repeats."""
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def measure(key: str, packets: int) -> Decoding:
    """Decode what the virtual sensor of a kind says."""
    run = heard(key, packets)
    profile = PROFILES[key]
    motion = profile.decoder().decode(run).motion
    bulk_s = best_s(lambda: profile.decoder().decode(run))
    few = cut(run, 0, FEW)
    one_s = best_s(lambda: _one_by_one(key, few))
    baseline_s = _baseline(few)
    parse_us = _parse(key, few)
    return Decoding(
        profile=key,
        packets=len(run),
        parse_us_per_packet=parse_us,
        bulk_us_per_packet=bulk_s / len(run) * 1e6,
        one_by_one_us_per_packet=one_s / len(few) * 1e6,
        baseline_us_per_packet=baseline_s,
        ratio=None if baseline_s is None or parse_us is None else baseline_s / parse_us,
        samples_per_s=None if motion is None else len(motion) / bulk_s,
    )


def _one_by_one(key: str, run: Notifications) -> None:
    decoder = PROFILES[key].decoder()
    for _, received_ns, characteristic, payload in run:
        decoder.feed(characteristic, payload, received_ns)


def _parse(key: str, run: Notifications) -> float | None:
    """Microseconds a payload of the stream that our stateless `parse` takes.

    None where the stream is cut into notifications that are no payloads by themselves.
    """
    parse = importlib.import_module(f"devices.{key}").parse
    mine = [p for u, p in zip(run.characteristic, run.payload, strict=True) if u in _streams(key)]
    try:
        return best_s(lambda: [parse(payload) for payload in mine]) / len(mine) * 1e6
    except MalformedPacket:
        return None


def _streams(key: str) -> frozenset[str]:
    return frozenset(PROFILES[key].notify)


def _baseline(run: Notifications) -> float | None:
    """Microseconds a payload that bluetooth-sig takes; None where it does not know them."""
    uuid, payloads = run.characteristic[-1], run.payload
    if not uuid.endswith(BASE_UUID):
        return None
    mine = [p for u, p in zip(run.characteristic, payloads, strict=True) if u == uuid]
    theirs = BluetoothSIGTranslator()
    try:
        theirs.parse_characteristic(uuid[4:8].upper(), mine[0])
    except Exception:  # noqa: BLE001 - whatever it raises, it is no baseline
        return None

    def parse() -> None:
        for payload in mine:
            theirs.parse_characteristic(uuid[4:8].upper(), payload)

    return best_s(parse) / len(mine) * 1e6


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packets", type=int, default=20_000)
    packets = parser.parse_args().packets
    rows = [measure(key, packets) for key in CATALOGUE]
    table = pl.DataFrame(rows).with_columns(pl.selectors.float().round(2))
    with pl.Config(tbl_rows=-1, tbl_cols=-1, fmt_str_lengths=40, tbl_width_chars=160):
        print(table)
    print(f"NumPy {np.__version__}; ratio = bluetooth-sig's time to parse / ours")


if __name__ == "__main__":
    main()
