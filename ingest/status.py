"""What a sensor is doing, in plain language: what pages and commands are told. Never sees bleak."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from devices.profile import Channel
from ingest.live import LiveValue
from ingest.live_labels import LABELS
from ingest.watchdog import Verdict
from language.spoken import _, mark

NOT_FOUND_S = 30.0  # design: from then on searching says what hides a sensor


class State(enum.StrEnum):
    """What a sensor is doing, as a person sees it."""

    OFF = "off"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorStatus:
    """A sensor right now. Instants in UTC ns; battery null until it says one.

    detail: what a person should know, a sentence or a few; never empty.
    notifications: since the collector began to listen; malformed: since the sensor connected.
    """

    sensor: str
    state: State
    detail: str
    since_ns: int
    notifications: int
    malformed: int
    last_seen_ns: int | None
    battery_percent: float | None
    battery_ns: int | None
    live: tuple[LiveValue, ...]

    def __post_init__(self) -> None:
        """A sensor that tells nothing but its battery level is not said to be recorded."""
        if self.live and all(value.label == BATTERY_LABEL for value in self.live):
            told = self.detail.replace(_(STREAMING), _(BATTERY_ALONE))
            object.__setattr__(self, "detail", told)


STOPPED = mark("stopped")
LINK_LOST = mark("the link was lost")
OFF = mark("Nobody listens to it.")
CONNECTING = mark("Found; the connection is being made.")
STREAMING = mark("What it sends is being recorded.")
BATTERY_ALONE = mark("Connected, but nothing except its battery level has come yet.")
BATTERY_LABEL = LABELS[Channel.BATTERY][0]


def searching(searched_s: float) -> str:
    """While a sensor is looked for."""
    if searched_s < NOT_FOUND_S:
        return _("It is being looked for.")
    return _(
        "Not found for {length}. Wake it (move it, wet the strap) and bring it near. "
        "A sensor that is connected elsewhere cannot be found: close the maker's app and "
        "other programs, and switch Bluetooth off on phones and watches that know it.",
        length=duration(searched_s),
    )


def stale(verdict: Verdict) -> str:
    """While a sensor is connected, but not all that it should send comes."""
    silent = ", ".join(
        _("{stream} for {length}", stream=_(title), length=duration(s))
        for title, s in verdict.silent
    )
    said = [
        _("Connected, but silent: {streams}.", streams=silent),
        _(
            "It may be at rest: move it. If it stays silent, take it off its charger, or take its "
            "battery out and put it back."
        ),
    ]
    if verdict.flowing:
        flowing = ", ".join(map(_, verdict.flowing))
        said.insert(1, _("Heard as ever: {streams}.", streams=flowing))
    return " ".join(said)


def silence(streams: Sequence[tuple[str, float]]) -> str:
    """Why a connection was ended: (title, seconds) of each stream that was silent for too long."""
    return "; ".join(
        _("{stream}: silent for {seconds} s", stream=_(title), seconds=round(seconds))
        for title, seconds in streams
    )


def slept(seconds: float) -> str:
    """Why a connection ended while nobody looked."""
    length = duration(seconds)
    return _("the computer slept for {length}, or its clock was set", length=length)


def lost(reason: str) -> str:
    """After a connection ended."""
    return _("{reason} It is searched for again soon.", reason=_sentence(reason))


def duration(seconds: float) -> str:
    """A length of time as a person says it."""
    if seconds < 120:
        return _("{count} s", count=round(seconds))
    return _("{count} min", count=round(seconds / 60))


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
