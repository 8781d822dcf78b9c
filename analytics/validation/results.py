"""What scored recordings come to: of all, of every group and of every person."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.validation.recording import Recording
from analytics.validation.rules import Figures
from analytics.validation.spoiling import CONDITIONS
from analytics.validation.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Figures of some recordings of a set. part: all, group or person; name: which of them;
    placements: where their sensors were taken to sit."""

    set: str
    task: str
    condition: str
    part: str
    name: str
    placements: tuple[str, ...]
    recordings: int
    seconds: float
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What one recording adds to a task under a condition; row: as the rule of the task has it;
    placement: where its sensor was taken to sit."""

    task: str
    condition: str
    recording: Recording
    placement: str
    row: Any


def results_of(name: str, scored: Sequence[Scored], tasks: Sequence[Task]) -> Iterator[Result]:
    """Figures of all, of every group and of every person, by task and condition.

    Persons are numbered in the order of what the set calls them, which may be their names: no name
    goes on.
    """
    called = sorted({s.recording.subject for s in scored if s.recording.subject})
    numbers = {subject: str(number) for number, subject in enumerate(called, 1)}
    for task, condition in itertools.product(tasks, CONDITIONS):
        mine = [s for s in scored if (s.task, s.condition) == (task.key, condition.title)]
        parts: dict[tuple[str, str], list[Scored]] = {}
        for one in mine:
            parts.setdefault(("all", ""), []).append(one)
            if one.recording.label != one.recording.name:
                parts.setdefault(("group", one.recording.label), []).append(one)
            if one.recording.subject:
                person = ("person", numbers[one.recording.subject])
                parts.setdefault(person, []).append(one)
        for (part, which), ones in parts.items():
            yield Result(
                set=name,
                task=task.key,
                condition=condition.title,
                part=part,
                name=which,
                placements=tuple(sorted({one.placement for one in ones})),
                recordings=len(ones),
                seconds=sum(one.recording.seconds for one in ones),
                figures=task.rule.figures([one.row for one in ones]),
            )
