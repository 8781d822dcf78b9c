"""Training Center XML, as Garmin Connect, Strava, Polar Flow, Google Fit and others export it.

After Garmin's schemas TrainingCenterDatabasev2.xsd (Activity: Sport `Running`, `Biking`, `Other`;
Creator: Name, UnitId, ProductID; Trackpoint: Time, HeartRateBpm, Cadence 0 to 254, DistanceMeters)
and ActivityExtensionv2.xsd (TPX: Speed m/s, RunCadence, Watts), www8.garmin.com/xmlschemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.importers.activity import Points, give, refuse_more
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import Taking
from ingest.importers.xml_files import begins, instant_ns, number, opened, read_xml
from language.spoken import _

KEY = "tcx"
SUFFIXES = (".tcx", ".tcx.gz")

_INVALID = 255.0
"""A cadence beyond the schema's 254 is Garmin's mark of none."""

_NUMBERS = {
    "Cadence": "cadence",
    "RunCadence": "run_cadence",
    "Speed": "speed",
    "Watts": "watts",
    "DistanceMeters": "distance",
    "LatitudeDegrees": "latitude",
    "LongitudeDegrees": "longitude",
}


def fits(head: bytes) -> bool:
    """Whether a file's first bytes are those of TCX."""
    return begins(head, "TrainingCenterDatabase")


def take(file: Path, into: Into) -> Imported:
    """Take the activities of a TCX file in; planned workouts and courses are none.

    Raises:
        IngestError: it is damaged, or holds nothing that is used.
    """
    with Taking(file, into, KEY) as taking:
        reader = _Reader(taking, into, file.name)
        with opened(file) as stream:
            read_xml(
                stream, file.name, reader.begin, reader.end, into.progress, file.stat().st_size
            )
        reader.finish()
        return taking.finish()


class _Reader:
    """Elements to points; an activity is given over when it closes, as its maker comes last."""

    def __init__(self, taking: Taking, into: Into, file: str) -> None:
        self._taking, self._into, self._file = taking, into, file
        self._zone = ZoneInfo(into.zone)
        self._points, self._sport, self._maker = Points(), "", dict[str, str]()
        self._in_creator = self._in_point = False
        self._time: int | None = None
        self._told: dict[str, float] = {}
        self._count = self._untimed = 0

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Activity":
            self._points, self._sport, self._maker = Points(), attributes.get("Sport", ""), {}
        elif tag == "Trackpoint":
            self._in_point, self._time, self._told = True, None, {}
        elif tag == "Creator":
            self._in_creator = True

    def end(self, tag: str, text: str) -> None:
        if self._in_point:
            self._point(tag, text)
        elif self._in_creator and tag in ("Name", "UnitId", "ProductID"):
            self._maker[tag] = text.strip()
        elif tag == "Creator":
            self._in_creator = False
        elif tag == "Activity":
            self._give()

    def finish(self) -> None:
        """Say what had no time."""
        self._taking.skip(_("track points"), self._untimed, _("they have no time"))

    def _point(self, tag: str, text: str) -> None:
        if tag == "Time":
            self._time = instant_ns(text, self._zone)
        elif tag == "Value":  # only HeartRateBpm has one in a Trackpoint
            self._told["heart"] = number(text)
        elif column := _NUMBERS.get(tag):
            self._told[column] = number(text, missing=_INVALID if "adence" in tag else None)
        elif tag == "Trackpoint":
            self._in_point = False
            self._keep()

    def _keep(self) -> None:
        self._count += 1
        refuse_more(self._count, self._file)
        if self._time is None:
            self._untimed += 1
        else:
            self._points.append(self._time, self._told)

    def _give(self) -> None:
        name = self._maker.get("Name", "")
        told = " ".join(self._maker.get(key, "") for key in ("Name", "UnitId", "ProductID"))
        give(
            self._taking,
            self._into,
            self._points,
            word=self._sport,
            identity=f"tcx {told.strip()}".strip(),
            name=name or "TCX",
        )
        self._points = Points()
