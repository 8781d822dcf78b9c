"""`docs/pictures/pages/`: every page as people see it: python -m tests.page_pictures [PAGE ...]

Each page over the demo; and in dark, on a tablet, in large type and in Italian, and over a home in
which nothing is known yet.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from dashboard.data import open_data
from dashboard.demo_history import PERSON
from dashboard.display import Display
from dashboard.shell import PAGES
from tests.browsing import browser, demo_with_history, page_url, program, settled
from tests.pictures import FOLDER, small

PLACE = FOLDER / "pages"
TABLET, DESK = 820, 1280
ENGLISH = Display(language="en")
SOMEBODY = "/home/robin"
"""Whose folder a page proposes to write to."""
MOST_PX = 2600
"""Of a picture's height: what is further down looks like what is above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One way to look at every page."""

    name: str
    width: int = DESK
    dark: bool = False
    display: Display = ENGLISH


LOOKS = (
    Look(name="light"),
    Look(name="dark", dark=True),
    Look(name="tablet-large", width=TABLET, display=Display(language="en", large_type=True)),
    Look(name="italian", display=Display(language="it")),
)


def main(keys: Sequence[str]) -> None:
    """Draw the pages that are named, or all."""
    PLACE.mkdir(parents=True, exist_ok=True)
    chosen = [page.key for page in PAGES if not keys or page.key in keys]
    with tempfile.TemporaryDirectory() as root:
        home = Path(root)
        with demo_with_history(home, HOME=SOMEBODY) as address:
            for look in LOOKS:
                open_data(home / "demo").set_display(PERSON, look.display)
                draw(address, chosen, look)
        with program(home / "new", "dashboard", HOME=SOMEBODY) as address:
            draw(address, chosen, Look(name="empty"))


def draw(address: str, keys: Sequence[str], look: Look) -> None:
    """One picture of each page, from a fresh browser."""
    with browser(look.width, 900) as (page, _):
        page.emulate_media(color_scheme="dark" if look.dark else "light")
        for key in keys:
            page.goto(page_url(address, key))
            shoot(page, PLACE / f"{key}-{look.name}.png", look.width)
            page.set_viewport_size({"width": look.width, "height": 900})


def shoot(page: Page, path: Path, width: int) -> None:
    """The whole page, once it has settled and its charts have drawn themselves."""
    settled(page)
    page.wait_for_timeout(1500)
    block = page.get_by_test_id("stMainBlockContainer")
    height = int(block.evaluate("block => Math.ceil(block.getBoundingClientRect().height)"))
    page.set_viewport_size({"width": width, "height": min(max(height, 700), MOST_PX)})
    page.wait_for_timeout(700)
    page.screenshot(path=path)
    small(path)


if __name__ == "__main__":
    main(sys.argv[1:])
