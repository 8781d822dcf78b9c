"""What is only built once somebody opens it: a page turns faster without."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


@st.fragment
def tucked(label: str, key: str, build: Callable[[], object]) -> None:
    """A line to open; opening it draws nothing else anew."""
    box = st.expander(label, key=key, on_change="rerun")
    if box.open:
        with box:
            build()
