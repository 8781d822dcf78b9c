"""Where a sensor sat and when can be put right later, and what was recorded is scored again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dashboard.data import Data, open_data
from dashboard.errors import DashboardError
from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import Assigned, Entries, PersonSet, SensorPaired
from ingest.importers import import_file
from ingest.importers.imported import Into
from ingest.store import open_store
from tests.recorded import NOON, Session, header_of, pod_recording

UTC = dt.UTC
DAY = dt.timedelta(days=1)
AT_NOON = dt.datetime(2026, 11, 20, 12, tzinfo=UTC)
EVER = (dt.datetime(2020, 1, 1, tzinfo=UTC), dt.datetime(2030, 1, 1, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ada's pod, on the left foot since 18 November 14:05."""
    since = dt.datetime(2026, 11, 18, 14, 5, tzinfo=UTC)
    Entries(tmp_path).append(
        PersonSet(at=since, person="ada", name="Ada", birth_year=1980, zone="UTC"),
        PersonSet(at=since, person="ben", name="Ben", zone="UTC"),
        SensorPaired(
            at=since, sensor="pod", identity="1", address="AA", name="Pod", profiles=("rsc",)
        ),
        Assigned(at=since, sensor="pod", person="ada", placement=Placement.LEFT_FOOT, since=since),
    )
    return tmp_path


@pytest.fixture
def data(home: Path) -> Data:
    """The same, and a walk at noon on the 20th."""
    pod_recording(home, seconds=600)
    refresh(home)
    return open_data(home)


def minutes(data: Data) -> pl.DataFrame:
    refresh(data.home)
    with open_store(data.home) as store:
        return store.minutes(None, *EVER)


def history(data: Data) -> list[tuple[str, str, float]]:
    return [
        (f"{one.since:%m-%d %H:%M}", one.placement.value, one.load_kg)
        for one in data.notes()["pod"].assignments
    ]


def test_a_correction_from_the_start_scores_everything_again(data: Data) -> None:
    before = minutes(data)
    assert set(before["placement"]) == {"left-foot"}
    data.assign("pod", placement="right-foot", counts="steps", load_kg=10.0)
    after = minutes(data)
    assert set(after["placement"]) == {"right-foot"}
    assert after["steps"].sum() == pytest.approx(before["steps"].sum() / 2)
    assert history(data) == [("11-18 14:05", "right-foot", 10.0)]


def test_from_a_day_on_only_what_came_since_is_scored_again(data: Data) -> None:
    pod_recording(data.home, start_ns=NOON - 86400 * 1_000_000_000, seconds=600)
    data.assign("pod", person="Ben", since=dt.date(2026, 11, 20))
    found = minutes(data)
    days = found.group_by(pl.col("minute").dt.date().alias("day")).agg(pl.col("person").unique())
    assert dict(days.sort("day").iter_rows()) == {
        dt.date(2026, 11, 19): ["ada"],
        dt.date(2026, 11, 20): ["ben"],
    }


def test_an_assignment_said_for_a_day_holds_for_the_whole_of_it(data: Data) -> None:
    data.assign("pod", load_kg=5.0, since=dt.date(2026, 11, 18))
    assert history(data) == [("11-18 00:00", "left-foot", 5.0)]


def test_a_day_in_the_past_keeps_what_held_then_and_what_came_later(data: Data) -> None:
    data.assign("pod", load_kg=5.0, since=dt.date(2026, 11, 22))
    data.assign("pod", placement="left-ankle", since=dt.date(2026, 11, 20))
    assert history(data) == [
        ("11-18 14:05", "left-foot", 0.0),
        ("11-20 00:00", "left-ankle", 0.0),
        ("11-22 00:00", "left-foot", 5.0),
    ]


def test_an_assignment_can_be_moved_to_another_day(data: Data) -> None:
    data.assign("pod", load_kg=5.0, since=dt.date(2026, 11, 22))
    wrong = data.notes()["pod"].assignments[-1].since
    data.assign("pod", since=dt.date(2026, 11, 20), correct=wrong)
    assert history(data)[1:] == [("11-20 00:00", "left-foot", 5.0)]


def test_a_removed_assignment_is_as_if_it_was_never_said(data: Data) -> None:
    before = minutes(data)
    data.assign("pod", person="Ben", load_kg=30.0, since=dt.date(2026, 11, 20))
    assert set(minutes(data)["person"]) == {"ben"}
    data.unassign("pod", dt.date(2026, 11, 20))
    assert minutes(data).equals(before)


def test_what_cannot_be_removed_or_said_is_refused_in_a_sentence(data: Data) -> None:
    with pytest.raises(DashboardError, match="only assignment"):
        data.unassign("pod", dt.date(2026, 11, 18))
    with pytest.raises(DashboardError, match=r"No assignment begins then.*2026-11-18T14:05"):
        data.unassign("pod", dt.date(2026, 11, 1))
    with pytest.raises(DashboardError, match="yet to come"):
        data.assign("pod", since=dt.date(2199, 1, 1))
    with pytest.raises(DashboardError, match="gone"):
        data.assign("pod", load_kg=1.0, correct=AT_NOON)


def test_one_of_two_assignments_of_a_day_is_removed_by_its_time(data: Data) -> None:
    for hour in (8, 9):
        since = dt.datetime(2026, 11, 19, hour, tzinfo=UTC)
        Entries(data.home).append(
            Assigned(at=since, sensor="pod", person="ada", placement=Placement.WAIST, since=since)
        )
    with pytest.raises(DashboardError, match="2026-11-19T08:00, 2026-11-19T09:00"):
        data.unassign("pod", dt.date(2026, 11, 19))
    data.unassign("pod", dt.datetime(2026, 11, 19, 9))  # noqa: DTZ001 - on the wearer's clock
    assert [since for since, _, _ in history(data)] == ["11-18 14:05", "11-19 08:00"]


def test_from_a_time_on_only_what_came_later_on_that_day_is_changed(data: Data) -> None:
    moved = data.assign("pod", placement="right-foot", since=dt.datetime(2026, 11, 18, 16, 30))  # noqa: DTZ001
    assert moved == ()
    assert history(data) == [
        ("11-18 14:05", "left-foot", 0.0),
        ("11-18 16:30", "right-foot", 0.0),
    ]
    tomorrow = dt.datetime.now(UTC) + DAY
    with pytest.raises(DashboardError, match=r"T\d\d:\d\d is yet to come"):
        data.assign("pod", load_kg=1.0, since=tomorrow)


def test_a_day_said_anew_tells_which_assignments_it_replaced(data: Data) -> None:
    evening = dt.datetime(2026, 11, 18, 18, tzinfo=UTC)
    data.assign("pod", load_kg=5.0, since=evening)
    gone = data.assign("pod", placement="right-foot", since=dt.date(2026, 11, 18))
    assert [(f"{one.since:%H:%M}", one.load_kg) for one in gone] == [("14:05", 0.0), ("18:00", 5.0)]
    assert history(data) == [("11-18 00:00", "right-foot", 5.0)]


def test_what_began_before_midnight_of_the_wearer_is_kept(home: Path) -> None:
    late = dt.datetime(2026, 11, 18, 22, 30, tzinfo=UTC)  # 23:30 in Zurich
    Entries(home).append(
        PersonSet(at=late, person="ada", zone="Europe/Zurich"),
        Assigned(at=late, sensor="pod", person="ada", placement=Placement.LEFT_ANKLE, since=late),
    )
    data = open_data(home)
    assert data.assign("pod", load_kg=5.0, since=dt.date(2026, 11, 19)) == ()
    assert history(data)[:2] == [
        ("11-18 14:05", "left-foot", 0.0),
        ("11-18 22:30", "left-ankle", 0.0),
    ]


def test_what_cannot_be_of_a_sensor_is_refused_and_changes_nothing(data: Data) -> None:
    before = history(data)
    with pytest.raises(DashboardError, match="It can sit at: right-foot, left-foot"):
        data.assign("pod", placement="chest")
    Entries(data.home).append(
        SensorPaired(
            at=AT_NOON, sensor="s", identity="2", address="B", name="S", profiles=("weight_scale",)
        )
    )
    with pytest.raises(DashboardError, match="carries no load"):
        data.assign("s", placement="floor", load_kg=5.0)
    with pytest.raises(DashboardError, match="counts neither"):
        data.recount("s", "steps")
    assert history(data) == before


def test_what_a_pod_counts_holds_wherever_it_sat(data: Data) -> None:
    before = minutes(data)
    data.assign("pod", person="Ben", since=dt.date(2026, 11, 22))
    data.recount("pod", "steps")
    assert [one.counts for one in data.notes()["pod"].assignments] == ["steps", "steps"]
    assert minutes(data)["steps"].sum() == pytest.approx(before["steps"].sum() / 2)


# --- names --------------------------------------------------------------------------------------


def test_a_sensor_answers_to_its_own_and_to_the_given_name(data: Data) -> None:
    data.rename("pod", "  Left   shoe ")
    assert data.sensor("left shoe").name == "Left shoe"
    assert data.sensor("Pod").key == "pod"
    data.rename("Left shoe", "")
    assert data.sensor("pod").name == "Pod"


def test_no_two_paired_sensors_have_one_name(data: Data) -> None:
    Entries(data.home).append(
        SensorPaired(
            at=AT_NOON, sensor="two", identity="2", address="BB", name="Strap", profiles=("rsc",)
        )
    )
    for name in ("strap", "Two", " STRAP "):
        with pytest.raises(DashboardError, match=r"is called .* already"):
            data.rename("pod", name)
    data.rename("pod", "Pod")  # its own
    data.forget("two")
    data.rename("pod", "Strap")
    assert data.sensor("strap").key == "pod"


@pytest.mark.parametrize("name", ["x" * 41, "a\x00b"])
def test_what_cannot_be_a_name_is_refused(data: Data, name: str) -> None:
    with pytest.raises(DashboardError, match="cannot be a name"):
        data.rename("pod", name)


# --- what the store knows of a sensor -----------------------------------------------------------


def recent_walk(home: Path, cadence: int) -> None:
    start = dt.datetime.now(UTC).replace(microsecond=0) - dt.timedelta(minutes=30)
    session = Session(home, header_of("pod", start_ns=int(start.timestamp()) * 1_000_000_000))
    session.connected(0)
    session.walk(1, 120, cadence)
    session.lost(121)
    session.close()
    refresh(home)


@pytest.mark.parametrize(("cadence", "doubt"), [(112, "steps"), (56, None)])
def test_a_pod_that_seems_to_count_otherwise_is_told_from_what_it_recorded(
    home: Path, cadence: int, doubt: str | None
) -> None:
    recent_walk(home, cadence)
    data = open_data(home)
    found = data.notes()["pod"].doubt
    assert (found.counts if found else None) == doubt
    data.assign("pod", counts="steps")
    mended = data.notes()["pod"].doubt
    assert (mended.counts if mended else None) == (None if doubt else "strides")


def test_gaps_of_today_are_listed(home: Path) -> None:
    now = dt.datetime.now(UTC)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    session = Session(home, header_of("pod", start_ns=int(start.timestamp()) * 1_000_000_000))
    session.connected(0)
    session.lost(1, "the link was lost")
    session.connected(11)
    session.lost(12, "stopped")
    session.close()
    refresh(home)
    (gap,) = open_data(home).notes()["pod"].gaps or ()
    assert (gap.end - gap.start, gap.reason) == (dt.timedelta(seconds=10), "the link was lost")


def test_a_battery_that_fell_for_days_has_days_left(home: Path) -> None:
    start = dt.datetime.now(UTC).replace(microsecond=0) - 6 * DAY
    for day in range(6):
        begun = int((start + day * DAY).timestamp()) * 1_000_000_000
        session = Session(home, header_of("pod", start_ns=begun))
        session.connected(0)
        session.charge(1, 80 - 4 * day)
        session.lost(2, "stopped")
        session.close()
    refresh(home)
    assert open_data(home).notes()["pod"].days_left == pytest.approx(15)


# --- pairing is no gate to what is one's own ----------------------------------------------------


def test_with_every_sensor_forgotten_all_weeks_still_show(data: Data) -> None:
    before = data.week("ada", "2026-W47")
    assert before.points is not None
    data.forget("pod")
    assert data.status().sensors == ()
    assert data.week("ada", "2026-W47") == before
    assert [view.key for view in data.forgotten()] == ["pod"]
    assert data.notes()["pod"].assignments


def test_without_a_paired_sensor_imported_recordings_show_and_can_be_put_right(
    tmp_path: Path,
) -> None:
    file = pod_recording(tmp_path / "elsewhere", seconds=600)
    home = tmp_path / "home"
    import_file(file, Into(home=home, person="me", now=AT_NOON))
    refresh(home)
    data = open_data(home)
    assert data.status().sensors == ()
    assert "2026-W47" in data.weeks("me")
    assert data.week("me", "2026-W47").points is not None
    (view,) = data.forgotten()
    data.assign(view.key, placement="left-ankle")
    assert set(minutes(data)["placement"]) == {"left-ankle"}
