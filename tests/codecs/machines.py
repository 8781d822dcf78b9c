"""The six fitness machines of service 1826, in both of their layouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from devices import (
    ftms,
    ftms_bike,
    ftms_cross_trainer,
    ftms_layout,
    ftms_rower,
    ftms_stair_climber,
    ftms_step_climber,
    ftms_treadmill,
)
from tests.codecs.base import Codec, u32

LAYOUTS: tuple[ftms_layout.Layout[Any], ...] = (
    ftms_treadmill.LAYOUT,
    ftms_cross_trainer.LAYOUT,
    ftms_step_climber.LAYOUT,
    ftms_stair_climber.LAYOUT,
    ftms_rower.LAYOUT,
    ftms_bike.LAYOUT,
)

_TAIL = (5, 1, 1, 2, 2)
WIDTHS: dict[str, tuple[int, ...]] = {
    "ftms_treadmill": (2, 2, 3, 4, 4, 2, 2, *_TAIL, 4, 3),
    "ftms_cross_trainer": (2, 2, 3, 4, 2, 4, 4, 1, 2, 2, *_TAIL),
    "ftms_step_climber": (4, 2, 2, 2, *_TAIL),
    "ftms_stair_climber": (2, 2, 2, 2, 2, *_TAIL),
    "ftms_rower": (3, 1, 3, 2, 2, 2, 2, 1, *_TAIL),
    "ftms_bike": (2, 2, 2, 2, 3, 1, 2, 2, *_TAIL),
}
"""Octets that each flag bit announces, read once more from the specification."""

WIDER_BEFORE = {
    "ftms_treadmill": {5: -1, 6: -1},
    "ftms_cross_trainer": {7: 1},
    "ftms_rower": {7: 1},
    "ftms_bike": {5: 1},
}
"""By how many octets a bit announced more in 2017."""

_COUNTS = {
    "B": st.integers(0, 0xFE),
    "H": st.integers(0, 0xFFFE),
    "h": st.integers(-0x8000, 0x7FFE),
    "3s": st.integers(0, 0xFFFFFE),
}


def sizes(key: str, flags: int) -> set[int]:
    """The lengths that the flags of a machine's payload promise, now and in 2017."""
    present = [bit for bit in range(len(WIDTHS[key])) if (flags ^ 1) >> bit & 1]
    size = (3 if key == "ftms_cross_trainer" else 2) + sum(WIDTHS[key][bit] for bit in present)
    return {size, size + sum(WIDER_BEFORE.get(key, {}).get(bit, 0) for bit in present)}


def fits_a_layout(key: str) -> Callable[[bytes], bool]:
    """Whether a payload, cut or drawn out, has one of its flags' two lengths."""
    flag_bytes = 3 if key == "ftms_cross_trainer" else 2

    def fits(payload: bytes) -> bool:
        flags = int.from_bytes(payload[:flag_bytes], "little")
        return len(payload) >= flag_bytes and len(payload) in sizes(key, flags)

    return fits


def _value(field: ftms_layout.Field) -> st.SearchStrategy[float | None]:
    per = field.per
    return st.none() | _COUNTS[field.code].map(lambda count: count if per == 1 else count / per)


def measurements(
    layout: ftms_layout.Layout[Any], groups: tuple[ftms_layout.Group, ...]
) -> st.SearchStrategy[Any]:
    """Everything that one edition of a layout can say."""
    fields = {field.name: _value(field) for group in groups for field in group}
    if layout.mark is not None:
        fields[layout.mark[0]] = st.booleans()
    return st.fixed_dictionaries({}, optional=fields).map(lambda said: layout.make(**said))


def _codec(layout: ftms_layout.Layout[Any]) -> Codec:
    editions = [measurements(layout, groups) for groups in layout.editions()]
    return Codec(
        name=layout.key.replace("_", " "),
        parse=lambda payload: ftms_layout.parse(layout, payload),
        encode=lambda measurement: ftms_layout.encode(layout, measurement),
        measurements=st.one_of(editions),
        open_ended=fits_a_layout(layout.key),
    )


CODECS = (
    *map(_codec, LAYOUTS),
    Codec(
        name="ftms feature",
        parse=ftms.parse_feature,
        encode=ftms.encode_feature,
        measurements=st.builds(ftms.MachineFeature, measures=u32, targets=u32),
    ),
)
