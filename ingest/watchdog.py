"""Which streams of one sensor have fallen silent, and whether connecting anew is worth it.

A stream may be broken, or its sensor may be at rest: a foot pod that lies still pauses, and nobody
can tell the two apart from outside. So silence is shown at once, and connecting anew is tried once;
what did not help is tried again only after twice the silence, so that a sensor at rest neither
makes the radio busy nor costs the streams beside it more than a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from devices.profile import Profile

ALONE_MOST_S = 300.0  # design: with every stream silent, another attempt costs no samples
BESIDE_MOST_S = 3600.0  # design: each attempt costs the streams that go on a second or two
PAUSES = 6.0  # design: a stream that came back by itself may be silent so many times its limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """silent: (title, seconds) of each silent stream; flowing: titles of the others;
    due: those of the silent ones for which to connect anew now."""

    silent: tuple[tuple[str, float], ...] = ()
    flowing: tuple[str, ...] = ()
    due: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class _Stream:
    title: str
    limit_s: float
    wait_s: float  # of silence, before the next attempt
    heard_ns: int = 0  # since the connection began, else when it began
    begun_ns: int = 0
    spoke_ns: int = 0  # the last notification, of whichever connection
    tried: bool = False  # connected anew because of it, and not heard since

    def settle(self, now_ns: int) -> bool:
        """Whether it is silent; when heard again, learn from whether connecting anew helped."""
        if self.heard_ns == self.begun_ns:
            return self.tried or now_ns - self.begun_ns > self.limit_s * 1e9
        self.spoke_ns = self.heard_ns
        if self.tried:
            helped = (self.heard_ns - self.begun_ns) / 1e9 <= self.limit_s
            self.wait_s = self.limit_s if helped else PAUSES * self.limit_s
            self.tried = False
        return now_ns - self.heard_ns > self.limit_s * 1e9

    def due(self, now_ns: int, most_s: float) -> bool:
        """Whether it has been silent on this connection for so long that another is worth it."""
        return now_ns - self.heard_ns > min(self.wait_s, most_s) * 1e9


class Watchdog:
    """Watches every stream whose profile says how long it may be silent (`Profile.silence_s`)."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._streams = {
            profile.key: _Stream(title=profile.title, limit_s=limit_s, wait_s=limit_s)
            for profile in profiles
            if (limit_s := profile.silence_s)
        }
        self._watched: list[_Stream] = []
        self._by_characteristic: dict[str, _Stream] = {}

    def begin(self, present: Iterable[Profile], now_ns: int) -> None:
        """A new connection, on which these profiles are subscribed to."""
        found = [(self._streams[p.key], p.notify) for p in present if p.key in self._streams]
        self._by_characteristic = {uuid: stream for stream, uuids in found for uuid in uuids}
        self._watched = [stream for stream, _ in found]
        for stream in self._watched:
            stream.begun_ns = stream.heard_ns = now_ns
            stream.spoke_ns = stream.spoke_ns or now_ns

    def heard(self, characteristic: str, now_ns: int) -> None:
        """A notification came; cheap enough for bleak's callback."""
        if (stream := self._by_characteristic.get(characteristic)) is not None:
            stream.heard_ns = now_ns

    def check(self, now_ns: int) -> Verdict:
        """How it is now; monotonic ns. `due` is said once an attempt."""
        silent = [stream for stream in self._watched if stream.settle(now_ns)]
        flowing = [stream for stream in self._watched if stream not in silent]
        most_s = BESIDE_MOST_S if flowing else ALONE_MOST_S
        due = [stream for stream in silent if stream.due(now_ns, most_s)]
        for stream in due:
            stream.wait_s, stream.tried = min(2 * stream.wait_s, BESIDE_MOST_S), True
        quiet_s = {stream.title: (now_ns - stream.spoke_ns) / 1e9 for stream in silent}
        return Verdict(
            silent=tuple(quiet_s.items()),
            flowing=tuple(stream.title for stream in flowing),
            due=tuple((stream.title, quiet_s[stream.title]) for stream in due),
        )
