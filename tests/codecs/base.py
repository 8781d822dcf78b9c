"""What a layout is to the tests: how to read it, how to write it, and everything it can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

u8, u16, u32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
s16 = st.integers(-(2**15), 2**15 - 1)
triples = st.tuples(s16, s16, s16)


def parts(counts: st.SearchStrategy[int], of: int) -> st.SearchStrategy[float]:
    return counts.map(lambda count: count / of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One layout: how to read it, how to write it, and everything it can say."""

    name: str
    parse: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    measurements: st.SearchStrategy[Any]
    open_ended: Callable[[bytes], bool] = lambda _payload: False
    """Whether its flags promise no exact length, so that this payload, cut or drawn out, fits."""
