"""Real FIT files decoded by us and by two other decoders: every value that is used is the same.

The files stay outside the project; LEGLOAD_DATA names their folder (docs/imports.md). What other
decoders are called: fitdecode 0.11 (MIT), garmin-fit-sdk 21.218 (Garmin's own); both are only here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devices.profile import Floats
from ingest.importers.fit_file import decode
from ingest.importers.fit_names import FILE_TYPES, GARMIN_PRODUCTS, MAKERS
from ingest.importers.fit_profile import (
    EPOCH_S,
    SPORTS,
    SUB_SPORTS,
    TIMESTAMP,
    WANTED,
    Device,
    Event,
    FileId,
    Heart,
    Lap,
    Message,
    Record,
    Session,
    Sport,
)
from ingest.importers.fit_samples import cadence, kept_heart, speed
from ingest.importers.fit_table import Content, Table

FOLDER = Path(os.environ.get("LEGLOAD_DATA", "/nowhere")) / "fit"
FILES = sorted(FOLDER.iterdir()) if FOLDER.is_dir() else []
NAMES: dict[type, dict[int, str]] = {}

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not FILES, reason="LEGLOAD_DATA names no folder with FIT files in `fit`"),
]
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)

TABLES = {
    Message.FILE_ID: FileId,
    Message.SPORT: Sport,
    Message.SESSION: Session,
    Message.LAP: Lap,
    Message.RECORD: Record,
    Message.EVENT: Event,
    Message.DEVICE_INFO: Device,
    Message.HR: Heart,
}
TEXTS = {(Message.FILE_ID, FileId.PRODUCT_NAME), (Message.DEVICE_INFO, Device.PRODUCT_NAME)}


def ours(file: Path) -> Content:
    """The one activity in a file."""
    (content,) = decode(file.read_bytes(), WANTED).contents
    return content


def column(table: Table, number: int) -> list[Any]:
    """A field, row by row: numbers, lists of them, None for nothing."""
    found = table.values.get(number)
    if found is None:
        return [None] * len(table)
    return [_plain(row) for row in found]


def _plain(value: object) -> object:
    told = np.atleast_1d(np.asarray(value, float))
    told = told[~np.isnan(told)]
    if not len(told):
        return None
    return told[0] if len(told) == 1 else told.tolist()


def _theirs(value: Any) -> Any:
    """The same of another decoder, which keeps empty places of arrays."""
    if not isinstance(value, list | tuple):
        return value
    told = [one for one in value if one is not None]
    return told[0] if len(told) == 1 else (told or None)


def by_fitdecode(file: Path) -> dict[int, list[dict[int, Any]]]:
    """Messages by number: raw values by field, absent where there is none."""
    fitdecode = pytest.importorskip("fitdecode", reason="fitdecode is not installed")
    found: dict[int, list[dict[int, Any]]] = {}
    with fitdecode.FitReader(
        file, check_crc=fitdecode.CrcCheck.RAISE, keep_raw_chunks=False
    ) as frames:
        for frame in frames:
            if not isinstance(frame, fitdecode.FitDataMessage):
                continue
            raw: dict[int, Any] = {}
            for one in frame.fields:
                told = one.field_def  # None for what fitdecode works out itself
                if told is not None and told.is_dev is False and one.value is not None:
                    raw.setdefault(told.def_num, one.raw_value)
            if frame.time_offset is not None:
                raw.pop(TIMESTAMP, None)
            found.setdefault(frame.global_mesg_num, []).append(raw)
    return found


def by_garmin(file: Path, **options: bool) -> tuple[dict[str, list[dict[str, Any]]], list[Any]]:
    """Messages as Garmin's decoder reads them, by name of message and field, and its errors."""
    sdk = pytest.importorskip("garmin_fit_sdk", reason="garmin-fit-sdk is not installed")
    decoder = sdk.Decoder(sdk.Stream.from_file(str(file)))
    raw: dict[str, bool] = {
        "apply_scale_and_offset": False,
        "convert_datetimes_to_dates": False,
        "convert_types_to_strings": False,
        "expand_sub_fields": False,
        "expand_components": False,
        "merge_heart_rates": False,
    }
    messages, errors = decoder.read(**{**raw, **options})
    return messages, errors


def used() -> Iterator[tuple[Message, int]]:
    """Every field of every message that is used, but texts."""
    for message, fields in TABLES.items():
        for number in (*fields, TIMESTAMP):
            if (message, number) not in TEXTS:
                yield message, int(number)
    yield Message.HRV, 0


@each_file
def test_every_value_is_that_of_fitdecode(file: Path) -> None:
    content, other = ours(file), by_fitdecode(file)
    assert content.messages == sum(len(rows) for rows in other.values())
    compared = 0
    for message, number in used():
        rows = other.get(message, [])
        told = [_theirs(row.get(number)) for row in rows]
        assert column(content.table(message), number) == told, (message.name, number)
        compared += sum(one is not None for one in told)
    assert compared > 0


@each_file
def test_every_value_is_that_of_garmins_own_decoder(file: Path) -> None:
    sdk = pytest.importorskip("garmin_fit_sdk", reason="garmin-fit-sdk is not installed")
    content, (messages, errors) = ours(file), by_garmin(file)
    assert errors == []
    for message, number in used():
        profile = sdk.Profile["messages"][message]
        if number not in profile["fields"]:
            continue
        name = profile["fields"][number]["name"]
        rows = messages.get(profile["messages_key"], [])
        told = [_theirs(row.get(name)) for row in rows]
        assert column(content.table(message), number) == told, (message.name, name)


@each_file
def test_scaled_values_and_times_are_those_of_fitdecode(file: Path) -> None:
    fitdecode = pytest.importorskip("fitdecode", reason="fitdecode is not installed")
    records = ours(file).table(Message.RECORD)
    with fitdecode.FitReader(file) as frames:
        rows = [f for f in frames if isinstance(f, fitdecode.FitDataMessage) and f.name == "record"]

    def told(name: str) -> Floats:
        values = [row.get_value(name, fallback=None) for row in rows]
        return np.array([np.nan if one is None else float(one) for one in values])

    times = [row.get_value("timestamp", fallback=None) for row in rows]
    expected = [np.nan if one is None else one.timestamp() - EPOCH_S for one in times]
    np.testing.assert_array_equal(records.time_s, np.array(expected, float))
    np.testing.assert_allclose(speed(records), told("enhanced_speed"), atol=1e-9)
    turns = told("cadence") + np.nan_to_num(told("fractional_cadence"))
    np.testing.assert_allclose(cadence(records), turns, atol=1e-9)
    contact_ms = records.value(Record.CONTACT) / 10.0
    np.testing.assert_allclose(contact_ms, told("stance_time"), atol=1e-9)


@each_file
def test_beats_kept_under_water_are_dated_as_garmins_own_decoder_dates_them(file: Path) -> None:
    content = ours(file)
    table = content.table(Message.HR)
    messages, _ = by_garmin(file, apply_scale_and_offset=True, expand_components=True)
    rows = messages.get("hr_mesgs", [])
    assert len(rows) == len(table)
    if not rows:
        pytest.skip("the file has no such beats")
    stamps, rates, zero = [], [], np.nan
    for row in rows:
        events = np.atleast_1d(row["event_timestamp"])
        if row.get("timestamp") is not None:
            zero = row["timestamp"] + row.get("fractional_timestamp", 0.0) - events[0]
        stamps += [zero + one for one in events]
        rates += list(np.atleast_1d(row["filtered_bpm"]))
    fine = [bool(one) for one in rates]
    time_s, bpm = kept_heart(table)
    np.testing.assert_allclose(time_s, np.array(stamps)[fine], atol=1e-3)
    np.testing.assert_array_equal(bpm, np.array(rates, float)[fine])


def test_what_we_call_things_is_what_the_profile_calls_them() -> None:
    sdk = pytest.importorskip("garmin_fit_sdk", reason="garmin-fit-sdk is not installed")
    types = sdk.Profile["types"]
    for ours_, theirs in (
        (SPORTS, "sport"),
        (SUB_SPORTS, "sub_sport"),
        (MAKERS, "manufacturer"),
        (GARMIN_PRODUCTS, "garmin_product"),
        (FILE_TYPES, "file"),
    ):
        assert set(ours_) <= set(types[theirs])
    for number, name in GARMIN_PRODUCTS.items():
        told = types["garmin_product"][number].replace("_", "").replace("fr", "forerunner")
        plain = name.casefold().replace(" ", "").replace("-", "").replace("í", "i")
        assert plain.replace("music", "") in told + "music" or told[:9] == plain[:9], (name, told)
