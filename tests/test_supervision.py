"""What goes wrong with sensors in the field, provoked on a virtual link in simulated time.

`docs/failures.md` says which test stands for which failure.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import datetime as dt
import itertools
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakScanner

import dashboard
from devices import device_information, heart_rate, rsc
from devices.profile import Notifications, Placement, Profile, Samples
from ingest.clock import Clock
from ingest.collector import Collector
from ingest.entries import Assigned, Entries, SensorPaired
from ingest.finding import RENAMED_S
from ingest.link import WEDGED_S
from ingest.loader import load
from ingest.radio import OnSeen, Radio
from ingest.recording import Kind, RecordingError, RecordingWriter, receive_times
from ingest.session import SensorStatus, State
from ingest.store import open_store
from ingest.virtual import Answer, Emission, Faults, VirtualSensor
from tests.collecting import EARLY, collecting, enter, payloads, recordings
from tests.one_sensor import (
    PROFILE,
    SETTING,
    TICK,
    TICKER,
    Ignore,
    in_the_air,
    tick,
    tickers,
)
from tests.time_travel import START_NS, TravelClock, run

MINUTE, HOUR = 60.0, 3600.0
WATCHED = replace(PROFILE, silence_s=10.0)
POD, STRAP = rsc.PROFILE.title, heart_rate.PROFILE.title
BOTH = (rsc.PROFILE, heart_rate.PROFILE)

Gap = tuple[float, float, str]
"""Seconds after the test began: start, end; the reason."""


class Laptop(TravelClock):
    """A clock of a computer that may sleep: whether its monotonic clock runs on then, varies."""

    asleep_ns = 0

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self.asleep_ns

    def suspend(self, seconds: float, *, counted: bool) -> None:
        if counted:
            self.asleep_ns += round(seconds * 1e9)
        else:
            self.step(seconds)


@contextlib.asynccontextmanager
async def watching(
    home: Path, radio: Radio, *profiles: Profile, clock: Clock
) -> AsyncIterator[Collector]:
    """Like `collecting`, with a clock of one's own."""
    known = {profile.key: profile for profile in profiles}
    rng = np.random.default_rng(3)
    collector = Collector(home, radio, profiles=known, clock=clock, rng=rng)
    task = asyncio.create_task(collector.run())
    try:
        yield collector
    finally:
        collector.stop()
        await task


def only(collector: Collector) -> SensorStatus:
    (status,) = collector.state().sensors
    return status


def gaps(home: Path, *profiles: Profile) -> list[Gap]:
    """What the store says about when the sensor was not heard."""
    load(home, profiles={profile.key: profile for profile in profiles})
    began = dt.datetime.fromtimestamp(START_NS / 1e9, dt.UTC)
    with open_store(home) as store:
        found = store.gaps(began - dt.timedelta(days=1), began + dt.timedelta(days=1))
    second = dt.timedelta(seconds=1)
    return [
        ((start - began) / second, (end - began) / second, reason)
        for _, start, end, reason in found.rows()
    ]


def rows(home: Path, kind: Kind) -> list[str]:
    return [text.decode() for found in recordings(home) for text in payloads(found, kind)]


# 5. Lost first notifications -------------------------------------------------------------------


@pytest.mark.parametrize("delay", ["in the write itself", "at once after it"])
def test_the_first_notification_after_a_control_write_is_kept(tmp_path: Path, delay: str) -> None:
    first = (9999).to_bytes(2, "little")
    at_once = ((TICK, first),) if delay == "in the write itself" else ()

    def impatient(_characteristic: str, payload: bytes) -> Answer:
        return Answer(keep=payload, notify=at_once, streaming=True)

    def immediate(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        yield 0.0, TICK, first
        yield from tick(0, {})

    sensor = replace(
        TICKER,
        answer=impatient,
        waits=("ticker",),
        sources={"ticker": tick if at_once else immediate},
    )

    async def a_while() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(10)

    enter(tmp_path, sensor)
    run(a_while())
    (recording,) = recordings(tmp_path)
    assert payloads(recording)[:2] == [first, b"\x01\x00"]


# 6. Silent streams -----------------------------------------------------------------------------


def beats(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
    """A numbered beat each second, so that a lost one shows."""
    for second in itertools.count(1):
        beat = heart_rate.HeartRateMeasurement(heart_rate_bpm=100, energy_kj=second)
        yield float(second), heart_rate.MEASUREMENT, heart_rate.encode(beat)


def walks(*spans: tuple[float, float]) -> Callable[[int, Mapping[str, bytes]], Iterator[Emission]]:
    """A pod that notifies each second while it moves and pauses at rest."""

    def source(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        pace = rsc.encode(rsc.RscMeasurement(speed_mps=1.5, cadence_sent_per_min=55))
        for start, end in spans:
            for second in np.arange(start, end):
                yield float(second), rsc.MEASUREMENT, pace

    return source


def strap_with_pod(*spans: tuple[float, float]) -> VirtualSensor:
    """A chest strap that is also a foot pod, as the Wahoo TICKR X is."""
    feature = rsc.RscFeature(
        stride_length=False, distance=False, running=True, calibration=False, locations=False
    )
    return replace(
        TICKER,
        name="Strap",
        profiles=BOTH,
        sources={"heart_rate": beats, "rsc": walks(*spans)},
        values={rsc.FEATURE: rsc.encode_feature(feature), rsc.LOCATION: b"\x01"},
    )


def test_a_pod_that_falls_silent_beside_a_heart_rate_is_noticed_and_tried_once(
    tmp_path: Path,
) -> None:
    sensor = strap_with_pod((0, 30))

    async def five_minutes() -> list[SensorStatus]:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *BOTH) as c:
            await asyncio.sleep(20)
            before = only(c)
            await asyncio.sleep(5 * MINUTE - 20)
            return [before, only(c)]

    enter(tmp_path, sensor)
    before, after = run(five_minutes())
    assert before.state is State.STREAMING
    assert after.state is State.STALE
    assert after.detail.startswith(f"Connected, but silent: {POD} for ")
    assert f"Heard as ever: {STRAP}." in after.detail

    lost = rows(tmp_path, Kind.LOST)
    assert lost[0] == f"{POD}: silent for 10 s"
    assert len(lost) <= 6  # after 10 s, then 20, 40, 80, 160 more, then the end
    assert rows(tmp_path, Kind.DROPPED)[0].startswith(f"{POD}: silent for ")
    quiet = [gap for gap in gaps(tmp_path, *BOTH) if gap[2] == f"{POD} was silent"]
    assert sum(end - start for start, end, _ in quiet) > 4 * MINUTE


def test_an_hour_of_a_pod_at_rest_costs_the_heart_rate_beside_it_next_to_nothing(
    tmp_path: Path,
) -> None:
    sensor = strap_with_pod((0, 30))

    async def an_hour() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *BOTH):
            await asyncio.sleep(HOUR)

    enter(tmp_path, sensor)
    run(an_hour())
    heard = [
        heart_rate.parse(payload).energy_kj or 0
        for found in recordings(tmp_path)
        for payload, index in zip(found.rows.payload, found.rows.characteristic, strict=True)
        if index == found.header.index(heart_rate.MEASUREMENT)
    ]
    assert heard == sorted({*heard})  # none twice, none overtaken
    assert len(heard) > 3550
    assert len(rows(tmp_path, Kind.LOST)) < 12


def test_a_pod_that_pauses_now_and_then_is_let_be(tmp_path: Path) -> None:
    """Once connecting anew did not help and it came back by itself, short rests cost nothing."""
    sensor = strap_with_pod((0, 30), *((at, at + 30) for at in range(90, 1800, 60)))

    async def half_an_hour() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *BOTH):
            await asyncio.sleep(HOUR / 2)

    enter(tmp_path, sensor)
    run(half_an_hour())
    assert len(rows(tmp_path, Kind.LOST)) <= 4
    silences = rows(tmp_path, Kind.DROPPED)
    assert sum("heard again" in text for text in silences) > 22


def test_a_stream_that_connecting_anew_mends_is_mended_every_time(tmp_path: Path) -> None:
    connections = itertools.count(1)

    def answer(_characteristic: str, _payload: bytes) -> Answer:
        return Answer(keep=bytes([next(connections)]))

    def source(_start: int, values: Mapping[str, bytes]) -> Iterator[Emission]:
        """On each connection, ticks for ten seconds and then none."""
        began_s, connection = 0.0, b""
        for at_s, characteristic, payload in tick(0, {}):
            if values[SETTING] != connection:
                began_s, connection = at_s, values[SETTING]
            yield at_s, characteristic if at_s - began_s < 10 else SETTING, payload

    sensor = replace(TICKER, profiles=(WATCHED,), answer=answer, sources={"ticker": source})

    async def two_minutes() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, WATCHED):
            await asyncio.sleep(2 * MINUTE)

    enter(tmp_path, sensor)
    run(two_minutes())
    assert all("Ticker: silent for 1" in reason for reason in rows(tmp_path, Kind.LOST)[:4])
    found = gaps(tmp_path, WATCHED)
    assert len(found) >= 4
    assert all("Ticker: silent for 1" in reason for *_, reason in found)
    assert all(9 < end - start < 14 for start, end, _ in found)  # from the last tick heard


def test_a_sensor_that_stays_silent_is_shown_so_and_not_connected_to_in_a_storm(
    tmp_path: Path,
) -> None:
    sensor = replace(TICKER, profiles=(WATCHED,), sources={"ticker": ticks_until_three})
    seen: list[SensorStatus] = []

    async def an_hour() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, WATCHED) as c:
            for _ in range(360):
                await asyncio.sleep(10)
                seen.append(only(c))

    enter(tmp_path, sensor)
    run(an_hour())
    stale = [status.detail for status in seen if status.state is State.STALE]
    assert len(stale) > 340
    assert stale[-1].startswith("Connected, but silent: Ticker for 60 min.")
    assert 8 <= len(rows(tmp_path, Kind.LOST)) <= 20

    ((start, _, reason), *others) = gaps(tmp_path, WATCHED)
    assert start == pytest.approx(3.0, abs=0.3)
    assert reason.startswith("Ticker: silent for 1")
    whole = [(start, end) for start, end, _ in others]
    assert all(one[1] >= other[0] - 1 for one, other in itertools.pairwise(whole))


def ticks_until_three(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
    return itertools.takewhile(lambda emission: emission[0] <= 3, tick(0, {}))


# Suspend, resume and clocks that are set -------------------------------------------------------


@pytest.mark.parametrize("counted", [False, True], ids=["monotonic stops", "monotonic runs on"])
def test_a_sleep_of_the_computer_is_a_gap_with_its_reason(tmp_path: Path, counted: bool) -> None:
    async def through_a_sleep() -> SensorStatus:
        clock = Laptop()
        async with in_the_air() as (radio, _), watching(tmp_path, radio, PROFILE, clock=clock) as c:
            await asyncio.sleep(20)
            clock.suspend(HOUR, counted=counted)
            await asyncio.sleep(20)
            return only(c)

    enter(tmp_path, TICKER)
    assert run(through_a_sleep()).state is State.STREAMING
    first, second = recordings(tmp_path)
    assert payloads(first, Kind.LOST) == [b"the computer slept for 60 min, or its clock was set"]
    assert payloads(second)
    ((start, end, reason),) = gaps(tmp_path, PROFILE)
    assert start == pytest.approx(20, abs=1)
    assert end == pytest.approx(HOUR + 21, abs=3)
    assert "slept" in reason


@pytest.mark.parametrize("seconds", [3.0, 8.0])
def test_a_computer_that_is_slow_for_a_moment_keeps_its_connection(
    tmp_path: Path, seconds: float
) -> None:
    async def through_a_hiccup() -> None:
        clock = Laptop()
        async with in_the_air() as (radio, _), watching(tmp_path, radio, PROFILE, clock=clock):
            await asyncio.sleep(20)
            clock.suspend(seconds, counted=True)
            await asyncio.sleep(20)

    enter(tmp_path, TICKER)
    run(through_a_hiccup())
    assert rows(tmp_path, Kind.LOST) == ["stopped"]


def test_a_wall_clock_set_back_by_an_hour_costs_nothing(tmp_path: Path) -> None:
    async def set_back() -> SensorStatus:
        clock = Laptop()
        async with in_the_air() as (radio, _), watching(tmp_path, radio, WATCHED, clock=clock) as c:
            await asyncio.sleep(20)
            clock.step(-HOUR)
            await asyncio.sleep(20)
            return only(c)

    sensor = replace(TICKER, profiles=(WATCHED,))
    enter(tmp_path, sensor)
    assert run(set_back()).state is State.STREAMING
    (recording,) = recordings(tmp_path)
    assert rows(tmp_path, Kind.LOST) == ["stopped"]
    numbers = [int.from_bytes(payload, "little") for payload in payloads(recording)]
    assert numbers == list(range(1, len(numbers) + 1))

    found = recording.rows
    ticks = found.kind == Kind.NOTIFICATION
    apart = np.diff(receive_times(found.utc_ns, found.monotonic_ns)[ticks]) / 1e9
    steps = apart < 0
    assert steps.sum() == 1
    assert apart[~steps] == pytest.approx(0.1, abs=0.01)  # no instant between is bent
    assert apart[steps] == pytest.approx(0.1 - HOUR, abs=0.01)


def test_a_wall_clock_set_forward_by_an_hour_leaves_an_hour_that_is_explained(
    tmp_path: Path,
) -> None:
    async def set_forward() -> SensorStatus:
        clock = Laptop()
        async with in_the_air() as (radio, _), watching(tmp_path, radio, PROFILE, clock=clock) as c:
            await asyncio.sleep(20)
            clock.step(HOUR)
            await asyncio.sleep(20)
            return only(c)

    enter(tmp_path, TICKER)
    assert run(set_forward()).state is State.STREAMING
    ((start, end, reason),) = gaps(tmp_path, PROFILE)
    assert end - start == pytest.approx(HOUR, abs=5)
    assert reason.endswith("or its clock was set")


# Duplicates and order --------------------------------------------------------------------------


def test_equal_and_out_of_order_payloads_are_kept_as_they_came(tmp_path: Path) -> None:
    """Whether a repetition is new is for the decoder to say: a steady heart rate repeats too."""
    sent = [bytes([number]) for number in (1, 3, 2, 2, 2, 5, 4)]

    def source(_start: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        yield from ((n / 10, TICK, payload) for n, payload in enumerate(sent))

    async def a_while() -> None:
        sensor = replace(TICKER, sources={"ticker": source})
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(5)

    enter(tmp_path, TICKER)
    run(a_while())
    (recording,) = recordings(tmp_path)
    assert payloads(recording) == sent
    assert (np.diff(recording.rows.monotonic_ns) >= 0).all()


# 3. and 7. Sensors that are not there, adapters that hear nothing -------------------------------


def test_a_sensor_that_is_connected_elsewhere_is_said_to_be_hidden(tmp_path: Path) -> None:
    near, hidden = tickers(2)

    async def look() -> list[SensorStatus]:
        async with in_the_air(near) as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(5)
            first = collector.state().sensors
            await asyncio.sleep(MINUTE)
            return [*first, *collector.state().sensors]

    enter(tmp_path, hidden)
    first, later = run(look())
    assert (first.state, first.detail) == (State.SEARCHING, "It is being looked for.")
    assert later.state is State.SEARCHING
    assert later.detail.startswith("Not found for 65 s. Wake it")
    assert "connected elsewhere cannot be found" in later.detail
    assert "No Bluetooth device" not in later.detail  # another one is heard


class DeafRadio:
    """A radio whose scans hear nothing until `healed`; counts how often scanning started."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self.healed = False
        self.scans = 0
        self.name, self.lock, self.release = radio.name, radio.lock, radio.release
        self.client_class = radio.client_class

    def scanner(self, on_seen: OnSeen, service_uuids: list[str] | None = None) -> BleakScanner:
        self.scans += 1
        heard = on_seen if self.healed else lambda _device, _advertisement: None
        return self._radio.scanner(heard, service_uuids)

    async def __aenter__(self) -> DeafRadio:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def test_an_adapter_that_hears_nothing_for_90_seconds_is_said_to_be_stuck(tmp_path: Path) -> None:
    async def look() -> None:
        async with in_the_air() as (radio, _):
            deaf = DeafRadio(radio)
            async with collecting(tmp_path, deaf) as c:
                await asyncio.sleep(WEDGED_S - 2)
                assert c.state().notice == ""
                await asyncio.sleep(5)
                assert c.state().notice.startswith("No Bluetooth device of any kind was heard")
                assert "switch Bluetooth off and on" in only(c).detail
                assert "legload doctor" in only(c).detail
                assert deaf.scans >= 3  # a new scan is tried meanwhile
                deaf.healed = True
                await asyncio.sleep(35)
                assert c.state().notice == ""
                assert only(c).state is State.STREAMING

    enter(tmp_path, TICKER)
    run(look())


def test_while_nothing_is_looked_for_nothing_is_said_about_the_adapter(tmp_path: Path) -> None:
    async def stream_on() -> str:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(10 * MINUTE)
            return collector.state().notice

    enter(tmp_path, TICKER)
    assert run(stream_on()) == ""


# 9. Addresses that change ----------------------------------------------------------------------

ELSEWHERE = "F0:00:00:00:00:77"
INFORMED = (PROFILE, device_information.PROFILE)
NUMBERED = replace(TICKER, profiles=INFORMED, serial="SN-0042")


def enter_numbered(home: Path, sensor: VirtualSensor, key: str = "ticker-1") -> None:
    """Write the entries that pairing a sensor with a serial number would write."""
    paired = SensorPaired(
        at=EARLY,
        sensor=key,
        identity=sensor.serial,
        address=sensor.address,
        name=sensor.name,
        profiles=tuple(profile.key for profile in sensor.profiles),
    )
    place = Placement.LEFT_ANKLE
    worn = Assigned(at=EARLY, sensor=key, person="ada", placement=place, since=EARLY)
    Entries(home).append(paired, worn)


def heard_after(home: Path, *sensors: VirtualSensor, seconds: float = 120.0) -> list[SensorStatus]:
    async def a_while() -> list[SensorStatus]:
        async with in_the_air(*sensors) as (radio, _), collecting(home, radio, *INFORMED) as c:
            await asyncio.sleep(seconds)
            return list(c.state().sensors)

    return run(a_while())


def test_a_sensor_with_a_new_address_is_known_by_its_serial_number(tmp_path: Path) -> None:
    enter_numbered(tmp_path, NUMBERED)
    (status,) = heard_after(tmp_path, replace(NUMBERED, address=ELSEWHERE))
    assert status.state is State.STREAMING
    (recording,) = recordings(tmp_path)
    assert recording.header.sensor == "ticker-1"


def test_the_new_address_is_remembered_after_a_loss(tmp_path: Path) -> None:
    enter_numbered(tmp_path, NUMBERED)
    moved = replace(NUMBERED, address=ELSEWHERE, faults=Faults(lose_link_after_s=(10.0,)))
    heard_after(tmp_path, moved, seconds=RENAMED_S + 30)
    assert rows(tmp_path, Kind.LOST) == ["the link was lost", "stopped"]


@pytest.mark.parametrize(
    "changes",
    [{"serial": "SN-0043"}, {"serial": ""}, {"name": "Other"}],
    ids=["another number", "no number", "another name"],
)
def test_a_sensor_that_only_looks_the_same_is_not_taken_for_it(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    enter_numbered(tmp_path, NUMBERED)
    stranger = replace(NUMBERED, address=ELSEWHERE, **changes)
    (status,) = heard_after(tmp_path, stranger, seconds=150)
    assert status.state is State.SEARCHING
    assert recordings(tmp_path) == []


def test_a_sensor_without_a_serial_number_is_only_known_by_its_address(tmp_path: Path) -> None:
    enter(tmp_path, TICKER)
    (status,) = heard_after(tmp_path, replace(NUMBERED, address=ELSEWHERE), seconds=150)
    assert status.state is State.SEARCHING


def test_a_sensor_that_is_somebody_elses_is_never_tried(tmp_path: Path) -> None:
    """Two of a kind with one and the same factory number stay two."""
    enter_numbered(tmp_path, NUMBERED, key="left")
    enter_numbered(tmp_path, replace(NUMBERED, address=ELSEWHERE), key="right")
    right = replace(NUMBERED, address=ELSEWHERE)
    statuses = {status.sensor: status.state for status in heard_after(tmp_path, right)}
    assert statuses == {"left": State.SEARCHING, "right": State.STREAMING}


# 10. Whoever else could get in the way ---------------------------------------------------------


def test_no_page_opens_a_radio() -> None:
    """Streamlit runs a page anew at every click, in threads; bleak belongs to one event loop."""
    folder = Path(dashboard.__file__).parent
    pages = [folder / "app.py", *sorted((folder / "views").rglob("*.py"))]
    assert len(pages) > 3
    forbidden = ("bleak", "ingest.radio", "ingest.link", "ingest.session", "ingest.collector")
    for page in pages:
        for module in imported(page):
            assert not module.startswith(forbidden), f"{page.name} imports {module}"


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


# Nothing ends the supervision ------------------------------------------------------------------


class Explodes(Ignore):
    def decode(self, run: Notifications) -> Samples:
        raise ZeroDivisionError("a bug in a decoder")


def test_a_bug_in_a_decoder_costs_the_live_value_and_not_the_recording(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    buggy = replace(PROFILE, decoder=Explodes)

    async def a_while() -> SensorStatus:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio, buggy) as collector:
            await asyncio.sleep(20)
            return only(collector)

    enter(tmp_path, TICKER)
    status = run(a_while())
    assert (status.state, status.live) == (State.STREAMING, ())
    (recording,) = recordings(tmp_path)
    assert len(payloads(recording)) > 150
    assert "recording goes on" in caplog.text


def test_an_error_that_nobody_foresaw_is_followed_by_another_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = iter([ZeroDivisionError("oops")])
    create = RecordingWriter.create.__func__  # type: ignore[attr-defined]

    def failing(cls: type[RecordingWriter], *arguments: Any) -> RecordingWriter:
        if error := next(trouble, None):
            raise error
        made: RecordingWriter = create(cls, *arguments)
        return made

    async def a_while() -> list[SensorStatus]:
        seen: list[SensorStatus] = []
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            for _ in range(100):
                await asyncio.sleep(0.1)
                seen.extend(collector.state().sensors)
        return seen

    enter(tmp_path, TICKER)
    monkeypatch.setattr(RecordingWriter, "create", classmethod(failing))
    seen = run(a_while())
    lost = next(status for status in seen if status.state is State.LOST)
    assert lost.detail.startswith("Something unexpected happened (ZeroDivisionError: oops).")
    assert seen[-1].state is State.STREAMING
    assert "ended unexpectedly" in caplog.text


def test_a_disk_that_is_full_when_a_new_recording_is_due_does_not_end_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.session.ROTATE_AFTER_S", 10.0)
    full = iter([False, True, True, True])
    create = RecordingWriter.create.__func__  # type: ignore[attr-defined]

    def failing(cls: type[RecordingWriter], *arguments: Any) -> RecordingWriter:
        if next(full, False):
            raise RecordingError("No space left.", "Free some space.")
        made: RecordingWriter = create(cls, *arguments)
        return made

    async def a_while() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio):
            await asyncio.sleep(18)

    enter(tmp_path, TICKER)
    monkeypatch.setattr(RecordingWriter, "create", classmethod(failing))
    run(a_while())
    found = [p for recording in recordings(tmp_path) for p in payloads(recording)]
    numbers = [int.from_bytes(payload, "little") for payload in found]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(recordings(tmp_path)) == 2


def test_every_state_says_something(tmp_path: Path) -> None:
    sensor = replace(TICKER, faults=Faults(lose_link_after_s=(5.0,), away_s=3.0))
    seen: dict[State, str] = {}

    async def a_while() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio) as collector:
            for _ in range(20_000):
                await asyncio.sleep(0.001)
                for status in collector.state().sensors:
                    seen[status.state] = status.detail

    enter(tmp_path, sensor)
    run(a_while())
    assert {State.SEARCHING, State.CONNECTING, State.STREAMING, State.LOST} <= seen.keys()
    assert seen[State.LOST] == "The link was lost. It is searched for again soon."
    assert all(detail.endswith(".") for detail in seen.values())


def test_every_test_that_the_page_about_failures_names_is_there() -> None:
    here = Path(__file__).parent
    page = (here.parent / "docs" / "failures.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    tests = "".join(path.read_text() for path in here.glob("test_*.py"))
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in tests} == set()
