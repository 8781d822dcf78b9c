"""Welcome: three steps for whoever is new here; each can be left out, and all of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.claims import DISCLAIMER, NOT_FOR
from dashboard import scorecard, wording
from dashboard.display import IMPERIAL, UNITS, Display, usual_units
from dashboard.errors import DashboardError
from dashboard.facts import FIRST_BIRTH_YEAR, zones
from dashboard.markup import el
from dashboard.persons import local_zone
from dashboard.views import pairing
from language.spoken import LANGUAGES, _, language, mark

if TYPE_CHECKING:
    from dashboard.data import Data

STEP = "welcome-step"
"""2 or 3 while somebody is being welcomed; the first step is wherever nothing is known."""
STEPS = (mark("Who are you?"), mark("A sensor"), mark("Your targets"))
LAST = len(STEPS)
INTRO = mark(
    "legload keeps an honest record of exercise on loaded legs from Bluetooth sensors. "
    "Everything stays on this computer."
)
DEMO = mark("Only looking around? In a terminal, this shows made-up data:")
SKIP = mark("Skip the welcome")
DEMO_COMMAND = "legload demo"
LATER = mark("Every answer can be left out, and changed later under My data.")
WITHOUT = (
    mark("Strength sets: exercise, repetitions, sets and load, on This week and on Live."),
    mark("Balance practice: minutes."),
    mark("Files from other programs, under My data."),
)
TOLD = (
    mark(
        "A week is scored against a target set. What counts is time on loaded legs, brisk walking "
        "and running, the longest time off the legs, strength days and balance practice."
    ),
    mark("What was not recorded is unknown, and never counted as zero."),
    mark(
        "Days of illness, surgery or travel can be excused on This week: they then count neither "
        "for nor against you."
    ),
)


def under_way() -> bool:
    """Whether somebody is in the middle of it: by then they may have a name already."""
    return STEP in st.session_state


def render(data: Data, person: str) -> None:
    """One step at a time."""
    step = int(st.session_state.get(STEP, 1))
    progress = _("{step} of {steps}", step=step, steps=LAST)
    head = [el("h1", _("Welcome")), *([el("p", _(INTRO), cls="muted")] if step == 1 else [])]
    title = el("h2", _("{progress}: {title}", progress=progress, title=_(STEPS[step - 1])))
    st.html(scorecard.page(*head, title))
    st.progress(step / LAST)
    (_who, _sensor, _targets)[step - 1](data, person)


# --- 1: who -------------------------------------------------------------------------------------


def _who(data: Data, person: str) -> None:
    with st.form("welcome-who", border=False):
        st.html(scorecard.page(el("p", _(LATER), cls="muted")))
        left, right = st.columns(2, gap="large")
        with left:
            name = st.text_input(_("Your name"), key="welcome-name", max_chars=40)
            born = st.number_input(
                _("Birth year"),
                FIRST_BIRTH_YEAR,
                dt.datetime.now(dt.UTC).year,
                None,
                key="welcome-born",
                help=_("Targets change at 60 and 65."),
            )
            zone = _zone()
        with right:
            spoken = st.selectbox(
                _("Language"),
                list(LANGUAGES),
                list(LANGUAGES).index(language()),
                format_func=lambda code: LANGUAGES[code],
                key="welcome-language",
            )
            units = st.selectbox(
                _("Units"),
                UNITS,
                UNITS.index(usual_units(st.context.locale)),
                format_func=lambda key: _("pounds, miles") if key == IMPERIAL else _("kg, km"),
                key="welcome-units",
            )
            large = st.toggle(_("Large type"), key="welcome-large")
        with st.container(horizontal=True):
            on = st.form_submit_button(_("Next"), type="primary", key=f"welcome-next-{person}")
            skipped = st.form_submit_button(_(SKIP), type="tertiary", key=f"welcome-skip-{person}")
    command = el("code", DEMO_COMMAND)
    st.html(scorecard.page(el("p", _(DEMO), " ", command, cls="small")))
    if skipped:
        _on(lambda: data.introduce(person), None)
    if on:
        display = Display(language=spoken, units=units, large_type=large)
        _on(lambda: _introduced(data, person, name, born, zone, display), 2)


def _zone() -> str:
    known, here = zones(), local_zone()
    at = known.index(here) if here in known else known.index("UTC")
    return st.selectbox(_("Time zone"), known, at, key="welcome-zone")


def _introduced(
    data: Data, person: str, name: str, born: int | None, zone: str, display: Display
) -> None:
    """What was said of a person is kept; a name that is left out stays the one that is there."""
    data.introduce(person)
    if word := " ".join(name.split()):
        data.set_name(person, word)
    data.set_facts(person, replace(data.facts(person), birth_year=born, zone=zone))
    data.set_display(person, display)


# --- 2: a sensor --------------------------------------------------------------------------------


def _sensor(data: Data, person: str) -> None:
    pairing.render(data, person)
    paired = [sensor.name or sensor.title for sensor in data.status().sensors]
    if paired:
        st.success(wording.plain(_("Paired: {sensors}.", sensors=", ".join(paired))))
    without = el("p", _("Without a sensor you can still enter:"))
    items = el("ul", *(el("li", _(text)) for text in WITHOUT))
    st.html(scorecard.page(without, items))
    label = _("Next") if paired else _("Go on without a sensor")
    if _next_or_skip(data, person, label):
        _on(lambda: None, 3)


# --- 3: targets ---------------------------------------------------------------------------------


def _targets(data: Data, person: str) -> None:
    st.html(scorecard.page(el("ul", *(el("li", _(text)) for text in TOLD))))
    sets = data.target_sets()
    before = data.facts(person)
    chosen = st.selectbox(
        _("Targets"), sets, sets.index(before.targets or sets[0]), key="welcome-targets", width=320
    )
    silent = st.toggle(
        _("No score: data and trends without points"), before.no_score, key="welcome-no-score"
    )
    said = (el("p", _(text), cls="small") for text in (NOT_FOR, DISCLAIMER))
    st.html(scorecard.page(*said))
    if _next_or_skip(data, person, _("To This week")):
        targets = None if chosen == sets[0] else chosen
        facts = replace(before, targets=targets, no_score=silent)
        _on(lambda: data.set_facts(person, facts), None)


# --- from step to step --------------------------------------------------------------------------


def _next_or_skip(data: Data, person: str, label: str) -> bool:
    """Whether to go on; or out of it, at any step."""
    with st.container(horizontal=True):
        on = st.button(label, type="primary", key=f"welcome-next-{person}")
        skipped = st.button(_(SKIP), type="tertiary", key=f"welcome-skip-{person}")
    if skipped:
        _on(lambda: data.introduce(person), None)
    return on


def _on(action: Callable[[], object], step: int | None) -> None:
    """To another step, or with None to This week; a refusal is one sentence."""
    try:
        action()
    except DashboardError as error:
        st.error(wording.plain(str(error)))
        return
    if step is None:
        st.session_state.pop(STEP, None)
    else:
        st.session_state[STEP] = step
    st.rerun()
