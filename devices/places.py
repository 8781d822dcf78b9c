"""Words that tables of recordings have for where a sensor sat."""

from __future__ import annotations

from devices.profile import Placement

PLACES = {
    "foot": "left-foot",
    "shoe": "left-foot",
    "ankle": "left-ankle",
    "shin": "left-shank",
    "shank": "left-shank",
    "thigh": "left-thigh",
    "pocket": "right-thigh",
    "waist": "waist",
    "belly": "waist",
    "back": "waist",
    "pelvis": "waist",
    "chest": "chest",
    "arm": "arm",
    "wrist": "arm",
    "hand": "arm",
}
"""Parts of a word for a place, and the placement whose method serves it; a pocket moves with the
thigh. The first that fits counts; a word that begins with r is on the right."""


def place_of(word: str) -> Placement | None:
    """The placement that a word means; None where it names none."""
    word = word.lower()
    if word in list(Placement):
        return Placement(word)
    known = next((where for part, where in PLACES.items() if part in word), None)
    if known is None:
        return None
    right = word.startswith("r") and known.startswith("left")
    return Placement(known.replace("left", "right") if right else known)
