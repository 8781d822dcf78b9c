"""axe-core over every page in Chromium: nothing serious that we can influence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashboard.shell import PAGES
from tests.browsing import browser, demo_with_history, needs_chromium, page_url, settled

pytestmark = [pytest.mark.browser, needs_chromium]

SERIOUS = {"serious", "critical"}

STREAMLITS_OWN: dict[str, str] = {}
"""By axe's rule: what Streamlit itself causes, and why it is not ours to mend."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo_with_history(tmp_path_factory.mktemp("axe")) as found:
        yield found


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong, seriously, on the page that is shown."""
    found = Axe().run(page).response["violations"]
    return [one for one in found if one["impact"] in SERIOUS]


def told(found: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:160]}"
        for one in found
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_ours(address: str, scheme: str) -> None:
    ours: dict[str, list[str]] = {}
    with browser() as (page, _):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for one in PAGES:
            page.goto(page_url(address, one.key))
            settled(page)
            page.locator("h1").first.wait_for()
            page.wait_for_timeout(1000)  # charts draw themselves
            found = [v for v in violations(page) if v["id"] not in STREAMLITS_OWN]
            if found:
                ours[one.key] = told(found)
    assert ours == {}
