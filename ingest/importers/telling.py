"""What was taken in of a file, counted and said."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from devices.profile import CHANNELS, Channel, Int64s
from ingest.importers.imported import Taken
from ingest.live_labels import LABELS
from language.formats import date as date_text
from language.formats import decimal
from language.spoken import _, n_

BESIDE = (Channel.PART, Channel.INTERVAL, Channel.SINCE, Channel.HOLDS)
"""What is told beside a number, and counts as none."""

_HIDDEN = [CHANNELS.index(channel) for channel in BESIDE]


def channel_text(channel: Channel) -> str:
    """What a channel is called, for a person."""
    return _(LABELS[channel][0])


class Summary:
    """What was there and what of it was new."""

    def __init__(self) -> None:
        self.all, self.new = 0, 0
        self._channels: dict[int, int] = {}
        self._motion = 0
        self._first: int | None = None
        self._last: int | None = None

    def add(self, rows: NDArray[np.void], new: NDArray[np.void]) -> None:
        """Count samples by time, and of them the new ones."""
        rows, new = (one[~np.isin(one["channel"], _HIDDEN)] for one in (rows, new))
        self._reach(rows["time"])
        self.all, self.new = self.all + len(rows), self.new + len(new)
        codes, counts = np.unique(new["channel"], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self._channels[code] = self._channels.get(code, 0) + count

    def add_motion(self, time_ns: Int64s, new: int) -> None:
        """Count motion by time, and how many of it are new."""
        self._reach(time_ns)
        self.all, self.new = self.all + len(time_ns), self.new + new
        self._motion += new

    def _reach(self, time_ns: Int64s) -> None:
        if len(time_ns):
            first, last = int(time_ns[0]), int(time_ns[-1])
            self._first = first if self._first is None else min(self._first, first)
            self._last = last if self._last is None else max(self._last, last)

    @property
    def span(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First and last instant, aware UTC."""
        first, last = (
            None if ns is None else dt.datetime.fromtimestamp(ns / 1e9, dt.UTC)
            for ns in (self._first, self._last)
        )
        return first, last

    def taken(self) -> tuple[Taken, ...]:
        """How many of what is new."""
        found = [
            Taken(count=count, what=channel_text(CHANNELS[code]))
            for code, count in sorted(self._channels.items())
        ]
        if self._motion:
            found.append(Taken(count=self._motion, what=_("motion")))
        return tuple(found)


def sentence(
    rows: int, here: int, start: dt.datetime | None, end: dt.datetime | None, zone: str
) -> str:
    """What happened to a file: how many values are new, of when, and how many were here."""
    if not rows:
        return n_("already here ({count} value)", "already here ({count} values)", here)
    text = n_("{count} new value", "{count} new values", rows, count=decimal(rows))
    if start is not None and end is not None:
        local = [one.astimezone(ZoneInfo(zone)) for one in (start, end)]
        first, last = (date_text(one.date(), "d MMM yyyy") for one in local)
        when = first if first == last else _("{first} to {last}", first=first, last=last)
        text = f"{text}, {when}"
    if here:
        rest = n_(
            "{count} was here already", "{count} were here already", here, count=decimal(here)
        )
        text = f"{text}; {rest}"
    return text
