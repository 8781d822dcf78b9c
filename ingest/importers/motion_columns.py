"""Which columns of a table are a motion sensor's axes, of which sensor, and in which unit.

`ax`, `Acceleration x (m/s^2)`, `lfoot_acc_x_g`, `belly_x`, `gyro_z_rad_s`. Without a unit in the
name the layout of docs/recordings-layout.md holds: m/s2 and deg/s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from devices.places import place_of
from ingest.importers.table_columns import MEANINGS, plainly
from ingest.importers.table_words import WORDS

G_MPS2 = 9.80665
"""Standard gravity (NIST SP 811, appendix B.8)."""

ACC_UNITS = {
    "": 1 / G_MPS2,
    **dict.fromkeys(("mps2", "m_s2", "m_s_2", "ms2", "ms_2"), 1 / G_MPS2),
    "g": 1.0,
    "mg": 0.001,
}
GYRO_UNITS = {
    "": 1.0,
    **dict.fromkeys(("dps", "deg_s", "degs", "deg_per_s"), 1.0),
    **dict.fromkeys(("rads", "rad_s", "rad_per_s"), float(np.rad2deg(1.0))),
}
INDEX = ("i", "index", "sample", "sample_number")
_ACC = re.compile(
    r"(?:(?P<place>\w+)_)?(?:linear_)?(?:acceleration|accelerometer|accel|acc|a)_?"
    r"(?P<axis>[xyz])(?:_(?P<unit>\w+))?"
)
_GYRO = re.compile(
    r"(?:(?P<place>\w+)_)?(?:angular_velocity|gyroscope|gyro|gyr|g)_?"
    r"(?P<axis>[xyz])(?:_(?P<unit>\w+))?"
)
_PLACED = re.compile(r"(?P<place>\w+)_(?P<axis>[xyz])(?P<unit>)")
_TOLD = re.compile(r"[ag][xyz](_\w+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """Three columns by x, y, z; factor: their values times that are g, or deg/s; named: whether
    the name tells the unit."""

    columns: tuple[str, str, str]
    factor: float
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorColumns:
    """The columns of one sensor; place: the word for where it sat, or ""."""

    place: str
    acc: Axes
    gyro: Axes | None


def sensors_in(names: tuple[str, ...], told: Mapping[str, str]) -> tuple[SensorColumns, ...]:
    """The motion sensors of a table, in order; told: as `Told.columns`."""
    called = _as_told(names, told)
    acc = {**_triples(called, _PLACED, {"": ACC_UNITS[""]}), **_triples(called, _ACC, ACC_UNITS)}
    gyro = _triples(called, _GYRO, GYRO_UNITS)
    return tuple(
        SensorColumns(place=place, acc=axes, gyro=gyro.get(place)) for place, axes in acc.items()
    )


def is_motion(key: str) -> bool:
    """Whether a key of `Told.columns` speaks of motion, such as `ax_g`."""
    return _TOLD.fullmatch(key) is not None


def column_of(names: tuple[str, ...], told: Mapping[str, str], *keys: str) -> str | None:
    """The column that is one of these: as told, else by name."""
    called = _as_told(names, told)
    wanted = {name for key in keys for name in (key, *_aliases(key))}
    return next((column for column, plain in called.items() if plain in wanted), None)


def _aliases(key: str) -> tuple[str, ...]:
    words = (word for word, meant in WORDS.items() if meant == key)
    return (*MEANINGS[key].names, *words) if key in MEANINGS else ()


def _as_told(names: tuple[str, ...], told: Mapping[str, str]) -> dict[str, str]:
    """Each column's name as it is compared, or what a person says it is."""
    meant = {plainly(column): key for key, column in told.items()}
    called = {}
    for name in names:
        plain = plainly(name.replace("°", "deg "))
        called[name] = meant.get(plainly(name), plain)
    return called


def _triples(
    called: Mapping[str, str], pattern: re.Pattern[str], units: Mapping[str, float]
) -> dict[str, Axes]:
    """Complete triples by place."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for column, plain in called.items():
        if (match := pattern.fullmatch(plain)) is None:
            continue
        place, unit = match["place"] or "", match["unit"] or ""
        if unit in units and (not place or place_of(place)):
            found.setdefault((place, unit), {}).setdefault(match["axis"], column)
    return {
        place: Axes(columns=(axes["x"], axes["y"], axes["z"]), factor=units[unit], named=bool(unit))
        for (place, unit), axes in found.items()
        if len(axes) == 3
    }
