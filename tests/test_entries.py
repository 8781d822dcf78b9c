"""The entries: what a person said is on the disk before it counts, and folds the same each time."""

from __future__ import annotations

import datetime as dt
import errno
import os
import stat
import threading
import zlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.profile import Placement
from ingest import projection
from ingest.entries import (
    BALANCE,
    MOST_EXCUSED_DAYS,
    AnyEntry,
    Assigned,
    AssignmentRemoved,
    BalanceLogged,
    BodyMassSet,
    Entries,
    Excused,
    PersonSet,
    PracticeRemoved,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
    SetLogged,
    StrengthDay,
    fold,
    local_day,
)
from ingest.errors import IngestError
from tests.recorded import disk_full

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
PAIRED = SensorPaired(
    at=AT, sensor="pod", identity="SN1", address="AA:BB", name="Pod", profiles=("rsc",)
)


def assigned(since: dt.datetime, placement: Placement, sensor: str = "pod") -> Assigned:
    return Assigned(at=AT, sensor=sensor, person="ada", placement=placement, since=since)


def excused(start: int, end: int, why: str | None) -> Excused:
    return Excused(
        at=AT, person="ada", start=dt.date(2026, 11, start), end=dt.date(2026, 11, end), why=why
    )


def squats(at: dt.datetime = AT, **facts: Any) -> SetLogged:
    known = {"person": "ada", "start": AT, "exercise": "squat", "repetitions": 5}
    return SetLogged(at=at, **{**known, **facts})


def balance(**facts: Any) -> BalanceLogged:
    return BalanceLogged(at=AT, **{"person": "ada", "start": AT, "minutes": 10.0, **facts})


def removed(exercise: str) -> PracticeRemoved:
    return PracticeRemoved(at=AT, person="ada", start=AT, exercise=exercise)


def strong(day: int, counts: bool | None) -> StrengthDay:
    return StrengthDay(at=AT, person="ada", date=dt.date(2026, 11, day), counts=counts)


def some_practice() -> st.SearchStrategy[AnyEntry]:
    starts = st.integers(0, 500).map(lambda hours: AT - dt.timedelta(hours=hours))
    legs = st.sampled_from([None, "left", "right"])
    load = st.one_of(st.none(), st.floats(0, 500))
    return st.one_of(
        st.builds(squats, start=starts, repetitions=st.integers(1, 1000), leg=legs, load_kg=load),
        st.builds(balance, start=starts, minutes=st.floats(1, 600), timed=st.booleans()),
        st.builds(removed, st.sampled_from(["squat", BALANCE])),
        st.builds(strong, st.integers(1, 20), st.sampled_from([True, False, None])),
    )


def some_entries() -> st.SearchStrategy[AnyEntry]:
    names = st.sampled_from(["ada", "ben"])
    printable = st.text(max_size=20).filter(str.isprintable)
    dates = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    return st.one_of(
        some_practice(),
        st.builds(
            PersonSet,
            at=st.just(AT),
            person=names,
            name=printable,
            birth_year=st.one_of(st.none(), st.integers(1900, 2020)),
            hr_rest=st.one_of(st.none(), st.integers(20, 150)),
            logs_strength=st.booleans(),
            targets=st.one_of(st.none(), printable),
            wakes=st.sampled_from([None, "15:00", "23:59"]),
            sleeps=st.sampled_from([None, "07:00", "00:00"]),
        ),
        st.builds(BodyMassSet, at=st.just(AT), person=names, date=dates, kg=st.floats(30, 200)),
        st.just(PAIRED),
        st.builds(
            Assigned,
            at=st.just(AT),
            sensor=st.just("pod"),
            person=names,
            placement=st.sampled_from(Placement),
            since=st.integers(0, 500).map(lambda hours: AT + dt.timedelta(hours=hours)),
            load_kg=st.floats(0, 30),
        ),
        st.builds(SensorForgotten, at=st.just(AT), sensor=st.just("pod")),
        st.builds(SensorNamed, at=st.just(AT), sensor=st.just("pod"), name=printable),
        st.builds(
            AssignmentRemoved,
            at=st.just(AT),
            sensor=st.just("pod"),
            since=st.integers(0, 500).map(lambda hours: AT + dt.timedelta(hours=hours)),
        ),
    )


@given(st.lists(some_entries(), max_size=15))
def test_entries_read_back_as_they_were_appended(
    tmp_path_factory: pytest.TempPathFactory, said: list[AnyEntry]
) -> None:
    entries = Entries(tmp_path_factory.mktemp("home"))
    for entry in said:
        entries.append(entry)
    assert entries.read() == said
    assert entries.registry() == fold(said)
    assert entries.registry().entries == len(said)


def test_a_home_without_entries_knows_nobody(tmp_path: Path) -> None:
    assert Entries(tmp_path).registry() == fold([])


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_entries_belong_to_their_owner_alone(tmp_path: Path) -> None:
    entries = Entries(tmp_path / "home")
    entries.append(PAIRED)
    assert stat.S_IMODE(entries.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(entries.path.parent.stat().st_mode) == 0o700


def test_a_torn_last_line_is_left_out_and_the_next_entry_is_not_harmed(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    entries.append(PAIRED, excused(2, 3, "surgery"))
    whole = entries.path.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole) - 1):
        entries.path.write_bytes(whole[:cut])
        entries.append(SensorForgotten(at=AT, sensor="pod"))
        assert entries.read() == [PAIRED, SensorForgotten(at=AT, sensor="pod")]


def test_a_line_that_was_tampered_with_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entries = Entries(tmp_path)
    entries.append(PAIRED, excused(2, 3, "surgery"), SensorForgotten(at=AT, sensor="pod"))
    entries.path.write_bytes(entries.path.read_bytes().replace(b"surgery", b"holiday"))
    assert entries.read() == [PAIRED, SensorForgotten(at=AT, sensor="pod")]
    assert "line 2 is damaged" in caplog.text


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    entries.append(PAIRED)
    before = entries.path.read_bytes()
    with (
        disk_full(len(before) + 10),
        pytest.raises(IngestError, match=r"Could not write.*Nothing was changed"),
    ):
        entries.append(excused(2, 3, "surgery"))
    assert entries.path.read_bytes() == before


def test_a_folder_in_the_way_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "entries.jsonl").mkdir()
    with pytest.raises(IngestError) as raised:
        Entries(tmp_path).append(PAIRED)
    assert os.strerror(errno.EISDIR) in raised.value.problem
    assert raised.value.advice


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    date = dt.date(2026, 1, 1)
    said = [BodyMassSet(at=AT, person="ada", date=date, kg=50 + kg) for kg in range(40)]

    def say(part: list[BodyMassSet]) -> None:
        for entry in part:
            Entries(tmp_path).append(entry)

    writers = [threading.Thread(target=say, args=(part,)) for part in (said[:20], said[20:])]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    read = Entries(tmp_path).read()
    assert len(read) == 40
    assert [entry in read for entry in said] == [True] * 40


def test_what_is_said_later_about_a_person_leaves_the_rest_as_it_was() -> None:
    registry = fold(
        [
            PersonSet(at=AT, person="ada", name="Ada", birth_year=1960, hr_max=160),
            PersonSet(at=AT, person="ada", hr_max=None, zone="Europe/Berlin"),
        ]
    )
    ada = registry.persons["ada"]
    assert (ada.name, ada.birth_year, ada.hr_max, ada.zone) == ("Ada", 1960, None, "Europe/Berlin")


def test_body_mass_holds_from_its_date_until_the_next_and_the_first_also_before() -> None:
    masses = [
        BodyMassSet(at=AT, person="ada", date=dt.date(2026, 3, 1), kg=72),
        BodyMassSet(at=AT, person="ada", date=dt.date(2026, 1, 1), kg=70),
    ]
    ada = fold(masses).persons["ada"]
    days = [dt.date(2025, 12, 1), dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2027, 1, 1)]
    assert [ada.mass_on(day) for day in days] == [70, 70, 72, 72]
    assert fold([excused(1, 1, "x")]).persons["ada"].mass_on(days[0]) is None


def test_an_assignment_said_again_for_the_same_instant_corrects_the_first() -> None:
    later = AT + dt.timedelta(days=1)
    sensor = fold(
        [
            PAIRED,
            assigned(later, Placement.WAIST),
            assigned(AT, Placement.LEFT_FOOT),
            assigned(AT, Placement.RIGHT_FOOT),
        ]
    ).sensors["pod"]
    assert [one.placement for one in sensor.assignments] == [
        Placement.RIGHT_FOOT,
        Placement.WAIST,
    ]
    assert sensor.current is not None
    assert sensor.current.since == later


def test_an_assignment_that_was_never_so_is_removed_and_the_one_before_it_holds_on() -> None:
    later = AT + dt.timedelta(days=1)
    said: list[AnyEntry] = [
        PAIRED,
        assigned(AT, Placement.LEFT_FOOT),
        assigned(later, Placement.WAIST),
    ]
    removed = AssignmentRemoved(at=AT, sensor="pod", since=later)
    sensor = fold([*said, removed]).sensors["pod"]
    assert [one.placement for one in sensor.assignments] == [Placement.LEFT_FOOT]
    again = fold([*said, removed, assigned(later, Placement.RIGHT_FOOT)]).sensors["pod"]
    assert again.current is not None
    assert again.current.placement == Placement.RIGHT_FOOT


def test_a_name_survives_pairing_again_and_can_be_taken_back() -> None:
    named = SensorNamed(at=AT, sensor="pod", name="Left shoe")
    registry = fold([PAIRED, named, SensorForgotten(at=AT, sensor="pod"), PAIRED])
    assert registry.active[0].called == "Left shoe"
    assert registry.active[0].name == "Pod"
    own = SensorNamed(at=AT, sensor="pod", name="")
    assert fold([PAIRED, named, own]).active[0].called == "Pod"


def test_a_forgotten_sensor_keeps_its_past_and_pairing_it_again_brings_it_back() -> None:
    said: list[AnyEntry] = [
        PAIRED,
        assigned(AT, Placement.LEFT_FOOT),
        SensorForgotten(at=AT, sensor="pod"),
    ]
    assert fold(said).active == []
    again = fold([*said, PAIRED])
    assert [sensor.key for sensor in again.active] == ["pod"]
    assert len(again.sensors["pod"].assignments) == 1


def test_excused_days_can_be_taken_back_in_part() -> None:
    ada = fold([excused(2, 5, "surgery"), excused(3, 4, None)]).persons["ada"]
    assert ada.excused == ((dt.date(2026, 11, 2), "surgery"), (dt.date(2026, 11, 5), "surgery"))


def test_an_entry_about_a_sensor_nobody_paired_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert fold([assigned(AT, Placement.WAIST, sensor="ghost")]).sensors == {}
    assert "unknown sensor" in caplog.text


@pytest.mark.parametrize(
    "entry",
    [
        PersonSet(at=AT, person=5),  # type: ignore[arg-type]
        PersonSet(at=AT, person="ada", name="\ud800"),
        PersonSet(at=AT, person="ada", hr_max=10**12),
        PersonSet(at=AT, person="ada", birth_year=2**70),
        BodyMassSet(at=AT, person="ada", date=AT.date(), kg=float("nan")),
        BodyMassSet(at=AT, person="ada", date=dt.date(1, 1, 1), kg=60),
        Assigned(at=AT, sensor="pod", person="ada", placement="hat", since=AT),  # type: ignore[arg-type]
        Assigned(
            at=AT,
            sensor="pod",
            person="ada",
            placement=Placement.WAIST,
            since=AT,
            load_kg="x",  # type: ignore[arg-type]
        ),
        assigned(AT.replace(tzinfo=None), Placement.WAIST),
        assigned(AT.replace(year=9999), Placement.WAIST),
        SensorForgotten(at=AT, sensor=object()),  # type: ignore[arg-type]
        Excused(at=AT, person="ada", start=AT.date(), end=dt.date(2028, 1, 1), why="x"),
        PersonSet(at=AT, person="ada", hr_rest=0),
        PersonSet(at=AT, person="ada", wakes="24:00"),
        PersonSet(at=AT, person="ada", sleeps="7:00"),
        squats(repetitions=0),
        squats(repetitions=1001),
        squats(repetitions=2.5),
        squats(sets=0),
        squats(sets=51),
        squats(load_kg=-1.0),
        squats(load_kg=501.0),
        squats(load_kg=float("nan")),
        squats(angle_deg=91.0),
        squats(leg="middle"),
        squats(exercise="squat\n"),
        squats(start=AT + dt.timedelta(days=1, seconds=1)),
        squats(start=AT.replace(tzinfo=None)),
        balance(minutes=0.0),
        balance(minutes=601.0),
        balance(minutes=float("inf")),
        balance(start=AT.replace(year=2100)),
        strong(22, True),
    ],
)
def test_what_would_not_read_back_is_refused_and_nothing_is_written(
    tmp_path: Path, entry: AnyEntry
) -> None:
    entries = Entries(tmp_path)
    with pytest.raises(IngestError, match="could not be saved") as raised:
        entries.append(PAIRED, entry)
    assert raised.value.advice
    assert entries.read() == []
    assert entries.size() == 0


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    assert entries.damaged() == 0
    entries.append(PAIRED, excused(2, 3, "surgery"))
    assert entries.damaged() == 0
    entries.path.write_bytes(entries.path.read_bytes().replace(b"surgery", b"holiday") + b"\n?\n")
    assert entries.damaged() == 2
    (problem,) = entries.reading().problems
    assert problem.startswith("2 lines of entries.jsonl are damaged and were left out.")


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_entries_that_cannot_be_read_are_an_error_with_advice(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    entries.path.mkdir()
    for ask in (entries.read, entries.size, entries.damaged, entries.registry, entries.reading):
        with pytest.raises(IngestError, match=r"Could not read entries\.jsonl") as raised:
            ask()
        assert raised.value.advice


def test_days_excused_without_end_are_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = dt.date(2026, 1, 1)
    whole = dt.timedelta(days=MOST_EXCUSED_DAYS - 1)
    year = Excused(at=AT, person="ada", start=start, end=start + whole, why="x")
    assert len(fold([year]).persons["ada"].excused) == MOST_EXCUSED_DAYS
    ever = Excused(at=AT, person="ada", start=dt.date.min, end=dt.date.max, why="x")
    long = Excused(at=AT, person="ada", start=start, end=dt.date(2190, 1, 1), why="x")
    assert fold([ever, long]).persons == {}
    assert "more than 366 days are excused at once" in caplog.text
    text = msgspec.json.encode(long)  # as an earlier version wrote it
    (tmp_path / "entries.jsonl").write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    (problem,) = Entries(tmp_path).reading().problems
    assert "more than 366 days" in problem
    assert Entries(tmp_path).damaged() == 0


def test_practice_is_kept_in_the_order_said_and_the_last_of_it_can_be_taken_back() -> None:
    said: list[AnyEntry] = [squats(), squats(repetitions=8), balance()]
    assert fold(said).persons["ada"].logged == tuple(said)
    without = fold([*said, removed("squat")]).persons["ada"]
    assert without.logged == (said[0], said[2])
    assert fold([*said, removed(BALANCE)]).persons["ada"].logged == tuple(said[:2])
    assert fold([*said, removed("lunge")]).persons["ada"].logged == tuple(said)
    again = fold([*said, removed("squat"), removed("squat"), removed("squat")])
    assert again.persons["ada"].logged == (said[2],)


def test_a_strength_day_is_confirmed_denied_and_left_to_its_sets_again() -> None:
    ada = fold([strong(3, True), strong(2, False), strong(4, True), strong(4, None)]).persons["ada"]
    assert ada.strength_days == ((dt.date(2026, 11, 2), False), (dt.date(2026, 11, 3), True))


def test_impossible_practice_of_an_earlier_version_is_left_out_and_told(tmp_path: Path) -> None:
    text = msgspec.json.encode(squats(repetitions=5000))
    (tmp_path / "entries.jsonl").write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    reading = Entries(tmp_path).reading()
    assert reading.registry.persons == {}
    assert "a set has 1 to 1000 repetitions" in reading.problems[0]


def test_entries_of_before_practice_could_be_logged_still_read(tmp_path: Path) -> None:
    text = b'{"kind":"person","at":"2026-01-01T12:00:00Z","person":"ada","name":"Ada","hr_max":160}'
    (tmp_path / "entries.jsonl").write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    ada = Entries(tmp_path).registry().persons["ada"]
    assert (ada.hr_max, ada.hr_rest, ada.logged, ada.logs_strength) == (160, None, (), False)


def test_a_day_logged_by_an_earlier_version_is_that_of_the_zone_then() -> None:
    def lives(zone: str) -> PersonSet:
        return PersonSet(at=AT, person="ada", zone=zone)

    noon = dt.datetime(2026, 10, 18, 11, tzinfo=dt.UTC)  # in Rome
    one = squats(start=noon, timed=False)
    timed = squats(start=noon)
    entries: list[AnyEntry] = [lives("Europe/Rome"), one, timed, lives("Pacific/Kiritimati")]
    first, second = fold(entries).persons["ada"].logged
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    assert noon.astimezone(kiritimati).date() == dt.date(2026, 10, 19)
    assert local_day(first, kiritimati) == dt.date(2026, 10, 18)
    assert local_day(second, kiritimati) == dt.date(2026, 10, 19)
    assert fold([one]).persons["ada"].logged == (one,)
    nowhere = fold([lives("Nowhere/Land"), one]).persons["ada"].logged
    assert nowhere == (one,)


def test_balance_practice_of_less_than_a_minute_is_read_and_not_written(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="lasts 1 to 600 minutes"):
        Entries(tmp_path).append(balance(minutes=0.5))
    assert fold([balance(minutes=0.5)]).persons["ada"].logged


def test_practice_moves_no_minute_and_survives_the_store() -> None:
    before = fold([PAIRED, assigned(AT, Placement.LEFT_FOOT)])
    after = fold([PAIRED, assigned(AT, Placement.LEFT_FOOT), squats(), balance(), strong(2, True)])
    assert projection.affected(before, after) == {}
    assert projection.decode(projection.encode(after)) == after
    kept = projection.encode(before).replace('"logged":[],', "").replace('"hr_rest":null,', "")
    assert projection.decode(kept) == before
