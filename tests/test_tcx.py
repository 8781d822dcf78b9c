"""TCX files, as Garmin's schema and others' exports have them, are samples or a sentence."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profile import Channel, Placement
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import import_file, importer_of
from ingest.importers.imported import Into, Told
from ingest.importers.taking import Source, Taking
from ingest.recording import recording_paths
from tests.taken_in import NOW, into_of, merged, steps_of, told

START = dt.datetime(2026, 10, 31, 9, 35, tzinfo=dt.UTC)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase
  xsi:schemaLocation="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2 http://www.garmin.com/xmlschemas/TrainingCenterDatabasev2.xsd"
  xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"
  xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Activities>
"""
"""As Garmin Connect writes it, quoted on stackoverflow.com/questions/27050144."""

WATCH = """<Creator xsi:type="Device_t"><Name>Forerunner 245</Name><UnitId>3999123456</UnitId>
<ProductID>3077</ProductID></Creator>"""

Point = Callable[[int], str]


def garmin(second: int) -> str:
    """A point of a run as Garmin Connect writes it: one foot's cadence."""
    return point(
        second,
        "<HeartRateBpm><Value>120</Value></HeartRateBpm>",
        "<ns3:TPX><ns3:Speed>2.5</ns3:Speed><ns3:RunCadence>82</ns3:RunCadence>"
        "<ns3:Watts>250</ns3:Watts></ns3:TPX>",
    )


def point(second: int, inner: str, extension: str = "") -> str:
    time = (START + dt.timedelta(seconds=second)).isoformat().replace("+00:00", ".000Z")
    more = f"<Extensions>{extension}</Extensions>" if extension else ""
    return f"<Trackpoint><Time>{time}</Time>{inner}{more}</Trackpoint>\n"


def activity(sport: str, points: str, creator: str = WATCH) -> str:
    return (
        f'<Activity Sport="{sport}"><Id>x</Id><Lap StartTime="x"><TotalTimeSeconds>60'
        "</TotalTimeSeconds><DistanceMeters>99999</DistanceMeters><AverageHeartRateBpm><Value>250"
        "</Value></AverageHeartRateBpm><Cadence>7</Cadence><Track>"
        f"{points}</Track></Lap>{creator}</Activity>\n"
    )


def tcx(
    path: Path, made: Point = garmin, *, sport: str = "Running", every: int = 1, count: int = 120
) -> Path:
    points = "".join(made(second) for second in range(0, count * every, every))
    return whole(path, activity(sport, points))


def whole(path: Path, *activities: str) -> Path:
    path.write_text(f"{HEAD}{''.join(activities)}</Activities></TrainingCenterDatabase>")
    return path


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return into_of(tmp_path)


def test_a_run_of_a_garmin_watch_has_steps_of_both_feet(tmp_path: Path, into: Into) -> None:
    done = import_file(tcx(tmp_path / "run.TCX"), into)
    found = told(into, done)
    assert set(found) == {Channel.HEART_RATE, Channel.STEP_CADENCE, Channel.SPEED}
    assert found[Channel.STEP_CADENCE]["value"].to_list() == [164.0] * 120
    assert found[Channel.SPEED]["value"].to_list() == [2.5] * 120
    assert found[Channel.HEART_RATE]["value"].to_list() == [120.0] * 120
    assert [(one.count, one.why) for one in done.skipped] == [
        (120, "running power is not what legs push on pedals")
    ]
    known = Entries(into.home).registry().sensors[done.sensors[0]]
    assert known.name == "Forerunner 245"
    assert known.current is not None
    assert known.current.placement is Placement.ARM
    assert done.start == START
    assert steps_of(into) == pytest.approx(2 * 164, rel=0.02)


def test_the_same_file_again_packed_or_longer_adds_only_what_is_new(
    tmp_path: Path, into: Into
) -> None:
    file = tcx(tmp_path / "run.tcx")
    import_file(file, into)
    assert import_file(file, into).rows == 0
    packed = tmp_path / "run.tcx.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert import_file(packed, into).rows == 0
    assert import_file(tcx(tmp_path / "more.tcx", count=130), into).rows == 30


def test_the_same_run_from_another_file_does_not_double_the_steps(
    tmp_path: Path, into: Into
) -> None:
    import_file(tcx(tmp_path / "run.tcx"), into)
    time_ns = int(START.timestamp()) * 1_000_000_000 + np.arange(120) * 1_000_000_000
    with Taking(Path("run.fit"), into, "fit") as taking:
        other = Source(identity="fit 3999123456", name="Forerunner 245")
        taking.add(other, Channel.STEP_CADENCE, time_ns, np.full(120, 164.0))
        taking.add(other, Channel.SPEED, time_ns, np.full(120, 2.5))
        taking.finish()
    assert steps_of(into) == pytest.approx(2 * 164, rel=0.02)


@pytest.mark.parametrize(
    ("sport", "cadence", "steps"),
    [("Running", 85, 170), ("Running", 172, 172), ("Walking", 55, 110), ("Hiking", 104, 104)],
)
def test_a_cadence_is_of_one_foot_unless_nobody_could(
    tmp_path: Path, into: Into, sport: str, cadence: int, steps: int
) -> None:
    """Garmin and Strava write strides, other programs steps, in the same element."""
    made = f"<Cadence>{cadence}</Cadence>"
    done = import_file(tcx(tmp_path / "a.tcx", lambda s: point(s, made), sport=sport), into)
    assert told(into, done)[Channel.STEP_CADENCE]["value"].to_list() == [float(steps)] * 120


def test_a_ride_loads_by_crank_and_power(tmp_path: Path, into: Into) -> None:
    made = "<Cadence>80</Cadence><DistanceMeters>5</DistanceMeters>"
    watts = "<TPX xmlns='http://www.garmin.com/xmlschemas/ActivityExtension/v2'><Watts>150</Watts>"
    file = tcx(tmp_path / "a.tcx", lambda s: point(s, made, f"{watts}</TPX>"), sport="Biking")
    done = import_file(file, into)
    found = told(into, done)
    assert set(found) == {Channel.CRANK_CADENCE, Channel.POWER}
    assert found[Channel.POWER]["value"].to_list() == [150.0] * 120
    known = Entries(into.home).registry().sensors[done.sensors[0]]
    assert known.current is not None
    assert known.current.placement is Placement.BIKE
    assert merged(into)["assisted_cycles"].sum() == pytest.approx(160, rel=0.02)


def test_a_speed_comes_from_the_distance_where_none_is_written(tmp_path: Path, into: Into) -> None:
    """A distance that a watch updates every third second still gives a steady speed."""

    def made(second: int) -> str:
        metres = 1.5 * (second - second % 3) + (500 if second > 60 else 0)
        return point(second, f"<DistanceMeters>{metres}</DistanceMeters><Cadence>55</Cadence>")

    done = import_file(tcx(tmp_path / "a.tcx", made, sport="Walking"), into)
    speed = told(into, done)[Channel.SPEED]["value"].to_numpy()
    assert speed.mean() == pytest.approx(1.5, rel=0.05)
    assert speed.max() < 2.5  # the jump of 500 m after a minute is nobody's


def test_a_distance_that_starts_again_with_a_lap_goes_on(tmp_path: Path, into: Into) -> None:
    def made(second: int) -> str:
        return point(second, f"<DistanceMeters>{1.4 * (second % 60)}</DistanceMeters>")

    done = import_file(tcx(tmp_path / "a.tcx", made, sport="Walking"), into)
    speed = told(into, done)[Channel.SPEED]["value"].to_numpy()
    assert len(speed) > 110
    assert speed == pytest.approx(1.4, abs=0.01)


def test_points_far_apart_hold_until_the_next_and_give_no_speed(tmp_path: Path, into: Into) -> None:
    def made(second: int) -> str:
        return point(second, f"<DistanceMeters>{second}</DistanceMeters><Cadence>55</Cadence>")

    done = import_file(tcx(tmp_path / "a.tcx", made, sport="Walking", every=6), into)
    assert set(told(into, done)) == {Channel.STEP_CADENCE, Channel.HOLDS}
    assert done.skipped == ()
    assert steps_of(into) == pytest.approx(715 * 110 / 60, rel=0.01)


def test_what_other_means_is_not_guessed_but_steps_are_steps(tmp_path: Path, into: Into) -> None:
    made = "<HeartRateBpm><Value>100</Value></HeartRateBpm><Cadence>30</Cadence>"
    file = tcx(tmp_path / "a.tcx", lambda s: point(s, made), sport="Other")
    done = import_file(file, into)
    assert set(told(into, done)) == {Channel.HEART_RATE}
    assert [(one.what, one.why) for one in done.skipped] == [
        ("cadence", "the file does not say what exercise it was")
    ]
    rowed = Into(home=tmp_path / "2", person="a", now=NOW, told=Told(kind="row"))
    assert Channel.STROKE_CADENCE in told(rowed, import_file(file, rowed))
    walked = "<ns3:TPX><ns3:RunCadence>52</ns3:RunCadence></ns3:TPX>"
    other = tcx(tmp_path / "b.tcx", lambda s: point(s + 900, "", walked), sport="Other")
    assert (
        told(into, import_file(other, into))[Channel.STEP_CADENCE]["value"].to_list()
        == [104.0] * 120
    )


def test_each_activity_is_of_its_own_watch_and_sport(tmp_path: Path, into: Into) -> None:
    bike = activity(
        "Biking", point(900, "<Cadence>70</Cadence>"), "<Creator><Name>Edge</Name></Creator>"
    )
    done = import_file(whole(tmp_path / "a.tcx", activity("Running", garmin(0)), bike), into)
    names = {Entries(into.home).registry().sensors[key].name for key in done.sensors}
    assert names == {"Forerunner 245", "Edge"}


def test_times_with_offsets_without_any_and_absurd_ones(tmp_path: Path, into: Into) -> None:
    times = ["2026-10-31T11:35:00+02:00", "2026-10-31T10:35:30", "1989-12-31T00:00:00Z"]
    times += ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "yesterday", "2026-10-31"]
    heart = "<HeartRateBpm><Value>99</Value></HeartRateBpm>"
    points = "".join(f"<Trackpoint><Time>{t}</Time>{heart}</Trackpoint>" for t in times)
    done = import_file(whole(tmp_path / "a.tcx", activity("Running", points)), into)
    assert (done.start, done.end) == (START, START + dt.timedelta(seconds=30))
    assert sorted((one.count, one.what) for one in done.skipped) == [
        (2, "track points"),
        (3, "heart rate"),
    ]


def test_marks_of_nothing_are_nothing(tmp_path: Path, into: Into) -> None:
    none = "<HeartRateBpm><Value>0</Value></HeartRateBpm><Cadence>255</Cadence>"
    some = "<HeartRateBpm><Value>90</Value></HeartRateBpm><Cadence>0</Cadence>"
    file = tcx(tmp_path / "a.tcx", lambda s: point(s, none if s % 2 else some))
    found = told(into, import_file(file, into))
    assert found[Channel.HEART_RATE]["value"].to_list() == [90.0] * 60
    assert found[Channel.STEP_CADENCE]["value"].to_list() == [0.0] * 60


def test_white_space_before_the_declaration_is_stravas(tmp_path: Path, into: Into) -> None:
    file = tcx(tmp_path / "a.tcx")
    file.write_text("          " + file.read_text())
    assert import_file(file, into).rows == 360


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_another_encoding_is_read(tmp_path: Path, into: Into, encoding: str) -> None:
    file = tcx(tmp_path / "a.tcx")
    text = file.read_text().replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8")
    file.write_bytes(text.encode(encoding))
    assert import_file(file, into).rows == 360


DOCTYPE = (
    '<?xml version="1.0"?><!DOCTYPE x [{}]><TrainingCenterDatabase>{}</TrainingCenterDatabase>'
)
HOSTILE = {
    "external entity": DOCTYPE.format('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"),
    "billion laughs": DOCTYPE.format(
        '<!ENTITY a "ha">' + "".join(
            f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in itertools.pairwise("abcdefghi")
        ),
        "&i;",
    ),
    "quadratic": DOCTYPE.format(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 50_000),
    "external subset": '<!DOCTYPE TrainingCenterDatabase SYSTEM "http://127.0.0.1/x">'
    "<TrainingCenterDatabase/>",
    "deep": "<TrainingCenterDatabase>" + "<a>" * 100_000,
    "long text": f"<TrainingCenterDatabase>{'x' * 200_000}</TrainingCenterDatabase>",
    "long attribute": f"<TrainingCenterDatabase a='{'x' * 4_000_000}'/>",
    "open attribute": f"<TrainingCenterDatabase a='{'x' * 4_000_000}",
    "nothing": "<TrainingCenterDatabase/>",
    "unknown encoding": '<?xml version="1.0" encoding="UTF-7"?><TrainingCenterDatabase/>',
    "no encoding": '<?xml version="1.0" encoding="nonsense"?><TrainingCenterDatabase/>',
    "null": "<TrainingCenterDatabase>\0</TrainingCenterDatabase>",
    "numbers": "<TrainingCenterDatabase><Activity Sport='Running'><Trackpoint><Time>"
    "2026-10-31T09:35:00Z</Time><Cadence>1e999</Cadence><Cadence>nan</Cadence>"
    "<DistanceMeters>١٢</DistanceMeters></Trackpoint></Activity></TrainingCenterDatabase>",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_one_sentence_and_changes_nothing(
    tmp_path: Path, into: Into, name: str
) -> None:
    file = tmp_path / "a.tcx"
    file.write_text(HOSTILE[name])
    with pytest.raises(IngestError, match=r"a\.tcx") as raised:
        import_file(file, into)
    assert len(str(raised.value)) < 300
    assert not into.home.exists() or not recording_paths(into.home)
    assert not Entries(into.home).read()


def test_a_torn_file_says_where(tmp_path: Path, into: Into) -> None:
    file = tcx(tmp_path / "a.tcx")
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(IngestError, match=r"breaks off in line \d+") as raised:
        import_file(file, into)
    assert "Nothing was imported" in str(raised.value)
    assert not Entries(into.home).read()


def test_what_is_only_called_tcx_is_refused(tmp_path: Path, into: Into) -> None:
    file = tmp_path / "a.tcx"
    file.write_text("<html/>")
    with pytest.raises(IngestError, match="of no kind"):
        importer_of(file)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), new=st.binary(min_size=1, max_size=12), cut=st.booleans())
def test_any_damage_is_read_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    file = tcx(folder / "a.tcx", count=12)
    content = bytearray(file.read_bytes())
    content[at : at + len(new)] = new
    file.write_bytes(content[: at + len(new)] if cut else content)
    try:
        done = import_file(file, Into(home=folder / "home", person="ada", now=NOW))
    except IngestError:
        return
    assert done.rows > 0
