"""`legload validate`: finds sets by their columns, scores them, and says what it cannot use."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.frames import METHOD
from analytics.gait.steps import EVENTS
from analytics.validation import rules, silence, study
from analytics.validation.recording import GRAVITY, Recording
from analytics.validation.sets import load_set
from analytics.validation.spoiling import CONDITIONS, lossy
from analytics.validation.tables import RecordingSet, Table, discover
from analytics.validation.tasks import TASKS, Task
from devices.profile import Placement
from tests.test_cli import home as home
from tests.test_cli import legload
from tests.test_steps import walk

STRIDES = 12
NUMBER = re.compile(r"[-+]?\d+\.?\d*")
CONDITION_TITLES = [condition.title for condition in CONDITIONS]


def signals(*recs: str, rate_hz: float = 100.0) -> pl.DataFrame:
    """A walk of twelve strides in each recording, in the units of the layout."""
    motion = walk(strides=STRIDES, rate_hz=rate_hz)
    axes = {f"a{axis}": motion.acc_g[:, k] * GRAVITY for k, axis in enumerate("xyz")}
    axes |= {f"g{axis}": motion.gyro_dps[:, k] for k, axis in enumerate("xyz")}
    one = pl.DataFrame(axes).with_row_index("i")
    return pl.concat([one.select(pl.lit(rec).alias("rec"), pl.all()) for rec in recs])


def swings(*recs: str) -> pl.DataFrame:
    starts = [5.0 + 1.1 * stride + 0.4 for stride in range(STRIDES)]
    rows = [(rec, "swing", start, start + 0.7) for rec in recs for start in starts]
    return pl.DataFrame(rows, ["rec", "kind", "start_s", "end_s"], orient="row")


def facts(*recs: str, rate_hz: float = 100.0) -> pl.DataFrame:
    groups = ["Healthy" if k % 2 == 0 else "Neurological" for k in range(len(recs))]
    return pl.DataFrame({"rec": recs, "subj": recs, "group": groups}).with_columns(
        pl.lit("L").alias("foot"), pl.lit(rate_hz).alias("fs")
    )


def write(folder: Path, **tables: pl.DataFrame) -> Path:
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return folder


def validated(capsys: pytest.CaptureFixture[str], folder: Path) -> Any:
    code, out, err = legload(capsys, "validate", str(folder), "--json")
    assert code == 0, err
    return json.loads(out)


def refused(capsys: pytest.CaptureFixture[str], folder: Path) -> str:
    """What is said about a folder of which nothing can be measured."""
    code, out, err = legload(capsys, "validate", str(folder))
    assert code == 1
    assert "Traceback" not in out + err
    return err


def figures(
    found: Any, *, part: str = "all", name: str = "", task: str = "strides"
) -> dict[str, dict[str, float]]:
    """Figures of a task by condition."""
    of = (part, name, task)
    mine = [row for row in found["results"] if (row["part"], row["name"], row["task"]) == of]
    return {row["condition"]: row["figures"] for row in mine}


def test_sets_are_found_by_their_columns_whatever_the_files_are_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(
        tmp_path / "d",
        zebra=signals("a", "b"),
        apple=swings("a", "b"),
        k9=facts("a", "b"),
        other=signals("c").sample(fraction=1.0, shuffle=True, seed=1),
        more=swings("c"),
        also=facts("c"),
    )
    found = validated(capsys, folder)
    assert found["method"] == METHOD
    assert found["problems"] == []
    assert {row["set"] for row in found["results"]} == {"zebra", "other"}
    recordings = {
        (row["set"], row["recordings"]) for row in found["results"] if row["part"] == "all"
    }
    assert {one["set"]: one["recordings"] for one in found["sets"]} == dict(recordings)
    assert recordings == {("zebra", 2), ("other", 1)}
    for row in found["results"]:
        if (row["condition"], row["task"]) == ("as recorded", "strides"):
            assert row["figures"]["f1"] == 1.0
            assert row["figures"]["cadence_error"] == pytest.approx(0.0, abs=0.5)


def test_every_condition_group_and_person_has_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a", "b"), e=swings("a", "b"), m=facts("a", "b"))
    found = validated(capsys, folder)
    for part, name in (("all", ""), ("group", "Healthy"), ("person", "2")):
        by_condition = figures(found, part=part, name=name)
        assert list(by_condition) == CONDITION_TITLES
        assert all(row["exact"] == 100.0 for row in by_condition.values()), by_condition
    assert "0.1 s" in found["rules"]["strides"]


def test_a_slow_recording_is_not_slowed_further(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(
        tmp_path / "d", s=signals("a", rate_hz=26.0), e=swings("a"), m=facts("a", rate_hz=26.0)
    )
    conditions = figures(validated(capsys, folder))
    assert [title for title in CONDITION_TITLES if title not in conditions] == ["50 Hz", "25 Hz"]


def test_the_page_and_the_data_are_written_and_explain_their_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a", "b"), e=swings("a", "b"), m=facts("a", "b"))
    code, out, _ = legload(capsys, "validate", str(folder), "--out", str(tmp_path / "o"))
    assert (code, out) == (0, "")
    text = (tmp_path / "o" / "validation.md").read_text(encoding="utf-8")
    assert METHOD in text
    assert str(tmp_path) not in text
    assert "Healthy, 25 Hz" in text
    assert "- Squats: no recordings with such truth." in text
    columns = [column for task in TASKS for column in task.rule.columns]
    headings = {column.heading for column in columns if f"| {column.heading} " in text}
    explained = text.partition("## Strides")[0].lower()
    assert "clear %" in headings
    for heading in headings - {"seconds"}:
        assert f"- **{heading.lower()}**: " in explained
    assert json.loads((tmp_path / "o" / "validation.json").read_text())["method"] == METHOD


def test_steps_outside_annotated_bouts_are_no_errors_of_the_task_that_says_so() -> None:
    truth = np.arange(10.0, 20.0, 0.5)
    times = np.concatenate([truth, [40.0, 41.0]])
    events = pl.DataFrame({"time_s": times})
    one = made_up(truth=np.stack([truth, truth], axis=1), seconds=60.0)
    whole = rules.STEPS_IN_ORDER.figures([rules.STEPS_IN_ORDER.row(events, one)])
    bouts = rules.STEPS_IN_BOUTS.figures([rules.STEPS_IN_BOUTS.row(events, one)])
    literal = rules.STEPS_IN_WHOLE_TRIALS.figures([rules.STEPS_IN_WHOLE_TRIALS.row(events, one)])
    assert whole["predicted"] == len(truth) + 2
    assert literal == whole
    assert bouts["near_f1"] == 1.0
    assert (bouts["predicted"], bouts["f1"]) == (len(truth), 1.0)


def made_up(
    *, truth: np.ndarray[Any, Any], seconds: float, label: str = "x", kinds: tuple[str, ...] = ()
) -> Recording:
    time_s = np.arange(0.0, seconds, 0.01)
    rest = np.tile([0.0, 0.0, 1.0], (len(time_s), 1))
    return Recording(
        name="r", label=label, rate_hz=100.0, time_s=time_s, acc_g=rest, gyro_dps=None,
        truth=truth, kinds=kinds,
    )  # fmt: skip


def test_silence_counts_false_steps_and_movement_detected_together() -> None:
    nothing = np.empty((0, 2))
    schema = {name: EVENTS[name] for name in ("time_s", "steps", "running")}
    false = pl.DataFrame({"time_s": [3.0], "steps": [2.0], "running": [False]}, schema=schema)
    half = pl.DataFrame(
        {"time_s": np.arange(0.0, 30.5, 0.5), "steps": np.ones(61), "running": [True] * 61},
        schema=schema,
    )
    rule = silence.SILENCE
    rows = [
        rule.row(false, made_up(truth=nothing, seconds=30.0, label="sit-lie")),
        rule.row(half, made_up(truth=nothing, seconds=60.0, label="walk")),
    ]
    found = rule.figures(rows)
    assert found["false_min"] == pytest.approx(4.0)
    assert found["detected"] == pytest.approx(50.0)
    assert found["running"] == pytest.approx(100.0)
    assert rule.figures(rows[:1])["detected"] is None


def test_lost_samples_do_not_shorten_a_recording() -> None:
    whole = made_up(truth=np.empty((0, 2)), seconds=60.0)
    spoilt = lossy(whole, np.random.default_rng(0), loss=0.5, batch_s=0.1)
    assert spoilt.seconds == pytest.approx(whole.seconds, abs=0.5)


def test_five_sensors_in_one_table_are_five_recordings_and_a_new_task_is_one_entry() -> None:
    axes = {f"{place}_{axis}": np.zeros(600) for place in ("lfoot", "rfoot", "belly")
            for axis in "xyz"}  # fmt: skip
    table = pl.DataFrame({"rec": ["a"] * 600, "i": np.arange(600), **axes})
    events = pl.DataFrame({"rec": ["a"], "kind": ["Lunge"], "start_s": [5.0], "end_s": [7.0]})
    meta = pl.DataFrame({"rec": ["a"], "subj": ["1"], "fs": [10.0]})
    (one,), wrong = discover([given("s", table), given("e", events), given("m", meta)])
    assert wrong == []
    loaded = load_set(one)
    assert [r.placement for r in loaded.recordings] == [
        Placement.LEFT_FOOT,
        Placement.RIGHT_FOOT,
        Placement.WAIST,
    ]
    without = study.run([one])
    assert without.results == ()
    assert "Lunge" in without.problems[0]
    counted: list[Placement] = []

    def lunges(recording: Recording, placement: Placement) -> pl.DataFrame:
        counted.append(placement)
        return pl.DataFrame({"stride_s": [6.0]})

    task = Task(
        key="lunges", title="Lunges", kinds=frozenset({"lunge"}), rule=rules.STRIDES_IN_SWINGS,
        placement=Placement.WAIST, detect=lunges,
    )  # fmt: skip
    found = study.run([one], tasks=[task])
    assert found.problems == ()
    assert {row.figures["f1"] for row in found.results} == {1.0}
    assert set(counted) == {Placement.LEFT_FOOT, Placement.RIGHT_FOOT, Placement.WAIST}
    assert {row.set for row in found.results} == {"s, lfoot", "s, rfoot", "s, belly"}
    assert {row.part for row in found.results} == {"all", "person"}


def given(name: str, table: pl.DataFrame) -> Table:
    return Table(name=name, schema=table.schema, rows=lambda columns: table.select(columns))


HOSTILE = {
    "no instants of samples": ({"s": signals("a").drop("ax")}, "columns"),
    "text for numbers": ({"s": signals("a").with_columns(pl.lit("one").alias("az"))}, "az"),
    "text for a rate": ({"m": facts("a").with_columns(pl.lit("fast").alias("fs"))}, "fs"),
    "no rows": ({"s": signals("a").clear()}, "no rows"),
    "nothing but NaN": (
        {"s": signals("a").with_columns(pl.lit(float("nan")).alias("ax"))},
        "not one row",
    ),
    "a huge rate": ({"m": facts("a", rate_hz=1e12)}, "no rate of a sensor"),
    "a rate of zero": ({"m": facts("a", rate_hz=0.0)}, "no rate of a sensor"),
    "no rate": ({"m": facts("a", rate_hz=float("nan"))}, "no rate of a sensor"),
    "a rate that the method refuses": ({"m": facts("a", rate_hz=300.0)}, "outside"),
    "no meta at all": ({"m": pl.DataFrame({"x": [1]})}, "samples a second"),
    "events after the end": (
        {"e": swings("a").with_columns(pl.col("start_s", "end_s") + 1e6)},
        "lie outside",
    ),
    "events that end first": (
        {"e": swings("a").with_columns(pl.col("start_s").alias("end_s") - 1.0)},
        "end before they start",
    ),
    "an event without a time": (
        {"e": swings("a").with_columns(pl.lit(None, pl.Float64).alias("start_s"))},
        "no start or end",
    ),
    "infinite samples numbers": (
        {"s": signals("a").with_columns(pl.lit(float("inf")).alias("i"))},
        "holes",
    ),
    "names in lists": ({"s": signals("a").with_columns(pl.concat_list("rec"))}, "no names"),
    "names that are no text": ({"s": signals("a").with_columns(rec=b"\xff\xfe")}, "no names"),
    "years between two samples": (
        {"s": signals("a").with_columns(pl.col("i").cast(pl.Int64) * 10**12)},
        "Count i from 0",
    ),
    "events of no kind": (
        {"e": swings("a").with_columns(pl.lit(None, pl.String).alias("kind"))},
        "events without a kind",
    ),
    "nested columns": (
        {"s": signals("a").with_columns(pl.concat_list("ax").alias("ax"))},
        "not numbers",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_broken_set_costs_one_sentence_and_stops_no_other(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed, said = HOSTILE[name]
    tables = {"s": signals("a"), "e": swings("a"), "m": facts("a"), **changed}
    assert said in refused(capsys, write(tmp_path / "alone", **tables))
    good = {"gs": signals("g"), "ge": swings("g"), "gm": facts("g")}
    found = validated(capsys, write(tmp_path / "both", **tables, **good))
    assert {row["set"] for row in found["results"]} == {"gs"}
    about = [problem for problem in found["problems"] if said in problem]
    assert len(about) == 1
    assert figures(found)["as recorded"]["f1"] == 1.0


def test_values_beyond_all_sense_do_not_stop_the_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = signals("a").with_columns(pl.lit(1e300).alias("ax"), pl.lit(-1e300).alias("gz"))
    folder = write(tmp_path / "d", s=wild, e=swings("a"), m=facts("a"))
    code, _, err = legload(capsys, "validate", str(folder))
    assert code in (0, 1)
    assert "Traceback" not in err


def test_a_file_that_is_no_parquet_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a"), e=swings("a"), m=facts("a"))
    (folder / "torn.parquet").write_bytes(b"PAR1 and then nothing")
    code, out, _ = legload(capsys, "validate", str(folder), "--json")
    found = json.loads(out)
    (problem,) = found["problems"]
    assert problem.startswith("torn.parquet cannot be read")
    assert figures(found)["as recorded"]["f1"] == 1.0
    assert code == 1, "the rest is measured, but whoever asked must hear that a file was not"


def test_a_recording_that_nobody_annotated_is_said_to_be_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a"), m=facts("a"))
    assert "nobody annotated it" in refused(capsys, folder)


def test_acceleration_in_g_is_noticed_and_one_without_gravity_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    axes = ("ax", "ay", "az")
    in_g = signals("a").with_columns(pl.col(axes) / GRAVITY)
    (problem,) = validated(capsys, write(tmp_path / "g", s=in_g, e=swings("a"), m=facts("a")))[
        "problems"
    ]
    assert "looks like g, but the layout takes m/s2" in problem
    light = signals("a").with_columns(pl.col("az") - GRAVITY)
    folder = write(tmp_path / "light", s=light, e=swings("a"), m=facts("a"))
    assert validated(capsys, folder)["problems"] == []


def test_every_heading_says_where_the_sensor_is_taken_to_sit_and_unknown_words_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meta = facts("a").drop("foot").with_columns(place=pl.lit("hallux"))
    folder = write(tmp_path / "d", s=signals("a"), e=swings("a"), m=meta)
    code, out, err = legload(capsys, "validate", str(folder))
    assert code == 0
    assert "### s, taken as left-foot" in out
    assert "hallux is no place that is known" in err
    assert "left-shank" in err
    right = facts("a").drop("foot").with_columns(placement=pl.lit("Right shin"))
    found = validated(capsys, write(tmp_path / "d", s=signals("a"), e=swings("a"), m=right))
    assert {tuple(row["placements"]) for row in found["results"]} == {("right-shank",)}
    assert found["problems"] == []


def test_a_condition_that_does_not_apply_is_said_with_what_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(
        tmp_path / "d", s=signals("a", rate_hz=60.0), e=swings("a"), m=facts("a", rate_hz=60.0)
    )
    _, out, _ = legload(capsys, "validate", str(folder))
    assert "Without 50 Hz, which takes recordings of at least 75 samples a second." in out
    assert "Without 25 Hz" not in out


def test_the_page_starts_with_links_to_its_parts_and_with_what_was_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a"), e=swings("a"), m=facts("a"))
    _, out, _ = legload(capsys, "validate", str(folder))
    assert "Made by `legload validate FOLDER` with method" in out
    assert "- [Strides of one leg](#strides-of-one-leg)" in out
    assert "](accuracy.md)" not in out
    links = re.findall(r"^- \[(.*)\]\(#", out, re.MULTILINE)
    headings = re.findall(r"^## (.*)", out, re.MULTILINE)
    assert links == [heading for heading in headings if heading != "What was measured"]


def test_groups_in_which_nothing_was_found_share_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = pl.DataFrame({"rec": ["a", "b"], "label": ["walk", "car"], "fs": [100.0, 100.0]})
    folder = write(tmp_path / "d", s=signals("a", "b"), m=labels)
    _, out, _ = legload(capsys, "validate", str(folder))
    parts = out.partition("## Repetitions where nobody trains")[2].partition("\n## ")[0]
    assert re.search(r"Zero throughout: car \(1 recording, \d+ s\); walk \(1 rec", parts)
    assert "| car |" not in parts


def test_an_empty_or_missing_folder_fails_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert "could be measured" in refused(capsys, tmp_path / "empty")
    assert "is no folder" in refused(capsys, tmp_path / "missing")


def test_two_sets_that_share_names_of_recordings_keep_their_own_truth() -> None:
    tables = [
        given("one.signals", signals("a")),
        given("one.events", swings("a")),
        given("one.meta", facts("a")),
        given("two.signals", signals("a")),
        given("two.meta", facts("a")),
    ]
    sets, wrong = discover(tables)
    assert wrong == []
    assert [named(one) for one in sets] == [
        ("one", "one.meta", "one.events"),
        ("two", "two.meta", None),
    ]
    _, wrong = discover([*tables, given("whose", swings("a"))])
    assert "may belong to one.signals or two.signals" in wrong[0]


def named(one: RecordingSet) -> tuple[str, str | None, str | None]:
    return (
        one.name,
        one.meta.name if one.meta else None,
        one.events.name if one.events else None,
    )


@pytest.mark.data
@pytest.mark.skipif("LEGLOAD_DATA" not in os.environ, reason="LEGLOAD_DATA names no folder")
def test_the_study_of_the_real_recordings_is_the_page_in_the_documentation(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = os.environ["LEGLOAD_DATA"]
    code, _, err = legload(capsys, "validate", folder, "--out", str(tmp_path))
    assert code == 0, err
    made = (tmp_path / "validation.md").read_text(encoding="utf-8")
    kept = (Path(__file__).parent.parent / "docs" / "validation.md").read_text(encoding="utf-8")
    hint = "run: legload validate FOLDER --out docs"
    assert NUMBER.sub("#", made) == NUMBER.sub("#", kept), hint
    for new, old in zip(made.splitlines(), kept.splitlines(), strict=True):
        if new.startswith(tuple(f"| {title} |" for title in CONDITION_TITLES)):
            assert numbers(new) == pytest.approx(numbers(old), rel=0.01, abs=0.3), hint


def numbers(line: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(line)]
