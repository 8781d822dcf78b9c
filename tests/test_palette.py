"""The colours stay apart for everybody, and text stands out from what is behind it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from dashboard.theme import DARK, LIGHT, Palette

MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "usual vision": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}
"""Severity 1, on linear RGB: Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113."""

OKLAB_LMS = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]
"""Linear RGB to OKLab: Ottosson 2020."""

APART = 0.08
"""Least OKLab distance of two fills that mean different things (design)."""

FILLS = ("done", "seat", "sets", "left")
TEXT, GRAPHIC = 4.5, 3.0
"""Least contrast: WCAG 2.2, 1.4.3 and 1.4.11."""

PALETTES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def seen(colour: str, vision: str) -> np.ndarray:
    """OKLab of a colour as it is seen."""
    light = np.clip(np.array(MACHADO[vision]) @ linear(colour), 0, 1)
    found: np.ndarray = np.array(OKLAB) @ np.cbrt(np.array(OKLAB_LMS) @ light)
    return found


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(weights @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@PALETTES
@pytest.mark.parametrize("vision", MACHADO)
def test_fills_that_mean_different_things_look_different(colours: Palette, vision: str) -> None:
    for one, other in combinations(FILLS, 2):
        apart = np.linalg.norm(
            seen(getattr(colours, one), vision) - seen(getattr(colours, other), vision)
        )
        assert apart >= APART, (one, other, vision, round(float(apart), 3))


@PALETTES
@pytest.mark.parametrize("behind", ["paper", "panel"])
def test_text_stands_out_from_what_is_behind_it(colours: Palette, behind: str) -> None:
    for text in ("ink", "muted", "done", "warn", "demo"):
        assert contrast(getattr(colours, text), getattr(colours, behind)) >= TEXT, text


@PALETTES
def test_marks_stand_out_from_the_page(colours: Palette) -> None:
    """Left is pale on purpose: it lies in a frame, whose line stands out."""
    for mark in ("done", "seat", "sets", "muted", "warn"):
        assert contrast(getattr(colours, mark), colours.paper) >= GRAPHIC or mark == "seat", mark


@PALETTES
def test_words_on_a_button_can_be_read(colours: Palette) -> None:
    assert contrast("#ffffff", colours.button) >= TEXT
