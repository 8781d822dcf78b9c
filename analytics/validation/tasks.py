"""The table of tasks: each kind of truth, what is held against it, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from analytics.exercise import kinds
from analytics.exercise.repetitions import detect_repetitions
from analytics.gait.stances import find_stances
from analytics.gait.steps import detect_steps
from analytics.validation import contacts, repetitions, rules, silence
from analytics.validation.recording import Recording
from analytics.validation.rules import Rule
from devices.profile import Placement

CLASS = "class"
"""The kind of truth that a set has whose recordings each have one `label`."""

LEGS = frozenset(place for place in Placement if place.leg)
STEP_KINDS = frozenset({"foot_down", "step", "initial_contact"})
IN_BOUTS = frozenset(f"{kind}_in_wb" for kind in STEP_KINDS)
"""Annotated only inside walking bouts (`_in_wb`)."""


def _steps(one: Recording, placement: Placement) -> pl.DataFrame:
    return detect_steps(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
    )


def _stances(one: Recording, placement: Placement) -> pl.DataFrame:
    """Its `stride_s` are the events of detect_steps, so strides and contacts are found at once."""
    return find_stances(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
    )


def _repetitions(one: Recording, placement: Placement) -> pl.DataFrame:
    return detect_repetitions(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=placement
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One kind of truth, what is held against it, and how.

    kinds: of event, in lower case, or `CLASS`; placement: where a set does not say, or says one
    that is not in `placements`; instead: where another is taken than the one said; detect: a
    recording with all its truth and its placement to a frame that `rule` reads; tasks that share it
    share what it finds.
    """

    key: str
    title: str
    kinds: frozenset[str]
    rule: Rule[Any]
    placement: Placement
    detect: Callable[[Recording, Placement], pl.DataFrame] = _steps
    placements: frozenset[Placement] = frozenset(Placement)
    instead: Mapping[Placement, Placement] = field(default_factory=dict)

    def place(self, one: Recording) -> Placement:
        """Where a recording's sensor is taken to sit."""
        said = one.placement if one.placement in self.placements else None
        return self.instead.get(said, said) if said else self.placement


def _exercise(name: str, title: str) -> Task:
    words = {word for word, known in repetitions.EXERCISES.items() if known == name}
    return Task(
        key=title.lower(),
        title=title,
        kinds=frozenset({*words, name}),
        rule=repetitions.rule_of(name),
        placement=Placement.WAIST,
        detect=repetitions.count_repetitions,
        instead=repetitions.ABOVE,
    )


TASKS = (
    Task(
        key="strides",
        title="Strides of one leg",
        kinds=frozenset({"swing", "stride"}),
        rule=rules.STRIDES_IN_SWINGS,
        placement=Placement.LEFT_FOOT,
        placements=LEGS,
        detect=_stances,
    ),
    Task(
        key="contacts",
        title="Contacts of one foot with the ground",
        kinds=frozenset({"swing"}),
        rule=contacts.CONTACTS,
        placement=Placement.LEFT_FOOT,
        placements=LEGS,
        detect=_stances,
    ),
    Task(
        key="steps",
        title="Steps felt at the trunk or in a pocket",
        kinds=STEP_KINDS,
        rule=rules.STEPS_IN_ORDER,
        placement=Placement.WAIST,
    ),
    Task(
        key="steps-in-bouts",
        title="Steps inside annotated walking bouts",
        kinds=IN_BOUTS,
        rule=rules.STEPS_IN_BOUTS,
        placement=Placement.WAIST,
    ),
    Task(
        key="steps-whole-trial",
        title="Whole trials whose truth covers only walking bouts",
        kinds=IN_BOUTS,
        rule=rules.STEPS_IN_WHOLE_TRIALS,
        placement=Placement.WAIST,
    ),
    Task(
        key="silence",
        title="Silence, and movement detected",
        kinds=frozenset({CLASS}),
        rule=silence.SILENCE,
        placement=Placement.WAIST,
    ),
    _exercise(kinds.SQUAT, "Squats"),
    _exercise(kinds.SIT_UP, "Sit-ups"),
    _exercise(kinds.BURPEE, "Burpees"),
    Task(
        key="no-exercise",
        title="Repetitions where nobody trains",
        kinds=STEP_KINDS | IN_BOUTS | {CLASS},
        rule=silence.NO_EXERCISE,
        placement=Placement.WAIST,
        detect=_repetitions,
    ),
)
"""A new kind of truth is one entry here."""
