"""Erasing on the page, in a real browser: by roles and labels, to the receipt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browsing import PATIENCE_MS, browser, needs_chromium, program
from tests.households import holding, household

pytestmark = [needs_chromium, pytest.mark.browser]


def test_a_person_erases_themselves_and_keeps_the_receipt(tmp_path: Path) -> None:
    home = household(tmp_path / "home")
    with program(home, "dashboard") as address, browser(width=820) as (page, outside):
        page.goto(f"{address}/my-data")
        page.get_by_role("button", name="Show what would go").click(timeout=PATIENCE_MS)
        name = page.get_by_label("Type Annegret Weiß to confirm")
        name.fill("Annegret Weiß", timeout=PATIENCE_MS)
        name.press("Enter")
        page.get_by_role("button", name="Erase now").click()
        kept = page.get_by_role("button", name="Download the receipt")
        with page.expect_download(timeout=PATIENCE_MS) as download:
            kept.click(timeout=PATIENCE_MS)
        receipt = Path(download.value.path()).read_text("utf-8")
        assert "Erased: all that is known of one person." in receipt
        assert "recordings, whole: 3" in receipt
        assert "Annegret" not in receipt
        page.get_by_role("button", name="Done").click()
        page.get_by_role("button", name="Show what would go").wait_for(timeout=PATIENCE_MS)
        assert outside == []
    assert holding(home, "annegret", "Annegret", "strapanna") == []
