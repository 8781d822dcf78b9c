"""The whole accuracy study: every set, under every condition, by the table of tasks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from analytics.errors import AnalyticsError
from analytics.frames import METHOD
from analytics.gait.steps import RATE_HZ, detect_steps
from analytics.validation import rules
from analytics.validation.recording import Recording
from analytics.validation.rules import Figures, Row, Rule
from analytics.validation.sets import load_set
from analytics.validation.spoiling import CONDITIONS
from analytics.validation.tables import RecordingSet
from devices.profile import Placement

Advance = Callable[[], None]

CLASS = "class"
"""The kind of truth that a set has whose recordings each have one `label`."""


def _steps_of(one: Recording, placement: Placement) -> pl.DataFrame:
    return detect_steps(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One kind of truth, what is held against it, and how.

    kinds: of event, in lower case, or `CLASS`; placement: where a set does not say, or says one
    that is not in `placements`; detect: a recording and its placement to a frame that `rule` reads;
    rate_hz: the rates that it accepts.
    """

    key: str
    title: str
    kinds: frozenset[str]
    rule: Rule
    placement: Placement
    detect: Callable[[Recording, Placement], pl.DataFrame] = _steps_of
    placements: frozenset[Placement] = frozenset(Placement)
    rate_hz: tuple[float, float] = RATE_HZ


LEGS = frozenset(place for place in Placement if place.leg)

TASKS = (
    Task(
        key="strides",
        title="Strides of one leg",
        kinds=frozenset({"swing", "stride"}),
        rule=rules.STRIDES_IN_SWINGS,
        placement=Placement.LEFT_FOOT,
        placements=LEGS,
    ),
    Task(
        key="steps",
        title="Steps felt at the trunk or in a pocket",
        kinds=frozenset({"foot_down", "step", "initial_contact", "initial_contact_in_wb"}),
        rule=rules.STEPS_IN_ORDER,
        placement=Placement.WAIST,
    ),
    Task(
        key="steps-in-bouts",
        title="Steps inside annotated walking bouts",
        kinds=frozenset({"initial_contact_in_wb"}),
        rule=rules.STEPS_IN_BOUTS,
        placement=Placement.WAIST,
    ),
    Task(
        key="silence",
        title="Silence, and movement detected",
        kinds=frozenset({CLASS}),
        rule=rules.CLASSES,
        placement=Placement.WAIST,
    ),
)
"""A new kind of truth is one entry here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Figures of some recordings of a set. part: all, group or person; name: which of them."""

    set: str
    task: str
    condition: str
    part: str
    name: str
    recordings: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was found; rules: text by task; problems: a sentence for each thing left out."""

    method: str
    rules: dict[str, str]
    results: tuple[Result, ...]
    problems: tuple[str, ...]


def run(
    sets: Sequence[RecordingSet],
    *,
    problems: Iterable[str] = (),
    tasks: Sequence[Task] = TASKS,
    progress: Callable[[int, int], None] | None = None,
) -> Study:
    """Score every set; one that cannot be used costs a sentence and stops no other."""
    total = sum(len(one.recs) for one in sets) * len(CONDITIONS)
    done = itertools.count(1)

    def advance() -> None:
        if progress is not None:
            progress(min(next(done), total), total)

    results: list[Result] = []
    said = list(problems)
    for one in sets:
        try:
            loaded = load_set(one)
            said += loaded.problems
            mine, wrong = _score_set(one.name, loaded.recordings, tasks, advance)
            results += mine
            said += wrong
        except AnalyticsError as error:
            said.append(str(error))
        except (pl.exceptions.PolarsError, ArithmeticError, LookupError, ValueError) as error:
            said.append(f"{one.name}: its tables cannot be used ({error}). Write them again.")
    return Study(
        method=METHOD,
        rules={task.key: task.rule.text for task in tasks},
        results=tuple(results),
        problems=tuple(said),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    task: str
    condition: str
    recording: Recording
    row: Row


def _score_set(
    name: str, recordings: Sequence[Recording], tasks: Sequence[Task], advance: Advance
) -> tuple[list[Result], list[str]]:
    """Results of one set, and what could not be scored."""
    scored: list[_Scored] = []
    failed: dict[str, list[str]] = {}
    for condition in CONDITIONS:
        for seed, one in enumerate(recordings):
            spoilt = condition.change(one, np.random.default_rng(seed))
            for found in () if spoilt is None else _score(spoilt, tasks):
                if isinstance(found, str):
                    failed.setdefault(found, []).append(one.name)
                else:
                    scored.append(replace(found, condition=condition.title))
            advance()
    wrong = [_not_scored(name, list(dict.fromkeys(recs)), why) for why, recs in failed.items()]
    if recordings and not scored and not failed:
        wrong.append(_no_truth(name, recordings))
    return list(_results(name, scored, tasks)), wrong


def _score(one: Recording, tasks: Sequence[Task]) -> Iterator[_Scored | str]:
    """What a recording adds to every task that has truth in it, or why it cannot."""
    for task in tasks:
        mine = _truth_for(task, one)
        if mine is None:
            continue
        try:
            yield _Scored(task=task.key, condition="", recording=one, row=_row(task, mine))
        except (AnalyticsError, ArithmeticError, LookupError, ValueError) as error:
            yield str(error)


def _not_scored(name: str, recs: Sequence[str], why: str) -> str:
    more = f" and {len(recs) - 3} more" if len(recs) > 3 else ""
    return f"{name}: not scored {', '.join(recs[:3])}{more}. {why}"


def _row(task: Task, one: Recording) -> Row:
    """What a recording adds; numbers too large to square are the recording's own fault."""
    placement = one.placement if one.placement in task.placements else None
    with np.errstate(over="ignore", invalid="ignore"):
        return task.rule.row(task.detect(one, placement or task.placement), one)


def _truth_for(task: Task, one: Recording) -> Recording | None:
    """The recording with the task's kinds of truth alone; None where it has none of them."""
    if not one.kinds:
        labelled = CLASS in task.kinds and one.label in rules.MOVING | rules.SILENT | {"stumble"}
        return one if labelled else None
    mine = [kind.lower() in task.kinds for kind in one.kinds]
    return replace(one, truth=one.truth[mine]) if any(mine) else None


def _no_truth(name: str, recordings: Sequence[Recording]) -> str:
    kinds = sorted({kind for one in recordings for kind in one.kinds})
    if kinds:
        return (
            f"{name}: not measured, because this version has nothing to hold against "
            f"{', '.join(kinds)}. A newer version may."
        )
    return (
        f"{name}: not measured, because nobody annotated it. "
        "Add a table of events, or a class in the column label of meta."
    )


def _results(name: str, scored: Sequence[_Scored], tasks: Sequence[Task]) -> Iterable[Result]:
    """Figures of all, of every group and of every person, by task and condition.

    Persons are numbered in the order of what the set calls them, which may be their names.
    """
    called = sorted({s.recording.subject for s in scored if s.recording.subject})
    numbers = {subject: str(number) for number, subject in enumerate(called, 1)}
    for task, condition in itertools.product(tasks, CONDITIONS):
        mine = [s for s in scored if (s.task, s.condition) == (task.key, condition.title)]
        parts: dict[tuple[str, str], list[Row]] = {}
        for one in mine:
            parts.setdefault(("all", ""), []).append(one.row)
            if one.recording.label != one.recording.name:
                parts.setdefault(("group", one.recording.label), []).append(one.row)
            if one.recording.subject:
                person = ("person", numbers[one.recording.subject])
                parts.setdefault(person, []).append(one.row)
        for (part, which), rows in parts.items():
            yield Result(
                set=name,
                task=task.key,
                condition=condition.title,
                part=part,
                name=which,
                recordings=len(rows),
                figures=task.rule.figures(rows),
            )
