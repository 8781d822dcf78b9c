"""My data: files that other programs, or other computers, wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import scorecard, wording
from dashboard.markup import el
from dashboard.views import asking, jobs
from dashboard.views.tucked import tucked
from dashboard.wording import taken
from ingest.importers.imported import Told
from ingest.importers.table_columns import listing
from language.spoken import _, language, mark, n_

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from dashboard.data import Data
    from dashboard.keeping import Job
    from ingest.importers.looking import Look

IMPORT = "job-import"
ABOUT = mark(
    "Files that other programs or other computers wrote. Taking one in again changes nothing."
)
KINDS = mark(
    "Activities of sports watches and bike computers (FIT, TCX, GPX), exports of Apple Health and "
    "Google, tables (CSV), motion tables (CSV, Parquet), legload's own exports and recordings."
)
LARGE = mark(
    "A browser cannot send very large files, such as an Apple Health export of several gigabytes. "
    "Type where it is on this computer instead; a folder will do too."
)
SAY_HERE = mark(
    "Nothing was imported. Choose the file under “Files to import” and say it under “What the "
    "table does not say”."
)
UNLIKE = mark("These tables have different columns: import them one after another.")


def section(data: Data, person: str, name: str) -> None:
    """Drop files, see what they are, say what they do not, take them in, read what came of it."""
    st.html(scorecard.page(el("h2", _("Import")), el("p", _(ABOUT), cls="muted")))
    if (job := jobs.over(data, IMPORT, _("Importing …"))) is not None:
        _came_of(data, job, person)
        jobs.done(data, IMPORT)
        return
    if jobs.busy(data, IMPORT):
        return
    _dropped(data, person, name)
    if not data.limited:
        tucked(
            _("A large file, or a folder"), f"import-large-{person}", lambda: _large(data, person)
        )


def _dropped(data: Data, person: str, name: str) -> None:
    st.html(scorecard.page(el("p", _(KINDS), cls="small")))
    files = st.file_uploader(
        _("Files to import"),
        type=[kind.removeprefix(".") for kind in data.keeping.kinds()],
        accept_multiple_files=True,
        key=f"import-files-{person}",
    )
    told = _looked(data, person, files)
    text = _("Import as data of {name}", name=wording.plain(name))
    if st.button(text, type="primary", key=f"import-{person}", disabled=not files):
        given = [(file.name, file.getvalue()) for file in files]
        jobs.begin(IMPORT, lambda: data.keeping.take_in(person, given, told))


def _looked(data: Data, person: str, files: Sequence[UploadedFile]) -> Told | None:
    """Show what the files are, and ask of the tables among them what they do not say."""
    looks = [_look(data, person, file, Told()) for file in files]
    tables = [one for one in looks if one.is_table]
    told = None
    if len({(one.kind, one.columns) for one in tables}) > 1:
        if any(one.problem for one in tables):
            st.info(_(UNLIKE))
    elif tables:
        asked = next((one for one in tables if one.problem), tables[0])
        file = next(one for one in files if one.name == asked.name)
        told = asking.told_of(data, asked, person, lambda said: _look(data, person, file, said))
        looks = [_look(data, person, file, told) for file in files] if told else looks
    if looks:
        st.html(scorecard.page(scorecard.table([_row(one) for one in looks])))
    return told


def _look(data: Data, person: str, file: UploadedFile, told: Told) -> Look:
    return _looked_once(
        file.file_id, person, language(), repr(told), _told=told, _data=data, _file=file
    )


@st.cache_data(show_spinner=False, max_entries=200, ttl=600)
def _looked_once(
    file_id: str,
    person: str,
    spoken: str,
    told: str,
    *,
    _told: Told,
    _data: Data,
    _file: UploadedFile,
) -> Look:
    """Looked at once for all that is told of it. file_id, spoken, told: what it depends on."""
    del file_id, spoken, told
    return _data.keeping.look(person, _file.name, _file.getvalue(), _told)


def _row(one: Look) -> dict[str, str]:
    known = _("ready")
    if one.held:
        known = _("ready: {columns}", columns=listing(tuple(one.held.values())))
    return {
        _("File"): one.name,
        _("Kind"): taken.kind(one.kind),
        _("What was found"): one.problem or known,
    }


def _large(data: Data, person: str) -> None:
    st.html(scorecard.page(el("p", _(LARGE))))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        path = st.text_input(_("File or folder on this computer"), key=f"import-path-{person}")
        if st.button(_("Import it"), key=f"import-it-{person}", disabled=not path.strip()):
            jobs.begin(IMPORT, lambda: data.keeping.take_in_path(person, path))


def _came_of(data: Data, job: Job, person: str) -> None:
    """A line for each file, what was left out and why, and where the rest is."""
    done = data.keeping.imported(job)
    if done:
        zone = data.zone_of(person)
        st.html(scorecard.page(scorecard.table([taken.line(one, zone) for one in done])))
        left = [(one.file, sentence) for one in done for sentence in taken.skipped(one)]
        if left:
            rows = [{_("File"): file, _("What and why"): sentence} for file, sentence in left]
            st.html(scorecard.page(el("h3", _("Left out")), scorecard.table(rows)))
    result = job.result or {}
    for sentence in _refused(result):
        st.warning(wording.plain(sentence))
    if job.result is not None:
        minutes = int((result.get("loaded") or {}).get("minutes", 0))
        st.success(n_("{count} minute was scored.", "{count} minutes were scored.", minutes))
    if any(one.rows for one in done):
        _where_it_is()


def _refused(result: Mapping[str, Any]) -> list[str]:
    """Why files were not taken in: where the command would name its options, this page's fields."""
    failed = [str(sentence) for sentence in result.get("failed", ())]
    for at, one in enumerate(result.get("refused", ())[: len(failed)]):
        if " --" in one["advice"]:
            failed[at] = f"{one['problem']} {_(SAY_HERE)}"
    return failed


def _where_it_is() -> None:
    with st.container(horizontal=True):
        for key, label in (
            ("trends", _("See your weeks in Trends")),
            ("sessions", _("See your sessions")),
        ):
            st.page_link(st.Page(_nowhere, title=label, url_path=key), label=label)


def _nowhere() -> None:
    """Streamlit knows a page by its address alone."""
