"""My data, what becomes of it: import, export, backup, erase."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.folders import folder_named
from dashboard.markup import el
from dashboard.views import backup_schedule, erasing, jobs, taking_in
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.keeping import Job

EXPORT, BACKUP = "job-export", "job-backup"
KEEP = 8
ABOUT_EXPORT = mark(
    "Everything as it is kept, and as tables that any program can read, with a page that explains "
    "every column. 'legload restore' puts it into an empty folder again."
)
ABOUT_BACKUP = mark(
    "A zip that can be restored. It is read back before an older one is dropped. Choose another "
    "disk: a backup on the same one is lost with it."
)


def sections(data: Data, person: str) -> None:
    """One after the other."""
    name = next((one.name for one in data.persons() if one.key == person), person)
    taking_in.section(data, person, name)
    _export(data, person, name)
    _backup(data)
    erasing.section(data, person, name)


def _head(title: str, about: str) -> None:
    st.html(scorecard.page(el("h2", title), el("p", about, cls="muted")))


def _export(data: Data, person: str, name: str) -> None:
    _head(_("Export"), _(ABOUT_EXPORT))
    if (job := jobs.over(data, EXPORT, _("Exporting …"))) is not None:
        _exported(data, job)
        jobs.done(data, EXPORT)
        return
    if jobs.busy(data, EXPORT):
        return
    several = len(data.persons()) > 1
    of = {False: _("Everyone"), True: _("Only {name}", name=wording.plain(name))}
    only = several and st.radio(
        _("Whose data"),
        list(of),
        format_func=lambda one: of[one],
        key=f"export-of-{person}",
        horizontal=True,
    )
    folder = ""
    if data.keeping.big():
        st.html(scorecard.page(el("p", _("It is large, so it is written to a folder."))))
        usual = Path.home() / f"legload-export-{dt.date.today():%Y-%m-%d}"  # noqa: DTZ011
        folder = st.text_input(_("Folder to write to"), str(usual), key="export-folder")
    if st.button(_("Make the export"), type="primary", key=f"export-{person}"):
        of_whom = person if only else None
        jobs.begin(EXPORT, lambda: data.keeping.export(of_whom, _folder(folder)))


def _folder(typed: str) -> Path | None:
    return folder_named(typed) if typed else None


def _exported(data: Data, job: Job) -> None:
    content = data.keeping.exported(st.session_state[EXPORT])
    if content is not None:
        st.download_button(
            _("Download the export"),
            content,
            f"legload-export-{dt.date.today():%Y-%m-%d}.zip",  # noqa: DTZ011
            "application/zip",
            key="download-export",
            type="primary",
        )
        st.html(
            scorecard.page(el("p", _("Whoever has this file can read all of it."), cls="muted"))
        )
    elif job.result is not None:
        st.success(_("Written to {path}.", path=wording.plain(str(job.result.get("path")))))


def _backup(data: Data) -> None:
    _head(_("Backup"), _(ABOUT_BACKUP))
    if (job := jobs.over(data, BACKUP, _("Backing up …"))) is not None:
        if job.result is not None:
            path = wording.plain(str(job.result.get("path")))
            st.success(_("{path}: read back and right.", path=path))
        jobs.done(data, BACKUP)
        return
    if jobs.busy(data, BACKUP):
        return
    last = data.keeping.last_backup()
    when = _("No backup was made yet.")
    if last is not None:
        when = _("Last backup: {when}.", when=wording.clock_text(last))
    st.html(scorecard.page(el("p", when)))
    with st.form("backup"), st.container(horizontal=True, vertical_alignment="bottom"):
        usual = str(Path.home() / "legload-backups")
        folder = st.text_input(_("Folder for backups"), usual, key="backup-folder", width=420)
        keep = st.number_input(_("How many to keep"), 1, 100, KEEP, key="backup-keep", width=180)
        if st.form_submit_button(_("Back up now"), type="primary", key="backup-now"):
            jobs.begin(BACKUP, lambda: data.keeping.backup(folder_named(folder), keep))
        weekly = backup_schedule.button(data)
    backup_schedule.block(data, folder, keep, asked=weekly)
