"""The People page: everybody's week at a glance, whoever needs a look first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.week import Notice, WeekReport
from dashboard import cli, wording
from dashboard.data import Data, open_data
from dashboard.errors import DashboardError
from dashboard.people_cards import Look, PersonCard, coverage, name_order
from dashboard.shown import PersonView
from dashboard.views import people
from ingest.entries import Entries, PersonSet
from tests import sample_week
from tests.fake_data import FakeData, history
from tests.pseudo import Pseudo, pseudo
from tests.test_views import SCRIPT_S, button_of, parsed, text_of

NOW = dt.datetime(2026, 11, 19, 12, 0, tzinfo=dt.UTC)
WARN = Notice(key="unloaded-5", level="warn", text="5 days in a row carried little. In studies so.")
REMIND = Notice(key="battery-pod", level="remind", text="The battery is low.")
ME = Pseudo().gettext("Me")
INFO = Notice(key="age-unknown", level="info", text="The birth year is not set.")


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def card(
    name: str, report: WeekReport | None, *notices: Notice, seen: dt.datetime | None = NOW
) -> PersonCard:
    told = replace(report, person_name=name, notices=notices) if report else None
    return PersonCard(
        key=name.casefold(),
        name=name,
        report=told,
        coverage=0.45 if report else None,
        seen=seen,
        problem="" if report else "There is no target set “clinic”.",
    )


def people_page(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import people
        from tests.fake_data import data

        people.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def with_cards(*cards: PersonCard) -> FakeData:
    fake = FakeData(history(sample_week.so_far))
    fake.cards = cards
    return fake


def words_of(one: PersonCard) -> str:
    return " ".join(
        " ".join("\n".join(parsed("".join(people.card_blocks(one, NOW))).words).split()).split()
    )


# --- one card -----------------------------------------------------------------------------------


def test_a_card_says_points_so_far_coverage_last_sensor_and_the_first_notice() -> None:
    report = sample_week.so_far()
    seen = NOW - dt.timedelta(hours=3)
    said = words_of(card("Anna", report, INFO, REMIND, seen=seen))
    for words in (
        "Anna",
        wording.headline(report),
        wording.status_title(report),
        "Recorded: 45 % of the hours so far",
        "A sensor was last heard 3 h ago",
        "Reminder: The battery is low.",
        "and 1 more note",
    ):
        assert words in said.replace("\N{NO-BREAK SPACE}", " ")
    assert INFO.text not in said


def test_of_a_long_notice_the_first_sentence_is_said() -> None:
    said = words_of(card("Anna", sample_week.so_far(), WARN))
    assert "Please read: 5 days in a row carried little." in said
    assert "In studies" not in said


def test_what_is_not_known_is_unknown_and_never_zero() -> None:
    one = replace(card("Bo", sample_week.no_data(), seen=None), coverage=None)
    said = words_of(one)
    assert "Recorded: unknown" in said
    assert "No sensor was heard yet" in said
    assert "0 %" not in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", sample_week.WEEKS)
def test_a_week_of_every_status_has_a_card(name: str) -> None:
    report = sample_week.WEEKS[name]()
    assert wording.headline(report) in words_of(card("Anna", report))


def test_somebody_who_cannot_be_scored_has_a_card_that_says_why() -> None:
    said = words_of(card("Cleo", None))
    assert "Please read" in said
    assert "There is no target set “clinic”." in said


# --- who comes first ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "notices", "look"),
    [
        (None, (), Look.READ),
        (sample_week.so_far(), (INFO, WARN), Look.READ),
        (sample_week.no_data(), (WARN,), Look.READ),
        (sample_week.no_data(), (REMIND,), Look.NOTHING),
        (sample_week.so_far(), (REMIND,), Look.REMIND),
        (sample_week.so_far(), (INFO,), Look.FINE),
        (sample_week.excused(), (WARN,), Look.EXCUSED),
    ],
)
def test_each_rule_of_the_order_holds(
    report: WeekReport | None, notices: tuple[Notice, ...], look: Look
) -> None:
    assert card("Anna", report, *notices).look is look


def test_names_are_sorted_as_people_expect() -> None:
    names = ["Zoë", "élodie", "Eva", "anna", "Ädam"]
    assert sorted(names, key=name_order) == ["Ädam", "anna", "élodie", "Eva", "Zoë"]


def test_coverage_is_of_the_hours_that_have_begun_and_are_not_excused() -> None:
    report = sample_week.complete()
    day = replace(report.days[0], hours=24.0, observed_h=6.0, excused=False)
    dates = [report.start + dt.timedelta(days=index) for index in range(7)]
    week = replace(
        report,
        zone="UTC",
        days=(
            replace(day, date=dates[0]),
            replace(day, date=dates[1], excused=True),
            replace(day, date=dates[2], observed_h=None),
            *(replace(day, date=date, observed_h=None) for date in dates[3:]),
        ),
    )
    noon = dt.datetime.combine(dates[3], dt.time(12), dt.UTC)
    assert coverage(week, noon) == pytest.approx(6.0 / (24 + 24 + 12))
    excused = replace(week, days=tuple(replace(one, excused=True) for one in week.days))
    assert coverage(excused, noon) is None


# --- the page -----------------------------------------------------------------------------------


def test_nobody_yet_is_one_sentence_and_somebody_can_be_added() -> None:
    fake = with_cards()
    page = people_page(fake)
    assert "Nobody has been named yet. Add the first person below." in text_of(page)
    page.text_input[0].set_value("  Dora   Ek ")
    page = button_of(page, "Add").click().run()
    assert ("add", "  Dora   Ek ") in fake.done
    assert "Added: Dora Ek" in page.success[0].value.replace("\\", "")


def test_a_name_that_is_refused_is_one_sentence() -> None:
    fake = with_cards()
    page = people_page(fake)
    fake.error = DashboardError("That cannot be a name.", "Use letters.")
    page = button_of(page, "Add").click().run()
    assert page.error[0].value == wording.plain("That cannot be a name. Use letters.")


def test_a_name_can_be_looked_for_only_where_there_are_many() -> None:
    few = [card(f"Person {index}", sample_week.so_far()) for index in range(8)]
    assert len(people_page(with_cards(*few)).text_input) == 1
    many = [*few, card("Zoë [b](x)", sample_week.so_far())]
    page = people_page(with_cards(*many))
    page = page.text_input(key="people-filter").set_value("zoë").run()
    assert "1 of 9 people" in text_of(page)
    opens = [button.label for button in page.button if button.label.startswith("Open")]
    assert opens == [f"Open {wording.plain('Zoë [b](x)')}"]


def test_open_switches_the_person_and_goes_to_this_week() -> None:
    def script(fake: object) -> None:
        import streamlit as st

        from dashboard.views import people
        from tests.fake_data import data

        def week() -> None:
            st.title(f"This week of {st.session_state['person']}")

        def everybody() -> None:
            people.render(data(fake), "anna")

        pages = [
            st.Page(everybody, title="People", url_path="people", default=True),
            st.Page(week, title="This week", url_path="week"),
        ]
        st.navigation(pages).run()

    fake = with_cards(card("Anna", sample_week.so_far()), card("Bo", sample_week.so_far()))
    page = AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()
    page = page.button(key="people-open-bo").click().run()
    assert not page.exception
    assert page.title[0].value == "This week of bo"


def test_who_may_see_fewer_persons_is_never_shown_the_cards_of_another_session() -> None:
    every = with_cards(card("Anna", sample_week.so_far()), card("Bo", sample_week.so_far()))
    assert "Bo" in text_of(people_page(every)).split()

    class Limited(FakeData):
        def persons(self) -> list[PersonView]:
            return super().persons()[:1]

    fewer = Limited({}, home=every.home, cards=every.cards[:1], limited=True)
    page = people_page(fewer)
    assert "Bo" not in text_of(page).split()
    assert "Add a person" not in text_of(page)


# --- the facade ---------------------------------------------------------------------------------


def named(home: Path, *names: str) -> Data:
    data = open_data(home)
    for name in names:
        data.add_person(name)
    return data


def test_people_are_added_by_name_alone_and_each_has_a_card(tmp_path: Path) -> None:
    data = named(tmp_path, "Bo", "Anna  Schröder")
    cards = data.people()
    assert [one.name for one in cards] == ["Anna Schröder", "Bo"]
    assert {one.key for one in cards} == {"anna-schröder", "bo"}
    assert all(one.look is Look.NOTHING and one.seen is None for one in cards)
    assert all(one.coverage == 0.0 for one in cards)


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 81])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DashboardError, match="cannot be a name"):
        named(tmp_path, name)


def test_a_name_is_taken_once_and_a_key_never_twice(tmp_path: Path) -> None:
    data = named(tmp_path, "Bo")
    with pytest.raises(DashboardError, match="somebody called bo"):
        data.add_person("bo")
    assert data.add_person("Bo!") == "bo-2"


def test_a_target_set_that_is_gone_is_that_persons_problem_alone(tmp_path: Path) -> None:
    data = named(tmp_path, "Anna", "Bo")
    said = PersonSet(at=dt.datetime.now(dt.UTC), person="bo", targets="gone")
    data._entries.append(said)
    first, second = data.people()
    assert (first.name, first.report, first.look) == ("Bo", None, Look.READ)
    assert "no target set “gone”" in first.problem
    assert second.problem == ""


def test_nobody_is_on_the_page_of_an_empty_folder(tmp_path: Path) -> None:
    assert open_data(tmp_path).people() == ()


def test_the_command_line_and_the_page_make_the_same_key_of_a_name(tmp_path: Path) -> None:
    names = ("Zoë  van der Ø", "Bo", "Bo!", "李")
    page, typed = tmp_path / "page", tmp_path / "typed"
    data = open_data(page, radio="virtual")
    keys = [data.add_person(name) for name in names]
    for name in names:
        with pytest.raises(SystemExit) as end:
            cli.main(["--home", str(typed), "person", name])
        assert not end.value.code
    persons = Entries(typed).registry().persons
    assert list(persons) == keys
    assert [one.name for one in persons.values()] == [
        one.name for one in Entries(page).registry().persons.values()
    ]


def test_whoever_nobody_named_is_called_so_in_the_language_of_the_reader(tmp_path: Path) -> None:
    data = open_data(tmp_path, radio="virtual")
    for _known in (False, True):
        with pseudo():
            (shown,) = data.persons()
            week = data.week("me", data.weeks("me")[0])
        assert shown.name == week.person_name == ME
        assert data.pick(None) == "me"
        data.introduce("me")
    with pseudo():
        assert [one.name for one in data.people()] == [ME]
    data.set_name("me", "Anna")
    with pseudo():
        assert data.persons()[0].name == "Anna"
