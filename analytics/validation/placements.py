"""Words that tables of recordings have for where a sensor sat."""

from __future__ import annotations

from devices.places import PLACES, place_of

__all__ = ["PLACES", "place_of"]
