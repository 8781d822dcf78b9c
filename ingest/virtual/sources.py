"""What the makers of virtual sensors share: payloads at instants, and what rides along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import numpy as np

from devices import PROFILES, thingy52
from devices.profile import Int64s, Profile
from ingest.virtual.peripheral import Emission, Source

T = TypeVar("T")

CHUNK_S = 2.0
"""How much of a walk is simulated at once."""


def with_companions(*keys: str) -> tuple[Profile, ...]:
    """These profiles, with battery and device information beside them."""
    return tuple(PROFILES[key] for key in (*keys, "battery", "device_information"))


def coded(
    measure: Callable[[Int64s], list[T]], encode: Callable[[T], bytes]
) -> Callable[[Int64s], list[bytes]]:
    """Payloads of what is measured at instants (UTC ns)."""
    return lambda time_ns: [encode(measurement) for measurement in measure(time_ns)]


def each_second(characteristic: str, payloads: Callable[[Int64s], list[bytes]]) -> Source:
    """One payload a second."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        second = 1
        while True:
            seconds = np.arange(second, second + round(CHUNK_S))
            made = payloads(start_ns + seconds * 1_000_000_000)
            yield from zip(seconds.tolist(), [characteristic] * len(made), made, strict=True)
            second = seconds[-1] + 1

    return source


def configured(rate_hz: int) -> bytes:
    """The motion configuration of a Thingy:52 at this rate."""
    return thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=rate_hz))
