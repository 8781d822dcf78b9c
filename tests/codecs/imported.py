"""What importers write."""

from __future__ import annotations

from hypothesis import strategies as st

from devices import imported
from devices.profile import CHANNELS
from tests.codecs.base import Codec, s16

INSTANTS = st.integers(0, imported.SPAN_NS - 1).map(lambda ns: 1_790_000_100_000_000_000 + ns)
SAMPLES = st.lists(
    st.tuples(
        INSTANTS,
        st.integers(0, len(CHANNELS) - 1),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=20,
).map(lambda rows: tuple(sorted(rows, key=lambda row: row[0])))
MOTION = st.lists(st.tuples(INSTANTS, st.tuples(*[s16] * 6)), min_size=1, max_size=20).map(
    lambda rows: tuple(sorted(rows, key=lambda row: row[0]))
)


def whole_rows(payload: bytes) -> bool:
    """Whether a payload that was cut or drawn out still holds whole rows."""
    return len(payload) % imported.SAMPLE.itemsize == 0 or (
        (len(payload) - 24) % imported.INSTANT.itemsize == 0
    )


CODECS = (
    Codec(
        name="imported samples",
        parse=imported.parse,
        encode=imported.encode,
        measurements=st.builds(imported.ImportedSamples, rows=SAMPLES),
        open_ended=whole_rows,
    ),
    Codec(
        name="imported motion",
        parse=imported.parse_motion,
        encode=imported.encode_motion,
        measurements=st.builds(
            imported.ImportedMotion,
            rate_hz=st.floats(0.1, 1e4),
            acc_g=st.floats(1e-6, 1.0),
            gyro_dps=st.none() | st.floats(1e-5, 10.0),
            rows=MOTION,
        ),
        open_ended=whole_rows,
    ),
)
