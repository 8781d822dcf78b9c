"""A weekly job on a page: what would be installed, whether it is, and what it did last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import streamlit as st

from dashboard import scorecard, wording
from dashboard.markup import Markup, el
from dashboard.schedule.plan import HOUR, Plan
from dashboard.schedule.runs import LastRun
from language.spoken import _, mark

AT = dt.time(HOUR)
DONE, FAILED = mark("Last run, {when}: {text}"), mark("The last run failed, {when}: {text}")


def offer(
    plan: Plan, key: str, install: Callable[[], object], cancel: Callable[[], object]
) -> None:
    """What would be installed, and a button; where nothing can be, why."""
    shown(plan)
    if plan.by_hand:
        return
    with st.container(horizontal=True):
        if st.button(_("Install"), type="primary", key=f"{key}-install"):
            install()
        if st.button(_("Do not install"), key=f"{key}-cancel"):
            cancel()
            st.rerun()


def shown(plan: Plan) -> None:
    """The exact text."""
    st.html(scorecard.page(el("p", el("b", plan.system)), el("p", plan.missed, cls="muted")))
    if plan.by_hand:
        st.code(plan.by_hand, language=None, wrap_lines=True)
    for file in plan.files:
        st.html(scorecard.page(el("p", _("File: {name}", name=str(file.path)), cls="file")))
        st.code(file.text, language=None, wrap_lines=True)
    if plan.install:
        st.html(scorecard.page(el("p", _("Then this is run:"))))
        st.code("\n".join(map(" ".join, plan.install)), language=None, wrap_lines=True)


def state(what: str, last: LastRun | None, *, active: bool) -> list[Markup]:
    """Installed or lost, and what the last run said."""
    title = (
        _("Installed")
        if active
        else _("Installed once, but this computer does not run it. Remove it and install it again.")
    )
    if last is None:
        said = _("It has not run yet.")
    else:
        when = wording.clock_text(last.at)
        told = DONE if last.done else FAILED
        said = _(told, when=when, text=last.text)
    kind = "info" if active and (last is None or last.done) else "warn"
    lines = el("b", title), el("div", what), el("div", said, cls="small")
    return [el("div", *lines, cls=f"ll-notice {kind}", role="note")]
