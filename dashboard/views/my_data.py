"""My data: what scoring needs to know of a person, in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from analytics.claims import NOT_FOR
from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.facts import FIRST_BIRTH_YEAR, HR_MAX_BPM, MASS_KG, SEXES, Facts, zones
from dashboard.markup import el
from ingest.entries import RESTING_BPM

if TYPE_CHECKING:
    from dashboard.data import Data

TOLD = "my-data-told"
WHO = "my-data-of"
"""Whose data the fields are of."""
UNSAID = "not said"
MASSES_SHOWN = 12
HELP = {
    "birth_year": "Targets change at 60 and 65, and a highest heart rate is estimated from age.",
    "sex": "Used only for the force of running steps; without it the mean of both is taken.",
    "zone": "Where your days begin and end.",
    "wakes": "A day needs enough worn hours while you are awake. Left out, the target set's hours "
    "hold; set both with night work.",
    "sleeps": "May be after midnight, or by day with night work.",
    "hr_rest": "Measured while sitting still. With it and a highest heart rate, intensity is "
    "judged by the range between both.",
    "hr_max": "Your own, if it was measured; else it is estimated from age.",
    "use_heart_rate": "Switch off with beta-blockers or a pacemaker: intensity is then judged by "
    "speed, power or cadence.",
    "logs_strength": "A day without a logged set then counts as a day without strength training; "
    "else it is unknown.",
    "logs_balance": "A day without logged practice then counts as a day without; else it is "
    "unknown.",
    "no_score": NOT_FOR,
    "targets": "Another target set is a file in the folder 'protocols'; see legload targets.",
    "mass": "Needed for the force of a bike, of weights lifted and of loads carried. Each holds "
    "from its date on; what a paired scale measured is listed too.",
}


def render(data: Data, person: str) -> None:
    """The page of one person."""
    badge = [scorecard.demo_badge()] if data.demo else []
    intro = (
        "It stays on this computer. What you leave out is unknown, and what is assumed instead "
        "is said."
    )
    st.html(scorecard.page(*badge, el("h1", "My data"), el("p", intro, cls="muted")))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))
    st.session_state[WHO] = person
    _facts(data, person)
    _masses(data, person)


def _facts(data: Data, person: str) -> None:
    """Everything but the body mass, saved at once."""
    before = data.facts(person)
    year = dt.datetime.now(data.zone_of(person)).year
    with st.form(f"facts-{person}"):
        left, right = st.columns(2, gap="large")
        with left:
            born = _whole("Birth year", "birth_year", before.birth_year, FIRST_BIRTH_YEAR, year)
            sex = _choice("Sex", "sex", before.sex, [None, *SEXES])
            rest = _whole("Heart rate at rest", "hr_rest", before.hr_rest, *RESTING_BPM)
            most = _whole("Highest heart rate", "hr_max", before.hr_max, *HR_MAX_BPM)
            zone = _choice("Time zone", "zone", before.zone, zones())
        with right:
            wakes = _clock("I usually get up at", "wakes", before.wakes)
            sleeps = _clock("I usually go to sleep at", "sleeps", before.sleeps)
            heart = _switch("Use heart rate", "use_heart_rate", before.use_heart_rate)
            strength = _switch("I log every strength set", "logs_strength", before.logs_strength)
            balance = _switch("I log all balance practice", "logs_balance", before.logs_balance)
            silent = _switch(
                "No score: data and trends without points", "no_score", before.no_score
            )
            targets = _choice(
                "Targets", "targets", before.targets, [None, *data.target_sets()[1:]], "default"
            )
        facts = Facts(
            birth_year=born,
            sex=sex,
            zone=zone,
            hr_max=most,
            hr_rest=rest,
            use_heart_rate=heart,
            no_score=silent,
            logs_strength=strength,
            logs_balance=balance,
            targets=targets,
            wakes=wakes,
            sleeps=sleeps,
        )
        if st.form_submit_button("Save", type="primary", key="save-facts"):
            _save(lambda: "Saved." if data.set_facts(person, facts) else "Nothing was changed.")


def _masses(data: Data, person: str) -> None:
    """Body mass, each from a date on."""
    masses = data.known(person).masses
    words = el("p", HELP["mass"], cls="muted")
    rows = [
        {"From": f"{day:%a} {day.day} {day:%B %Y}", "Body mass": f"{wording.number(kg)} kg"}
        for day, kg in reversed(masses[-MASSES_SHOWN:])
    ]
    shown = scorecard.table(rows) if rows else el("p", "Not said yet.", cls="muted")
    st.html(scorecard.page(el("h2", "Body mass"), words, shown))
    today = dt.datetime.now(data.zone_of(person)).date()
    last = masses[-1][1] if masses else None
    with st.form(f"mass-{person}"), st.container(horizontal=True, vertical_alignment="bottom"):
        kg = st.number_input(
            "Body mass, kg",
            *MASS_KG,
            last,
            0.5,
            key=_key("mass", last),
            width=180,
        )
        since = st.date_input("From", today, max_value=today, key="mass-since", width=180)
        if st.form_submit_button("Save body mass", type="primary", key="save-mass"):
            _save(lambda: _said_mass(data, person, kg, since))


def _said_mass(data: Data, person: str, kg: float | None, since: dt.date) -> str:
    if kg is None:
        raise DashboardError("No body mass was given.", "Type it in kg.")
    data.set_mass(person, kg, since)
    return f"Saved: {wording.number(kg)} kg from {wording.date_long(since)} on."


def _key(key: str, value: object) -> str:
    """Of a field: whoever else, or whatever else was said, is another field."""
    return f"{key}-{st.session_state.get(WHO)}-{value}"


def _save(say: Callable[[], str]) -> None:
    """Say it and draw the page anew; a refusal is one sentence."""
    try:
        st.session_state[TOLD] = say()
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.rerun()


def _whole(label: str, key: str, value: int | None, low: int, high: int) -> int | None:
    """A whole number, or nothing."""
    kept = value if value is not None and low <= value <= high else None
    return st.number_input(
        label, low, high, kept, key=_key(key, value), placeholder=UNSAID, help=HELP[key]
    )


def _clock(label: str, key: str, value: str | None) -> str | None:
    """A local time of day, or nothing."""
    kept = dt.time.fromisoformat(value) if value else None
    said = st.time_input(label, kept, key=_key(key, value), help=HELP[key])
    return f"{said:%H:%M}" if said else None


def _switch(label: str, key: str, value: bool) -> bool:
    return st.checkbox(label, value, key=_key(key, value), help=HELP[key])


def _choice(
    label: str, key: str, value: str | None, choices: Sequence[str | None], none: str = UNSAID
) -> str | None:
    """One of some, what was said before among them."""
    every = list(dict.fromkeys([*([] if value in choices else [value]), *choices]))
    return st.selectbox(
        label,
        every,
        every.index(value),
        format_func=lambda one: one or none,
        key=_key(key, value),
        help=HELP[key],
    )
