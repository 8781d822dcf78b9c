"""What a sensor is called where people read it: its kind, or of an imported source its own name."""

from __future__ import annotations

from collections.abc import Sequence

from devices import PROFILES, imported
from devices.profile import Placement
from ingest.entries import Sensor
from language.spoken import _, mark

MOTION = "motion "
"""How the identity of a source of a motion table begins: `ingest.importers.motion_table`."""

_BIKE = mark("File: bike computer")
_TABLE = mark("File: motion table")
_WORN = mark("File: watch or phone")


def is_imported(profiles: Sequence[str]) -> bool:
    """Whether a sensor is what measured other programs' files: nobody can listen to it."""
    return imported.KEY in profiles


def file_title(sensor: Sensor) -> str:
    """The kind of an imported source, without a name: `File: watch or phone`."""
    kind = next((key for key in sensor.profiles if key != imported.KEY and key in PROFILES), None)
    if kind == "cycling_power":
        return _(_BIKE)
    if kind is not None:
        return _("File: {kind}", kind=_(PROFILES[kind].title))
    return _(_TABLE) if sensor.identity.startswith(MOTION) else _(_WORN)


def own_name(sensor: Sensor) -> str:
    """What an imported source is called, such as a watch or a phone; "" of every other sensor."""
    return sensor.called if is_imported(sensor.profiles) else ""


def told_place(profiles: Sequence[str], placement: Placement) -> str:
    """Where a sensor sits; "" of an imported source at the arm: no file says where that was."""
    guessed = is_imported(profiles) and placement is Placement.ARM
    return "" if guessed else placement.value
