"""Every page in Chromium for whoever cannot see it, or has no mouse: axe-core, and Tab and Enter
alone. One demo serves both: its history takes most of a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, Page, expect

from dashboard.share.desk import Desk
from dashboard.shell import PAGES
from tests.browsing import (
    browser,
    demo_with_history,
    drawn,
    needs_chromium,
    opened,
    page_url,
    program,
)

pytestmark = [pytest.mark.browser, needs_chromium]

SERIOUS = {"serious", "critical"}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
EVERYTHING = {"resultTypes": ["violations"]}

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

STREAMLITS_OWN: dict[tuple[str, str], str] = {}
"""By axe's rule and a part of the element's HTML, with the reason: serious faults that Streamlit
itself causes. There are none; lesser ones stand in docs/accessibility.md."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_with_history(tmp_path_factory.mktemp("axe")) as found:
        yield found


def faults(page: Page, options: dict[str, Any], impacts: set[str] = SERIOUS) -> list[str]:
    """What axe finds wrong on the page that is shown, without what is Streamlit's own."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:200]}"
        for one in found
        if one["impact"] in impacts
        for node in one["nodes"]
        if not any(one["id"] == rule and part in node["html"] for rule, part in STREAMLITS_OWN)
    ]


def test_no_page_has_a_serious_fault_of_ours(address: str) -> None:
    """Open in light, with all that can be opened; then the colours in dark."""
    ours: dict[str, list[str]] = {}
    with browser() as (page, _):
        for one in PAGES:
            page.emulate_media(color_scheme="light")
            page.goto(page_url(address, one.key))
            drawn(page)
            opened(page)
            ours[one.key] = faults(page, EVERYTHING)
            page.emulate_media(color_scheme="dark")
            drawn(page)
            ours[f"{one.key} in dark"] = faults(page, CONTRAST)
    assert {key: told for key, told in ours.items() if told} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_welcome_has_no_serious_fault_of_ours(tmp_path: Path, scheme: str) -> None:
    with program(tmp_path / "home", "dashboard") as address, browser() as (page, _):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        drawn(page)
        opened(page)
        assert faults(page, EVERYTHING) == []


def test_the_page_that_asks_for_the_password_has_no_fault_at_all() -> None:
    html = asyncio.run(password_page())
    with browser() as (page, _):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_content(html)
            assert faults(page, EVERYTHING, SERIOUS | {"moderate", "minor"}) == []


async def password_page() -> str:
    """What whoever is not in gets."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    await Desk("")(scope, receive, send)
    return b"".join(one.get("body", b"") for one in sent).decode()


def test_a_chart_is_one_picture_with_a_name(address: str) -> None:
    with browser() as (page, _):
        page.goto(page_url(address, "trends"))
        drawn(page)
        charts = page.get_by_test_id("stVegaLiteChart")
        charts.nth(2).wait_for()
        drawn(page)
        names = [chart.get_attribute("aria-label") or "" for chart in charts.all()]
        year = page.get_by_role("img", name="days").get_attribute("aria-label") or ""
        assert len(names) == 3
        assert len(year.split()) > 8
        assert all(len(name.split()) > 8 for name in names)  # what it shows, not only its title
        assert charts.locator("svg [role]:not([aria-hidden=true])").count() <= len(names)


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
