"""What every resource of a FHIR report shares: ids, references, times, labels."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from analytics.calendar import day_start
from analytics.week import Status, WeekReport
from dashboard.reports import fhir_codes as codes
from dashboard.reports.fhir_codes import Json
from dashboard.reports.fhir_values import MAKER, narrative, said, text
from dashboard.reports.identity import is_unnamed
from language.spoken import _, language

_IDS = uuid.UUID("4c63fdaf-d910-455a-9387-e5ee1146dd97")
_DEMO = {"system": codes.ACT_REASON, "code": "HTEST", "display": "test health data"}
_CODED = {"system": codes.OBSERVATION_VALUE, "code": "PSEUDED", "display": "pseudonymized"}
_CATEGORIES = [
    {"coding": [{"system": codes.CATEGORY, "code": "activity", "display": "Activity"}]},
    {
        "coding": [
            {
                "system": codes.ACTIVITY_GUIDE,
                "code": "PhysicalActivity",
                "display": "Physical Activity",
            }
        ]
    },
]


def urn(id_: uuid.UUID | str) -> Json:
    """An identifier that is a UUID."""
    return {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{id_}"}


@dataclass(frozen=True)
class Frame:
    """One week, whose resources know each other's ids."""

    report: WeekReport

    def id(self, name: str) -> str:
        """The id of one thing of this week; other data or another method give another. So two
        people of two homes who have one code by chance are never one person."""
        told = self.report
        parts = (told.data_hash, told.person, told.week, told.method, told.protocol, told.demo)
        return str(uuid.uuid5(_IDS, "\0".join((*map(str, parts), name))))

    def device(self, name: str) -> Json:
        """A reference to the software, or to a sensor of this week."""
        return {"reference": f"urn:uuid:{self.id(name)}", "type": "Device"}

    @property
    def person(self) -> Json:
        """A reference to the person."""
        return {"reference": f"urn:uuid:{self.id('person')}", "type": "Patient"}

    @cached_property
    def until(self) -> dt.date:
        """The end of what is reported, exclusive; of a running week the day after today."""
        begun = [day.date for day in self.report.days if not day.future]
        return max(begun) + dt.timedelta(days=1) if begun else self.report.end

    def instant(self, date: dt.date) -> str:
        """The start of a local day, with its offset."""
        return self._local(day_start(date, ZoneInfo(self.report.zone)))

    def period(self, start: dt.date, end: dt.date) -> Json:
        """Whole local days, end exclusive; the end of a FHIR Period is inclusive, to the second."""
        last = day_start(end, ZoneInfo(self.report.zone)) - dt.timedelta(seconds=1)
        return {"start": self.instant(start), "end": self._local(last)}

    def day(self, date: dt.date) -> Json:
        """One local day, of 23 to 25 hours."""
        return self.period(date, date + dt.timedelta(days=1))

    def _local(self, instant: dt.datetime) -> str:
        return instant.astimezone(ZoneInfo(self.report.zone)).isoformat(timespec="seconds")

    @cached_property
    def meta(self) -> Json:
        """The labels of simulated data and of a code instead of a name."""
        labels = [_DEMO] * self.report.demo + [_CODED] * is_unnamed(self.report)
        return {"meta": {"security": labels}} if labels else {}

    def resource(self, kind: str, id_: str, title: str, rest: Json) -> Json:
        """One resource with its labels and its one-line narrative."""
        shown = narrative(f"DEMO: {title}" if self.report.demo else title)
        head = {"resourceType": kind, "id": id_, **self.meta, "language": language()}
        return {**head, "text": shown, **rest}

    def observation(self, name: str, coding: Json, title: str, value: Json, **rest: object) -> Json:
        """Of the whole week, unless `rest` has another period; empty lists are left out."""
        shown = text(title) or str(coding["display"])
        held: Json = {
            "status": "preliminary" if self.report.status is Status.SO_FAR else "final",
            "category": _CATEGORIES,
            "code": {"coding": [coding], "text": shown},
            "subject": self.person,
            "effectivePeriod": self.period(self.report.start, self.until),
            "performer": [self.person],
            "method": {"text": self._method},
            "device": self.device("software"),
            **value,
            **{key: one for key, one in rest.items() if one},
        }
        return self.resource("Observation", self.id(name), f"{shown}: {said(value)}", held)

    @cached_property
    def _method(self) -> str:
        told = self.report
        parts = {"targets": told.protocol, "data": told.data_hash}
        return text(
            f"{MAKER} {_('{method}; targets {targets}; data {data}.', method=told.method, **parts)}"
        )

    def notes(self, *texts: str) -> list[Json]:
        """What the software remarks, where it remarks anything."""
        at = self.instant(self.until)
        kept = [text(one) for one in texts]
        return [{"authorString": MAKER, "time": at, "text": one} for one in kept if one]
