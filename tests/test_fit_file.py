"""FIT files, written byte by byte, come out as what was written; torn ones up to the tear."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.importers import fit_file, fit_table
from ingest.importers.fit_file import DamagedError, Decoded, decode
from ingest.importers.fit_layout import Layout
from ingest.importers.fit_profile import EPOCH_S, WANTED, Message, Record, Session
from ingest.importers.fit_sums import crc16, unrolled
from ingest.importers.fit_table import Content, NotFitError
from tests.fit_writer import START_S, FitWriter, arc, run

RECORD = [(253, "uint32"), (3, "uint8")]


def beating(count: int = 3, *, big: bool = False) -> FitWriter:
    """Seconds of heart rate: 100, 101, ..."""
    writer = FitWriter(big=big)
    writer.file_id()
    writer.define(0, 20, RECORD)
    for second in range(count):
        writer.message(0, START_S + second, 100 + second)
    return writer


def decoded(data: bytes) -> Decoded:
    return decode(data, WANTED)


def only(data: bytes) -> Content:
    (content,) = decoded(data).contents
    return content


def rates(content: Content) -> list[float]:
    return [float(one) for one in content.table(Message.RECORD).value(Record.HEART_RATE)]


def seconds(content: Content) -> list[float]:
    return [float(one) for one in content.table(Message.RECORD).time_s - START_S]


@given(st.binary(max_size=400))
def test_the_checksum_is_that_of_the_protocol(data: bytes) -> None:
    assert crc16(data) == arc(data)


@pytest.mark.parametrize("header", [12, 14, 20])
@pytest.mark.parametrize("big", [False, True])
def test_either_byte_order_and_every_header_is_read(header: int, big: bool) -> None:
    content = only(beating(big=big).bytes(header=header))
    assert rates(content) == [100, 101, 102]
    assert seconds(content) == [0, 1, 2]
    assert content.messages == 4


def test_both_byte_orders_may_stand_in_one_file() -> None:
    writer = beating(2)
    writer.big = True
    writer.define(1, 20, RECORD)
    writer.message(1, START_S + 2, 102)
    writer.message(0, START_S + 3, 103)
    content = only(writer.bytes())
    assert rates(content) == [100, 101, 102, 103]
    assert seconds(content) == [0, 1, 2, 3]


def test_what_is_none_in_its_type_is_missing() -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(
        0, 20, [(253, "uint32"), (3, "uint8"), (9, "sint16"), (6, "uint16"), (73, "float32")]
    )
    writer.message(0, START_S, 0xFF, 0x7FFF, 0xFFFF, float("nan"))
    writer.message(0, START_S, 60, -150, 1, 2.5)
    table = only(writer.bytes()).table(Message.RECORD)
    for number, value in ((3, 60), (9, -150), (6, 1), (73, 2.5)):
        assert np.isnan(table.value(number)[0])
        assert table.value(number)[1] == value


def test_fields_of_developers_are_stepped_over() -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, RECORD, developer=(4, 1))
    for second in range(3):
        writer.message(0, START_S + second, 90 + second, b"\xff\x40\x00\x80", b"\x01")
    assert rates(only(writer.bytes())) == [90, 91, 92]


def test_a_field_in_another_type_than_usual_is_read_as_its_file_says() -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, [(253, "uint32"), (3, "float64"), (6, "uint64")])
    writer.message(0, START_S, 71.5, 2**40)
    table = only(writer.bytes()).table(Message.RECORD)
    assert table.value(3).tolist() == [71.5]
    assert table.value(6).tolist() == [2**40]


def test_a_definition_given_again_counts_from_there_on() -> None:
    writer = beating(1)
    writer.define(0, 20, [(3, "uint8"), (253, "uint32")])
    writer.message(0, 150, START_S + 1)
    writer.define(0, 20, RECORD)
    writer.message(0, START_S + 2, 151)
    assert rates(only(writer.bytes())) == [100, 150, 151]


def test_compressed_times_roll_over_every_32_seconds() -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 20, RECORD)
    writer.define(1, 20, [(3, "uint8")])
    writer.message(0, START_S, 60)
    for second in range(10, 100, 10):
        writer.brief(1, (START_S + second) % 32, 60 + second)
    writer.message(0, START_S + 500, 80)
    writer.brief(1, (START_S + 531) % 32, 81)
    content = only(writer.bytes())
    assert seconds(content) == [*range(0, 100, 10), 500, 531]
    assert rates(content)[-2:] == [80, 81]


def test_a_compressed_time_counts_on_from_messages_of_any_kind() -> None:
    writer = FitWriter()
    writer.file_id()
    writer.define(0, 999, [(253, "uint32")])
    writer.define(1, 20, [(3, "uint8")])
    writer.define(2, 998, [(7, "uint8")])
    writer.brief(1, 3, 55)
    writer.message(0, START_S)
    writer.brief(2, (START_S + 30) % 32, 1)
    writer.brief(1, (START_S + 45) % 32, 56)
    assert np.isnan(seconds(only(writer.bytes()))[0])
    assert seconds(only(writer.bytes()))[1] == 45


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4095)), max_size=60))
def test_a_counter_of_few_bits_never_runs_back(steps: list[tuple[bool, int]]) -> None:
    count, whole, low, expected, started = 5000, [], [], [], False
    for place, (full, more) in enumerate(steps):
        count += more
        if full:
            whole.append((place, count))
            started = True
        else:
            low.append((place, count % 4096))
            expected.append(count if started else None)
    columns = [np.array(one, np.int64).reshape(-1, 2).T for one in (whole, low)]
    counts, known = unrolled(*columns[0], *columns[1], modulus=4096)
    told = [one if is_known else None for one, is_known in zip(counts, known, strict=True)]
    assert told == expected


def test_a_chain_of_files_is_read_one_by_one() -> None:
    contents = decoded(beating(2).bytes() + beating(4).bytes(header=12)).contents
    assert [rates(content) for content in contents] == [[100, 101], [100, 101, 102, 103]]


def test_a_part_that_does_not_say_what_it_is_belongs_to_the_file_before() -> None:
    rest = FitWriter()
    rest.define(0, 20, RECORD)
    rest.message(0, START_S + 9, 150)
    content = only(beating(2).bytes() + rest.bytes())
    assert rates(content) == [100, 101, 150]
    assert seconds(content) == [0, 1, 9]


def test_a_torn_file_keeps_its_whole_messages_wherever_it_was_torn() -> None:
    whole = beating(50).bytes()
    read = decoded(whole)
    assert read.torn is None
    first = len(whole) - 2 - 50 * 6
    for length in range(first + 6, len(whole) - 2, 5):
        torn = decoded(whole[:length])
        kept = (length - first) // 6
        assert rates(torn.contents[0]) == [float(100 + number) for number in range(kept)]
        assert torn.torn == length - first - kept * 6


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 20])
def test_a_file_that_was_never_closed_is_read_to_its_end(size: int) -> None:
    writer = beating(5)
    read = decoded(writer.bytes(size=size, crc=0x1234)[:-2])
    assert rates(read.contents[0]) == [100, 101, 102, 103, 104]
    assert read.torn == 0


def test_another_checksum_than_was_written_is_refused() -> None:
    data = bytearray(beating(5).bytes())
    data[-5] ^= 1
    with pytest.raises(DamagedError):
        decoded(bytes(data))


def test_a_writer_may_tell_no_checksum() -> None:
    assert rates(only(beating(2).bytes(crc=0))) == [100, 101]


def test_a_message_that_nothing_describes_is_where_a_file_is_torn() -> None:
    writer = beating(2)
    writer.body += bytes([7, 1, 2, 3])
    read = decoded(writer.bytes())
    assert rates(read.contents[0]) == [100, 101]
    assert read.torn == 6


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".FIT",
        b"PK\x03\x04" + bytes(60),
        b"<?xml version='1.0'?><gpx/>" * 4,
        b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00\x00\x00",
        b"\x03\x10\x00\x00\x05\x00\x00\x00.FIT\x00\x00\x00\x00",
    ],
)
def test_garbage_is_no_fit_file(data: bytes) -> None:
    with pytest.raises(NotFitError):
        decoded(data)


@pytest.mark.parametrize(("bound", "least"), [("MOST_LAYOUTS", 61), ("MOST_DEFINITIONS", 121)])
def test_endless_definitions_are_refused(
    bound: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = FitWriter()
    writer.file_id()
    for number in range(120):
        writer.define(0, 20, [(number % 60, "uint8")])
        writer.message(0, 1)
    monkeypatch.setattr(fit_file, bound, least)
    assert only(writer.bytes()).messages == 121
    monkeypatch.setattr(fit_file, bound, least - 1)
    with pytest.raises(NotFitError):
        decoded(writer.bytes())


def test_an_endless_chain_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_file, "MOST_PARTS", 3)
    assert len(decoded(beating(1).bytes() * 3).contents) == 3
    with pytest.raises(NotFitError):
        decoded(beating(1).bytes() * 4)


def test_more_messages_than_any_activity_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_file, "MOST_MESSAGES", 50)
    assert len(rates(only(beating(49).bytes()))) == 49
    with pytest.raises(NotFitError):
        decoded(beating(50).bytes())


def test_one_wide_array_among_many_messages_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_table, "MOST_VALUES", 1000)
    writer = FitWriter()
    writer.define(0, 78, [(0, "uint16")])
    for _ in range(50):
        writer.message(0, 800)
    assert len(only(writer.bytes()).table(Message.HRV)) == 50
    writer.define(0, 78, [(0, "uint16", 100)])
    writer.message(0, *range(100))
    with pytest.raises(NotFitError):
        decoded(writer.bytes())


def test_only_fields_that_are_asked_for_are_decoded() -> None:
    content = decode(run(5).bytes(), {Message.RECORD: frozenset({Record.HEART_RATE})}).contents[0]
    assert set(content.tables) == {Message.RECORD}
    assert set(content.table(Message.RECORD).values) == {Record.HEART_RATE, 253}
    assert len(content.table(Message.SESSION)) == 0
    assert content.table(Message.SESSION).value(Session.SPORT).size == 0


def test_a_text_ends_at_its_first_zero_and_holds_what_can_be_shown() -> None:
    writer = FitWriter()
    writer.define(0, 0, [(0, "enum"), (8, "string", 12)])
    writer.message(0, 4, b"Pod\x01 \xc3\xa8\xff\x00junk")
    assert only(writer.bytes()).table(Message.FILE_ID).text(8) == "Pod è"


def test_bytes_that_belong_together_are_missing_only_all_at_once() -> None:
    writer = FitWriter()
    writer.define(0, 20, [(8, "byte", 3)])
    writer.message(0, b"\xff\x01\xff")
    writer.message(0, b"\xff\xff\xff")
    found = only(writer.bytes()).table(Message.RECORD).array(Record.SPEED_DISTANCE)
    assert found[0].tolist() == [255, 1, 255]
    assert np.isnan(found[1]).all()


def test_arrays_of_different_lengths_lie_in_one_table() -> None:
    writer = FitWriter()
    writer.define(0, 78, [(0, "uint16", 2)])
    writer.message(0, 800, 0xFFFF)
    writer.define(0, 78, [(0, "uint16")])
    writer.message(0, 700)
    writer.define(0, 78, [(0, "uint16", 3)])
    writer.message(0, 600, 601, 602)
    found = only(writer.bytes()).table(Message.HRV).array(0)
    np.testing.assert_array_equal(
        found, [[800, np.nan, np.nan], [700, np.nan, np.nan], [600, 601, 602]]
    )


@given(st.binary(max_size=300), st.binary(min_size=14, max_size=14))
def test_any_bytes_behind_a_header_are_read_or_refused(body: bytes, head: bytes) -> None:
    header = b"\x0e" + head[1:4] + (len(body) + head[4] % 3 - 1).to_bytes(4, "little", signed=True)
    data = header + b".FIT" + head[12:] + body
    for end in (b"\0\0", arc(data + body).to_bytes(2, "little"), b""):
        try:
            read = decoded(data + end)
        except (NotFitError, DamagedError):
            continue
        for content in read.contents:
            for table in content.tables.values():
                assert all(len(value) == len(table) for value in table.values.values())


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_a_file_with_bytes_changed_is_read_or_refused(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    data = bytearray(run(20).bytes(crc=0))
    for _ in range(changes):
        data[chance.randrange(14, len(data) - 2)] = chance.randrange(256)
    try:
        read = decoded(bytes(data))
    except (NotFitError, DamagedError):
        return
    assert sum(content.messages for content in read.contents) > 0


def test_a_layout_says_how_long_its_messages_are() -> None:
    definition = bytes([0, 1, 0, 20, 2, 253, 4, 0x86, 3, 1, 0x02, 1, 0, 5, 0])
    layout = Layout(definition, WANTED)
    assert (layout.number, layout.size) == (20, 1 + 4 + 1 + 5)


def test_times_of_fit_begin_in_1989() -> None:
    assert np.datetime64(EPOCH_S, "s") == np.datetime64("1989-12-31T00:00:00")
