"""The Reports page: one week as a file, seen first, and every Monday if that is wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.week import WeekReport
from dashboard import wording
from dashboard.errors import DashboardError
from dashboard.preview import ROWS, first_rows, picture, preview
from dashboard.reports import FORMATS
from dashboard.schedule.runs import note_run
from dashboard.schedule.schedules import EVERYONE
from tests import sample_week
from tests.fake_data import FakeData
from tests.test_schedule import NOW, MadeUp, schedules
from tests.test_views import SCRIPT_S, button_of, text_of, with_week

PNG = b"\x89PNG\r\n"


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def reports_page(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import reports
        from tests.fake_data import data

        reports.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


# --- the preview --------------------------------------------------------------------------------


@pytest.mark.parametrize("build", sample_week.WEEKS.values(), ids=sample_week.WEEKS)
def test_a_week_of_every_status_has_a_picture_and_first_rows(
    build: Callable[[], WeekReport],
) -> None:
    report = build()
    assert picture(report).startswith(PNG)
    rows = first_rows(FORMATS["csv"].write(report))
    assert len(rows) == ROWS
    assert rows[0]["person"] == report.person_name


def test_every_format_can_be_previewed_or_says_that_it_cannot() -> None:
    report = sample_week.complete()
    for form in FORMATS.values():
        shown = preview(report, form, form.write(report))
        assert shown is None or len(shown) > 0


# --- the page -----------------------------------------------------------------------------------


def test_the_last_week_that_is_over_is_shown_first_with_its_file_name() -> None:
    fake = with_week("so far")
    page = reports_page(fake)
    assert not page.exception
    assert fake.done[-1] == ("week", "anna", "2026-W46")
    assert "File: legload-p-anna-2026-W46.pdf" in text_of(page)
    (download,) = page.get("download_button")
    assert str(download.proto.label) == "Download PDF"
    assert len(page.get("image")) == 1


def test_another_week_and_another_format_are_chosen() -> None:
    page = reports_page(with_week("so far"))
    page.selectbox(key="report-week-anna").set_value("2026-W47")
    page = page.selectbox(key="report-format").set_value("csv").run()
    assert "legload-p-anna-2026-W47.csv" in text_of(page)
    (shown,) = page.dataframe
    assert len(shown.value) == ROWS
    assert not page.get("image")


def test_a_demo_report_is_said_to_be_one() -> None:
    said = text_of(reports_page(with_week("complete", demo=True)))
    assert "DEMO" in said
    assert "legload-demo-p-anna" in said


# --- the name, the note -------------------------------------------------------------------------


def test_the_name_is_on_it_only_once_it_is_asked_for() -> None:
    page = reports_page(with_week("complete"))
    assert "Instead of the name it says P-ANNA" in text_of(page)
    page = page.checkbox(key="report-named-anna").check().run()
    assert "File: legload-anna-schroder-2026-W46.pdf" in text_of(page)
    assert "P-ANNA" not in text_of(page)


def test_a_note_is_saved_shown_and_taken_back() -> None:
    fake = with_week("complete")
    page = reports_page(fake)
    page.text_area[0].set_value("Two more *stairs*.")
    page = page.button(key="save-note-anna").click().run()
    assert ("note", "anna", "2026-W46", "Two more *stairs*.") in fake.done
    assert page.success[0].value == wording.plain("Saved.")
    assert page.text_area[0].value == "Two more *stairs*."
    page.text_area[0].set_value("")
    page = page.button(key="save-note-anna").click().run()
    assert page.success[0].value == wording.plain("There is no note now.")
    page.selectbox(key="report-week-anna").set_value("2026-W47").run()
    assert page.text_area[0].value == ""


def test_a_note_that_cannot_be_is_one_sentence() -> None:
    fake = with_week("complete")
    page = reports_page(fake)
    fake.error = DashboardError("The disk is full.", "Free some space.")
    page = page.button(key="save-note-anna").click().run()
    assert any("The disk is full" in one.value for one in page.error)


# --- several, and by e-mail ---------------------------------------------------------------------


def test_several_weeks_of_everyone_are_made_by_a_job_and_taken_along() -> None:
    fake = with_week("complete")
    page = reports_page(fake)
    page.selectbox(key="many-from-anna").set_value("2026-W45")
    page.selectbox(key="many-to-anna").set_value("2026-W47")
    page.multiselect(key="many-formats-anna").set_value(["csv", "json"])
    page = page.radio(key="many-of-anna").set_value(False).run()
    assert "For a spreadsheet." in text_of(page)
    page.checkbox(key="many-table-anna").check()
    fake.keeping.running = True
    page = button_of(page, "Make the files of 3 weeks").click().run()
    asked = ("reports", None, ("2026-W45", "2026-W47"), ("csv", "json"), False, True)
    assert asked in fake.done
    fake.keeping.running, fake.keeping.result = False, {"weeks": ["2026-W45", "2026-W47"]}
    page = page.run()
    assert not page.exception
    (_, zipped) = page.get("download_button")
    assert str(zipped.proto.label) == "Download the zip"


@pytest.mark.parametrize(
    ("weeks", "chosen"),
    [
        (["2026-W48", "2026-W47", "2026-W45", "2026-W43", "2017-W09"], ("2026-W45", "2026-W47")),
        (["2026-W48", "2017-W10", "2017-W09"], ("2017-W10", "2017-W10")),
        (["2026-W48"], ("2026-W48", "2026-W48")),
    ],
)
def test_the_last_four_weeks_that_are_over_are_chosen_first(
    weeks: list[str], chosen: tuple[str, str]
) -> None:
    fake = with_week("complete")
    report = next(iter(fake.weeks_by_name.values()))
    fake.weeks_by_name = dict.fromkeys(weeks, report)
    page = reports_page(fake)
    assert not page.exception
    found = [page.selectbox(key=f"many-{end}-anna").value for end in ("from", "to")]
    assert found == list(chosen)
    assert "Weeks that hold nothing are left out." in text_of(page)


def test_weeks_that_were_left_out_are_counted_beside_the_zip() -> None:
    fake = with_week("complete")
    fake.keeping.running = True
    page = reports_page(fake).button(key="many-anna").click().run()
    fake.keeping.running = False
    fake.keeping.result = {"weeks": ["2026-W45", "2026-W47"], "left_out": 6}
    page = page.run()
    assert "6 weeks hold nothing and were left out." in text_of(page)


def test_an_unnamed_report_says_to_read_the_note_first() -> None:
    page = reports_page(with_week("complete"))
    assert "Read the note before you hand it over" in text_of(page)
    page = page.checkbox(key="report-named-anna").check().run()
    assert "Read the note before you hand it over" not in text_of(page)


def test_weeks_the_wrong_way_round_are_one_sentence() -> None:
    page = reports_page(with_week("complete"))
    page.selectbox(key="many-from-anna").set_value("2026-W47")
    page = page.selectbox(key="many-to-anna").set_value("2026-W46").run()
    assert "is before" in page.error[0].value
    assert not any(label.startswith("Make the files") for label in labels(page))


def test_nothing_can_be_sent_until_somebody_set_it_up() -> None:
    page = reports_page(with_week("complete"))
    assert "Nothing is set up, so nothing can be sent." in text_of(page)
    assert "Send …" not in labels(page)


def test_a_report_is_sent_only_after_it_was_asked_for_twice() -> None:
    fake = with_week("complete")
    fake.reporting.to = ("doc@example.org",)
    page = button_of(reports_page(fake), "Send …").click().run()
    assert not any(one[0] == "send" for one in fake.done)
    assert "It leaves this computer" in page.warning[0].value
    page = page.selectbox(key="report-week-anna").set_value("2026-W47").run()
    assert "Send it now" not in labels(page)  # what was agreed to was another week
    page = button_of(page, "Send …").click().run()
    page = button_of(page, "Do not send").click().run()
    page = button_of(page, "Send …").click().run()
    fake.keeping.result = {"letters": ["Sent to doc@example.org."]}
    page = button_of(page, "Send it now").click().run()
    assert [one for one in fake.done if one[0] == "send"] == [
        ("send", "anna", "2026-W47", "pdf", False)
    ]
    assert page.success[0].value == "It was sent."


def test_a_mail_server_that_cannot_be_used_is_one_sentence_and_the_rest_is_there() -> None:
    fake = with_week("complete")
    fake.reporting.error = DashboardError("mail.json cannot be used.", "Enter it again.")
    page = reports_page(fake)
    assert not page.exception
    assert any("cannot be used" in one.value for one in page.error)
    assert page.get("download_button")


def test_who_may_see_some_persons_alone_writes_notes_and_sends_nothing() -> None:
    fake = with_week("complete")
    fake.limited = True
    page = reports_page(fake)
    assert "Save the note" in labels(page)
    assert {"Send …", "Make the files of 4 weeks"}.isdisjoint(labels(page))
    assert "Send by e-mail" not in [box.label for box in page.expander]


# --- every Monday -------------------------------------------------------------------------------


def scheduling(tmp_path: Path, platform: str = "linux", refuses: str = "") -> FakeData:
    at = schedules(tmp_path, platform, MadeUp(refuses=refuses))
    return with_week("so far", schedule=at)


def choose(page: AppTest, folder: Path) -> AppTest:
    page.text_input(key="schedule-out-anna").set_value(str(folder))
    return page.button(key="schedule-show-anna").click().run()


def test_the_exact_text_is_shown_before_it_is_installed(tmp_path: Path) -> None:
    fake = scheduling(tmp_path)
    page = choose(reports_page(fake), tmp_path / "out")
    shown = [block.value for block in page.code]
    assert fake.schedule.installed("anna") is None
    page = page.button(key="schedule-anna-install").click().run()
    assert not page.exception
    assert page.success[0].value == wording.plain("Installed.")
    asked = fake.schedule.installed("anna")
    assert asked is not None
    files = fake.schedule.plan(fake.schedule.job(asked)).files
    assert [file.path.read_text().strip() for file in files] == shown[:-1]
    assert f"PDF, every Monday at 07:00, into {tmp_path}/out" in text_of(page)
    assert "It has not run yet." in text_of(page)


def test_what_was_changed_since_it_was_shown_is_not_installed(tmp_path: Path) -> None:
    page = choose(reports_page(scheduling(tmp_path)), tmp_path / "out")
    page = page.text_input(key="schedule-out-anna").set_value(str(tmp_path / "other")).run()
    assert "Install" not in labels(page)
    page = page.button(key="schedule-show-anna").click().run()
    page = page.button(key="schedule-anna-cancel").click().run()
    assert "Install" not in labels(page)


@pytest.mark.parametrize("done", [True, False])
def test_what_the_last_run_said_is_shown_and_the_job_is_removed(tmp_path: Path, done: bool) -> None:
    fake = scheduling(tmp_path)
    at = fake.schedule
    at.install_report(at.wanted("anna", str(tmp_path / "out"), ["csv"]))
    note_run(at.home, at.name("anna"), "The disk <b>is</b> full.", done=done, now=NOW)
    page = reports_page(fake)
    said = text_of(page)
    assert ("The last run failed, " in said) is not done
    assert "The disk <b>is</b> full." in said
    page = button_of(page, "Remove").click().run()
    assert at.installed("anna") is None
    assert "Show what will be installed" in labels(page)


def test_a_job_that_the_computer_lost_is_said_to_be_lost(tmp_path: Path) -> None:
    fake = scheduling(tmp_path)
    plan = fake.schedule.install_report(
        fake.schedule.wanted("anna", str(tmp_path / "out"), ["csv"])
    )
    plan.files[0].path.unlink()
    assert "this computer does not run it" in text_of(reports_page(fake))


def test_without_a_timer_there_is_a_line_for_cron_and_no_button(tmp_path: Path) -> None:
    page = choose(reports_page(scheduling(tmp_path, refuses="show")), tmp_path / "out")
    assert "Install" not in labels(page)
    assert page.code[0].value.startswith("0 7 * * 1 ")
    assert "systemd does not answer" in text_of(page)


def test_what_cannot_be_scheduled_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    page = choose(reports_page(scheduling(tmp_path)), tmp_path / "file")
    assert not page.exception
    assert "is a file, not a folder" in page.error[0].value.replace("\\", "")
    page = reports_page(scheduling(tmp_path, refuses="enable"))
    page = choose(page, tmp_path / "out").button(key="schedule-anna-install").click().run()
    assert "Access is denied" in page.error[0].value


def test_who_may_see_some_persons_alone_schedules_nothing(tmp_path: Path) -> None:
    fake = scheduling(tmp_path)
    fake.limited = True
    assert "Every Monday" not in text_of(reports_page(fake))


def test_another_persons_schedule_is_not_shown(tmp_path: Path) -> None:
    fake = scheduling(tmp_path)
    at = fake.schedule
    at.install_report(at.wanted("bo", str(tmp_path / "bos folder"), ["csv"]))
    note_run(at.home, at.name("bo"), "bos file", done=True, now=NOW - dt.timedelta(days=1))
    said = text_of(reports_page(fake))
    assert "bos" not in said
    assert "Bo" not in said.split()


def test_what_differs_from_the_usual_is_said_and_a_job_of_everyone_is_shown(tmp_path: Path) -> None:
    fake = scheduling(tmp_path)
    fake.reporting.to = ("doc@example.org",)
    at = fake.schedule
    at.install_report(at.wanted(EVERYONE, str(tmp_path / "all"), ["csv"], eml=True))
    page = reports_page(fake)
    page.checkbox(key="schedule-named-anna").check()
    page.checkbox(key="schedule-mail-anna").check()
    page = choose(page, tmp_path / "out").button(key="schedule-anna-install").click().run()
    said = text_of(page)
    assert "with the name on it; sent by e-mail" in said
    assert "of everyone; with a letter to send" in said
    asked = at.installed("anna")
    assert asked is not None
    assert (asked.named, asked.mail, asked.eml) == (True, True, False)
