"""A long task on a page: a bar while it runs, then what came of it; the page never waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import wording
from dashboard.errors import DashboardError
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.keeping import Job

LOOK_S = 1.0


def begin(key: str, start: Callable[[], str]) -> None:
    """Start a job that the page knows by a key of its own; a refusal is one sentence."""
    try:
        st.session_state[key] = start()
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.rerun()


def over(data: Data, key: str, text: str) -> Job | None:
    """The job once it is over; None while there is none, or while it runs, which is shown."""
    name = st.session_state.get(key)
    if name is None:
        return None
    job = data.keeping.job(name)
    if job.running:
        st.fragment(_bar, run_every=LOOK_S)(data, name, text)
        return None
    if job.error:
        st.error(wording.plain(job.error))
    return job


def busy(data: Data, key: str) -> bool:
    """Whether a job runs."""
    name = st.session_state.get(key)
    return name is not None and data.keeping.job(name).running


def done(data: Data, key: str) -> None:
    """A button that puts away what came of a job."""
    if st.button(_("Done"), key=f"done-{key}"):
        data.keeping.drop(st.session_state.pop(key))
        st.rerun()


def _bar(data: Data, name: str, text: str) -> None:
    job = data.keeping.job(name)
    if not job.running:
        st.rerun()
    st.progress(job.share or 0.0, text=wording.plain(text))
