"""What every profile in the registry must be."""

from __future__ import annotations

import re
import uuid

import pytest

from devices import PROFILES
from devices.profile import CHANNELS, Decoder, MotionScale, Notifications, Profile, Read, Write

every_profile = pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))


def test_the_registry_holds_each_profile_under_its_own_key() -> None:
    assert {key: profile.key for key, profile in PROFILES.items()} == {key: key for key in PROFILES}
    assert set(PROFILES) >= {"rsc", "heart_rate", "battery", "device_information", "thingy52"}


def test_no_two_profiles_share_a_stream_and_only_a_family_a_service() -> None:
    services = [profile.service for profile in PROFILES.values() if not profile.family]
    assert len(set(services)) == len(services)
    streams = [each for profile in PROFILES.values() for each in profile.notify]
    assert len(set(streams)) == len(streams)


def test_what_two_profiles_share_is_only_read() -> None:
    every = [each for profile in PROFILES.values() for each in profile.characteristics]
    shared = {each for each in every if every.count(each) > 1}
    for profile in PROFILES.values():
        assert shared.isdisjoint((*profile.notify, *profile.control))
        steps = [s for s in (*profile.handshake, *profile.farewell) if s.characteristic in shared]
        assert all(isinstance(step, Read) for step in steps)


@every_profile
def test_uuids_are_lower_case_and_128_bits(profile: Profile) -> None:
    for each in (profile.service, *profile.characteristics):
        assert str(uuid.UUID(each)) == each


@every_profile
def test_a_profile_says_who_it_is_and_where_its_layout_is_published(profile: Profile) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", profile.key)
    assert profile.title
    assert len(profile.source) > 20
    assert profile.notify or profile.handshake


@every_profile
def test_a_companion_has_no_place_and_everything_else_has_one(profile: Profile) -> None:
    assert bool(profile.placements) is not profile.companion
    assert profile.silence_s is None or not profile.companion


@every_profile
def test_only_a_foot_pod_counts_strides_or_steps(profile: Profile) -> None:
    assert profile.counts == ("strides" if profile.key == "rsc" else None)


@every_profile
def test_each_connection_gets_a_decoder_of_its_own_that_starts_silent(profile: Profile) -> None:
    one, other = profile.decoder(), profile.decoder()
    assert isinstance(one, Decoder)
    assert one is not other
    nothing = Notifications.one("0000ffff-0000-1000-8000-00805f9b34fb", b"", 0)
    samples = one.decode(nothing)
    assert (len(samples.slow), samples.motion, samples.malformed) == (0, None, 0)


@every_profile
def test_a_handshake_writes_before_it_reads_back(profile: Profile) -> None:
    steps = profile.handshake
    for place, step in enumerate(steps):
        if isinstance(step, Write):
            assert Read(characteristic=step.characteristic) in steps[place + 1 :]


def test_only_a_continuously_worn_sensor_may_show_an_unloaded_day() -> None:
    worn = {key for key, profile in PROFILES.items() if profile.continuous}
    assert worn == {"thingy52", "polar_pmd", "movesense", "witmotion", "microbit"}


def test_channels_are_indexed_by_a_byte_and_named_with_their_unit() -> None:
    assert len(CHANNELS) < 256
    assert MotionScale(rate_hz=50.0, acc_g=1.0, gyro_dps=None).gyro_dps is None
