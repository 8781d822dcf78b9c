"""`LimitedData`: the facade for somebody who may see some persons and no others.

Every call has its rule in a table below; what has none is refused, so that a call that is added
later shares nothing by mistake. Whatever acts on everyone - sensors, the recording, the schedule -
is refused.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dashboard.errors import DashboardError
from dashboard.facade.sensors import doing
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.history import History, Timeline
    from dashboard.people_cards import PersonCard
    from dashboard.shown import CollectorStatus, PersonView, SensorNotes, SensorView
    from dashboard.traces import Live, Trace

FREE = frozenset({"demo", "version", "freshen", "progress", "target_sets"})
"""Tell nothing of a person, and change nothing."""

OF_A_PERSON = frozenset(
    {
        "weeks",
        "week",
        "practice",
        "minutes",
        "last_full_week",
        "known",
        "set_facts",
        "facts",
        "display",
        "set_display",
        "set_mass",
        "log_set",
        "log_balance",
        "confirm_strength",
        "undo_logged",
        "excuse",
        "zone_of",
        "trends",
        "months",
        "sessions",
        "method_of",
        "set_name",
        "take_back_mass",
        "set_note",
        "code",
        "report",
    }
)
"""Take a `person`, and speak of nobody else."""


class NotSharedError(DashboardError):
    """This identity may not see or do it."""

    def __init__(self) -> None:
        super().__init__(
            _("This is not shared with you."), _("Ask whoever runs this computer for it.")
        )


def limited(data: Data, persons: frozenset[str]) -> Data:
    """The facade for somebody who may see these persons alone, by key."""
    return cast("Data", LimitedData(data, persons))


class Limited:
    """A part of the facade, call by call as the table says."""

    def __init__(self, inner: object, persons: frozenset[str]) -> None:
        self._inner = inner
        self._persons = persons

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in FREE:
            return getattr(self._inner, name)
        found = getattr(self._inner, name)
        if name in OF_A_PERSON:
            return self._checked(found)
        return _refused if callable(found) else Closed()

    def _checked(self, call: Callable[..., object]) -> Callable[..., object]:
        """The same call, for the persons of this identity alone."""

        @functools.wraps(call)
        def checked(*given: object, **named: object) -> object:
            self._refuse(inspect.signature(call).bind(*given, **named).arguments.get("person"))
            return call(*given, **named)

        return checked

    def _refuse(self, person: object) -> None:
        if person not in self._persons:
            raise NotSharedError


class Closed:
    """A part of the facade of which every call is refused."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return _refused


def _refused(*_given: object, **_named: object) -> object:
    raise NotSharedError


class LimitedData(Limited):
    """The facade; see `limited`."""

    limited = True

    @property
    def home(self) -> Path:
        """Tells this identity's cached values from anybody else's; it is no folder."""
        said = "\0".join((str(self._data.home), *sorted(self._persons)))
        return Path("limited", hashlib.sha256(said.encode()).hexdigest())

    @property
    def _data(self) -> Data:
        return cast("Data", self._inner)

    def persons(self) -> list[PersonView]:
        """Those that may be seen."""
        return [person for person in self._data.persons() if person.key in self._persons]

    def pick(self, wanted: str | None) -> str:
        """The person meant, among those."""
        keys = [p.key for p in self.persons() if wanted in (None, p.key, p.name)]
        if len(keys) != 1:
            raise NotSharedError
        return keys[0]

    def people(self, progress: Callable[[int, int], None] | None = None) -> tuple[PersonCard, ...]:
        """Their cards."""
        return tuple(card for card in self._data.people(progress) if card.key in self._persons)

    def first_run(self) -> bool:
        """Whoever is let in is no newcomer to this computer."""
        return False

    def status(self) -> CollectorStatus:
        """The collector, with the sensors of those persons."""
        status = self._data.status()
        mine, message = self._theirs(status.sensors), status.message
        if status.running:
            message = doing(status.radio, [one.state for one in mine], recording=status.recording)
        return replace(status, sensors=mine, message=message, notice="")

    def notes(self) -> dict[str, SensorNotes]:
        """As `Data.notes`, of the sensors of those persons, for as long as they wore them."""
        seen = {sensor.key for sensor in (*self.status().sensors, *self.forgotten())}
        return {key: self._theirs_in(one) for key, one in self._data.notes().items() if key in seen}

    def _theirs_in(self, notes: SensorNotes) -> SensorNotes:
        mine = tuple(one for one in notes.assignments if one.person in self._persons)
        return replace(notes, assignments=mine)

    def sensor(self, wanted: str) -> SensorView:
        """One sensor of those persons."""
        for sensor in (*self.status().sensors, *self.forgotten()):
            if wanted in (sensor.key, sensor.name):
                return sensor
        raise NotSharedError

    def forgotten(self) -> list[SensorView]:
        """Sensors of those persons that nobody listens to any more."""
        return list(self._theirs(tuple(self._data.forgotten())))

    def _theirs(self, sensors: tuple[SensorView, ...]) -> tuple[SensorView, ...]:
        return tuple(sensor for sensor in sensors if sensor.person in self._persons)

    @property
    def live(self) -> LimitedLive:
        """The last minute of the sensors of those persons."""
        return LimitedLive(self._data.live, self._persons)

    @property
    def keeping(self) -> Limited:
        """Of what is kept, only what is said of one of those persons."""
        return Limited(self._data.keeping, self._persons)

    @property
    def reporting(self) -> Limited:
        """The reports of those persons, one by one."""
        return Limited(self._data.reporting, self._persons)

    @property
    def history(self) -> LimitedHistory:
        """The past of those persons."""
        return LimitedHistory(self._data.history, self._persons)


class LimitedHistory(Limited):
    """`Data.history`, for those persons."""

    def timeline(self, person: str, key: str) -> Timeline:
        """One session, if it is theirs, whoever is said to be meant."""
        self._refuse(person)
        found = cast("History", self._inner).timeline(person, key)
        self._refuse(found.line.person)
        return found


class LimitedLive(Limited):
    """`Data.live`, for those persons."""

    def traces(self, sensors: Sequence[SensorView], **more: Any) -> dict[str, Trace]:
        """As `Live.traces`, of sensors that those persons wear."""
        mine = [sensor for sensor in sensors if sensor.person in self._persons]
        live = cast("Live", self._inner)
        return live.traces(mine, **more)


def rules() -> Mapping[str, str]:
    """The rule of every call that has one, by name: free, person, own; the rest is refused."""
    classes = (LimitedData, LimitedHistory, LimitedLive)
    own = {name for one in classes for name in vars(one) if name[0] != "_"}
    return {
        **dict.fromkeys(FREE, "free"),
        **dict.fromkeys(OF_A_PERSON, "person"),
        **dict.fromkeys(own, "own"),
    }
