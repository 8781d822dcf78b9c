"""The table of evidence names tests that exist and profiles that exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from devices import PROFILES
from tests import sensor_docs, verified

ROOT = Path(__file__).parent.parent
NAMED = sorted({*verified.ORACLE.values(), *verified.REPLAYED.values()})


@pytest.mark.parametrize("node", NAMED)
def test_a_named_test_exists_in_the_named_file(node: str) -> None:
    file, name = node.split("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("key", verified.ORACLE)
def test_an_oracle_is_asked_by_the_test_that_is_named_for_it(key: str) -> None:
    source = (ROOT / verified.ORACLE[key].split("::")[0]).read_text(encoding="utf-8")
    assert "from bluetooth_sig." in source
    assert key in source


def test_evidence_is_told_of_profiles_only() -> None:
    assert {*verified.ORACLE, *verified.REPLAYED, *verified.RADIO} <= set(PROFILES)


def test_captures_are_counted_by_profile_and_refused_ones_are_not() -> None:
    every = [each for file in verified.CAPTURES.glob("*.toml") for each in verified.captured(file)]
    refused = sum(bool(each.get("malformed")) for each in every)
    counted = sum(verified.captures(key) + verified.vectors(key) for key in PROFILES)
    assert counted == len(every) - refused
    assert verified.captures("nobody") == 0


def test_the_page_of_sensors_is_up_to_date() -> None:
    written = sensor_docs.PAGE.read_text(encoding="utf-8")
    assert written == sensor_docs.page(), "run: python -m tests.sensor_docs"
