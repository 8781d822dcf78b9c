"""What must hold of every decoder for any bytes; an input is a run of notifications."""

from __future__ import annotations

import numpy as np

from devices import PROFILES
from devices.profile import Notifications, Profile, Samples
from tests.offline import START_NS, heard

STEPS_NS = (0, 1_000_000, 20_000_000, 100_000_000, 1_000_000_000, 3_000_000_000, 70_000_000_000)
LONGEST_RUN = 24
HEAD = 3  # bytes before each payload
KEYS = tuple(PROFILES)


def check(data: bytes) -> None:
    """Decode an input, whole and cut in two; raises where that breaks a promise.

    A decoder returns, gives finite values, never lets motion run backwards, and says the same
    however the run is cut.
    """
    if len(data) < 2:
        return
    profile, at = PROFILES[KEYS[data[0] % len(KEYS)]], data[1] % LONGEST_RUN
    run = run_of(data[2:], profile)
    whole = profile.decoder().decode(run)
    assert np.isfinite(whole.slow.value).all(), "a value that is not finite"
    assert whole.malformed >= 0, "a negative count"
    motion = whole.motion
    assert motion is None or (np.diff(motion.time_ns) >= 0).all(), "motion runs backwards"
    decoder = profile.decoder()
    halves = [decoder.decode(cut(run, 0, at)), decoder.decode(cut(run, at, len(run)))]
    assert said(halves) == said([whole]), "a cut changes what is decoded"


def run_of(data: bytes, profile: Profile) -> Notifications:
    """Rows of: how much later, on which characteristic, how long a payload, the payload."""
    received = [START_NS]
    characteristics: list[str] = []
    payloads: list[bytes] = []
    uuids = profile.characteristics
    while len(data) > HEAD and len(payloads) < LONGEST_RUN:
        step, uuid, size = data[:HEAD]
        received.append(received[-1] + STEPS_NS[step % len(STEPS_NS)])
        characteristics.append(uuids[uuid % len(uuids)])
        payloads.append(data[HEAD : HEAD + size])
        data = data[HEAD + size :]
    return Notifications(
        sequence=np.arange(len(payloads), dtype=np.int64),
        received_ns=np.array(received[1:], np.int64),
        characteristic=characteristics,
        payload=payloads,
    )


def seed_of(key: str, number: int) -> bytes:
    """An input that is what a virtual sensor of this kind says."""
    run = heard(key, LONGEST_RUN - 4, seed=number)
    uuids = PROFILES[key].characteristics
    rows = [
        bytes([3, uuids.index(uuid), len(payload)]) + payload
        for uuid, payload in zip(run.characteristic, run.payload, strict=True)
        if uuid in uuids and len(payload) < 256
    ]
    return bytes([KEYS.index(key), number]) + b"".join(rows)


def cut(run: Notifications, start: int, end: int) -> Notifications:
    """The rows from `start` to before `end`."""
    return Notifications(
        sequence=run.sequence[start:end],
        received_ns=run.received_ns[start:end],
        characteristic=run.characteristic[start:end],
        payload=run.payload[start:end],
    )


def said(parts: list[Samples]) -> tuple[object, ...]:
    """Everything that was decoded, comparable."""
    slow = [part.slow for part in parts]
    motion = [part.motion for part in parts if part.motion is not None]
    return (
        [row for one in slow for row in zip(one.sequence, one.time_ns, strict=True)],
        [row for one in slow for row in zip(one.channel, one.value, strict=True)],
        [row for one in motion for row in zip(one.sequence, one.time_ns, strict=True)],
        [row for one in motion for row in one.axes.tolist()],
        {one.scale for one in motion},
        sum(part.malformed for part in parts),
    )
