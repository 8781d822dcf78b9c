"""A week shown from a cache equals the one computed anew, whatever changed in between."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.calendar import week_back, week_of
from dashboard.data import open_data
from dashboard.kept import KeptWeeks
from dashboard.past import Trends
from dashboard.refresh import refresh
from dashboard.rescoring import keep_lines
from dashboard.scored import scored_week
from dashboard.targets import copy_targets
from ingest.entries import (
    BalanceLogged,
    BodyMassSet,
    Entries,
    Excused,
    PersonSet,
    SensorPaired,
    SetLogged,
    StrengthDay,
)
from ingest.store import Store, open_store
from tests import ten_years

UTC = dt.UTC
LEG, ADA = ten_years.LEG, ten_years.PERSON
LAST = [week_back(week_of(dt.datetime.now(UTC).date()), back) for back in (3, 2, 1)]
Change = Callable[[Path, int, float], None]


def today() -> dt.date:
    return dt.datetime.now(UTC).date()


def midnight(days_ago: int) -> dt.datetime:
    return dt.datetime.combine(today() - dt.timedelta(days=days_ago), dt.time(), UTC)


def say(home: Path, entry: object) -> None:
    Entries(home).append(entry)  # type: ignore[arg-type]


def walk_more(home: Path, ago: int, amount: float) -> None:
    """The minutes of a day are computed anew and come to something else."""
    start, end = midnight(ago), midnight(ago - 1)
    with open_store(home, read_only=False) as store:
        rows = store.minutes(ADA, start, end).filter(pl.col("sensor") == LEG)
        more = rows.with_columns(pl.col("force_bw") * amount, pl.col("steps") * amount)
        store.replace_minutes(LEG, start, end, more)


def lose_a_day(home: Path, ago: int, _: float) -> None:
    start, end = midnight(ago), midnight(ago - 1)
    with open_store(home, read_only=False) as store:
        rows = store.minutes(ADA, start, end)
        store.replace_minutes(LEG, start, end, rows.clear())


def see_a_set(home: Path, ago: int, amount: float) -> None:
    start = midnight(ago) + dt.timedelta(hours=10)
    row = {
        "sensor": LEG,
        "person": ADA,
        "start": start,
        "end": start + dt.timedelta(minutes=2),
        "exercise": "squat",
        "repetitions": round(10 * amount),
        "leg": None,
        "quality": 0.9,
        "method": "test",
    }
    frame = pl.DataFrame([row], schema_overrides={"leg": pl.String, "repetitions": pl.Int32})
    with open_store(home, read_only=False) as store:
        store.replace_sets(LEG, midnight(ago), midnight(ago - 1), frame)


def weigh(home: Path, ago: int, amount: float) -> None:
    date = today() - dt.timedelta(days=ago)
    say(home, BodyMassSet(at=midnight(0), person=ADA, date=date, kg=70.0 * amount))


def excuse(home: Path, ago: int, amount: float) -> None:
    first = today() - dt.timedelta(days=ago)
    why = "ill" if amount > 1 else None
    end = first + dt.timedelta(days=4)
    say(home, Excused(at=midnight(0), person=ADA, start=first, end=end, why=why))


def log_squats(home: Path, ago: int, amount: float) -> None:
    done, count = midnight(ago) + dt.timedelta(hours=9), round(8 * amount)
    said = SetLogged(at=done, person=ADA, start=done, exercise="squat", repetitions=count, sets=2)
    say(home, said)


def log_balance(home: Path, ago: int, amount: float) -> None:
    done = midnight(ago) + dt.timedelta(hours=8)
    say(home, BalanceLogged(at=done, person=ADA, start=done, minutes=10 * amount))


def confirm(home: Path, ago: int, amount: float) -> None:
    date = today() - dt.timedelta(days=ago)
    say(home, StrengthDay(at=midnight(0), person=ADA, date=date, counts=amount > 1))


def grow_older(home: Path, ago: int, amount: float) -> None:
    year = 1955 if amount > 1 else 2000
    said = PersonSet(at=midnight(0), person=ADA, birth_year=year, logs_strength=ago % 2 == 0)
    say(home, said)


def move_house(home: Path, ago: int, _: float) -> None:
    zone = ("UTC", "Europe/Rome", "America/Los_Angeles", "Pacific/Auckland")[ago % 4]
    say(home, PersonSet(at=midnight(0), person=ADA, zone=zone))


def choose_targets(home: Path, ago: int, amount: float) -> None:
    path = home / "protocols" / "own.toml"
    if not path.exists():
        copy_targets(home, "own")
    text = path.read_text("utf-8").replace("target = 8000", f"target = {8000 + ago}")
    path.write_text(text, "utf-8")
    own = "own" if amount > 1 else None
    say(home, PersonSet(at=midnight(0), person=ADA, targets=own))


CHANGES: tuple[Change, ...] = (
    walk_more,
    lose_a_day,
    see_a_set,
    weigh,
    excuse,
    log_squats,
    log_balance,
    confirm,
    grow_older,
    move_house,
    choose_targets,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("years")
    ten_years.build(found, years=0.12, raw_years=0.02, motion=False)
    return found


def anew(home: Path) -> Trends:
    """Computed by somebody who kept nothing, week by week."""
    with open_store(home, read_only=False) as store:
        store._rows("DELETE FROM week_line")
    return open_data(home).history.trends(ADA, weeks=3, days=8)


@given(
    st.lists(
        st.tuples(st.sampled_from(CHANGES), st.integers(1, 40), st.sampled_from([0.5, 1.5])),
        min_size=1,
        max_size=2,
    )
)
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_kept_equals_what_is_computed_anew(
    home: Path, changes: list[tuple[Change, int, float]]
) -> None:
    data, last = open_data(home), week_back(week_of(today()), 1)
    for change, ago, amount in changes:
        data.history.trends(ADA, weeks=3, days=8)  # warm
        data.week(ADA, last)
        change(home, ago, amount)
        KeptWeeks(home).fill(ADA, LAST, now=dt.datetime.now(UTC))
        other = open_data(home).history.trends(ADA, weeks=3, days=8)
        mine, report = data.history.trends(ADA, weeks=3, days=8), data.week(ADA, last)
        fresh = anew(home)
        assert _steady(mine) == _steady(fresh)
        assert _steady(other) == _steady(fresh)
        with open_store(home) as store:
            expected = scored_week(
                home,
                store,
                Entries(home).registry(),
                person=ADA,
                week=last,
                now=dt.datetime.now(UTC),
            )
        assert report == expected


def _steady(found: Trends) -> Trends:
    """Without the share of this week's hours that were observed, which changes as one looks."""
    *before, this = found.weeks
    return replace(found, weeks=(*before, replace(this, coverage=None)))


def test_a_week_of_which_nothing_is_known_is_told_without_scoring_it(tmp_path: Path) -> None:
    first = today() - dt.timedelta(days=50)
    Entries(tmp_path).append(
        PersonSet(at=midnight(90), person=ADA, name="Ada", zone="Europe/Rome"),
        Excused(
            at=midnight(90), person=ADA, start=first, end=first + dt.timedelta(days=9), why="ill"
        ),
    )
    kept, now = KeptWeeks(tmp_path), dt.datetime.now(UTC)
    for back in (1, 7, 8, 9):
        week = week_back(week_of(today()), back)
        assert kept.kept_lines(ADA, [week], now=now)[week] == kept._computed(ADA, week, now)


def test_past_weeks_stay_kept_while_today_is_recorded(tmp_path: Path) -> None:
    ten_years.build(tmp_path, years=0.12, raw_years=0.02, motion=False)
    data, now = open_data(tmp_path), dt.datetime.now(UTC)
    weeks = [week_back(week_of(today()), back) for back in range(1, 6)]
    before = data.history.trends(ADA, weeks=6, days=8)
    walk_more(tmp_path, 0, 1.5)
    assert len(data._kept.kept_lines(ADA, weeks, now=now)) == 5
    after = data.history.trends(ADA, weeks=6, days=8)
    assert after.weeks[:-1] == before.weeks[:-1]
    assert after.weeks[-1].week == before.weeks[-1].week


def test_lines_that_a_load_kept_are_there_for_the_next_program(tmp_path: Path) -> None:
    ten_years.build(tmp_path, years=0.12, raw_years=0.02, motion=False)
    while keep_lines(tmp_path, [ADA]):
        pass
    assert keep_lines(tmp_path, [ADA]) == 0
    weeks = [week_back(week_of(today()), back) for back in range(1, 53)]
    assert len(KeptWeeks(tmp_path).kept_lines(ADA, weeks, now=dt.datetime.now(UTC))) == 52


def test_a_target_set_that_is_gone_keeps_nobody_from_loading(tmp_path: Path) -> None:
    Entries(tmp_path).append(PersonSet(at=midnight(9), person=ADA, name="Ada", targets="gone"))
    assert keep_lines(tmp_path, [ADA]) == 0


def test_sensors_that_nobody_listens_to_are_looked_up_once_for_each_data_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = open_data(tmp_path, radio="virtual")
    Entries(tmp_path).append(
        SensorPaired(
            at=midnight(1),
            sensor="pod",
            identity="00:11:22:33:44:55",
            address="00:11:22:33:44:55",
            name="Pod",
            profiles=("rsc",),
        )
    )
    refresh(tmp_path)
    for path in (Entries(tmp_path).path, *tmp_path.glob("legload.duckdb*")):
        os.utime(path, (1e9, 1e9))  # long settled
    opened: list[Path] = []

    def counting(home: Path, *, patience_s: float) -> AbstractContextManager[Store]:
        opened.append(home)
        return open_store(home, patience_s=patience_s)

    monkeypatch.setattr("dashboard.facade.sensors.open_store", counting)
    assert [one.key for one in data.status().sensors] == ["pod"]
    assert len(opened) == 1
    for _look in range(3):
        data.status()
        data.notes()
    assert len(opened) == 2, "once for the last word, once for the notes"
