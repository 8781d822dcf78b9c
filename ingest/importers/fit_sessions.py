"""Which sport a FIT activity was when, and for how long its records say nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.profile import Floats, Int64s
from ingest.importers.fit_profile import (
    TIMER,
    TIMER_START,
    TIMER_STOPS,
    Event,
    Lap,
    Message,
    Session,
    Sport,
    Use,
    use_of,
)
from ingest.importers.fit_table import Content, NotFitError, Table
from ingest.importers.taking import LONGEST_HOLD_S

HELD_S = 5.0
"""Longest that a sample holds until the next: `BRIDGED_S` of `analytics.held`."""

ALONE_S = 1.0
"""What a sample speaks for where none follows in time: `ALONE_S` there."""

MOST_CHANGES = 100
"""Changes of sport in an activity; a swim-run has some fifty (design)."""


@dataclass(frozen=True, slots=True)
class Sports:
    """What was done from when on: FIT seconds, ascending; what comes earlier is of the first."""

    start_s: Floats
    uses: tuple[Use, ...]

    def of(self, time_s: Floats) -> Int64s:
        """Which of `uses` each instant belongs to."""
        return np.maximum(np.searchsorted(self.start_s, time_s, side="right") - 1, 0)


def sports_of(content: Content) -> Sports:
    """The sports of an activity: as its sessions say, else what was written at their start, else
    its laps; where nothing says so, one that is not known.

    Raises:
        NotFitError: more changes than any activity has.
    """
    sessions = content.table(Message.SESSION)
    if len(sessions):
        begun = sessions.time_s - sessions.value(Session.ELAPSED) / 1000.0
        said = sessions.value(Session.START)
        start = np.where(np.isnan(said), begun, said)
        return _sports(sessions, start, Session.SPORT, Session.SUB_SPORT)
    sports = content.table(Message.SPORT)
    if len(sports):
        return _sports(sports, content.time_before(sports.at), Sport.SPORT, Sport.SUB_SPORT)
    laps = content.table(Message.LAP)
    if len(laps):
        return _sports(laps, laps.value(Lap.START), Lap.SPORT, Lap.SUB_SPORT)
    return Sports(np.array([-np.inf]), (use_of(None, None),))


def holds_s(content: Content, time_s: Floats) -> Floats:
    """How long what each record says holds until the next, s, where that is more than 5 s away and
    the clock of the activity ran all the while; NaN elsewhere.

    time_s: of the records, FIT seconds. A watch that leaves out what changes little ("smart
    recording") writes them so.
    """
    instants, which = np.unique(time_s, return_inverse=True)
    if len(instants) < 2:
        return np.full(len(time_s), np.nan)
    gap_s = np.diff(instants)
    ran = np.diff(_ran_s(content, instants))
    holds = np.where((gap_s > HELD_S) & (ran >= gap_s - ALONE_S), gap_s, np.nan)
    return np.append(holds, np.nan)[which]


def unsaid_s(content: Content, time_s: Floats) -> float:
    """For how many seconds nothing is known although the clock of the activity ran: a record holds
    for a minute at most, and for 1 s where the clock was stopped before the next."""
    instants = np.unique(time_s)
    if len(instants) < 2:
        return 0.0
    ran, far = np.diff(_ran_s(content, instants)), np.diff(instants) > HELD_S
    held = np.nan_to_num(holds_s(content, instants)[:-1], nan=ALONE_S)
    return float(np.maximum(ran - np.minimum(held, LONGEST_HOLD_S), 0.0)[far].sum())


def _ran_s(content: Content, instants: Floats) -> Floats:
    """How long the clock of the activity ran up to each instant, s."""
    events = content.table(Message.EVENT)
    kind = events.value(Event.TYPE)
    turns = (events.value(Event.EVENT) == TIMER) & np.isin(kind, (TIMER_START, *TIMER_STOPS))
    turns &= ~np.isnan(events.time_s)
    order = np.argsort(events.time_s[turns], kind="stable")
    at = np.concatenate([[-np.inf], events.time_s[turns][order], [np.inf]])
    on = np.concatenate([[True], kind[turns][order] == TIMER_START])
    at = np.clip(at, instants[0], instants[-1])
    total = np.concatenate([[0.0], np.cumsum(np.diff(at) * on)])
    ran: Floats = np.interp(instants, at, total)
    return ran


def _sports(table: Table, start_s: Floats, sport: int, sub_sport: int) -> Sports:
    start_s = np.where(np.isnan(start_s), -np.inf, start_s)
    order = np.argsort(start_s, kind="stable")
    said = (table.value(sport)[order].tolist(), table.value(sub_sport)[order].tolist())
    uses = [use_of(_known(one), _known(other)) for one, other in zip(*said, strict=True)]
    begun = [n for n, use in enumerate(uses) if n == 0 or use != uses[n - 1]]
    if len(begun) > MOST_CHANGES:
        raise NotFitError
    return Sports(start_s[order][begun], tuple(uses[n] for n in begun))


def _known(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
