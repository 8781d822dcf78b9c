"""Children: started, kept, and ended with whoever started them."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.processes import AGAIN_S, Keeper, children, last_line

WAITS = [sys.executable, "-c", "import signal; print('waits', flush=True); signal.pause()"]
FAILS = [sys.executable, "-c", "print('It cannot work today.'); raise SystemExit(1)"]


def test_children_end_with_the_context(tmp_path: Path) -> None:
    with children(tmp_path, one=WAITS, two=WAITS) as started:
        assert [child.poll() for child in started] == [None, None]
    assert all(child.poll() is not None for child in started)


def test_a_child_that_ended_is_told_once_and_started_again_later(tmp_path: Path) -> None:
    said: list[str] = []
    with children(tmp_path, record=FAILS) as started:
        first = started[0]
        first.wait(10)
        keeper = Keeper(started, FAILS, tmp_path / "record.log", said.append)
        keeper.look(100.0)
        keeper.look(100.0 + AGAIN_S / 2)
        assert started[0] is first
        keeper.look(100.0 + AGAIN_S)
        assert started[0] is not first
        started[0].wait(10)
        keeper.look(200.0)
    (once,) = said
    assert "It cannot work today." in once
    assert "tried again" in once


def test_a_child_that_was_killed_is_said_to_be_so(tmp_path: Path) -> None:
    said: list[str] = []
    with children(tmp_path, record=WAITS) as started:
        started[0].kill()
        started[0].wait(10)
        Keeper(started, WAITS, tmp_path / "record.log", said.append).look(0.0)
    assert "(signal 9)" in said[0]


def test_the_last_line_of_a_log_is_the_last_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("one\ntwo\n\n")
    assert last_line(log) == "two"
    log.write_text("")
    assert last_line(log) == "No reason is known."
