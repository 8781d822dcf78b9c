"""A Movesense on the shank of a person who walks and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from devices import movesense, thingy52
from devices.profile import Placement
from devices.walker import Walker, live_walk
from ingest.virtual.hand import Hand, Held, Person
from ingest.virtual.peripheral import Answer, Emission, Source, VirtualSensor
from ingest.virtual.sources import with_companions

SAMPLES = 4  # of a value at 52 Hz (design)
AWAKE_MS = 2**32 - 20_000  # since its last reset: its clock wraps 20 s from now
NOT_FOUND = 404


def movesense_imu(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """A Movesense that streams while it is subscribed to."""
    hand = Hand()
    person = Held(Walker(rng, live_walk(rng, start_ns)), hand)
    return VirtualSensor(
        name="Movesense 261030000041",
        address="D0:1E:61:0A:D0:41",
        profiles=with_companions(movesense.KEY),
        sources={movesense.KEY: worn(person, Placement.LEFT_SHANK)},
        answer=answer,
        waits=(movesense.KEY,),
        serial="VIRTUAL-MOVESENSE-1",
        battery_percent=58,
        hand=hand,
    )


def answer(_characteristic: str, payload: bytes) -> Answer:
    """Streams start and stop; as the sample application, it says nothing when all is well."""
    if payload[:1] == bytes((movesense.UNSUBSCRIBE,)):
        return Answer(streaming=False)
    if payload[2:] == movesense.PATH.encode():
        return Answer(streaming=True)
    result = movesense.encode_result(movesense.CommandResult(status=NOT_FOUND))
    return Answer(notify=((movesense.DATA, result),))


def worn(walker: Person, placement: Placement, samples: int = SAMPLES) -> Source:
    """Values of a few samples, each sent when its last one was taken."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        taken = 0
        while True:
            rows = taken + np.arange(1, samples + 1)
            since_ns = rows * 1_000_000_000 // movesense.RATE_HZ
            payload = value(walker, placement, start_ns, since_ns.tolist())
            taken += samples
            for part in movesense.split(payload):
                yield taken / movesense.RATE_HZ, movesense.DATA, part

    return source


def value(walker: Person, placement: Placement, start_ns: int, since_ns: list[int]) -> bytes:
    """What is sent of samples taken so long after the start."""
    counts = walker.motion(start_ns + np.array(since_ns, np.int64), placement)
    acc = counts[:, :3] * (thingy52.ACC_G * movesense.STANDARD_GRAVITY_MPS2)
    gyro = counts[:, 3:] * thingy52.GYRO_DPS
    measured = movesense.Imu6(
        stamp_ms=(AWAKE_MS + since_ns[0] // 1_000_000) % 2**32,
        acc_mps2=tuple((x, y, z) for x, y, z in acc.tolist()),
        gyro_dps=tuple((x, y, z) for x, y, z in gyro.tolist()),
    )
    return movesense.encode(measured)
