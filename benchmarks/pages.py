"""How long a page takes to change, in a browser: ten years of minutes against an empty home.

    python -m benchmarks.pages HOME

HOME is built once (`tests.ten_years`), and an empty home beside it. Per page, in ms: a warm change
is from the click on its link, by the browser's own clock, until its heading is there, nothing runs
any more and it is painted (median of 7); a first view is a new browser session on a warm server
(median of 5), from the request on.
Goals: 300 ms and 2 s, on two cores.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from dashboard.shell import PAGES
from ingest.entries import Entries, PersonSet
from ingest.store import store_path
from tests import ten_years
from tests.browsing import CHROMIUM, FLAGS, page_url, program

CHANGES, VIEWS = 7, 5
PATIENCE_MS = 15_000
GOAL_CHANGE_MS, GOAL_VIEW_MS = 300.0, 2000.0
READY = """title => {
    const app = document.querySelector('[data-testid="stApp"]');
    const heads = [...document.querySelectorAll('h1')].map(one => one.textContent.trim());
    return app?.dataset.testScriptState === 'notRunning' && heads.includes(title);
}"""
"""Whether a page with this heading is drawn; `dataset` has the attribute data-test-script-state."""
CLICK = f"""title => new Promise((resolve, reject) => {{
    const ready = {READY};
    const links = [...document.querySelectorAll('[data-testid="stSidebarNavLink"]')];
    const start = performance.now();
    links.find(one => one.textContent.trim() === title).click();
    const look = () => {{
        const ms = performance.now() - start;
        if (ready(title)) requestAnimationFrame(() => resolve(performance.now() - start));
        else if (ms > {PATIENCE_MS}) reject(new Error('never drawn'));
        else setTimeout(look, 5);
    }};
    look();
}})"""
"""Clicks a link and tells the ms until its page is drawn and painted, by the browser's clock."""

Times = dict[str, tuple[float | None, float | None]]
"""By title: warm change and first view in ms; null where the page never came to its heading."""


def main() -> None:
    """Build what is missing, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    chosen = parser.parse_args()
    if not store_path(chosen.home).exists():
        ten_years.build(chosen.home)
    with tempfile.TemporaryDirectory() as empty:
        at = dt.datetime.now(dt.UTC)
        Entries(Path(empty)).append(PersonSet(at=at, person="ada", name="Ada"))
        baseline = measured(Path(empty))
    print(table(measured(chosen.home), baseline))


def measured(home: Path) -> Times:
    """Each page of a server that has drawn each once."""
    with program(home, "dashboard") as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = opened(chromium, address)
        for one in PAGES:
            page.goto(page_url(address, one.key))
            _drawn(page, one.title)
        changes = [_changes(page, one.title) for one in PAGES]
        page.context.close()
        views = [_views(chromium, page_url(address, one.key), one.title) for one in PAGES]
        chromium.close()
    titles = [one.title for one in PAGES]
    return dict(zip(titles, zip(changes, views, strict=True), strict=True))


def opened(chromium: Browser, address: str) -> Page:
    """A page of a browser session of its own."""
    page = chromium.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    return page


def _changes(page: Page, title: str) -> float | None:
    """Median time of changes to a page from its neighbour."""
    away = next(one.title for one in reversed(PAGES) if one.title != title)
    times = []
    for _ in range(CHANGES):
        if _clicked(page, away) is None or (taken := _clicked(page, title)) is None:
            return None
        times.append(taken)
    return statistics.median(times)


def _clicked(page: Page, title: str) -> float | None:
    try:
        taken: float = page.evaluate(CLICK, title)
    except Error:
        return None
    return taken


def _views(chromium: Browser, address: str, title: str) -> float | None:
    times = []
    for _ in range(VIEWS):
        start = time.perf_counter()
        page = opened(chromium, address)
        drawn = _drawn(page, title)
        times.append(_since(start))
        page.context.close()
        if not drawn:
            return None
    return statistics.median(times)


def _drawn(page: Page, title: str) -> bool:
    try:
        page.wait_for_function(READY, arg=title, polling=10)
    except Error:
        return False
    return True


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000.0


def table(large: Times, empty: Times) -> str:
    """One line a page, ms; what misses its goal is marked."""
    lines = [f"{'ms':18}{'change':>10}{'(empty)':>10}{'first view':>12}{'(empty)':>10}"]
    for title, (change, view) in large.items():
        bare_change, bare_view = empty[title]
        lines.append(
            f"{title:18}{_text(change, GOAL_CHANGE_MS):>10}{_text(bare_change):>10}"
            f"{_text(view, GOAL_VIEW_MS):>12}{_text(bare_view):>10}"
        )
    return "\n".join(lines)


def _text(value: float | None, goal: float = float("inf")) -> str:
    if value is None:
        return "no heading"
    return f"{value:.0f}{'!' if value > goal else ' '}"


if __name__ == "__main__":
    main()
