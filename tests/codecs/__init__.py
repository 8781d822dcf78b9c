"""Every layout in devices/: the properties, the fuzzer and the benchmarks run over it."""

from tests.codecs import bike, clocked, first, imported, machines, makers, scale
from tests.codecs.base import Codec

CODECS: tuple[Codec, ...] = (
    *first.CODECS,
    *bike.CODECS,
    *machines.CODECS,
    *makers.CODECS,
    *scale.CODECS,
    *clocked.CODECS,
    *imported.CODECS,
)

__all__ = ["CODECS", "Codec"]
