"""A Polar Verity Sense on the ankle of a person who walks and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from devices import polar_pmd, thingy52
from devices.polar_frames import ACCELERATION, DELTA, KEY, Triple, delta_frame
from devices.polar_frames import encode as encode_frame
from devices.profile import Placement
from devices.walker import Walker, live_walk
from ingest.virtual.hand import Hand, Held, Person
from ingest.virtual.peripheral import Answer, Emission, Source, VirtualSensor
from ingest.virtual.sources import with_companions

RATE_HZ = 52
FRAME = 36  # samples, if they fit: 0.7 s
LONGEST = 229  # bytes of a frame: Polar asks for an ATT MTU of 232 (polar-ble-sdk issue 287)
FACTOR = float(np.frombuffer(bytes.fromhex("40da7f39"), "<f4")[0])  # g, of the PMD specification
UNSET_NS = 599_616_000 * 1_000_000_000  # its clock was never set: 2019-01-01, since 2000
FEATURES = bytes((0x0F, 1 << ACCELERATION, 0))
OFFER: tuple[polar_pmd.Setting, ...] = (
    (polar_pmd.RATE, (26, RATE_HZ, 104)),
    (polar_pmd.RESOLUTION, (16,)),
    (polar_pmd.RANGE, (2, 4, 8, 16)),
    (polar_pmd.CHANNELS, (3,)),
)


def polar_sense(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """A Verity Sense that streams once it is started, and until it is stopped."""
    hand = Hand()
    person = Held(Walker(rng, live_walk(rng, start_ns)), hand)
    return VirtualSensor(
        name="Polar Sense 0A0D0401",
        address="D0:1E:61:0A:D0:40",
        profiles=with_companions(KEY),
        sources={KEY: worn(person, Placement.LEFT_ANKLE)},
        values={polar_pmd.CONTROL: FEATURES},
        answer=Control(),
        waits=(KEY,),
        serial="VIRTUAL-POLAR-1",
        battery_percent=71,
        hand=hand,
    )


class Control:
    """What it answers. As the real one, it goes on measuring when a connection is lost."""

    def __init__(self, *, on: bool = False) -> None:
        self._on = on

    def __call__(self, _characteristic: str, payload: bytes) -> Answer:
        """The reply to a command; streams start and stop with it."""
        command = payload[0]
        if payload[1:2] != bytes((ACCELERATION,)):
            return _reply(command, status=2)
        if command == polar_pmd.SETTINGS:
            return _reply(command, settings=OFFER)
        if command == polar_pmd.START and self._on:
            return _reply(command, status=polar_pmd.ALREADY)
        if command not in (polar_pmd.START, polar_pmd.STOP):
            return _reply(command, status=1)
        self._on = command == polar_pmd.START
        factor: tuple[polar_pmd.Setting, ...] = ((polar_pmd.FACTOR, (FACTOR,)),)
        return _reply(command, settings=factor if self._on else (), streaming=self._on)


def _reply(
    command: int,
    *,
    status: int = 0,
    settings: tuple[polar_pmd.Setting, ...] = (),
    streaming: bool | None = None,
) -> Answer:
    reply = polar_pmd.PmdReply(
        command=command, measurement=ACCELERATION, status=status, settings=settings
    )
    said = ((polar_pmd.CONTROL, polar_pmd.encode_reply(reply)),)
    return Answer(notify=said, streaming=streaming)


def worn(walker: Person, placement: Placement) -> Source:
    """Delta frames of type 0, each sent when its last sample was taken."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        taken = 0
        while True:
            since_ns = (taken + np.arange(1, FRAME + 1)) * 1_000_000_000 // RATE_HZ
            axes = walker.motion(start_ns + since_ns, placement)[:, :3]
            counts = np.rint(axes * (thingy52.ACC_G / FACTOR)).astype(np.int64)
            samples = [(x, y, z) for x, y, z in np.clip(counts, -(2**15), 2**15 - 1).tolist()]
            sent, payload = _longest(samples, since_ns.tolist())
            taken += sent
            yield taken / RATE_HZ, polar_pmd.DATA, payload

    return source


def _longest(samples: list[Triple], since_ns: list[int]) -> tuple[int, bytes]:
    """The first samples that fit one frame: how many, and the frame."""
    for many in range(len(samples), 0, -4):
        frame = delta_frame(UNSET_NS + since_ns[many - 1], DELTA, samples[:many])
        if len(payload := encode_frame(frame)) <= LONGEST:
            break
    return many, payload
