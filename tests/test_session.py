"""One sensor, supervised, on a virtual link in simulated time."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, rsc, thingy52
from ingest.recording import Kind
from ingest.session import BACKOFF_MOST_S, ROTATE_AFTER_S, SensorStatus, State, backoff_s
from ingest.status import STREAMING
from ingest.virtual import Emission, Faults, replay_sensor
from tests.collecting import collecting, enter, payloads, recordings
from tests.one_sensor import PROFILE, SETTING, TICK, TICKER, in_the_air
from tests.time_travel import run


def numbers(home: Path) -> list[int]:
    """Every tick on the disk, in order."""
    return [
        int.from_bytes(payload, "little")
        for recording in recordings(home)
        for payload in payloads(recording)
    ]


def test_everything_that_was_in_the_air_is_on_the_disk(tmp_path: Path) -> None:
    async def minute() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(60)

    enter(tmp_path, TICKER)
    run(minute())

    found = numbers(tmp_path)
    assert found == list(range(1, len(found) + 1))
    assert len(found) > 500  # ten a second, less the search


def test_a_lost_sensor_is_found_again_and_nobody_sleeps(tmp_path: Path) -> None:
    sensor = replace(TICKER, faults=Faults(lose_link_after_s=(5.0, 8.0)))

    async def minute() -> State:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(60)
            return collector.state().sensors[0].state

    enter(tmp_path, sensor)
    assert run(minute()) is State.STREAMING

    first, second, third = recordings(tmp_path)
    assert payloads(first, Kind.LOST) == payloads(second, Kind.LOST) == [b"the link was lost"]
    assert payloads(third, Kind.LOST) == [b"stopped"]
    found = numbers(tmp_path)
    assert len(set(found)) == len(found)
    assert found == sorted(found)


def test_a_reconnect_shakes_hands_again(tmp_path: Path) -> None:
    sensor = replace(TICKER, faults=Faults(lose_link_after_s=(5.0,)))

    async def half_a_minute() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(30)

    enter(tmp_path, sensor)
    run(half_a_minute())
    for recording in recordings(tmp_path):
        assert payloads(recording, Kind.WRITE) == [b"\x01"]
        assert payloads(recording, Kind.REPLY) == [b"\x01"]


def test_a_silent_sensor_is_let_go_and_searched_again(tmp_path: Path) -> None:
    def three_then_silence(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        yield from ((n / 10, TICK, bytes([n])) for n in range(1, 4))

    profile = replace(PROFILE, silence_s=5.0)
    sensor = replace(TICKER, profiles=(profile,), sources={"ticker": three_then_silence})
    states: list[State] = []

    async def a_while() -> None:
        async with (
            in_the_air(sensor) as (radio, _),
            collecting(tmp_path, radio, profile) as collector,
        ):
            for _ in range(200):
                await asyncio.sleep(0.1)
                states.extend(sensor.state for sensor in collector.state().sensors)

    enter(tmp_path, sensor)
    run(a_while())
    assert State.LOST in states
    reasons = [payloads(recording, Kind.LOST) for recording in recordings(tmp_path)]
    assert reasons[0] == [b"Ticker: silent for 5 s"]
    assert len(reasons) >= 2


def test_dropped_and_late_notifications_neither_repeat_nor_overtake(tmp_path: Path) -> None:
    sensor = replace(TICKER, faults=Faults(drop=0.2, jitter_s=0.1))

    async def minute() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(60)

    enter(tmp_path, sensor)
    run(minute())
    found = numbers(tmp_path)
    assert found == sorted(set(found))
    assert 0.7 < len(found) / found[-1] < 0.9


def test_after_an_hour_a_new_recording_goes_on_without_a_gap_and_decodes_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ROTATE_AFTER_S == 3600
    monkeypatch.setattr("ingest.session.ROTATE_AFTER_S", 30.0)

    async def longer_than_that() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(50)

    enter(tmp_path, TICKER)
    run(longer_than_that())
    first, second = recordings(tmp_path)
    assert payloads(second, Kind.CONNECTED) == [b"rotated"]
    assert payloads(second, Kind.REPLY) == [b"\x01"]
    assert second.header.characteristics[second.rows.characteristic[1]] == SETTING
    found = numbers(tmp_path)
    assert found == list(range(1, len(found) + 1))
    assert payloads(first, Kind.LOST) == []


def test_a_full_disk_is_said_and_what_was_held_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = False
    fsync = os.fsync

    def refuse(descriptor: int) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    async def fill_up() -> str:
        nonlocal full
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(10)
            full = True
            await asyncio.sleep(10)
            detail = collector.state().sensors[0].detail
            full = False
            await asyncio.sleep(10)
            assert collector.state().sensors[0].detail == STREAMING
            return detail

    enter(tmp_path, TICKER)
    monkeypatch.setattr(os, "fsync", refuse)
    detail = run(fill_up())
    assert "No space left" in detail
    assert "Free some space" in detail
    found = numbers(tmp_path)
    assert found == list(range(1, len(found) + 1))


def test_a_replayed_person_arrives_payload_for_payload(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    axes = rng.integers(-2000, 2000, (500, 6)).astype(np.int16)
    sensor = replay_sensor(axes, 100)

    async def play() -> None:
        known = (PROFILES["thingy52"], PROFILES["battery"], PROFILES["device_information"])
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *known):
            await asyncio.sleep(9)

    enter(tmp_path, sensor)
    run(play())
    recording = recordings(tmp_path)[0]
    raw = recording.header.index(thingy52.RAW)
    rows = recording.rows
    found = [p for c, p in zip(rows.characteristic, rows.payload, strict=True) if c == raw]
    assert found == thingy52.encode_many(axes)


def test_malformed_packets_are_counted_kept_raw_and_do_no_harm(tmp_path: Path) -> None:
    def broken(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for number in range(1, 40):
            good = rsc.encode(rsc.RscMeasurement(speed_mps=1.5, cadence_sent_per_min=55))
            yield number / 2, rsc.MEASUREMENT, good if number % 2 else good[:-1]

    feature = rsc.RscFeature(
        stride_length=False, distance=False, running=True, calibration=False, locations=False
    )
    values = {rsc.FEATURE: rsc.encode_feature(feature), rsc.LOCATION: b"\x01"}
    pod = replace(TICKER, profiles=(rsc.PROFILE,), sources={"rsc": broken}, values=values)

    async def walk() -> SensorStatus:
        async with in_the_air(pod) as (radio, _), collecting(tmp_path, radio, rsc.PROFILE) as c:
            await asyncio.sleep(12)
            return c.state().sensors[0]

    enter(tmp_path, pod)
    status = run(walk())
    assert status.state is State.STREAMING
    assert status.malformed == status.notifications // 2 > 5
    assert [v.value for v in status.live if v.label == "cadence"] == [110.0]
    assert len(payloads(recordings(tmp_path)[0])) >= status.notifications


@given(failures=st.integers(1, 10_000), seed=st.integers(0, 2**32 - 1))
def test_the_wait_between_attempts_grows_is_jittered_and_bounded(failures: int, seed: int) -> None:
    wait = backoff_s(failures, np.random.default_rng(seed))
    assert 0.25 <= wait <= BACKOFF_MOST_S * 1.5
    assert backoff_s(1, np.random.default_rng(seed)) <= 0.75
