"""My data: what was dropped is looked at, asked about where it does not say, and taken in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.views.taking_in import _refused
from ingest.importers.imported import Told
from tests.fake_data import FakeData
from tests.test_my_data import button_of, my_data, text_of

KNOWN = b"Time,HR\n2026-05-01T07:10:00Z,99\n"
OPEN = b"Zeit;Stand\n01.05.2026 07:10:00;99\n"
IMPORT = "Import as data of Anna Schr\u00f6der"


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def dropped(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    given = [(name, content, "text/csv") for name, content in files]
    page = page.file_uploader(key="import-files-anna").set_value(given).run()
    assert not page.exception
    return page


def test_a_table_that_says_all_is_ready_at_once() -> None:
    fake = FakeData({})
    page = dropped(my_data(fake), ("watch.csv", KNOWN))
    assert "watch.csv Table (CSV) ready: Time, HR" in text_of(page)
    button_of(page, IMPORT).click().run()
    assert fake.done[-1] == ("import", "anna", ["watch.csv"], None)


def test_what_a_column_holds_is_asked_and_told_to_the_import() -> None:
    fake = FakeData({})
    page = dropped(my_data(fake), ("odd.csv", OPEN))
    assert any("Zeit, Stand" in one.value for one in page.warning)
    field = next(one for one in page.selectbox if one.label == "What Stand holds")
    page = field.set_value("heart_rate_bpm").run()
    assert any("can be imported" in one.value for one in page.success)
    assert "ready: " in text_of(page)
    button_of(page, IMPORT).click().run()
    told = Told(columns={"heart_rate_bpm": "Stand"})
    assert fake.done[-1] == ("import", "anna", ["odd.csv"], told)


def test_tables_that_differ_are_taken_one_after_another() -> None:
    page = dropped(my_data(FakeData({})), ("a.csv", KNOWN), ("b.csv", OPEN))
    assert any("one after another" in one.value for one in page.info)


def test_what_is_no_table_is_said_and_stops_no_other() -> None:
    fake = FakeData({})
    page = dropped(my_data(fake), ("a.csv", KNOWN), ("bad.csv", b"\x00\x01"))
    assert "bad.csv" in text_of(page)
    assert "is not a table of rows and columns" in text_of(page)
    button_of(page, IMPORT).click().run()
    assert fake.done[-1] == ("import", "anna", ["a.csv", "bad.csv"], None)


RESULT: dict[str, Any] = {
    "files": [
        {
            "file": "a*b*.csv",
            "rows": 1200,
            "text": "1,200 new values",
            "kind": "table",
            "here": 3,
            "skipped": [{"count": 2, "what": "rows", "why": "their time cannot be read"}],
            "start": "2026-05-01T07:10:00Z",
            "end": "2026-05-02T07:10:00Z",
        }
    ],
    "failed": ["b.csv is not a table."],
    "loaded": {"minutes": 20},
}


def test_what_came_of_it_is_the_same_as_the_command_says() -> None:
    fake = FakeData({})
    page = dropped(my_data(fake), ("a.csv", KNOWN))
    fake.keeping.result = RESULT
    page = button_of(page, IMPORT).click().run()
    said = text_of(page)
    assert "a*b*.csv Table (CSV) 1,200 3 2 1 May 2026 to 2 May 2026" in said
    assert "rows: 2 left out (their time cannot be read)." in said
    assert "is not a table" in page.warning[0].value
    assert "20 minutes" in page.success[0].value
    assert [one.label for one in page.get("page_link")] == [
        "See your weeks in Trends",
        "See your sessions",
    ]


def test_a_result_of_another_shape_is_no_error() -> None:
    fake = FakeData({})
    page = dropped(my_data(fake), ("a.csv", KNOWN))
    fake.keeping.result = {"files": [{"odd": 1}], "failed": []}
    page = button_of(page, IMPORT).click().run()
    assert not page.exception


def test_a_refusal_speaks_of_the_fields_of_the_page() -> None:
    advice = "Nothing was imported. Say it, such as: --start 2026-05-01T07:10"
    refused = [
        {"problem": "a.csv counts seconds.", "advice": advice},
        {"problem": "b.csv is torn.", "advice": "Copy it again."},
    ]
    failed = [f"{one['problem']} {one['advice']}" for one in refused]
    said = _refused({"failed": failed, "refused": refused})
    assert "--" not in said[0]
    assert said[0].startswith("a.csv counts seconds. Nothing was imported. Choose the file")
    assert said[1] == failed[1]
    assert _refused({"failed": failed}) == failed
