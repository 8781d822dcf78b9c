"""Peak force of one loading cycle on one leg, in body weights (BW), case by case.

A proxy of the force under the foot, not of the load in any tissue. Never derived from peak
acceleration: tibial shock does not follow tibial load (Matijevich 2019, r = -0.29).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from analytics.expressions import Number, as_expr
from language.spoken import mark

GRAVITY_MPS2 = 9.80665
CRANK_M = 0.1725
HALF_SINE = math.pi / 2
"""Peak over mean of a half-sine pulse: turns a mean stance force into a peak."""

CONFIDENCES = ("low", "low-medium", "medium", "medium-high")
"""How far a force may be trusted, worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceCase:
    """One row of the force table: where a formula comes from and how far to trust it.

    mark: `seen` the number was read in a public copy of the source, `unverified` it was recalled,
    `design` our own choice. error: share by which F may be off (design).
    """

    key: str
    title: str
    formula: str
    confidence: str
    error: float
    source: str
    mark: str


def _case(
    key: str, title: str, formula: str, trust: tuple[str, float], source: str, mark: str
) -> ForceCase:
    return ForceCase(
        key=key,
        title=title,
        formula=formula,
        confidence=trust[0],
        error=trust[1],
        source=source,
        mark=mark,
    )


_SPEED = ("medium", 0.15)
_LOW = ("low", 0.50)

CASES: tuple[ForceCase, ...] = (
    _case(
        "walk-speed",
        mark("Walk at v m/s"),
        "max(1.0, 0.9 + 0.2 v)",
        _SPEED,
        mark(
            "line through Keller 1996 (1.2 BW at 1.5 m/s, seen) and Nilsson & Thorstensson 1989 "
            "(1.5 BW at 3.0 m/s, unverified)"
        ),
        "unverified",
    ),
    _case("walk", mark("Walk, speed unknown"), "1.1", _LOW, mark("ordinary walking"), "design"),
    _case(
        "run-contact",
        mark("Run, contact time t s, cadence c steps/min"),
        "(pi/2) (60/c) / t",
        ("medium-high", 0.10),
        mark("sine model, Morin 2005"),
        "unverified",
    ),
    _case(
        "run-speed",
        mark("Run at v m/s"),
        mark("(pi/2) (1.27 + 0.105 v) men, (pi/2) (1.24 + 0.106 v) women, mean if unknown"),
        _SPEED,
        mark("mean stance force, Weyand & Davis 2005 (seen), times a half sine"),
        "design",
    ),
    _case("run", mark("Run, speed unknown"), "2.4", _LOW, mark("ordinary running"), "design"),
    _case(
        "carried",
        mark("Carrying L kg at body mass M kg"),
        mark("times (M + L) / M"),
        _SPEED,
        "Birrell 2007",
        "unverified",
    ),
    _case("stairs-up", mark("Stairs up"), "1.2", _SPEED, "Stacoff 2005", "seen"),
    _case("stairs-down", mark("Stairs down"), "1.5", _SPEED, "Stacoff 2005", "seen"),
    _case(
        "squat",
        mark("Squat or deadlift with L kg"),
        "1.25 (M + L) / (2 M)",
        ("low-medium", 0.50),
        mark("inside the range of Kellis 2005"),
        "design",
    ),
    _case(
        "lunge",
        mark("Lunge or step-up with L kg, working leg"),
        "1.25 (M + L) / M",
        ("low-medium", 0.50),
        mark("inside the range of Kellis 2005"),
        "design",
    ),
    _case(
        "sit-to-stand", mark("Sit-to-stand"), "0.575", _LOW, mark("no source on file"), "unverified"
    ),
    _case(
        "leg-press",
        mark("Leg press of L kg on a sled at angle a"),
        "1.15 L sin(a) / (2 M)",
        _LOW,
        mark("statics of the sled"),
        "design",
    ),
    _case(
        "bike",
        mark("Bike at P W and rpm"),
        "(pi/2) P / (omega r) / (M g), omega = 2 pi rpm / 60, r = 0.1725 m",
        ("low", 0.40),
        mark(
            "half-sine pedal torque; reads 0.26 where in-shoe forces were 0.19 BW (Genc 2010, seen)"
        ),
        "design",
    ),
    _case("elliptical", mark("Elliptical"), "0.8", _LOW, mark("no source on file"), "design"),
    _case("rower", mark("Rower"), "0.4", _LOW, mark("no source on file"), "design"),
    _case(
        "stair-climber",
        mark("Stair-climber machine"),
        "1.0",
        _LOW,
        mark("no source on file"),
        "design",
    ),
)
"""Every case of the method, its source and its mark; `docs/method.md` prints this table."""

BY_KEY: dict[str, ForceCase] = {case.key: case for case in CASES}
WALK_BW = 1.1
RUN_BW = 2.4
STAIRS_UP_BW = 1.2
STAIRS_DOWN_BW = 1.5
SIT_TO_STAND_BW = 0.575
MACHINE_BW = {"elliptical": 0.8, "rower": 0.4, "stair-climber": 1.0}

_STANCE_BW = {"male": (1.27, 0.105), "female": (1.24, 0.106), None: (1.255, 0.1055)}


def walk(speed_mps: Number) -> pl.Expr:
    """F of a walking step at a speed in m/s, BW; 1.1 where the speed is null."""
    speed = as_expr(speed_mps)
    return (0.9 + 0.2 * speed).clip(lower_bound=1.0).fill_null(WALK_BW)


def run_at_speed(speed_mps: Number, *, sex: str | None) -> pl.Expr:
    """F of a running step at a speed in m/s, BW; 2.4 where the speed is null.

    sex: `male`, `female`, or None (the mean of both).
    """
    base, slope = _STANCE_BW[sex]
    return (HALF_SINE * (base + slope * as_expr(speed_mps))).fill_null(RUN_BW)


def run_at_contact(contact_s: Number, *, cadence_spm: Number) -> pl.Expr:
    """F of a running step from contact time in s and cadence in steps/min, BW (Morin 2005)."""
    return HALF_SINE * (60.0 / as_expr(cadence_spm)) / as_expr(contact_s)


def carried(*, load_kg: float, mass_kg: float | None) -> float:
    """Factor on F for a carried load in kg; 1 with a load but no body mass (a lower bound)."""
    if load_kg <= 0 or mass_kg is None:
        return 1.0
    return (mass_kg + load_kg) / mass_kg


def squat(load_kg: Number, *, mass_kg: Number) -> pl.Expr:
    """F on each leg of a squat or deadlift with a bar of load_kg, BW."""
    return 1.25 * (as_expr(mass_kg) + as_expr(load_kg)) / (2.0 * as_expr(mass_kg))


def lunge(load_kg: Number, *, mass_kg: Number) -> pl.Expr:
    """F on the working leg of a lunge or step-up carrying load_kg, BW."""
    return 1.25 * (as_expr(mass_kg) + as_expr(load_kg)) / as_expr(mass_kg)


def leg_press(load_kg: Number, *, angle_deg: Number, mass_kg: Number) -> pl.Expr:
    """F on each leg of a leg press of load_kg on a sled at angle_deg to the floor, BW."""
    sine = as_expr(angle_deg).radians().sin()
    return 1.15 * as_expr(load_kg) * sine / (2.0 * as_expr(mass_kg))


def bike(power_w: Number, *, rpm: Number, mass_kg: Number) -> pl.Expr:
    """F of a pedal stroke at power_w and crank rpm (cycles/min on each leg), BW."""
    omega = as_expr(rpm) * (2.0 * math.pi / 60.0)
    return HALF_SINE * as_expr(power_w) / (omega * CRANK_M) / (as_expr(mass_kg) * GRAVITY_MPS2)


def runs(*, running: pl.Expr, speed_mps: pl.Expr, cadence_spm: pl.Expr) -> pl.Expr:
    """Whether a step is a running step: the sensor's flag, else speed or cadence (design)."""
    guess = (speed_mps >= RUN_SPEED_MPS).fill_null(value=False) | (cadence_spm >= RUN_CADENCE_SPM)
    return pl.coalesce(running, guess).fill_null(value=False)


RUN_SPEED_MPS = 2.0
RUN_CADENCE_SPM = 140.0


def worst(confidences: Iterable[str]) -> str | None:
    """The lowest of some confidences; None of none."""
    return min(confidences, key=CONFIDENCES.index, default=None)
