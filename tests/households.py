"""A home that two people share: sensors of their own, one that went from hand to hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import (
    Assigned,
    BodyMassSet,
    Entries,
    Excused,
    PersonSet,
    SensorPaired,
    SetLogged,
)
from ingest.queries import to_instant
from ingest.store import open_store
from tests.recorded import NOON, SECOND, Session, contents, header_of, motion_recording

HOUR = 3600 * SECOND
DAY = 24 * HOUR
AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
ANNA, BO = "annegret", "bolivar"
HANDED_OVER = NOON + 600 * SECOND
"""The shared pod was Anna's until then, ten minutes into a recording of twenty."""


def paired(key: str, *profiles: str) -> SensorPaired:
    return SensorPaired(
        at=AT,
        sensor=key,
        identity=f"{key}-serial",
        address=f"C0:FF:EE:00:{len(key):02d}:01",
        name=key,
        profiles=profiles,
    )


def worn(key: str, person: str, place: Placement, since: dt.datetime = AT) -> Assigned:
    return Assigned(at=AT, sensor=key, person=person, placement=place, since=since)


def household(home: Path) -> Path:
    """Two days of three sensors, loaded and scored. Anna's: strapanna; Bo's: legbo; both's: pod."""
    Entries(home).append(
        PersonSet(at=AT, person=ANNA, name="Annegret Weiß", zone="Europe/Rome"),
        PersonSet(at=AT, person=BO, name="Bolívar", zone="America/New_York"),
        BodyMassSet(at=AT, person=ANNA, date=AT.date(), kg=61.5),
        BodyMassSet(at=AT, person=BO, date=AT.date(), kg=82.5),
        Excused(
            at=AT, person=ANNA, start=dt.date(2026, 11, 3), end=dt.date(2026, 11, 9), why="flu"
        ),
        SetLogged(
            at=to_instant(NOON),
            person=ANNA,
            start=to_instant(NOON),
            exercise="squat",
            repetitions=8,
        ),
        SetLogged(
            at=to_instant(NOON), person=BO, start=to_instant(NOON), exercise="squat", repetitions=9
        ),
        paired("pod-shared", "rsc", "battery", "device_information"),
        paired("strapanna", "heart_rate"),
        paired("legbo", "thingy52"),
        worn("pod-shared", ANNA, Placement.RIGHT_FOOT),
        worn("pod-shared", BO, Placement.RIGHT_FOOT, to_instant(HANDED_OVER)),
        worn("strapanna", ANNA, Placement.CHEST),
        worn("legbo", BO, Placement.LEFT_SHANK),
    )
    for start, seconds in ((NOON - DAY, 900), (NOON, 1200), (NOON + HOUR, 300)):
        pod = Session(home, header_of("pod-shared", start_ns=start))
        pod.connected(0)
        pod.charge(0.5, 80)
        pod.firmware(0.6, "1.2")
        pod.walk(1, seconds + 1)
        pod.lost(seconds + 1)
        pod.close()
    for start in (NOON - DAY, NOON):
        strap = Session(home, header_of("strapanna", ("heart_rate",), start))
        strap.connected(0)
        strap.beat(1, 600)
        strap.close()
        motion_recording(home, "legbo", start, samples=3000)
    refresh(home)
    return home


def everything(home: Path) -> dict[str, object]:
    """What a store holds, whatever the order it was loaded in."""
    found: dict[str, object] = dict(contents(home))
    with open_store(home) as store:
        for table in (
            "minute",
            "training_set",
            "person",
            "body_mass",
            "excuse",
            "sensor",
            "assignment",
        ):
            found[table] = store._rows(f"SELECT * FROM {table} ORDER BY ALL")
        found["week"] = store._rows("SELECT * EXCLUDE (scored_at) FROM week ORDER BY ALL")
        found["stale"] = store._rows("SELECT sensor FROM stale")
    return found


def holding(home: Path, *words: str) -> list[str]:
    """Files below a folder that hold one of these words."""
    sought = [word.encode() for word in words]
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(w in path.read_bytes() or w in path.name.encode() for w in sought)
    ]
