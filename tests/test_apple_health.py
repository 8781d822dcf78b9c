"""Exports of Apple Health come in once, each source by itself, whatever Health did to the XML."""

from __future__ import annotations

import datetime as dt
import html
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
from ingest.importers import apple_columns, import_file, importer_of
from ingest.importers.apple_kinds import KINDS, source_of
from ingest.importers.apple_records import BrokenExportError, Row, read
from ingest.importers.imported import Imported, Into
from ingest.recording import recording_paths
from tests import apple_writer
from tests.apple_writer import FEW, PHONE_NAME, WATCH_NAME, document, entry, record
from tests.taken_in import NOW, into_of, steps_of, told

START = dt.datetime(2026, 5, 1, 5, 10, tzinfo=dt.UTC)
Take = Callable[..., Imported]


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return into_of(tmp_path)


@pytest.fixture
def take(into: Into, tmp_path: Path) -> Take:
    """Take in an export of some records."""
    numbers = itertools.count()

    def taken(*records: str) -> Imported:
        file = tmp_path / f"export{next(numbers)}.xml"
        file.write_bytes(document(*records))
        return import_file(file, into)

    return taken


def after(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def values(into: Into, done: Imported, channel: Channel) -> list[float]:
    return [float(value) for value in told(into, done)[channel]["value"]]


def why(done: Imported) -> dict[str, tuple[int, str]]:
    return {one.what: (one.count, one.why) for one in done.skipped}


def steps(count: float, begin: float, end: float, source: str = WATCH_NAME) -> str:
    return record("StepCount", count, after(begin), after(end), source=source)


# What is taken in -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["export.xml", "exportación.xml", "导出.xml", "Export.xml"])
def test_an_export_is_known_in_any_language_and_as_bare_xml(
    name: str, into: Into, tmp_path: Path
) -> None:
    content = document(record("HeartRate", 70, START, unit="count/min"))
    packed = apple_writer.write_zip(tmp_path / "export.zip", content, name)
    plain = tmp_path / name
    plain.write_bytes(content)
    assert importer_of(packed).key == importer_of(plain).key == "apple_health"
    assert import_file(packed, into).rows == 1
    assert import_file(plain, into).rows == 0


def test_a_heart_rate_is_at_its_instant_whatever_zone_the_phone_was_in(
    take: Take, into: Into
) -> None:
    done = take(record("HeartRate", 71, START, unit="count/min"))
    found = told(into, done)[Channel.HEART_RATE]
    assert found["time"].to_list() == [START]
    assert found["value"].to_list() == [71.0]
    elsewhere = record("HeartRate", 71, START, unit="count/min")
    for word in ("startDate", "endDate", "creationDate"):
        elsewhere = elsewhere.replace(
            f'{word}="2026-05-01 07:10:00 +0200"', f'{word}="2026-04-30 19:10:00 -1000"'
        )
    assert "-1000" in elsewhere
    assert take(elsewhere).rows == 0


def test_the_phone_and_the_watch_are_two_sources_and_their_steps_are_never_added(
    take: Take, into: Into
) -> None:
    done = take(steps(100, 0, 60), steps(90, 0, 60, PHONE_NAME), steps(50, 300, 330, PHONE_NAME))
    assert len(done.sensors) == 2
    registry = Entries(into.home).registry()
    names = {registry.sensors[one].name for one in done.sensors}
    assert names == {"Ada’s Apple Watch", "Ada’s iPhone"}
    assert all(registry.sensors[one].forgotten for one in done.sensors)
    assert steps_of(into) in (pytest.approx(150), pytest.approx(140))


def test_what_health_says_in_other_units_comes_out_in_ours(take: Take, into: Into) -> None:
    done = take(
        record("RunningSpeed", 9, after(0), unit="km/hr"),
        record("RunningSpeed", 10, after(5), unit="mi/hr"),
        record("WalkingSpeed", 4, after(10), unit="ft/s"),
        record("RunningGroundContactTime", 250, START, unit="ms"),
        record("RunningStrideLength", 1.1, START, unit="m"),
        record("HeartRate", 1.5, START, unit="count/s"),
    )
    assert values(into, done, Channel.SPEED) == [
        pytest.approx(value, abs=1e-6) for value in (2.5, 4.4704, 1.2192)
    ]
    assert values(into, done, Channel.CONTACT_TIME)[0] == pytest.approx(0.25)
    assert values(into, done, Channel.HEART_RATE)[0] == pytest.approx(90)


def test_a_running_stride_of_apple_is_one_step_and_ours_is_two(take: Take, into: Into) -> None:
    done = take(record("RunningStrideLength", 1.1, START, unit="m"))
    assert values(into, done, Channel.STRIDE_LENGTH)[0] == pytest.approx(2.2)


def test_power_of_a_bike_goes_to_the_bike_and_power_of_running_nowhere(
    take: Take, into: Into
) -> None:
    meter = "<<HKDevice: 0x2>, name:KICKR, manufacturer:Wahoo, model:K5>"
    done = take(
        record("RunningPower", 250, START, unit="W"),
        record("CyclingPower", 180, START, unit="W", device=meter),
        record("CyclingCadence", 80, START, unit="count/min", device=meter),
    )
    (sensor,) = done.sensors
    known = Entries(into.home).registry().sensors[sensor]
    assert known.name == "KICKR"
    assert known.profiles == ("imported", "cycling_power")
    assert known.current is not None
    assert known.current.placement is Placement.BIKE
    assert values(into, done, Channel.POWER) == [180.0]
    assert why(done)["records of 1 other kinds"][0] == 1


@pytest.mark.parametrize(
    ("value", "unit", "kg"), [(71.2, "kg", 71.2), (157, "lb", 71.21), (11, "st", 69.85)]
)
def test_a_body_mass_is_of_the_persons_own_day_even_if_they_typed_it(
    value: float, unit: str, kg: float, take: Take, into: Into
) -> None:
    late = dt.datetime(2026, 5, 1, 22, 30, tzinfo=dt.UTC)  # half past midnight in Rome
    take(
        record("BodyMass", 90, late - dt.timedelta(minutes=10), unit="kg", device=None),
        record("BodyMass", value, late, unit=unit, inside=entry("HKWasUserEntered", "1")),
    )
    assert Entries(into.home).registry().persons["ada"].masses == ((dt.date(2026, 5, 2), kg),)


def test_what_is_not_taken_in_is_counted_and_says_why(take: Take) -> None:
    done = take(
        steps(40, 0, 60),
        record("StepCount", 5000, after(60), after(3600), inside=entry("HKWasUserEntered", "1")),
        record("HeartRate", 70, START, unit="furlong"),
        record("HeartRate", "70,5", START, unit="count/min"),
        record("FlightsClimbed", 3, START),
        record("HeartRateVariabilitySDNN", 40, START, unit="ms"),
        apple_writer.workout("TraditionalStrengthTraining", 32.5, START),
        apple_writer.workout("Walking", 20, START),
        apple_writer.workout("Running", 10.25, START),
    )
    assert done.rows == 1
    said = why(done)
    assert said["stretches of steps"] == (1, "typed by hand, not measured")
    assert {one.why for one in done.skipped if one.what == "heart rate"} == {
        "their unit is not known here (“furlong”)",
        "a date or a number that cannot be read",
    }
    assert said["records of 2 other kinds"][0] == 2
    assert said["strength workouts, 32 minutes in all"][0] == 1
    assert "log the sets" in said["strength workouts, 32 minutes in all"][1]
    assert said["other workouts, 30 minutes in all"][0] == 2


def test_a_device_is_the_same_whatever_its_address_and_software() -> None:
    text = "<<HKDevice: 0x{}>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:{}, software:{}, creation date:2024-08-24 17:12:03 +0000>"  # noqa: E501
    one, two, other = (
        source_of("Ada’s Watch", text.format(*said), bike=False)
        for said in (
            ("28", "Watch6,2", "10.1"),
            ("99", "Watch6,2", "11.0"),
            ("28", "Watch7,1", "1"),
        )
    )
    assert one == two
    assert one != other
    assert "Watch6,2" in one.identity


# Twice ------------------------------------------------------------------------------------------


def test_steps_told_twice_by_one_source_count_once(take: Take, into: Into) -> None:
    done = take(
        steps(600, 0, 600),
        steps(600, 0, 600),
        steps(300, 300, 600),
        steps(400, 480, 720),
    )
    assert sum(values(into, done, Channel.STEPS)) == pytest.approx(600 + 400 * 120 / 240)
    assert why(done)["stretches of steps"] == (3, "told twice by the same source, counted once")


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 900), st.integers(0, 2000)), min_size=1)
)
def test_no_second_is_told_of_twice(stretches: list[tuple[int, int, int]]) -> None:
    start = np.array([one for one, _, _ in stretches], np.int64)
    end = start + np.array([one for _, one, _ in stretches], np.int64)
    value = np.array([float(one) for _, _, one in stretches])
    begins, ends, kept, cut = apple_columns.once(start, end, value)
    assert (begins[1:] >= ends[:-1]).all()
    assert (begins < ends).all()
    covered = np.zeros(2000, bool)
    for one, two in zip(start, end, strict=True):
        covered[one:two] = True
    assert (ends - begins).sum() == covered.sum()
    assert kept.sum() <= value.sum() * (1 + 1e-9)
    assert (kept >= 0).all()
    if cut == 0:
        assert kept.sum() == value.sum()
    else:
        assert (ends - begins).sum() < (end - start).sum()


def test_steps_within_one_second_are_kept(take: Take, into: Into) -> None:
    done = take(steps(2, 0, 0), steps(20, 1, 11))
    assert sum(values(into, done, Channel.STEPS)) == pytest.approx(22)


def test_three_years_then_a_week_more_add_only_that_week(
    into: Into, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.private.os.fsync", lambda _file: None)  # 2,200 files
    monkeypatch.setattr("ingest.importers.taking.SPILL_ROWS", 5_000)
    first, days = dt.date(2023, 10, 1), 1096
    short, long = tmp_path / "short.xml", tmp_path / "long.zip"
    apple_writer.write(short, first, days, FEW)
    apple_writer.write(long, first, days + 7, FEW)
    before = import_file(short, into)
    assert before.rows > days * 10
    entries = len(Entries(into.home).read())
    files = {path: path.read_bytes() for path in recording_paths(into.home)}
    again = import_file(short, into)
    assert again.rows == 0
    after_all = import_file(long, into)
    assert after_all.here == again.here
    assert 0 < after_all.rows < before.rows / 100
    assert len(Entries(into.home).read()) == entries + 1  # the body mass of one Monday
    assert all(path.read_bytes() == content for path, content in files.items())
    assert import_file(long, into).rows == 0


# XML that is not quite --------------------------------------------------------------------------


def test_vertical_tabs_and_a_broken_document_type_are_read(take: Take) -> None:
    odd = record("HeartRate", 70, START, unit="count/min", source="Tab\x0bTab")
    assert take(odd).rows == 1


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<!DOCTYPE HealthData [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', "&b;"),
        ('<!DOCTYPE HealthData [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        ('<!DOCTYPE HealthData [<!ENTITY % a SYSTEM "http://x.invalid/"> %a;]>', ""),
        ('<!DOCTYPE HealthData SYSTEM "http://x.invalid/a.dtd">', ""),
        ('<!DOCTYPE HealthData PUBLIC "a" "http://x.invalid/a.dtd" []>', ""),
        ("<!DOCTYPE HealthData [<!-- fine -->]>", "&b;"),
        ("<!DOCTYPE HealthData []>", '<!DOCTYPE x [<!ENTITY b "c">]>'),
    ],
)
def test_no_entity_is_ever_followed(head: str, body: str, into: Into, tmp_path: Path) -> None:
    beat = record("HeartRate", 70, START, unit="count/min")
    file = tmp_path / "export.xml"
    file.write_text(f"<?xml version='1.0'?>{head}<HealthData>{body}{beat}</HealthData>")
    with pytest.raises(IngestError, match=r"no export|is damaged|ends too early"):
        import_file(file, into)
    assert not into.home.exists()


@pytest.mark.parametrize(
    "body",
    [
        "<a>" * 100,
        "".join(f"<a{number}/>" for number in range(6_000)),
        "".join(f'<Record type="t{number}"/>\n' for number in range(6_000)),
        "".join(
            record("HeartRate", 70, START, unit="count/min", source=f"s{number}")
            for number in range(1_100)
        ),
    ],
    ids=["depth", "names", "types", "sources"],
)
def test_what_would_fill_the_memory_is_no_export(body: str, take: Take, into: Into) -> None:
    with pytest.raises(IngestError, match="is no export of Apple Health"):
        take(body)
    assert not into.home.exists()


def test_endless_tags_and_comments_are_no_export(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.importers.apple_records.LONGEST_BYTES", 1 << 19)
    for body in ("<!-- " + "< " * (1 << 20), '<Record type="' + "x" * (1 << 20)):
        with pytest.raises(IngestError, match="is no export of Apple Health"):
            take(body)


def test_an_export_cut_short_says_how_far_it_can_be_read_and_changes_nothing(
    into: Into, tmp_path: Path
) -> None:
    content = document(*(record("HeartRate", 70, after(n), unit="count/min") for n in range(9_000)))
    file = tmp_path / "export.xml"
    file.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(IngestError, match=r"ends too early, after 2.\d MB") as caught:
        import_file(file, into)
    assert "Free some space on the phone" in caught.value.advice
    middle = content.index(b" <Record", len(content) // 2)
    file.write_bytes(content[:middle] + b"<" + content[middle:])
    with pytest.raises(IngestError, match=r"is damaged: of its 3.\d MB some [12].\d can be read"):
        import_file(file, into)
    assert not into.home.exists()


def test_clinical_documents_and_other_zips_are_not_exports(into: Into, tmp_path: Path) -> None:
    file = tmp_path / "export_cda.xml"
    file.write_text('<?xml version="1.0"?><ClinicalDocument/>')
    with pytest.raises(IngestError):
        import_file(file, into)


def test_progress_comes_to_all_of_it(into: Into, tmp_path: Path) -> None:
    file = tmp_path / "export.xml"
    size = apple_writer.write(file, dt.date(2024, 1, 1), 3)
    seen: list[tuple[int, int]] = []
    told = Into(
        home=into.home, person="ada", now=NOW, progress=lambda done, all_: seen.append((done, all_))
    )
    import_file(file, told)
    assert (size, size) in seen
    assert all(0 <= done <= whole for done, whole in seen)


def test_body_masses_of_absurd_dates_are_left_out(take: Take) -> None:
    old = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
    done = take(
        record("BodyMass", 70, old, unit="kg"),
        record("BodyMass", 70, START, unit="kg"),
        record("BodyMass", 70, NOW + dt.timedelta(days=9), unit="kg"),
    )
    assert done.rows == 1
    assert why(done)["body masses"] == (2, "dated before 2000 or after today")


# Dates and both readers -------------------------------------------------------------------------


@given(st.integers(-8_500_000_000, 8_800_000_000), st.integers(-840, 840))
def test_dates_are_read_as_the_standard_library_reads_them(second: int, away: int) -> None:
    zone = dt.timezone(dt.timedelta(minutes=away))
    at = dt.datetime.fromtimestamp(second, zone)
    found = apple_columns.instants([at.strftime("%4Y-%m-%d %H:%M:%S %z").encode()])
    assert found[0] == second * 10**9


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2026-02-29 07:10:23 +0200",
            "2026-13-01 07:10:23 +0200",
            "2026-05-01 24:10:23 +0200",
        ),
        *("2026-05-01T07:10:23 +0200", "2026-05-01 07:60:23 +0200", "2026-05-01 07:10:23 x0200"),
        *("20150616071916-0700", "2026-05-00 07:10:23 +0200", "2026-05-0a 07:10:23 +0200"),
        "9999-05-01 07:10:23 +0200",
    ],
)
def test_what_is_no_date_is_known_as_none_and_spoils_no_other(text: str) -> None:
    good = b"2026-05-01 07:10:23 +0200"
    found = apple_columns.instants([good, text.encode(), good])
    assert found[0] == found[2] > 0
    assert found[1] == apple_columns.UNREADABLE


TEXTS = st.text("ab <>&'\"é\u00a0", max_size=6)
METADATA = st.sampled_from(["", entry("HKWasUserEntered", "1"), entry("HKWasUserEntered", "0")])
RECORDS = st.builds(
    record,
    st.sampled_from([*KINDS, "FlightsClimbed", "StepCountX"]),
    TEXTS,
    st.just(START),
    unit=TEXTS,
    source=TEXTS,
    device=st.one_of(st.none(), TEXTS, st.just("")),
    inside=st.one_of(METADATA, st.builds(str.__add__, METADATA, st.just(entry("a", "1")))),
)
OTHERS = st.sampled_from(
    [
        apple_writer.workout("Running", 10, START),
        "<!-- " + record("HeartRate", 70, START) + " -->",
        "<![CDATA[" + record("HeartRate", 70, START) + "]]>",
        "<Correlation>" + record("HeartRate", 70, START) + "</Correlation>",
        " <Record value='1' type='HKQuantityTypeIdentifierStepCount'>text</Record>",
        ' <Record\ttype="HKQuantityTypeIdentifierStepCount" value="1"></Record>',
    ]
)


def read_by(content: bytes, tmp_path: Path, *, quick: bool) -> tuple[object, ...]:
    rows: list[Row] = []
    (tmp_path / "x").write_bytes(content)
    with (tmp_path / "x").open("rb") as stream:
        rest = read(stream, KINDS, rows.extend, may_be_typed=("BodyMass",), quick=quick)
    plain = [[html.unescape((one or b"").decode()) for one in row] for row in rows]
    for row in plain:
        row[2] = row[2].partition(">, ")[2] or row[2]  # the address
    return sorted(plain), rest.others, rest.typed, rest.workouts


@given(records=st.lists(st.one_of(RECORDS, OTHERS), max_size=12), chunk=st.integers(20, 2_000))
@settings(max_examples=200)
def test_both_readers_tell_the_same_of_any_document_cut_anywhere(
    records: list[str], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("x")
    content = document(*records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.importers.apple_records.CHUNK_BYTES", chunk)
        assert read_by(content, folder, quick=True) == read_by(content, folder, quick=False)


WHOLE = document(steps(3, 0, 60), apple_writer.workout("Running", 9, START))
SPOILT = st.builds(
    lambda at, dropped, some: WHOLE[:at] + some + WHOLE[at + dropped :],
    st.integers(0, len(WHOLE)),
    st.integers(0, 30),
    st.binary(max_size=20),
)


@given(content=st.one_of(st.binary(max_size=400).map(b"<HealthData>".__add__), SPOILT))
@settings(max_examples=150)
def test_any_bytes_are_an_export_or_a_sentence(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    file = folder / "export.xml"
    file.write_bytes(content)
    where = Into(home=folder / "home", person="ada", now=NOW)
    try:
        said = import_file(file, where).text
    except IngestError as error:
        said = str(error)
    assert said


def test_a_document_without_an_end_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(document()[:-3])
    with file.open("rb") as stream, pytest.raises(BrokenExportError):
        read(stream, KINDS, lambda _rows: None)
