"""What is said, in the language of whoever reads it."""

from __future__ import annotations

import contextvars
import datetime as dt
import gettext
import io
import threading
from collections.abc import Iterator
from dataclasses import asdict
from unittest import mock

import msgspec
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from analytics.protocol import default_protocol, said, shipped_texts
from analytics.week import NEEDS, WeekReport, unmeasured, why
from dashboard import rescoring, wording
from dashboard.reports import pdf, spreadsheet
from devices.profile import Placement
from language import spoken
from language.formats import date, decimal, time
from language.spoken import (
    _,
    ask_for_language,
    either,
    known,
    language,
    listed,
    n_,
    p_,
    speak,
    speaking,
)
from tests import golden_weeks, sample_week
from tests.pseudo import pseudo

MONDAY = dt.date(2026, 11, 16)


@pytest.fixture
def nobody_asked() -> Iterator[None]:
    """Whoever was asked before is asked again after."""
    before = list(spoken._asked)
    yield
    spoken._asked[:] = before


# --- which language -----------------------------------------------------------------------------


def test_english_is_spoken_until_somebody_chooses() -> None:
    assert language() == "en"
    with speaking("it"):
        assert language() == "it"
        with speaking("en"):
            assert language() == "en"
        assert language() == "it"
    assert language() == "en"


@pytest.mark.parametrize(
    ("code", "spoken_code"),
    [
        ("it_IT.UTF-8", "it"),
        ("it-CH", "it"),
        ("IT", "it"),
        ("en_GB", "en"),
        ("de_DE.UTF-8", "en"),
        ("C.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
        (None, "en"),
        ("../../etc", "en"),
    ],
)
def test_a_code_that_is_not_known_is_english(code: str | None, spoken_code: str) -> None:
    assert known(code) == spoken_code


def test_a_language_belongs_to_its_context_and_never_to_the_process() -> None:
    def asked() -> str:
        speak("it")
        return language()

    assert contextvars.copy_context().run(asked) == "it"
    assert language() == "en"


def test_a_thread_starts_in_english_and_its_choice_stays_its_own() -> None:
    heard: list[str] = []

    def talk() -> None:
        heard.append(language())
        speak("it")
        heard.append(language())

    with speaking("it"):
        thread = threading.Thread(target=talk)
        thread.start()
        thread.join()
    assert heard == ["en", "it"]
    assert language() == "en"


def test_two_threads_speak_at_once_each_its_own() -> None:
    both, heard = threading.Barrier(2), dict[str, str]()

    def talk(code: str) -> None:
        with speaking(code):
            both.wait(10)
            heard[code] = f"{language()} {decimal(6210)}"

    threads = [threading.Thread(target=talk, args=(code,)) for code in ("en", "it")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"en": "en 6,210", "it": "it 6.210"}


@pytest.mark.usefixtures("nobody_asked")
def test_somebody_is_asked_only_where_nobody_chose() -> None:
    ask_for_language(lambda: "it")
    assert language() == "it"
    with speaking("en"):
        assert language() == "en"
    ask_for_language(lambda: None)
    assert language() == "en"


# --- messages -----------------------------------------------------------------------------------


def test_a_message_is_filled_in_and_braces_without_values_stay() -> None:
    assert _("{count} of {most}", count=1, most=2) == "1 of 2"
    assert _("{not a placeholder}") == "{not a placeholder}"
    assert _("{name}", name="{count}") == "{count}"


def test_nothing_is_said_of_nothing() -> None:
    head = gettext.NullTranslations()
    with mock.patch.object(spoken, "_translations", return_value=head):
        head.gettext = lambda message: message or "Content-Type: text/plain"  # type: ignore[method-assign]
        assert _("") == ""


@pytest.mark.parametrize(("count", "text"), [(0, "0 days"), (1, "1 day"), (2, "2 days")])
def test_a_number_chooses_its_words(count: int, text: str) -> None:
    assert n_("{count} day", "{count} days", count) == text


def test_a_number_as_text_or_with_a_fraction_has_its_words_too() -> None:
    assert n_("{count} day", "{count} days", 1200, count="1,200") == "1,200 days"
    assert n_("{count} day", "{count} days", 1.5) == "1.5 days"
    assert n_("{count} day", "{count} days", 1.0, count="1") == "1 day"


def test_italian_counts_without_a_warning_for_fractions() -> None:
    catalogue = gettext.GNUTranslations()
    catalogue.plural = gettext.c2py("n != 1")  # type: ignore[attr-defined]
    catalogue._catalog = {  # type: ignore[attr-defined]
        ("{count} day", 0): "{count} giorno",
        ("{count} day", 1): "{count} giorni",
    }
    with mock.patch.object(spoken, "_translations", return_value=catalogue):
        said = [n_("{count} day", "{count} days", count) for count in (0, 1, 1.5, 2)]
    assert said == ["0 giorni", "1 giorno", "1.5 giorni", "2 giorni"]


def test_a_context_tells_meanings_apart_and_is_not_said() -> None:
    assert p_("of two legs", "left") == p_("of points", "left") == "left"


def test_words_are_listed() -> None:
    assert listed([]) == ""
    assert listed(["power"]) == "power"
    assert listed(["a", "b", "c"]) == "a and b and c"
    assert either(["one", "two"]) == "one or two"


# --- numbers and dates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ("6,210", "48.5", "-1,234.50", "71\N{NO-BREAK SPACE}%", "14.2\N{NO-BREAK SPACE}h")),
        ("it", ("6.210", "48,5", "-1.234,50", "71\N{NO-BREAK SPACE}%", "14,2\N{NO-BREAK SPACE}h")),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    code: str, written: tuple[str, ...]
) -> None:
    with (
        speaking(code),
        mock.patch.object(spoken, "_translations", return_value=gettext.NullTranslations()),
    ):
        assert written == (
            wording.number(6210.4),
            wording.number(48.5),
            decimal(-1234.5, 2),
            wording.percent(0.714),
            wording.hours(14.2),
        )


@given(
    value=st.floats(-1e12, 1e12).map(lambda value: round(value, 3)),
    code=st.sampled_from(["en", "it"]),
)
def test_a_number_has_the_separators_of_cldr(value: float, code: str) -> None:
    with speaking(code):
        assert decimal(value, 3) == format_decimal(value, format="#,##0.000", locale=code)


def test_decimals_are_trimmed_and_whole_numbers_keep_their_zeros() -> None:
    assert [decimal(value, 2, trim=True) for value in (100, 2.5, 0.126)] == ["100", "2.5", "0.13"]
    assert decimal(1500, trim=True) == "1,500"


def test_dates_are_written_as_the_language_writes_them() -> None:
    assert wording.date_long(MONDAY) == "Monday 16 November"
    assert wording.date_short(MONDAY) == "Mon 16"
    assert date(dt.date(2026, 9, 21), "EEE d MMM") == "Mon 21 Sep"
    with speaking("it"):
        assert wording.date_long(MONDAY) == "lunedì 16 novembre"
        assert wording.date_short(MONDAY) == "lun 16"
    assert time(dt.time(9, 5)) == "09:05"


# --- what does not depend on the language -------------------------------------------------------


def _weeks() -> tuple[WeekReport, WeekReport]:
    one = golden_weeks.PEOPLE["after_knee_surgery"]()
    with pseudo():
        other = one.report()
    return one.report(), other


def test_hash_points_and_kept_weeks_are_the_same_in_every_language() -> None:
    english, other = _weeks()
    now = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert english.data_hash == other.data_hash
    assert rescoring._row(english, now) == rescoring._row(other, now)
    assert english.days == other.days
    assert english.trend == other.trend
    assert english.headline != english.components[0].note


def test_only_sentences_of_a_report_differ_between_languages() -> None:
    english, other = _weeks()
    spoken_fields = {"title", "target_text", "source", "note", "text"}
    for one, two in zip(english.components, other.components, strict=True):
        differs = {key for key, value in asdict(one).items() if asdict(two)[key] != value}
        assert differs <= spoken_fields
    assert [note.key for note in english.notices] == [note.key for note in other.notices]


def test_columns_keys_and_numbers_of_a_table_are_the_same_in_every_language() -> None:
    english, other = _weeks()
    with pseudo():
        written = list(spreadsheet.rows(other))
    for one, two in zip(spreadsheet.rows(english), written, strict=True):
        differs = {key for key in one if one[key] != two[key]}
        assert differs <= {"title", "text", "note", "source"}
    status = next(row for row in written if row["key"] == "status")
    assert status["text"] == english.status.value


def test_a_pdf_says_its_language() -> None:
    assert pdf.sheet_of(sample_week.partial())["lang"] == "en"
    nothing = gettext.NullTranslations()
    with speaking("it"), mock.patch.object(spoken, "_translations", return_value=nothing):
        assert pdf.sheet_of(sample_week.partial())["lang"] == "it"
        made = PdfReader(io.BytesIO(pdf.write(sample_week.complete())))
    assert str(made.root_object["/Lang"]) == "it"


def test_why_something_is_not_measured_is_told_in_every_language() -> None:
    assert why(unmeasured("no sensor.")) == "no sensor."
    assert why("Force is known.") == "Force is known."
    with mock.patch.object(spoken, "_translations") as found:
        found.return_value.gettext = {"Not measured: {reason}": "Non misurato: {reason}"}.get
        assert unmeasured("niente.") == "Non misurato: niente."
        assert why("Non misurato: niente. Fallo.") == "niente. Fallo."


# --- tables -------------------------------------------------------------------------------------


def test_every_placement_and_every_need_has_its_words() -> None:
    assert set(wording.sensors.PLACES) == set(Placement)
    assert wording.placement_text("left-foot") == "left foot"
    assert wording.placement_text("") == ""
    with pseudo():
        assert all(_(need).startswith("⟦") for need in NEEDS)


def test_the_shipped_target_set_is_translated_and_a_clinics_own_is_not() -> None:
    shipped = default_protocol()
    assert shipped_texts() == (shipped.title,)
    own = msgspec.structs.replace(shipped, title="Reparto 3")
    with pseudo():
        assert said(shipped).startswith("⟦")
        assert said(own) == "Reparto 3"
