"""What surrounds every page: page table, reader, person, DEMO mark, progress of the history."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import scorecard, theme
from dashboard.data import open_data
from dashboard.display import Display
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views import (
    live,
    my_data,
    people,
    reports,
    scoring,
    sensors,
    sessions,
    sign_in,
    this_week,
    trends,
    welcome,
)
from dashboard.wording import plain
from ingest.errors import IngestError
from language.spoken import _, ask_for_language, known, mark, speak

if TYPE_CHECKING:
    from dashboard.data import Data

SIDEBAR_PX = 250
LAST = "person-shown"
"""Of the session: the key of who is shown. The picker itself sends back names, which change."""
WHO = "who"
"""In the address: who is shown, so that a reload shows nobody else."""
LANGUAGE = "language"
"""Of the session: what its reader reads. Fragments run without the shell and look it up."""
GONE = "person-gone"
"""Of the session: that whoever was shown is gone, until that has been said."""
UNKNOWN = mark("This person is not known any more.")
Render = Callable[["Data", str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: address, title, and what draws it for a person."""

    key: str
    title: str
    render: Render


PAGES = (
    Page(key="week", title=mark("This week"), render=this_week.render),
    Page(key="trends", title=mark("Trends"), render=trends.render),
    Page(key="sessions", title=mark("Sessions"), render=sessions.render),
    Page(key="live", title=mark("Live"), render=live.render),
    Page(key="reports", title=mark("Reports"), render=reports.render),
    Page(key="people", title=mark("People"), render=people.render),
    Page(key="sensors", title=mark("Sensors"), render=sensors.render),
    Page(key="my-data", title=mark("My data"), render=my_data.render),
    Page(key="scoring", title=mark("How it is scored"), render=scoring.render),
)


def run() -> None:
    """The whole app, for the home that the command line put into the environment."""
    home, radio = os.environ["LEGLOAD_HOME"], os.environ.get("LEGLOAD_RADIO", "auto")
    data: Data | None = _opened(home, radio)
    if os.environ.get("LEGLOAD_SHARED"):
        data = sign_in.admitted(_opened(home, radio), home)
    if data is not None:
        show(data)


@st.cache_resource(show_spinner=False)
def _opened(home: str, radio: str) -> Data:
    ask_for_language(_session_language)
    return open_data(Path(home), radio=radio)


def _session_language() -> str | None:
    """What the reader of this session reads; None outside of the pages."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    found: str | None = st.session_state.get(LANGUAGE)
    return found


def show(data: Data) -> None:
    """Draw the page that is chosen."""
    title = "DEMO legload" if data.demo else "legload"
    st.set_page_config(page_title=title, layout="wide", initial_sidebar_state=SIDEBAR_PX)
    persons, display = _readers(data)
    st.session_state[LANGUAGE] = known(display.language or st.context.locale)
    speak(st.session_state[LANGUAGE])
    st.html(theme.css(large=display.large_type))
    pages = [
        st.Page(
            _drawn(page, data), title=_(page.title), url_path=page.key, default=page is PAGES[0]
        )
        for page in PAGES
    ]
    chosen = st.navigation(pages)
    if persons:
        _sidebar(data, persons)
    if st.session_state.pop(GONE, False):
        st.info(_(UNKNOWN))
    chosen.run()


def _readers(data: Data) -> tuple[dict[str, str], Display]:
    """Everybody's name by key, and how the one who is shown reads; nobody where that cannot be
    read, which the page then says."""
    try:
        persons = {person.key: person.name for person in data.persons()}
        return persons, data.display(_settled(list(persons)))
    except (DashboardError, IngestError, OSError):
        return {}, Display()


def _settled(persons: list[str]) -> str:
    """Who is shown from now on: whoever was, or the first where nobody was.

    Where whoever was shown is gone, the run begins anew: what was clicked was meant for them, and
    Streamlit knows a button by its key alone.
    """
    chosen = st.session_state.get("person")
    if chosen is None and st.query_params.get(WHO) in persons:  # a reload, or a kept address
        chosen = st.session_state["person"] = st.query_params[WHO]
    if chosen not in persons and st.session_state.get(LAST) in persons:  # called otherwise now
        chosen = st.session_state["person"] = st.session_state[LAST]
    if chosen in persons:
        st.session_state[LAST] = chosen
        if len(persons) > 1 and st.query_params.get(WHO) != chosen:
            st.query_params[WHO] = str(chosen)
        return str(chosen)
    if not persons:
        raise DashboardError(_(UNKNOWN))
    st.session_state["person"] = st.session_state[LAST] = persons[0]
    if chosen is not None:
        st.session_state[GONE] = True
        st.rerun()
    return persons[0]


def _drawn(page: Page, data: Data) -> Callable[[], None]:
    """The page of the chosen person; an error is one sentence, never a traceback."""

    def draw() -> None:
        try:
            person = _shown(data)
            _freshen(data, page)
            if page is PAGES[0] and data.first_run():
                welcome.render(data, person)
            else:
                page.render(data, person)
        except (DashboardError, IngestError) as error:
            st.error(plain(str(error)))
        except OSError as error:
            file, why = error.filename or data.home, error.strerror or error
            st.error(plain(_("Could not read {file}: {why}.", file=file, why=why)))

    return draw


def _shown(data: Data) -> str:
    """Who was chosen before the page is drawn."""
    person = st.session_state.get("person")
    if person not in [one.key for one in data.persons()]:
        raise DashboardError(_(UNKNOWN))  # gone since this run began
    return str(person)


def _freshen(data: Data, page: Page) -> None:
    """Whoever turns to a page wants what was recorded until now, not until the last minute."""
    if st.session_state.get("shown") != page.key:
        st.session_state["shown"] = page.key
        data.freshen()


def _sidebar(data: Data, persons: dict[str, str]) -> None:
    """Brand, DEMO, and whose data is shown."""
    with st.sidebar:
        badge = [scorecard.demo_badge("DEMO")] if data.demo else []
        st.html(scorecard.page(el("div", "legload", cls="brand"), *badge))
        st.selectbox(_("Person"), list(persons), format_func=lambda key: persons[key], key="person")
        _progress(data)
        if os.environ.get("LEGLOAD_SHARED"):
            sign_in.way_out(os.environ["LEGLOAD_HOME"])
        else:
            st.html(scorecard.page(el("p", _("Everything stays on this computer."), cls="small")))


def _progress(data: Data) -> None:
    """Only while something loads does the bar look again, each second."""
    if data.progress() is not None:
        st.fragment(_bar, run_every=1.0)(data)


def _bar(data: Data) -> None:
    progress = data.progress()
    if progress is None:
        st.rerun()
    else:
        share = progress.done / progress.total if progress.total else 0.0
        st.progress(min(1.0, share), text=plain(progress.text))
