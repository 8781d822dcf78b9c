"""A recording's rows as samples: the profiles' decoders run over every connection in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices.device_information import FIELDS
from devices.device_information import parse as parse_information
from devices.profile import Int64s, Motion, Notifications, Profile, Samples, Slow
from ingest.framing import Kind, Rows
from ingest.header import LATEST_NS, Header, RecordingError
from ingest.replay import Recording, receive_times
from language.spoken import ENGLISH, _, mark, n_, speaking

LINK_KINDS = {Kind.CONNECTED: "connected", Kind.LOST: "lost", Kind.DROPPED: "dropped"}
_DECODED = (Kind.NOTIFICATION, Kind.REPLY)
AHEAD_NS = 5_000_000_000  # a sample is dated this much after it arrived at most (design)
RUN_GAP_NS = 3_600_000_000_000  # samples further apart than this are not of one run

Bools = NDArray[np.bool_]
Span = tuple[int, int]
"""(first instant, last instant), UTC ns"""
LinkEvent = tuple[int, str, str]
"""(time_ns, kind, detail)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a recording holds, and of it what came after `loaded_through`.

    rows, malformed, first_ns and last_ns are of the whole recording; slow, motion, links and
    information (key, value, time_ns) only of the rows that are new.
    """

    path: Path
    size: int
    header: Header
    damaged: str | None
    problems: tuple[str, ...]
    loaded_through: int
    rows: int
    new_rows: int
    malformed: int
    first_ns: int | None
    last_ns: int | None
    slow: Slow
    motion: Motion | None
    links: list[LinkEvent]
    information: list[tuple[str, str, int]]

    @property
    def touched(self) -> list[Span]:
        """Runs of the new samples, in order: a new one where more than an hour holds none.

        A clock that was set in the middle of a recording leaves runs that are years apart.
        """
        motion_ns = self.motion.time_ns if self.motion else self.slow.time_ns[:0]
        time_ns = np.concatenate([self.slow.time_ns, motion_ns])
        if not len(time_ns):
            return []
        time_ns = np.sort(time_ns)
        breaks = np.flatnonzero(np.diff(time_ns) > RUN_GAP_NS)
        firsts = time_ns[np.concatenate([[0], breaks + 1])]
        lasts = time_ns[np.concatenate([breaks, [len(time_ns) - 1]])]
        return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that are at most an hour apart as one, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first - found[-1][1] <= RUN_GAP_NS:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def decode_recording(
    path: Path,
    size: int,
    recording: Recording,
    profiles: Mapping[str, Profile],
    loaded_through: int,
) -> Decoded:
    """Everything in a recording, and apart from it what came after `loaded_through`.

    Decoding always starts at the beginning, so that a decoder's state never has to be kept.

    Raises:
        RecordingError: it names a profile that is not known here.
    """
    header, rows = recording.header, recording.rows
    time_ns = receive_times(rows.utc_ns, rows.monotonic_ns)
    possible = (time_ns >= 0) & (time_ns < LATEST_NS)
    used = _profiles_of(path, header, profiles)
    samples = [
        sample
        for start, end in _connections(rows)
        for profile in used
        for sample in _connection(header, rows, time_ns, possible, range(start, end), profile)
    ]
    slow = _slow([sample.slow for sample in samples])
    moved = [sample.motion for sample in samples if sample.motion]
    motion, problems = _motion(path, [part for part in moved if part.scale.plausible])
    problems += _implausible(path, [part for part in moved if not part.scale.plausible])
    motion, early = _arrived(motion, rows.sequence, time_ns) if motion else (None, 0)
    problems += _ahead(path, early)
    problems += _impossible(path, int((~possible & (rows.sequence > loaded_through)).sum()))
    first_ns, last_ns = _span(slow, motion)
    new = rows.sequence > loaded_through
    return Decoded(
        path=path,
        size=size,
        header=header,
        damaged=_kept(recording),
        problems=problems,
        loaded_through=max([loaded_through, *rows.sequence[-1:].tolist()]),
        rows=len(rows),
        new_rows=int(new.sum()),
        malformed=sum(sample.malformed for sample in samples),
        first_ns=first_ns,
        last_ns=last_ns,
        slow=_slow_after(slow, loaded_through),
        motion=_motion_after(motion, loaded_through) if motion else None,
        links=list(_links(rows, time_ns, new & possible)),
        information=list(_information(header, rows, time_ns, new & possible)),
    )


def _kept(recording: Recording) -> str | None:
    """What the store keeps of a damage: in English, whoever loads it."""
    with speaking(ENGLISH):
        return recording.damaged


def _arrived(motion: Motion, sequence: Int64s, received_ns: Int64s) -> tuple[Motion | None, int]:
    """The samples that were not dated after they arrived, and how many others there are."""
    arrived_ns = received_ns[np.searchsorted(sequence, motion.sequence)]
    fine = motion.time_ns <= arrived_ns + AHEAD_NS
    if fine.all():
        return motion, 0
    return _motion_at(motion, fine) if fine.any() else None, int((~fine).sum())


def _implausible(path: Path, parts: Sequence[Motion]) -> tuple[str, ...]:
    if not parts:
        return ()
    samples, scale = sum(map(len, parts)), parts[0].scale
    return (
        n_(
            "{file}: {count} motion sample of an impossible scale ({size} g a count, {rate} a "
            "second) was left out. Switch the sensor off and on again.",
            "{file}: {count} motion samples of an impossible scale ({size} g a count, {rate} a "
            "second) were left out. Switch the sensor off and on again.",
            samples,
            file=path.name,
            size=f"{scale.acc_g:g}",
            rate=f"{scale.rate_hz:g}",
        ),
    )


def _ahead(path: Path, left_out: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    return (
        n_(
            "{file}: {count} sample was dated after it had arrived, and was left out. "
            "The sensor's clock or rate is not what it says; switch it off and on again.",
            "{file}: {count} samples were dated after they had arrived, and were left out. "
            "The sensor's clock or rate is not what it says; switch it off and on again.",
            left_out,
            file=path.name,
        ),
    )


def _impossible(path: Path, rows: int) -> tuple[str, ...]:
    if not rows:
        return ()
    return (
        n_(
            "{file}: {count} row is from before 1970 or after 2199 and was left out. "
            "Check the computer's clock.",
            "{file}: {count} rows are from before 1970 or after 2199 and were left out. "
            "Check the computer's clock.",
            rows,
            file=path.name,
        ),
    )


def _profiles_of(path: Path, header: Header, profiles: Mapping[str, Profile]) -> list[Profile]:
    if unknown := [key for key in header.profiles if key not in profiles]:
        raise RecordingError(
            mark("{file} is from a kind of sensor that this version does not know ({kind})."),
            mark("Update legload to read it; it is kept as it is."),
            file=path.name,
            kind=unknown[0],
        )
    return [profiles[key] for key in header.profiles]


def _connections(rows: Rows) -> Iterator[tuple[int, int]]:
    """Runs of rows from each CONNECTED on."""
    starts = np.flatnonzero(rows.kind == Kind.CONNECTED).tolist()
    yield from itertools.pairwise(sorted({0, *starts, len(rows)}))


def _connection(
    header: Header, rows: Rows, time_ns: Int64s, possible: Bools, span: range, profile: Profile
) -> Iterator[Samples]:
    """What a fresh decoder says about one connection, run by run while time does not step back."""
    uuids = profile.characteristics
    mine = [index for index, uuid in enumerate(header.characteristics) if uuid in uuids]
    part = slice(span.start, span.stop)
    wanted = np.isin(rows.kind[part], _DECODED) & np.isin(rows.characteristic[part], mine)
    at = span.start + np.flatnonzero(wanted & possible[part])
    back = np.flatnonzero(np.diff(time_ns[at]) < 0) + 1
    decoder = profile.decoder()
    for run in np.split(at, back):
        yield decoder.decode(_run(header, rows, time_ns, run))


def _run(header: Header, rows: Rows, time_ns: Int64s, at: Int64s) -> Notifications:
    return Notifications(
        sequence=rows.sequence[at],
        received_ns=time_ns[at],
        characteristic=[header.characteristics[i] for i in rows.characteristic[at].tolist()],
        payload=[rows.payload[row] for row in at.tolist()],
    )


def _slow(parts: Sequence[Slow]) -> Slow:
    if not parts:
        return Slow.of((), ())
    joined = Slow.joined(parts)
    return _slow_at(joined, np.argsort(joined.sequence, kind="stable"))


def _slow_at(slow: Slow, rows: Int64s) -> Slow:
    return Slow(
        sequence=slow.sequence[rows],
        time_ns=slow.time_ns[rows],
        channel=slow.channel[rows],
        value=slow.value[rows],
    )


def _slow_after(slow: Slow, sequence: int) -> Slow:
    return _slow_at(slow, np.flatnonzero(slow.sequence > sequence))


def _motion(path: Path, parts: Sequence[Motion]) -> tuple[Motion | None, tuple[str, ...]]:
    """All motion of the first part's scale, since a recording has one; what else there was."""
    if not parts:
        return None, ()
    scale = parts[0].scale
    same = [part for part in parts if part.scale == scale]
    other = sum(len(part) for part in parts) - sum(len(part) for part in same)
    motion = Motion(
        sequence=np.concatenate([part.sequence for part in same]),
        time_ns=np.concatenate([part.time_ns for part in same]),
        axes=np.concatenate([part.axes for part in same]),
        scale=scale,
    )
    if not other:
        return motion, ()
    said = _(
        "{file} changes its range or rate in the middle; {count} motion samples were left out. "
        "Connect the sensor anew after changing its settings.",
        file=path.name,
        count=other,
    )
    return motion, (said,)


def _motion_after(motion: Motion, sequence: int) -> Motion:
    return _motion_at(motion, motion.sequence > sequence)


def _motion_at(motion: Motion, rows: Bools) -> Motion:
    return Motion(
        sequence=motion.sequence[rows],
        time_ns=motion.time_ns[rows],
        axes=motion.axes[rows],
        scale=motion.scale,
    )


def _span(slow: Slow, motion: Motion | None) -> tuple[int | None, int | None]:
    time_ns = np.concatenate([slow.time_ns, *([motion.time_ns] if motion else [])])
    return (int(time_ns.min()), int(time_ns.max())) if len(time_ns) else (None, None)


def _links(rows: Rows, time_ns: Int64s, new: Bools) -> Iterator[LinkEvent]:
    for row in np.flatnonzero(new & np.isin(rows.kind, list(LINK_KINDS))).tolist():
        text = rows.payload[row].decode("utf-8", errors="replace")
        yield int(time_ns[row]), LINK_KINDS[Kind(rows.kind[row])], text


def _information(
    header: Header, rows: Rows, time_ns: Int64s, new: Bools
) -> Iterator[tuple[str, str, int]]:
    fields = {
        index: FIELDS[uuid] for index, uuid in enumerate(header.characteristics) if uuid in FIELDS
    }
    told = new & (rows.kind == Kind.REPLY) & np.isin(rows.characteristic, list(fields))
    for row in np.flatnonzero(told).tolist():
        key = fields[int(rows.characteristic[row])]
        yield key, parse_information(rows.payload[row]), int(time_ns[row])
