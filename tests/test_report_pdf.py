"""The page of a week as an accessible, archivable file: its structure, as far as that can be read.

No test here takes the place of a validator such as veraPDF.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from analytics.week import WeekReport
from dashboard.reports import pdf
from dashboard.reports.identity import unnamed
from language.spoken import speaking
from tests import golden_weeks, sample_week

LONGEST_NOTE = "Please keep to level ground until the check-up. " * 20 + "The end of the note."
every_name = pytest.mark.parametrize("name", sample_week.WEEKS)


def read(report: WeekReport) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.write(report)))


def text_of(report: WeekReport) -> str:
    return " ".join(read(report).pages[0].extract_text().split())


def elements(of: Any) -> Iterator[DictionaryObject]:
    """Every structure element, from the root down."""
    of = of.get_object()
    if isinstance(of, ArrayObject):
        for inner in of:
            yield from elements(inner)
    elif isinstance(of, DictionaryObject):
        if "/S" in of:
            yield of
        if "/K" in of:
            yield from elements(of["/K"])


@every_name
def test_the_structure_is_one_document_with_headings_tables_and_their_headers(name: str) -> None:
    root: Any = read(sample_week.WEEKS[name]()).root_object
    found = list(elements(root["/StructTreeRoot"]))
    kinds = Counter(str(element["/S"]) for element in found)
    assert kinds["/Document"] == kinds["/H1"] == 1
    assert kinds["/H2"] >= 7
    assert kinds["/Table"] == kinds["/THead"] == 3
    heads = [element for element in found if str(element["/S"]) == "/TH"]
    assert all("/Scope" in str(head["/A"]) for head in heads)
    assert not kinds["/Figure"]  # bars are drawn beside their numbers, and are no content


@every_name
def test_fonts_and_colours_are_inside_and_nothing_runs(name: str) -> None:
    found = read(sample_week.WEEKS[name]())
    root: Any = found.root_object
    fonts: Any = found.pages[0]["/Resources"]
    for font in fonts["/Font"].values():
        (descendant,) = font.get_object()["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & set(descendant.get_object()["/FontDescriptor"])
        assert "/ToUnicode" in font.get_object()
    assert "/DestOutputProfile" in root["/OutputIntents"][0].get_object()
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(root)
    assert not found.is_encrypted


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_file_says_its_language_title_and_standards(language: str) -> None:
    with speaking(language):
        found = read(sample_week.complete())
    root: Any = found.root_object
    metadata = root["/Metadata"].get_data().decode()
    assert root["/Lang"] == language
    assert "Anna Schröder" in metadata
    assert "<pdfaid:part>2<" in metadata
    assert "<pdfaid:conformance>A<" in metadata
    assert "<pdfuaid:part>1<" in metadata


def test_without_a_name_there_is_a_line_to_write_it_and_none_in_the_metadata() -> None:
    report = unnamed(sample_week.complete(), "P-7F3A")
    assert "Name:" in text_of(report)
    assert "Name:" not in text_of(sample_week.complete())
    content = pdf.write(report)
    assert b"Anna" not in content
    root: Any = PdfReader(io.BytesIO(content)).root_object
    assert "P-7F3A" in root["/Metadata"].get_data().decode()


@every_name
def test_the_longest_note_and_whatever_the_week_holds_are_one_page_to_its_end(name: str) -> None:
    report = replace(sample_week.WEEKS[name](), note=LONGEST_NOTE)
    assert len(LONGEST_NOTE) <= 1000
    found = read(report)
    assert len(found.pages) == 1
    text = " ".join(found.pages[0].extract_text().split())
    assert "The end of the note." in text
    assert report.disclaimer.split()[-1] in text  # the last line


def test_lines_to_write_on_are_there_where_there_is_room_and_no_note() -> None:
    assert "Note" in text_of(sample_week.complete()).split()
    assert "Note" not in text_of(sample_week.crowded()).split()


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
@pytest.mark.parametrize("language", ["en", "it"])
def test_no_sensor_is_cut_off_in_any_language(name: str, language: str) -> None:
    with speaking(language):
        sheet = pdf.sheet_of(golden_weeks.PEOPLE[name]().report())
    assert not [text for text in (*sheet["sensors"], *sheet["gaps"]) if text.endswith("…")]
