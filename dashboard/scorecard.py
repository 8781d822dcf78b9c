"""The blocks of the week's page as HTML: head, score, notices, components, small print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from analytics.week import Component, Notice, WeekReport
from dashboard import charts, wording
from dashboard.display import METRIC
from dashboard.markup import Markup, el, join
from language.formats import decimal
from language.spoken import ENGLISH, _, language, mark

LEVELS = {"info": mark("Note"), "remind": mark("Reminder"), "warn": mark("Please read")}
SIMULATED = mark("DEMO – simulated data")


def head(report: WeekReport, *, current: bool) -> Markup:
    """Whose week, which week, and DEMO if it is simulated."""
    title = _("This week") if current else wording.week_name(report.week)
    dates = wording.date_range(report)
    if current:
        dates = _("{week}, {dates}", week=wording.week_name(report.week), dates=dates)
    return el(
        "div",
        demo_badge() if report.demo else Markup(),
        el("h1", title),
        el("p", _("{person}: {dates}", person=report.person_name, dates=dates), cls="muted"),
        cls="ll",
        lang=spoken_tag(),
    )


def demo_badge(text: str = "") -> Markup:
    """Simulated data is never shown without it; text: other words for it."""
    return el("span", text or _(SIMULATED), cls="demo")


def hero(report: WeekReport) -> Markup:
    """Five seconds: how much is done, left and unknown."""
    words = el(
        "div",
        el("h2", wording.headline(report)),
        el("span", wording.status_title(report), cls="ll-status"),
        el("p", wording.status_sentence(report)),
        cls="ll-words",
    )
    return page(el("div", charts.ring(report), words, _shares(report), cls="ll-hero"))


def _shares(report: WeekReport) -> Markup:
    if report.points is None:
        return Markup()
    done, left, unknown = map(decimal, wording.shares(report))
    earned = (
        _("At least {points} points done", points=done)
        if report.at_least
        else _("{points} points done", points=done)
    )
    reached, missed, missing = (
        _titles(lines)
        for lines in (
            wording.done_lines(report),
            wording.left_lines(report),
            wording.unmeasured_lines(report),
        )
    )
    word = wording.left_word(report)
    parts = (
        ("done", earned, _("Reached: {components}", components=reached)),
        (
            "left",
            _("{points} points {left_word}", points=left, left_word=word),
            _("Open: {components}", components=missed),
        ),
        (
            "unknown",
            _("{points} points not measured", points=unknown),
            _("Unknown: {components}", components=missing),
        ),
    )
    return el("div", *(_share(*part) for part in parts), cls="ll-shares")


def _titles(lines: list[Component]) -> str:
    return ", ".join(line.title for line in lines) or _("none")


def _share(cls: str, title: str, components: str) -> Markup:
    return el("div", el("b", title), el("span", components, cls="small"), cls=f"ll-share {cls}")


def notices(items: Iterable[Notice]) -> Markup:
    """What the person should read, most urgent look first."""
    return el("div", *(_notice(item) for item in items), cls="ll", lang=spoken_tag())


def _notice(item: Notice) -> Markup:
    source = el("div", citation(item.source), cls="small") if item.source else Markup()
    return el(
        "div",
        el("b", _("{level}:", level=_(LEVELS.get(item.level, LEVELS["info"])))),
        " ",
        wording.notice_text(item),
        source,
        cls=f"ll-notice {item.level}",
        role="note",
    )


def citation(source: str) -> Markup:
    """A citation; a DOI opens in another tab, and only when it is clicked."""
    return el(
        "span",
        *(
            el("a", text, href=link, target="_blank") if link else text
            for text, link in wording.citation_parts(source)
        ),
    )


def lines(report: WeekReport) -> Markup:
    """The measured components, then apart those that nobody can know."""
    card = wording.card(report)
    known = [line for line in card if line.value is not None]
    missing = [line for line in card if line.value is None]
    parts = [el("div", *(_line(line, report) for line in known), cls="ll-lines")]
    if missing:
        parts += [
            el("h2", _("Not measured")),
            el("p", _(wording.NOT_MEASURED), cls="muted"),
            el("div", *(_line(line, report) for line in missing), cls="ll-lines"),
        ]
    return el("div", *parts, cls="ll", lang=spoken_tag())


def _line(line: Component, report: WeekReport) -> Markup:
    known = line.value is not None
    return el(
        "div",
        el("div", el("div", line.title, cls="title"), _evidence(line)),
        el("div", el("div", wording.value_text(line), cls="value"), *_small(line, report)),
        el("div", el("div", _("Target"), cls="small"), el("div", line.target_text)),
        el("div", *_points(line)),
        el("div", _("Source:"), " ", citation(line.source), cls="source small"),
        cls="ll-line" if known else "ll-line missing",
        role="group",
        aria_label=_("{title}: {text}", title=line.title, text=wording.value_text(line)),
    )


def _evidence(line: Component) -> Markup:
    words = _("Evidence {evidence}", evidence=wording.evidence_text(line.evidence))
    help_text = wording.evidence_help(line.evidence)
    return el("div", el("abbr", words, title=help_text), cls="small")


def _small(line: Component, report: WeekReport) -> Iterable[Markup]:
    return (el("div", text, cls="small") for text in wording.details(line, report))


def _points(line: Component) -> Iterable[Markup]:
    yield el("div", _("Points"), cls="small")
    yield el("div", wording.points_text(line))
    if line.credit is None:
        yield el("div", cls="ll-bar unknown", role="img", aria_label=_("not scored"))
        return
    fill = el("i", style=f"width:{100 * line.credit:.0f}%")
    yield el("div", fill, cls="ll-bar", role="img", aria_label=wording.reached_text(line))
    yield el("div", wording.reached_text(line), cls="small")


def practice(report: WeekReport, units: str = METRIC) -> Markup:
    """The strength sets and the balance practice of the week; weights in kg or lb."""
    rows = wording.practice_table(report, units)
    days = wording.practice_days_text(report)
    return el(
        "div",
        el("h2", _("Strength and balance")),
        el("p", days, cls="muted") if days else Markup(),
        table(rows) if rows else _none(_(wording.NO_PRACTICE)),
        cls="ll",
        lang=spoken_tag(),
    )


def beside(report: WeekReport) -> Markup:
    """What is shown and earns no points."""
    return el(
        "div",
        el("h2", _("Shown, never scored")),
        el("div", *(_beside(one) for one in wording.beside(report)), cls="ll-beside"),
        cls="ll",
        lang=spoken_tag(),
    )


def _beside(one: wording.Beside) -> Markup:
    return el(
        "div",
        el("div", one.title, cls="small"),
        el("div", one.value or _("not measured"), cls="value"),
        el("div", one.why, cls="small"),
        cls="" if one.value else "missing",
    )


def record(report: WeekReport) -> Markup:
    """What the numbers rest on: sensors and gaps."""
    gaps = [wording.gap_text(gap, report) for gap in report.gaps]
    rows = wording.origin_table(report)
    return el(
        "div",
        el("h2", _("Where the minutes came from")),
        table(rows) if rows else Markup(),
        _none(_(wording.ORIGIN_NOTE) if rows else _("No sensor.")),
        el("h2", _("Gaps")),
        _list(gaps) or _none(wording.gaps_none(report)),
        cls="ll",
        lang=spoken_tag(),
    )


def table(rows: Sequence[Mapping[str, str]]) -> Markup:
    """Rows of words under their names; at least one row."""
    head = el("tr", *(el("th", name, scope="col") for name in rows[0]))
    body = (el("tr", *(el("td", text) for text in row.values())) for row in rows)
    return el("table", head, *body, cls="ll-table")


def _list(texts: Iterable[str]) -> Markup:
    items = [el("li", text) for text in texts]
    return el("ul", *items) if items else Markup()


def _none(text: str) -> Markup:
    return el("p", text, cls="muted")


def foot(report: WeekReport) -> Markup:
    """Method, version, hash and what this is not."""
    method = _(
        "Method {method}; targets {targets}; data {data}.",
        method=report.method,
        targets=report.protocol,
        data=report.data_hash[:16],
    )
    texts = (_(wording.DOSE_NOTE), _(wording.SCORE_NOTE), report.disclaimer, method)
    return el("div", *(el("p", text, cls="small") for text in texts), cls="ll", lang=spoken_tag())


def page(*blocks: Markup) -> Markup:
    """Several blocks in one wrapper, which says its language where the page is of another."""
    return el("div", join(*blocks), cls="ll", lang=spoken_tag())


def spoken_tag() -> str:
    """The language of a block; empty for that of the page around it, which is English."""
    return "" if language() == ENGLISH else language()
