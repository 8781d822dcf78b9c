"""Days and weeks a second time, in plain Python: status, components, points.

Written from the definition, as `reference_dose` is; nothing here may import analytics. Where the
definition leaves a choice open, the comment says which one is taken here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.reference_dose import daily_credit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDay:
    """What is known of one local day; None is unknown, and valid says that wear was enough."""

    valid: bool = False
    excused: bool = False
    recorded: bool = True
    dose: float | None = None
    dose_at_least: bool = False
    loaded_min: float | None = None
    moderate_min: float | None = None
    vigorous_min: float | None = None
    peak30_spm: float | None = None
    repetitions: float = 0
    exercises: float = 0
    confirmed: bool | None = None
    balance: bool = False

    @property
    def strength(self) -> bool:
        if self.confirmed is not None:
            return self.confirmed
        return self.exercises >= 2 or self.repetitions >= 30

    @property
    def unloaded(self) -> bool | None:
        """Fewer than 1,500 step-eq and 10 loaded minutes and no set or confirmed strength day, on a
        valid day on which no load is of unknown size."""
        if not self.valid or self.excused:
            return None
        little = (self.dose or 0.0) < 1500 and (self.loaded_min or 0.0) < 10
        idle = little and not self.repetitions and not self.confirmed
        return None if idle and self.dose_at_least else idle


@dataclass(frozen=True, slots=True)
class ReferenceComponent:
    """One line; credit None is not measured."""

    value: float | None
    credit: float | None


NOT_MEASURED = ReferenceComponent(None, None)
POINTS_UNDER_65 = {
    "aerobic_min": 25,
    "strength_days": 20,
    "lld": 20,
    "loaded_min": 10,
    "peak30_spm": 10,
    "unloaded_run_days": 10,
    "lld_days": 5,
}
POINTS_FROM_65 = POINTS_UNDER_65 | {
    "aerobic_min": 20,
    "peak30_spm": 5,
    "unloaded_run_days": 5,
    "balance_days": 15,
}
RUN_CREDITS = (1.0, 0.8, 0.5, 0.25, 0.0)


def status(days: Sequence[ReferenceDay], *, current: bool = False) -> str:
    if sum(day.excused for day in days) >= 4:
        return "excused"
    if not any(day.recorded for day in days):
        return "no data"
    if current:
        return "so far"
    valid = sum(day.valid and not day.excused for day in days)
    return "complete" if valid == 7 else "partial" if valid >= 4 else "at least"


def lower_bound(days: Sequence[ReferenceDay], *, today: int | None = None) -> bool:
    """Whether fewer days are valid than means need: 4, or so many as have finished, and 1.

    today: index of the day that has not finished (a choice: it enters no mean).
    """
    finished = [day for day in days[:today] if not day.excused]
    enough = 4 if today is None else max(1, min(4, len(finished)))
    return sum(day.valid for day in finished) < enough


def _mean(values: Sequence[float], out_of: int) -> float | None:
    return sum(values) / out_of if values else None


def _scored(value: float | None, credit: float | None) -> ReferenceComponent:
    return NOT_MEASURED if value is None else ReferenceComponent(value, credit)


def _aerobic(days: Sequence[ReferenceDay]) -> ReferenceComponent:
    """A total of the week; on excused days, too (a choice: a total is no mean)."""
    known = [day for day in days if day.moderate_min is not None or day.vigorous_min is not None]
    total = sum((day.moderate_min or 0) + 2 * (day.vigorous_min or 0) for day in known)
    return ReferenceComponent(total, min(1, total / 150)) if known else NOT_MEASURED


def _counted(done: int, target: int, *, known: bool) -> ReferenceComponent:
    """Days on which something was done; of a total, so excused days count as they are."""
    return ReferenceComponent(done, min(1, done / target)) if known else NOT_MEASURED


def longest_run(days: Sequence[ReferenceDay]) -> int:
    """Most consecutive unloaded days; any other day ends a run."""
    longest = run = 0
    for day in days:
        run = run + 1 if day.unloaded else 0
        longest = max(longest, run)
    return longest


def components(
    days: Sequence[ReferenceDay],
    age: int | None,
    *,
    today: int | None = None,
    logs_strength: bool = False,
    logs_balance: bool = False,
) -> dict[str, ReferenceComponent]:
    """All components of seven days; today: the index of the one that has not finished.

    In a lower bound what was recorded stands over every day that is not excused, and loaded
    minutes and the longest unloaded run are not measured.
    """
    bound = lower_bound(days, today=today)
    open_days = [day for day in days if not day.excused]
    over = open_days if bound else [day for day in days[:today] if day.valid and not day.excused]
    doses = [day.dose for day in over if day.dose is not None]
    shares = [daily_credit(dose, age) for dose in doses]
    of_doses = len(open_days) if bound else len(doses)
    half = sum(share >= 0.5 for share in shares)
    peaks = [day.peak30_spm for day in over if day.peak30_spm is not None]
    peak = _mean(peaks, len(open_days) if bound else len(peaks))
    minutes = [] if bound else [day.loaded_min for day in over if day.loaded_min is not None]
    run = longest_run([] if bound else days[:today])
    begun = [day for day in (days if today is None else days[: today + 1]) if not day.excused]
    logged = any(day.repetitions or day.confirmed is not None for day in days) or logs_strength
    strong = sum(day.strength for day in days)
    steady = sum(day.balance for day in days)
    found = {
        "aerobic_min": _aerobic(days),
        "strength_days": _counted(strong, 2, known=bool(strong or (begun and logged))),
        "lld": _scored(_mean(doses, of_doses), _mean(shares, of_doses)),
        "loaded_min": _scored(
            _mean(minutes, len(minutes)), _mean([min(1.0, x / 60) for x in minutes], len(minutes))
        ),
        "peak30_spm": _scored(peak, peak and min(1.0, max(0.0, (peak - 60) / 40))),
        "unloaded_run_days": ReferenceComponent(run, RUN_CREDITS[min(run, 4)]),
        "lld_days": _scored(half if doses else None, min(1.0, half / max(of_doses, 1) * 7 / 5)),
        "balance_days": _counted(steady, 3, known=bool(steady or (begun and logs_balance))),
    }
    if bound or all(day.unloaded is None for day in over):
        found["unloaded_run_days"] = NOT_MEASURED
    if age is None or age < 65:
        found["balance_days"] = NOT_MEASURED
    return found


def points(found: dict[str, ReferenceComponent], age: int | None) -> tuple[float, int]:
    """Points reached, and points that could be measured."""
    table = POINTS_FROM_65 if age is not None and age >= 65 else POINTS_UNDER_65
    measured = {key: one.credit for key, one in found.items() if one.credit is not None}
    reached = sum(table[key] * credit for key, credit in measured.items())
    return reached, sum(table[key] for key in measured)
