"""Every page through the real facade and the whole shell, over three homes, in each language.

The homes: nothing known; the demo's person after a few days; ten years of minutes.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import demo_history
from dashboard.data import Data
from dashboard.demo import MARKER
from dashboard.demo_history import PERSON as ROBIN
from dashboard.demo_history import PLACEMENTS, DemoDay
from dashboard.refresh import refresh
from dashboard.shell import PAGES
from ingest.entries import Assigned, Entries, Registry, SensorPaired
from ingest.simulated import Cast
from language.spoken import LANGUAGES
from tests import ten_years
from tests.catalogue import current, forms, messages, read, untranslated

SCRIPT_S = 120.0
DAYS = 3
ROME = ZoneInfo("Europe/Rome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home folder and whose pages it shows."""

    folder: Path
    person: str | None


def empty(folder: Path) -> Home:
    folder.mkdir()
    return Home(folder=folder, person=None)


def simulated(folder: Path) -> Home:
    """A few days of the demo's person, motion included on the newest full one."""
    now = dt.datetime.now(dt.UTC)
    folder.mkdir()
    (folder / MARKER).touch()
    demo_history.introduce(folder, ROME.key, now)
    since = now - dt.timedelta(weeks=2)
    entries = Entries(folder)
    for profile, placement in PLACEMENTS.items():
        entries.append(
            SensorPaired(
                at=now,
                sensor=profile,
                identity=profile,
                address="",
                name=profile,
                profiles=(profile,),
            ),
            Assigned(at=now, sensor=profile, person=ROBIN, placement=placement, since=since),
        )
    today = now.astimezone(ROME).date()
    cast = cast_of(entries.registry())
    for back in range(1, DAYS + 1):
        day = DemoDay(date=today - dt.timedelta(days=back), kind="active", motion=back == 1)
        demo_history.write_day(folder, cast, day, ROME, round(now.timestamp() * 1e9))
    refresh(folder)
    return Home(folder=folder, person=ROBIN)


def cast_of(registry: Registry) -> Cast:
    assert {sensor.key for sensor in registry.active} == set(PLACEMENTS)
    return Cast(
        foot_pod="rsc",
        heart_strap="heart_rate",
        leg_sensor="thingy52",
        leg_placement=PLACEMENTS["thingy52"],
    )


def ten_years_long(folder: Path) -> Home:
    ten_years.build(folder, years=10.0, raw_years=0.02, motion=False)
    return Home(folder=folder, person=ten_years.PERSON)


HOMES = {"empty": empty, "simulated": simulated, "ten-years": ten_years_long}


@pytest.fixture(scope="module", params=HOMES)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return HOMES[request.param](tmp_path_factory.mktemp("homes") / str(request.param))


@pytest.fixture(autouse=True)
def _forget_other_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        Data, "freshen", lambda _: None
    )  # the homes are fresh: no loader is started
    st.cache_data.clear()
    yield
    st.cache_data.clear()


@pytest.fixture(params=LANGUAGES)
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the reader's browser asks for."""
    code = str(request.param)
    monkeypatch.setattr(type(st.context), "locale", property(lambda _: code))
    return code


def shown(home: Home, key: str) -> AppTest:
    """A page as the whole program shows it."""

    def script(folder: str) -> None:
        from pathlib import Path

        from dashboard import shell
        from dashboard.data import open_data

        shell.show(open_data(Path(folder)))

    app = AppTest.from_function(
        script, default_timeout=SCRIPT_S, kwargs={"folder": str(home.folder)}
    )
    app._page_hash = calc_hash("" if key == PAGES[0].key else key)
    if home.person:
        app.session_state["person"] = home.person
    return app.run()


class _Words(HTMLParser):
    """What markup says, its labels too, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.said += [value for name, value in attrs if value and name in ("aria-label", "title")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def parsed(app: AppTest) -> _Words:
    words = _Words()
    for one in app.get("html"):
        words.feed(re.sub(r"<style>.*?</style>", "", str(one.proto.body), flags=re.DOTALL))
    return words


def widgets(app: AppTest) -> Iterator[str]:
    """Labels, texts, options and helps of everything that is no markup."""
    for tree in (app.main, app.sidebar):
        for one in tree:
            proto = getattr(one, "proto", None)
            for name in ("label", "body", "help", "placeholder", "alt", "text"):
                if one.type != "html" and isinstance(found := getattr(proto, name, None), str):
                    yield found
            for option in getattr(proto, "options", ()):
                yield str(getattr(option, "content", option))


@functools.cache
def unfinished() -> bool:
    """Whether messages wait for their translation, as tests/test_catalogue.py would say."""
    return bool(untranslated(current("it")))


def english_in(said: str) -> list[str]:
    """The parts of English sentences that are in it though the catalogue translates them.

    Of each message its longest run of words between `{places}`, where that has three words or more
    and its translation does not hold the same.
    """
    found = []
    for message in messages(read("it")):
        for one, other in zip(forms(message.id), forms(message.string), strict=False):
            longest = max(re.split(r"\{[^}]*\}", one), key=len).strip()
            told = other and longest not in other and longest in said
            if told and len(longest.split()) >= 3:
                found.append(longest)
    return found


@pytest.mark.parametrize("key", [page.key for page in PAGES])
def test_every_page_is_drawn_over_every_home_in_each_language(
    home: Home, spoken: str, key: str
) -> None:
    app = shown(home, key)
    assert not app.exception
    assert [error.value for error in app.error] == []
    words = parsed(app)
    assert words.tags.count("h1") >= 1 or app.title
    said = "\n".join([*words.said, *widgets(app)])
    if spoken == "it" and not unfinished():
        assert english_in(said) == []
