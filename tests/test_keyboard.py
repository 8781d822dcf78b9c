"""Every page with the keyboard alone: Tab and Enter lead to what the page is for, and it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import browser, demo_with_history, drawn, needs_chromium

pytestmark = [pytest.mark.browser, needs_chromium]

MOST_TABS = 40
"""From a page's link in the navigation to its main action (design)."""
MARGIN_PX = 6
ACTIONS = {
    "This week": ("button", "Download PDF"),
    "Trends": ("button", "Open this week"),
    "Sessions": ("radio", ""),
    "Live": ("button", "Stop recording"),
    "Reports": ("button", "Download PDF"),
    "Sensors": ("button", "Scan"),
    "My data": ("button", "Save"),
}
"""By the title of a page: the role and the beginning of the name of what one comes for."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_with_history(tmp_path_factory.mktemp("keys")) as found:
        yield found


def tabbed_to(page: Page, wanted: Locator) -> int:
    """How many times Tab was pressed until this has the focus."""
    for presses in range(1, MOST_TABS + 1):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return presses
    raise AssertionError(f"{wanted} is not reached with {MOST_TABS} presses of Tab")


def shows_focus(page: Page, focused: Locator) -> bool:
    """Whether what has the focus looks different from when it has not."""
    box = focused.evaluate(
        "one => { const at = (one.closest('label') ?? one).getBoundingClientRect();"
        " return {x: at.x, y: at.y, width: at.width, height: at.height} }"
    )
    clip = {
        "x": max(0, box["x"] - MARGIN_PX),
        "y": max(0, box["y"] - MARGIN_PX),
        "width": box["width"] + 2 * MARGIN_PX,
        "height": box["height"] + 2 * MARGIN_PX,
    }
    with_focus = page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
    focused.blur()
    return with_focus != page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]


def test_tab_and_enter_lead_to_what_each_page_is_for(address: str) -> None:
    with browser() as (page, _):
        page.goto(address)
        drawn(page)
        for title, (role, name) in ACTIONS.items():
            link = page.get_by_test_id("stSidebarNavItems").get_by_role("link", name=title)
            if title != "This week":
                page.reload()
                drawn(page)
                tabbed_to(page, link)
                page.keyboard.press("Enter")
                expect(page.get_by_role("heading", level=1).first).to_contain_text(title)
                drawn(page)
            main = page.get_by_test_id("stMain")
            wanted = (
                main.locator("input[type=radio]:checked").first
                if role == "radio"
                else main.get_by_role("button", name=name).first
            )
            tabbed_to(page, wanted)
            assert shows_focus(page, wanted), title
        page.goto(f"{address}/live")
        stop = page.get_by_role("button", name="Stop recording")
        tabbed_to(page, stop)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Recording is paused")).to_be_visible()
