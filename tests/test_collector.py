"""The collector: pairing, control, following the entries, one at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devices import PROFILES
from devices.profile import Placement
from ingest.collector import CollectorBusy
from ingest.control import NotRunning, ask, contact
from ingest.entries import Entries, SensorForgotten
from ingest.errors import IngestError
from ingest.link import SensorNotFound
from ingest.pairing import NotASensor, sensor_key
from ingest.session import State
from ingest.virtual import demo_sensors
from tests.collecting import collecting, enter, payloads, recordings
from tests.one_sensor import ADDRESS, TICKER, in_the_air, tickers
from tests.time_travel import START_NS, run

import numpy as np  # isort: skip

ALL = tuple(PROFILES.values())


def demo() -> list[Any]:
    return demo_sensors(np.random.default_rng(7), START_NS)


def test_the_demo_sensors_are_scanned_paired_and_recorded(tmp_path: Path) -> None:
    async def pair_everything() -> list[str]:
        async with in_the_air(*demo()) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            seen = await c.scan(2.0)
            keys = [await c.pair(s.address, Placement.RIGHT_ANKLE, person="ada") for s in seen]
            await asyncio.sleep(10)
            assert {s.state for s in c.state().sensors} == {State.STREAMING}
            assert all(s.battery_percent is not None for s in c.state().sensors)
            return keys

    keys = run(pair_everything())
    assert len(keys) == 3
    assert {recording.header.sensor for recording in recordings(tmp_path)} == set(keys)
    assert all(len(payloads(recording)) >= 8 for recording in recordings(tmp_path))


def test_a_sensor_is_known_by_its_serial_number_not_by_its_address(tmp_path: Path) -> None:
    pod = demo()[0]

    async def pair(sensor: Any) -> str:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            return await c.pair(sensor.address, Placement.LEFT_FOOT, person="ada")

    first = run(pair(pod))
    second = run(pair(replace(pod, address="D0:1E:61:0A:D0:7F")))
    assert first == second == sensor_key("rsc", pod.serial)
    assert list(Entries(tmp_path).registry().sensors) == [first]


def test_a_live_value_is_seen_before_anything_is_saved(tmp_path: Path) -> None:
    async def look() -> dict[str, float | None]:
        async with in_the_air(demo()[0]) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            seen = await c.examine(demo()[0].address, 5.0)
            return {value.label: value.value for value in seen.live}

    live = run(look())
    cadence = live["cadence"]
    assert cadence is not None
    assert 80 <= cadence <= 200  # steps per minute of both feet, though the pod sends strides
    assert Entries(tmp_path).read() == []


def test_what_is_no_sensor_is_not_paired(tmp_path: Path) -> None:
    async def pair() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            await c.pair(ADDRESS, Placement.LEFT_FOOT, person="ada")

    with pytest.raises(NotASensor, match="not a sensor that legload can read"):
        run(pair())
    assert Entries(tmp_path).read() == []


def test_a_sensor_out_of_range_is_said_to_be_so(tmp_path: Path) -> None:
    async def pair() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            await c.pair("F0:00:00:00:00:99", Placement.LEFT_FOOT, person="ada")

    with pytest.raises(SensorNotFound, match=r"did not answer within 15 s\. Wake it"):
        run(pair())


def test_eight_sensors_stream_at_once(tmp_path: Path) -> None:
    sensors = tickers(8)

    async def a_while() -> set[State]:
        async with in_the_air(*sensors) as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(40)
            return {sensor.state for sensor in collector.state().sensors}

    for number, sensor in enumerate(sensors):
        enter(tmp_path, sensor, key=f"ticker-{number}")
    assert run(a_while()) == {State.STREAMING}
    assert len(recordings(tmp_path)) == 8


def test_a_sensor_paired_by_another_process_is_picked_up_and_a_forgotten_one_let_go(
    tmp_path: Path,
) -> None:
    async def follow() -> list[int]:
        counts = []
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(2)
            counts.append(len(collector.state().sensors))
            enter(tmp_path, TICKER)
            await asyncio.sleep(5)
            counts.append(len(collector.state().sensors))
            now = dt.datetime.fromtimestamp(START_NS / 1e9, dt.UTC)
            Entries(tmp_path).append(SensorForgotten(at=now, sensor="ticker-1"))
            await asyncio.sleep(5)
            counts.append(len(collector.state().sensors))
        return counts

    assert run(follow()) == [0, 1, 0]
    assert payloads(recordings(tmp_path)[0])


def test_recording_can_be_paused_and_resumed(tmp_path: Path) -> None:
    async def pause() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(10)
            await collector.set_recording(False)
            await asyncio.sleep(10)
            assert collector.state().sensors == ()
            await collector.set_recording(True)
            await asyncio.sleep(10)

    enter(tmp_path, TICKER)
    run(pause())
    assert len(recordings(tmp_path)) == 2


@pytest.mark.parametrize("tenths", range(16))
def test_stopping_ends_at_once_at_whatever_moment_it_comes(tmp_path: Path, tenths: int) -> None:
    async def stop_then() -> float:
        async with in_the_air() as (radio, _):
            async with collecting(tmp_path, radio):
                await asyncio.sleep(tenths / 10)
            return asyncio.get_running_loop().time()

    enter(tmp_path, TICKER)
    assert run(stop_then(), horizon_s=60) <= tenths / 10 + 5


def test_a_second_collector_for_the_same_folder_is_turned_away(tmp_path: Path) -> None:
    async def two() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(1)
            async with collecting(tmp_path, radio):
                await asyncio.sleep(1)

    with pytest.raises(CollectorBusy, match="already running"):
        run(two())


async def asked(home: Path, do: str, **arguments: object) -> Any:
    def call() -> Any:
        return ask(home, do, timeout_s=20, **arguments)

    return await asyncio.get_running_loop().run_in_executor(None, call)


def controlled(home: Path, work: Callable[[], Any]) -> Any:
    async def go() -> Any:
        async with in_the_air() as (radio, _), collecting(home, radio):
            while contact(home) is None:  # noqa: ASYNC110 - a file appears
                await asyncio.sleep(0.1)
            return await work()

    return run(go())


def test_pages_and_commands_reach_the_collector_through_its_socket(tmp_path: Path) -> None:
    state = controlled(tmp_path, lambda: asked(tmp_path, "status"))
    assert state["recording"] is True
    assert state["sensors"] == []


def test_the_socket_and_its_contact_file_are_for_the_owner_only(tmp_path: Path) -> None:
    async def modes() -> list[int]:
        where = contact(tmp_path)
        assert where is not None
        paths = [tmp_path / "collector.json", *([Path(where.path)] if where.path else [])]
        return [stat.S_IMODE(path.stat().st_mode) for path in paths]

    assert set(controlled(tmp_path, modes)) == {0o600}


def test_a_request_the_collector_does_not_know_is_answered_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="cannot 'fly'"):
        controlled(tmp_path, lambda: asked(tmp_path, "fly"))


def test_a_request_without_the_token_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forged() -> Any:
        found = contact(tmp_path)
        assert found is not None
        import msgspec

        fake = msgspec.structs.replace(found, token="guess")
        monkeypatch.setattr("ingest.control.contact", lambda _: fake)
        return await asked(tmp_path, "status")

    with pytest.raises(IngestError, match="token"):
        controlled(tmp_path, forged)


def test_without_a_collector_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="legload run"):
        ask(tmp_path, "status")


def test_a_home_folder_too_deep_for_a_socket_is_served_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    assert controlled(deep, lambda: asked(deep, "status"))["recording"] is True
