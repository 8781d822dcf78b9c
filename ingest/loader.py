"""From recordings into the store: exactly once, however often it runs or dies."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import devices
from devices.profile import DeviceError, Profile
from ingest.clock import Clock, SystemClock
from ingest.database import Sleep, StoreDamaged, explained, writing_lock
from ingest.decoding import Decoded, decode_recording
from ingest.entries import Entries, Registry
from ingest.header import Header, RecordingError, read_header, recording_paths
from ingest.queries import Instant, Known, Store, to_instant
from ingest.replay import read_recording
from ingest.salvage import discard, writer
from ingest.store import try_reader
from ingest.weighing import WEIGHT_SCALE, weighed
from ingest.writes import RowsRefused, StoreWriter
from language.spoken import _, mark

log = logging.getLogger(__name__)

PATIENCE_S = 60.0
BATCH_SAMPLES = 1_000_000  # about 20 MB in memory, and well under a second in which nobody can read
BATCH_RECORDINGS = 200
MOST_NAMED = 5

Progress = Callable[[int, int], None]
"""(recordings done, recordings to do)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSummary:
    """What a load did: counts of recordings that grew, of their new rows and new samples.

    touched: by sensor, the first and last instant of the new samples; problems: a sentence each.
    """

    recordings: int = 0
    rows: int = 0
    samples: int = 0
    motion: int = 0
    touched: dict[str, tuple[Instant, Instant]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grown:
    """A recording that holds more than the store has of it."""

    path: Path
    size: int
    header: Header
    loaded_through: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    home: Path
    profiles: Mapping[str, Profile]
    patience_s: float
    sleep: Sleep
    clock: Clock
    progress: Progress


def load(
    home: Path,
    *,
    progress: Progress | None = None,
    profiles: Mapping[str, Profile] | None = None,
    patience_s: float = PATIENCE_S,
    sleep: Sleep = time.sleep,
    clock: Clock | None = None,
) -> LoadSummary:
    """Load every recording that grew, newest first, and bring the entries' tables up to date.

    Recordings that cannot be read or stored are named in `LoadSummary.problems` and left as they
    are; so are damaged entries, and recordings of sensors that no entry knows.
    A store that turns out to be damaged is set aside and built anew.

    Raises:
        StoreBusy: another process writes, or holds the store, for longer than `patience_s`.
        StoreError: the disk is full, or the folder does not permit it.
        IngestError: the entries cannot be read.
    """
    context = _Context(
        home=home,
        profiles=devices.PROFILES if profiles is None else profiles,
        patience_s=patience_s,
        sleep=sleep,
        clock=clock or SystemClock(),
        progress=progress or (lambda _done, _all: None),
    )
    with writing_lock(home, patience_s):
        try:
            return _load(context)
        except StoreDamaged as error:
            log.warning("%s", error.problem)
            discard(home, context.clock)
            return _load(context)


def rebuild(home: Path, *, progress: Progress | None = None) -> LoadSummary:
    """Set the store aside and load everything again; see `load`."""
    clock = SystemClock()
    with writing_lock(home, PATIENCE_S):
        discard(home, clock)
    return load(home, progress=progress, clock=clock)


def _load(context: _Context) -> LoadSummary:
    said = Entries(context.home).reading()
    known = _prepare(context, said.registry)
    grown, problems = _grown(context.home, known)
    summary = LoadSummary(problems=(*said.problems, *problems))
    sensors = {one.sensor for one in known.values()}
    batch: list[Decoded] = []
    for done, recording in enumerate(grown, 1):
        try:
            batch.append(_decode(recording, context.profiles))
        except RecordingError as error:
            summary = replace(summary, problems=(*summary.problems, str(error)))
        if batch and (done == len(grown) or _is_full(batch)):
            added, refused = _add(context, batch)
            sensors |= {one.header.sensor for one in added}
            _weigh(context, said.registry, {one.header.sensor for one in added})
            summary = _plus(summary, added)
            summary, batch = replace(summary, problems=(*summary.problems, *refused)), []
        context.progress(done, len(grown))
    unknown = _unknown(sensors - said.registry.sensors.keys())
    return replace(summary, problems=(*summary.problems, *unknown))


def _add(context: _Context, batch: Sequence[Decoded]) -> tuple[list[Decoded], list[str]]:
    """Put a batch into the store, one by one if it is refused as a whole; what did not fit."""
    added: list[Decoded] = []
    refused: list[str] = []
    with _writer(context) as store:
        try:
            store.add(batch)
        except RowsRefused as error:
            log.warning("%s", error.problem)
        else:
            return list(batch), []
        for one in batch:
            try:
                store.add([one])
                added.append(one)
            except RowsRefused as error:
                log.exception("adding %s", one.path.name)
                refused.append(str(error))
    return added, refused


def _unknown(sensors: Set[str]) -> tuple[str, ...]:
    """Sensors that recorded and that no entry knows, in a sentence."""
    if not sensors:
        return ()
    keys = sorted(sensors)
    named = ", ".join(keys[:MOST_NAMED])
    if len(keys) > MOST_NAMED:
        named = _("{names} and {count} more", names=named, count=len(keys) - MOST_NAMED)
    said = _(
        "Recordings of unknown sensors are kept but not scored: {names}. "
        "Pair the sensor again, or restore entries.jsonl from a backup; they count then.",
        names=named,
    )
    return (said,)


def _prepare(context: _Context, registry: Registry) -> dict[str, Known]:
    """See that the store is whole and says what the entries say; which recordings it knows."""
    reader = try_reader(context.home, context.patience_s, context.sleep)
    if reader is not None:
        with explained(), closing(reader):
            store = Store(reader)
            if store.reflects(weighed(store, registry)):
                return store.known()
    with _writer(context) as writing:
        writing.project(weighed(writing, registry))
        return writing.known()


def _weigh(context: _Context, registry: Registry, sensors: Set[str]) -> None:
    """Have the persons weigh what their scales newly say, and what depends on it stale."""
    scales = {s.key for s in registry.sensors.values() if WEIGHT_SCALE in s.profiles}
    if scales & sensors:
        with _writer(context) as writing:
            writing.project(weighed(writing, registry))


def _writer(context: _Context) -> AbstractContextManager[StoreWriter]:
    return writer(context.home, context.patience_s, context.sleep, context.clock)


def _grown(home: Path, known: Mapping[str, Known]) -> tuple[list[_Grown], list[str]]:
    """Recordings that changed since they were loaded, newest first; what could not be read.

    Of copies of a recording the longest counts, of those the first by name.
    """
    longest: dict[str, tuple[int, Path, Header | None]] = {}
    problems: list[str] = []
    for path in recording_paths(home):
        try:
            size, header = _size(path), None
            if (old := known.get(path.stem)) is None or old.size != size:
                header = read_header(path)
        except RecordingError as error:
            problems.append(str(error))
            continue
        id_ = header.id if header else path.stem
        if id_ not in longest or size > longest[id_][0]:
            longest[id_] = (size, path, header)
    found = []
    for id_, (size, path, header) in longest.items():
        old = known.get(id_)
        if header is not None and (old is None or old.size != size):
            through = old.loaded_through if old else -1
            found.append(_Grown(path=path, size=size, header=header, loaded_through=through))
    return sorted(found, key=lambda one: one.header.started_utc_ns, reverse=True), problems


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise RecordingError(
            mark("Could not read {file}: {why}."),
            mark("Check that the file exists and that you may read it."),
            file=path.name,
            why=error.strerror or error,
        ) from error


def _decode(grown: _Grown, profiles: Mapping[str, Profile]) -> Decoded:
    try:
        recording = read_recording(grown.path)
        return decode_recording(grown.path, grown.size, recording, profiles, grown.loaded_through)
    except (DeviceError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        log.exception("decoding %s", grown.path.name)
        raise RecordingError(
            mark("{file} could not be decoded ({why})."),
            mark("Please report this with the log; the recording is kept as it is."),
            file=grown.path.name,
            why=error,
        ) from error


def _is_full(batch: Sequence[Decoded]) -> bool:
    samples = sum(len(one.slow) + len(one.motion or ()) for one in batch)
    return samples >= BATCH_SAMPLES or len(batch) >= BATCH_RECORDINGS


def _plus(summary: LoadSummary, batch: Sequence[Decoded]) -> LoadSummary:
    touched = dict(summary.touched)
    for one in batch:
        if spans := one.touched:
            first, last = to_instant(spans[0][0]), to_instant(spans[-1][1])
            before = touched.get(one.header.sensor, (first, last))
            touched[one.header.sensor] = (min(before[0], first), max(before[1], last))
    return replace(
        summary,
        recordings=summary.recordings + len(batch),
        rows=summary.rows + sum(one.new_rows for one in batch),
        samples=summary.samples + sum(len(one.slow) for one in batch),
        motion=summary.motion + sum(len(one.motion or ()) for one in batch),
        touched=touched,
        problems=summary.problems + tuple(text for one in batch for text in one.problems),
    )
