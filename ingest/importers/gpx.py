"""GPX 1.0 and 1.1 tracks (topografix.com/GPX/1/1/gpx.xsd) and what sports programs add to points.

Heart rate, cadence and speed by Garmin's TrackPointExtension v1 and v2 (`hr` beats/min, `cad`
revolutions/min, `speed` m/s; www8.garmin.com/xmlschemas), by Cluetrust's gpxdata (`hr`, `cadence`)
or loose in `extensions`; power by `power` loose there as Strava writes and reads it, or Garmin's
PowerExtension (`PowerInWatts`). Names count, whatever the namespace. Times without a zone are UTC:
the schema says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ingest.importers.activity import Points, give, refuse_more
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import Taking
from ingest.importers.xml_files import begins, instant_ns, number, opened, read_xml
from language.spoken import _

KEY = "gpx"
SUFFIXES = (".gpx", ".gpx.gz")

_NUMBERS = {
    "hr": "heart",
    "heartrate": "heart",
    "cad": "cadence",
    "cadence": "cadence",
    "RunCadence": "run_cadence",
    "speed": "speed",
    "power": "watts",
    "PowerInWatts": "watts",
    "Watts": "watts",
}


def fits(head: bytes) -> bool:
    """Whether a file's first bytes are those of GPX."""
    return begins(head, "gpx")


def take(file: Path, into: Into) -> Imported:
    """Take the tracks of a GPX file in; routes and places have no times.

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
    """Elements to points; a track is given over when it closes."""

    def __init__(self, taking: Taking, into: Into, file: str) -> None:
        self._taking, self._into, self._file = taking, into, file
        self._creator = self._type = ""
        self._points = Points()
        self._in_point = self._in_link = False
        self._time: int | None = None
        self._told: dict[str, float] = {}
        self._count = self._untimed = 0

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "trkpt":
            self._in_point, self._time = True, None
            self._told = {
                "latitude": number(attributes.get("lat", "")),
                "longitude": number(attributes.get("lon", "")),
            }
        elif tag == "trk":
            self._points, self._type = Points(), ""
        elif tag == "link":  # it has a `type` of its own, such as text/html
            self._in_link = True
        elif tag == "gpx":
            self._creator = attributes.get("creator", "").strip()

    def end(self, tag: str, text: str) -> None:
        if self._in_point:
            self._point(tag, text)
        elif tag == "link":
            self._in_link = False
        elif tag == "type" and not self._in_link:
            self._type = text
        elif tag == "trk":
            give(
                self._taking,
                self._into,
                self._points,
                word=self._type,
                identity=f"gpx {self._creator}".strip(),
                name=self._creator or "GPX",
            )
            self._points = Points()

    def finish(self) -> None:
        """Say what had no time."""
        self._taking.skip(
            _("track points"), self._untimed, _("they have no time: it is a planned way")
        )

    def _point(self, tag: str, text: str) -> None:
        if tag == "time":
            self._time = instant_ns(text, dt.UTC)
        elif column := _NUMBERS.get(tag):
            self._told[column] = number(text)
        elif tag == "trkpt":
            self._in_point = False
            self._keep()

    def _keep(self) -> None:
        self._count += 1
        refuse_more(self._count, self._file)
        if self._time is None:
            self._untimed += 1
        else:
            self._points.append(self._time, self._told)
