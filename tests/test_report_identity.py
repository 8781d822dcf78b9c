"""A report without a name: the code that stands for a person, and what is taken out."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from analytics.week import Gap, Notice
from dashboard.reports.identity import is_unnamed, person_code, person_codes, unnamed
from ingest.entries import AnyEntry, BodyMassSet, PersonSet
from tests import sample_week

AT = dt.datetime(2026, 11, 1, 9, 30, 12, 345678, tzinfo=dt.UTC)
CODE = "P-7F3A"


def said(person: str, name: str, at: dt.datetime = AT) -> PersonSet:
    return PersonSet(at=at, person=person, name=name)


def test_a_code_stays_whatever_is_said_later_and_differs_between_people() -> None:
    first: list[AnyEntry] = [said("anna", "Anna"), said("bo", "Bo", AT + dt.timedelta(seconds=1))]
    mass = BodyMassSet(at=AT + dt.timedelta(days=9), person="anna", date=AT.date(), kg=70)
    later = [*first, said("anna", "Anna Schröder", AT + dt.timedelta(days=3)), mass]
    assert person_codes(first) == person_codes(later)
    assert len(set(person_codes(first).values())) == 2
    assert person_code(later, "anna") == person_codes(first)["anna"]


def test_a_code_comes_from_the_instant_and_not_from_the_name() -> None:
    one = person_codes([said("anna", "Anna")])["anna"]
    assert one == person_codes([said("anna", "Somebody else")])["anna"]
    other = person_codes([said("anna", "Anna", AT + dt.timedelta(microseconds=1))])["anna"]
    assert one != other


def test_who_was_never_named_has_a_code_too() -> None:
    assert person_code([], "me") == person_code([], "me")
    assert is_unnamed(unnamed(sample_week.complete(), person_code([], "me")))


def test_of_very_many_people_no_two_share_a_code() -> None:
    entries = [said(f"p{index}", "") for index in range(2000)]
    codes = list(person_codes(entries).values())
    assert len(set(codes)) == len(codes)
    assert max(map(len, codes)) > len(CODE)  # some four letters did agree
    assert codes[:100] == list(person_codes(entries[:100]).values())


def test_a_person_whose_name_looks_like_a_code_is_named() -> None:
    assert not is_unnamed(sample_week.complete())
    assert not is_unnamed(replace(sample_week.complete(), person_name=CODE))
    assert is_unnamed(unnamed(sample_week.complete(), CODE))


def test_sensors_keep_their_kind_and_every_key_is_a_number() -> None:
    report = sample_week.trained()
    battery = Notice(key="battery-c0ffee-2", level="remind", text="Low.")
    stray = Gap(sensor="c0ffee-9", start=AT, end=AT, reason="")
    report = replace(report, notices=(*report.notices, battery), gaps=(*report.gaps, stray))
    blank = unnamed(report, CODE)
    assert [(use.sensor, use.title) for use in blank.sensors] == [
        ("sensor-1", "Motion sensor"),
        ("sensor-2", "Foot pod"),
    ]
    assert [gap.sensor for gap in blank.gaps] == ["sensor-1", "sensor"]
    assert [one.sensor for one in blank.sets] == [None, None, "sensor-1"]
    assert [one.key for one in blank.notices] == ["battery", "battery-sensor-2"]
    assert "c0ffee" not in repr(blank)


def test_nothing_else_of_a_week_changes() -> None:
    report = sample_week.complete()
    parted = unnamed(report, CODE)
    changed = {"person", "person_name", "sensors", "gaps", "notices", "note"}
    for field in fields(report):
        if field.name not in changed:
            assert getattr(parted, field.name) == getattr(report, field.name)


def test_a_note_loses_the_name_and_keeps_its_other_words() -> None:
    report = replace(
        sample_week.complete(),
        person="may-lee",
        person_name="May Lee",
        note="MAY LEE (may lee) may walk. Tell May: dismay and sleep are no names. may-lee",
    )
    assert unnamed(report, CODE).note == (
        f"{CODE} ({CODE}) {CODE} walk. Tell {CODE}: dismay and sleep are no names. {CODE}"
    )


@given(name=st.text(max_size=40), note=st.text(max_size=200))
def test_any_name_and_any_note_can_be_parted(name: str, note: str) -> None:
    report = replace(sample_week.complete(), person_name=name, note=f"{note} {name} {note}")
    blank = unnamed(report, CODE)
    assert is_unnamed(blank)
    if not name.strip():
        assert blank.note == report.note
