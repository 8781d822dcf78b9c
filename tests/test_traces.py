"""The last minute of each sensor, read from recordings that are being written."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard import livechart
from dashboard.shown import SensorView, sensor_view
from dashboard.traces import GAP_S, SPAN_S, Live, Trace
from dashboard.wording import live as wording
from devices import PROFILES, rsc, thingy52
from ingest.collector import Collector
from ingest.entries import Entries
from ingest.recording import Header, Kind, RecordingWriter, recording_id, recording_path
from ingest.recording import recording_paths as paths_of
from ingest.session import State
from ingest.virtual import Emission, VirtualSensor
from ingest.virtual.catalogue import CATALOGUE
from ingest.virtual.sources import configured, with_companions
from tests.collecting import collecting, enter
from tests.fake_data import sensor
from tests.one_sensor import in_the_air
from tests.time_travel import START_NS, TravelClock, run

ALL = tuple(PROFILES.values())
BEFORE, AFTER = 60, 85
"""Strides a minute that the pod sends; the page shows steps of both feet."""


def utc(at_ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ns / 1e9, dt.UTC)


def pace(cadence: int) -> bytes:
    return rsc.encode(rsc.RscMeasurement(speed_mps=1.4, cadence_sent_per_min=cadence))


def pod(says: Callable[[int], int | None]) -> VirtualSensor:
    """A foot pod; says: strides a minute at each second after it began, None for silence."""

    def source(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for second in range(1, 600):
            if (cadence := says(second)) is not None:
                yield float(second), rsc.MEASUREMENT, pace(cadence)

    made = CATALOGUE["rsc"](np.random.default_rng(1), 0)
    return replace(made, sources={"rsc": source})


def look(home: Path, live: Live, collector: Collector, now_ns: int) -> tuple[SensorView, Trace]:
    """What a page would show of the one sensor at an instant."""
    (paired,) = Entries(home).registry().active
    (status,) = collector.state().sensors
    view = sensor_view(paired, status, None)
    return view, live.traces([view], now=utc(now_ns))[view.key]


def newest(view: SensorView) -> float | None:
    return next(value.value for value in view.live if value.label == "cadence")


def test_a_value_that_changes_is_shown_a_second_later_at_most(tmp_path: Path) -> None:
    changed: list[int] = []

    def says(second: int) -> int:
        if second == 30:
            changed.append(TravelClock().utc_ns())
        return BEFORE if second < 30 else AFTER

    async def body() -> tuple[float, Trace]:
        clock, live, sensor = TravelClock(), Live(tmp_path), pod(says)
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            enter(tmp_path, sensor)
            for _ in range(600):
                await asyncio.sleep(0.1)
                if not c.state().sensors:
                    continue
                view, trace = look(tmp_path, live, c, clock.utc_ns())
                if trace.values and trace.values[-1] == 2 * AFTER:
                    assert newest(view) == 2 * AFTER
                    return clock.utc_ns() / 1e9, trace
            raise AssertionError("it was never shown")

    seen_s, trace = run(body())
    # The source makes a payload a second before the instant at which it is due.
    assert seen_s - changed[0] / 1e9 <= 1.0 + 1.0
    assert (trace.label, trace.unit) == ("cadence", "steps/min")
    assert set(trace.values) == {2.0 * BEFORE, 2.0 * AFTER}
    assert len(trace.runs) == 1


def test_a_sensor_that_falls_silent_is_stale_with_its_age_and_no_line_goes_on(
    tmp_path: Path,
) -> None:
    async def body() -> tuple[SensorView, Trace]:
        clock, live = TravelClock(), Live(tmp_path)
        stalled = pod(lambda second: BEFORE if second < 20 else None)
        async with in_the_air(stalled) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            enter(tmp_path, stalled)
            for _ in range(600):
                await asyncio.sleep(0.5)
                if c.state().sensors:
                    view, trace = look(tmp_path, live, c, clock.utc_ns())
                    if view.state == State.STALE:
                        return view, trace
            raise AssertionError("it was never stale")

    view, trace = run(body())
    silent_s = trace.runs[-1][-1][0]
    assert silent_s > GAP_S
    value = wording.main_value(view, trace)
    assert value is not None
    assert value.value == 2.0 * BEFORE
    assert value.age_s == pytest.approx(silent_s, abs=1.5)
    markup = livechart.tile(view, trace)
    assert "ll-sensor stale" in markup
    assert "ll-now old" in markup
    assert f"cadence, {value.age_s:.0f} s ago" in markup


@pytest.mark.parametrize("key", ["heart_rate", "thingy52", "polar_pmd", "cycling_power"])
def test_each_kind_of_sensor_shows_what_it_is_there_for(key: str, tmp_path: Path) -> None:
    async def body() -> Trace:
        clock, live = TravelClock(), Live(tmp_path)
        made = CATALOGUE[key](np.random.default_rng(4), clock.utc_ns())
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            enter(tmp_path, made)
            await asyncio.sleep(45.0)
            return look(tmp_path, live, c, clock.utc_ns())[1]

    trace = run(body())
    named = {"heart_rate": "heart rate", "cycling_power": "power"}
    assert trace.label == named.get(key, "movement")
    assert trace.unit
    assert trace.seen_s > 20.0
    assert trace.runs[-1][-1][0] < 2.0


# --- recordings, however they end -----------------------------------------------------------------


class Written:
    """A recording of a foot pod that somebody writes."""

    def __init__(self, home: Path, key: str = "pod", start_ns: int = START_NS) -> None:
        profile = PROFILES["rsc"]
        header = Header(
            id=recording_id(key, start_ns),
            sensor=key,
            profiles=("rsc",),
            app="test",
            started_utc_ns=start_ns,
            started_monotonic_ns=start_ns,
            characteristics=profile.characteristics,
        )
        self.header = header
        self.writer = RecordingWriter.create(recording_path(home, header), header)

    def say(self, at_s: float, cadence: int) -> None:
        at_ns = START_NS + round(at_s * 1e9)
        number = self.header.index(rsc.MEASUREMENT)
        self.writer.append(Kind.NOTIFICATION, number, pace(cadence), at_ns, at_ns)
        self.writer.flush()


def a_pod(key: str = "pod") -> SensorView:
    return replace(sensor(key, "Foot pod", "right-foot", "streaming"), live=(), counts="steps")


def trace_at(live: Live, at_s: float, view: SensorView | None = None) -> Trace:
    view = view or a_pod()
    return live.traces([view], now=utc(START_NS + round(at_s * 1e9)))[view.key]


def test_nothing_is_known_of_a_sensor_that_never_spoke(tmp_path: Path) -> None:
    trace = trace_at(Live(tmp_path), 0.0)
    assert (trace.label, trace.runs, trace.seen_s) == ("cadence", (), 0.0)


def test_what_is_older_than_a_minute_is_gone(tmp_path: Path) -> None:
    live, pod = Live(tmp_path), Written(tmp_path)
    for second in range(200):
        pod.say(second, second % 90)
    trace = trace_at(live, 199.0)
    assert trace.values == [float(second % 90) for second in range(139, 200)]
    assert trace.runs[0][0][0] == pytest.approx(SPAN_S)
    assert trace_at(live, 300.0).runs == ()


def test_a_gap_stays_a_gap_over_two_recordings(tmp_path: Path) -> None:
    live, first = Live(tmp_path), Written(tmp_path)
    for second in range(10):
        first.say(second, 100)
    assert len(trace_at(live, 10.0).runs) == 1
    second_one = Written(tmp_path, start_ns=START_NS + 20_000_000_000)
    for second in range(20, 30):
        second_one.say(second, 110)
    for eyes in (live, Live(tmp_path)):  # whoever looks for the first time sees the same
        trace = trace_at(eyes, 30.0)
        assert [len(run) for run in trace.runs] == [10, 10]
        assert trace.seen_s == pytest.approx(18.0)


def test_a_torn_tail_is_no_error_and_what_comes_after_it_is_seen(tmp_path: Path) -> None:
    live, pod = Live(tmp_path), Written(tmp_path)
    pod.say(1.0, 100)
    (path,) = paths_of(tmp_path)
    whole = path.stat().st_size
    pod.say(2.0, 101)
    os.truncate(path, whole + 9)
    assert trace_at(live, 3.0).values == [100.0]
    with path.open("r+b") as file:
        file.seek(whole + 9)
        file.write(b"\x93Lg" * 40)
    assert trace_at(live, 3.0).values == [100.0]
    os.truncate(path, whole)
    pod.writer._end = whole  # as after a flush that failed
    pod.say(3.0, 102)
    assert trace_at(live, 4.0).values == [100.0, 102.0]


def test_a_recording_that_is_erased_or_no_recording_leaves_what_is_known(tmp_path: Path) -> None:
    live, pod = Live(tmp_path), Written(tmp_path)
    pod.say(1.0, 100)
    assert trace_at(live, 2.0).values == [100.0]
    (path,) = paths_of(tmp_path)
    path.with_name(path.name.replace("T08", "T09")).write_bytes(b"rubbish")
    path.unlink()
    assert trace_at(live, 3.0).values == [100.0]


def test_two_sensors_whose_keys_end_alike_are_told_apart(tmp_path: Path) -> None:
    short, long = Written(tmp_path), Written(tmp_path, key="foot-pod")
    short.say(1.0, 100)
    long.say(1.0, 50)
    live = Live(tmp_path)
    assert trace_at(live, 2.0).values == [100.0]
    assert trace_at(live, 2.0, a_pod("foot-pod")).values == [50.0]


def test_of_a_long_recording_only_the_tail_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.tails.TAIL_BYTES", 4096)
    monkeypatch.setattr("dashboard.tails.HEAD_BYTES", 4096)
    profile = PROFILES["thingy52"]
    header = Header(
        id=recording_id("leg", START_NS),
        sensor="leg",
        profiles=("thingy52",),
        app="test",
        started_utc_ns=START_NS,
        started_monotonic_ns=0,
        characteristics=with_companions("thingy52")[0].characteristics,
    )
    writer = RecordingWriter.create(recording_path(tmp_path, header), header)
    number = header.index(thingy52.CONFIGURATION)
    writer.append(Kind.REPLY, number, configured(100), START_NS, 0)
    rng = np.random.default_rng(1)
    for row in range(6000):
        payload = rng.integers(-900, 900, 9).astype("<i2").tobytes()
        at_ns = row * 10_000_000
        number = header.index(thingy52.RAW)
        writer.append(Kind.NOTIFICATION, number, payload, START_NS + at_ns, at_ns)
        if row % 20 == 19:
            writer.flush()
    assert profile.characteristics
    view = replace(a_pod("leg"), profiles=("thingy52", "battery"))
    trace = trace_at(Live(tmp_path), 60.0, view)
    assert (trace.label, trace.unit) == ("movement", "°/s")  # the scale of the handshake is known
    assert 0.2 < trace.seen_s < 3.0  # 4 kB of 20 B a sample
    assert 15.0 < float(np.mean(trace.values)) < 60.0
