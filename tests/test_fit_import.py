"""What FIT activities become: minutes of feet, bikes and machines, or one sentence why not."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.refresh import refresh
from devices.profile import Channel, Placement
from ingest.entries import BodyMassSet, Entries, PersonSet
from ingest.errors import IngestError
from ingest.importers import import_file
from ingest.importers.fit import take
from ingest.importers.fit_profile import SPORTS, SUB_SPORTS, use_of
from ingest.importers.imported import Imported, Into
from ingest.recording import recording_paths
from ingest.store import open_store
from tests.fit_writer import START_S, Field, FitWriter, run

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVER = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
RUNNING, CYCLING, FITNESS, SWIMMING, WALKING, HIKING, ROWING = 1, 2, 4, 5, 11, 17, 15


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return Into(home=tmp_path / "home", person="ada", now=NOW, zone="Europe/Rome")


def written(tmp_path: Path, data: bytes, name: str = "activity.fit") -> Path:
    file = tmp_path / name
    file.write_bytes(data)
    return file


def moving(sport: int, sub_sport: int, fields: list[Field], values: list[float]) -> FitWriter:
    """Ten minutes of the same values, one record a second."""
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), *fields])
    for second in range(600):
        writer.message(0, START_S + second, *values)
    writer.session(sport, sub_sport=sub_sport)
    return writer


def stored(into: Into, sensor: str) -> dict[str, pl.DataFrame]:
    """What is in the store of a sensor, by channel."""
    refresh(into.home)
    with open_store(into.home) as store:
        slow = store.slow(sensor, *EVER)
    return {str(key[0]): rows for key, rows in slow.partition_by("channel", as_dict=True).items()}


def mean_of(into: Into, sensor: str) -> dict[str, float]:
    """The mean of each channel."""
    found = {}
    for name, rows in stored(into, sensor).items():
        value = rows["value"].mean()
        assert isinstance(value, float)
        found[name] = value
    return found


def why(done: Imported) -> dict[str, tuple[int, str]]:
    return {one.what: (one.count, one.why) for one in done.skipped}


def test_a_run_becomes_minutes_with_its_steps(tmp_path: Path, into: Into) -> None:
    done = import_file(written(tmp_path, run().bytes(), "RUN.FIT"), into)
    assert (done.kind, done.rows, done.skipped) == ("fit", 600 * 7, ())
    assert done.start == dt.datetime(2024, 10, 31, 9, 35, tzinfo=dt.UTC)
    (sensor,) = done.sensors
    assert mean_of(into, sensor) == pytest.approx(
        {
            Channel.STEP_CADENCE: 171.0,
            Channel.SPEED: 3.0,
            Channel.HEART_RATE: 140.0,
            Channel.CONTACT_TIME: 0.250,
            Channel.LEFT_CONTACT: 49.0,
            Channel.STRIDE_LENGTH: 2.1,
            Channel.RUNNING: 1.0,
        }
    )
    with open_store(into.home) as store:
        minutes = store.minutes("ada", *EVER)
    assert minutes["steps"].sum() == pytest.approx(1710, rel=0.01)
    known = Entries(into.home).registry().sensors[sensor]
    assert known.name == "Garmin fenix 3"
    assert known.current is not None
    assert known.current.placement is Placement.ARM


def test_the_same_file_again_and_packed_gives_nothing_new(tmp_path: Path, into: Into) -> None:
    data = run().bytes()
    first = import_file(written(tmp_path, data), into)
    entries, paths = Entries(into.home).read(), recording_paths(into.home)
    for again in (
        written(tmp_path, data, "copy.fit"),
        written(tmp_path, gzip.compress(data), "copy.FIT.gz"),
    ):
        done = import_file(again, into)
        assert (done.rows, done.here) == (0, first.rows)
    assert Entries(into.home).read() == entries
    assert recording_paths(into.home) == paths


def test_a_ride_becomes_cycles_on_a_seat(tmp_path: Path, into: Into) -> None:
    Entries(into.home).append(
        PersonSet(at=NOW, person="ada", name="Ada", zone="Europe/Rome"),
        BodyMassSet(at=NOW, person="ada", date=dt.date(2024, 1, 1), kg=75.0),
    )
    fields: list[Field] = [(4, "uint8"), (7, "uint16"), (30, "uint8"), (6, "uint16")]
    ride = moving(CYCLING, 6, fields, [80, 150, 0x80 | 47, 8000])
    (sensor,) = take(written(tmp_path, ride.bytes()), into).sensors
    assert mean_of(into, sensor) == pytest.approx(
        {
            Channel.CRANK_CADENCE: 80,
            Channel.POWER: 150,
            Channel.LEFT_PEDAL: 53,
            Channel.SPEED: 8,
        }
    )
    with open_store(into.home) as store:
        minutes = store.minutes("ada", *EVER)
    assert minutes["assisted_cycles"].sum() == pytest.approx(800, rel=0.01)
    assert minutes["assisted_bw"].sum() > 0
    assert minutes["steps"].sum() == 0


def test_a_share_of_power_of_an_unknown_leg_is_left_out_and_said(
    tmp_path: Path, into: Into
) -> None:
    ride = moving(CYCLING, 0, [(7, "uint16"), (30, "uint8")], [150, 47])
    done = take(written(tmp_path, ride.bytes()), into)
    assert set(stored(into, done.sensors[0])) == {Channel.POWER}
    assert why(done) == {"shares of power": (600, "the file does not say of which leg")}


def test_a_rower_tells_strokes_and_an_elliptical_steps(tmp_path: Path, into: Into) -> None:
    fields: list[Field] = [(4, "uint8"), (7, "uint16")]
    rower = take(written(tmp_path, moving(FITNESS, 14, fields, [26, 120]).bytes()), into)
    ellipse = take(written(tmp_path, moving(FITNESS, 15, fields, [60, 90]).bytes()), into)
    assert mean_of(into, rower.sensors[0]) == {Channel.STROKE_CADENCE: 26, Channel.POWER: 120}
    assert mean_of(into, ellipse.sensors[0]) == {Channel.STEP_CADENCE: 120, Channel.POWER: 90}
    placed = [
        known.current.placement
        for known in Entries(into.home).registry().sensors.values()
        if known.current
    ]
    assert placed == [Placement.MACHINE, Placement.MACHINE]


@pytest.mark.parametrize(
    ("sport", "sub_sport", "told"),
    [
        (SWIMMING, 17, "swimming does not load the legs"),
        (10, 20, "what the legs do in this sport is not known"),
        (0, 0, "does not say which sport"),
        (CYCLING, 12, "arms did the work"),
        (65, 0, "arms did the work"),
        (ROWING, 0, "what the legs do in this sport is not known"),
        (0xFF, 0xFF, "does not say which sport"),
    ],
)
def test_other_sports_give_the_heart_rate_and_say_why_no_more(
    sport: int, sub_sport: int, told: str, tmp_path: Path, into: Into
) -> None:
    fields: list[Field] = [(3, "uint8"), (4, "uint8"), (6, "uint16"), (7, "uint16")]
    writer = moving(sport, sub_sport, fields, [110, 50, 900, 80])
    done = take(written(tmp_path, writer.bytes()), into)
    assert mean_of(into, done.sensors[0]) == {Channel.HEART_RATE: 110}
    assert why(done)["records"][0] == 600
    assert told in why(done)["records"][1]


def test_a_sub_sport_tells_more_than_its_sport_but_never_makes_a_walk_a_ride() -> None:
    assert use_of(FITNESS, 1).kind == use_of(RUNNING, 58).kind == ""
    assert use_of(FITNESS, 6).kind == use_of(None, 5).kind == "cycling_power"
    assert use_of(ROWING, 14).kind == "ftms_rower"
    assert use_of(WALKING, 6).walking
    assert use_of(FITNESS, 27).walking
    assert use_of(CYCLING, 88).kind is None
    assert all(use.kind is not None or use.why for use in (*SPORTS.values(), *SUB_SPORTS.values()))


def test_a_triathlon_is_cut_where_its_sports_begin(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (3, "uint8"), (4, "uint8")])
    for second in range(300):
        writer.message(0, START_S + second, 120, 60)
    for number, sport in enumerate((SWIMMING, CYCLING, RUNNING)):
        writer.session(sport, START_S + 100 * number)
    done = take(written(tmp_path, writer.bytes()), into)
    found = [stored(into, sensor) for sensor in done.sensors]
    cadences = [{name: len(rows) for name, rows in one.items()} for one in found]
    assert {Channel.CRANK_CADENCE: 100, Channel.HEART_RATE: 100} in cadences
    assert {Channel.STEP_CADENCE: 100, Channel.HEART_RATE: 200} in cadences
    assert len(found) == 2


def test_endless_changes_of_sport_are_refused(tmp_path: Path, into: Into) -> None:
    writer = run(5)
    for number in range(101):
        writer.session((RUNNING, CYCLING)[number % 2], START_S + number)
    with pytest.raises(IngestError, match="no FIT file"):
        take(written(tmp_path, writer.bytes()), into)
    assert not into.home.exists()


def test_a_torn_file_is_read_by_the_sport_told_at_its_start(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(1, 12, [(0, "enum"), (1, "enum")])
    writer.message(1, WALKING, 0)
    writer.define(0, 20, [(253, "uint32"), (4, "uint8")])
    for second in range(100):
        writer.message(0, START_S + second, 55)
    done = take(written(tmp_path, writer.bytes()[:-5]), into)
    assert mean_of(into, done.sensors[0]) == {Channel.STEP_CADENCE: 110, Channel.RUNNING: 0}
    assert why(done) == {"end of the file": (1, "it is torn off there; everything before is whole")}
    assert [one.count for one in done.taken] == [99, 99]


def test_a_lap_may_tell_the_sport(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (4, "uint8")])
    writer.message(0, START_S, 55)
    writer.define(1, 19, [(2, "uint32"), (25, "enum")])
    writer.message(1, START_S, HIKING)
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    assert mean_of(into, sensor) == {Channel.STEP_CADENCE: 110, Channel.RUNNING: 0}


@pytest.mark.parametrize(
    ("contact_tenths_ms", "sport", "running"),
    [(2500, WALKING, 1.0), (6000, RUNNING, 0.0), (0xFFFF, WALKING, 0.0), (0, RUNNING, None)],
)
def test_a_foot_that_is_on_the_ground_less_than_half_the_time_runs(
    contact_tenths_ms: int, sport: int, running: float | None, tmp_path: Path, into: Into
) -> None:
    data = run(60, sport=sport, contact_tenths_ms=contact_tenths_ms).bytes()
    (sensor,) = take(written(tmp_path, data), into).sensors
    assert mean_of(into, sensor).get(Channel.RUNNING) == running


def test_a_writer_that_counts_steps_for_strides_is_not_doubled(tmp_path: Path, into: Into) -> None:
    fields: list[Field] = [(4, "uint8"), (6, "uint16")]
    done = take(
        written(tmp_path, moving(RUNNING, 0, fields, [170, 3000]).bytes()),
        into,
    )
    assert set(stored(into, done.sensors[0])) == {Channel.SPEED}
    assert why(done)["cadences"][0] == 600


def test_old_speeds_and_finer_cadences_are_read(tmp_path: Path, into: Into) -> None:
    packed = (250).to_bytes(2, "little") + b"\x00"  # 2.50 m/s in 12 bits
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (8, "byte", 3), (52, "uint16")])
    writer.message(0, START_S, packed, 55 * 256 + 128)
    writer.message(0, START_S + 1, b"\xff\x0f\x00", 0xFFFF)
    writer.session(WALKING)
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    found = stored(into, sensor)
    assert found[Channel.SPEED]["value"].to_list() == [2.5]
    assert found[Channel.STEP_CADENCE]["value"].to_list() == [111.0]


def test_beats_are_dated_among_the_records(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (3, "uint8")])
    writer.define(1, 78, [(0, "uint16", 3)])
    writer.message(1, 999, 0xFFFF, 0xFFFF)  # before any time: of no known instant
    for second in range(4):
        writer.message(0, START_S + second, 120)
        writer.message(1, 500, 520, 0xFFFF)
    writer.session(RUNNING)
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    beats = stored(into, sensor)[Channel.RR_INTERVAL]
    assert beats["value"].to_list() == [0.5, 0.52] * 4
    start = dt.datetime(2024, 10, 31, 9, 35, tzinfo=dt.UTC)
    offsets = [(one - start).total_seconds() for one in beats["time"].dt.convert_time_zone("UTC")]
    assert offsets == pytest.approx([0, 0.52, 1, 1.52, 2, 2.52, 3, 3.52], abs=1e-5)


def test_beats_that_a_strap_kept_under_water_are_rolled_out(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(1, 132, [(253, "uint32"), (0, "uint16"), (9, "uint32"), (6, "uint8")])
    writer.define(2, 132, [(10, "byte", 12), (6, "uint8", 8)])
    writer.message(1, START_S, 16_384, 10 * 1024, 100)
    counts = [(10 * 1024 + 700 * number) % 4096 for number in range(1, 9)]
    packed = b"".join(
        (low | high << 12).to_bytes(3, "little")
        for low, high in zip(counts[::2], counts[1::2], strict=True)
    )
    writer.message(2, packed, *range(101, 109))
    writer.session(SWIMMING, sub_sport=17)
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    beats = stored(into, sensor)[Channel.HEART_RATE]
    assert beats["value"].to_list() == list(range(100, 109))
    start = dt.datetime(2024, 10, 31, 9, 35, tzinfo=dt.UTC)
    offsets = [(one - start).total_seconds() for one in beats["time"].dt.convert_time_zone("UTC")]
    assert offsets == pytest.approx([0.5 + 700 / 1024 * number for number in range(9)], abs=1e-5)


def test_a_record_holds_until_the_next_but_not_through_a_pause(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (4, "uint8")])
    writer.timer(START_S, 0)
    for second in (0, 1, 21, 22):
        writer.message(0, START_S + second, 55)
    writer.timer(START_S + 23, 4)
    writer.timer(START_S + 1020, 0)
    for second in (1021, 1022):
        writer.message(0, START_S + second, 55)
    writer.session(WALKING)
    done = take(written(tmp_path, writer.bytes()), into)
    assert why(done) == {"seconds": (1, "the file has no record close enough to them")}
    refresh(into.home)
    with open_store(into.home) as store:
        minutes = store.minutes("ada", *EVER)
    assert minutes["steps"].to_list()[0] == pytest.approx(110 * 23 / 60, abs=2)


def test_the_foot_pod_that_a_watch_listened_to_is_named(tmp_path: Path, into: Into) -> None:
    writer = run(5)
    writer.define(3, 23, [(1, "uint8"), (2, "uint16"), (3, "uint32z"), (4, "uint16"), (25, "enum")])
    writer.message(3, 120, 1, 9, 1752, 1)  # a strap
    writer.message(3, 124, 1, 0, 2050, 5)  # the watch's own motion sensor
    writer.message(3, 124, 95, 4711, 12, 1)
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    assert Entries(into.home).registry().sensors[sensor].name == "Garmin fenix 3 + Stryd 12"


def test_a_maker_and_product_that_are_not_known_are_still_one_sensor(
    tmp_path: Path, into: Into
) -> None:
    writer = FitWriter()
    writer.file_id(maker=0xFFFF, product=0xFFFF, serial=0)
    writer.body += run(3).body[len(FitWriter().body) :]
    (sensor,) = take(written(tmp_path, writer.bytes()), into).sensors
    assert Entries(into.home).registry().sensors[sensor].name.startswith(("FIT", "Garmin"))


@pytest.mark.parametrize(
    ("kind", "told"),
    [(5, "a plan for training"), (6, "a course on a map"), (32, "whole day"), (99, "else")],
)
def test_a_file_that_is_no_activity_says_what_it_is(
    kind: int, told: str, tmp_path: Path, into: Into
) -> None:
    writer = FitWriter()
    writer.file_id(kind)
    with pytest.raises(IngestError, match=told):
        take(written(tmp_path, writer.bytes()), into)
    assert not into.home.exists()


def test_records_without_a_time_are_said(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(3, "uint8")])
    writer.message(0, 100)
    writer.session(RUNNING)
    with pytest.raises(IngestError, match="they do not say when they were"):
        take(written(tmp_path, writer.bytes()), into)


def test_a_clock_that_was_never_set_dates_nothing(tmp_path: Path, into: Into) -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (3, "uint8")])
    writer.message(0, 3600, 100)
    writer.session(RUNNING, 3600)
    with pytest.raises(IngestError, match="nothing that legload uses"):
        take(written(tmp_path, writer.bytes()), into)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.fit", b"", "no FIT file"),
        ("a.fit", b"no such thing" * 9, "no FIT file"),
        ("a.fit", run(5).bytes(crc=0x1111), "not as it was written"),
        ("a.fit.gz", b"\x1f\x8b\x08\x00torn", "no whole gzip"),
        ("a.fit.gz", gzip.compress(b"no such thing", mtime=0), "no FIT file"),
        ("a.fit.gz", gzip.compress(bytes(40 << 20)), "unpacks to far more"),
    ],
)
def test_what_is_no_fit_file_is_refused_in_one_sentence(
    name: str, data: bytes, told: str, tmp_path: Path, into: Into
) -> None:
    with pytest.raises(IngestError, match=told) as refused:
        import_file(written(tmp_path, data, name), into)
    assert "\n" not in str(refused.value)
    assert not into.home.exists()


def test_a_file_larger_than_any_activity_is_refused(
    tmp_path: Path, into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.importers.fit.MOST_BYTES", 100)
    with pytest.raises(IngestError, match="larger than any activity"):
        take(written(tmp_path, run(50).bytes()), into)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12),
    cut=st.none() | st.integers(0, 400),
)
def test_whatever_the_bytes_they_are_taken_in_or_refused(
    changes: list[tuple[int, int]], cut: int | None, tmp_path: Path
) -> None:
    good = bytearray(run(8).bytes(crc=0))
    for at, byte in changes:
        good[at % len(good)] = byte
    file = written(tmp_path, bytes(good[:cut]))
    try:
        done = take(file, Into(home=tmp_path / "home", person="ada", now=NOW))
    except IngestError:
        return
    assert done.rows + done.here > 0
