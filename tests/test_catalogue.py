"""The catalogues hold what the code says, and the code says nothing that they cannot hold."""

from __future__ import annotations

import ast
import gettext
import io
import json
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from tests import catalogue, spoken_code
from tests.catalogue import CODES, current, forms, merge, messages, misfit, path, po, read
from tests.gathered import TYPER
from tests.spoken_code import Spot, places

NOT_READ = {
    "legload": "the name of the program is the same in every language",
    "Open it with 'async with' first.": "an error of whoever writes the program",
    "f'{self.name} is not open.'": "the same",
}
"""Strings that need no translation, and why."""


def listed(spots: list[Spot]) -> str:
    """One a line, for the message of a failed test."""
    return "\n".join(map(str, spots))


def extracted(code: str) -> list[Any]:
    """What `messages_of` finds in a piece of code."""
    return [(name, words) for _line, name, words in spoken_code.messages_of(ast.parse(code))]


def test_messages_are_found_wherever_code_can_hold_them() -> None:
    assert extracted("f(_('outer {x}', x=_('inner')))") == [
        ("_", ["outer {x}"]),
        ("_", ["inner"]),
    ]
    assert extracted("""f"{_('inside')}" """) == [("_", ["inside"])]
    assert extracted("_('one' if a else 'other')") == [("_", ["one"]), ("_", ["other"])]
    assert extracted("partial(_, 'later', x=1)") == [("_", ["later"])]
    assert extracted("n_('a' 'b', 'c', n)") == [("n_", ["ab", "c", None])]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("console.note('Hello there.')", 1),
        ("console.note(_('Hello there.'))", 0),
        ("console.note(f'{name} is here.')", 1),
        ("console.note(f'{one}: {other}')", 0),
        ("raise IngestError(mark('No.'), 'Try again.')", 1),
        ("st.button('Save')", 1),
        ("left.button(_('Save'))", 0),
        ("log.error('Something happened')", 0),
        ("st.text_input(_('Name'), help='As you like')", 1),
        ("el('p', 'Hello', cls='small')", 1),
        ("st.tabs(['One day', _('Week')])", 1),
        ("st.tabs([_('Day') if a else 'Week'])", 1),
    ],
)
def test_a_string_that_a_person_reads_is_found(code: str, found: int) -> None:
    tree = ast.parse(code)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert len(spoken_code.bare_of(calls)) == found


def test_a_translation_at_import_is_found() -> None:
    code = "A = _('a')\ndef f(b=_('b')):\n    return _('c')\nD = lambda: _('d')\nE = mark('e')\n"
    assert [ast.unparse(call) for call in spoken_code.early_of(ast.parse(code))] == [
        "_('a')",
        "_('b')",
    ]


@pytest.mark.parametrize(
    ("message", "translation", "fits"),
    [
        ("{a} of {b}", "{b} di {a}", True),
        ("{a} of {b}", "{a}", False),
        ("{a}", "{a} {b}", False),
        ("{a", "anything", True),
        ("{a}", "{a", False),
        (" and ", " e ", True),
        (" and ", "e", False),
        ("plain", ["plain", "plain"], False),
        (["{count} day", "{count} days"], ["{count} giorno", "{count} giorni"], True),
        (["{count} day", "{count} days"], ["un giorno", "{count} giorni"], True),
        (["{count} day", "{count} days"], ["{count} giorno"], False),
        (["{count} {x}", "{count} {x}s"], ["{count}", "{count}"], False),
    ],
)
def test_a_translation_fits_if_its_places_and_forms_do(
    message: Any, translation: Any, fits: bool
) -> None:
    id_ = message if isinstance(message, str) else tuple(message)
    assert (misfit(id_, translation, 2) is None) == fits


def test_what_was_exported_and_filled_in_is_merged(tmp_path: Path) -> None:
    before = read("it")
    known = [one for one in messages(current("it")) if one.id == "Foot pod"]
    known[0].string = ""
    file = tmp_path / "it-1.json"
    wrong = {"message": "No such thing here", "translation": "Niente"}
    entries = [{"message": "Foot pod", "translation": "Sensore da piede"}, wrong]
    file.write_text(json.dumps(entries), encoding="utf-8")
    merged, refused = merge("it", [file])
    assert merged["Foot pod"].string == "Sensore da piede"
    assert [text.partition(": ")[2] for text in refused] == [
        "'No such thing here': no such message"
    ]
    assert len(messages(merged)) >= len(messages(before)) > 0


def test_everything_is_exported_once_in_so_many_parts(tmp_path: Path) -> None:
    files = catalogue.export("it", 3, tmp_path)
    asked = [entry for file in files for entry in json.loads(file.read_text("utf-8"))]
    assert len(asked) == len(catalogue.untranslated(current("it")))
    assert len(files) <= 3
    assert all({"message", "translation"} <= set(entry) for entry in asked)


def test_a_catalogue_is_the_same_whenever_it_is_written() -> None:
    small = _small()
    assert po(small) == po(_small())
    assert b"Date" not in po(small)
    assert b"Babel" not in catalogue.mo(small)


def test_what_is_not_translated_is_said_in_english() -> None:
    found = gettext.GNUTranslations(io.BytesIO(catalogue.mo(_small())))
    assert found.gettext("yes") == "sì"
    assert found.gettext("no") == "no"
    assert [found.ngettext("one day", "more days", n) for n in (1, 2)] == ["one day", "more days"]


def _small() -> Catalog:
    small = catalogue.Timeless(locale="it", header_comment="# x", fuzzy=False)
    small.add("yes", "sì")
    small.add("no", "")
    small.add(("one day", "more days"), ("", ""))
    return small


def test_no_message_is_put_together_in_the_code() -> None:
    found = spoken_code.glued()
    assert not found, listed(found)


def test_every_place_of_a_message_is_filled() -> None:
    found = spoken_code.unfilled()
    assert not found, listed(found)


@pytest.mark.parametrize(
    ("code", "lacking"),
    [
        ("_('{a} and {b}', a=1)", {"b"}),
        ("n_('{count} day', '{count} days of {b}', 3)", {"b"}),
        ("_('{a}', **values)", set()),
        ("IngestError(mark('No {a}.'), mark('Find {b}.'), a=1)", {"b"}),
        ("mark('{a}')", set()),
    ],
)
def test_a_place_that_nothing_fills_is_found(code: str, lacking: set[str]) -> None:
    call = next(node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    assert spoken_code.lacking_in(call, frozenset({"IngestError"})) == lacking


def test_nothing_is_translated_at_import() -> None:
    found = spoken_code.too_early()
    assert not found, listed(found)


@pytest.mark.parametrize("code", CODES)
def test_every_translation_fits_its_message(code: str) -> None:
    now = read(code)
    wrong = [
        f"{one.id!r}: {why}"
        for one in messages(now)
        if any(forms(one.string)) and (why := misfit(one.id, one.string, now.num_plurals))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", CODES)
def test_every_message_in_english_can_be_filled_in(code: str) -> None:
    ours = [one for one in messages(read(code)) if one.id not in TYPER]
    for one in ours:
        found = [places(form) for form in forms(one.id)]
        assert all(form - {"count"} == found[-1] - {"count"} for form in found), one.id


@pytest.mark.parametrize("code", CODES)
def test_the_compiled_catalogue_is_that_of_the_text(code: str) -> None:
    compiled = gettext.GNUTranslations(io.BytesIO(path(code, "mo").read_bytes()))
    written = gettext.GNUTranslations(io.BytesIO(catalogue.mo(read(code))))
    of_both = [{k: v for k, v in _contents(one).items() if k} for one in (compiled, written)]
    assert of_both[0] == of_both[1], "python -m tests.catalogue"


def _contents(compiled: gettext.GNUTranslations) -> dict[Any, str]:
    contents: dict[Any, str] = vars(compiled)["_catalog"]
    return contents


@pytest.mark.parametrize("code", CODES)
def test_the_catalogue_is_up_to_date_with_the_code(code: str) -> None:
    wanted, there = ({_key(one) for one in messages(c)} for c in (current(code), read(code)))
    changed = sorted(map(str, wanted ^ there))
    assert not changed, "run python -m tests.catalogue\n" + "\n".join(changed)


def _key(message: Any) -> tuple[Any, ...]:
    return (message.context, *forms(message.id))


def test_what_a_person_reads_is_a_message() -> None:
    found = [spot for spot in spoken_code.unwrapped() if spot.text.strip("'\"") not in _allowed()]
    assert not found, listed(found)


def _allowed() -> set[str]:
    return {text.strip("'\"") for text in NOT_READ}


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_translated(code: str) -> None:
    todo = catalogue.untranslated(read(code))
    assert not todo, f"{len(todo)} of {len(messages(read(code)))}: see --missing"
