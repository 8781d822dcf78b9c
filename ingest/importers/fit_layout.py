"""How the messages of one FIT definition lie in the bytes, and all of them taken out at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from devices.profile import Floats, Int64s
from ingest.importers.fit_profile import BASE_TYPES, STRING, TIMESTAMP

BYTE = 0x0D
"""Bytes that belong together: they are none only where every one of them is."""

_TYPE = 0x1F


class Layout:
    """Messages that one definition describes, wherever they are. `note` each, then `take` all.

    number: which kind of message; size: of one with the byte before it.
    """

    def __init__(self, definition: bytes, wanted: Mapping[int, frozenset[int]]) -> None:
        """definition: without its first byte, and whole. wanted: fields by number of message."""
        self._order = ">" if definition[1] else "<"
        self.number = int.from_bytes(definition[2:4], "big" if definition[1] else "little")
        self.starts: array[int] = array("q")
        self.note = self.starts.append
        self._fields: dict[int, tuple[int, int, int]] = {}
        known = wanted.get(self.number, frozenset()) | {TIMESTAMP}
        at = 1
        for number, size, base in _triples(definition, 4):
            if number in known and size:
                self._fields.setdefault(number, (at, size, base & _TYPE))
            at += size
        own = 5 + 3 * definition[4]
        self.size = at + sum(size for _, size, _ in _triples(definition, own))

    def take_over(self, other: Layout) -> None:
        """Count the messages of another of the same definition among these."""
        self.starts.extend(other.starts)

    def take(self, data: NDArray[np.uint8]) -> tuple[dict[int, Floats], dict[int, list[str]]]:
        """Values and texts by field of every message noted, NaN for none; an array gives (n, k)."""
        parts = self._parts()
        values: dict[int, Floats] = {}
        texts: dict[int, list[str]] = {}
        if not parts:
            return values, texts
        rows = self._rows(data).view(
            np.dtype(
                {
                    "names": [str(number) for number, *_ in parts],
                    "formats": [shape for _, shape, *_ in parts],
                    "offsets": [at for *_, at in parts],
                    "itemsize": self.size,
                }
            )
        )
        for number, _, base, _ in parts:
            column = rows[str(number)]
            if base == STRING:
                texts[number] = [_text(one) for one in column.tolist()]
            else:
                values[number] = _numbers(column, base)
        return values, texts

    def _parts(self) -> list[tuple[int, str, int, int]]:
        """(number, type for numpy, base type, where) of each field that can be read."""
        found = []
        for number, (at, size, base) in self._fields.items():
            if base == STRING:
                found.append((number, f"S{size}", base, at))
            elif base in BASE_TYPES:
                kind = BASE_TYPES[base][0]
                count, rest = divmod(size, int(kind[1]))
                if not rest:
                    shape = f"({count},)" if count > 1 else ""
                    found.append((number, f"{shape}{self._order}{kind}", base, at))
        return found

    def _rows(self, data: NDArray[np.uint8]) -> NDArray[np.void]:
        """The bytes of every message: a view that begins at each byte, then those that count."""
        everywhere: NDArray[np.void] = np.ndarray(
            (len(data) - self.size + 1,), f"V{self.size}", data, strides=(1,)
        )
        return everywhere[self.at]

    @property
    def at(self) -> Int64s:
        """Where each message begins, bytes."""
        return np.frombuffer(self.starts, np.int64)


def _triples(definition: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Number, size and type of the fields that are told of from a count on."""
    count = definition[at] if at < len(definition) else 0
    for start in range(at + 1, at + 1 + 3 * count, 3):
        yield definition[start], definition[start + 1], definition[start + 2]


def _numbers(column: NDArray[np.generic], base: int) -> Floats:
    none = BASE_TYPES[base][1]
    values = column.astype(np.float64)
    if none is None:
        values[~np.isfinite(values)] = np.nan
        return values
    missing = column == none
    if base == BYTE and column.ndim > 1:
        missing = np.repeat(missing.all(axis=1)[:, None], column.shape[1], axis=1)
    values[missing] = np.nan
    return values


def _text(raw: bytes) -> str:
    """Up to the first zero byte, printable; what is no UTF-8 is left out."""
    told = raw.partition(b"\0")[0].decode("utf-8", "ignore")
    return "".join(letter for letter in told if letter.isprintable()).strip()
