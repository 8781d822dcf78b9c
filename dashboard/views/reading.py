"""How a person wants to read: language, units, size of type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard
from dashboard.display import IMPERIAL, METRIC, Display
from dashboard.markup import el
from dashboard.views.saying import key_of, save
from language.spoken import LANGUAGES, _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

UNITS = {METRIC: mark("kg, m/s, km"), IMPERIAL: mark("lb, mph, miles")}


def section(data: Data, person: str) -> None:
    """Saved for this person, on this computer."""
    before = data.display(person)
    st.html(scorecard.page(el("h2", _("How you want to read"))))
    with st.form(f"reading-{person}"):
        left, right = st.columns(2, gap="large")
        codes = [None, *LANGUAGES]
        with left:
            chosen = st.selectbox(
                _("Language"),
                codes,
                codes.index(before.language) if before.language in codes else 0,
                format_func=lambda code: LANGUAGES[code] if code else _("as the browser says"),
                key=key_of("language", before.language),
            )
        with right:
            units = st.radio(
                _("Units"),
                list(UNITS),
                list(UNITS).index(before.units),
                format_func=lambda one: _(UNITS[one]),
                key=key_of("units", before.units),
                horizontal=True,
            )
            large = st.checkbox(
                _("Large type"), before.large_type, key=key_of("large", before.large_type)
            )
        wanted = Display(language=chosen, units=units, large_type=large)
        if st.form_submit_button(
            _("Save how I read"), type="primary", key=f"save-reading-{person}"
        ):
            save(lambda: _said(data, person, wanted))


def _said(data: Data, person: str, wanted: Display) -> str:
    data.set_display(person, wanted)
    return _("Saved.")
