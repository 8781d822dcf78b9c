"""Bike sensors: counts that wrap, events that repeat, and what power meters promise."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bluetooth_sig.gatt.characteristics.csc_feature import CSCFeatureCharacteristic
from bluetooth_sig.gatt.characteristics.csc_measurement import CSCMeasurementCharacteristic
from bluetooth_sig.gatt.characteristics.cycling_power_feature import (
    CyclingPowerFeatureCharacteristic,
)
from bluetooth_sig.gatt.characteristics.cycling_power_measurement import (
    CyclingPowerMeasurementCharacteristic,
)
from bluetooth_sig.gatt.characteristics.sensor_location import SensorLocationCharacteristic
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, csc, cycling_power, rsc, sensor_location
from devices.cycling_power import CyclingPowerMeasurement
from devices.profile import CHANNELS, Channel, Decoder, MalformedPacket, Notifications, uuid16
from devices.revolutions import (
    CLOCKS_AGREE_S,
    MOST_CRANK_RPM,
    RevolutionRate,
    Revolutions,
    crank_rate,
    wheel_rate,
)
from ingest.framing import Kind
from ingest.live import LiveView
from ingest.talk import stream
from ingest.virtual import VirtualSensor
from ingest.virtual.bike import Second, power_meter, ride, speed_and_cadence
from ingest.virtual.sources import with_companions
from tests.codecs import bike
from tests.one_sensor import find, in_the_air
from tests.time_travel import START_NS, run

SECOND = 1_000_000_000
CAPTURES = tomllib.loads((Path(__file__).parent / "captures" / "bike.toml").read_text("utf-8"))
PARSERS = {"csc": csc.parse, "cycling_power": cycling_power.parse}
Said = list[tuple[Channel, float]]


def packed(payload: str) -> bytes:
    return bytes.fromhex(payload)


def heard(decoder: Decoder, characteristic: str, rows: Sequence[tuple[float, bytes]]) -> list[Said]:
    """What a decoder says to each payload, given with the second it came in."""
    told = []
    for second, payload in rows:
        slow = decoder.feed(characteristic, payload, START_NS + round(second * SECOND)).slow
        channels = [CHANNELS[channel] for channel in slow.channel.tolist()]
        told.append(list(zip(channels, slow.value.tolist(), strict=True)))
    return told


def rates(rate: RevolutionRate, *rows: tuple[float, int, float]) -> list[float | None]:
    """Rates told at (second received, count, event time in s)."""
    return [
        rate.rpm(Revolutions(count, event_s), START_NS + round(second * SECOND))
        for second, count, event_s in rows
    ]


# What real sensors sent


@pytest.mark.parametrize("capture", CAPTURES["capture"], ids=lambda c: c["payload"])
def test_what_real_sensors_sent_reads_as_their_owners_read_it(capture: dict[str, Any]) -> None:
    parse = PARSERS[capture["profile"]]
    assert uuid16(int(capture["characteristic"], 16)) in PROFILES[capture["profile"]].notify
    measured = parse(packed(capture["payload"]))
    for name, expected in capture["expect"].items():
        value = getattr(measured, name)
        if isinstance(value, Revolutions):
            value = [value.count, value.event_s]
        assert value == expected, name


@pytest.mark.parametrize("captured", CAPTURES["run"], ids=lambda c: c["source"][:40])
def test_runs_of_real_notifications_give_the_rates_that_were_ridden(
    captured: dict[str, Any],
) -> None:
    decoder = PROFILES[captured["profile"]].decoder()
    characteristic = uuid16(int(captured["characteristic"], 16))
    rows = [(at, packed(payload)) for at, payload in captured["rows"]]
    told = list(itertools.chain(*heard(decoder, characteristic, rows)))
    cranks = [value for channel, value in told if channel is Channel.CRANK_CADENCE]
    wheels = [value for channel, value in told if channel is Channel.WHEEL_CADENCE]
    assert cranks == pytest.approx(captured["expect_rpm"], abs=1e-3)
    assert wheels == pytest.approx(captured.get("expect_wheel_rpm", []), abs=1e-3)


# Payloads, read by another library too


def codec(name: str) -> Any:
    return next(each for each in bike.CODECS if each.name == name)


def turned(count: int | None, event_s: float | None) -> Revolutions | None:
    return None if count is None or event_s is None else Revolutions(count, event_s)


def pair(most: float | None, least: float | None) -> tuple[float, float] | None:
    return None if most is None or least is None else (most, least)


@given(data=st.data())
def test_speed_and_cadence_agree_with_bluetooth_sig(data: st.DataObject) -> None:
    payload = csc.encode(data.draw(codec("csc").measurements))
    theirs = CSCMeasurementCharacteristic().parse_value(payload)
    assert csc.parse(payload) == csc.CscMeasurement(
        wheel=turned(theirs.cumulative_wheel_revolutions, theirs.last_wheel_event_time),
        crank=turned(theirs.cumulative_crank_revolutions, theirs.last_crank_event_time),
    )


@given(data=st.data())
def test_cycling_power_agrees_with_bluetooth_sig(data: st.DataObject) -> None:
    payload = cycling_power.encode(data.draw(codec("cycling power").measurements))
    theirs = CyclingPowerMeasurementCharacteristic().parse_value(payload)
    flags = int(theirs.flags)
    assert cycling_power.parse(payload) == CyclingPowerMeasurement(
        power_w=theirs.instantaneous_power,
        balance_percent=theirs.pedal_power_balance,
        balance_of_left=bool(flags & 1 << 1),
        accumulated_torque_nm=theirs.accumulated_torque,
        torque_at_crank=bool(flags & 1 << 3),
        wheel=turned(theirs.cumulative_wheel_revolutions, theirs.last_wheel_event_time),
        crank=turned(theirs.cumulative_crank_revolutions, theirs.last_crank_event_time),
        forces_n=pair(theirs.maximum_force_magnitude, theirs.minimum_force_magnitude),  # type: ignore[arg-type]
        torques_nm=pair(theirs.maximum_torque_magnitude, theirs.minimum_torque_magnitude),
        angles_deg=pair(theirs.maximum_angle, theirs.minimum_angle),  # type: ignore[arg-type]
        top_dead_spot_deg=theirs.top_dead_spot_angle,
        bottom_dead_spot_deg=theirs.bottom_dead_spot_angle,
        energy_kj=theirs.accumulated_energy,
        offset_compensation=bool(flags & 1 << 12),
    )


@given(halves=st.integers(201, 255))
def test_a_balance_above_100_percent_is_none_where_bluetooth_sig_passes_all_but_255(
    halves: int,
) -> None:
    payload = bytes([0x01, 0, 100, 0, halves])
    theirs = CyclingPowerMeasurementCharacteristic().parse_value(payload).pedal_power_balance
    assert theirs == (None if halves == 255 else halves / 2)  # a pedal cannot give 127 %
    assert cycling_power.parse(payload).balance_percent is None


def test_bluetooth_sig_reads_a_truncated_payload_and_we_do_not() -> None:
    whole = packed("2f00 2100 0e b404 0e00 d91d")
    theirs = CyclingPowerMeasurementCharacteristic().parse_value(whole[:-2])
    assert theirs.last_crank_event_time is None
    with pytest.raises(MalformedPacket):
        cycling_power.parse(whole[:-2])


@given(bits=st.integers(0, 7))
def test_the_csc_feature_agrees_with_bluetooth_sig(bits: int) -> None:
    theirs = CSCFeatureCharacteristic().parse_value(bytes([bits, 0]))
    assert csc.parse_feature(bytes([bits, 0])) == csc.CscFeature(
        wheel=theirs.wheel_revolution_data_supported,
        crank=theirs.crank_revolution_data_supported,
        locations=theirs.multiple_sensor_locations_supported,
    )


@given(bits=st.integers(0, 2**22 - 1))
def test_the_power_feature_agrees_with_bluetooth_sig(bits: int) -> None:
    payload = bits.to_bytes(4, "little")
    theirs = CyclingPowerFeatureCharacteristic().parse_value(payload).features
    assert int(cycling_power.parse_feature(payload)) == int(theirs)


@pytest.mark.parametrize("value", range(len(sensor_location.LOCATIONS)))
def test_sensor_locations_agree_with_bluetooth_sig(value: int) -> None:
    theirs = SensorLocationCharacteristic().parse_value(bytes([value]))
    ours = sensor_location.parse_location(bytes([value]))
    assert ours.upper().replace(" ", "_") == theirs.name


def test_the_extreme_angles_are_packed_as_the_specification_shows() -> None:
    measured = CyclingPowerMeasurement(power_w=0, angles_deg=(0xABC, 0x123))
    assert cycling_power.encode(measured) == packed("0001 0000") + (0x123ABC).to_bytes(3, "little")


# Rates


def test_the_first_count_gives_no_rate_and_every_later_revolution_one() -> None:
    assert rates(crank_rate(), (0, 7, 10.0), (1, 8, 10.75), (2, 10, 12.25)) == [None, 80.0, 80.0]


def test_the_same_event_again_is_no_new_revolution_until_it_is_standing_still() -> None:
    rows = [(second, 8, 10.75) for second in (1, 2, 3, 4, 4.9, 5, 6, 7)]
    told = rates(crank_rate(), (0, 7, 10.0), *rows)
    assert told == [None, 80.0, None, None, None, None, 0.0, 0.0, 0.0]


def test_a_time_that_runs_on_without_a_revolution_is_no_event() -> None:
    # some sensors send the time of the notification: the rate is from revolution to revolution
    told = rates(crank_rate(), (0, 7, 10.0), (1, 7, 11.0), (2, 8, 12.0))
    assert told == [None, None, 30.0]


def test_the_first_turn_after_coasting_is_the_mean_since_the_last_one() -> None:
    told = rates(crank_rate(), (0, 7, 10.0), (5, 7, 10.0), (9, 7, 10.0), (10, 8, 20.0))
    assert told == [None, 0.0, 0.0, 6.0]


@pytest.mark.parametrize("gap_s", [64.0, 65.0, 128.0, 3600.0])
def test_a_gap_that_could_hide_a_wrap_gives_no_rate_and_the_next_turn_does(gap_s: float) -> None:
    event_s = (10.0 + gap_s) % 64
    rows = ((0, 7, 10.0), (gap_s, 8, event_s), (gap_s + 1, 9, (event_s + 1) % 64))
    assert rates(crank_rate(), *rows) == [None, None, 60.0]


def test_a_gap_without_a_wrap_keeps_its_mean_rate() -> None:
    assert rates(crank_rate(), (0, 7, 60.0), (50, 47, 46.0)) == [None, 48.0]
    assert rates(wheel_rate(32.0), (0, 7, 30.0), (30, 107, 28.0)) == [None, 200.0]


def test_a_gap_just_around_the_wrap_is_settled_by_our_own_clock() -> None:
    assert rates(crank_rate(), (0, 7, 10.0), (65, 91, 9.0)) == [None, 80.0]
    assert rates(crank_rate(), (0, 7, 10.0), (63, 91, 11.0)) == [None, None]


def test_clocks_that_disagree_about_a_gap_give_no_rate() -> None:
    late = 1.0 + CLOCKS_AGREE_S
    assert rates(crank_rate(), (0, 7, 10.0), (late, 8, 11.0)) == [None, 60.0]
    assert rates(crank_rate(), (0, 7, 10.0), (late + 0.1, 8, 11.0)) == [None, None]


def test_a_count_without_a_time_between_and_a_rate_nobody_rides_are_dropped() -> None:
    assert rates(crank_rate(), (0, 7, 10.0), (1, 8, 10.0), (2, 9, 11.0)) == [None, None, 60.0]
    fast = MOST_CRANK_RPM / 60
    assert rates(crank_rate(), (0, 0, 0.0), (64, 5, 1.0)) == [None, None]
    assert rates(crank_rate(), (0, 0, 0.0), (1, round(fast), 1.0)) == [None, MOST_CRANK_RPM]
    assert rates(crank_rate(), (0, 0, 0.0), (1, round(fast) + 1, 1.0)) == [None, None]


@pytest.mark.parametrize("back", [1, 2, 5, 4711])
def test_a_wheel_that_rolls_backwards_or_starts_anew_has_no_rate_there(back: int) -> None:
    start = 4711
    rows = ((0, start, 10.0), (1, start - back, 11.0), (2, start - back + 3, 12.0))
    assert rates(wheel_rate(64.0), *rows) == [None, None, 180.0]


def test_a_clock_that_is_set_back_starts_the_rate_anew() -> None:
    rows = ((0, 7, 10.0), (-3600, 8, 11.0), (-3599, 9, 12.0), (-3594, 9, 12.0))
    assert rates(crank_rate(), *rows) == [None, None, 60.0, 0.0]
    still = ((0, 7, 10.0), (-3600, 7, 10.0), (-3595, 7, 10.0))
    assert rates(crank_rate(), *still) == [None, None, 0.0]


def test_a_new_connection_knows_nothing_of_the_one_before() -> None:
    payload = csc.encode(csc.CscMeasurement(crank=Revolutions(7, 10.0)))
    for _ in range(2):
        assert heard(csc.PROFILE.decoder(), csc.MEASUREMENT, [(0, payload)]) == [[]]


# Properties: a ride, seen from anywhere on the wrapping counts and clocks


@st.composite
def rides(draw: st.DrawFn) -> list[tuple[float, int, int]]:
    """(second received, revolutions, ticks of 1/1024 s): at a bearable rate, with pauses."""
    turns = st.integers(0, 3)
    second, count, ticks, rows = 0.0, 0, 0, [(0.0, 0, 0)]
    for turn in draw(st.lists(turns, max_size=40)):
        second += 1.0
        if turn:
            count, ticks = count + turn, round(second * 1024) - draw(st.integers(0, 200))
        rows.append((second, count, ticks))
    return rows


def shifted(
    rows: list[tuple[float, int, int]], count: int, ticks: int
) -> list[tuple[float, bytes]]:
    return [
        (
            second,
            csc.encode(
                csc.CscMeasurement(
                    wheel=Revolutions((turns + count) % 2**32, (at + ticks) % 65536 / 1024),
                    crank=Revolutions((turns + count) % 65536, (at + ticks) % 65536 / 1024),
                )
            ),
        )
        for second, turns, at in rows
    ]


near_a_wrap = st.integers(0, 2**32 - 1) | st.integers(2**32 - 100, 2**32 - 1)


@given(rows=rides(), count=near_a_wrap, ticks=st.integers(0, 65535))
def test_counts_and_times_that_wrap_anywhere_give_the_same_rates(
    rows: list[tuple[float, int, int]], count: int, ticks: int
) -> None:
    plain = heard(csc.CscDecoder(), csc.MEASUREMENT, shifted(rows, 0, 0))
    wrapped = heard(csc.CscDecoder(), csc.MEASUREMENT, shifted(rows, count, ticks))
    assert wrapped == plain
    assert all(value >= 0 for said in plain for _, value in said)


@given(rows=rides(), data=st.data())
def test_a_notification_sent_twice_adds_nothing(
    rows: list[tuple[float, int, int]], data: st.DataObject
) -> None:
    payloads = shifted(rows, 0, 0)
    again = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    once = heard(csc.CscDecoder(), csc.MEASUREMENT, payloads)
    doubled = [
        row for row, twice in zip(payloads, again, strict=True) for row in [row] * (1 + twice)
    ]
    told = iter(heard(csc.CscDecoder(), csc.MEASUREMENT, doubled))
    for first, twice in zip(once, again, strict=True):
        assert next(told) == first
        if twice:
            still = [(channel, value) for channel, value in first if value == 0.0]
            assert next(told) == still  # only standing still is said again


@given(rows=rides(), at=st.integers(0, 41))
def test_a_ride_cut_into_two_runs_says_the_same(
    rows: list[tuple[float, int, int]], at: int
) -> None:
    payloads = shifted(rows, 65_000, 60_000)
    whole, parts = csc.CscDecoder(), csc.CscDecoder()
    runs = [payloads, payloads[:at], payloads[at:]]
    all_at_once, first, second = (
        decoder.decode(
            Notifications(
                sequence=np.arange(len(part), dtype=np.int64),
                received_ns=np.array([round(s * SECOND) for s, _ in part], np.int64),
                characteristic=[csc.MEASUREMENT] * len(part),
                payload=[payload for _, payload in part],
            )
        ).slow
        for decoder, part in zip((whole, parts, parts), runs, strict=True)
    )
    for column in ("time_ns", "channel", "value"):
        joined = [*getattr(first, column).tolist(), *getattr(second, column).tolist()]
        assert joined == getattr(all_at_once, column).tolist()


# Power


def power(**fields: Any) -> list[tuple[Channel, float]]:
    payload = cycling_power.encode(CyclingPowerMeasurement(**fields))
    return heard(cycling_power.PROFILE.decoder(), cycling_power.MEASUREMENT, [(0, payload)])[0]


def test_power_and_its_share_of_the_left_leg_are_told() -> None:
    said = power(power_w=150, balance_percent=48.5, balance_of_left=True, energy_kj=12)
    assert said == [
        (Channel.POWER, 150.0),
        (Channel.LEFT_PEDAL, 48.5),
        (Channel.ENERGY, 12.0),
    ]


def test_a_share_of_nobody_knows_which_pedal_is_not_sold_as_the_left_one() -> None:
    assert power(power_w=150, balance_percent=48.5)[1:] == [(Channel.PEDAL, 48.5)]


def test_power_against_the_pedals_is_negative_and_nobody_shares_it() -> None:
    said = power(power_w=-20, balance_percent=50.0, balance_of_left=True)
    assert said == [(Channel.POWER, -20.0)]
    assert power(power_w=0, balance_percent=100.0, balance_of_left=True) == [(Channel.POWER, 0.0)]


@pytest.mark.parametrize("power_w", [-32768, 32767, 5001])
def test_power_beyond_anybody_is_dropped_and_the_rest_kept(power_w: int) -> None:
    said = power(power_w=power_w, balance_percent=50.0, energy_kj=3)
    assert said == [(Channel.ENERGY, 3.0)]


def test_the_wheel_of_a_power_meter_counts_in_2048ths_of_a_second() -> None:
    def at(count: int, event_s: float) -> bytes:
        wheel = Revolutions(count, event_s)
        return cycling_power.encode(CyclingPowerMeasurement(power_w=0, wheel=wheel))

    rows = [(0, at(2**32 - 1, 31.5)), (1, at(2, 0.5))]
    told = heard(cycling_power.CyclingPowerDecoder(), cycling_power.MEASUREMENT, rows)
    assert at(1, 31.5)[8:] == (31 * 2048 + 1024).to_bytes(2, "little")
    assert told == [[(Channel.POWER, 0.0)], [(Channel.POWER, 0.0), (Channel.WHEEL_CADENCE, 180.0)]]


# Two profiles on one sensor


@pytest.mark.parametrize("keys", [("csc", "cycling_power"), ("rsc", "cycling_power")])
def test_a_location_that_two_profiles_read_is_decoded_by_both(keys: tuple[str, str]) -> None:
    payloads = {
        "csc": csc.encode(csc.CscMeasurement(crank=Revolutions(7, 10.0))),
        "rsc": rsc.encode(rsc.RscMeasurement(speed_mps=2.5, cadence_sent_per_min=80)),
        "cycling_power": cycling_power.encode(CyclingPowerMeasurement(power_w=210)),
    }
    view = LiveView([PROFILES[key] for key in keys])
    view.note(START_NS, sensor_location.LOCATION, sensor_location.encode_location("in shoe"))
    for key in keys:
        view.note(START_NS, PROFILES[key].notify[0], payloads[key])
    view.drain()
    assert view.malformed == 0
    view.note(START_NS, sensor_location.LOCATION, b"")
    view.drain()
    assert view.malformed == 2


Row = tuple[int, Kind, str, bytes]


def listened(sensor: VirtualSensor, seconds: float) -> list[Row]:
    """What a sensor on the air says after the handshake of every profile it has."""

    async def main() -> list[Row]:
        rows: list[Row] = []
        loop = asyncio.get_running_loop()

        def on_row(kind: Kind, characteristic: str, payload: bytes) -> None:
            rows.append((START_NS + round(loop.time() * 1e9), kind, characteristic, payload))

        async with in_the_air(sensor) as (radio, _):
            client = radio.client_class(await find(radio, sensor.address))
            await client.connect()
            await stream(client, PROFILES.values(), on_row)
            await asyncio.sleep(seconds)
        return rows

    return run(main())


def samples(rows: list[Row], key: str) -> dict[Channel, list[float]]:
    """Values by channel that a profile's decoder makes of the rows that are its own."""
    profile = PROFILES[key]
    decoder = profile.decoder()
    told: dict[Channel, list[float]] = {}
    for at_ns, kind, characteristic, payload in rows:
        if kind in (Kind.NOTIFICATION, Kind.REPLY) and characteristic in profile.characteristics:
            decoded = decoder.feed(characteristic, payload, at_ns)
            assert decoded.malformed == 0
            for channel, value in zip(decoded.slow.channel, decoded.slow.value, strict=True):
                told.setdefault(CHANNELS[channel], []).append(float(value))
    return told


def ridden(seed: int, seconds: int) -> list[Second]:
    return list(itertools.islice(ride(np.random.default_rng(seed)), seconds))


def test_a_virtual_speed_and_cadence_sensor_says_what_is_ridden() -> None:
    rows = listened(speed_and_cadence(np.random.default_rng(5), START_NS), 300.5)
    told, seconds = samples(rows, "csc"), ridden(5, 300)
    assert {row[2] for row in rows} >= {csc.MEASUREMENT, csc.FEATURE, sensor_location.LOCATION}
    turning = [rpm for rpm in told[Channel.CRANK_CADENCE] if rpm > 60]
    still = [rpm for rpm in told[Channel.CRANK_CADENCE] if rpm == 0]
    assert np.mean(turning) == pytest.approx(80.0, abs=1.0)
    assert max(turning) < 90
    assert 0 < len(still) <= sum(now.crank_rpm == 0 for now in seconds)
    assert len(told[Channel.WHEEL_CADENCE]) == 299
    # every turn of the wheel is in exactly one rate: they add up to what was turned
    assert np.mean(told[Channel.WHEEL_CADENCE]) == pytest.approx(
        np.mean([now.wheel_rpm for now in seconds]), abs=0.5
    )


def test_virtual_power_pedals_say_what_is_pushed() -> None:
    rows = listened(power_meter(np.random.default_rng(6), START_NS), 300.5)
    told, seconds = samples(rows, "cycling_power"), ridden(6, 300)
    assert told[Channel.POWER] == [now.power_w for now in seconds]
    assert told[Channel.LEFT_PEDAL] == [now.left_percent for now in seconds if now.power_w]
    assert told[Channel.ENERGY] == [float(int(now.energy_kj)) for now in seconds]
    assert 0.0 in told[Channel.CRANK_CADENCE]
    assert np.mean([now.power_w for now in seconds if now.power_w]) == pytest.approx(150, abs=5)
    assert Channel.PEDAL not in told


def test_a_trainer_with_both_services_streams_both_though_each_has_its_location() -> None:
    one = speed_and_cadence(np.random.default_rng(5), START_NS)
    other = power_meter(np.random.default_rng(6), START_NS)
    both = dataclasses.replace(
        one,
        profiles=with_companions("csc", "cycling_power"),
        sources={**one.sources, **other.sources},
        values={**one.values, **other.values},
    )
    rows = listened(both, 20.5)
    assert np.mean(samples(rows, "csc")[Channel.CRANK_CADENCE]) == pytest.approx(80, abs=3)
    assert len(samples(rows, "cycling_power")[Channel.POWER]) == 20
