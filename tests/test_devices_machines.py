"""The six fitness machines of service 1826: payloads, decoders, and machines on the air."""

from __future__ import annotations

import itertools
import struct
import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from bluetooth_sig.gatt.characteristics.cross_trainer_data import CrossTrainerDataCharacteristic
from bluetooth_sig.gatt.characteristics.indoor_bike_data import IndoorBikeDataCharacteristic
from bluetooth_sig.gatt.characteristics.rower_data import RowerDataCharacteristic
from bluetooth_sig.gatt.characteristics.stair_climber_data import StairClimberDataCharacteristic
from bluetooth_sig.gatt.characteristics.step_climber_data import StepClimberDataCharacteristic
from bluetooth_sig.gatt.characteristics.treadmill_data import TreadmillDataCharacteristic
from hypothesis import given
from hypothesis import strategies as st

from devices import (
    PROFILES,
    ftms,
    ftms_bike,
    ftms_cross_trainer,
    ftms_layout,
    ftms_rower,
    ftms_treadmill,
)
from devices.profile import CHANNELS, Channel, MalformedPacket
from ingest.link import Air, Seen
from ingest.recording import Kind
from ingest.talk import stream
from ingest.virtual import VirtualSensor, machines
from ingest.virtual.catalogue import CATALOGUE
from tests.codecs.machines import LAYOUTS, WIDTHS, fits_a_layout, measurements
from tests.one_sensor import find, in_the_air
from tests.time_travel import START_NS, TravelClock, run

CAPTURES = tomllib.loads(
    (Path(__file__).parent / "captures" / "machines.toml").read_text(encoding="utf-8")
)["capture"]

SPEED = {"speed_mps": "instantaneous_speed", "average_speed_mps": "average_speed"}
STEPS = {
    "step_cadence_spm": "steps_per_minute",
    "average_step_cadence_spm": "average_step_rate",
    "climbed_m": "positive_elevation_gain",
}
POWER = {
    "resistance_level": "resistance_level",
    "power_w": "instantaneous_power",
    "average_power_w": "average_power",
}
PACE = {"pace_s_per_500m": "instantaneous_pace", "average_pace_s_per_500m": "average_pace"}
TAIL = {
    "energy_kcal": "total_energy",
    "energy_kcal_per_h": "energy_per_hour",
    "energy_kcal_per_min": "energy_per_minute",
    "heart_rate_bpm": "heart_rate",
    "metabolic_equivalent": "metabolic_equivalent",
    "elapsed_s": "elapsed_time",
    "remaining_s": "remaining_time",
}
THEIR_NAMES: dict[str, dict[str, str]] = {
    "ftms_treadmill": {
        **SPEED,
        **PACE,
        **TAIL,
        "distance_m": "total_distance",
        "incline_percent": "inclination",
        "ramp_deg": "ramp_angle_setting",
        "climbed_m": "positive_elevation_gain",
        "descended_m": "negative_elevation_gain",
        "belt_force_n": "force_on_belt",
        "power_w": "power_output",
    },
    "ftms_cross_trainer": {
        **SPEED,
        **STEPS,
        **POWER,
        **TAIL,
        "backward": "movement_direction_backward",
        "distance_m": "total_distance",
        "stride_count": "stride_count",
        "descended_m": "negative_elevation_gain",
        "incline_percent": "inclination",
        "ramp_deg": "ramp_setting",
    },
    "ftms_step_climber": {**STEPS, **TAIL, "floor_count": "floors", "step_count": "step_count"},
    "ftms_stair_climber": {
        **STEPS,
        **TAIL,
        "floor_count": "floors",
        "stride_count": "stride_count",
    },
    "ftms_rower": {
        **PACE,
        **POWER,
        **TAIL,
        "stroke_cadence_per_min": "stroke_rate",
        "stroke_count": "stroke_count",
        "average_stroke_cadence_per_min": "average_stroke_rate",
        "distance_m": "total_distance",
    },
    "ftms_bike": {
        **SPEED,
        **POWER,
        **TAIL,
        "crank_cadence_rpm": "instantaneous_cadence",
        "average_crank_cadence_rpm": "average_cadence",
        "distance_m": "total_distance",
    },
}
THEIRS: dict[str, Any] = {
    "ftms_treadmill": TreadmillDataCharacteristic(),
    "ftms_cross_trainer": CrossTrainerDataCharacteristic(),
    "ftms_step_climber": StepClimberDataCharacteristic(),
    "ftms_stair_climber": StairClimberDataCharacteristic(),
    "ftms_rower": RowerDataCharacteristic(),
    "ftms_bike": IndoorBikeDataCharacteristic(),
}
NOT_AVAILABLE = {0xFF, 0xFFFF, 0xFFFFFF, 0x7FFF}

every_machine = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)


def said(profile: str, payload: bytes) -> dict[Channel, float]:
    """What a decoder makes of one payload of its machine."""
    samples = PROFILES[profile].decoder().feed(PROFILES[profile].notify[0], payload, START_NS)
    assert set(samples.slow.time_ns.tolist()) <= {START_NS}
    rows = zip(samples.slow.channel.tolist(), samples.slow.value.tolist(), strict=True)
    return {CHANNELS[code]: value for code, value in rows}


def spoken(measurement: msgspec.Struct) -> dict[str, Any]:
    """What a measurement says, without what it leaves open."""
    values = msgspec.structs.asdict(measurement)
    return {
        name: value for name, value in values.items() if value is not None and name != "backward"
    }


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture["payload"])
def test_what_real_machines_sent_is_read_as_their_displays_read_it(
    capture: dict[str, Any],
) -> None:
    layout = next(each for each in LAYOUTS if each.key == capture["profile"])
    assert layout.data.startswith(f"0000{capture['characteristic']}-")
    payload = bytes.fromhex(capture["payload"])
    if capture.get("malformed"):
        with pytest.raises(MalformedPacket):
            ftms_layout.parse(layout, payload)
        return
    measured = ftms_layout.parse(layout, payload)
    assert spoken(measured) == pytest.approx(capture["expect"])
    assert payload in {
        ftms_layout.encode(layout, measured, of_2017=old)
        for old in (False, True)[: len(layout.editions())]
    }


def in_their_units(name: str, value: Any) -> Any:
    """Ours as bluetooth_sig says it: km/h, and resistance times ten.

    The Supplement's YAML says of resistance both "M = 1, d = 1, b = 0" (tens) and "Unit is 1";
    bluetooth_sig follows the first, the specification of 2017 the second, machines the second.
    """
    if value is None:
        return None
    if name in SPEED:
        return pytest.approx(value * 3.6)
    return value * 10 if name == "resistance_level" else value


@every_machine
@given(data=st.data())
def test_the_current_layout_agrees_with_bluetooth_sig(
    layout: ftms_layout.Layout[Any], data: st.DataObject
) -> None:
    drawn = data.draw(measurements(layout, layout.groups))
    # what the library does not know: FitShow's steps, and resistance that needs the old layout
    if layout is ftms_treadmill.LAYOUT:
        drawn = msgspec.structs.replace(drawn, step_count=None)
    theirs = THEIRS[layout.key].parse_value(ftms_layout.encode(layout, drawn))
    for name, their_name in THEIR_NAMES[layout.key].items():
        ours, said_there = getattr(drawn, name), getattr(theirs, their_name)
        if ours is None and said_there is not None:  # it passes "not available" on as a number
            unscaled = {round(said_there * per) for per in (1, 2, 10, 100, 0.1)}
            assert unscaled & NOT_AVAILABLE
        else:
            assert said_there == in_their_units(name, ours)


@every_machine
def test_every_field_is_where_the_specification_puts_it(layout: ftms_layout.Layout[Any]) -> None:
    """Octets numbered one by one, each field found again by its place."""
    assert len(layout.groups) == len(WIDTHS[layout.key])
    fields = [field for group in layout.groups for field in group]
    flags = ((1 << len(layout.groups)) - 2).to_bytes(layout.flag_bytes, "little")
    body = bytes(range(1, 1 + sum(WIDTHS[layout.key])))
    measured = ftms_layout.parse(layout, flags + body)
    place = 0
    for field in fields:
        size = struct.calcsize(field.code)
        count = int.from_bytes(body[place : place + size], "little")
        assert getattr(measured, field.name) == pytest.approx(count / field.per)
        place += size
    assert place == len(body)


@every_machine
def test_what_is_not_available_gives_no_sample(layout: ftms_layout.Layout[Any]) -> None:
    fields = [field for group in layout.groups for field in group]
    missing = b"".join(
        {"B": b"\xff", "H": b"\xff\xff", "h": b"\xff\x7f", "3s": b"\xff\xff\xff"}[field.code]
        for field in fields
    )
    flags = ((1 << len(layout.groups)) - 2).to_bytes(layout.flag_bytes, "little")
    assert spoken(ftms_layout.parse(layout, flags + missing)) == {}
    assert said(layout.key, flags + missing) == {}


@every_machine
@given(data=st.data())
def test_a_notification_says_only_what_it_carries(
    layout: ftms_layout.Layout[Any], data: st.DataObject
) -> None:
    drawn = data.draw(measurements(layout, layout.groups))
    rows = said(layout.key, ftms_layout.encode(layout, drawn))
    shown = {
        channel
        for name, channel in PROFILES[layout.key].decoder().channels  # type: ignore[attr-defined]
        if getattr(drawn, name) is not None
    }
    assert set(rows) == shown
    assert {Channel.HEART_RATE: 0.0, Channel.METABOLIC_EQUIVALENT: 0.0}.items().isdisjoint(
        rows.items()
    )


WITH_RESISTANCE: list[tuple[ftms_layout.Layout[Any], Callable[..., bytes]]] = [
    (ftms_bike.LAYOUT, ftms_bike.encode),
    (ftms_rower.LAYOUT, ftms_rower.encode),
    (ftms_cross_trainer.LAYOUT, ftms_cross_trainer.encode),
]


@pytest.mark.parametrize(("layout", "encode"), WITH_RESISTANCE)
@given(level=st.integers(0, 254), power_w=st.integers(-100, 2000))
def test_both_widths_of_resistance_are_read(
    layout: ftms_layout.Layout[Any], encode: Callable[..., bytes], level: int, power_w: int
) -> None:
    measured = layout.make(resistance_level=level, power_w=power_w)
    now, before = encode(measured), encode(measured, of_2017=True)
    assert len(before) == len(now) + 1
    assert ftms_layout.parse(layout, now) == ftms_layout.parse(layout, before) == measured


@pytest.mark.parametrize("level", [-1, 255, 300])
def test_a_resistance_that_a_byte_cannot_hold_is_written_as_in_2017(level: int) -> None:
    measured = ftms_bike.BikeMeasurement(resistance_level=level, power_w=210)
    payload = ftms_bike.encode(measured)
    assert payload == struct.pack("<Hhh", 0b1100001, level, 210)
    assert ftms_bike.parse(payload) == measured


def test_a_bike_of_2017_at_210_w_is_not_read_as_minus_11_776_w() -> None:
    payload = ftms_bike.encode(
        ftms_bike.BikeMeasurement(speed_mps=8.0, resistance_level=0, power_w=210), of_2017=True
    )
    assert ftms_bike.parse(payload).power_w == 210
    assert THEIRS["ftms_bike"].parse_value(payload).instantaneous_power == 210 * 256 - 0x10000


def test_a_truncated_packet_that_bluetooth_sig_accepts_is_malformed() -> None:
    payload = ftms_bike.encode(ftms_bike.BikeMeasurement(speed_mps=8.0, power_w=210))[:-1]
    assert THEIRS["ftms_bike"].parse_value(payload).instantaneous_power is None
    with pytest.raises(MalformedPacket):
        ftms_bike.parse(payload)


def test_a_treadmills_pace_is_a_byte_in_2017_and_two_now() -> None:
    assert ftms_treadmill.parse(bytes([0x61, 0, 2, 3])) == ftms_treadmill.TreadmillMeasurement(
        pace_km_per_min=0.2, average_pace_km_per_min=0.3
    )
    assert ftms_treadmill.parse(bytes([0x61, 0, 2, 0, 3, 0])) == (
        ftms_treadmill.TreadmillMeasurement(pace_s_per_500m=2, average_pace_s_per_500m=3)
    )
    with pytest.raises(MalformedPacket):  # one of each is no layout
        ftms_treadmill.parse(bytes([0x61, 0, 2, 3, 0]))
    both = ftms_treadmill.TreadmillMeasurement(pace_s_per_500m=150, pace_km_per_min=0.2)
    with pytest.raises(ValueError, match="no layout can say"):
        ftms_treadmill.encode(both)


@pytest.mark.parametrize("key", ["ftms_bike", "ftms_rower", "ftms_cross_trainer", "ftms_treadmill"])
def test_no_two_layouts_of_a_payload_are_equally_long(key: str) -> None:
    layout = next(each for each in LAYOUTS if each.key == key)
    now, before = layout.editions()
    for flags in range(2 ** len(layout.groups)):
        present = [bit for bit in range(len(now)) if flags >> bit & 1]
        if set(present).isdisjoint(layout.of_2017):
            continue
        widths = [
            sum(struct.calcsize(field.code) for bit in present for field in groups[bit])
            for groups in (now, before)
        ]
        assert widths[0] != widths[1]


def test_reserved_flags_are_passed_over_but_not_the_bytes_they_bring() -> None:
    payload = ftms_rower.encode(ftms_rower.RowerMeasurement(stroke_cadence_per_min=20.0))
    flagged = bytes([payload[0], payload[1] | 0x80]) + payload[2:]
    assert ftms_rower.parse(flagged) == ftms_rower.parse(payload)
    with pytest.raises(MalformedPacket):  # as the Technogym Aquafeel sends
        ftms_rower.parse(flagged + bytes(4))


def test_the_steps_of_a_fitshow_board_are_read() -> None:
    # the layout shown in repository hughesjs/FitnessMachine, protocol/README.md, values made up
    payload = bytes.fromhex("8424 e803 c80000 0c00 ffff ff 5802 840300")
    assert said("ftms_treadmill", payload) == {
        Channel.SPEED: pytest.approx(10 / 3.6),
        Channel.DISTANCE: 200.0,
        Channel.ENERGY: pytest.approx(12 * 4.184),
        Channel.ELAPSED: 600.0,
        Channel.STEP_COUNT: 900.0,
    }


def test_a_split_record_gives_each_value_once_and_no_zeros() -> None:
    parts = next(machines.walk(np.random.default_rng(1)))
    first, second = (said("ftms_treadmill", ftms_treadmill.encode(part)) for part in parts)
    assert set(first) == {
        Channel.DISTANCE,
        Channel.INCLINE,
        Channel.ELEVATION_GAIN,
        Channel.ENERGY,
    }
    assert set(second) == {Channel.SPEED, Channel.HEART_RATE, Channel.ELAPSED}
    assert ftms_treadmill.encode(parts[0])[0] & 1  # More Data
    assert not ftms_treadmill.encode(parts[1])[0] & 1


def test_a_lost_part_loses_only_its_own_fields() -> None:
    parts = next(machines.walk(np.random.default_rng(1)))
    assert Channel.SPEED not in said("ftms_treadmill", ftms_treadmill.encode(parts[0]))
    assert Channel.DISTANCE not in said("ftms_treadmill", ftms_treadmill.encode(parts[1]))


def test_a_cross_trainer_says_which_way_it_goes_where_it_says_how_fast() -> None:
    made = ftms_cross_trainer.CrossTrainerMeasurement
    payloads = [
        ftms_cross_trainer.encode(each)
        for each in (made(speed_mps=1.0, backward=True), made(speed_mps=1.0), made(power_w=90))
    ]
    directions = [said("ftms_cross_trainer", each).get(Channel.BACKWARD) for each in payloads]
    assert directions == [1.0, 0.0, None]
    assert payloads[0][:3] == b"\x00\x80\x00"


def test_a_rowers_speed_comes_from_its_pace_and_a_rower_at_rest_has_none() -> None:
    def speed(pace_s: int) -> float | None:
        payload = ftms_rower.encode(ftms_rower.RowerMeasurement(pace_s_per_500m=pace_s))
        return said("ftms_rower", payload).get(Channel.SPEED)

    assert (speed(125), speed(0)) == (4.0, None)


def test_a_machine_with_two_streams_decodes_each_with_its_own_profile() -> None:
    belt = ftms_treadmill.encode(ftms_treadmill.TreadmillMeasurement(speed_mps=1.0))
    heard = {
        key: PROFILES[key].decoder().feed(ftms_treadmill.DATA, belt, START_NS) for key in WIDTHS
    }
    assert [key for key, samples in heard.items() if len(samples.slow)] == ["ftms_treadmill"]
    assert sum(samples.malformed for samples in heard.values()) == 0


def test_the_feature_reply_is_no_sample_and_a_broken_one_is_counted() -> None:
    decoder = ftms_bike.BikeDecoder()
    whole = ftms.encode_feature(ftms.MachineFeature(measures=0x4086, targets=0xE00C))
    assert [decoder.feed(ftms.FEATURE, reply, START_NS).malformed for reply in (whole, b"\0")] == [
        0,
        1,
    ]


@pytest.mark.parametrize(
    ("service_data", "kinds"),
    [
        ("01 0100", {"ftms_treadmill"}),
        ("01 2000", {"ftms_bike"}),
        ("00 1000", {"ftms_rower"}),  # not free just now, but what it is
        ("01 2100", {"ftms_treadmill", "ftms_bike"}),
        ("01 02", {"ftms_cross_trainer"}),  # a byte short, as some are
        ("01 0002", {"ftms_cross_trainer"}),  # swapped, as some are
        ("01 0000", set(WIDTHS)),
        ("01", set(WIDTHS)),
        ("", set(WIDTHS)),
    ],
)
def test_an_advertisement_tells_which_of_the_six_it_is(service_data: str, kinds: set[str]) -> None:
    told = {
        key
        for key in WIDTHS
        if (told_by := PROFILES[key].told_by) and told_by(bytes.fromhex(service_data))
    }
    assert told == kinds


def made(key: str, seed: int = 4) -> VirtualSensor:
    return CATALOGUE[key](np.random.default_rng(seed), START_NS)


def scan(*sensors: VirtualSensor) -> list[Seen]:
    async def main() -> list[Seen]:
        async with in_the_air(*sensors) as (radio, _):
            return await Air(radio, PROFILES, TravelClock()).look(10.0)

    return run(main())


def test_a_scan_names_each_machine_and_nothing_else() -> None:
    seen = scan(*map(made, WIDTHS))
    assert {sensor.name: sensor.profiles for sensor in seen} == {
        PROFILES[key].title: (key,) for key in WIDTHS
    }


def test_a_machine_that_does_not_say_what_it_is_may_be_any_of_the_six() -> None:
    (seen,) = scan(replace(made("ftms_bike"), service_data={}))
    assert seen.profiles == tuple(WIDTHS)


def streamed(sensor: VirtualSensor, seconds: float) -> list[tuple[Kind, str, bytes]]:
    """What a client hears that expects any of the six."""
    rows: list[tuple[Kind, str, bytes]] = []

    async def main() -> None:
        async with in_the_air(sensor) as (radio, _):
            client = radio.client_class(await find(radio, sensor.address))
            await client.connect()
            family = [PROFILES[key] for key in WIDTHS]
            await stream(client, family, lambda *row: rows.append(row))
            await TravelClock().sleep(seconds)

    run(main())
    return rows


@pytest.mark.parametrize("key", WIDTHS)
def test_a_machine_on_the_air_is_streamed_and_decodes_to_its_persons_numbers(key: str) -> None:
    rows = streamed(made(key), 120.5)
    assert [characteristic for kind, characteristic, _ in rows if kind is Kind.REPLY] == [
        ftms.FEATURE
    ]
    decoder, heard = PROFILES[key].decoder(), defaultdict[Channel, list[float]](list)
    for _, characteristic, payload in rows:
        samples = decoder.feed(characteristic, payload, START_NS)
        assert samples.malformed == 0
        for code, value in zip(samples.slow.channel, samples.slow.value, strict=True):
            heard[CHANNELS[code]].append(float(value))
    assert {channel: len(values) for channel, values in heard.items()} == dict.fromkeys(heard, 120)
    assert heard[Channel.ELAPSED] == list(range(1, 121))
    assert simulated(key) == {channel: pytest.approx(values) for channel, values in heard.items()}
    assert max(heard[Channel.HEART_RATE]) > min(heard[Channel.HEART_RATE]) + 10


def simulated(key: str) -> dict[Channel, list[float]]:
    """What the person on the machine did in two minutes, without any payload."""
    sessions: dict[str, Callable[[np.random.Generator], Any]] = {
        "ftms_treadmill": machines.walk,
        "ftms_cross_trainer": machines.glide,
        "ftms_step_climber": machines.climb_steps,
        "ftms_stair_climber": machines.climb_stairs,
        "ftms_rower": machines.row,
        "ftms_bike": machines.ride,
    }
    seed = int(np.random.default_rng(4).integers(2**32))
    told = defaultdict[Channel, list[float]](list)
    for record in itertools.islice(sessions[key](np.random.default_rng(seed)), 120):
        for part in record if isinstance(record, tuple) else (record,):
            for name, channel in PROFILES[key].decoder().channels:  # type: ignore[attr-defined]
                if (value := getattr(part, name)) is not None:
                    told[channel].append(float(value))
    return dict(told)


def test_the_virtual_bike_speaks_the_layout_of_2017() -> None:
    payloads = [row[2] for row in streamed(made("ftms_bike"), 3.5) if row[0] is Kind.NOTIFICATION]
    assert [len(payload) for payload in payloads] == [22, 22, 22]
    assert all(fits_a_layout("ftms_bike")(payload) for payload in payloads)
