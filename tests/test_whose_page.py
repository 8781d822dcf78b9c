"""A click means the person whose page was seen, and nobody else."""

from __future__ import annotations

import ast
import asyncio
import datetime as dt
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import views
from dashboard.data import Data
from dashboard.errors import DashboardError
from dashboard.folders import folder_named
from dashboard.settings import load_settings
from dashboard.share.guard import Guard
from dashboard.share.limited import limited
from dashboard.shown import PersonView
from ingest.entries import BodyMassSet, Entries
from tests import fake_data, sample_week
from tests.fake_data import FakeData

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

SCRIPT_S = 30.0
GONE = "This person is not known any more."
WHOSE = (
    "body_mass",
    "days",
    "erasing",
    "excused",
    "my_data",
    "practice",
    "reading",
    "reports",
    "welcome",
)
"""Pages every button of which acts on the person who is shown."""
OF_ALL = {"erase-finish", "download-receipt"}
NOON = dt.datetime(2026, 11, 19, 12, 0, tzinfo=dt.UTC)


@dataclass
class Two(FakeData):
    """Two persons, of whom one may be erased."""

    known_here: list[str] = field(default_factory=lambda: ["anna", "bo"])

    def persons(self) -> list[PersonView]:
        self._fail()
        return [PersonView(key=key, name=key.title()) for key in self.known_here]


def two() -> Two:
    return Two(fake_data.history(sample_week.partial), masses=((dt.date(2026, 11, 2), 70.0),))


def my_data(fake: FakeData, *, who: str | None = None) -> AppTest:
    def script(fake: object) -> None:
        from unittest.mock import patch

        from dashboard import shell
        from dashboard.views import my_data
        from tests.fake_data import data

        page = shell.Page(key="my-data", title="My data", render=my_data.render)
        with patch.object(shell, "PAGES", (page,)):
            shell.show(data(fake))

    page = AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake})
    if who is not None:
        page.query_params["who"] = who
    return page.run()


def said(fake: FakeData) -> list[tuple[object, ...]]:
    return [done for done in fake.done if done[0] != "freshen"]


@pytest.mark.parametrize("button", ["undo-mass-", "save-mass-", "save-facts-", "erase-look-"])
def test_a_click_for_somebody_who_was_erased_does_nothing_to_anybody_else(button: str) -> None:
    fake = two()
    page = my_data(fake)
    page = page.selectbox(key="person").set_value("bo").run()
    found = next(one for one in page.button if str(one.key).startswith(f"{button}bo"))
    fake.known_here.remove("bo")
    page = found.click().run()
    assert not page.exception
    assert said(fake) == []
    assert [one.value for one in page.info] == [GONE]
    assert page.selectbox(key="person").value == "anna"
    assert not page.run().info, "it is said once"
    assert said(fake) == []


def test_a_reload_shows_whoever_was_shown() -> None:
    page = my_data(two())
    page = page.selectbox(key="person").set_value("bo").run()
    assert page.query_params["who"] in ("bo", ["bo"])
    assert my_data(two(), who="bo").selectbox(key="person").value == "bo"
    assert my_data(two(), who="nobody").selectbox(key="person").value == "anna"


def test_a_button_of_one_person_is_not_that_of_another() -> None:
    page = my_data(two())
    mine = {str(one.key) for one in page.button}
    page = page.selectbox(key="person").set_value("bo").run()
    assert mine & {str(one.key) for one in page.button} <= {"backup-now", "backup-show"}


@pytest.mark.parametrize("page", WHOSE)
def test_every_button_of_a_page_about_a_person_names_the_person(page: str) -> None:
    path = Path(str(views.__file__)).with_name(f"{page}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {"button", "form_submit_button", "download_button"}
    buttons = [
        one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr in names
    ]
    assert buttons, "the search finds nothing"
    keys = [ast.unparse(k.value) for one in buttons for k in one.keywords if k.arg == "key"]
    assert len(keys) == len(buttons), "a button without a key"
    for key in keys:
        assert "person}" in key or key.strip("'") in OF_ALL or key == "key", key


def test_entries_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "entries.jsonl").mkdir()

    def script(home: object) -> None:
        from dashboard import shell
        from dashboard.data import open_data

        shell.show(open_data(home, radio="virtual"))  # type: ignore[arg-type]

    page = AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"home": tmp_path}).run()
    assert not page.exception
    assert len(page.error) == 1
    assert "Could not read entries" in page.error[0].value


def test_a_version_never_comes_back(tmp_path: Path) -> None:
    data, entries = Data(tmp_path, radio="virtual"), Entries(tmp_path)
    entries.append(BodyMassSet(at=NOON, person="anna", kg=70.0, date=NOON.date()))
    content, seen = entries.path.read_bytes(), {data.version()}
    entries.append(BodyMassSet(at=NOON, person="anna", kg=71.0, date=NOON.date()))
    seen.add(data.version())
    other = entries.path.with_suffix(".new")
    other.write_bytes(content)
    other.replace(entries.path)
    seen.add(data.version())
    assert len(seen) == 3


@pytest.mark.parametrize("typed", ["~nosuchuser/x", "", "a\0b"])
def test_a_folder_that_cannot_be_one_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(DashboardError, match="That cannot be a folder"):
        folder_named(typed)


def test_a_home_of_nobody_is_refused_in_a_sentence() -> None:
    with pytest.raises(DashboardError, match="That cannot be a folder"):
        load_settings({"home": "~nosuchuser/x"})


def test_a_backup_into_a_home_of_nobody_is_refused_in_a_sentence() -> None:
    fake = two()
    page = my_data(fake)
    page.text_input(key="backup-folder").set_value("~nosuchuser/x")
    page = page.button(key="backup-now").click().run()
    assert not page.exception
    assert "That cannot be a folder" in page.error[0].value
    assert said(fake) == []


@pytest.fixture(autouse=True)
def _forget_other_tests() -> None:
    st.cache_data.clear()


@dataclass
class Zoned(Two):
    """Two persons whose day turns when the test says so."""

    hours: int = -12

    def zone_of(self, person: str) -> dt.tzinfo:
        return dt.timezone(dt.timedelta(hours=self.hours))


def test_the_cards_of_people_are_made_anew_on_another_day() -> None:
    fake = Zoned(fake_data.history(sample_week.partial))

    def script(fake: object) -> None:
        from dashboard.views import people
        from tests.fake_data import data

        people.render(data(fake), "anna")

    page = AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake})
    page.run().run()
    assert fake.done == [("people",)]
    fake.hours = 12
    page.run()
    assert fake.done == [("people",)] * 2


def test_a_recording_is_told_with_the_sensors_that_may_be_seen() -> None:
    pod, leg, strap = fake_data.three_sensors()
    sensors = (pod, leg, replace(strap, person="bo", state="streaming"))
    fake = FakeData({}, sensors=sensors, recording=True)
    told = limited(fake_data.data(fake), frozenset({"anna"})).status()
    assert told.message == "Recording 1 of 2 sensors, over virtual."


def test_an_origin_that_is_none_is_refused() -> None:
    sent: list[Message] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("let in")

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost:8501"), (b"origin", b"http://[")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(Guard(inside, ["localhost"])(scope, receive, send))
    assert sent[0]["status"] == 403
