"""What the decoding of each profile was held against, for `docs/sensors.md`.

Tests are named by their pytest node; `test_verified.py` fails when one is gone.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

CAPTURES = Path(__file__).parent / "captures"

_MACHINES = "tests/test_devices_machines.py::test_the_current_layout_agrees_with_bluetooth_sig"

ORACLE: dict[str, str] = {
    "rsc": "tests/test_devices_payloads.py::test_rsc_agrees_with_bluetooth_sig",
    "heart_rate": "tests/test_devices_payloads.py::test_heart_rate_agrees_with_bluetooth_sig",
    "battery": "tests/test_devices_payloads.py::test_battery_agrees_with_bluetooth_sig",
    "device_information": "tests/test_devices_payloads.py::"
    "test_device_information_agrees_with_bluetooth_sig",
    "csc": "tests/test_devices_bike.py::test_speed_and_cadence_agree_with_bluetooth_sig",
    "cycling_power": "tests/test_devices_bike.py::test_cycling_power_agrees_with_bluetooth_sig",
    "ftms_treadmill": _MACHINES,
    "ftms_cross_trainer": _MACHINES,
    "ftms_step_climber": _MACHINES,
    "ftms_stair_climber": _MACHINES,
    "ftms_rower": _MACHINES,
    "ftms_bike": _MACHINES,
    "weight_scale": "tests/test_devices_scale.py::test_weights_agree_with_bluetooth_sig",
}
"""Profile to the test that compares it with bluetooth-sig on generated payloads."""

REPLAYED: dict[str, str] = {
    "thingy52": "tests/test_real_walks.py::"
    "test_strides_of_real_people_are_counted_after_a_trip_over_the_air",
}
"""Profile to the test in which the virtual sensor sends real people's motion."""

RADIO: dict[str, str] = {}
"""Profile to the product tried on a real radio, and when: none yet."""


def captured(file: Path) -> list[dict[str, Any]]:
    """The captures of one file, in its order; raises TOMLDecodeError if it is none."""
    found: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["capture"]
    return found


def profile_of(capture: dict[str, Any]) -> str:
    """The key of a capture's profile: "witmotion" of "witmotion registers"."""
    key: str = capture["profile"].split()[0]
    return key


def captures(key: str) -> int:
    """Payloads of a profile that real sensors sent, decoded; what is refused counts not."""
    return sum(not each.get("vector") for each in _decoded(key))


def vectors(key: str) -> int:
    """Payloads of a profile from a specification or from somebody's tests, decoded."""
    return sum(bool(each.get("vector")) for each in _decoded(key))


@functools.cache
def _decoded(key: str) -> tuple[dict[str, Any], ...]:
    every = [capture for file in sorted(CAPTURES.glob("*.toml")) for capture in captured(file)]
    return tuple(each for each in every if profile_of(each) == key and not each.get("malformed"))
