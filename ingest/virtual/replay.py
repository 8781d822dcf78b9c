"""A virtual leg sensor that plays a person's recorded motion."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from devices import thingy52
from devices.profile import Int16s
from ingest.virtual.peripheral import Answer, Emission, Faults, VirtualSensor
from ingest.virtual.sources import configured, with_companions

REPLAY_LEAD_S = 0.5
"""Quiet before a replay, so that the handshake is over when its first sample comes."""


def replay_sensor(
    axes: Int16s,
    rate_hz: int,
    *,
    name: str = "Replay",
    address: str = "D0:1E:61:0A:D0:10",
    serial: str = "VIRTUAL-REPLAY-1",
    faults: Faults | None = None,
) -> VirtualSensor:
    """A leg motion sensor that plays (n, 6) counts `ax ay az gx gy gz` once, then falls silent.

    Its rate cannot be set: whatever is asked for, it answers with `rate_hz`, as a sensor may.
    """

    def play(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for row, payload in enumerate(thingy52.encode_many(axes)):
            yield REPLAY_LEAD_S + row / rate_hz, thingy52.RAW, payload

    def keep_rate(_characteristic: str, payload: bytes) -> Answer:
        asked = thingy52.parse_configuration(payload)
        kept = dataclasses.replace(asked, rate_hz=rate_hz)
        return Answer(keep=thingy52.encode_configuration(kept))

    return VirtualSensor(
        name=name,
        address=address,
        profiles=with_companions("thingy52"),
        sources={"thingy52": play},
        values={thingy52.CONFIGURATION: configured(rate_hz)},
        answer=keep_rate,
        serial=serial,
        faults=faults or Faults(),
    )
