"""Points of one exercise, as TCX and GPX hold them, to channels.

Cadence on foot. Garmin's schemas count one foot (`RunCadence`, `Cadence`, `cad`: "revolutions per
minute"), and Garmin Connect and Strava export it so; other programs write the steps of both feet
(github.com/Runalyze/Runalyze/issues/1367, github.com/yihong0618/running_page/pull/1012). Nobody
runs with more than 110 or walks with more than 80 strides a minute on the whole, so that a median
above is of steps.

Speed on foot where none is written. From the distance so far, or from positions: the straight line
over about 5 s around each point, where points are at most 5 s apart. Summing the way from point to
point would make it longer than it was (Ranacher 2016, doi:10.1080/13658816.2015.1086924). Nothing
is said across a jump faster than 12.5 m/s, which nobody runs.
"""

from __future__ import annotations

import array
import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np

from devices.profile import Channel, Floats, Int64s
from ingest.errors import IngestError
from ingest.importers.imported import Into
from ingest.importers.sports import Sport, sport_of
from ingest.importers.taking import Source, Taking
from ingest.importers.telling import channel_text
from language.spoken import _, mark

COLUMNS = (
    "heart", "cadence", "run_cadence", "speed", "watts", "distance", "latitude", "longitude",
)  # fmt: skip

MOST_POINTS = 2_000_000
"""In one file: three weeks at one a second."""

STRIDES_MOST = {Sport.RUN: 110.0, Sport.WALK: 80.0}
"""Strides a minute above which a median is of steps (design: 220 and 160 steps)."""

FASTEST_MPS = 12.5
BRIDGED_S = 5.0
"""As `analytics/held.py` has it: a longer gap is not bridged, and a point speaks for 1 s."""

SMART_S = 2.0
"""Median distance of points from which a file leaves some out ("smart recording"; design)."""

PAUSE_S = 60.0
"""A longer gap is taken for a pause: watches that leave points out leave out less (design)."""

WINDOW_S = 2.5
EARTH_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

_Way = Callable[[Floats, Floats], Floats]


class Points:
    """Columns of one exercise; NaN is not told."""

    def __init__(self) -> None:
        self._time = array.array("q")
        self._columns = {name: array.array("d") for name in COLUMNS}

    def __len__(self) -> int:
        return len(self._time)

    def append(self, time_ns: int, told: dict[str, float]) -> None:
        """One point; told: by column, what it says."""
        self._time.append(time_ns)
        for name, column in self._columns.items():
            column.append(told.get(name, math.nan))

    def columns(self) -> tuple[Int64s, dict[str, Floats]]:
        """Times and columns in order of time, each instant once."""
        time_ns, first = np.unique(np.array(self._time, np.int64), return_index=True)
        return time_ns, {name: np.array(told)[first] for name, told in self._columns.items()}


def refuse_more(points: int, file: str) -> None:
    """Stop at more points than any exercise has.

    Raises:
        IngestError: that is so.
    """
    if points > MOST_POINTS:
        raise IngestError(
            mark("{file} holds more points than three weeks of exercise."),
            mark("Nothing was imported. Export single activities instead."),
            file=file,
        )


def give(
    taking: Taking, into: Into, points: Points, *, word: str, identity: str, name: str
) -> None:
    """Hand the points of one exercise over. word: its sport as the file has it; identity, name: of
    what measured it."""
    if not len(points):
        return
    time_ns, told = points.columns()
    steps = bool(np.isfinite(told["run_cadence"]).any())
    sport = _sport(into, word, steps=steps)
    source = Source(
        identity=identity,
        name=name,
        kind=sport.machine,
        placement=(into.told.placement if sport.on_foot else None) or sport.placement,
    )
    taking.add(source, Channel.HEART_RATE, time_ns, _told(told["heart"]))
    for channel, value in _channels(sport, time_ns, told):
        taking.add(source, channel, time_ns, value)
    taking.hold(source, time_ns, holds_s(time_ns))
    taking.skip(_("seconds"), unsaid_s(time_ns), _("the file has no record close enough to them"))
    _skip(taking, sport, word, told)


def _sport(into: Into, word: str, *, steps: bool) -> Sport:
    """What a person says, else the file; steps that nobody names were walked or run."""
    said = sport_of(into.told.kind) if into.told.kind else sport_of(word)
    return said or (Sport.WALK if steps else Sport.OTHER)


def _channels(
    sport: Sport, time_ns: Int64s, told: dict[str, Floats]
) -> Iterator[tuple[Channel, Floats]]:
    cadence = np.where(np.isfinite(told["run_cadence"]), told["run_cadence"], told["cadence"])
    if sport.on_foot:
        yield Channel.STEP_CADENCE, as_steps(cadence, sport)
        yield Channel.SPEED, _speed(time_ns, told)
    elif sport is Sport.BIKE:
        yield Channel.CRANK_CADENCE, told["cadence"]
        yield Channel.POWER, told["watts"]
    elif sport is Sport.ROW:
        yield Channel.STROKE_CADENCE, told["cadence"]
        yield Channel.POWER, told["watts"]
    elif sport is Sport.ELLIPTICAL:
        yield Channel.STEP_CADENCE, 2.0 * cadence
        yield Channel.POWER, told["watts"]


def _skip(taking: Taking, sport: Sport, word: str, told: dict[str, Floats]) -> None:
    """Say what of the points is not used."""
    counts = {name: int(np.isfinite(column).sum()) for name, column in told.items()}
    if sport.on_foot:
        why = _("running power is not what legs push on pedals")
        taking.skip(channel_text(Channel.POWER), counts["watts"], why)
    elif sport is Sport.OTHER:
        named = sport_of(word) is Sport.OTHER
        why = (
            _("what it means for the legs in “{sport}” is not known", sport=word.strip()[:40])
            if named
            else _("the file does not say what exercise it was")
        )
        taking.skip(_("cadence"), counts["cadence"], why)
        taking.skip(channel_text(Channel.POWER), counts["watts"], why)
        taking.skip(_("positions"), counts["latitude"], why)


def holds_s(time_ns: Int64s) -> Floats:
    """How long what each point says holds until the next, s, where that is 5 to 60 s away and the
    file leaves out what changes little; NaN elsewhere. Nothing here says when a clock was stopped,
    so files of a point a second or so have pauses, and others have not (design)."""
    gap_s = np.append(np.diff(time_ns) / 1e9, np.nan)
    if len(gap_s) < 3 or np.nanmedian(gap_s) < SMART_S:
        return np.full(len(gap_s), np.nan)
    return np.where((gap_s > BRIDGED_S) & (gap_s <= PAUSE_S), gap_s, np.nan)


def unsaid_s(time_ns: Int64s) -> int:
    """Seconds between points too far apart for one to speak until the next; pauses aside."""
    gap_s = np.append(np.diff(time_ns) / 1e9, np.nan)
    far = (gap_s > BRIDGED_S) & (gap_s <= PAUSE_S) & np.isnan(holds_s(time_ns))
    return round(float((gap_s[far] - 1.0).sum()))


def as_steps(cadence: Floats, sport: Sport) -> Floats:
    """Steps a minute of both feet from a cadence of one foot, or of both."""
    moving = cadence[cadence > 0]
    if not len(moving):
        return cadence
    both = float(np.median(moving)) > STRIDES_MOST[sport]
    return cadence if both else 2.0 * cadence


def _told(value: Floats) -> Floats:
    """Zero stands for no heart rate."""
    return np.where(value > 0, value, np.nan)


def _speed(time_ns: Int64s, told: dict[str, Floats]) -> Floats:
    """Speeds as written, or where there are none, over the ground, m/s."""
    if np.isfinite(told["speed"]).any():
        return told["speed"]
    if np.isfinite(told["distance"]).any():
        return _over(time_ns, told["distance"][:, np.newaxis], _ahead)
    there = (np.abs(told["latitude"]) <= 90) & (np.abs(told["longitude"]) <= 180)
    where = np.stack([told["latitude"], told["longitude"]], axis=1)
    where[~there] = np.nan
    return _over(time_ns, where, _apart)


def _ahead(one: Floats, other: Floats) -> Floats:
    """How far a distance so far grew, m; NaN where it shrank."""
    grown = (other - one)[:, 0]
    return np.where(grown >= 0, grown, np.nan)


def _apart(one: Floats, other: Floats) -> Floats:
    """Great circle distance of positions in degrees, m (haversine)."""
    (lat, lon), (lat2, lon2) = np.radians(one).T, np.radians(other).T
    half = (
        np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return metres


def _over(time_ns: Int64s, where: Floats, way: _Way) -> Floats:
    """Speed at each point from where it was just before and after, m/s; NaN where not known."""
    speed = np.full(len(time_ns), np.nan)
    known = np.flatnonzero(np.isfinite(where).all(axis=1))
    time_s = (time_ns[known] - time_ns[0]) / 1e9 if len(known) else np.empty(0)
    for start, end in _runs(time_s, where[known], way):
        part, at = time_s[start:end], where[known[start:end]]
        own = np.arange(end - start)
        first = np.minimum(np.searchsorted(part, part - WINDOW_S), np.maximum(own - 1, 0))
        last = np.searchsorted(part, part + WINDOW_S, side="right") - 1
        last = np.maximum(last, np.minimum(own + 1, end - start - 1))
        speed[known[start:end]] = way(at[first], at[last]) / (part[last] - part[first])
    return speed


def _runs(time_s: Floats, where: Floats, way: _Way) -> Iterator[tuple[int, int]]:
    """[start, end) of points that follow each other closely and without a jump, two or more."""
    gap_s = np.diff(time_s)
    with np.errstate(invalid="ignore"):
        jump = way(where[:-1], where[1:]) / gap_s > FASTEST_MPS
    cuts = np.flatnonzero((gap_s > BRIDGED_S) | jump) + 1
    for start, end in itertools.pairwise([0, *cuts.tolist(), len(time_s)]):
        if end - start > 1:
            yield start, end
