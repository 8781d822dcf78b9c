"""People who turn pages cost a recording nothing."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.page_load import stretch

SECONDS = float(os.environ.get("LEGLOAD_TEST_HEAVY_S", "15"))
VISITORS = 4


def test_nothing_is_lost_while_four_sessions_turn_every_page(tmp_path: Path) -> None:
    outcome = stretch(tmp_path / "home", SECONDS, VISITORS)
    assert outcome.sent > 0
    assert outcome.recorded == outcome.sent
    assert outcome.turns >= VISITORS
    assert outcome.failed == 0
