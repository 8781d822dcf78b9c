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


def test_a_newcomer_is_welcomed_pairs_records_reads_reports_and_erases(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with program(home, "run", "--radio", "virtual") as address, browser() as (page, outside):
        page.goto(address)
        _is_welcomed(page)
        _sees_the_pod_live(page)

        page.get_by_role("link", name="This week").click()
        expect(page.get_by_role("heading", name="This week", exact=True)).to_be_visible()
        expect(page.get_by_text("at least", exact=False).first).to_be_visible()
        settled(page)
        if pictures := os.environ.get("LEGLOAD_TEST_PICTURES"):
            page.screenshot(path=Path(pictures) / "newcomer-week.png", full_page=True)
        report = _takes_the_report_along(page, tmp_path)
        assert "Rosa" in report
        assert "at least" in report.lower()
        (sensor,) = open_data(home).status().sensors
        assert sensor.title.startswith("Foot pod")
        week = open_data(home).week("me", open_data(home).weeks("me")[0])
        assert week.sensors[0].observed_h > 0

        _erases_everything(page)
        page.get_by_role("link", name="This week").click()
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    assert outside == []
    assert not [path for path in home.rglob("*") if path.is_file() and b"Rosa" in path.read_bytes()]
    assert open_data(home).status().sensors == ()


def _is_welcomed(page: Page) -> None:
    """Says who, pairs a pod, agrees to the targets."""
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_label("Your name").fill("Rosa")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Scan").click()
    page.get_by_role("button", name="Choose this one").first.wait_for()
    pod = page.locator('[data-testid="stHorizontalBlock"]').filter(has_text="Foot pod")
    pod.get_by_role("button", name="Choose this one").click()
    expect(page.get_by_text("steps/min").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Paired:", exact=False)).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="To This week").click()
    expect(page.get_by_role("heading", name="This week", exact=True)).to_be_visible()


def _sees_the_pod_live(page: Page) -> None:
    """A moving value, and recording stopped and begun again; some seconds are recorded."""
    page.get_by_test_id("stSidebarNavItems").get_by_role("link", name="Live").click()
    expect(page.get_by_text("Recording 1 of 1 sensor")).to_be_visible()  # by itself
    expect(page.get_by_text("steps/min").first).to_be_visible()
    page.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_text("Recording is paused")).to_be_visible()
    page.get_by_role("button", name="Start recording").click()
    expect(page.get_by_text("Recording 1 of 1 sensor")).to_be_visible()
    page.wait_for_timeout(RECORD_S * 1000)


def _takes_the_report_along(page: Page, folder: Path) -> str:
    """This week's report as a PDF; its text."""
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", name="Reports", level=1)).to_be_visible()
    page.get_by_text("Put the name on it").click()
    expect(page.get_by_text("The name is in the file")).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download PDF").click()
    report = folder / "report.pdf"
    download.value.save_as(report)
    return PdfReader(report).pages[0].extract_text()


def _erases_everything(page: Page) -> None:
    """Sees what would go, confirms it by hand, and gets a receipt."""
    page.get_by_role("link", name="My data").click()
    page.get_by_text("Everything of everyone").click()
    page.get_by_role("button", name="Show what would go").click()
    page.get_by_label("Type everything to confirm").fill("everything")
    page.get_by_role("button", name="Erase now").click()
    expect(page.get_by_role("button", name="Download the receipt")).to_be_visible()


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
