"""Payloads: what `encode` writes `parse` reads, and nothing else passes for a measurement."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from bluetooth_sig.gatt.characteristics.battery_level import BatteryLevelCharacteristic
from bluetooth_sig.gatt.characteristics.firmware_revision_string import (
    FirmwareRevisionStringCharacteristic,
)
from bluetooth_sig.gatt.characteristics.heart_rate_measurement import (
    HeartRateMeasurementCharacteristic,
    SensorContactState,
)
from bluetooth_sig.gatt.characteristics.manufacturer_name_string import (
    ManufacturerNameStringCharacteristic,
)
from bluetooth_sig.gatt.characteristics.model_number_string import ModelNumberStringCharacteristic
from bluetooth_sig.gatt.characteristics.rsc_feature import RSCFeatureCharacteristic
from bluetooth_sig.gatt.characteristics.rsc_measurement import RSCMeasurementCharacteristic
from bluetooth_sig.gatt.characteristics.serial_number_string import (
    SerialNumberStringCharacteristic,
)
from hypothesis import given
from hypothesis import strategies as st

from devices import battery, device_information, heart_rate, rsc, sensor_location, thingy52
from devices.profile import DeviceError, MalformedPacket
from tests.codecs import CODECS, Codec
from tests.codecs.base import triples

every_layout = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)


@every_layout
@given(data=st.data())
def test_what_is_encoded_is_parsed_again(codec: Codec, data: st.DataObject) -> None:
    measurement = data.draw(codec.measurements)
    assert codec.parse(codec.encode(measurement)) == measurement


@every_layout
@given(payload=st.binary(max_size=24))
def test_any_bytes_give_a_measurement_or_a_malformed_packet(codec: Codec, payload: bytes) -> None:
    try:
        measurement = codec.parse(payload)
    except MalformedPacket as malformed:
        refused = malformed
    else:
        assert codec.parse(codec.encode(measurement)) == measurement
        return
    assert refused.payload == payload
    assert refused.reason in str(refused)
    assert isinstance(refused, DeviceError)


@every_layout
@given(data=st.data(), more=st.binary(min_size=1, max_size=4))
def test_a_payload_cut_short_or_drawn_out_is_malformed(
    codec: Codec, data: st.DataObject, more: bytes
) -> None:
    payload = codec.encode(data.draw(codec.measurements))
    wrong = [payload[:size] for size in range(len(payload))]
    wrong.append(payload + more)
    for candidate in wrong:
        if codec.open_ended(candidate):
            continue
        with pytest.raises(MalformedPacket):
            codec.parse(candidate)


def test_intervals_are_promised_by_their_flag_and_only_by_it() -> None:
    assert heart_rate.parse(bytes([0x10, 60, 0, 4])).rr_s == (1.0,)
    for payload in (bytes([0x10, 60]), bytes([0x10, 60, 0]), bytes([0x00, 60, 0, 4])):
        with pytest.raises(MalformedPacket):
            heart_rate.parse(payload)


@pytest.mark.parametrize(
    ("payload", "parse"),
    [
        (bytes([101]), battery.parse),
        (bytes([255]), battery.parse),
        (bytes([len(sensor_location.LOCATIONS)]), sensor_location.parse_location),
        (struct.pack("<4HB", 1000, 500, 500, 0, 1), thingy52.parse_configuration),
        (struct.pack("<4HB", 1000, 500, 500, 201, 1), thingy52.parse_configuration),
    ],
)
def test_a_value_the_layout_reserves_is_malformed(
    payload: bytes, parse: Callable[[bytes], object]
) -> None:
    with pytest.raises(MalformedPacket):
        parse(payload)


@given(data=st.data())
def test_rsc_agrees_with_bluetooth_sig(data: st.DataObject) -> None:
    payload = rsc.encode(data.draw(CODECS[0].measurements))
    ours, theirs = rsc.parse(payload), RSCMeasurementCharacteristic().parse_value(payload)
    assert ours == rsc.RscMeasurement(
        speed_mps=theirs.instantaneous_speed,
        cadence_sent_per_min=theirs.instantaneous_cadence,
        running=theirs.is_running,
        stride_length_m=theirs.instantaneous_stride_length,
        distance_m=theirs.total_distance,
    )


@given(bits=st.integers(0, 31))
def test_rsc_feature_agrees_with_bluetooth_sig(bits: int) -> None:
    payload = bytes([bits, 0])
    theirs = RSCFeatureCharacteristic().parse_value(payload)
    assert rsc.parse_feature(payload) == rsc.RscFeature(
        stride_length=theirs.instantaneous_stride_length_supported,
        distance=theirs.total_distance_supported,
        running=theirs.walking_or_running_status_supported,
        calibration=theirs.calibration_procedure_supported,
        locations=theirs.multiple_sensor_locations_supported,
    )


@given(data=st.data())
def test_heart_rate_agrees_with_bluetooth_sig(data: st.DataObject) -> None:
    payload = heart_rate.encode(data.draw(CODECS[3].measurements))
    theirs = HeartRateMeasurementCharacteristic().parse_value(payload)
    contact = {
        SensorContactState.NOT_SUPPORTED: None,
        SensorContactState.NOT_DETECTED: False,
        SensorContactState.DETECTED: True,
    }
    assert heart_rate.parse(payload) == heart_rate.HeartRateMeasurement(
        heart_rate_bpm=theirs.heart_rate,
        contact=contact[theirs.sensor_contact],
        energy_kj=theirs.energy_expended,
        rr_s=theirs.rr_intervals,
    )


@given(percent=st.integers(0, 100))
def test_battery_agrees_with_bluetooth_sig(percent: int) -> None:
    theirs = BatteryLevelCharacteristic().parse_value(bytes([percent]))
    assert battery.parse(bytes([percent])).battery_percent == theirs


def test_a_thingy_flat_on_a_table_reads_one_g() -> None:
    # Sent by a real Thingy:52 (Nordic DevZone question 47415, 2019): X FAFF, Y F4FF, Z F603.
    measured = thingy52.parse(bytes.fromhex("FAFF F4FF F603") + bytes(12))
    assert [count * thingy52.ACC_G for count in measured.acc] == pytest.approx(
        [-0.006, -0.012, 0.990], abs=5e-4
    )


def test_the_thingy_is_asked_for_50_hz_in_the_firmwares_own_layout() -> None:
    asked = thingy52.encode_configuration(thingy52.MotionConfiguration())
    assert asked == bytes.fromhex("e803 f401 f401 3200 01")


@given(data=st.data())
def test_many_thingy_samples_are_encoded_as_one_by_one(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(triples, triples), max_size=5))
    axes = np.array([acc + gyro for acc, gyro in rows], np.int16).reshape(-1, 6)
    one_by_one = [thingy52.encode(thingy52.RawMotion(acc=acc, gyro=gyro)) for acc, gyro in rows]
    assert thingy52.encode_many(axes) == one_by_one


@given(text=st.text(max_size=100).filter(lambda text: text.isprintable() and text == text.strip()))
def test_device_text_survives_with_any_padding(text: str) -> None:
    payload = device_information.encode(text)
    assert device_information.parse(payload) == text
    assert device_information.parse(payload + b"\0\0") == text
    assert device_information.parse(b" " + payload + b" \0") == text


@pytest.mark.parametrize(
    "theirs",
    [
        FirmwareRevisionStringCharacteristic,
        ManufacturerNameStringCharacteristic,
        ModelNumberStringCharacteristic,
        SerialNumberStringCharacteristic,
    ],
)
@given(text=st.text("0123456789ABCDEFabcdef-. é", min_size=1).map(str.strip))
def test_device_information_agrees_with_bluetooth_sig(theirs: type[Any], text: str) -> None:
    payload = device_information.encode(text)
    assert device_information.parse(payload) == theirs().parse_value(payload)


@given(payload=st.binary(max_size=40))
def test_any_bytes_give_device_text(payload: bytes) -> None:
    text = device_information.parse(payload)
    assert not text.startswith("\0")
    assert not text.endswith(("\0", " "))


def test_a_serial_number_with_a_broken_byte_is_still_a_serial_number() -> None:
    assert device_information.parse(b"A1\xff7\0\0") == "A1�7"
