"""What a virtual sensor says when its profile shakes hands and listens, without any radio."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from devices import PROFILES
from devices.profile import Ask, Notifications, Profile, Read, Step, Write
from ingest.virtual.catalogue import CATALOGUE
from ingest.virtual.peripheral import VirtualSensor

START_NS = 1_700_000_000_000_000_000

Row = tuple[float, str, bytes]
"""Seconds since the connection, characteristic, payload."""


def heard(key: str, payloads: int, seed: int = 1) -> Notifications:
    """The replies of the handshake, then that many notifications of the kind's virtual sensor."""
    sensor = CATALOGUE[key](np.random.default_rng(seed), START_NS)
    profile = PROFILES[key]
    values = sensor.readable()
    rows = [(0.0, *reply) for reply in _shake_hands(profile, sensor, values)]
    source = sensor.sources[key](START_NS, values)
    rows += itertools.islice(source, payloads)
    return Notifications(
        sequence=np.arange(len(rows), dtype=np.int64),
        received_ns=np.array([START_NS + round(second * 1e9) for second, _, _ in rows], np.int64),
        characteristic=[characteristic for _, characteristic, _ in rows],
        payload=[payload for _, _, payload in rows],
    )


def _shake_hands(
    profile: Profile, sensor: VirtualSensor, values: dict[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """(characteristic, payload) of every reply."""
    for step in profile.handshake:
        yield from _replies(step, sensor, values)
    if profile.converse is None:
        return
    conversation = profile.converse()
    step = next(conversation)
    while True:
        replies = list(_replies(step, sensor, values))
        yield from replies
        fitting = [payload for _, payload in replies if payload.startswith(_begins(step))]
        try:
            step = conversation.send(fitting[0] if fitting else None)
        except StopIteration:
            return


def _begins(step: Step) -> bytes:
    return step.begins if isinstance(step, Ask) else b""


def _replies(
    step: Step, sensor: VirtualSensor, values: dict[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    match step:
        case Read():
            if step.characteristic in values:
                yield step.characteristic, values[step.characteristic]
        case Write() | Ask():
            answer = sensor.answer(step.characteristic, step.payload)
            if answer.keep is not None:
                values[step.characteristic] = answer.keep
            yield from answer.notify
