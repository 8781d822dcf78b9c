"""The whole accuracy study: every set, under every condition, by the table of tasks."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
import scipy

from analytics.errors import AnalyticsError
from analytics.frames import METHOD
from analytics.validation.recording import Recording
from analytics.validation.results import Result, Scored, results_of
from analytics.validation.sets import load_set
from analytics.validation.silence import CLASSES
from analytics.validation.spoiling import CONDITIONS
from analytics.validation.tables import RecordingSet, places
from analytics.validation.tasks import CLASS, TASKS, Task

Advance = Callable[[], None]

UNUSABLE = (pl.exceptions.PolarsError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a table of a wrong type or with absurd values may raise before it is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was read of a set: recordings that can be scored, persons known, and seconds."""

    set: str
    recordings: int
    persons: int | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What was found; versions: of what computed it; rules, tolerances: texts by task; problems: a
    sentence for each thing left out."""

    method: str
    versions: dict[str, str]
    rules: dict[str, str]
    tolerances: dict[str, str]
    sets: tuple[Measured, ...]
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
    total = sum(len(one.recs) * max(1, len(places(one.signals.schema))) for one in sets)
    total *= len(CONDITIONS)
    done = itertools.count(1)

    def advance() -> None:
        if progress is not None:
            progress(min(next(done), total), total)

    results: list[Result] = []
    measured: list[Measured] = []
    said = list(problems)
    for one in sets:
        try:
            loaded = load_set(one)
            said += loaded.problems
            for name, recordings in _by_place(one.name, loaded.recordings):
                mine, wrong = _score_set(name, recordings, tasks, advance)
                results += mine
                said += wrong
                measured += [_measured(name, recordings)] if mine else []
        except AnalyticsError as error:
            said.append(str(error))
        except UNUSABLE as error:
            said.append(
                f"{one.name}: its tables cannot be used ({_first_line(error)}). Write them again."
            )
    return Study(
        method=METHOD,
        versions=versions(),
        rules={task.key: task.rule.text for task in tasks},
        tolerances={task.key: task.rule.tolerance for task in tasks},
        sets=tuple(measured),
        results=tuple(results),
        problems=tuple(said),
    )


def versions() -> dict[str, str]:
    """Of Python and of the libraries that the figures come from."""
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "SciPy": scipy.__version__,
        "Polars": pl.__version__,
    }


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _by_place(
    name: str, recordings: Sequence[Recording]
) -> Iterator[tuple[str, tuple[Recording, ...]]]:
    """A set with several sensors in one table is scored sensor by sensor: they sit elsewhere."""
    for place in dict.fromkeys(one.place for one in recordings):
        mine = tuple(one for one in recordings if one.place == place)
        yield f"{name}, {place}" if place else name, mine


def _measured(name: str, recordings: Sequence[Recording]) -> Measured:
    return Measured(
        set=name,
        recordings=len(recordings),
        persons=len({one.subject for one in recordings if one.subject}) or None,
        seconds=sum(one.seconds for one in recordings),
    )


def _score_set(
    name: str, recordings: Sequence[Recording], tasks: Sequence[Task], advance: Advance
) -> tuple[list[Result], list[str]]:
    """Results of one set, and what could not be scored."""
    scored: list[Scored] = []
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
    return list(results_of(name, scored, tasks)), wrong


def _score(one: Recording, tasks: Sequence[Task]) -> Iterator[Scored | str]:
    """What a recording adds to every task that has truth in it, or why it cannot.

    Numbers too large to square are the recording's own fault.
    """
    found: dict[Any, pl.DataFrame] = {}
    for task in tasks:
        mine = _truth_for(task, one)
        if mine is None:
            continue
        placement = task.place(one)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                if (task.detect, placement) not in found:
                    found[task.detect, placement] = task.detect(one, placement)
                row = task.rule.row(found[task.detect, placement], mine)
            yield Scored(task=task.key, condition="", recording=mine, placement=placement, row=row)
        except AnalyticsError as error:
            yield str(error)
        except UNUSABLE as error:
            yield f"Its values cannot be used ({_first_line(error)})."


def _not_scored(name: str, recs: Sequence[str], why: str) -> str:
    more = f" and {len(recs) - 3} more" if len(recs) > 3 else ""
    return f"{name}: not scored {', '.join(recs[:3])}{more}. {why}"


def _truth_for(task: Task, one: Recording) -> Recording | None:
    """The recording with the task's kinds of truth alone; None where it has none of them."""
    if not one.kinds:
        return one if CLASS in task.kinds and one.label in CLASSES else None
    mine = [kind.lower() in task.kinds for kind in one.kinds]
    kinds = tuple(itertools.compress(one.kinds, mine))
    return replace(one, truth=one.truth[mine], kinds=kinds) if kinds else None


def _no_truth(name: str, recordings: Sequence[Recording]) -> str:
    kinds = sorted({kind for one in recordings for kind in one.kinds})
    if kinds:
        return (
            f"{name}: not measured, because this version has nothing to hold against "
            f"{', '.join(kind or 'events without a kind' for kind in kinds)}."
        )
    return (
        f"{name}: not measured, because nobody annotated it. "
        "Add a table of events, or a class in the column label of meta."
    )
