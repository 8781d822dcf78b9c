"""The pages of the ten golden people: no store, no collector, only their weeks.

`python -m tests.people_page 8600`; the address `/?person=runner` chooses who is looked at. It is
also the script that Streamlit then runs, without an argument.
"""

# ruff: noqa: F401
from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, replace

import altair
import pandas  # type: ignore[import-untyped]
import polars as pl
import pyarrow
import streamlit as st
from streamlit.web import bootstrap

from analytics import calendar
from analytics.merge import merge_minutes
from analytics.protocol import default_protocol
from analytics.week import SensorUse, WeekReport
from dashboard import shell
from dashboard.shown import PersonView
from dashboard.theme import SERVER_OPTIONS
from tests import golden_weeks
from tests.fake_data import FakeData, data, sensor
from tests.golden_weeks import GoldenWeek
from tests.synthetic_minutes import frame


def golden_week(name: str) -> GoldenWeek:
    """A golden person's week, with the sensors that told it."""
    golden = golden_weeks.PEOPLE[name]()
    titles = {"pod": "Foot pod", "bike": "Bike", "strap": "Heart rate strap"}
    since = calendar.day_start(calendar.week_start(golden.week), golden.person.time_zone)
    rows = frame(golden.rows).collect().filter(pl.col("minute") >= since)
    told = rows.group_by("sensor", "placement", "continuous").agg(pl.col("observed_s").sum())
    uses = (
        SensorUse(
            sensor=sensor,
            title=titles.get(sensor, "Motion sensor"),
            placement=placement,
            observed_h=observed_s / 3600,
            continuous=continuous,
            battery_percent=None,
        )
        for sensor, placement, continuous, observed_s in told.sort("sensor").iter_rows()
    )
    return golden if golden.sensors else replace(golden, sensors=tuple(uses))


@dataclass
class GoldenData(FakeData):
    """One golden person."""

    name: str = ""

    @property
    def golden(self) -> GoldenWeek:
        return golden_week(self.name)

    def persons(self) -> list[PersonView]:
        person = self.golden.person
        return [PersonView(key=person.key, name=person.name)]

    def week(self, person: str, week: str) -> WeekReport:
        return self.weeks_by_name[week]

    def zone_of(self, person: str) -> dt.tzinfo:
        return self.golden.person.time_zone

    def minutes(self, person: str, day: dt.date) -> pl.DataFrame:
        golden = self.golden
        merged = merge_minutes(
            frame(golden.rows),
            person=golden.person,
            date=calendar.week_start(golden.week),
            protocol=default_protocol(),
            practice=golden.practice,
        )
        return merged.collect().filter(pl.col("date") == day)


def golden_data(name: str) -> GoldenData:
    """The pages' data of one golden person."""
    golden = golden_week(name)
    return GoldenData(
        {golden.week: golden.report()},
        name=name,
        home=name,
        sensors=(sensor("pod", "Foot pod", "left-foot", "off"),),
    )


def serve(port: int) -> None:
    """Serve the pages until stopped; blocks."""
    options = {**SERVER_OPTIONS, "server_port": port, "server_address": "127.0.0.1"}
    bootstrap.load_config_options(options)
    bootstrap.run(__file__, False, [], options)


if __name__ == "__main__" and sys.argv[1:]:
    serve(int(sys.argv[1]))
elif __name__ == "__main__":
    shell.show(data(golden_data(st.query_params.get("person", "runner"))))
