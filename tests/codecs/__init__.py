"""Every layout in devices/: the properties, the fuzzer and the benchmarks run over it."""

from tests.codecs import first
from tests.codecs.base import Codec

CODECS: tuple[Codec, ...] = (*first.CODECS,)

__all__ = ["CODECS", "Codec"]
