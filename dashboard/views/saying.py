"""What a page says of itself after something was saved, and how its fields are told apart."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import wording
from dashboard.errors import DashboardError

TOLD = "my-data-told"
WHO = "my-data-of"
"""Whose data the fields are of."""


def key_of(key: str, value: object) -> str:
    """Of a field: whoever else, or whatever else was said, is another field."""
    return f"{key}-{st.session_state.get(WHO)}-{value}"


def save(say: Callable[[], str]) -> None:
    """Say it and draw the page anew; a refusal is one sentence."""
    try:
        st.session_state[TOLD] = say()
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.rerun()
