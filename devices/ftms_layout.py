"""How a fitness machine packs a record: flags, the fields they announce, and two editions.

Sources: Bluetooth SIG, Fitness Machine Service 1.0.1, sections 4.1 and 4.4 to 4.9 and appendix 1;
field widths and resolutions from the GATT Specification Supplement (its YAML files of 2020-2026)
and, for the edition of 2017, from the GATT XML of 2017-02-14 (repository oesmith/gatt-xml). Each
machine's own fields stand in `ftms_<machine>.py`.

Three things surprise here.

Bit 0 of the flags, *More Data*, is inverted: 0 says that the first field is there.

A record too long for one notification is split over several, all but the last with More Data. Each
part says by its own flags what it carries, and is read as that and nothing else: half a record is
never read as zeros, nothing has to wait, and a lost part loses only its own fields.

A few fields have two widths: resistance is sint16 in 2017 and uint8 now, a treadmill's pace the
other way round (and in another unit). A payload has the one edition that uses it up exactly; the
two never promise equal lengths, so there is nothing to guess. What cannot be told: a payload that
lost its last byte may have the length of the other edition.

The specification has a value for "not available" in energy, inclination, ramp angle, belt force
and power, and a cross trainer's step rates: the largest. It is held to mean the same in every
other field (design: no belt goes 655 km/h, and a counter that passes there loses one sample).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from devices.profile import MalformedPacket, Measurement

M = TypeVar("M", bound=Measurement)

MPS = 360  # counts of 0.01 km/h in 1 m/s
WHOLE = 1

MORE_DATA = 0x01
_MISSING: dict[str, int | bytes] = {"B": 0xFF, "H": 0xFFFF, "h": 0x7FFF, "3s": b"\xff\xff\xff"}


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a payload: attribute of the measurement, struct code, counts in one unit."""

    name: str
    code: str
    per: int = WHOLE

    def counted(self, value: float | None) -> int | bytes:
        """What is written for a value; None is "not available". Raises struct.error if too big."""
        missing = _MISSING[self.code]
        if value is None:
            return missing
        count = round(value * self.per)
        if isinstance(missing, bytes):
            if not 0 <= count < 0xFFFFFF:
                raise struct.error("does not fit 24 bits")
            return count.to_bytes(3, "little")
        if count == missing:
            raise struct.error("would be read as not available")
        return count


Group = tuple[Field, ...]
"""Fields that one bit of the flags announces, in the order sent."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Layout(Generic[M]):
    """One machine's payload: the group of each flag bit from bit 0 up, and what differed in 2017.

    data: its characteristic; make: the measurement; mark: an attribute that is itself a flag, and
    its bit.
    """

    key: str
    data: str
    make: Callable[..., M]
    groups: tuple[Group, ...]
    of_2017: Mapping[int, Group] = field(default_factory=dict)
    flag_bytes: int = 2
    mark: tuple[str, int] | None = None

    @property
    def known(self) -> int:
        """The flag bits that announce a group; the others are reserved, and passed over."""
        return (1 << len(self.groups)) - 1

    def editions(self) -> tuple[tuple[Group, ...], ...]:
        """The groups as they are now and, where that differs, as they were in 2017."""
        if not self.of_2017:
            return (self.groups,)
        return self.groups, tuple(
            self.of_2017.get(bit, group) for bit, group in enumerate(self.groups)
        )


_Plan = tuple[struct.Struct, tuple[tuple[str, int | bytes, int], ...]]


@lru_cache(maxsize=1024)
def _plan(layout: Layout[M], flags: int, size: int) -> _Plan | None:
    """How to read a payload of this size with these flags, or None where no layout fits."""
    for groups in layout.editions():
        fields = [each for group in _announced(groups, flags) for each in group]
        packed = _packing(layout.flag_bytes, fields)
        if packed.size == size:
            return packed, tuple((each.name, _MISSING[each.code], each.per) for each in fields)
    return None


def _announced(groups: Sequence[Group], flags: int) -> list[Group]:
    present = flags ^ MORE_DATA
    return [group for bit, group in enumerate(groups) if present >> bit & 1]


def _packing(flag_bytes: int, fields: Iterable[Field]) -> struct.Struct:
    return struct.Struct(f"<{flag_bytes}x" + "".join(each.code for each in fields))


def parse(layout: Layout[M], payload: bytes) -> M:
    """One notification; raises MalformedPacket unless a layout uses it up to the last byte."""
    size = len(payload)
    if size < layout.flag_bytes:
        raise MalformedPacket(layout.key, payload, "no flags")
    flags = int.from_bytes(payload[: layout.flag_bytes], "little")
    plan = _plan(layout, flags & layout.known, size)
    if plan is None:
        raise MalformedPacket(layout.key, payload, f"{size} bytes do not fit the flags")
    packed, fields = plan
    values: dict[str, float | bool] = {}
    for (name, missing, per), count in zip(fields, packed.unpack(payload), strict=True):
        if count != missing:
            if type(missing) is bytes:
                count = int.from_bytes(count, "little")
            values[name] = count if per == WHOLE else count / per
    if layout.mark is not None:
        values[layout.mark[0]] = bool(flags >> layout.mark[1] & 1)
    return layout.make(**values)


def encode(layout: Layout[M], measurement: M, *, of_2017: bool = False) -> bytes:
    """The payload that `parse` turns back into `measurement`, values rounded to their unit.

    Written in the current layout if it can say everything, else (or if asked) in that of 2017.

    Raises:
        ValueError: neither layout can say it.
    """
    for groups in layout.editions()[of_2017:]:
        written = _written(layout, groups, measurement)
        if written is not None:
            return written
    raise ValueError(f"{layout.key}: no layout can say {measurement}")


def _written(layout: Layout[M], groups: Sequence[Group], measurement: M) -> bytes | None:
    flags = 0
    fields: list[Field] = []
    for bit, group in enumerate(groups):
        if any(getattr(measurement, each.name) is not None for each in group):
            flags |= 1 << bit
            fields.extend(group)
    spoken = {each.name for each in fields}
    others = (each.name for edition in layout.editions() for group in edition for each in group)
    if any(getattr(measurement, name) is not None for name in others if name not in spoken):
        return None
    flags ^= MORE_DATA
    if layout.mark is not None:
        flags |= getattr(measurement, layout.mark[0]) << layout.mark[1]
    try:
        counts = [each.counted(getattr(measurement, each.name)) for each in fields]
        body = _packing(0, fields).pack(*counts)
    except struct.error:
        return None
    return flags.to_bytes(layout.flag_bytes, "little") + body
