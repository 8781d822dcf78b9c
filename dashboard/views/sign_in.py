"""Who has signed in, and the page for whoever has not; only where the pages are shared."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, theme
from dashboard.markup import el
from dashboard.share.agreed import Share, read_share
from dashboard.share.desk import SIGN_OUT
from dashboard.share.identity import Claims, ends_s, persons_of, sees_everyone
from dashboard.share.limited import limited
from dashboard.wording import plain
from language.spoken import _, known, speak

if TYPE_CHECKING:
    from dashboard.data import Data


def admitted(data: Data, home: str) -> Data | None:
    """What this session may use where the pages are shared; None: a page asked to sign in.

    To be called before anything else is drawn.
    """
    share = _agreed(home)
    if share.provider is None:
        return data  # whoever comes so far knew the password
    claims: Claims = st.user.to_dict() if st.user.is_logged_in else {}
    known_keys = tuple(person.key for person in data.persons())
    persons = persons_of(share, claims, known_keys)
    if claims and persons and ends_s(claims) > time.time():
        return data if sees_everyone(share, claims) else limited(data, persons)
    _ask(claims, persons)
    return None


@st.cache_resource(show_spinner=False)
def _agreed(home: str) -> Share:
    return read_share(Path(home))


def way_out(home: str) -> None:
    """The button that signs out, for the sidebar."""
    if _agreed(home).provider is None:
        st.html(scorecard.page(el("p", el("a", _("Sign out"), href=SIGN_OUT, target="_self"))))
    else:
        st.button(_("Sign out"), on_click=st.logout)


def _ask(claims: Claims, persons: frozenset[str] | None) -> None:
    """One sentence and one button."""
    st.set_page_config(page_title="legload", layout="centered")
    speak(known(st.context.locale))
    st.html(theme.css())
    st.html(scorecard.page(el("h1", "legload")))
    if claims and persons is None:
        st.error(plain(_("{who} may not see these pages.", who=_called(claims))))
        st.button(_("Sign out"), on_click=st.logout)
    elif claims and not persons:
        st.error(plain(_("Nobody whom {who} may see is known here any more.", who=_called(claims))))
        st.button(_("Sign out"), on_click=st.logout)
    else:
        again = _("Your session has ended. Sign in again.")
        st.write(again if claims else _("These pages are shared. Sign in to see them."))
        st.button(_("Sign in"), on_click=st.login, type="primary")


def _called(claims: Claims) -> str:
    return str(claims.get("email") or claims.get("sub") or _("Whoever signed in"))
