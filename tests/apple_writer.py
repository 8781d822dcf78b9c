"""Exports of Apple Health of any length, laid out as the iPhone writes them.

Head, attributes and their order follow public samples of HealthKit Export Version 12 to 14; the
document type is the broken one of iOS 16. Records of a type stand together, in order of time.
What is in it is made up, from a seed.
"""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

WATCH_NAME, PHONE_NAME = "Ada’s Apple\u00a0Watch", "Ada’s iPhone"
DEVICE = "<<HKDevice: 0x{address:x}>, name:{name}, manufacturer:Apple Inc., model:{model}, hardware:{hardware}, software:{software}>"  # noqa: E501
WATCH = {"name": "Apple Watch", "model": "Watch", "hardware": "Watch6,2"}
PHONE = {"name": "iPhone", "model": "iPhone", "hardware": "iPhone14,5"}

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 12 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|VisionPrescription)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ATTLIST VisionPrescription
  type             CDATA #REQUIRED
  expirationDate   CDATA #REQUIRED
<!ELEMENT RightEye EMPTY>
]>
<HealthData locale="en_IT">
 <ExportDate value="2026-11-01 09:00:00 +0100"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1951-05-01"/>
"""
TAIL = "</HealthData>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """How much of each there is in a day."""

    beats_every_s: int = 300
    workout_s: int = 1800
    watch_steps: int = 150
    phone_steps: int = 60
    energy: int = 900


FULL, FEW = (
    Amount(),
    Amount(beats_every_s=21_600, workout_s=30, watch_steps=3, phone_steps=3, energy=2),
)


def stamp(at: dt.datetime) -> str:
    """As Health writes an instant, in summer time all year."""
    return at.astimezone(dt.timezone(dt.timedelta(hours=2))).strftime("%Y-%m-%d %H:%M:%S +0200")


def record(
    kind: str,
    value: object,
    start: dt.datetime,
    end: dt.datetime | None = None,
    *,
    unit: str = "count",
    source: str = WATCH_NAME,
    device: str | None = "",
    inside: str = "",
) -> str:
    """One record as text; device: "" for the one that goes with the source, None for none."""
    if device == "":
        said = WATCH if "Watch" in source else PHONE
        device = DEVICE.format(
            address=int(start.timestamp()) * 64 % (1 << 33), software="10.1", **said
        )
    attributes = {
        "type": f"HKQuantityTypeIdentifier{kind}",
        "sourceName": source,
        "sourceVersion": "10.1",
        "device": device,
        "unit": unit,
        "creationDate": stamp(end or start),
        "startDate": stamp(start),
        "endDate": stamp(end or start),
        "value": str(value),
    }
    told = " ".join(f"{key}={quoteattr(one)}" for key, one in attributes.items() if one is not None)
    return f" <Record {told}>\n{inside} </Record>\n" if inside else f" <Record {told}/>\n"


def entry(key: str, value: str) -> str:
    """Metadata of a record."""
    return f'  <MetadataEntry key="{key}" value="{value}"/>\n'


def document(*records: str) -> bytes:
    """A whole export of some records."""
    return (HEAD + "".join(records) + TAIL).encode()


def write_zip(path: Path, content: bytes, name: str = "export.xml") -> Path:
    """An export.zip with what else is in one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"apple_health_export/{name}", content)
        archive.writestr(
            "apple_health_export/export_cda.xml", b"<ClinicalDocument/>" + b" " * 10_000
        )
        archive.writestr("apple_health_export/workout-routes/route_1.gpx", b"<gpx/>")
    return path


def write(path: Path, first: dt.date, days: int, amount: Amount = FULL, seed: int = 1) -> int:
    """Write an export of so many days to a file, zipped if it is named so; gives bytes of XML."""
    if path.suffix != ".zip":
        with path.open("wb") as out:
            return _write(out, first, days, amount, seed)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("apple_health_export/export.xml", "w", force_zip64=True) as out,
    ):
        return _write(out, first, days, amount, seed)


def _write(out: IO[bytes], first: dt.date, days: int, amount: Amount, seed: int) -> int:
    size = out.write(HEAD.encode())
    for part in (_steps, _beats, _energy, _masses):
        for day in range(days):
            date = first + dt.timedelta(days=day)
            start = dt.datetime.combine(date, dt.time(), dt.UTC)
            rng = random.Random(f"{seed} {part.__name__} {date}")
            size += out.write("".join(part(start, amount, rng)).encode())
    return size + out.write(TAIL.encode())


def _steps(day: dt.datetime, amount: Amount, rng: random.Random) -> Iterator[str]:
    for source, count in ((PHONE_NAME, amount.phone_steps), (WATCH_NAME, amount.watch_steps)):
        for number in range(count):
            start = day + dt.timedelta(hours=6, seconds=number * 57_600 // max(count, 1))
            length = rng.randint(20, min(300, 57_600 // max(count, 1)))
            end = start + dt.timedelta(seconds=length)
            yield record("StepCount", rng.randint(1, length * 2), start, end, source=source)


def _beats(day: dt.datetime, amount: Amount, rng: random.Random) -> Iterator[str]:
    inside = entry("HKMetadataKeyHeartRateMotionContext", "0")
    for second in range(0, 86_400, amount.beats_every_s):
        at = day + dt.timedelta(seconds=second + rng.randint(0, 60))
        yield record("HeartRate", rng.randint(50, 90), at, unit="count/min", inside=inside)
    for second in range(0, amount.workout_s, 5):
        at = day + dt.timedelta(hours=17, seconds=second)
        yield record("HeartRate", rng.randint(90, 150), at, unit="count/min", inside=inside)


def _energy(day: dt.datetime, amount: Amount, rng: random.Random) -> Iterator[str]:
    for number in range(amount.energy):
        start = day + dt.timedelta(seconds=number * 86_400 // amount.energy)
        end = start + dt.timedelta(seconds=60)
        kind = ("ActiveEnergyBurned", "BasalEnergyBurned", "DistanceWalkingRunning")[number % 3]
        yield record(kind, round(rng.random(), 4), start, end, unit="kcal")


def _masses(day: dt.datetime, amount: Amount, rng: random.Random) -> Iterator[str]:
    if day.weekday() == 0:
        at = day + dt.timedelta(hours=6)
        yield record("BodyMass", round(rng.uniform(70, 74), 1), at, unit="kg", device=None)


def workout(kind: str, minutes: float, start: dt.datetime) -> str:
    """A workout as iOS 16 and later write it."""
    end = start + dt.timedelta(minutes=minutes)
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityType{kind}" duration="{minutes}" '
        f'durationUnit="min" sourceName="{WATCH_NAME}" creationDate="{stamp(end)}" '
        f'startDate="{stamp(start)}" endDate="{stamp(end)}">\n'
        f'  <MetadataEntry key="HKIndoorWorkout" value="1"/>\n'
        f'  <WorkoutStatistics type="HKQuantityTypeIdentifierHeartRate" average="120"/>\n'
        f" </Workout>\n"
    )
