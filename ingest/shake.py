"""Shake it to find it: of several sensors in the air, the one that somebody moves.

`shake` connects to those nearest, asks for stillness, then for shaking, and `decide` (pure) names
the one that stands out, or says honestly that none or several did.
"""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from devices.profile import Channel, Profile
from ingest.clock import Clock
from ingest.errors import IngestError
from ingest.link import Air, Seen
from ingest.live import LiveView
from ingest.live_labels import LABELS
from ingest.recording import Kind
from ingest.talk import Client, profiles_of, stream, take_leave

LOOK_S = 3.0
STILL_S = 2.0
SHAKE_S = 6.0
POLL_S = 0.25
MOST_AT_ONCE = 5
"""Connections that ordinary adapters hold beside those of recorded sensors (design)."""

SHAKEN_DPS, SHAKEN_G = 60.0, 0.15
"""Movement about its own rest that counts as moved: of a hand that shakes, several hundred deg/s
and over 1 g; of a table that somebody bumps into, far less (design)."""
STANDS_OUT = 3.0
"""How many times the others' movement, and its own at rest, the one meant must reach (design)."""

_CADENCE = LABELS[Channel.CADENCE_SENT][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One candidate, before and while somebody shook.

    still, shaken: root mean square of the movement about its own rest level, 1 = the least that
    counts as moved; null without motion samples. steps_before, steps: whether a foot pod said a
    cadence above 0. appeared: it began to advertise only while somebody shook.
    """

    address: str
    still: float | None = None
    shaken: float | None = None
    steps_before: bool = False
    steps: bool = False
    appeared: bool = False

    @property
    def moved(self) -> bool:
        """Whether it moved now and did not before."""
        return (self.steps and not self.steps_before) or self.strength >= 1.0

    @property
    def restless(self) -> bool:
        """Whether it moved already while it should have lain still."""
        return self.steps_before or (self.still or 0.0) >= 1.0

    @property
    def strength(self) -> float:
        """How much it moved; 0 where it moves no more than it did when it should have lain."""
        if self.shaken is None or self.shaken < STANDS_OUT * (self.still or 0.0):
            return 0.0
        return self.shaken


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The address of the sensor that was shaken, or None; and why, in one sentence."""

    address: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaking:
    """How far a search is. phase: look, connect, still, shake, done; text: what to do now.

    found: the sensor that was shaken, once it is done and one stood out.
    """

    phase: str
    text: str
    found: Seen | None = None

    @property
    def done(self) -> bool:
        """Whether it is over."""
        return self.phase == "done"


def decide(movements: Sequence[Movement]) -> Verdict:
    """The one that moved clearly more than the others, if there is one."""
    connected = [one for one in movements if not one.appeared]
    moved = sorted((one for one in connected if one.moved), key=lambda one: -one.strength)
    if not moved:
        return _appeared([one for one in movements if one.appeared], connected)
    if len(moved) == 1 or _stands_out(moved[0], moved[1:]):
        return Verdict(address=moved[0].address, reason="This one moved.")
    return Verdict(
        address=None,
        reason=f"{len(moved)} sensors moved. Lay all but one down, then shake that one again.",
    )


def _stands_out(first: Movement, others: Sequence[Movement]) -> bool:
    return not any(one.steps for one in others) and first.strength >= STANDS_OUT * max(
        one.strength for one in others
    )


def _appeared(new: Sequence[Movement], connected: Sequence[Movement]) -> Verdict:
    if len(new) == 1:
        return Verdict(address=new[0].address, reason="This one woke up when you shook it.")
    if new:
        return Verdict(
            address=None, reason=f"{len(new)} sensors woke up. Shake one of them by itself."
        )
    if not connected:
        reason = "No sensor that feels movement answered. Wake it, bring it closer, and try again."
    elif any(one.restless for one in connected):
        reason = "One moved before it was to be shaken. Lay them all down first, then try again."
    else:
        reason = "None of the sensors moved. Shake it harder, or choose it from the list."
    return Verdict(address=None, reason=reason)


def feels(profiles: Sequence[Profile]) -> bool:
    """Whether a sensor of these profiles can tell that somebody shakes it."""
    return any(p.counts or any(place.leg for place in p.placements) for p in profiles)


async def shake(
    air: Air, profiles: Mapping[str, Profile], clock: Clock, report: Callable[[Shaking], None]
) -> Shaking:
    """Look, connect, have the person keep still and then shake; the last that was reported.

    Raises:
        IngestError: Bluetooth is missing, off or not permitted.
    """
    report(Shaking(phase="look", text="Looking for sensors …"))
    before = await air.look(LOOK_S)
    able = [s for s in before if feels([profiles[key] for key in s.profiles])][:MOST_AT_ONCE]
    held = _Held(air, profiles, clock)
    try:
        for number, seen in enumerate(able, 1):
            text = f"Connecting to sensor {number} of {len(able)} …"
            report(Shaking(phase="connect", text=text))
            await held.take(seen)
        movements, after = await held.watch(report)
    finally:
        await held.let_go()
    known = {seen.address for seen in before}
    woken = {s.address: s for s in after if s.address not in known}
    new = [Movement(address=address, appeared=True) for address in woken]
    verdict = decide([*movements, *new])
    meant = next((s for s in (*before, *woken.values()) if s.address == verdict.address), None)
    last = Shaking(phase="done", text=verdict.reason, found=meant)
    report(last)
    return last


class _Held:
    """Connections that are held at once, and what each sensor feels."""

    def __init__(self, air: Air, profiles: Mapping[str, Profile], clock: Clock) -> None:
        self._air = air
        self._profiles = profiles
        self._clock = clock
        self._clients: list[Client] = []
        self._views: dict[str, LiveView] = {}

    async def take(self, seen: Seen) -> None:
        """Connect and listen; one that cannot be reached is left out."""
        try:
            device = await self._air.find(seen.address, LOOK_S)
            client = await self._air.connect(device, lambda: None)
            self._clients.append(client)
            present = profiles_of(client, self._profiles.values())
            view = LiveView(present)

            def on_row(kind: Kind, characteristic: str, payload: bytes) -> None:
                if kind in (Kind.NOTIFICATION, Kind.REPLY):
                    view.note(self._clock.utc_ns(), characteristic, payload)

            await stream(client, present, on_row)
            self._views[seen.address] = view
        except IngestError:
            return

    async def watch(self, report: Callable[[Shaking], None]) -> tuple[list[Movement], list[Seen]]:
        """What each felt, and the sensors that advertised meanwhile."""
        report(Shaking(phase="still", text="Let all sensors lie still …"))
        start = self._clock.utc_ns()
        quiet = await self._steps(STILL_S)
        middle = self._clock.utc_ns()
        report(Shaking(phase="shake", text="Now shake the one you mean, and keep shaking …"))
        looking = asyncio.create_task(self._air.look(SHAKE_S))
        try:
            walked = await self._steps(SHAKE_S)
            after = await looking
        finally:
            looking.cancel()
        end = self._clock.utc_ns()
        movements = [
            replace(
                felt(view, start, middle, end),
                address=address,
                steps_before=address in quiet,
                steps=address in walked,
            )
            for address, view in self._views.items()
        ]
        return movements, after

    async def _steps(self, seconds: float) -> set[str]:
        """Addresses of foot pods that say a cadence, newly said in these seconds."""
        begun = self._clock.utc_ns()
        found: set[str] = set()
        for _ in range(round(seconds / POLL_S)):
            await self._clock.sleep(POLL_S)
            now_ns = self._clock.utc_ns()
            for address, view in self._views.items():
                fresh_s = (now_ns - begun) / 1e9
                for value in view.values(now_ns):
                    if value.label == _CADENCE and value.value and value.age_s < fresh_s:
                        found.add(address)
        return found

    async def let_go(self) -> None:
        """Leave every sensor as it was found."""
        for client in self._clients:
            await take_leave(client, self._profiles.values(), lambda *_: None)


def felt(view: LiveView, start_ns: int, middle_ns: int, end_ns: int) -> Movement:
    """Movement until and from `middle_ns`, about the rest level of the time before it."""
    before, after = view.sizes(start_ns, middle_ns), view.sizes(middle_ns, end_ns)
    least = SHAKEN_DPS if view.turns else SHAKEN_G
    level = statistics.fmean(before) if before else (0.0 if view.turns else 1.0)
    return Movement(
        address="", still=_movement(before, level, least), shaken=_movement(after, level, least)
    )


def _movement(sizes: Sequence[float], level: float, least: float) -> float | None:
    if not sizes:
        return None
    return math.sqrt(statistics.fmean((size - level) ** 2 for size in sizes)) / least
