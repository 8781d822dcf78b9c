"""What a screen reader hears of what surrounds a page, and in which language."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from dashboard.data import open_data
from dashboard.display import Display
from tests.browsing import browser, needs_chromium, settled
from tests.serving import pages


@needs_chromium
def test_the_navigation_and_the_person_picker_have_names_and_blocks_their_language(
    tmp_path: Path,
) -> None:
    data = open_data(tmp_path, radio="virtual")
    data.introduce("me")
    data.set_display("me", Display(language="it"))
    with pages(tmp_path) as port, browser() as (page, outside):
        page.goto(f"http://127.0.0.1:{port}")
        expect(page.locator("h1")).to_have_count(1)
        settled(page)
        expect(page.get_by_role("navigation", name="App pages")).to_have_count(1)
        expect(page.get_by_role("combobox", name="Persona")).to_have_count(1)
        blocks = page.locator('[data-testid="stMainBlockContainer"] .ll')
        assert blocks.count() > 3
        silent = page.locator('[data-testid="stMainBlockContainer"] .ll:not([lang="it"])')
        inner = silent.evaluate_all("all => all.filter(one => !one.closest('[lang=it]')).length")
        assert inner == 0
        assert outside == []
