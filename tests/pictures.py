"""`docs/pictures/`, made from the running demo: python -m tests.pictures

`python -m tests.pictures people` makes a picture of the page and of the report of each golden
person, in `docs/pictures/people/`.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from dashboard.data import open_data
from dashboard.demo import progress
from dashboard.reports import pdf
from dashboard.server import wait_until_ready
from tests import golden_weeks
from tests.browsing import browser, free_port, program, settled
from tests.people_page import golden_week

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
PEOPLE = FOLDER / "people"
WIDTH, HEIGHT = 1280, 1500
PERSON_WIDTH, ZOOM = 1000, 0.88
HISTORY_S = 120
COLOURS = 13
"""Of a picture of a golden person, so that it stays small."""


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
            report = Path(root) / "report.pdf"
            with page.expect_download() as download:
                page.get_by_role("button", name="PDF").click()
            download.value.save_as(report)
            page.get_by_role("link", name="Sensors").click()
            shoot(page, "sensors.png")
        rasterise(report, FOLDER / "report.png", 90)


def people(*names: str) -> None:
    """The page and the report of each golden person, or of those that are named."""
    PEOPLE.mkdir(parents=True, exist_ok=True)
    with people_pages() as address, browser(PERSON_WIDTH, 900) as (page, _):
        for name in names or golden_weeks.PEOPLE:
            page.goto(f"{address}/?person={name}")
            settled(page)
            page.wait_for_timeout(1500)  # the charts draw themselves
            page.evaluate(f"document.body.style.zoom = {ZOOM}")
            whole = page.get_by_test_id("stMainBlockContainer")
            height = whole.evaluate("block => Math.ceil(block.getBoundingClientRect().height)")
            page.set_viewport_size({"width": PERSON_WIDTH, "height": round(height / ZOOM)})
            page.wait_for_timeout(500)
            whole.screenshot(path=PEOPLE / f"{name}.png")
            page.set_viewport_size({"width": PERSON_WIDTH, "height": 900})
            small(PEOPLE / f"{name}.png")
    with tempfile.TemporaryDirectory() as root:
        for name in names or golden_weeks.PEOPLE:
            report = Path(root) / f"{name}.pdf"
            report.write_bytes(pdf.write(golden_week(name).report()))
            rasterise(report, PEOPLE / f"{name}-report.png", 90)
            small(PEOPLE / f"{name}-report.png")


@contextlib.contextmanager
def people_pages() -> Iterator[str]:
    """The address of the pages of the golden people, for as long as the context lasts."""
    port = free_port()
    run = [sys.executable, "-m", "tests.people_page", str(port)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(run, stdin=silent, stdout=silent, stderr=silent) as process:
        try:
            wait_until_ready(port, [process], 60.0)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def rasterise(report: Path, picture: Path, dpi: int) -> None:
    """The first page of a PDF as a picture."""
    base = picture.with_suffix("")
    words = ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", str(report), str(base)]
    subprocess.run(words, check=True)


def small(picture: Path) -> None:
    """The same picture with few colours."""
    with Image.open(picture) as found:
        kept = found.convert("RGB").quantize(
            COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE
        )
    kept.save(picture, optimize=True)


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
    if sys.argv[1:2] == ["people"]:
        people(*sys.argv[2:])
    else:
        main()
