"""macOS ends a process that may not use Bluetooth: a child dies of it, and legload says why."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

import pytest

from ingest.preflight import PROBE, refusal, run_child
from ingest.radio import RadioError, SystemRadio
from tests.time_travel import run

ABORTS = "import os; os.abort()"
KILLED = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
WAITS = "import time; time.sleep(60)"


def instead(code: str, within_s: float = 20.0) -> object:
    """Runs a real child with other code than the probe."""

    async def child(command: Sequence[str], _within_s: float) -> int | None:
        assert list(command) == [sys.executable, "-c", PROBE]
        return await run_child([sys.executable, "-c", code], within_s)

    return child


@pytest.mark.skipif(not hasattr(os, "WIFSIGNALED"), reason="no process dies of signals here")
@pytest.mark.parametrize("code", [ABORTS, KILLED])
def test_a_child_that_is_ended_is_explained_with_where_to_allow_it(code: str) -> None:
    async def open_it() -> None:
        async with SystemRadio("darwin", instead(code)):  # type: ignore[arg-type]
            raise AssertionError("it should not have opened")

    with pytest.raises(RadioError, match="macOS does not allow this program") as error:
        asyncio.run(open_it())
    assert "System Settings > Privacy & Security > Bluetooth" in error.value.advice


def test_a_question_that_nobody_answers_is_explained_and_the_child_ended() -> None:
    found = asyncio.run(refusal("darwin", instead(WAITS, 0.2)))  # type: ignore[arg-type]
    assert found is not None
    assert found[0] == "macOS waits for your leave to use Bluetooth."


@pytest.mark.parametrize("code", ["pass", "raise SystemExit(1)"])
def test_errors_that_python_can_raise_are_left_to_scanning(code: str) -> None:
    async def open_it() -> str:
        async with SystemRadio("darwin", instead(code)) as radio:  # type: ignore[arg-type]
            return radio.name

    assert asyncio.run(open_it()) == "this computer's Bluetooth"


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_elsewhere_no_child_is_started(platform: str) -> None:
    async def never(_command: Sequence[str], _within_s: float) -> int | None:
        raise AssertionError("started a child")

    assert run(refusal(platform, never)) is None
