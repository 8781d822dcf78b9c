"""My data: how a person reads, excused days, and what becomes of it all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.display import Display
from dashboard.views import excused
from ingest.stretches import Scope
from tests.fake_data import FakeData


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def my_data(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import my_data
        from tests.fake_data import data

        my_data.render(data(fake), "anna")

    page = AppTest.from_function(script, default_timeout=30.0, kwargs={"fake": fake}).run()
    assert not page.exception
    return page


def button_of(page: AppTest, label: str) -> Any:
    return next(button for button in page.button if button.label == label)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(page: AppTest) -> str:
    words = _Words()
    for element in page.get("html"):
        words.feed(re.sub(r"<style>.*?</style>", "", str(element.proto.body), flags=re.DOTALL))
    return " ".join(" ".join(words.words).split())


def test_every_section_is_there() -> None:
    said = text_of(my_data(FakeData({})))
    for title in ("Profile", "Body mass", "How you want to read", "Excused days"):
        assert title in said
    for title in ("Import", "Export", "Backup", "Erase"):
        assert title in said


def test_nobody_erases_without_seeing_what_would_go_and_typing_the_name() -> None:
    fake = FakeData({})
    page = my_data(fake)
    assert "Erase now" not in [button.label for button in page.button]
    page = button_of(page, "Show what would go").click().run()
    assert list(fake.done) == [("preview", Scope(person="anna"))]
    assert "Would go: all that is known of one person." in text_of(page)
    assert "copies that you downloaded" in text_of(page)
    page = button_of(page, "Erase now").click().run()
    assert "not the name" in page.error[0].value
    page = page.text_input(key="erase-name-anna-anna").set_value("Bo").run()
    page = button_of(page, "Erase now").click().run()
    assert len(fake.done) == 1
    fake.keeping.result = {"any": 1}
    page = page.text_input(key="erase-name-anna-anna").set_value(" anna schröder").run()
    page = button_of(page, "Erase now").click().run()
    assert fake.done[-1][1] == Scope(person="anna")
    assert "Erased: all that is known of one person." in text_of(page)
    page = button_of(page, "Done").click().run()
    assert fake.done[-1] == ("drop", "job")
    assert not page.exception


def test_what_was_looked_at_is_not_what_is_erased_after_another_choice() -> None:
    fake = FakeData({})
    page = button_of(my_data(fake), "Show what would go").click().run()
    page = page.radio(key="erase-what-anna").set_value("everything").run()
    assert "Erase now" not in [button.label for button in page.button]
    page = button_of(page, "Show what would go").click().run()
    assert page.text_input(key="erase-name-anna-None").label == "Type everything to confirm"
    page = page.radio(key="erase-what-anna").set_value("days").run()
    page = page.date_input(key="erase-from-anna").set_value(dt.date(2026, 11, 20)).run()
    page = page.date_input(key="erase-to-anna").set_value(dt.date(2026, 11, 2)).run()
    page = button_of(page, "Show what would go").click().run()
    days = Scope(person="anna", start=dt.date(2026, 11, 2), end=dt.date(2026, 11, 20))
    assert fake.done[-1] == ("preview", days)


def test_an_erasure_that_was_stopped_is_finished_first() -> None:
    fake = FakeData({})
    fake.keeping.stopped = True
    page = my_data(fake)
    assert "stopped" in page.warning[0].value
    button_of(page, "Finish erasing").click().run()
    assert fake.done[0] == ("finish",)


def test_a_small_export_is_downloaded_and_a_big_one_is_written_to_a_folder() -> None:
    fake = FakeData({})
    page = my_data(fake)
    fake.keeping.result = {"path": "/somewhere"}
    page = button_of(page, "Make the export").click().run()
    assert fake.done == [("export", None, None)]
    assert [one.label for one in page.get("download_button")] == ["Download the export"]
    fake = FakeData({})
    fake.keeping.is_big = True
    page = my_data(fake)
    page = page.text_input(key="export-folder").set_value("/backup/out").run()
    page = page.radio(key="export-of-anna").set_value(True).run()
    fake.keeping.result = {"path": "/backup/out"}
    page = button_of(page, "Make the export").click().run()
    assert fake.done == [("export", "anna", Path("/backup/out"))]
    assert "out" in page.success[0].value


def test_a_backup_goes_where_the_person_says() -> None:
    fake = FakeData({})
    page = my_data(fake)
    assert "No backup was made yet." in text_of(page)
    page.text_input(key="backup-folder").set_value("/backup")
    page.number_input(key="backup-keep").set_value(3)
    fake.keeping.error = "Could not write /backup: no space."
    page = button_of(page, "Back up now").click().run()
    assert fake.done == [("backup", Path("/backup"), 3)]
    assert "no space" in page.error[0].value


def test_a_job_that_runs_shows_how_far_it_is() -> None:
    fake = FakeData({})
    page = my_data(fake)
    fake.keeping.running = True
    page = button_of(page, "Make the export").click().run()
    assert not page.exception
    assert "Make the export" not in [button.label for button in page.button]


def test_an_import_needs_files() -> None:
    page = my_data(FakeData({}))
    assert button_of(page, "Import as data of Anna Schröder").disabled


def test_how_a_person_reads_is_saved() -> None:
    fake = FakeData({})
    page = my_data(fake)
    page.selectbox(key="language-anna-None").set_value("it")
    page.radio(key="units-anna-metric").set_value("imperial")
    page.checkbox(key="large-anna-False").check()
    button_of(page, "Save how I read").click().run()
    wanted = Display(language="it", units="imperial", large_type=True)
    assert wanted in (fake.reads, fake.done[-1][-1])


def test_days_are_excused_with_a_reason_and_count_again() -> None:
    fake = FakeData({})
    page = my_data(fake)
    page.date_input(key="excuse-from-anna").set_value(dt.date(2026, 11, 2))
    page.date_input(key="excuse-to-anna").set_value(dt.date(2026, 11, 4))
    page.text_input(key="excuse-why-anna").set_value("flu")
    page = button_of(page, "Excuse these days").click().run()
    days = tuple(dt.date(2026, 11, day) for day in (2, 3, 4))
    assert fake.done == [("excuse", "anna", days, "flu")]
    assert "3 days are excused" in page.success[0].value
    page.date_input(key="excuse-to-anna").set_value(dt.date(2026, 11, 1))
    page = button_of(page, "Excuse these days").click().run()
    assert "before the first" in page.error[0].value


def test_excused_days_are_listed_as_runs() -> None:
    day = dt.date(2026, 11, 2)
    days = [
        (day + dt.timedelta(days=n), why)
        for n, why in ((0, "flu"), (1, "flu"), (2, "trip"), (4, "trip"))
    ]
    assert [(a.day, b.day, why) for a, b, why in excused.runs(days)] == [
        (2, 3, "flu"),
        (4, 4, "trip"),
        (6, 6, "trip"),
    ]


def test_a_body_mass_is_taken_back() -> None:
    fake = FakeData({}, masses=((dt.date(2026, 11, 2), 71.3),))
    page = button_of(my_data(fake), "Take back 71.3 kg from 2 November 2026").click().run()
    assert fake.done == [("take back", "anna", dt.date(2026, 11, 2))]
    assert not page.exception


def test_a_name_can_be_changed_and_an_unchanged_one_is_not_said_again() -> None:
    fake = FakeData({})
    page = my_data(fake)
    button_of(page, "Save").click().run()
    assert not [said for said in fake.done if said[0] == "name"]
    page = my_data(fake)
    next(one for one in page.text_input if one.label == "Name").set_value("Anna Maria")
    button_of(page, "Save").click().run()
    assert ("name", "anna", "Anna Maria") in fake.done
