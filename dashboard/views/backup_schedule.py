"""A backup every Sunday: what will be installed, whether it is, and what it did last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.schedule.backups import BackupWanted
from dashboard.views import planned
from dashboard.views.planned import AT
from language.formats import time as clock
from language.spoken import _, n_

if TYPE_CHECKING:
    from dashboard.data import Data

ASKED, TOLD = "backup-schedule-asked", "backup-schedule-told"


def button(data: Data) -> bool:
    """In the form of the backup, whose folder and number it takes; not where a job is installed."""
    if data.backups.installed() is not None:
        return False
    return st.form_submit_button(_("Have one made every Sunday …"), key="backup-show")


def block(data: Data, folder: str, keep: int, *, asked: bool) -> None:
    """Under the backup. asked: for the folder and number that stand there."""
    text = _(
        "This computer can make one every Sunday at {hour}, with nobody there. Each is read back "
        "before an older one is dropped.",
        hour=clock(AT),
    )
    st.html(scorecard.page(el("h3", _("Every Sunday")), el("p", text, cls="muted")))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))
    try:
        installed = data.backups.installed()
        if installed is None:
            _offer(data, folder, keep, asked=asked)
        else:
            _installed(data, installed)
    except DashboardError as error:
        st.error(wording.plain(str(error)))


def _offer(data: Data, folder: str, keep: int, *, asked: bool) -> None:
    if asked:
        st.session_state[ASKED] = data.backups.wanted(folder, keep)
    wanted: BackupWanted | None = st.session_state.get(ASKED)
    if wanted is None or wanted != data.backups.wanted(folder, keep):
        return  # only what was seen is installed
    plan = data.backups.plan(data.backups.job(wanted))
    planned.offer(
        plan, "backup", lambda: _install(data, wanted), lambda: st.session_state.pop(ASKED)
    )


def _install(data: Data, asked: BackupWanted) -> None:
    data.backups.install_backup(asked)
    del st.session_state[ASKED]
    st.session_state[TOLD] = _("Installed.")
    st.rerun()


def _installed(data: Data, installed: BackupWanted) -> None:
    what = n_(
        "Every Sunday at {hour} into {folder}; {count} stays",
        "Every Sunday at {hour} into {folder}; {count} stay",
        installed.keep,
        hour=clock(AT),
        folder=installed.to,
    )
    active = data.backups.active(installed)
    st.html(scorecard.page(*planned.state(what, data.backups.last_run(), active=active)))
    with st.expander(_("What is installed")):
        planned.shown(data.backups.plan(data.backups.job(installed)))
    if st.button(_("Remove"), key="backup-remove"):
        data.backups.remove_backup()
        st.session_state[TOLD] = _("Removed. Backups that were made stay.")
        st.rerun()
