"""My data: what scoring needs to know of a person, how they read, and what becomes of it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from analytics.claims import NOT_FOR
from dashboard import scorecard, wording
from dashboard.facts import FIRST_BIRTH_YEAR, HR_MAX_BPM, SEXES, Facts, zones
from dashboard.markup import el
from dashboard.views import body_mass, excused, keeping, reading
from dashboard.views.saying import TOLD, WHO, key_of, save
from ingest.entries import RESTING_BPM
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

UNSAID = mark("not said")
DEFAULT = mark("default")
HELP = {
    "birth_year": mark(
        "Targets change at 60 and 65, and a highest heart rate is estimated from age."
    ),
    "sex": mark("Used only for the force of running steps; without it the mean of both is taken."),
    "zone": mark("Where your days begin and end."),
    "wakes": mark(
        "A day needs enough worn hours while you are awake. Left out, the target set's hours "
        "hold; set both with night work."
    ),
    "sleeps": mark("May be after midnight, or by day with night work."),
    "hr_rest": mark(
        "Measured while sitting still. With it and a highest heart rate, intensity is "
        "judged by the range between both."
    ),
    "hr_max": mark("Your own, if it was measured; else it is estimated from age."),
    "use_heart_rate": mark(
        "Switch off with beta-blockers or a pacemaker: intensity is then judged by "
        "speed, power or cadence."
    ),
    "logs_strength": mark(
        "A day without a logged set then counts as a day without strength training; "
        "else it is unknown."
    ),
    "logs_balance": mark(
        "A day without logged practice then counts as a day without; else it is unknown."
    ),
    "no_score": NOT_FOR,
    "targets": mark("How it is scored says how to make a target set of your own."),
}
SEX = {"female": mark("female"), "male": mark("male")}


def render(data: Data, person: str) -> None:
    """The page of one person."""
    badge = [scorecard.demo_badge()] if data.demo else []
    intro = _(
        "It stays on this computer. What you leave out is unknown, and what is assumed instead "
        "is said."
    )
    st.html(scorecard.page(*badge, el("h1", _("My data")), el("p", intro, cls="muted")))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))
    st.session_state[WHO] = person
    st.html(scorecard.page(el("h2", _("Profile"))))
    _facts(data, person)
    body_mass.section(data, person)
    reading.section(data, person)
    excused.section(data, person)
    if not data.limited:
        keeping.sections(data, person)


def _facts(data: Data, person: str) -> None:
    """Everything but the body mass, saved at once."""
    before = data.facts(person)
    year = dt.datetime.now(data.zone_of(person)).year
    with st.form(f"facts-{person}"):
        left, right = st.columns(2, gap="large")
        named = next((one.name for one in data.persons() if one.key == person), "")
        with left:
            name = st.text_input(_("Name"), named, key=key_of("name", named))
            born = _whole(_("Birth year"), "birth_year", before.birth_year, FIRST_BIRTH_YEAR, year)
            sex = _choice(_("Sex"), "sex", before.sex, [None, *SEXES], names=SEX)
            rest = _whole(_("Heart rate at rest"), "hr_rest", before.hr_rest, *RESTING_BPM)
            most = _whole(_("Highest heart rate"), "hr_max", before.hr_max, *HR_MAX_BPM)
            zone = _choice(_("Time zone"), "zone", before.zone, zones())
        with right:
            wakes = _clock(_("I usually get up at"), "wakes", before.wakes)
            sleeps = _clock(_("I usually go to sleep at"), "sleeps", before.sleeps)
            known = [None, *data.target_sets()[1:]]
            targets = _choice(_("Targets"), "targets", before.targets, known, DEFAULT)
        heart = _switch(_("Use heart rate"), "use_heart_rate", before.use_heart_rate)
        strength = _switch(_("I log every strength set"), "logs_strength", before.logs_strength)
        balance = _switch(_("I log all balance practice"), "logs_balance", before.logs_balance)
        silent = _switch(_("No score: data and trends without points"), "no_score", before.no_score)
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
        if st.form_submit_button(_("Save"), type="primary", key=f"save-facts-{person}"):
            save(lambda: _saved(data, person, facts, name if name.strip() != named else None))


def _saved(data: Data, person: str, facts: Facts, name: str | None) -> str:
    """What was said anew; name: None where it is as it was."""
    if name is not None:
        data.set_name(person, name)
    changed = data.set_facts(person, facts) or name is not None
    return _("Saved.") if changed else _("Nothing was changed.")


def _whole(label: str, key: str, value: int | None, low: int, high: int) -> int | None:
    """A whole number, or nothing."""
    kept = value if value is not None and low <= value <= high else None
    return st.number_input(
        label, low, high, kept, key=key_of(key, value), placeholder=_(UNSAID), help=_(HELP[key])
    )


def _clock(label: str, key: str, value: str | None) -> str | None:
    """A local time of day, or nothing."""
    kept = dt.time.fromisoformat(value) if value else None
    said = st.time_input(label, kept, key=key_of(key, value), help=_(HELP[key]))
    return f"{said:%H:%M}" if said else None


def _switch(label: str, key: str, value: bool) -> bool:
    return st.checkbox(label, value, key=key_of(key, value), help=_(HELP[key]))


def _choice(
    label: str,
    key: str,
    value: str | None,
    choices: Sequence[str | None],
    none: str = UNSAID,
    names: dict[str, str] | None = None,
) -> str | None:
    """One of some, what was said before among them."""
    every = list(dict.fromkeys([*([] if value in choices else [value]), *choices]))
    shown = names or {}
    return st.selectbox(
        label,
        every,
        every.index(value),
        format_func=lambda one: _(shown.get(one, none)) if one in (None, *shown) else one,
        key=key_of(key, value),
        help=_(HELP[key]),
    )
