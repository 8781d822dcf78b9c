"""A week as one short web page that a mail program can show: two answers first, then the tables.

Nothing is loaded and nothing runs. Tables lay it out and every colour stands on its element, as
mail programs drop style sheets; the one there is only turns the colours for dark screens. Each bar
stands beside its number, so nothing is lost where there are no colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from analytics.week import WeekReport
from dashboard import theme
from dashboard.markup import Markup, el, join
from dashboard.reports.letter import Cell, Letter, Section, letter
from dashboard.wording import citation_parts
from language.spoken import language

WIDTH_PX = 640
"""What mail programs show without a bar to scroll (design)."""
_LIGHT, _DARK = asdict(theme.LIGHT), asdict(theme.DARK)
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_TEXT = f"{_FONT};font-size:16px;line-height:1.45;color:{_LIGHT['ink']}"
_SMALL = f"font-size:14px;color:{_LIGHT['muted']}"
_LINE = f"border-top:1px solid {_LIGHT['line']}"
_HEAD = """<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
"""


def write(report: WeekReport) -> bytes:
    """The page as UTF-8."""
    told = letter(report)
    head = el("head", Markup(_HEAD), el("title", told.title), el("style", Markup(_dark())))
    body = el("body", _laid_out(told), cls="on-paper", style="margin:0;padding:0")
    return f"<!DOCTYPE html>\n{el('html', head, body, lang=language())}\n".encode()


def _dark() -> str:
    """The same colours for a dark screen, where a mail program keeps a style sheet at all."""
    rules = [
        f".on-{name}{{background:{value}!important}}.in-{name}{{color:{value}!important}}"
        for name, value in _DARK.items()
    ]
    line = f".under{{border-color:{_DARK['line']}!important}}"
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}{line}}}"


def page(report: WeekReport) -> Markup:
    """What stands between the page's head and its end, to be shown inside of another page."""
    return _laid_out(letter(report))


def _laid_out(told: Letter) -> Markup:
    """Everything, in one column that is never wider than a mail program's."""
    parts = join(*_top(told), *(part for section in told.sections for part in _section(section)))
    cell = el("td", parts, cls="in-ink on-paper", style=f"padding:16px;{_TEXT}")
    style = f"width:100%;max-width:{WIDTH_PX}px;margin:0 auto;background:{_LIGHT['paper']}"
    return el("table", el("tr", cell), role="presentation", cls="on-paper", style=style)


def _top(told: Letter) -> Iterator[Markup]:
    """The two answers, then what the page is about."""
    big = f"margin:0 0 8px;font-size:19px;line-height:1.35;font-weight:bold;color:{_LIGHT['ink']}"
    yield from (el("p", text, cls="in-ink", style=big) for text in told.answers)
    title = f"margin:20px 0 4px;font-size:22px;line-height:1.25;color:{_LIGHT['done']}"
    yield el("h1", told.title, cls="in-done", style=title)
    yield from map(_small, told.about)


def _small(text: str) -> Markup:
    return el(
        "p", *_linked(text), cls="in-muted", style=f"margin:0 0 6px;overflow-wrap:anywhere;{_SMALL}"
    )


def _section(section: Section) -> Iterator[Markup]:
    style = f"margin:24px 0 6px;font-size:18px;color:{_LIGHT['done']}"
    yield el("h2", section.title, cls="in-done", style=style)
    if section.rows:
        yield _table(section)
    yield from map(_small, section.texts)


def _table(section: Section) -> Markup:
    """A table with its header; the small print of a row goes under it, over the whole width."""
    heads = (_head(name) for name in section.columns)
    rows = (line for row in section.rows for line in _row(row))
    style = "width:100%;border-collapse:collapse;margin:0 0 8px"
    return el("table", el("thead", el("tr", *heads)), el("tbody", *rows), style=style)


def _head(name: str) -> Markup:
    style = f"padding:4px 8px 4px 0;text-align:left;font-weight:normal;{_SMALL}"
    return el("th", name, scope="col", cls="in-muted", style=style)


def _row(row: tuple[Cell, ...]) -> Iterator[Markup]:
    first, *rest = row
    style = f"padding:6px 8px 2px 0;text-align:left;vertical-align:top;{_LINE};{_TEXT}"
    name = el("th", first.text, scope="row", cls="in-ink under", style=style)
    cells = (el("td", cell.text, *_bar(cell), cls="in-ink under", style=style) for cell in rest)
    yield el("tr", name, *cells)
    if small := [text for cell in row for text in cell.small]:
        notes = el("td", *map(_small, small), colspan=str(len(row)), style="padding:0 8px 4px 0")
        yield el("tr", notes)


def _bar(cell: Cell) -> Iterator[Markup]:
    """The share that the text beside it says, as two coloured cells; nothing of an unknown one."""
    if cell.share is None:
        return
    done = round(100 * min(1.0, max(0.0, cell.share)))
    cells = [(done, cell.tint), (100 - done, "left")]
    tds = [_coloured(width, tint) for width, tint in cells if width]
    style = "width:100%;min-width:48px;border-collapse:collapse;margin:3px 0 0"
    yield el("table", el("tr", *tds), role="presentation", aria_hidden="true", style=style)


def _coloured(width: int, tint: str) -> Markup:
    style = f"width:{width}%;height:8px;padding:0;font-size:1px;line-height:8px"
    return el(
        "td", "\N{NO-BREAK SPACE}", cls=f"on-{tint}", style=f"{style};background:{_LIGHT[tint]}"
    )


def _linked(text: str) -> Iterator[Markup]:
    """Text in which each DOI is a link."""
    for words, address in citation_parts(text):
        style = f"color:{_LIGHT['done']}"
        yield el("a", words, href=address, cls="in-done", style=style) if address else join(words)
