"""Who somebody is, from what their provider says of them, and whom they may see."""

from __future__ import annotations

import json
from collections.abc import Mapping

from streamlit.web.server.server_util import AUTH_COOKIE_NAME
from streamlit.web.server.starlette import starlette_websocket

from dashboard.share.agreed import EVERYONE, Share

SESSION_S = 12 * 3600.0
"""A session ends after twelve hours (design): a working day, never a whole one."""

Claims = Mapping[str, object]
"""What the provider's signed token says: sub, email, email_verified, iat in seconds, …"""


def persons_of(share: Share, claims: Claims, known: tuple[str, ...]) -> frozenset[str] | None:
    """Keys of the persons that an identity may see; None: nobody of whom share.toml speaks.

    A mail address counts only when the provider says that it has verified it.
    """
    for name, seen in share.identities.items():
        if name == _mail(claims) if "@" in name else name == claims.get("sub"):
            return frozenset(known if seen == EVERYONE else set(seen) & set(known))
    return None


def sees_everyone(share: Share, claims: Claims) -> bool:
    """Whether an identity is limited by nothing."""
    names = (name for name, seen in share.identities.items() if seen == EVERYONE)
    return any(name == (_mail(claims) if "@" in name else claims.get("sub")) for name in names)


def _mail(claims: Claims) -> object:
    """The verified address; some providers say "true" for true."""
    verified = claims.get("email_verified") in (True, "true")
    return claims.get("email") if verified else None


def ends_s(claims: Claims) -> float:
    """When the session ends, in epoch seconds; long past for a token without a time."""
    issued = claims.get("iat")
    return float(issued) + SESSION_S if isinstance(issued, int | float) else 0.0


def claims_of(cookies: Mapping[str, str]) -> Claims | None:
    """What the signed cookie of `st.login` says; None: it is not there, or not signed by us."""
    # `st.user` is read from the same cookie, but only a script may ask it.
    raw = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), AUTH_COOKIE_NAME)  # noqa: SLF001
    try:
        found = json.loads(raw) if raw else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
