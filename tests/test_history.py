"""Sessions and timelines of recordings, as sensors and people make them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboard.data import open_data
from dashboard.errors import DashboardError
from dashboard.history import History
from dashboard.past import SessionLine
from dashboard.past_timeline import BUCKETS
from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import Assigned, Entries, PersonSet, SensorPaired
from tests.recorded import Session, header_of

UTC = dt.UTC
ROME = ZoneInfo("Europe/Rome")
NOON = dt.datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
STRAP = ("heart_rate", "battery")
NOVEMBER = dt.date(2026, 11, 1)


def ns(instant: dt.datetime) -> int:
    return round(instant.timestamp() * 1e9)


def introduce(home: Path, *, zone: str = "UTC", since: dt.datetime = NOON) -> None:
    """Ada with a pod on each foot and a strap; Bert with nothing yet."""
    entries, at = Entries(home), since - dt.timedelta(days=9)
    for key, name in (("ada", "Ada"), ("bert", "Bert")):
        entries.append(PersonSet(at=at, person=key, name=name, zone=zone))
    for key, profile, where in (
        ("pod", "rsc", Placement.RIGHT_FOOT),
        ("left", "rsc", Placement.LEFT_FOOT),
        ("strap", "heart_rate", Placement.CHEST),
    ):
        entries.append(
            SensorPaired(
                at=at, sensor=key, identity=key, address="", name=key, profiles=(profile,)
            ),
            Assigned(at=at, sensor=key, person="ada", placement=where, since=at),
        )


def walk(home: Path, start: dt.datetime, minutes: int, sensor: str = "pod") -> Session:
    """A foot pod that walks, from connecting to stopping."""
    session = Session(home, header_of(sensor, start_ns=ns(start)))
    session.connected(0)
    session.charge(0.5, 80)
    session.walk(1, 60 * minutes)
    return session


def stopped(session: Session, second: float, reason: str = "stopped") -> None:
    session.lost(second, reason)
    session.close()


def told(home: Path, month: dt.date = NOVEMBER, person: str = "ada") -> tuple[SessionLine, ...]:
    assert refresh(home).problems == ()
    return History(home).sessions(person, month)


def test_recordings_that_overlap_are_one_session_and_others_are_not(tmp_path: Path) -> None:
    introduce(tmp_path)
    stopped(walk(tmp_path, NOON, 10), 600)
    strap = Session(tmp_path, header_of("strap", STRAP, ns(NOON + dt.timedelta(minutes=1))))
    strap.connected(0)
    strap.beat(1, 700, bpm=90)
    stopped(strap, 701)
    stopped(walk(tmp_path, NOON + dt.timedelta(hours=1), 4), 240)
    later, first = told(tmp_path)
    assert [one.sensor for one in first.sensors] == ["pod", "strap"]
    assert first.steps == pytest.approx(110 * 10, rel=0.05)
    assert first.cadence_spm == pytest.approx(110, rel=0.02)
    assert first.heart_rate_bpm == pytest.approx(90, abs=0.5)
    assert first.sensors[0].battery_percent == 80.0
    assert first.sensors[1].battery_percent is None
    assert not first.running
    assert (later.steps or 0) < (first.steps or 0)
    assert later.heart_rate_bpm is None


def test_a_gap_breaks_the_line_and_is_told(tmp_path: Path) -> None:
    introduce(tmp_path)
    session = walk(tmp_path, NOON, 5)
    session.lost(300, "out of reach")
    session.connected(420)
    session.walk(421, 720)
    stopped(session, 720)
    (line,) = told(tmp_path)
    (sensor,) = line.sensors
    assert sensor.gaps == 1
    assert sensor.lost_s == pytest.approx(120, abs=2)
    found = History(tmp_path).timeline("ada", line.key)
    (gap,) = found.gaps
    assert gap.reason == "out of reach"
    pace = found.traces.filter(channel="cadence")
    assert pace["mean"].null_count() == 1
    silent = pace.filter(pace["mean"].is_null())["time"][0]
    assert gap.start - dt.timedelta(seconds=10) <= silent <= gap.end
    assert pace["mean"].drop_nulls().max() == 110.0
    assert len(pace) <= BUCKETS + 1


def test_a_battery_that_died_ends_the_session_there(tmp_path: Path) -> None:
    introduce(tmp_path)
    session = walk(tmp_path, NOON, 3)
    session.charge(179, 1)
    stopped(session, 180, "out of reach")
    (line,) = told(tmp_path)
    assert line.sensors[0].battery_percent == 1.0
    assert line.end < NOON + dt.timedelta(minutes=4)
    assert line.sensors[0].gaps == 0
    assert History(tmp_path).timeline("ada", line.key).gaps == ()


def test_a_recording_that_goes_on_is_running(tmp_path: Path) -> None:
    start = dt.datetime.now(UTC) - dt.timedelta(minutes=2)
    introduce(tmp_path, since=start)
    session = walk(tmp_path, start, 2)
    session.flush()
    (line,) = told(tmp_path, start.date().replace(day=1))
    assert line.running
    stopped(session, 120)
    (line,) = told(tmp_path, start.date().replace(day=1))
    assert not line.running


def test_a_sensor_that_changes_person_midway_gives_each_a_part(tmp_path: Path) -> None:
    introduce(tmp_path)
    stopped(walk(tmp_path, NOON, 10), 600)
    Entries(tmp_path).append(
        Assigned(
            at=NOON,
            sensor="pod",
            person="bert",
            placement=Placement.LEFT_FOOT,
            since=NOON + dt.timedelta(minutes=4),
        )
    )
    (ada,), (bert,) = told(tmp_path), told(tmp_path, person="bert")
    assert ada.end == bert.start == NOON + dt.timedelta(minutes=4)
    assert ada.steps == pytest.approx(110 * 4, rel=0.05)
    assert bert.steps == pytest.approx(110 * 6, rel=0.05)
    assert bert.sensors[0].placement == "left-foot"


def test_what_is_worn_all_day_is_listed_on_its_own(tmp_path: Path) -> None:
    introduce(tmp_path)
    strap = Session(tmp_path, header_of("strap", STRAP, ns(NOON)))
    strap.connected(0)
    for hour in range(7):
        strap.beat(3600 * hour + 1, 3600 * hour + 60)
    stopped(strap, 6.5 * 3600 + 1)
    stopped(walk(tmp_path, NOON + dt.timedelta(hours=2), 5), 300)
    lines = told(tmp_path)
    assert [[one.sensor for one in line.sensors] for line in lines] == [["pod"], ["strap"]]
    assert lines[0].heart_rate_bpm is None
    assert lines[1].steps is None


def test_each_leg_has_its_own_line(tmp_path: Path) -> None:
    introduce(tmp_path)
    stopped(walk(tmp_path, NOON, 5), 300)
    stopped(walk(tmp_path, NOON, 5, "left"), 300)
    (line,) = told(tmp_path)
    legs = History(tmp_path).timeline("ada", line.key).legs
    assert legs["side"].unique().sort().to_list() == ["left", "right"]
    assert legs["steps"].drop_nulls().max() == pytest.approx(110, rel=0.05)


@pytest.mark.parametrize(
    "night",
    [dt.datetime(2026, 10, 25, 0, 30, tzinfo=ROME), dt.datetime(2026, 3, 29, 1, 30, tzinfo=ROME)],
    ids=["clocks go back", "clocks go forward"],
)
def test_a_session_in_the_night_in_which_clocks_change_is_one(
    tmp_path: Path, night: dt.datetime
) -> None:
    start = night.astimezone(UTC)
    introduce(tmp_path, zone="Europe/Rome", since=start)
    session = Session(tmp_path, header_of("strap", STRAP, ns(start)))
    session.connected(0)
    for minute in range(150):
        session.beat(60 * minute + 1, 60 * minute + 5)
    stopped(session, 9000)
    (line,) = told(tmp_path, night.date().replace(day=1))
    assert line.end - line.start == pytest.approx(
        dt.timedelta(minutes=149), abs=dt.timedelta(minutes=1)
    )
    found = History(tmp_path).timeline("ada", line.key)
    assert found.minutes["minute"].is_sorted()
    assert len(found.minutes) == 150
    assert History(tmp_path).months("ada") == [night.date().replace(day=1)]


def test_a_month_is_that_of_the_persons_calendar(tmp_path: Path) -> None:
    start = dt.datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    introduce(tmp_path, zone="Europe/Rome", since=start)
    stopped(walk(tmp_path, start, 3), 180)
    refresh(tmp_path)
    assert History(tmp_path).months("ada") == [NOVEMBER]
    assert len(History(tmp_path).sessions("ada", NOVEMBER)) == 1
    assert History(tmp_path).sessions("bert", NOVEMBER) == ()


def test_a_session_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    introduce(tmp_path)
    with pytest.raises(DashboardError, match="no such session"):
        open_data(tmp_path).history.timeline("ada", "nothing")
    with pytest.raises(DashboardError, match="no person"):
        open_data(tmp_path).history.trends("nobody")


def test_the_trends_of_an_empty_home_are_unknown_and_never_zero(tmp_path: Path) -> None:
    found = open_data(tmp_path).history.trends(open_data(tmp_path).persons()[0].key)
    assert (len(found.weeks), len(found.days)) == (12, 371)
    assert {one.lld for one in found.weeks} == {None}
    assert {one.state for one in found.days} == {"unknown"}
    assert found.days[-1].date == dt.datetime.now(ZoneInfo(found.zone)).date()
