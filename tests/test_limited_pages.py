"""Pages for somebody who may see some persons alone leave out what is not shared."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import shell
from dashboard.data import Data
from dashboard.history import History
from dashboard.keeping import Keeping
from dashboard.reporting import Reporting
from dashboard.schedule.backups import Backups
from dashboard.schedule.schedules import Schedules
from dashboard.share.limited import rules
from dashboard.shown import SensorNotes
from dashboard.traces import Live
from devices.profile import Placement
from devices.rsc_counts import Counted
from ingest.entries import Assignment
from tests import fake_data, sample_week
from tests.fake_data import FakeData

REFUSED = {
    "add_person",
    "assign",
    "forget",
    "introduce",
    "pair",
    "preview",
    "recount",
    "rename",
    "replace",
    "scan",
    "set_recording",
    "shake",
    "shaking",
    "start_collector",
    "unassign",
    *(f"schedule.{name}" for name in ("active", "install_report", "installed", "job", "last_run")),
    *(f"schedule.{name}" for name in ("plan", "remove_report", "wanted")),
    *(f"keeping.{name}" for name in ("backup", "big", "drop", "erase", "export", "exported")),
    *(f"keeping.{name}" for name in ("finish", "job", "kinds", "last_backup", "preview")),
    *(f"keeping.{name}" for name in ("receipt", "take_in", "unfinished", "look", "imported")),
    *(f"keeping.{name}" for name in ("take_in_path", "meanings", "make_reports", "send_report")),
    *(f"reporting.{name}" for name in ("between", "recipients")),
    *(f"backups.{name}" for name in ("active", "install_backup", "installed", "job", "last_run")),
    *(f"backups.{name}" for name in ("plan", "remove_backup", "wanted")),
}
"""What pages ask for where nobody is limited, and leave out where somebody is."""


def asked_by_pages() -> set[str]:
    """`name` or `part.name` of whatever pages take from the facade, as they spell it."""
    folder = Path(shell.__file__).parent
    sources = [folder / "shell.py", *folder.glob("views/*.py"), *folder.glob("wording/*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    spelt = {ast.unparse(node) for node in nodes}
    found = {text.partition(".")[2] for text in spelt if re.fullmatch(r"_?data(\.[a-z_]+)+", text)}
    return {name for name in found if hasattr(Data, name) or name.partition(".")[0] in PARTS}


PARTS = {
    "backups": Backups,
    "history": History,
    "keeping": Keeping,
    "live": Live,
    "reporting": Reporting,
    "schedule": Schedules,
}


def test_every_call_of_a_page_is_shared_or_known_to_be_left_out() -> None:
    shared = {*rules(), "home", "limited"}
    asked = asked_by_pages() - set(PARTS)
    assert len(asked) > 40, "the search finds nothing"
    assert {name for name in asked if name.rpartition(".")[2] not in shared} <= REFUSED
    assert asked >= REFUSED
    assert not {name.rpartition(".")[2] for name in REFUSED} & shared


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("page", [page.key for page in shell.PAGES])
def test_no_page_speaks_of_what_is_not_shared(page: str, running: bool) -> None:
    fake = everything_of_anna(running=running)
    app = page_of_anna(fake, page)
    assert not app.exception
    assert not [one.value for one in app.error]
    assert not SHUT & {(one.key or "").partition("-")[0] for one in app.button}


SHUT = {"start", "record", "scan", "shake", "change", "rename", "replace", "forget", "counts"} | {
    "correct",
    "remove",
    "schedule",
    "import",
    "export",
    "backup",
    "erase",
    "people-add",
    "mail",
    "many",
}


def everything_of_anna(*, running: bool) -> FakeData:
    """Whatever a page may show of somebody: sensors, a doubt, where one sat, a body mass."""
    mine, other, gone = (replace(one, counts="steps") for one in fake_data.three_sensors())
    seat = Assignment(
        person="anna", placement=Placement.CHEST, since=fake_data.NOON, load_kg=0.0, counts=None
    )
    counted = Counted(counts="strides", reason="It fits the speed.")
    notes = {
        key: SensorNotes(assignments=(seat, seat), doubt=counted) for key in (mine.key, gone.key)
    }
    return FakeData(
        fake_data.history(sample_week.complete),
        running=running,
        sensors=(mine, replace(other, person="bo")),
        gone=(gone,),
        notes_by_key=notes,
        masses=((fake_data.NOON.date(), 70.0),),
    )


def page_of_anna(fake: FakeData, page: str) -> AppTest:
    """One page, for Anna alone."""

    def script(fake, page):  # type: ignore[no-untyped-def]
        import streamlit as st

        from dashboard import shell
        from dashboard.share.limited import limited
        from tests import fake_data

        st.session_state["person"] = "anna"
        shown = next(one for one in shell.PAGES if one.key == page)
        shell._drawn(shown, limited(fake_data.data(fake), frozenset({"anna"})))()

    kwargs = {"fake": fake, "page": page}
    return AppTest.from_function(script, kwargs=kwargs, default_timeout=30).run()


def test_pages_say_who_can_pair_where_the_reader_may_not() -> None:
    for page in ("week", "live", "sensors"):
        app = page_of_anna(FakeData(fake_data.history(sample_week.complete)), page)
        said = " ".join(
            [*(one.value for one in app.info), *(one.proto.body for one in app.get("html"))]
        )
        assert "Whoever runs this computer can pair one." in said
        assert "choose Scan" not in said
