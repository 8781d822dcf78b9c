"""A note of a report without a name: no spelling of the person's name is left in it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reports.without_name import without_name

CODE = "P-7F3A"
NFD = unicodedata.normalize("NFD", "Müller")
PRIYA = "प्रिया"


@pytest.mark.parametrize(
    ("name", "note", "left"),
    [
        ("Eva Müller", f"{NFD} and Müller", f"{CODE} and {CODE}"),
        (f"Eva {NFD}", "Müller, MÜLLER, muller, Mueller", f"{CODE}, {CODE}, {CODE}, {CODE}"),
        ("Anna Schröder", "anna walks, Annas knee", f"{CODE} walks, {CODE} knee"),
        ("Anna Maria", "Anna_Maria, AnnaMaria", f"{CODE}, {CODE}"),
        ("Anna", "Anna2 and 2Anna, Anna's", f"{CODE} and 2{CODE}, {CODE}'s"),
        ("Anna", "Joanna and Susanna sing", "Joanna and Susanna sing"),
        (
            "Anna",
            "A\u00adn\u200bna, \uff21\uff4e\uff4e\uff41, a\u0323nna",
            f"{CODE}, {CODE}, {CODE}",
        ),
        ("Uwe Weiß", "Weiss, WEISS, weiß, weißlich", f"{CODE}, {CODE}, {CODE}, {CODE}"),
        ("Ólafur", "olafur, Olafurs", f"{CODE}, {CODE}"),
        ("Søren Łukasz", "Soren, Soeren; Lukasz", f"{CODE}, {CODE}; {CODE}"),
        ("Sean O'Brien", "O'Brien and OBrien, O’Brien", f"{CODE} and {CODE}, O’{CODE}"),
        ("İpek Iş\u0131k", "ipek, IPEK; Isik", f"{CODE}, {CODE}; {CODE}"),
        ("Γιώργος", "ΓΙΩΡΓΟΣ γιωργος", CODE),
        ("أحمد", "أحمد، احمد", f"{CODE}، {CODE}"),
        ("李明", "李明今天走路", f"{CODE}今天走路"),
        ("李明", "今天李明走、明。明天见 李さん", f"今天{CODE}走、{CODE}。明天见 {CODE}さん"),
        ("王小明", "小明走", f"{CODE}走"),
        ("李", "李 walks, 李子", f"{CODE} walks, 李子"),
        ("สมชาย ใจดี", "คุณสมชายเดิน", f"คุณ{CODE}เดิน"),
        ("김민준", "오늘 민준이는 걸었다", f"오늘 {CODE}이는 걸었다"),
        ("김민준", unicodedata.normalize("NFD", "김민준이"), f"{CODE}이"),
        (PRIYA, f"आज {PRIYA} चली, {PRIYA}ने", f"आज {CODE} चली, {CODE}"),
        ("मीरा", "मेरा घुटना, मीरा", f"मेरा घुटना, {CODE}"),
        ("राम", "काराम, रामने", f"काराम, {CODE}"),
        ("\u0e34\u0e01B", "\u0e34\u0e01BB", f"{CODE}BB"),
        ("山田あや", "あやさん、山田さん", f"{CODE}さん、{CODE}さん"),
        ("李 Ming", "今天Ming来", f"今天{CODE}来"),
        ("J", "J walks, just", f"{CODE} walks, just"),
        ("May", "It may rain", f"It {CODE} rain"),
        ("?!", "What?!", "What?!"),
        ("", NFD, NFD),
        ("Bo", NFD, NFD),
    ],
)
def test_a_name_goes_however_it_is_spelled(name: str, note: str, left: str) -> None:
    assert without_name(note, [name], CODE) == left


def bare(text: str) -> str:
    """An oracle of its own: compatible, small letters without any combining accent."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))


GAPPED = st.text(st.sampled_from("aäåbßéíñøzABÉÜİŁλςЖж'-_ 2\u0301\u0308"), max_size=12)
GAPLESS = st.text(st.sampled_from("李明小王あかガ김민ก ขนิดaB2"), max_size=8)


@given(name=GAPPED, before=GAPPED, after=GAPPED)
def test_no_part_of_a_name_begins_a_word_that_is_left(name: str, before: str, after: str) -> None:
    note = f"{before} {name}{after} {name.upper()} {unicodedata.normalize('NFD', name)}"
    left = bare(without_name(note, [name], "·"))
    words = re.findall(r"[^\W\d_]+", left)
    for part in re.findall(r"[^\W\d_]{2,}", bare(name)):
        assert not [word for word in words if word.startswith(part)]


@given(name=GAPLESS, before=GAPLESS, after=GAPLESS)
def test_no_name_without_gaps_is_left_anywhere(name: str, before: str, after: str) -> None:
    left = without_name(f"{before}{name}{after}", [name], "·")
    for part in re.findall(r"[李明小王]{2,}|[あかガ]{2,}|[김민]{2,}|[กขนิด]{2,}", name):
        assert part not in left


@given(name=st.text(max_size=40), note=st.text(max_size=200))
def test_any_text_can_be_read_and_a_second_time_changes_nothing(name: str, note: str) -> None:
    once = without_name(f"{note} {name} {note}", [name], "·")
    assert without_name(once, [name], "·") == once or "·" in name
