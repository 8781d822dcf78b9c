"""Polar and Movesense: sensors that stamp their frames with a clock of their own."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from devices import movesense, polar_frames, polar_pmd
from tests.codecs.base import Codec, triples, u8, u32

s8 = st.integers(-(2**7), 2**7 - 1)
stamps = st.integers(0, 2**62)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
vectors = st.tuples(floats, floats, floats)


def raw(kind: int, samples: Sequence[polar_frames.Triple], stamp: int) -> polar_frames.PmdFrame:
    return polar_frames.PmdFrame(sensor_ns=stamp, kind=kind, samples=tuple(samples))


@st.composite
def delta_frames(draw: st.DrawFn) -> polar_frames.PmdFrame:
    """Frames of several blocks, packed as narrow as they can be or wider."""
    samples = [draw(triples)]
    blocks = []
    for _ in range(draw(st.integers(0, 3))):
        more = draw(st.lists(triples, min_size=1, max_size=6))
        ((width, count),) = polar_frames.delta_frame(0, 0x80, [samples[-1], *more]).blocks
        blocks.append((min(32, width + draw(st.integers(0, 15))), count))
        samples += more
    return polar_frames.PmdFrame(
        sensor_ns=draw(stamps),
        kind=draw(st.sampled_from((0x80, 0x81))),
        samples=tuple(samples),
        blocks=tuple(blocks),
    )


frames = (
    st.builds(
        raw,
        st.just(0),
        st.lists(st.tuples(s8, s8, s8), min_size=1, max_size=8),
        stamps,
    )
    | st.builds(raw, st.sampled_from((1, 2)), st.lists(triples, min_size=1, max_size=8), stamps)
    | delta_frames()
)


def ends_at_a_sample(payload: bytes) -> bool:
    """The frame's rule, told a second way: it ends with a whole sample, or a whole block."""
    if len(payload) < 11:
        return False
    kind, body = payload[9], payload[10:]
    if kind < 3:
        return len(body) % (3, 6, 9)[kind] == 0
    body = body[6:] if len(body) >= 6 else b"?"
    while len(body) > 2:
        body = body[2 + -(-3 * body[0] * body[1] // 8) :] if body[1] and 0 < body[0] < 33 else b"?"
    return not body


def ends_with_a_setting(payload: bytes) -> bool:
    """After a success: nothing, one byte of no meaning, or settings, none of them twice."""
    if len(payload) < 4 or payload[3] or len(payload) <= 6:
        return len(payload) >= 4
    left, named = payload[5:], list[int]()
    while len(left) > 2:
        size = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4}.get(left[0], 99) * left[1]
        named.append(left[0])
        if not size:
            return False
        left = left[2 + size :] if len(left) >= 2 + size else b"?"
    return not left and len(set(named)) == len(named)


@st.composite
def settings(draw: st.DrawFn) -> tuple[polar_pmd.Setting, ...]:
    kinds = draw(st.lists(st.integers(0, 5), max_size=4, unique=True))
    values = {0: 16, 1: 16, 2: 16, 3: 32, 4: 8}
    return tuple(
        (
            kind,
            tuple(
                draw(
                    st.lists(
                        floats if kind == 5 else st.integers(0, 2 ** values[kind] - 1),
                        min_size=1,
                        max_size=4,
                    )
                )
            ),
        )
        for kind in kinds
    )


@st.composite
def replies(draw: st.DrawFn) -> polar_pmd.PmdReply:
    status = draw(st.sampled_from((0, 0, 0, 6, 13, 200)))
    return polar_pmd.PmdReply(
        command=draw(u8),
        measurement=draw(u8),
        status=status,
        more=status == 0 and draw(st.booleans()),
        settings=draw(settings()) if status == 0 else (),
    )


@st.composite
def values(draw: st.DrawFn) -> movesense.Imu6:
    count = draw(st.integers(1, 5))
    several = st.lists(vectors, min_size=count, max_size=count).map(tuple)
    return movesense.Imu6(stamp_ms=draw(u32), acc_mps2=draw(several), gyro_dps=draw(several))


CODECS = (
    Codec(
        name="polar frame",
        parse=polar_frames.parse,
        encode=polar_frames.encode,
        measurements=frames,
        open_ended=ends_at_a_sample,
    ),
    Codec(
        name="polar reply",
        parse=polar_pmd.parse_reply,
        encode=polar_pmd.encode_reply,
        measurements=replies(),
        open_ended=ends_with_a_setting,
    ),
    Codec(
        name="movesense value",
        parse=movesense.parse,
        encode=movesense.encode,
        measurements=values(),
        open_ended=lambda payload: len(payload) > 6 and (len(payload) - 6) % 24 == 0,
    ),
    Codec(
        name="movesense result",
        parse=movesense.parse_result,
        encode=movesense.encode_result,
        measurements=st.builds(movesense.CommandResult, status=st.integers(0, 2**16 - 1)),
    ),
)
