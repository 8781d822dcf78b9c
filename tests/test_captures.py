"""What real sensors sent: every capture is cited, and read by the profile that it names."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from devices import PROFILES
from tests.time_travel import START_NS
from tests.verified import CAPTURES, captured, profile_of

EVERY = [
    pytest.param(capture, id=f"{file.stem} {number}")
    for file in sorted(CAPTURES.glob("*.toml"))
    for number, capture in enumerate(captured(file), 1)
]
FIRST = captured(CAPTURES / "first.toml")


def tuples(value: Any) -> Any:
    """TOML has no tuples: its lists as such."""
    return tuple(map(tuples, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("capture", EVERY)
def test_a_capture_is_cited_and_read_by_its_profile(capture: dict[str, Any]) -> None:
    assert len(capture["source"]) > 15
    profile = PROFILES[profile_of(capture)]
    short = capture["characteristic"].zfill(8)
    (characteristic,) = [each for each in profile.characteristics if each.startswith(short)]
    samples = profile.decoder().feed(characteristic, bytes.fromhex(capture["payload"]), START_NS)
    assert samples.malformed == (1 if capture.get("malformed") else 0)


@pytest.mark.parametrize("capture", FIRST, ids=lambda capture: capture["payload"])
def test_what_the_first_sensors_sent_is_read_as_it_was_meant(capture: dict[str, Any]) -> None:
    module = importlib.import_module(f"devices.{capture['profile']}")
    payload = bytes.fromhex(capture["payload"])
    measured = module.parse(payload)
    expect = {name: tuples(value) for name, value in capture["expect"].items()}
    assert measured == type(measured)(**expect)
