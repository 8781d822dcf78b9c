"""A newcomer's path in Chromium: open the page, pair a sensor, record, take the report along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.data import open_data
from tests.browsing import browser, needs_chromium, program, settled

pytestmark = [pytest.mark.browser, needs_chromium]
RECORD_S = float(os.environ.get("LEGLOAD_TEST_RECORD_S", "4"))


def test_a_newcomer_pairs_a_pod_records_and_downloads_the_report(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with program(home, "run", "--radio", "virtual") as address, browser() as (page, outside):
        page.goto(address)
        settled(page)
        expect(page.get_by_text("This week").first).to_be_visible()

        page.get_by_role("link", name="Sensors").click()
        page.get_by_role("button", name="Scan").click()
        page.get_by_role("button", name="Choose this one").first.wait_for()
        pod = page.locator('[data-testid="stHorizontalBlock"]').filter(has_text="Foot pod")
        pod.get_by_role("button", name="Choose this one").click()
        expect(page.get_by_text("steps/min").first).to_be_visible()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("streaming", exact=False).first).to_be_visible()
        expect(page.get_by_text("Recording 1 of 1 sensor")).to_be_visible()  # by itself
        page.get_by_role("button", name="Stop recording").click()
        expect(page.get_by_text("Recording is paused")).to_be_visible()
        page.get_by_role("button", name="Start recording").click()
        expect(page.get_by_text("Recording 1 of 1 sensor")).to_be_visible()

        page.wait_for_timeout(RECORD_S * 1000)
        page.get_by_role("link", name="This week").click()
        expect(page.get_by_text("at least", exact=False).first).to_be_visible()
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="PDF").click()
        report = tmp_path / "report.pdf"
        download.value.save_as(report)
        if pictures := os.environ.get("LEGLOAD_TEST_PICTURES"):
            page.screenshot(path=Path(pictures) / "newcomer-week.png", full_page=True)

    assert outside == []
    text = PdfReader(report).pages[0].extract_text()
    assert "at least" in text.lower()
    (sensor,) = open_data(home).status().sensors
    assert sensor.title.startswith("Foot pod")
    minutes = open_data(home).week("me", open_data(home).weeks("me")[0])
    assert minutes.sensors[0].observed_h > 0


def boxes(page: Page, what: str) -> list[tuple[float, float]]:
    """Where the middle of each element of a kind is, as (x, y) in pixels."""
    found = (one.bounding_box() for one in page.locator(what).all())
    return [(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2) for at in found if at]


def test_cards_and_dialogs_fit_a_wide_a_middling_and_a_narrow_window(tmp_path: Path) -> None:
    with program(tmp_path / "home", "demo") as address, browser(1280, 1500) as (page, _):
        page.goto(f"{address}/sensors")
        expect(page.get_by_text("Recording 3 of 3 sensors")).to_be_visible()
        settled(page)
        for width, columns in ((1280, 2), (820, 1), (390, 1)):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(500)
            cards = boxes(page, '[class*="st-key-card-"]')
            assert len({round(x) for x, _ in cards}) == columns
            assert page.evaluate("document.body.scrollWidth") <= width
            acts = page.locator('[class*="st-key-acts-"]').first
            tops = {round(one.bounding_box()["y"]) for one in acts.get_by_role("button").all()}  # type: ignore[index]
            assert len(tops) == 1  # one row
        page.get_by_role("button", name="Change").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("From a day on").click()
        expect(dialog.get_by_text("and replaces:")).to_be_visible()
        page.wait_for_timeout(2500)  # the cards behind go on, the dialog stays
        dialog.get_by_text("From now on").click()
        expect(dialog.get_by_text("and replaces:")).not_to_be_visible()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).not_to_be_visible()
