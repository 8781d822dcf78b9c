"""People: everybody's current week at a glance, whoever needs a look first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from analytics.week import Notice, Status, WeekReport
from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.people_cards import LONGEST_NAME, Look, PersonCard
from language.spoken import _, language, mark, n_

if TYPE_CHECKING:
    from dashboard.data import Data

FILTER_FROM = 9
"""Persons from which on a name can be looked for (design)."""
TOLD = "people-told"
LOOKS = {
    Look.READ: mark("Please read"),
    Look.REMIND: mark("Reminder"),
    Look.EXCUSED: mark("Excused"),
}
RULE = mark(
    "First whoever has something to read, then whoever has nothing recorded this week, then "
    "whoever has a reminder, then everybody else by name; excused weeks come last."
)
WEEK_PAGE = "week"
SAID = (Status.NO_DATA, Status.EXCUSED)
"""Statuses that the headline says already."""


def render(data: Data, person: str) -> None:
    """The page of everybody in this folder."""
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", _("People")), el("p", _(RULE), cls="muted")))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))
    _grid(_filtered(_cards(data)))
    if not data.limited:
        _add(data)


@dataclass(slots=True)
class _Kept:
    """The cards that were made last, and of which data and days."""

    of: tuple[object, ...] | None = None
    cards: tuple[PersonCard, ...] = ()


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(spoken: str, home: str, seen: tuple[str, ...]) -> _Kept:
    """Of one home in one language, for every session that may see the same persons."""
    return _Kept()


def _cards(data: Data) -> tuple[PersonCard, ...]:
    """Made once for each data version and day; while they are, how far that is."""
    seen = tuple(sorted(person.key for person in data.persons()))
    days = (dt.datetime.now(data.zone_of(person)).date() for person in seen)
    kept, of = _kept(language(), str(data.home), seen), (data.version(), *days)
    if kept.of != of:
        bar = st.empty()

        def tell(done: int, count: int) -> None:
            said = _("Adding up everybody’s week: {done} of {count}", done=done, count=count)
            bar.progress(done / max(1, count), text=said)

        kept.cards, kept.of = data.people(tell), of
        bar.empty()
    return kept.cards


def _filtered(cards: Sequence[PersonCard]) -> Sequence[PersonCard]:
    """Those whose name holds what is typed, where there are many."""
    if not cards:
        none = _("Nobody has been named yet. Add the first person below.")
        st.html(scorecard.page(el("p", none, cls="muted")))
    if len(cards) < FILTER_FROM:
        return cards
    wanted = st.text_input(_("Find a name"), key="people-filter", width=320).strip().casefold()
    found = [card for card in cards if wanted in card.name.casefold()]
    shown = _("{shown} of {count} people", shown=len(found), count=len(cards))
    st.html(scorecard.page(el("p", shown, cls="muted", role="status")))
    return found


def _grid(cards: Sequence[PersonCard]) -> None:
    now = dt.datetime.now(dt.UTC)
    with st.container(key="people-cards"):
        for card in cards:
            with st.container(border=True, key=f"people-card-{card.key}"):
                st.html(scorecard.page(*card_blocks(card, now)))
                _open(card)


def _open(card: PersonCard) -> None:
    """Whose data is shown is chosen before the page is drawn; then to this week's page."""

    def choose() -> None:
        st.session_state["person"] = card.key

    label = _("Open {name}", name=wording.plain(card.name))
    if st.button(label, on_click=choose, key=f"people-open-{card.key}"):
        st.switch_page(st.Page(_elsewhere, title=WEEK_PAGE, url_path=WEEK_PAGE))


def _elsewhere() -> None:
    """Stands for a page that the shell knows by its address."""


def card_blocks(card: PersonCard, now: dt.datetime) -> Iterator[Markup]:
    """One person's card in words and one bar."""
    label = LOOKS.get(card.look)
    state = [el("span", _(label), cls=f"look {card.look.name.lower()}")] if label else []
    yield el("div", el("h2", card.name), *state, cls="ll-who")
    if card.report is None:
        yield el("p", card.problem)
    else:
        yield from _week(card.report)
    yield el("p", _recorded(card), cls="small")
    yield el("p", _heard(card, now), cls="small")
    if (first := card.first_notice) and card.report:
        yield _notice(first, len(card.report.notices))


def _week(report: WeekReport) -> Iterator[Markup]:
    status = (
        [] if report.status in SAID else [el("span", wording.status_title(report), cls="muted")]
    )
    yield el("p", el("b", wording.headline(report)), " ", *status)
    if report.points is not None:
        done, left, unknown = wording.shares(report)
        parts = (("done", done), ("left", left), ("unknown", unknown))
        bars = (el("i", cls=name, style=f"flex:{share:.2f} 0 0") for name, share in parts if share)
        yield el("div", *bars, cls="ll-split", role="img", aria_label=wording.shares_text(report))
    if report.excused_days:
        count = report.excused_days
        said = n_("{count} excused day this week", "{count} excused days this week", count)
        yield el("p", said, cls="small")


def _recorded(card: PersonCard) -> str:
    if card.coverage is None:
        return _("Recorded: unknown.")
    return _("Recorded: {share} of the hours so far.", share=wording.percent(card.coverage))


def _heard(card: PersonCard, now: dt.datetime) -> str:
    if card.seen is None:
        return _("No sensor was heard yet.")
    age = wording.age_text(max(0.0, (now - card.seen).total_seconds()))
    return _("A sensor was last heard {age} ago.", age=age)


def _notice(first: Notice, count: int) -> Markup:
    """The first sentence of the most important one, and how many more there are."""
    said, full_stop, _rest = first.text.partition(". ")
    more = n_("and {count} more note", "and {count} more notes", count - 1) if count > 1 else ""
    level = el("b", f"{_(scorecard.LEVELS.get(first.level, 'Note'))}:")
    rest = [el("div", more, cls="small")] if more else []
    text = el("div", level, " ", said + full_stop.strip())
    return el("div", text, *rest, cls=f"ll-notice {first.level}", role="note")


def _add(data: Data) -> None:
    st.html(scorecard.page(el("h2", _("Add a person"))))
    form = st.form("people-add", clear_on_submit=True)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(_("Name"), max_chars=LONGEST_NAME, width=320)
        sent = st.form_submit_button(_("Add"), type="primary", key="people-add-save")
    if not sent:
        return
    try:
        data.add_person(name)
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        added = _("Added: {name}. Say more of them under My data.", name=" ".join(name.split()))
        st.session_state[TOLD] = added
        if st.session_state.get("person") not in [one.key for one in data.persons()]:
            st.session_state.pop("person", None)  # stood for nobody until somebody was named
        st.rerun()
