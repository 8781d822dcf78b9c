"""The method a second time: plain numbers, no frames, written from the definition alone.

Nothing here may import analytics: two people who read one text must come to one number. Forces are
in body weights (BW) for each cycle and leg, doses in step-eq, cadence in steps/min of both feet;
None is unknown. Blocks are (force BW, cycles of a leg) in any order.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence

Block = tuple[float, float]
Session = tuple[dt.datetime, dt.datetime, Sequence[Block]]

WALKING_STEP_BW = 1.1
GRAVITY = 9.80665
CRANK_M = 0.1725
ALWAYS_BW = {"sit_to_stand": 0.575, "elliptical": 0.8, "rower": 0.4, "stair_climber": 1.0}
STAIRS_UP_BW, STAIRS_DOWN_BW = 1.2, 1.5


# Force of one cycle on one leg


def walk(speed_mps: float | None) -> float:
    return 1.1 if speed_mps is None else max(1.0, 0.9 + 0.2 * speed_mps)


def run_by_contact(contact_s: float, cadence_spm: float) -> float:
    return math.pi / 2 * (60 / cadence_spm) / contact_s


def run_by_speed(speed_mps: float | None, sex: str | None) -> float:
    if speed_mps is None:
        return 2.4
    man, woman = 1.27 + 0.105 * speed_mps, 1.24 + 0.106 * speed_mps
    return math.pi / 2 * {"male": man, "female": woman}.get(sex or "", (man + woman) / 2)


def carrying(force_bw: float, load_kg: float, mass_kg: float) -> float:
    return force_bw * (mass_kg + load_kg) / mass_kg


def on_both_legs(load_kg: float, mass_kg: float) -> float:
    """Squat and deadlift."""
    return 1.25 * (mass_kg + load_kg) / (2 * mass_kg)


def on_one_leg(load_kg: float, mass_kg: float) -> float:
    """Lunge and step-up, on the leg that works."""
    return 1.25 * (mass_kg + load_kg) / mass_kg


def leg_press(load_kg: float, angle_deg: float, mass_kg: float) -> float:
    return 1.15 * load_kg * math.sin(math.radians(angle_deg)) / (2 * mass_kg)


def bike(power_w: float, cadence_rpm: float, mass_kg: float) -> float:
    crank_n = power_w / (2 * math.pi * cadence_rpm / 60 * CRANK_M)
    return math.pi / 2 * crank_n / (mass_kg * GRAVITY)


# Dose


def cumulative_load(left: Iterable[Block], right: Iterable[Block]) -> float:
    """CL, BW: the mean over the two legs of the sum of peak forces."""
    return (sum(f * n for f, n in left) + sum(f * n for f, n in right)) / 2


def loaded_leg_dose(cumulative_bw: float) -> float:
    return 2 * cumulative_bw / WALKING_STEP_BW


def daily_target(age: int | None) -> float:
    return 8000.0 if age is not None and age < 60 else 7000.0


def daily_credit(dose: float, age: int | None) -> float:
    return min(1.0, dose / daily_target(age))


def session_index(blocks: Iterable[Block]) -> float:
    """Osteogenic index of one session of one leg: the highest force first, F ln((i+1)/i) each."""
    total, before = 0.0, 0.0
    for force, cycles in sorted(blocks, reverse=True):
        total += force * (math.log(before + cycles + 1) - math.log(before + 1))
        before += cycles
    return total


def day_index(events: Iterable[Session]) -> float:
    """Osteogenic index of a day of (start, end, blocks): an hour's rest parts two sessions."""
    sessions: list[tuple[dt.datetime, dt.datetime, list[Block]]] = []
    for start, end, blocks in sorted(events, key=lambda event: event[0]):
        if not sum(cycles for _, cycles in blocks):
            continue
        if sessions and start - sessions[-1][1] < dt.timedelta(minutes=60):
            first, last, together = sessions[-1]
            sessions[-1] = (first, max(last, end), [*together, *blocks])
        else:
            sessions.append((start, end, list(blocks)))
    total = 0.0
    for place, (start, _, blocks) in enumerate(sessions):
        rest_h = (start - sessions[place - 1][1]).total_seconds() / 3600 if place else math.inf
        total += (1 - math.exp(-rest_h / 6)) * session_index(blocks)
    return total


# Intensity


def mets_walk(speed_mps: float, grade: float = 0.0) -> float:
    s = 60 * speed_mps
    return (3.5 + 0.1 * s + 1.8 * s * grade) / 3.5


def mets_run(speed_mps: float, grade: float = 0.0) -> float:
    s = 60 * speed_mps
    return (3.5 + 0.2 * s + 0.9 * s * grade) / 3.5


def mets_cycle(power_w: float, mass_kg: float) -> float:
    return (7 + 10.8 * power_w / mass_kg) / 3.5


def mets_stepping(cadence_spm: float, height_m: float) -> float:
    return (3.5 + 0.2 * cadence_spm + 1.33 * 1.8 * cadence_spm * height_m) / 3.5


def mets_of_cadence(cadence_spm: float) -> float | None:
    """METs of walking at an unknown speed; None outside 100..130 steps/min."""
    return 3 + (cadence_spm - 100) / 10 if 100 <= cadence_spm <= 130 else None


def heart_intensity(bpm: float, hr_max: float, hr_rest: float | None) -> str:
    """By the share of the reserve where the resting rate is known, else by that of HRmax."""
    if hr_rest is None:
        share, moderate, vigorous = bpm / hr_max, 0.64, 0.77
    else:
        share, moderate, vigorous = (bpm - hr_rest) / (hr_max - hr_rest), 0.40, 0.60
    return "vigorous" if share >= vigorous else "moderate" if share >= moderate else "light"


def mets_intensity(mets: float) -> str:
    return "vigorous" if mets >= 6 else "moderate" if mets >= 3 else "light"


def peak30(cadences_spm: Sequence[float]) -> float | None:
    """Mean of the 30 best minutes of a day; None with fewer than 30."""
    best = sorted(cadences_spm, reverse=True)[:30]
    return sum(best) / 30 if len(best) == 30 else None
