"""Shake it to find it: of several sensors in the air, the one that somebody moves.

`shake` connects to those nearest, asks for stillness until all lie still, then for shaking, and
`decide` (pure) names the one that stands out, or says honestly that none or several did.
"""

from __future__ import annotations

import asyncio
import math
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace

from devices.profile import Channel, Profile
from ingest.clock import Clock
from ingest.errors import IngestError
from ingest.link import Air, Seen, same_address, short_address
from ingest.live import LiveView
from ingest.live_labels import LABELS
from ingest.recording import Kind
from ingest.talk import Client, profiles_of, stream, take_leave
from language.spoken import _, listed, mark, n_

LOOK_S = 3.0
STILL_S = 2.0
STILL_TRIES = 4
"""How often stillness is waited for: a foot pod says steps for seconds after the last (design)."""
SHAKE_S = 6.0
POLL_S = 0.25
MOST_AT_ONCE = 5
"""Connections that ordinary adapters hold beside those of recorded sensors (design)."""

SHAKEN_DPS, SHAKEN_G = 60.0, 0.15
"""Movement about its own rest that counts as moved: of a hand that shakes, several hundred deg/s
and over 1 g; of a table that somebody bumps into, far less (design)."""
STANDS_OUT = 3.0
"""How many times the others' movement, and its own at rest, the one meant must reach (design)."""

ALL_PAIRED = mark(
    "Every sensor in reach that feels movement is paired already. Wake the new one, bring it "
    "closer, and try again."
)

PERSON: ContextVar[Callable[[str], None] | None] = ContextVar("PERSON", default=None)
"""Who is told each phase as it begins, for what is simulated cannot be shaken by hand. Set by a
virtual world; None where sensors are real."""

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
        return Verdict(address=moved[0].address, reason=_("This one moved."))
    return Verdict(
        address=None,
        reason=n_(
            "{count} sensor moved. Lay all but one down, then shake that one again.",
            "{count} sensors moved. Lay all but one down, then shake that one again.",
            len(moved),
        ),
    )


def _stands_out(first: Movement, others: Sequence[Movement]) -> bool:
    return not any(one.steps for one in others) and first.strength >= STANDS_OUT * max(
        one.strength for one in others
    )


def _appeared(new: Sequence[Movement], connected: Sequence[Movement]) -> Verdict:
    if len(new) == 1:
        return Verdict(address=new[0].address, reason=_("This one woke up when you shook it."))
    if new:
        reason = n_(
            "{count} sensor woke up. Shake one of them by itself.",
            "{count} sensors woke up. Shake one of them by itself.",
            len(new),
        )
        return Verdict(address=None, reason=reason)
    if not connected:
        reason = _(
            "No sensor that feels movement answered. Wake it, bring it closer, and try again."
        )
    elif any(one.restless for one in connected):
        reason = _("One moved before it was to be shaken. Lay them all down first, then try again.")
    else:
        reason = _("None of the sensors moved. Shake it harder, or choose it from the list.")
    return Verdict(address=None, reason=reason)


def feels(profiles: Sequence[Profile]) -> bool:
    """Whether a sensor of these profiles can tell that somebody shakes it."""
    return any(p.counts or any(place.leg for place in p.placements) for p in profiles)


async def shake(
    air: Air,
    profiles: Mapping[str, Profile],
    clock: Clock,
    report: Callable[[Shaking], None],
    *,
    leave_out: Collection[str] = (),
) -> Shaking:
    """Look, connect, have the person keep still and then shake; the last that was reported.

    leave_out: addresses of sensors that are paired already.

    Raises:
        IngestError: Bluetooth is missing, off or not permitted.
    """

    def say(now: Shaking) -> None:
        report(now)
        if person := PERSON.get():
            person(now.phase)

    held = _Held(air, profiles, clock)
    try:
        last = await _search(air, held, say, leave_out)
    finally:
        await held.let_go()
        if person := PERSON.get():
            person("done")
    report(last)
    return last


async def _search(
    air: Air, held: _Held, say: Callable[[Shaking], None], leave_out: Collection[str]
) -> Shaking:
    say(Shaking(phase="look", text=_("Looking for sensors …")))
    before = await air.look(LOOK_S)
    able = [seen for seen in before if held.can_feel(seen)]
    wanted = [seen for seen in able if not _among(seen, leave_out)][:MOST_AT_ONCE]
    names = _names(wanted, held)
    for number, seen in enumerate(wanted, 1):
        text = _(
            "Connecting to {name} ({number} of {count}) …",
            name=names[seen.address],
            number=number,
            count=len(wanted),
        )
        say(Shaking(phase="connect", text=text))
        await held.take(seen)
    if moving := await held.settle(say, names):
        text = n_(
            "{names} moved while all should lie still: lay it down and try again.",
            "{names} moved while all should lie still: lay them down and try again.",
            len(moving),
            names=_quoted(moving),
        )
        return Shaking(phase="done", text=text)
    movements, after = await held.watch(say)
    known = {seen.address for seen in before}
    woken = {s.address: s for s in after if s.address not in known and not _among(s, leave_out)}
    new = [Movement(address=address, appeared=True) for address in woken]
    verdict = decide([*movements, *new])
    reason = _(ALL_PAIRED) if able and not wanted and not new else verdict.reason
    meant = next((s for s in (*wanted, *woken.values()) if s.address == verdict.address), None)
    return Shaking(phase="done", text=reason, found=meant)


def _among(seen: Seen, addresses: Collection[str]) -> bool:
    return any(same_address(seen.address, address) for address in addresses)


def _names(sensors: Sequence[Seen], held: _Held) -> dict[str, str]:
    """What to call each, by address; those of one name are told apart by their address."""
    plain = {seen.address: seen.name or held.title(seen) for seen in sensors}
    times = Counter(plain.values())
    return {
        address: name if times[name] == 1 else f"{name} {short_address(address)}"
        for address, name in plain.items()
    }


def _quoted(names: Sequence[str]) -> str:
    return listed([f"'{name}'" for name in names])


def _still(moving: Sequence[str]) -> str:
    """What to do before the shaking; moving: sensors that did not lie still yet."""
    if not moving:
        return _("Let all sensors lie still …")
    return n_(
        "{names} moved while all should lie still: lay it down …",
        "{names} moved while all should lie still: lay them down …",
        len(moving),
        names=_quoted(moving),
    )


class _Held:
    """Connections that are held at once, and what each sensor feels."""

    def __init__(self, air: Air, profiles: Mapping[str, Profile], clock: Clock) -> None:
        self._air = air
        self._profiles = profiles
        self._clock = clock
        self._clients: list[Client] = []
        self._views: dict[str, LiveView] = {}
        self._still_ns = self._shake_ns = 0

    def can_feel(self, seen: Seen) -> bool:
        """Whether a sensor can tell that somebody shakes it."""
        return feels([self._profiles[key] for key in seen.profiles])

    def title(self, seen: Seen) -> str:
        """What its kind is called."""
        return _(self._profiles[seen.profiles[0]].title)

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

    async def settle(self, say: Callable[[Shaking], None], names: Mapping[str, str]) -> list[str]:
        """Wait until all lie still; the names of those that go on moving."""
        moving: list[str] = []
        for _try in range(STILL_TRIES):
            say(Shaking(phase="still", text=_still(moving)))
            self._still_ns = self._clock.utc_ns()
            stepping = await self._steps(STILL_S)
            self._shake_ns = self._clock.utc_ns()
            felt_now = self._felt(self._shake_ns, stepping, set())
            moving = [names[one.address] for one in felt_now if one.restless]
            if not moving:
                break
        return moving

    async def watch(self, say: Callable[[Shaking], None]) -> tuple[list[Movement], list[Seen]]:
        """What each felt, after all lay still, and the sensors that advertised meanwhile."""
        say(Shaking(phase="shake", text=_("Now shake the one you mean, and keep shaking …")))
        looking = asyncio.create_task(self._air.look(SHAKE_S))
        try:
            walked = await self._steps(SHAKE_S)
            after = await looking
        finally:
            looking.cancel()
        return self._felt(self._clock.utc_ns(), set(), walked), after

    def _felt(self, end_ns: int, before: set[str], now: set[str]) -> list[Movement]:
        """before, now: which foot pods said steps while all lay still, and since then."""
        return [
            replace(
                felt(view, self._still_ns, self._shake_ns, end_ns),
                address=address,
                steps_before=address in before,
                steps=address in now,
            )
            for address, view in self._views.items()
        ]

    async def _steps(self, seconds: float) -> set[str]:
        """Addresses of foot pods that say a cadence, newly said in these seconds."""
        begun = self._clock.utc_ns()
        found: set[str] = set()
        for _time in range(round(seconds / POLL_S)):
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
            await take_leave(client, self._profiles.values(), lambda *_row: None)


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
