"""How it is scored: what is counted, what each line asks for, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from analytics import claims
from analytics.week import Component
from dashboard import scorecard, wording
from dashboard.explained import Example, Explained
from dashboard.markup import Markup, el, join
from dashboard.wording import scoring, trust
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

LOAD = (
    mark(
        "Each time a foot takes the body's weight, the force under it rises to a peak. It is told "
        "in body weights (BW): 1 BW is what you weigh. The peaks of all steps are added up for "
        "each leg, and the mean of both legs is the load of the day."
    ),
    mark(
        "So that a number says something, the load is divided by the peak of one ordinary walking "
        "step on each leg. The result is told in step-equivalents (step-eq): as many ordinary "
        "walking steps would have loaded the legs as much. That is the Loaded-Leg Dose."
    ),
)
SEAT = mark(
    "On a bike or rower a seat carries the body, so the legs are loaded less; that part is shown "
    "apart, as assisted."
)
CHANGE = mark(
    "A clinic can use targets of its own: “legload targets --copy my-clinic” writes a file with "
    "every number on this page, to be changed; “legload targets --use my-clinic” scores a person "
    "against it from then on. A set is also chosen under My data. Every report names the set, and "
    "“legload rescore” shows which weeks another set would move."
)
STAIRS = mark("The two rows of stairs are not used yet: climbs are found, and counted as walking.")


def render(data: Data, person: str) -> None:
    """The page of one person."""
    found = data.method_of(person)
    badge = [scorecard.demo_badge()] if data.demo else []
    head = el("p", scoring.set_text(found), cls="muted")
    st.html(
        scorecard.page(*badge, el("h1", _("How it is scored")), head, el("p", _(claims.DISCLAIMER)))
    )
    st.html(scorecard.page(*_section(_("In short"), scoring.short(found))))
    st.html(scorecard.page(*_counted(found.examples)))
    st.html(scorecard.page(*_lines(found.components)))
    st.html(scorecard.page(*_section(_("Letters of evidence"), _letters())))
    st.html(
        scorecard.page(
            *_section(_("What is known, and what is not"), scoring.bounds(found.protocol))
        )
    )
    st.html(
        scorecard.page(*_section(_("Weeks that are not scored"), scoring.unscored(found.protocol)))
    )
    _trust()
    st.html(scorecard.page(*_not(found)))


def _counted(examples: Sequence[Example]) -> Iterator[Markup]:
    """The dose in words, and what it comes to, with a bar for each force."""
    yield el("h2", _("What is counted: the Loaded-Leg Dose"))
    yield el("div", *(el("p", _(text)) for text in LOAD), cls="ll-plain")
    most = max(one.force_bw for one in examples)
    names = (_("Done"), _("Peak force on a leg"), _("Dose"), _("How it is worked out"))
    head = el("tr", *(el("th", name, scope="col") for name in names))
    yield el(
        "div",
        el("table", head, *(_example(one, most) for one in examples), cls="ll-table ll-examples"),
        cls="ll-scroll",
        tabindex="0",
    )
    yield el("p", _(SEAT), cls="small")
    yield el("p", _(claims.DOSE_CAVEAT), cls="small")


def _example(one: Example, most: float) -> Markup:
    bar = el("i", style=f"width:{100 * one.force_bw / most:.0f}%", aria_hidden="true")
    return el(
        "tr",
        el("td", scoring.example_title(one)),
        el("td", bar, _("{force} BW", force=wording.number(one.force_bw, 3)), cls="bw"),
        el("td", el("b", _("{dose} step-eq", dose=wording.number(one.step_eq)))),
        el("td", scoring.example_text(one), cls="small"),
    )


def _lines(components: Sequence[Component]) -> Iterator[Markup]:
    yield el("h2", _("What each line asks for"))
    yield el("p", _(scoring.WEIGHTS), cls="muted")
    yield el("div", *(_line(line) for line in components), cls="ll-lines")


def _line(line: Component) -> Markup:
    letters = _("Evidence {letters}", letters=wording.evidence_text(line.evidence))
    return el(
        "div",
        el("div", el("div", line.title, cls="title"), el("div", letters, cls="small")),
        el("div", _(scoring.WHAT[line.key])),
        el("div", el("div", _("Target"), cls="small"), el("div", line.target_text)),
        el("div", el("div", _("Points"), cls="small"), el("div", scoring.points_text(line))),
        el("div", _("Source:"), " ", scorecard.citation(line.source), cls="source small"),
        cls="ll-line",
        role="group",
        aria_label=line.title,
    )


def _letters() -> Iterator[str]:
    for letter, (word, meaning) in wording.EVIDENCE.items():
        yield _("{letter}, {word}: {meaning}", letter=letter, word=_(word), meaning=_(meaning))


def _section(title: str, texts: Iterable[str]) -> Iterator[Markup]:
    yield el("h2", title)
    yield el("ul", *(el("li", text) for text in texts), cls="ll-plain")


def _trust() -> None:
    """The two tables that a physiotherapist asks for, folded."""
    intro = _(
        "Force is worked out, never measured: from speed, contact time or power, and where none "
        "is known from one usual number. Coverage is another matter: a day may be seen whole and "
        "its force be known badly."
    )
    st.html(scorecard.page(el("h2", _("How far the numbers can be trusted")), el("p", intro)))
    with st.expander(_("Each kind of sensor")):
        st.html(
            scorecard.page(
                el("div", scorecard.table(trust.kind_table()), cls="ll-scroll", tabindex="0")
            )
        )
    with st.expander(_("Each force, its formula and its source")):
        table = el("div", scorecard.table(trust.force_table()), cls="ll-scroll", tabindex="0")
        st.html(scorecard.page(table, el("p", _(STAIRS), cls="small")))


def _not(found: Explained) -> Iterator[Markup]:
    yield from _section(_("What is not measured"), map(_, scoring.NOT_MEASURED))
    yield el(
        "p",
        _("Osteogenic index, shown and never scored: {label}", label=_(claims.OSTEOGENIC_LABEL)),
    )
    yield from _section(_("What this is not"), (_(claims.NOT_FOR), _(claims.DOSE_CAVEAT)))
    study = join(_("The study that inspired it:"), " ", scorecard.citation(claims.STUDY))
    yield el("p", study, cls="small")
    yield el("h2", _("Other targets"))
    yield el("p", _(CHANGE), cls="ll-plain")
    yield el("p", scoring.set_text(found), cls="small")
