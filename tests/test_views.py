"""The pages over weeks of every status, and what their buttons ask for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.week import Gap, WeekReport
from dashboard import charts, scorecard, theme, tiles, wording
from dashboard.demo import Progress
from dashboard.errors import DashboardError
from dashboard.shown import Around, CollectorStatus, Preview, Seen, SensorNotes
from dashboard.views import pairing, sensors
from devices import PROFILES
from devices.profile import Placement
from devices.rsc_counts import Counted
from ingest.entries import Assignment
from ingest.live import LiveValue
from ingest.shake import Shaking
from tests import fake_data, sample_week
from tests.fake_data import FakeData

SCRIPT_S = 30.0
SCALE = PROFILES["weight_scale"]
ENDINGS = ("-pod", "-hr", "-leg")


@dataclass
class Scanning(FakeData):
    """A fake with other sensors in the air; a scale among them may say a weight."""

    air: tuple[Seen, ...] = ()
    weight: LiveValue | None = None

    def scan(self, seconds: float = 4.0) -> Around:
        return Around(sensors=self.air, others=0)

    def preview(self, address: str, seconds: float = 4.0) -> Preview:
        found = next(seen for seen in self.air if seen.address == address)
        return Preview(
            title=found.title,
            placements=found.placements,
            default_counts=found.counts,
            live=(self.weight,) if self.weight else (),
        )


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def week_page(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import this_week
        from tests.fake_data import data

        this_week.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def opened(page: AppTest, *keys: str) -> AppTest:
    """The page with what is tucked away under these keys."""
    for key in keys:
        page.session_state[key] = True
    return page.run()


def sensors_page(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import sensors
        from tests.fake_data import data

        sensors.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def whole_app(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard import shell
        from tests.fake_data import data

        shell.show(data(fake))

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(markup: str) -> _Words:
    words = _Words()
    words.feed(re.sub(r"<style>.*?</style>", "", markup, flags=re.DOTALL))
    return words


def text_of(page: AppTest) -> str:
    """Everything that the page says in HTML, as a person reads it."""
    bodies = [str(element.proto.body) for element in page.get("html")]
    return " ".join("\n".join(parsed("".join(bodies)).words).split())


def with_week(name: str, **more: object) -> FakeData:
    fake = FakeData(fake_data.history(sample_week.WEEKS[name]))
    for key, value in more.items():
        setattr(fake, key, value)
    return fake


# --- this week ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sample_week.WEEKS)
def test_a_week_of_every_status_says_its_headline_its_status_and_what_it_is_not(name: str) -> None:
    report = sample_week.WEEKS[name]()
    page = week_page(with_week(name))
    assert not page.exception
    said = text_of(page)
    for words in (
        wording.headline(report),
        wording.status_title(report),
        wording.status_sentence(report),
        wording.strip_text(report),
        wording.trend_text(report),
        report.disclaimer,
        report.data_hash[:16],
    ):
        assert " ".join(words.split()) in said


def test_done_left_and_unknown_stand_side_by_side_and_add_up() -> None:
    report = sample_week.at_least()
    said = text_of(week_page(with_week("at least")))
    assert "At least 55 points done" in said
    assert "5 points not seen" in said
    assert "40 points not measured" in said
    assert sum(wording.shares(report)) == pytest.approx(wording.points_total(report))


def test_every_line_shows_value_target_points_evidence_coverage_and_source() -> None:
    said = text_of(week_page(with_week("partial")))
    report = sample_week.partial()
    for line in report.components:
        assert line.title in said
        assert wording.value_text(line) in said
        assert line.target_text in said
        assert wording.points_text(line) in said
        assert f"Evidence {wording.evidence_text(line.evidence)}" in said
        assert wording.basis_text(line, report).replace("\N{NO-BREAK SPACE}", " ") in said
        assert line.source in said


def test_a_line_that_is_not_measured_stands_apart_with_the_reason_and_no_number() -> None:
    said = text_of(week_page(with_week("at least")))
    apart = said[said.index(wording.NOT_MEASURED) :]
    assert "Strength days" in apart
    assert sample_week.NO_LOG in apart
    assert "20 not scored" in apart


@pytest.mark.parametrize("name", ["partial", "at least", "so far"])
def test_only_a_complete_week_can_have_missed_something(name: str) -> None:
    said = text_of(week_page(with_week(name)))
    assert "points not reached" not in said
    assert "points not reached" in text_of(week_page(with_week("complete")))


def test_a_day_without_a_recording_is_unknown_and_never_a_zero() -> None:
    report = sample_week.at_least()
    for day, row in zip(report.days, wording.day_table(report), strict=True):
        if not day.recorded:
            assert row["Status"] == "not recorded"
            assert not re.search(r"\d", row["Dose, step-eq"] + row["Coverage"] + row["Steps"])


def test_the_week_can_be_walked_with_two_buttons_and_jumped_with_a_list() -> None:
    fake = with_week("so far")
    page = week_page(fake)
    assert "This week" in text_of(page)
    earlier, later = (button_of(page, label) for label in ("← Earlier", "Later →"))
    assert later.disabled
    page = earlier.click().run()
    assert "Week 46, 2026" in text_of(page)
    assert fake.done[-1] == ("week", "anna", "2026-W46")
    page = page.selectbox(key="week-anna").set_value("2026-W45").run()
    assert "Nothing recorded this week" in text_of(page)
    assert button_of(page, "← Earlier").disabled


def test_a_week_is_scored_once_for_each_data_version() -> None:
    fake = with_week("complete")
    page = week_page(fake)
    page.run()
    assert fake.done.count(("week", "anna", "2026-W47")) == 1
    fake.count += 1
    page.run()
    assert fake.done.count(("week", "anna", "2026-W47")) == 2


def test_pdf_and_csv_are_one_click_away() -> None:
    page = week_page(with_week("complete"))
    labels = [str(element.proto.label) for element in page.get("download_button")]
    assert labels == ["Download PDF", "Download CSV"]


def test_each_chart_has_its_words_and_a_table_that_is_built_when_it_is_opened() -> None:
    page = week_page(with_week("partial"))
    assert len(page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")) == 2
    assert "Of 7 days: 2 not recorded, 5 valid" in text_of(page)
    before = text_of(page)
    assert "Dose, step-eq" not in before
    said = text_of(opened(page, "days-table", "weeks-table", "beside-table"))
    tables = (
        wording.day_table(sample_week.partial()),
        wording.trend_table(sample_week.partial()),
        wording.beside_table(sample_week.partial()),
    )
    for table in tables:
        for name in table[0]:
            assert name in said


def test_a_page_gets_to_its_end_while_new_data_comes_in_all_the_time() -> None:
    fake = with_week("no data", loads=True)
    page = week_page(fake)
    assert not page.exception
    said = text_of(page)
    for words in ("Against the targets", "Last four weeks", "Gaps", sample_week.DISCLAIMER[:60]):
        assert words in said


def test_a_week_in_which_nothing_was_recorded_has_no_gaps_to_speak_of() -> None:
    said = text_of(week_page(with_week("no data")))
    assert "Gaps Nothing was recorded." in said
    assert "No gaps" not in said


def test_the_trend_says_once_that_nothing_was_recorded_and_marks_lower_bounds() -> None:
    said = text_of(week_page(with_week("at least")))
    assert "W45: nothing recorded; W46: 58 of 80 (partial); W47: at least 55 of 60." in said
    assert "≥ and pale: a lower bound" in said
    frame = charts.trend_frame(sample_week.at_least())
    assert frame["at_least"].to_list() == [False, False, False, True]
    assert frame["dose_text"].to_list()[-1] == "≥\N{NO-BREAK SPACE}6,210"
    assert "lower bound, what" not in text_of(week_page(with_week("complete")))


def test_without_a_sensor_the_page_says_what_to_do() -> None:
    page = week_page(with_week("no data", running=False))
    assert "choose Scan" in page.info[0].value


def test_with_sensors_and_nothing_running_one_click_starts_recording() -> None:
    fake = with_week("complete", running=False, sensors=fake_data.three_sensors())
    button_of(week_page(fake), "Start recording").click().run()
    assert ("start",) in fake.done


def test_the_sensors_that_are_not_well_are_named_in_one_line_with_the_way_to_live() -> None:
    fake = with_week("complete", sensors=fake_data.three_sensors(), recording=True)
    page = week_page(fake)
    said = text_of(page)
    assert "Recording 3 sensors, over virtual." in said
    assert f"Motion sensor: {tiles.STATES['stale'].lower()}" in said
    assert f"Heart rate strap: {tiles.STATES['lost'].lower()}" in said
    assert [str(link.proto.label) for link in page.get("page_link")] == ["Open Live"]


def test_an_address_opens_a_week_once_and_then_the_picker_says() -> None:
    page = week_page(with_week("complete"))
    page.query_params["week"] = "2026-W46"
    page = page.run()
    assert "Week 46, 2026" in text_of(page)
    page = page.selectbox(key="week-anna").set_value("2026-W45").run()
    assert "Nothing recorded this week" in text_of(page)


# --- the shell ----------------------------------------------------------------------------------


def test_the_demo_is_marked_in_the_sidebar_and_on_the_page() -> None:
    fake = with_week("demo", demo=True, loading=Progress(done=3, total=12, text="Week 3 of 12"))
    page = whole_app(fake)
    assert not page.exception
    assert text_of(page).count("DEMO") >= 2
    assert "DEMO" not in text_of(whole_app(with_week("complete")))


def test_an_error_is_one_sentence_with_the_next_step() -> None:
    fake = with_week("complete")
    fake.error = DashboardError("The store is busy.", "Try again in a minute.")
    page = whole_app(fake)
    assert not page.exception
    assert page.error[0].value == wording.plain("The store is busy. Try again in a minute.")


def test_the_person_is_chosen_in_the_sidebar() -> None:
    fake = with_week("complete")
    whole_app(fake).selectbox(key="person").set_value("bo").run()
    assert fake.done[-1] == ("week", "bo", "2026-W47")


# --- sensors ------------------------------------------------------------------------------------


def test_a_sensor_is_paired_in_three_clicks_and_its_live_value_comes_before_saving() -> None:
    fake = FakeData({})
    page = sensors_page(fake)
    page = page.button(key="scan").click().run()
    page = page.button(key="choose-C0:FF:EE:00:00:01").click().run()
    assert "96 steps/min" in text_of(page)
    page = page.button(key="save").click().run()
    assert not page.exception
    address = "C0:FF:EE:00:00:01"
    assert fake.done == [
        ("scan",),
        ("preview", address),
        ("pair", address, "right-foot", "anna", 0.0, "strides"),
    ]
    assert "FOOT POD-new" in text_of(page)


def test_a_scan_starts_what_it_needs() -> None:
    fake = FakeData({}, running=False)
    sensors_page(fake).button(key="scan").click().run()
    assert fake.done == [("start",), ("scan",)]


def test_a_scan_that_fails_says_why_and_offers_the_scan_again() -> None:
    fake = FakeData({}, error=DashboardError("Bluetooth is off.", "Switch it on and scan again."))
    page = sensors_page(fake).button(key="scan").click().run()
    assert page.error[0].value == wording.plain("Bluetooth is off. Switch it on and scan again.")
    assert page.button(key="scan")


def test_a_sensor_without_a_live_value_can_still_be_saved() -> None:
    fake = FakeData({})
    page = sensors_page(fake).button(key="scan").click().run()
    fake.error = DashboardError("It did not answer.", "Wake it and read again.")
    page = page.button(key="choose-C0:FF:EE:00:00:02").click().run()
    assert "Wake it and read again." in text_of(page)
    fake.error = None
    page.button(key="save").click().run()
    assert fake.done[-1] == ("pair", "C0:FF:EE:00:00:02", "chest", "anna", 0.0, None)


def test_recording_starts_and_stops_with_one_button() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors())
    page = sensors_page(fake).button(key="record").click().run()
    assert fake.done[-1] == ("record", True)
    page.button(key="record").click().run()
    assert fake.done[-1] == ("record", False)


def test_a_paired_sensor_shows_state_place_battery_and_damaged_messages() -> None:
    said = text_of(sensors_page(FakeData({}, sensors=fake_data.three_sensors())))
    for words in (
        "Worn by Anna Schröder, right foot",
        "Battery 82 %",
        "1,234 messages, 3 damaged",
        tiles.STATES["lost"],
    ):
        assert words in said


def test_a_card_says_the_battery_once_and_metres_with_two_decimals() -> None:
    said = " ".join(parsed(tiles.card(fake_data.three_sensors()[0], "Anna")).words)
    assert said.casefold().count("battery") == 1
    assert "1.40" in said


def test_a_sensor_that_is_off_shows_what_is_known_with_its_age_and_counts_nothing() -> None:
    off = replace(
        fake_data.sensor("pod", "Foot pod", "right-foot", "off"),
        notifications=None,
        malformed=None,
        live=(),
    )
    later = fake_data.NOON + dt.timedelta(hours=3)
    said = " ".join(parsed(tiles.card(off, "Anna", now=later)).words)
    assert "Battery 82\N{NO-BREAK SPACE}% (" in said
    assert said.count(", 3 h ago") == 2
    assert "Not listening" in said
    assert "messages" not in said


def test_a_sensor_is_forgotten_only_after_a_second_click() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors())
    page = sensors_page(fake).button(key="forget-pod").click().run()
    assert ("forget", "pod") not in fake.done
    page.button(key="yes-pod").click().run()
    assert ("forget", "pod") in fake.done


def test_an_assignment_is_changed_and_the_rest_of_it_kept() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="change-pod").click().run()
    page.selectbox(key="place-change-pod").set_value("left-foot")
    page = page.radio(key="when-pod").set_value(sensors.WRONG).run()
    button_of(page, "Save").click().run()
    said = {"placement": "left-foot", "person": "anna", "load_kg": 0.0, "counts": "strides"}
    assert fake.done[-1] == ("assign", "pod", {**said, "since": None})


def test_a_change_from_a_day_on_is_told_from_a_correction() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="change-pod").click().run()
    page = page.radio(key="when-pod").set_value(sensors.FROM).run()
    page.date_input(key="from-pod").set_value(dt.date(2026, 11, 2))
    button_of(page, "Save").click().run()
    assert fake.done[-1][2]["since"] == dt.date(2026, 11, 2)  # type: ignore[index]


def with_history() -> FakeData:
    first = Assignment(
        since=fake_data.NOON,
        person="anna",
        placement=Placement.RIGHT_FOOT,
        load_kg=0.0,
        counts=None,
    )
    second = replace(first, since=fake_data.NOON + dt.timedelta(days=2), person="bo", load_kg=5.0)
    gap = Gap(
        sensor="pod",
        start=fake_data.NOON,
        end=fake_data.NOON + dt.timedelta(minutes=4),
        reason="the link was lost",
    )
    notes = SensorNotes(assignments=(first, second), gaps=(gap,), days_left=12.4)
    return FakeData({}, sensors=fake_data.three_sensors()[:1], notes_by_key={"pod": notes})


def test_the_history_of_a_sensor_is_listed_and_its_gaps_of_today_and_its_battery() -> None:
    said = text_of(sensors_page(with_history()))
    assert "From 19 November 2026, 12:00: right foot, Anna Schröder" in said
    assert "From 21 November 2026, 12:00: right foot, Bo, carrying 5 kg" in said
    assert "(4 min, the link was lost)" in said
    assert "about 12 days left, if it is used as it was" in said


def test_an_assignment_of_the_past_is_corrected() -> None:
    fake = with_history()
    page = sensors_page(fake).button(key="correct-pod-0").click().run()
    page.date_input(key="began-pod").set_value(dt.date(2026, 11, 20))
    button_of(page, "Save correction").click().run()
    assert fake.done[-1][:2] == ("assign", "pod")
    said = fake.done[-1][2]
    assert isinstance(said, dict)
    assert said["correct"] == fake_data.NOON + dt.timedelta(days=2)
    assert said["since"] == dt.date(2026, 11, 20)
    assert said["person"] == "bo"


def test_an_assignment_is_removed_only_after_a_second_click() -> None:
    fake = with_history()
    page = sensors_page(fake).button(key="remove-pod-0").click().run()
    assert fake.done == []
    page.button(key="removed-pod-0").click().run()
    assert fake.done == [("unassign", "pod", fake_data.NOON + dt.timedelta(days=2))]


def test_a_pod_that_seems_to_count_otherwise_is_changed_with_one_button() -> None:
    notes = SensorNotes(doubt=Counted(counts="steps", reason="At 1.4 m/s it sends 110 a minute."))
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1], notes_by_key={"pod": notes})
    page = sensors_page(fake)
    assert "seems to count steps, but is set to strides. At 1.4 m/s" in text_of(page)
    page.button(key="counts-pod").click().run()
    assert fake.done == [("recount", "pod", "steps")]


def test_a_sensor_is_renamed() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="rename-pod").click().run()
    page.text_input[0].set_value("Left shoe")
    button_of(page, "Save name").click().run()
    assert fake.done == [("rename", "pod", "Left shoe")]


def test_a_sensor_is_replaced_by_one_of_its_kind_that_somebody_chose() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="replace-pod").click().run()
    assert "Wake the new sensor, then choose Scan for it." in text_of(page)
    page = page.button(key="look-pod").click().run()
    offered = page.selectbox(key="by-pod")
    assert offered.value is None
    assert offered.options == [f"StridePod 4F …00:01: {wording.signal_text(-58)}"]
    assert not [button for button in page.button if "in the place of" in button.label]
    page = offered.set_value("C0:FF:EE:00:00:01").run()
    put = page.button(key="replace-now-pod")
    assert put.label == wording.plain("Put 'StridePod 4F …00:01' in the place of FOOT POD-pod")
    put.click().run()
    assert fake.done[-1] == ("replace", "pod", "C0:FF:EE:00:00:01")


def test_a_sensor_of_another_kind_is_never_offered_as_a_replacement() -> None:
    scale = fake_data.sensor("scale", "Weighing scale", "floor", "streaming")
    page = sensors_page(
        FakeData({}, sensors=(replace(scale, title=SCALE.title, profiles=(SCALE.key,)),))
    )
    page = page.button(key="replace-scale").click().run()
    page = page.button(key="look-scale").click().run()
    assert f"The last scan found no other {SCALE.title}." in text_of(page)
    assert not page.selectbox


@pytest.mark.parametrize("button", ["change-pod", "rename-pod", "replace-pod"])
def test_a_refusal_is_told_where_it_was_asked_for(button: str) -> None:
    class Refusing(FakeData):
        def refuse(self, *_: object, **__: object) -> str:
            raise DashboardError("That does not fit.", "Choose another.")

        assign = rename = replace = refuse  # type: ignore[assignment]

    page = sensors_page(Refusing({}, sensors=fake_data.three_sensors()[:1]))
    page = page.button(key=button).click().run()
    if button == "replace-pod":
        page = page.button(key="look-pod").click().run()
        page = page.selectbox(key="by-pod").set_value("C0:FF:EE:00:00:01").run()
    last = [one for one in page.button if re.match(r"Save|Put ", one.label)][-1]
    page = last.click().run()
    assert not page.exception
    assert page.error[0].value == wording.plain("That does not fit. Choose another.")
    assert sensors.ASKED in page.session_state  # and the dialog is still there


def test_a_sensor_that_was_forgotten_keeps_its_history_on_the_page() -> None:
    fake = with_history()
    fake.gone, fake.sensors = fake.sensors, ()
    page = sensors_page(fake)
    assert not page.exception
    assert "No longer listened to" in text_of(page)
    assert "From 19 November 2026" in text_of(page)


def test_the_sensor_that_is_shaken_is_chosen_and_its_values_shown() -> None:
    fake = FakeData({}, search=(Shaking(phase="shake", text="Now shake the one you mean"), None))
    page = sensors_page(fake).button(key="shake").click().run()
    assert "Now shake the one you mean" in text_of(page)
    fake.search = (Shaking(phase="done", text="This one moved."), fake_data.AIR[0])
    page = page.run()
    assert fake.done == [("shake",), ("preview", "C0:FF:EE:00:00:01")]
    assert "96 steps/min" in text_of(page)
    page.button(key="save").click().run()
    assert fake.done[-1][0] == "pair"


def test_when_none_or_several_moved_the_page_says_so() -> None:
    fake = FakeData({}, search=(Shaking(phase="done", text="2 sensors moved."), None))
    page = sensors_page(fake).button(key="shake").click().run()
    assert "2 sensors moved." in text_of(page)
    assert page.button(key="shake")


def test_other_bluetooth_devices_are_counted() -> None:
    said = text_of(sensors_page(FakeData({}, others=3)).button(key="scan").click().run())
    assert "3 other Bluetooth devices were heard" in said


def test_what_a_walking_pod_seems_to_count_is_proposed_with_the_reason() -> None:
    fake = FakeData({}, counted=Counted(counts="steps", reason="So it seems to count steps."))
    page = sensors_page(fake).button(key="scan").click().run()
    page = page.button(key="choose-C0:FF:EE:00:00:01").click().run()
    assert "So it seems to count steps." in text_of(page)
    page.button(key="save").click().run()
    assert fake.done[-1][-1] == "steps"


def test_the_headline_and_the_cards_come_from_one_look_at_the_collector() -> None:
    class Counting(FakeData):
        looks = 0

        def status(self) -> CollectorStatus:
            self.looks += 1
            said = f"Recording {self.looks} of 3 sensors."
            state = "streaming" if self.looks % 2 else "lost"
            worn = tuple(replace(one, state=state) for one in self.sensors)
            return replace(super().status(), message=said, sensors=worn)

    fake = Counting({}, sensors=fake_data.three_sensors())
    page = sensors_page(fake)
    for look, state in ((1, "streaming"), (2, "lost"), (3, "streaming")):
        said = text_of(page)
        assert fake.looks == look
        assert f"Recording {look} of 3 sensors." in said
        assert said.count(tiles.STATES[state]) == 3
        page.run()


def test_the_headline_is_anew_once_recording_stopped_or_the_first_sensor_is_saved() -> None:
    fake = FakeData({}, recording=True)
    page = sensors_page(fake)
    assert "Recording 3 sensors" in text_of(page)
    page = page.button(key="record").click().run()
    assert "Recording is paused" in text_of(page)
    assert button_of(page, "Start recording")


def test_the_cards_are_in_the_order_of_their_names() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors())
    before = [name for name in text_of(sensors_page(fake)).split() if name.endswith(ENDINGS)]
    fake.sensors = fake.sensors[::-1]
    after = [name for name in text_of(sensors_page(fake)).split() if name.endswith(ENDINGS)]
    assert before == after == ["POD-pod", "STRAP-hr", "SENSOR-leg"]


def test_what_a_scan_found_is_in_an_order_that_a_little_signal_does_not_change() -> None:
    pod, strap = fake_data.AIR
    other = replace(pod, address="C0:FF:EE:00:00:00", rssi=-59)
    far = replace(pod, address="AA:FF:EE:00:00:00", rssi=-85)
    page = sensors_page(Scanning({}, air=(strap, far, pod, other)))
    first = [b.key for b in page.button(key="scan").click().run().button]
    page = sensors_page(Scanning({}, air=(replace(other, rssi=-55), far, strap, pod)))
    again = [b.key for b in page.button(key="scan").click().run().button]
    assert [key for key in first if str(key).startswith("choose")] == [
        f"choose-{one.address}" for one in (other, pod, far, strap)
    ]
    assert again == first


def test_a_card_is_headed_by_its_name_and_says_its_kind_once() -> None:
    pod = fake_data.three_sensors()[0]
    assert tiles.card(replace(pod, name="Left shoe"), "Anna").index("<h2>Left shoe</h2>") < (
        tiles.card(replace(pod, name="Left shoe"), "Anna").index(">Foot pod<")
    )
    for name in ("Foot pod", "foot pod", ""):
        markup = tiles.card(replace(pod, name=name), "Anna")
        assert markup.casefold().count("foot pod") == 1


@pytest.mark.parametrize(
    ("messages", "damaged", "said"),
    [
        (72, 0, "72 messages, none damaged"),
        (1, 1, "1 message, 1 damaged"),
        (1234, None, "1,234 messages"),
    ],
)
def test_messages_are_counted_in_plain_words(messages: int, damaged: int | None, said: str) -> None:
    pod = replace(fake_data.three_sensors()[0], notifications=messages, malformed=damaged)
    assert f">{said}<" in tiles.card(pod, "Anna")


def test_a_sensor_can_only_be_put_where_its_kind_may_sit() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="change-pod").click().run()
    places = page.selectbox(key="place-change-pod")
    assert places.label == "Where is it worn?"
    assert places.options == ["right foot", "left foot", "right ankle", "left ankle"]
    assert [field.label for field in page.number_input] == ["Load carried, kg"]


def test_what_stands_by_itself_is_not_worn_and_carries_no_load() -> None:
    scale = replace(
        fake_data.sensor("scale", "Scale", "floor", "streaming"),
        title=SCALE.title,
        profiles=(SCALE.key,),
        load_kg=5.0,
    )
    fake = FakeData({}, sensors=(scale,))
    page = sensors_page(fake)
    assert "Used by Anna Schröder, floor" in text_of(page)
    page = page.button(key="change-scale").click().run()
    assert [field.label for field in page.selectbox] == ["Where is it?", "Whose is it?"]
    assert page.selectbox(key="place-change-scale").options == ["floor"]
    assert not page.number_input
    page.button(key="save-scale").click().run()
    assert fake.done[-1][2]["load_kg"] == 0.0  # type: ignore[index]


def test_a_change_says_what_it_replaces_before_it_is_saved() -> None:
    fake = with_history()
    page = sensors_page(fake).button(key="change-pod").click().run()
    assert page.radio(key="when-pod").value == sensors.NOW
    assert "and replaces:" not in text_of(page)
    page = page.radio(key="when-pod").set_value(sensors.FROM).run()
    page = page.date_input(key="from-pod").set_value(dt.date(2026, 11, 21)).run()
    said = text_of(page).partition("It holds for all of Saturday 21 November and replaces: ")[2]
    assert said.startswith("From 21 November 2026, 12:00: right foot, Bo, carrying 5 kg")
    assert "From 19 November" not in said
    assert fake.done == []


def test_a_change_holds_from_now_on_unless_somebody_says_otherwise() -> None:
    fake = FakeData({}, sensors=fake_data.three_sensors()[:1])
    page = sensors_page(fake).button(key="change-pod").click().run()
    before = dt.datetime.now(dt.UTC)
    button_of(page, "Save").click().run()
    since = fake.done[-1][2]["since"]  # type: ignore[index]
    assert isinstance(since, dt.datetime)
    assert before <= since <= dt.datetime.now(dt.UTC)


def test_a_correction_says_which_other_row_it_replaces() -> None:
    page = sensors_page(with_history()).button(key="correct-pod-0").click().run()
    assert "and replaces:" not in text_of(page)
    page = page.date_input(key="began-pod").set_value(dt.date(2026, 11, 19)).run()
    assert "replaces: From 19 November 2026, 12:00: right foot, Anna" in text_of(page)


def test_what_was_read_before_saving_says_how_old_it_is() -> None:
    page = sensors_page(FakeData({})).button(key="scan").click().run()
    page = page.button(key="choose-C0:FF:EE:00:00:01").click().run()
    assert "Read 0 s ago." in text_of(page)
    page.session_state[pairing.READ_AT] -= 7.0
    said = text_of(page.run())
    assert re.search(r"Read [78] s ago\. Choose Read again", said)
    page = page.button(key="again").click().run()
    assert "Read 0 s ago." in text_of(page)


def test_a_scale_that_nobody_stands_on_says_to_step_on_it() -> None:
    air = replace(fake_data.AIR[1], title=SCALE.title, profiles=(SCALE.key,), placements=("floor",))
    fake = Scanning({}, air=(air,))
    page = sensors_page(fake).button(key="scan").click().run()
    page = page.button(key=f"choose-{air.address}").click().run()
    assert "Step on it to see a weight" in text_of(page)
    fake.weight = LiveValue(label="body mass", value=71.3, unit="kg", age_s=0.1)
    page = page.button(key="again").click().run()
    assert "71.3 kg" in text_of(page)
    assert "Step on it" not in text_of(page)


def test_each_state_has_a_shape_of_its_own() -> None:
    rules = [re.search(rf"\.ll-state\.{s}[^{{]*\{{([^}}]*)\}}", theme.css()) for s in tiles.STATES]
    shapes = [re.sub(r"var\(--\w+\)|border-color:[^;]*;", "", rule[1]) for rule in rules if rule]
    assert len(set(shapes)) == len(tiles.STATES) == 6


@pytest.mark.parametrize("state", tiles.STATES)
def test_each_state_is_a_word_a_shape_and_a_sentence(state: str) -> None:
    sensor = replace(fake_data.sensor("pod", "Foot pod", "right-foot", state), detail="")
    markup = tiles.card(sensor, "Anna")
    words = " ".join(parsed(markup).words)
    assert tiles.STATES[state] in words
    assert wording.state_detail(state, "") in words
    assert f'class="ll-state {state}"><i>' in markup


def test_a_low_battery_says_what_to_do() -> None:
    sensor = replace(fake_data.three_sensors()[0], battery_percent=14.0)
    assert "charge it" in " ".join(parsed(tiles.card(sensor, "Anna")).words)
    assert "charge it" not in tiles.card(fake_data.three_sensors()[0], "Anna")


def test_values_that_are_true_or_false_are_said_as_yes_and_no() -> None:
    live = LiveValue(label="running", value=1.0, unit="yes or no", age_s=0.1)
    assert wording.live_text(live) == "running yes"
    assert wording.live_text(replace(live, value=0.0)) == "running no"
    assert wording.live_text(replace(live, value=None)) == "running unknown"


# --- text from outside --------------------------------------------------------------------------


def test_names_from_the_air_never_become_markup() -> None:
    fake = FakeData({})
    page = sensors_page(fake).button(key="scan").click().run()
    bodies = "".join(str(element.proto.body) for element in page.get("html"))
    assert "b>" not in bodies.partition("example.org")[2][:20]
    assert "img" not in parsed(bodies).tags
    assert "![x](http://example.org/x.png)<b>" in text_of(page)


def test_plain_text_has_no_markdown_left() -> None:
    assert wording.plain("![x](http://a) **b** :smile: $1$") == (
        r"\!\[x\]\(http\:\/\/a\) \*\*b\*\* \:smile\: \$1\$".replace(r"\/", "/")
    )


@pytest.mark.parametrize("build", sample_week.WEEKS.values())
def test_hostile_text_in_a_week_stays_text(build: Callable[[], WeekReport]) -> None:
    markup = scorecard.lines(build()) + scorecard.record(build()) + scorecard.foot(build())
    assert not {"script", "img", "iframe"} & parsed(markup).tags


def test_the_head_of_a_page_starts_below_the_header_that_streamlit_lays_over_it() -> None:
    tops = re.findall(r'stMainBlockContainer"\] \{[^}]*padding: ([\d.]+)rem', theme.css())
    assert len(tops) == 2
    assert min(float(top) for top in tops) > 3.75


def test_the_pages_ask_nobody_outside() -> None:
    assert theme.SERVER_OPTIONS["browser.gatherUsageStats"] is False
    assert theme.SERVER_OPTIONS["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert not re.search(r"https?:|@import|url\(", theme.css())


def button_of(page: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(button for button in page.button if button.label == label)
