"""What kind of exercise a file tells of, and what of it says how legs were loaded."""

from __future__ import annotations

import enum
import re

from devices.profile import Placement


class Sport(enum.StrEnum):
    """Kinds of exercise whose samples mean different things."""

    RUN = "run"
    WALK = "walk"
    BIKE = "bike"
    ROW = "row"
    ELLIPTICAL = "elliptical"
    OTHER = "other"
    """Known not to be one of these, or not said: only the heart rate can be used."""

    @property
    def on_foot(self) -> bool:
        """Whether a cadence is of steps."""
        return self in (Sport.RUN, Sport.WALK)

    @property
    def machine(self) -> str:
        """The key of the profile whose load it is; empty for none."""
        return _MACHINES.get(self, "")

    @property
    def placement(self) -> Placement:
        """Where what measured it sat, if the file does not say."""
        if self is Sport.BIKE:
            return Placement.BIKE
        return Placement.MACHINE if self.machine else Placement.ARM


_MACHINES = {
    Sport.BIKE: "cycling_power",
    Sport.ROW: "ftms_rower",
    Sport.ELLIPTICAL: "ftms_cross_trainer",
}

_WORDS: dict[Sport, tuple[str, ...]] = {
    Sport.RUN: ("run", "running", "jog", "jogging", "9"),
    Sport.WALK: ("walk", "walking", "hike", "hiking", "trekking", "treadmillwalking", "4", "10"),
    Sport.BIKE: ("bike", "biking", "cycle", "cycling", "ride", "bicycle", "1"),
    Sport.ROW: ("indoorrowing", "rowingmachine", "ergrowing", "row"),
    Sport.ELLIPTICAL: ("elliptical", "ellipticaltrainer", "crosstrainer"),
}
"""Names in TCX and GPX, without spaces; the numbers are Strava's of old, as users worked out
(stackoverflow.com/questions/61903437)."""

_ENDINGS: tuple[tuple[str, Sport], ...] = (
    ("running", Sport.RUN),
    ("run", Sport.RUN),
    ("walking", Sport.WALK),
    ("walk", Sport.WALK),
    ("hiking", Sport.WALK),
    ("cycling", Sport.BIKE),
    ("biking", Sport.BIKE),
    ("ride", Sport.BIKE),
)
"""As in `trail_running`, `Nordic walking`, `road_biking`, `VirtualRide`, by Garmin Connect's and
Strava's lists of kinds of activity."""

_ASSISTED = ("ebike", "electric", "motor", "horse")


def sport_of(word: str) -> Sport | None:
    """The kind that a word in a file means; None for one that says nothing (`Other`, empty)."""
    plain = re.sub(r"[^a-z0-9]", "", word.casefold())
    if plain in ("", "other", "multisport", "transition", "generic", "uncategorized"):
        return None
    if plain.startswith(_ASSISTED):
        return Sport.OTHER
    exact = next((sport for sport, words in _WORDS.items() if plain in words), None)
    ends = next((sport for ending, sport in _ENDINGS if plain.endswith(ending)), None)
    return exact or ends or Sport.OTHER
