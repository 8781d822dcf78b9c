"""A newcomer's path in Chromium: open the page, pair a sensor, record, take the report along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
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
