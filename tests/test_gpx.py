"""GPX tracks with what sports programs add to them become samples, or one sentence."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profile import Channel
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import import_file
from ingest.importers.imported import Into, Told
from ingest.importers.sports import Sport, sport_of
from tests.taken_in import into_of, steps_of, told

START = dt.datetime(2026, 10, 31, 9, 35, tzinfo=dt.UTC)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx creator="StravaGPX" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd"
 version="1.1" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"
 xmlns:gpxx="http://www.garmin.com/xmlschemas/GpxExtensions/v3">
 <metadata><time>2026-10-31T09:35:00Z</time></metadata>
"""
"""As Strava exports it (github.com/cjpearson85/chat-app, db/data/test-data/gpx)."""

METRE = math.degrees(1 / 6_371_008.8)
"""Of latitude, degrees."""

Along = Callable[[int], float]


def garmin(hr: int = 110, cad: int = 55) -> str:
    return (
        f"<gpxtpx:TrackPointExtension><gpxtpx:hr>{hr}</gpxtpx:hr><gpxtpx:cad>{cad}</gpxtpx:cad>"
        "</gpxtpx:TrackPointExtension>"
    )


def point(second: int, north_m: float = 0.0, extension: str = "") -> str:
    time = (START + dt.timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    more = f"<extensions>{extension}</extensions>" if extension else ""
    return (
        f'<trkpt lat="{45 + north_m * METRE:.7f}" lon="7.6"><ele>240</ele><time>{time}</time>'
        f"{more}</trkpt>\n"
    )


def track(points: str, kind: str = "walking") -> str:
    told = f"<type>{kind}</type>" if kind else ""
    return f"<trk><name>Out</name>{told}<trkseg>{points}</trkseg></trk>"


def gpx(path: Path, *tracks: str) -> Path:
    path.write_text(f"{HEAD}{''.join(tracks)}</gpx>")
    return path


def walk(along: Along, extension: str = "", count: int = 120, every: int = 1) -> str:
    seconds = range(0, count * every, every)
    return "".join(point(second, along(second), extension) for second in seconds)


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return into_of(tmp_path)


def test_a_walk_of_strava_has_steps_heart_rate_and_the_speed_over_ground(
    tmp_path: Path, into: Into
) -> None:
    file = gpx(tmp_path / "walk.gpx", track(walk(lambda s: 1.3 * s, garmin())))
    done = import_file(file, into)
    found = told(into, done)
    assert set(found) == {
        Channel.HEART_RATE,
        Channel.STEP_CADENCE,
        Channel.SPEED,
    }
    assert found[Channel.STEP_CADENCE]["value"].to_list() == [110.0] * 120
    assert found[Channel.SPEED]["value"].to_numpy() == pytest.approx(1.3, abs=0.01)
    assert steps_of(into) == pytest.approx(220, rel=0.02)
    assert Entries(into.home).registry().sensors[done.sensors[0]].name == "StravaGPX"
    assert import_file(file, into).rows == 0


def test_a_track_without_cadence_tells_a_speed_and_no_steps(tmp_path: Path, into: Into) -> None:
    done = import_file(gpx(tmp_path / "a.gpx", track(walk(lambda s: 1.3 * s))), into)
    assert set(told(into, done)) == {Channel.SPEED}
    assert [one.what for one in done.taken] == ["speed"]
    assert steps_of(into) == 0


def test_a_receiver_that_wavers_gives_the_speed_of_the_way_and_not_of_the_wavering(
    tmp_path: Path, into: Into
) -> None:
    """Summed from point to point, the way of this walk is a third longer."""
    noise = np.random.default_rng(7).normal(0, 1.2, 600)
    points = walk(lambda s: 1.2 * s + float(noise[s]), count=600)
    speed = told(into, import_file(gpx(tmp_path / "a.gpx", track(points)), into))[Channel.SPEED]
    stepwise = np.abs(np.diff([1.2 * s + noise[s] for s in range(600)])).mean()
    assert stepwise > 1.5
    assert speed["value"].to_numpy().mean() == pytest.approx(1.2, rel=0.05)


def test_no_speed_across_a_jump_or_a_gap(tmp_path: Path, into: Into) -> None:
    def along(second: int) -> float:
        return 1.2 * second + (5_000 if second >= 60 else 0)

    points = walk(along) + walk(lambda s: 1.2 * s, count=30, every=1).replace("T09:3", "T10:3")
    done = import_file(gpx(tmp_path / "a.gpx", track(points)), into)
    speed = told(into, done)[Channel.SPEED]["value"].to_numpy()
    assert len(speed) == 150
    assert speed.max() < 1.3
    sparse = gpx(tmp_path / "b.gpx", track(walk(along, garmin(), every=15)))
    other = into_of(tmp_path / "2")
    assert Channel.SPEED not in told(other, import_file(sparse, other))


def test_a_written_speed_counts_before_positions(tmp_path: Path, into: Into) -> None:
    written = (
        "<gpxtpx:TrackPointExtension><gpxtpx:speed>1.1</gpxtpx:speed></gpxtpx:TrackPointExtension>"
    )
    done = import_file(gpx(tmp_path / "a.gpx", track(walk(lambda s: 3 * s, written))), into)
    assert told(into, done)[Channel.SPEED]["value"].to_list() == [1.1] * 120


@pytest.mark.parametrize(
    "power",
    ["<power>200</power>", "<pwr:PowerInWatts xmlns:pwr='x'>200</pwr:PowerInWatts>"],
)
def test_power_of_a_ride_is_found_where_each_program_puts_it(
    tmp_path: Path, into: Into, power: str
) -> None:
    points = walk(lambda s: 8 * s, power + garmin(cad=75))
    done = import_file(gpx(tmp_path / "a.gpx", track(points, "cycling")), into)
    found = told(into, done)
    assert set(found) == {Channel.HEART_RATE, Channel.CRANK_CADENCE, Channel.POWER}
    assert found[Channel.POWER]["value"].to_list() == [200.0] * 120


def test_each_track_is_of_its_own_kind(tmp_path: Path, into: Into) -> None:
    ride = "".join(point(900 + s, 8.0 * s, garmin()) for s in range(60))
    file = gpx(tmp_path / "a.gpx", track(walk(float, garmin())), track(ride, "Ride"))
    done = import_file(file, into)
    assert len(done.sensors) == 2


def test_what_does_not_say_its_kind_gives_the_heart_rate_until_a_person_says_it(
    tmp_path: Path, into: Into
) -> None:
    file = gpx(tmp_path / "a.gpx", track(walk(lambda s: 1.3 * s, garmin()), ""))
    done = import_file(file, into)
    assert set(told(into, done)) == {Channel.HEART_RATE}
    assert {one.why for one in done.skipped} == {"the file does not say what exercise it was"}
    walked = Into(home=into.home, person="ada", now=into.now, told=Told(kind="walk"))
    assert Channel.STEP_CADENCE in told(walked, import_file(file, walked))
    car = gpx(tmp_path / "b.gpx", track(walk(lambda s: 20.0 * s), "Car"))
    with pytest.raises(IngestError, match="“Car” is not known"):
        import_file(car, into)


def test_a_planned_way_has_no_times_and_says_so(tmp_path: Path, into: Into) -> None:
    points = '<trkpt lat="45" lon="7"></trkpt>' * 3
    with pytest.raises(IngestError, match="3 track points: they have no time"):
        import_file(gpx(tmp_path / "a.gpx", track(points)), into)
    route = '<rte><rtept lat="45" lon="7"/></rte>'
    with pytest.raises(IngestError, match="nothing that legload uses"):
        import_file(gpx(tmp_path / "a.gpx", route), into)


def test_prefixes_and_links_do_not_hide_the_kind(tmp_path: Path, into: Into) -> None:
    link = "<link href='x'><text>Guide</text><type>text/html</type></link>"
    kind = f"<type>hiking</type>{link}"
    inner = track(walk(lambda s: 1.3 * s, garmin())).replace("<type>walking</type>", kind)
    file = tmp_path / "a.gpx"
    file.write_text(
        f"<?xml version='1.0'?>{' ' * 300}<g:gpx xmlns:g='http://www.topografix.com/GPX/1/1' "
        f"xmlns:gpxtpx='t' xmlns='http://www.topografix.com/GPX/1/1'>{inner}</g:gpx>"
    )
    assert Channel.STEP_CADENCE in told(into, import_file(file, into))


def test_a_time_without_a_zone_is_utc_as_the_schema_says(tmp_path: Path, into: Into) -> None:
    points = walk(lambda s: 1.3 * s).replace("Z</time>", "</time>")
    assert import_file(gpx(tmp_path / "a.gpx", track(points)), into).start == START


@pytest.mark.parametrize(
    ("word", "sport"),
    [
        ("running", Sport.RUN),
        ("trail_running", Sport.RUN),
        ("VirtualRun", Sport.RUN),
        ("9", Sport.RUN),
        ("Nordic walking", Sport.WALK),
        ("Hike", Sport.WALK),
        ("road_biking", Sport.BIKE),
        ("VirtualRide", Sport.BIKE),
        ("EBikeRide", Sport.OTHER),
        ("Swimming", Sport.OTHER),
        ("Kayaking", Sport.OTHER),
        ("Rowing", Sport.OTHER),
        ("indoor_rowing", Sport.ROW),
        ("Elliptical", Sport.ELLIPTICAL),
        ("Other", None),
        (" ", None),
        ("駅伝", None),
    ],
)
def test_what_a_kind_of_exercise_is_called(word: str, sport: Sport | None) -> None:
    assert sport_of(word) is sport


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 4000), new=st.binary(min_size=1, max_size=12), cut=st.booleans())
def test_any_damage_is_read_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    file = gpx(folder / "a.gpx", track(walk(lambda s: 1.3 * s, garmin(), count=12)))
    content = bytearray(file.read_bytes())
    content[at : at + len(new)] = new
    file.write_bytes(content[: at + len(new)] if cut else content)
    try:
        done = import_file(file, into_of(folder))
    except IngestError:
        return
    assert done.rows > 0


def test_positions_that_are_none_give_no_speed(tmp_path: Path, into: Into) -> None:
    odd = ['lat="nan" lon="7"', 'lat="1e308" lon="-1e308"', 'lat="inf" lon="7"', 'lon="x"', ""]
    points = "".join(
        point(second, 0, garmin()).replace('lat="45.0000000" lon="7.6"', odd[second % len(odd)])
        for second in range(50)
    )
    done = import_file(gpx(tmp_path / "a.gpx", track(points)), into)
    found = told(into, done)
    assert found[Channel.HEART_RATE].height == 50
    assert Channel.SPEED not in found
