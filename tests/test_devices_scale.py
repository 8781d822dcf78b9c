"""Weight scale: what it promises, when a weighing was, and what is none."""

from __future__ import annotations

import asyncio
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bluetooth_sig.gatt.characteristics.weight_measurement import WeightMeasurementCharacteristic
from bluetooth_sig.gatt.characteristics.weight_scale_feature import WeightScaleFeatureCharacteristic
from bluetooth_sig.types.units import WeightUnit
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, weight_scale
from devices.profile import CHANNELS, Channel
from devices.weight_scale import WeightFeature, WeightMeasurement, WeightScaleDecoder
from ingest.framing import Kind
from ingest.talk import stream
from ingest.virtual.scale import EVERY_S, MASS_KG, bathroom_scale
from tests.codecs.scale import weighings
from tests.one_sensor import find, in_the_air
from tests.time_travel import START_NS, run

SECOND = 1_000_000_000
DAY = dt.timedelta(days=1)
NOW = dt.datetime.fromtimestamp(START_NS / SECOND, dt.UTC)
CAPTURES = tomllib.loads((Path(__file__).parent / "captures" / "makers.toml").read_text("utf-8"))
WEIGHED = [c for c in CAPTURES["capture"] if c["profile"] == "weight_scale"]


def said(measurement: WeightMeasurement) -> list[tuple[Channel, int, float]]:
    """Channel, ns after it was received, and value."""
    payload = weight_scale.encode(measurement)
    slow = WeightScaleDecoder().feed(weight_scale.MEASUREMENT, payload, START_NS).slow
    channels = [CHANNELS[channel] for channel in slow.channel.tolist()]
    since = (slow.time_ns - START_NS).tolist()
    return list(zip(channels, since, slow.value.tolist(), strict=True))


@pytest.mark.parametrize("capture", WEIGHED, ids=lambda c: c["payload"])
def test_what_a_real_scale_sent_is_the_weight_it_showed(capture: dict[str, Any]) -> None:
    parsed = weight_scale.parse(bytes.fromhex(capture["payload"]))
    expect = {"taken": None, **capture["expect"]}
    assert parsed.mass_kg == pytest.approx(expect["mass_kg"])
    assert parsed.taken == expect["taken"]


@given(weighings())
def test_weights_agree_with_bluetooth_sig(measurement: WeightMeasurement) -> None:
    # It reads 0xFFFF ("not measured") as 327.675 kg, user 255 ("unknown") as a user: we read none.
    payload = weight_scale.encode(measurement)
    theirs = WeightMeasurementCharacteristic().parse_value(payload)
    if measurement.mass_kg is None:
        assert theirs.weight in (0xFFFF * 0.005, 0xFFFF * 0.01)
        return
    pounds = theirs.weight_unit is WeightUnit.LB
    kg = theirs.weight * weight_scale.KG_PER_LB if pounds else theirs.weight
    assert measurement.mass_kg == pytest.approx(kg)
    assert measurement.user == theirs.user_id
    assert measurement.bmi_kg_m2 == (None if theirs.bmi is None else pytest.approx(theirs.bmi))
    inch = weight_scale.M_PER_INCH if pounds else 1.0
    height = None if theirs.height is None else pytest.approx(theirs.height * inch)
    assert measurement.height_m == height
    taken = None if theirs.timestamp is None else theirs.timestamp.replace(tzinfo=dt.UTC)
    assert measurement.taken == taken


@given(st.integers(0, 2**10 - 1))
def test_the_feature_agrees_with_bluetooth_sig(bits: int) -> None:
    payload = bits.to_bytes(4, "little")
    ours = weight_scale.parse_feature(payload)
    theirs = WeightScaleFeatureCharacteristic().parse_value(payload)
    assert (ours.stamp, ours.users, ours.bmi) == (
        theirs.timestamp_supported,
        theirs.multiple_users_supported,
        theirs.bmi_supported,
    )
    # it calls the classes that the specification reserves "not specified"
    assert theirs.weight_measurement_resolution.value in (ours.mass_resolution, 0)
    assert theirs.height_measurement_resolution.value in (ours.height_resolution, 0)


def test_a_weight_is_in_kilograms_and_of_the_moment_it_came() -> None:
    ((channel, since_ns, mass_kg),) = said(WeightMeasurement(mass_kg=64.2))
    assert (channel, since_ns) == (Channel.BODY_MASS, 0)
    assert mass_kg == pytest.approx(64.2)


def test_pounds_become_kilograms() -> None:
    pounds = bytes([0x01]) + (15_000).to_bytes(2, "little")
    assert weight_scale.parse(pounds).mass_kg == pytest.approx(68.0388555)


def test_a_weighing_that_failed_and_an_empty_scale_are_no_weight() -> None:
    assert said(WeightMeasurement(mass_kg=None)) == []
    assert said(WeightMeasurement(mass_kg=0.0)) == []


@pytest.mark.parametrize(
    "stamp",
    ["0000 00 00 00 00 00", "e607 00 00 0a 00 00", "e607 02 1f 0a 00 00", "0100 01 01 00 00 00"],
)
def test_a_weight_with_its_clock_unset_is_still_a_weight(stamp: str) -> None:
    payload = bytes.fromhex("02 0032" + stamp)
    assert weight_scale.parse(payload).taken is None
    slow = WeightScaleDecoder().feed(weight_scale.MEASUREMENT, payload, START_NS).slow
    assert (slow.time_ns.tolist(), slow.value.tolist()) == ([START_NS], [64.0])


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (dt.timedelta(0), False),  # now
        (dt.timedelta(hours=14), False),  # a zone, not an age
        (-dt.timedelta(hours=12), False),
        (DAY, False),
        (DAY + dt.timedelta(seconds=1), True),  # stored
        (30 * DAY, True),
        (31 * DAY, False),  # a clock that is wrong
        (1600 * DAY, False),
        (-400 * DAY, False),
    ],
)
def test_a_stored_weighing_is_of_its_own_day_and_a_wrong_clock_is_not_believed(
    age: dt.timedelta, believed: bool
) -> None:
    since_ns = -int(age.total_seconds()) * SECOND if believed else 0
    assert said(WeightMeasurement(mass_kg=64.0, taken=NOW - age)) == [
        (Channel.BODY_MASS, since_ns, 64.0)
    ]


def test_an_unknown_user_is_nobody() -> None:
    assert weight_scale.parse(bytes.fromhex("04 0032 ff")).user is None
    assert weight_scale.parse(bytes.fromhex("04 0032 03")).user == 3


def test_reserved_flags_promise_nothing() -> None:
    assert weight_scale.parse(bytes.fromhex("a0 0032")).mass_kg == 64.0


def test_the_feature_reply_says_no_weight() -> None:
    reply = weight_scale.encode_feature(WeightFeature(stamp=True, users=False, bmi=True))
    decoder = WeightScaleDecoder()
    assert len(decoder.feed(weight_scale.FEATURE, reply, START_NS).slow) == 0
    assert decoder.feed(weight_scale.FEATURE, reply[:3], START_NS).malformed == 1


def test_a_virtual_scale_weighs_its_person_every_20_s() -> None:
    async def main() -> list[float]:
        decoder, masses = PROFILES["weight_scale"].decoder(), list[float]()

        def on_row(kind: Kind, characteristic: str, payload: bytes) -> None:
            if kind in (Kind.NOTIFICATION, Kind.REPLY):
                now_ns = START_NS + round(asyncio.get_running_loop().time() * SECOND)
                samples = decoder.feed(characteristic, payload, now_ns)
                assert samples.malformed == 0
                masses.extend(samples.slow.value.tolist())

        sensor = bathroom_scale(np.random.default_rng(1), START_NS)
        async with in_the_air(sensor) as (radio, _):
            client = radio.client_class(await find(radio, sensor.address))
            await client.connect()
            await stream(client, PROFILES.values(), on_row)
            await asyncio.sleep(10 * EVERY_S + 1)
        return masses

    masses = run(main())
    assert len(masses) == 10
    assert np.mean(masses) == pytest.approx(MASS_KG, abs=0.3)
