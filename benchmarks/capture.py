"""The whole capture path in real time: `python -m benchmarks.capture [--seconds 60]`.

Eight virtual sensors at once, four of them six-axis motion at 100 Hz, through virtual Bluetooth,
the collector, recordings and the loader into DuckDB. Every payload that a sensor sent is looked
for. CPU time includes the virtual sensors and their Bluetooth stack, so the same sensors are first
heard by a bare bleak client that only counts: what capture adds is the difference. Printed as
shares of one core.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
from bleak.backends.device import BLEDevice

from benchmarks.loader import RATE_HZ, gait
from devices import PROFILES
from ingest.clock import SystemClock
from ingest.collector import Collector
from ingest.link import Air
from ingest.loader import load
from ingest.radio import Radio, open_radio
from ingest.recording import Kind, read_recording, recording_paths
from ingest.store import open_store
from ingest.talk import stream, take_leave
from ingest.virtual import Emission, Source, VirtualSensor, VirtualWorld, replay_sensor
from ingest.virtual.catalogue import CATALOGUE
from tests.collecting import enter

IMUS = 4
IMU_ADDRESS = "D0:1E:61:0A:D2:"
SLOW = ("rsc", "heart_rate", "csc", "cycling_power")
LEAD_S = 12.0  # to find, connect and shake hands with all of them


class Sent:
    """What each sensor sent, by its address; all of them fall silent after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.count: Counter[str] = Counter()

    def counting(self, sensor: VirtualSensor) -> VirtualSensor:
        """The sensor, its sources counted."""
        sources = {key: self._count(sensor, source) for key, source in sensor.sources.items()}
        return replace(sensor, sources=sources)

    def _count(self, sensor: VirtualSensor, source: Source) -> Source:
        def counted(start_ns: int, values: Mapping[str, bytes]) -> Iterator[Emission]:
            for emission in source(start_ns, values):
                if emission[0] > self.seconds:
                    return
                yield emission
                self.count[sensor.address] += 1  # resumed: the one before has been sent

        return counted


def sensors(seconds: float, sent: Sent) -> list[VirtualSensor]:
    """Four motion sensors and four slow ones."""
    rng = np.random.default_rng(1)
    axes = [gait(rng, round(seconds * RATE_HZ)) for _ in range(IMUS)]
    imus = [
        replay_sensor(one, RATE_HZ, address=f"{IMU_ADDRESS}{n:02X}", serial=f"IMU-{n}")
        for n, one in enumerate(axes)
    ]
    start_ns = time.time_ns()
    return [sent.counting(s) for s in (*imus, *(CATALOGUE[key](rng, start_ns) for key in SLOW))]


async def heard_only(seconds: float) -> float:
    """CPU seconds of the same sensors and a client that only counts."""
    sent, clock, rng = Sent(seconds), SystemClock(), np.random.default_rng(2)
    world = sensors(seconds, sent)
    async with open_radio(
        "virtual", virtual=lambda link: VirtualWorld(link, world, clock, rng)
    ) as radio:
        start = time.process_time()
        async with AsyncExitStack() as links:
            await _listen(radio, [sensor.address for sensor in world], links)
            await asyncio.sleep(seconds + LEAD_S)
        return time.process_time() - start


async def _listen(radio: Radio, addresses: Sequence[str], links: AsyncExitStack) -> None:
    air = Air(radio, PROFILES, SystemClock())
    count: Counter[str] = Counter()
    for address in addresses:
        device: BLEDevice = await air.find(address, LEAD_S)
        client = await air.connect(device, lambda: None)

        def on_row(_kind: Kind, characteristic: str, _payload: bytes) -> None:
            count[characteristic] += 1

        await stream(client, PROFILES.values(), on_row)
        links.push_async_callback(take_leave, client, PROFILES.values(), on_row)


async def captured(home: Path, seconds: float, sent: Sent) -> float:
    """CPU seconds of the same sensors and a collector."""
    clock, rng = SystemClock(), np.random.default_rng(2)
    world = sensors(seconds, sent)
    for sensor in world:
        enter(home, sensor, key=sensor.serial.lower())
    async with open_radio(
        "virtual", virtual=lambda link: VirtualWorld(link, world, clock, rng)
    ) as radio:
        start = time.process_time()
        await Collector(home, radio, profiles=PROFILES, clock=clock, rng=rng).run(seconds + LEAD_S)
        return time.process_time() - start


def loss(home: Path, sent: Sent) -> tuple[int, int, int, int]:
    """Notifications sent and recorded; motion samples sent and stored in DuckDB."""
    watched = {uuid for key in ("thingy52", *SLOW) for uuid in PROFILES[key].notify}
    recorded = 0
    for path in recording_paths(home):
        recording = read_recording(path)
        of = [uuid in watched for uuid in recording.header.characteristics]
        rows = recording.rows
        recorded += sum(
            kind == Kind.NOTIFICATION and of[index]
            for kind, index in zip(rows.kind, rows.characteristic, strict=True)
        )
    with open_store(home) as store:
        stored = store.recordings()
        motion = sum(
            len(store.motion(sensor, stored["started"].min(), stored["last_time"].max()))
            for sensor in stored["sensor"].unique()
        )
    moved = sum(count for address, count in sent.count.items() if address.startswith(IMU_ADDRESS))
    return sum(sent.count.values()), recorded, moved, motion


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    length = seconds + LEAD_S
    bare = asyncio.run(heard_only(seconds))
    sent = Sent(seconds)
    with tempfile.TemporaryDirectory() as root:
        home = Path(root)
        whole = asyncio.run(captured(home, seconds, sent))
        start = time.process_time()
        load(home)
        loading = time.process_time() - start
        all_sent, recorded, motion_sent, motion_stored = loss(home, sent)
    print(f"{IMUS} motion sensors at {RATE_HZ} Hz and {len(SLOW)} slow ones, {seconds:.0f} s")
    print(f"notifications: {all_sent} sent, {recorded} recorded, {all_sent - recorded} lost")
    print(f"motion samples: {motion_sent} sent, {motion_stored} in DuckDB")
    print(f"sensors + bare client (baseline): {bare / length:.1%} of a core")
    print(f"sensors + collector:              {whole / length:.1%}, {whole / bare:.2f} x baseline")
    print(f"capture adds {(whole - bare) / length:.1%}; loading {loading / length:.1%} more")


if __name__ == "__main__":
    main()
