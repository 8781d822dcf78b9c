"""`docs/pictures/`, made from the running demo: python -m tests.pictures"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from dashboard.data import open_data
from dashboard.demo import progress
from tests.browsing import browser, program, settled

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH, HEIGHT = 1280, 1500
HISTORY_S = 120


def main() -> None:
    """Regenerate every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        home = Path(root)
        with program(home, "demo") as address, browser(WIDTH, HEIGHT) as (page, _):
            page.goto(address)
            wait_for_history(page, home / "demo")
            page.reload()
            shoot(page, "this-week.png")
            pdf = Path(root) / "report.pdf"
            with page.expect_download() as download:
                page.get_by_role("button", name="PDF").click()
            download.value.save_as(pdf)
            page.get_by_role("link", name="Sensors").click()
            shoot(page, "sensors.png")
        picture = ["pdftoppm", "-r", "90", "-png", "-singlefile", str(pdf), str(FOLDER / "report")]
        subprocess.run(picture, check=True)


def wait_for_history(page: Page, home: Path) -> None:
    """Until the last full week is complete."""
    for _ in range(HISTORY_S):
        found = progress(home)
        if (found is None or found.full_week) and open_data(home).weeks("robin")[1:]:
            return
        page.wait_for_timeout(1000)


def shoot(page: Page, name: str) -> None:
    """A picture of what the window shows, once it has settled."""
    settled(page)
    expect(page.get_by_text("streaming", exact=False).first).to_be_visible()
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / name)


if __name__ == "__main__":
    main()
