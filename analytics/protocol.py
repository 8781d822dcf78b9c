"""A protocol: the targets, thresholds and weights that a week is scored against.

The file is the only place where they are written; a clinic can put its own in its stead.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from analytics.errors import AnalyticsError
from language.spoken import _

Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Hour = Annotated[float, Meta(ge=0, le=24)]
Count = Annotated[int, Meta(ge=1, le=7)]
Points = Annotated[int, Meta(ge=0, le=100)]

FULL = 100
"""Points of a whole week."""

WEEK_DAYS = 7

LONGEST_NAME = 40
"""Letters of a key or a version (design): both stand in every report."""


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
    shown: Positive | None = None
    floor: Annotated[float, Meta(ge=0)] | None = None
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
            _(
                "Could not read the protocol {name}: {problem}.",
                name=path.name,
                problem=error.strerror or error,
            ),
            _("Check the path and its permissions."),
        ) from error
    except msgspec.ValidationError as error:
        raise _wrong(path, str(error)) from error
    except (msgspec.DecodeError, ValueError) as error:
        raise _wrong(path, _("it is not valid TOML ({problem})", problem=error)) from error
    except RecursionError as error:
        raise _wrong(path, _("its lists or tables are nested too deeply")) from error
    for fault in _faults(protocol):
        raise _wrong(path, fault)
    return protocol


@functools.cache
def default_protocol() -> Protocol:
    """The protocol that comes with the program."""
    return load_protocol(Path(__file__).with_name("protocols") / "default.toml")


def shipped_texts() -> tuple[str, ...]:
    """What a person reads of the target set that comes with the program, in English: the messages
    that a catalogue needs beside those in the code. Shown through `said`."""
    return (default_protocol().title,)


def said(protocol: Protocol) -> str:
    """The title of a target set: a shipped one in the language spoken now, others as written."""
    shipped = protocol.title in shipped_texts()
    return _(protocol.title) if shipped else protocol.title


def _wrong(path: Path, what: str) -> ProtocolError:
    return ProtocolError(
        _(
            "The protocol {name} cannot be used: {problem}.",
            name=path.name,
            problem=what.replace(" - at `$.", ", key `"),
        ),
        _("Correct that key, or compare it with analytics/protocols/default.toml."),
    )


def _faults(protocol: Protocol) -> Iterator[str]:
    """What types cannot say: names, numbers, columns of points, and thresholds in order."""
    for name in ("key", "version"):
        text = getattr(protocol, name)
        if not (text.strip() and text.isprintable() and len(text) <= LONGEST_NAME):
            yield _(
                "{key} is not one line of 1 to {most} printable letters",
                key=f"`{name}`",
                most=LONGEST_NAME,
            )
    if not (protocol.title.strip() and protocol.title.isprintable()):
        yield _("{key} is not one printable line", key="`title`")
    yield from _endless(msgspec.to_builtins(protocol), "")
    yield from _wrong_order(protocol)
    yield from _wrong_points(protocol)
    yield from _wrong_targets(protocol.components)


def _endless(value: object, key: str) -> Iterator[str]:
    """TOML knows `inf` and `nan`; no rule does."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _endless(inner, f"{key}.{name}".lstrip("."))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _endless(inner, key)
    elif isinstance(value, float) and not math.isfinite(value):
        yield _("{key} is not a finite number", key=f"`{key}`")


def _wrong_order(protocol: Protocol) -> Iterator[str]:
    days, week, rungs = protocol.days, protocol.week, protocol.notices.unloaded_days
    if days.waking_from_h >= days.waking_to_h:
        yield _("`days.waking_from_h` is not before `days.waking_to_h`")
    if not 0 < days.valid_wear_h <= days.waking_to_h - days.waking_from_h:
        yield _("`days.valid_wear_h` is 0 or more than the waking hours")
    if week.partial_days > week.complete_days:
        yield _("`week.partial_days` is more than `week.complete_days`")
    if list(rungs) != sorted(set(rungs)) or rungs[0] < 1:
        yield _("`notices.unloaded_days` does not rise from 1 or more")
    for kind in ("mets", "spm", "hr_max", "hr_reserve"):
        low, high = (
            getattr(protocol.intensity, f"{word}_{kind}") for word in ("moderate", "vigorous")
        )
        if low >= high:
            yield _(
                "`intensity.moderate_{kind}` is not below `intensity.vigorous_{kind}`", kind=kind
            )


def _wrong_points(protocol: Protocol) -> Iterator[str]:
    targets = [protocol.target_of(key) for key in Targets.__struct_fields__]
    for column in ("points", "points_65"):
        total = sum(getattr(target, column) for target in targets)
        if total != FULL:
            yield _(
                "`components.*.{column}` adds up to {total}, not {full}",
                column=column,
                total=total,
                full=FULL,
            )
    if protocol.components.balance_days.points:
        yield _("`components.balance_days.points` is not 0: balance counts from 65 only")


def _wrong_targets(targets: Targets) -> Iterator[str]:
    for key in ("aerobic_min", "loaded_min", "lld", "lld_days", "strength_days", "balance_days"):
        if getattr(targets, key).target == 0:
            yield _("`components.{key}.target` is 0", key=key)
    for key in ("strength_days", "unloaded_run_days", "lld_days", "balance_days"):
        target = getattr(targets, key)
        if max(target.target, target.target_60 or 0.0) > WEEK_DAYS:
            yield _("`components.{key}.target` is more than {days} days", key=key, days=WEEK_DAYS)
    peak, days = targets.peak30_spm, targets.lld_days.floor
    if peak.floor is None or peak.floor >= min(peak.target, peak.target_60 or peak.target):
        yield _("`components.peak30_spm.floor` is missing or not below its target")
    if days is None or not 0 < days <= 1:
        yield _("`components.lld_days.floor` is missing or not a share above 0")
    steps = targets.unloaded_run_days.steps
    if not steps or list(steps) != sorted(steps, reverse=True):
        yield _("`components.unloaded_run_days.steps` is missing or rises")
