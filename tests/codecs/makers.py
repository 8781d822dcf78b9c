"""WitMotion, micro:bit, InfiniTime."""

from __future__ import annotations

from hypothesis import strategies as st

from devices import infinitime, microbit, witmotion
from tests.codecs.base import Codec, s16, triples, u16, u32

CODECS = (
    Codec(
        name="witmotion frame",
        parse=witmotion.parse,
        encode=witmotion.encode,
        measurements=st.builds(witmotion.WitMotion, acc=triples, gyro=triples, angle=triples),
    ),
    Codec(
        name="witmotion registers",
        parse=witmotion.parse_registers,
        encode=witmotion.encode_registers,
        measurements=st.builds(
            witmotion.Registers,
            first=u16,
            values=st.lists(s16, min_size=8, max_size=8).map(tuple),
        ),
    ),
    Codec(
        name="microbit acceleration",
        parse=microbit.parse,
        encode=microbit.encode,
        measurements=st.builds(microbit.Acceleration, acc=triples),
    ),
    Codec(
        name="microbit period",
        parse=microbit.parse_period,
        encode=microbit.encode_period,
        measurements=st.integers(1, 2**16 - 1),
    ),
    Codec(
        name="infinitime motion",
        parse=infinitime.parse,
        encode=infinitime.encode,
        measurements=st.builds(infinitime.WristMotion, acc=triples),
    ),
    Codec(
        name="infinitime steps",
        parse=infinitime.parse_steps,
        encode=infinitime.encode_steps,
        measurements=u32,
    ),
)
