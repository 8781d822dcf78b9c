"""Step detection on real people with ground truth: floors a little below what was measured.

The recordings stay outside the project; LEGLOAD_DATA names their folder (docs/steps.md).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks import recordings as rec
from benchmarks import steps as bench
from benchmarks.recordings import Recording

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        rec.data_folder() is None, reason="LEGLOAD_DATA does not name a folder of recordings"
    ),
]

GROUP_FLOORS = {  # f1, mape, exact, within one
    "Healthy": (0.996, 0.6, 94.0, 98.5),
    "Orthopedic": (0.993, 0.9, 86.0, 96.5),
    "Neurological": (0.990, 1.8, 70.5, 91.5),
    "": (0.992, 1.25, 80.0, 94.5),
}


@cache
def recordings(name: str, label: str = "rec", rate_hz: float = 100.0) -> tuple[Recording, ...]:
    folder = rec.data_folder()
    assert folder is not None
    return tuple(rec.load(folder, name, label=label, rate_hz=rate_hz))


def feet(every: int = 1) -> list[Recording]:
    return list(recordings("feet", "group")[::every])


@pytest.mark.parametrize("group", GROUP_FLOORS)
def test_strides_of_feet_are_counted_in_every_group(group: str) -> None:
    f1, mape, exact, within_one = GROUP_FLOORS[group]
    found = bench.feet_score(feet(), bench.foot, group=group)
    assert found.f1 >= f1
    assert found.mape <= mape
    assert found.exact >= exact
    assert found.within_one >= within_one
    assert abs(found.bias) <= 1.0


@pytest.mark.parametrize("group", GROUP_FLOORS)
def test_the_detector_beats_plain_peaks_in_every_group(group: str) -> None:
    ours = bench.feet_score(feet(), bench.foot, group=group)
    plain = bench.feet_score(feet(), bench.plain_peaks, group=group)
    assert ours.f1 > plain.f1
    assert ours.mape < plain.mape


@pytest.mark.parametrize("every", [1, 2, 4])
@pytest.mark.parametrize("loss", [0.0, 0.05])
def test_a_slow_and_lossy_radio_costs_little(every: int, loss: float) -> None:
    spoilt = [
        rec.lossy(rec.quantised(one, every=every), np.random.default_rng(i), loss=loss, batch_s=0.1)
        for i, one in enumerate(feet())
    ]
    found = bench.feet_score(spoilt, bench.foot)
    assert found.f1 >= 0.991
    assert found.mape <= 1.35
    assert found.within_one >= 94.0


@pytest.mark.parametrize(
    ("bursts", "f1", "mape"), [(0.0, 0.992, 1.25), (0.5, 0.991, 1.3), (1.0, 0.990, 1.45)]
)
def test_lost_packets_cost_few_strides(bursts: float, f1: float, mape: float) -> None:
    spoilt = [
        rec.packets_lost(one, np.random.default_rng(i), bursts=bursts)
        for i, one in enumerate(feet())
    ]
    found = bench.feet_score(spoilt, bench.foot)
    assert found.f1 >= f1
    assert found.mape <= mape


def test_a_sensor_mounted_another_way_counts_the_same() -> None:
    for i, one in enumerate(feet(every=20)):
        turned = rec.turned(one, np.random.default_rng(i))
        assert bench.foot(turned) == pytest.approx(bench.foot(one), abs=1e-3)


def test_gravity_in_the_acceleration_costs_little() -> None:
    some = feet(every=10)
    heavy = [rec.with_gravity(one, np.random.default_rng(i)) for i, one in enumerate(some)]
    without, with_it = bench.feet_score(some, bench.foot), bench.feet_score(heavy, bench.foot)
    assert with_it.f1 >= without.f1 - 0.003
    assert with_it.mape <= without.mape + 0.4


def test_feet_without_gyroscope_are_counted_nearly_as_well() -> None:
    found = bench.feet_score(feet(), bench.acceleration_only)
    assert found.f1 >= 0.990
    assert found.mape <= 1.5


def test_standing_feet_are_nearly_silent() -> None:
    assert bench.standing_rate(feet(), bench.foot) <= 1.5


def test_the_cadence_of_feet_is_right_within_one_step_a_minute() -> None:
    found = {one.name: bench.foot(one) for one in feet()}
    median, steady = bench.cadence_errors(feet(), found)
    assert median <= 1.0
    assert steady <= 0.8


def test_every_labelled_stride_of_the_shoes_holds_one_event() -> None:
    for shoe in recordings("shoes"):
        times = bench.foot(shoe)
        held = [int(np.sum((times >= start) & (times <= end))) for start, end in shoe.truth]
        assert held == [1] * len(shoe.truth)
        assert len(times) <= len(shoe.truth) + 4  # the labels leave out turns and half strides


def test_a_shin_at_50_hz_gives_an_even_row_of_strides() -> None:
    (shin,) = recordings("shin_walk", "rec", 50.0)
    gaps = np.diff(bench.foot(shin))
    assert np.percentile(gaps, 99) < 1.5
    assert np.percentile(gaps, 1) > 1.0


def test_a_phone_in_a_pocket_counts_steps() -> None:
    found = bench.steps_score(list(recordings("pocket")), bench.pocket)
    assert found.mape <= 1.0
    assert found.f1 >= 0.985


@pytest.mark.parametrize("every", [1, 2, 4])
def test_a_phone_in_a_pocket_counts_at_25_to_100_samples_a_second(every: int) -> None:
    slow = [rec.quantised(one, every=every) for one in recordings("pocket")]
    found = bench.steps_score(slow, bench.pocket)
    assert found.mape <= 1.6
    assert found.f1 >= 0.98


def test_a_lower_back_counts_the_contacts_of_its_bouts() -> None:
    back = list(recordings("lower_back"))
    found = bench.steps_score(back, bench.waist, only_bouts=True)
    assert found.mape <= 2.5
    assert found.f1 >= 0.855
    assert bench.mean_f1(back, bench.waist, tolerance_s=0.5) >= 0.93


def test_a_waist_is_silent_in_daily_life_and_sees_walks_jogs_and_stairs() -> None:
    waist = list(recordings("daily_waist", "label"))
    rate = {label: row for label, *row in bench.daily(waist)}  # steps/min, % x 2, % running
    for label in ("sit-lie", "sit-stand", "knee-bend", "waist-bend", "jump", "roll", "collapse"):
        assert rate[label][0] <= 0.3, label
    assert rate["car"][0] <= 2.0
    assert rate["walk"][1] >= 98.0
    assert rate["jog"][1] >= 98.0
    assert rate["slow stairs"][2] >= 95.0
    assert rate["quick stairs"][2] >= 70.0
    assert rate["walk"][3] <= 0.5
    assert rate["slow stairs"][3] <= 1.0
    assert rate["jog"][3] >= 98.0
