"""Strength and balance of the week, and small forms to say what no sensor counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.strength import BY_KEY
from analytics.week import WeekReport
from dashboard import scorecard, wording
from dashboard.display import DAY_FIRST, IMPERIAL
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.views.tucked import tucked
from dashboard.wording.units import mass_kg, mass_shown, mass_unit
from ingest.entries import MOST_BALANCE_MIN, MOST_LIFTED_KG, MOST_REPETITIONS, MOST_SETS
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

TOLD = "practice-told"
"""What was said last, until it has been shown."""

SETS, BALANCE, CONFIRM = mark("Strength sets"), mark("Balance practice"), mark("Strength day")
WHAT = (SETS, BALANCE, CONFIRM)
LEGS = {mark("both legs"): None, mark("left leg"): "left", mark("right leg"): "right"}
COUNTS = {
    mark("counts as a strength day"): True,
    mark("does not count as one"): False,
    mark("counts by its sets"): None,
}
HOW = {
    SETS: mark(
        "Repetitions are of one set; of a lunge or step-up, on each leg. A set that a leg sensor "
        "saw too is counted once, as logged."
    ),
    BALANCE: mark("Balance or mixed practice such as tai chi, dancing or standing on one leg."),
    CONFIRM: mark(
        "Say so where you trained without logging each set, or where what was logged was no "
        "training. It holds whatever else is known of the day."
    ),
}


def render(data: Data, report: WeekReport) -> None:
    """The form of a week."""
    tucked(_("Log strength or balance"), "practice", lambda: _form(data, report))


def _form(data: Data, report: WeekReport) -> None:
    """One of three things to say."""
    kind = st.segmented_control(
        _("What"), WHAT, default=SETS, format_func=_, key="practice-what", required=True
    )
    st.html(scorecard.page(el("p", _(HOW[kind]), cls="muted")))
    say = {SETS: _sets, BALANCE: _balance, CONFIRM: _confirm}[kind](data, report)
    with st.container(horizontal=True):
        if st.button(_("Save"), type="primary", key=f"practice-save-{report.person}"):
            _told(say)
        if st.button(_("Take back the last entry"), key=f"practice-undo-{report.person}"):
            _told(lambda: data.undo_logged(report.person))
    _shown()


@st.fragment
def quick(data: Data, person: str) -> None:
    """What was done just now: one tap for sets, one for balance, one to take it back."""
    st.html(_quick_head(SETS))
    said = _set_fields(data, person, "now")
    if st.button(_("Log these sets now"), type="primary", key=f"log-sets-{person}"):
        _told(lambda: data.log_set(person, **said, **_at(data, person, 0.0)))
    st.html(_quick_head(BALANCE))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        minutes = _minutes("now-balance-min")
        if st.button(_("Log balance up to now"), type="primary", key=f"log-balance-{person}"):
            _told(lambda: data.log_balance(person, minutes, **_at(data, person, minutes)))
    if st.button(_("Take back the last entry"), key=f"log-undo-{person}"):
        _told(lambda: data.undo_logged(person))
    _shown()


def _quick_head(kind: str) -> Markup:
    return scorecard.page(el("b", _(kind)), el("p", _(HOW[kind]), cls="small"))


def _at(data: Data, person: str, minutes_ago: float) -> dict[str, Any]:
    """Day and time on the person's clock of what began so long ago."""
    then = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    local = then.astimezone(data.zone_of(person))
    return {"on": local.date(), "at": f"{local:%H:%M}"}


def _told(say: Callable[[], str]) -> None:
    """Say it and draw the page anew; a refusal is one sentence, and the form stays."""
    try:
        st.session_state[TOLD] = say()
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.rerun()


def _shown() -> None:
    """What was said last, in here, so that the form stays open."""
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))


def _sets(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        said = _set_fields(data, report.person, "set")
        day, at = _when(data, report)
    return lambda: data.log_set(report.person, **said, on=day, at=at)


def _set_fields(data: Data, person: str, key: str) -> dict[str, Any]:
    """The fields of strength sets, as `Data.log_set` takes them."""
    units = data.display(person).units
    with st.container(horizontal=True):
        exercise = st.selectbox(
            _("Exercise"),
            list(BY_KEY),
            format_func=lambda one: _(BY_KEY[one].title),
            key=f"{key}-exercise",
            width=220,
        )
        sets = st.number_input(_("Sets"), 1, MOST_SETS, 3, key=f"{key}-sets", width=140)
        reps = st.number_input(
            _("Repetitions"), 1, MOST_REPETITIONS, 10, key=f"{key}-reps", width=140
        )
        load = st.number_input(
            _("Load, {unit}", unit=mass_unit(units)),
            0.0,
            mass_shown(MOST_LIFTED_KG, units),
            None,
            5.0 if units == IMPERIAL else 2.5,
            key=f"{key}-load",
            width=150,
            placeholder="–",
        )
        angle = None
        if BY_KEY[exercise].force == "leg-press":
            angle = st.number_input(
                _("Sled angle, °"), 1.0, 90.0, 45.0, key=f"{key}-angle", width=140
            )
        leg = st.selectbox(_("Leg"), list(LEGS), format_func=_, key=f"{key}-leg", width=150)
    return {
        "exercise": exercise,
        "repetitions": reps,
        "sets": sets,
        "load_kg": None if load is None else mass_kg(load, units),
        "angle_deg": angle,
        "leg": LEGS[leg],
    }


def _minutes(key: str) -> float:
    return st.number_input(
        _("Minutes"), 1.0, MOST_BALANCE_MIN, 10.0, 5.0, "%.0f", key=key, width=160
    )


def _balance(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        minutes = _minutes("balance-min")
        day, at = _when(data, report)
    return lambda: data.log_balance(report.person, minutes, on=day, at=at)


def _confirm(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        day = _day(data, report)
        counts = st.selectbox(
            _("This day"), list(COUNTS), format_func=_, key="strength-counts", width=280
        )

    def say() -> str:
        data.confirm_strength(report.person, day, COUNTS[counts])
        return _("{day} {counts}.", day=wording.date_long(day), counts=_(counts))

    return say


def _when(data: Data, report: WeekReport) -> tuple[dt.date, str | None]:
    """Which day, and the time where it is known."""
    day = _day(data, report)
    at = st.time_input(_("Time, if known"), None, key="practice-at", width=160)
    return day, f"{at:%H:%M}" if at else None


def _day(data: Data, report: WeekReport) -> dt.date:
    """A day of the week that is shown, today where it is the current one."""
    today = dt.datetime.now(data.zone_of(report.person)).date()
    last = max(report.start, min(today, report.end - dt.timedelta(days=1)))
    return st.date_input(
        _("Day"),
        last,
        min_value=report.start,
        max_value=last,
        key=f"practice-day-{report.week}",
        width=170,
        format=DAY_FIRST,
    )
