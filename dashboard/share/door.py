"""The pages with everything that stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.share.desk import Desk
from dashboard.share.gate import Gate, Lobby, until_of
from dashboard.share.guard import Guard

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from dashboard.share.agreed import Share

HERE = ("127.0.0.1", "localhost")


def guarded(app: ASGIApp, share: Share | None) -> ASGIApp:
    """For this computer alone; or, where it is agreed, for whoever signs in."""
    if share is None:
        return Guard(app, HERE)
    if share.password is None:
        return Guard(Gate(app, Lobby(app), until_of(share)), share.allowed_hosts)
    desk = Desk(share.password)
    return Guard(Gate(desk.with_exit(app), desk, desk.until), share.allowed_hosts)
