"""A protocol: the targets, thresholds and weights that a week is scored against.

The file is the only place where they are written; a clinic can put its own in its stead.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from analytics.errors import AnalyticsError

Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Hour = Annotated[float, Meta(ge=0, le=24)]
Count = Annotated[int, Meta(ge=0, le=7)]
Points = Annotated[int, Meta(ge=0, le=100)]

FULL = 100
"""Points of a whole week."""


class ProtocolError(AnalyticsError):
    """A protocol file that cannot be used; the text names the file and the key."""


class _Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a key that is missing, unknown or out of range is an error."""


class DayRules(_Section, frozen=True, kw_only=True):
    """When a day is valid (h of waking wear) and when a valid day is unloaded."""

    valid_wear_h: Hour
    waking_from_h: Hour
    waking_to_h: Hour
    unloaded_lld: Positive
    unloaded_loaded_min: Positive


class WeekRules(_Section, frozen=True, kw_only=True):
    """Days that make a week complete, partial or excused."""

    complete_days: Count
    partial_days: Count
    excused_days: Count


class Intensity(_Section, frozen=True, kw_only=True):
    """Lower bounds of moderate and vigorous, by each measure, and of a loaded minute."""

    loaded_spm: Positive
    moderate_mets: Positive
    vigorous_mets: Positive
    moderate_spm: Positive
    vigorous_spm: Positive
    moderate_hr_max: Share
    vigorous_hr_max: Share
    moderate_hr_reserve: Share
    vigorous_hr_reserve: Share


class NoticeRules(_Section, frozen=True, kw_only=True):
    """When a notice is raised; unloaded_days are the three rungs of the ladder."""

    unloaded_days: Annotated[tuple[int, ...], Meta(min_length=3, max_length=3)]
    low_battery_percent: Annotated[float, Meta(ge=0, le=100)]
    low_coverage: Share


class StrengthRules(_Section, frozen=True, kw_only=True):
    """What makes a strength day: so many repetitions, or so many different leg exercises."""

    repetitions: Annotated[int, Meta(ge=1, le=1000)]
    exercises: Annotated[int, Meta(ge=1, le=20)]


class SymmetryRules(_Section, frozen=True, kw_only=True):
    """Clear strides of each leg that a day needs, and from when left and right are worth a look."""

    strides: Positive
    look_percent: Positive
    look_days: Count


class BaselineRules(_Section, frozen=True, kw_only=True):
    """Weeks before this one that make the person's own baseline, at least partly valid each."""

    least_weeks: Annotated[int, Meta(ge=1, le=4)]


class Target(_Section, frozen=True, kw_only=True):
    """One line of the scorecard: the target, the points, and what its credit function needs.

    target_60: the target from 60 years, or where age is unknown, if it is another one.
    """

    target: Annotated[float, Meta(ge=0)]
    target_60: Positive | None = None
    points: Points
    points_65: Points
    shown: float | None = None
    floor: float | None = None
    steps: tuple[Share, ...] = ()


class Targets(_Section, frozen=True, kw_only=True):
    """The eight lines of the scorecard, by key."""

    aerobic_min: Target
    strength_days: Target
    lld: Target
    loaded_min: Target
    peak30_spm: Target
    unloaded_run_days: Target
    lld_days: Target
    balance_days: Target


class Protocol(_Section, frozen=True, kw_only=True):
    """A whole protocol file."""

    key: str
    version: str
    title: str
    days: DayRules
    week: WeekRules
    intensity: Intensity
    notices: NoticeRules
    strength: StrengthRules
    symmetry: SymmetryRules
    baseline: BaselineRules
    components: Targets

    @property
    def name(self) -> str:
        """Key and version, as reports print it."""
        return f"{self.key} {self.version}"

    def target_of(self, key: str) -> Target:
        """The target of a component by its key."""
        target: Target = getattr(self.components, key)
        return target

    def target(self, key: str, age: int | None) -> float:
        """Target of a component at an age; an unknown age counts as 60 or more."""
        target = self.target_of(key)
        older = age is None or age >= 60
        return target.target_60 if older and target.target_60 else target.target

    def points(self, key: str, age: int | None) -> int:
        """Most points a component can earn at an age; an unknown age counts as under 65."""
        target = self.target_of(key)
        return target.points_65 if age is not None and age >= 65 else target.points


def load_protocol(path: Path) -> Protocol:
    """Read and check a protocol file.

    Raises:
        ProtocolError: it cannot be read, is not TOML, or a key is missing, unknown or wrong.
    """
    try:
        protocol = msgspec.toml.decode(path.read_bytes(), type=Protocol)
    except OSError as error:
        raise ProtocolError(
            f"Could not read the protocol {path.name}: {error.strerror or error}.",
            "Check the path and its permissions.",
        ) from error
    except msgspec.ValidationError as error:
        raise _wrong(path, str(error)) from error
    except (msgspec.DecodeError, ValueError) as error:
        raise _wrong(path, f"it is not valid TOML ({error})") from error
    _check(path, protocol)
    return protocol


@functools.cache
def default_protocol() -> Protocol:
    """The protocol that comes with the program."""
    return load_protocol(Path(__file__).with_name("protocols") / "default.toml")


def _wrong(path: Path, what: str) -> ProtocolError:
    return ProtocolError(
        f"The protocol {path.name} cannot be used: {what.replace(' - at `$.', ', key `')}.",
        "Correct that key, or compare it with analytics/protocols/default.toml.",
    )


def _check(path: Path, protocol: Protocol) -> None:
    """What types cannot say: columns of points add up, thresholds are in order."""
    targets = [protocol.target_of(key) for key in Targets.__struct_fields__]
    for column in ("points", "points_65"):
        total = sum(getattr(target, column) for target in targets)
        if total != FULL:
            raise _wrong(path, f"`components.*.{column}` adds up to {total}, not {FULL}")
    if protocol.days.waking_from_h >= protocol.days.waking_to_h:
        raise _wrong(path, "`days.waking_from_h` is not before `days.waking_to_h`")
    rungs = protocol.notices.unloaded_days
    if list(rungs) != sorted(set(rungs)) or rungs[0] < 1:
        raise _wrong(path, "`notices.unloaded_days` does not rise from 1 or more")
    for key in ("aerobic_min", "loaded_min", "lld", "lld_days", "strength_days", "balance_days"):
        if protocol.target_of(key).target == 0:
            raise _wrong(path, f"`components.{key}.target` is 0")
    _check_shapes(path, protocol.components)


def _check_shapes(path: Path, targets: Targets) -> None:
    floor = targets.peak30_spm.floor
    if floor is None or floor >= targets.peak30_spm.target:
        raise _wrong(path, "`components.peak30_spm.floor` is missing or not below its target")
    if targets.lld_days.floor is None:
        raise _wrong(path, "`components.lld_days.floor` is missing")
    steps = targets.unloaded_run_days.steps
    if not steps or list(steps) != sorted(steps, reverse=True):
        raise _wrong(path, "`components.unloaded_run_days.steps` is missing or rises")
