"""Strength and balance of the week, and a small form to say what no sensor counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from analytics.strength import BY_KEY
from analytics.week import WeekReport
from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from ingest.entries import MOST_BALANCE_MIN, MOST_LIFTED_KG, MOST_REPETITIONS, MOST_SETS

if TYPE_CHECKING:
    from dashboard.data import Data

TOLD = "practice-told"
"""What was said last, until it has been shown."""

SETS, BALANCE, CONFIRM = "Strength sets", "Balance practice", "Strength day"
WHAT = (SETS, BALANCE, CONFIRM)
LEGS = {"both legs": None, "left leg": "left", "right leg": "right"}
COUNTS = {
    "counts as a strength day": True,
    "does not count as one": False,
    "counts by its sets": None,
}
HOW = {
    SETS: "Repetitions are of one set; of a lunge or step-up, on each leg. A set that a leg sensor "
    "saw too is counted once, as logged.",
    BALANCE: "Balance or mixed practice such as tai chi, dancing or standing on one leg.",
    CONFIRM: "Say so where you trained without logging each set, or where what was logged was no "
    "training. It holds whatever else is known of the day.",
}
ON_A_PAGE = {
    "legload person NAME --mass 75": "say it under My data",
    "Say which day: --on": "Choose an earlier time or day.",
    "For that give --load, --angle and the body mass.": "For that it takes load, angle and mass.",
}
"""What the command line advises, and where the same is on the pages."""


def render(data: Data, report: WeekReport) -> None:
    """The week's practice and the form."""
    st.html(scorecard.practice(report))
    with st.expander("Log strength or balance"):
        _form(data, report)


@st.fragment
def _form(data: Data, report: WeekReport) -> None:
    """One of three things to say; the fragment draws nothing outside of itself."""
    kind = st.segmented_control("What", WHAT, default=SETS, key="practice-what", required=True)
    st.html(scorecard.page(el("p", HOW[kind], cls="muted")))
    say = {SETS: _sets, BALANCE: _balance, CONFIRM: _confirm}[kind](data, report)
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key="practice-save"):
            _told(say)
        if st.button("Take back the last entry", key="practice-undo"):
            _told(lambda: data.undo_logged(report.person))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))  # in here, so that the form stays open


def _told(say: Callable[[], str]) -> None:
    """Say it and draw the page anew; a refusal is one sentence, and the form stays."""
    try:
        st.session_state[TOLD] = _on_a_page(say())
    except DashboardError as error:
        st.error(wording.plain(_on_a_page(str(error))))
    else:
        st.rerun()


def _on_a_page(text: str) -> str:
    for command, page in ON_A_PAGE.items():
        text = text.replace(command, page)
    return text


def _sets(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        exercise = st.selectbox(
            "Exercise",
            list(BY_KEY),
            format_func=lambda key: BY_KEY[key].title,
            key="set-exercise",
            width=220,
        )
        sets = st.number_input("Sets", 1, MOST_SETS, 3, key="set-sets", width=140)
        reps = st.number_input("Repetitions", 1, MOST_REPETITIONS, 10, key="set-reps", width=140)
        load = st.number_input(
            "Load, kg", 0.0, MOST_LIFTED_KG, None, 2.5, key="set-load", width=150, placeholder="–"
        )
        angle = None
        if BY_KEY[exercise].force == "leg-press":
            angle = st.number_input("Sled angle, °", 1.0, 90.0, 45.0, key="set-angle", width=140)
        leg = st.selectbox("Leg", list(LEGS), key="set-leg", width=150)
        day, at = _when(data, report)
    return lambda: data.log_set(
        report.person,
        exercise,
        reps,
        sets=sets,
        load_kg=load,
        angle_deg=angle,
        leg=LEGS[leg],
        on=day,
        at=at,
    )


def _balance(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        minutes = st.number_input(
            "Minutes", 1.0, MOST_BALANCE_MIN, 10.0, 5.0, key="balance-min", width=160
        )
        day, at = _when(data, report)
    return lambda: data.log_balance(report.person, minutes, on=day, at=at)


def _confirm(data: Data, report: WeekReport) -> Callable[[], str]:
    with st.container(horizontal=True):
        day = _day(data, report)
        counts = st.selectbox("This day", list(COUNTS), key="strength-counts", width=280)

    def say() -> str:
        data.confirm_strength(report.person, day, COUNTS[counts])
        return f"{wording.date_long(day)} {counts}."

    return say


def _when(data: Data, report: WeekReport) -> tuple[dt.date, str | None]:
    """Which day, and the time where it is known."""
    day = _day(data, report)
    at = st.time_input("Time, if known", None, key="practice-at", width=160)
    return day, f"{at:%H:%M}" if at else None


def _day(data: Data, report: WeekReport) -> dt.date:
    """A day of the week that is shown, today where it is the current one."""
    today = dt.datetime.now(data.zone_of(report.person)).date()
    last = max(report.start, min(today, report.end - dt.timedelta(days=1)))
    return st.date_input(
        "Day",
        last,
        min_value=report.start,
        max_value=last,
        key=f"practice-day-{report.week}",
        width=170,
    )
