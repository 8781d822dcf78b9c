"""The part of the facade that knows sensors: the collector, pairing, and where each one sits."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import msgspec

from dashboard import processes, reach
from dashboard.assignments import Said, assigned_anew, assignment_of, counted_anew, replaced
from dashboard.errors import DashboardError
from dashboard.facade.base import LONGEST_NAME, Home, told
from dashboard.shown import (
    Around,
    CollectorStatus,
    LastKnown,
    Preview,
    Seen,
    SensorNotes,
    SensorView,
    find_sensor,
    kind_counts,
    kind_placements,
    kind_title,
    last_known,
    preview_of,
    sensor_notes,
    sensor_view,
)
from devices.profile import Placement
from ingest.collector import CollectorState
from ingest.control import NotRunning, ask
from ingest.entries import (
    Assignment,
    AssignmentRemoved,
    Sensor,
    SensorForgotten,
    SensorNamed,
)
from ingest.errors import IngestError
from ingest.link import Seen as InTheAir
from ingest.link import short_address
from ingest.pairing import refuse_misfit
from ingest.session import State
from ingest.shake import Shaking
from ingest.store import open_store
from language.spoken import _, n_

STATUS_S = 2.0
START_S = 20.0
POLL_S = 0.2
NOTES_S = 1.0


class Sensing(Home):
    """Sensors, paired and in the air, and the collector that listens to them."""

    def status(self) -> CollectorStatus:
        """The collector, running or not, and every paired sensor. Never raises."""
        try:
            state = msgspec.convert(ask(self.home, "status", timeout_s=STATUS_S), CollectorState)
        except NotRunning:
            message = _("Nothing is being recorded: the collector is not running.")
            return self._status(None, message)
        except IngestError as error:
            return self._status(None, str(error))
        seen = [sensor.state.value for sensor in state.sensors]
        return self._status(state, doing(state.radio, seen, recording=state.recording))

    def _status(self, state: CollectorState | None, message: str) -> CollectorStatus:
        known = {status.sensor: status for status in state.sensors} if state else {}
        active = self._registry().active
        last = self._last(active) if len(known) < len(active) else {}
        sensors = tuple(sensor_view(s, known.get(s.key), last.get(s.key)) for s in active)
        return CollectorStatus(
            running=state is not None,
            radio=state.radio if state else self._radio,
            recording=state.recording if state else False,
            message=message,
            sensors=sensors,
            notice=state.notice if state else "",
        )

    def _last(self, sensors: Sequence[Sensor]) -> dict[str, LastKnown]:
        """What the store knows of sensors that nobody listens to now; nothing while it is busy."""

        def read() -> dict[str, LastKnown]:
            with open_store(self.home, patience_s=0.0) as store:
                return {key: last_known(store, key) for key in keys}

        keys = [sensor.key for sensor in sensors]
        try:
            return self._kept.unchanged(f"last {keys}", read)
        except IngestError:
            return {}

    def start_collector(self) -> None:
        """Start a collector in a process of its own, unless one runs, and wait until it answers.

        Raises:
            DashboardError: it does not start.
        """
        if self.status().running:
            return
        words = processes.command(self.home, "record", radio=self._radio)
        log = self.home / "logs" / "record.log"
        child = processes.spawn(words, log)
        for _try in range(round(START_S / POLL_S)):
            if self.status().running:
                return
            if child.poll() is not None:
                break
            time.sleep(POLL_S)
        raise DashboardError(
            _("The collector did not start. {reason}", reason=processes.last_line(log)),
            _("Run 'legload doctor' to see what stands in the way."),
        )

    def set_recording(self, on: bool) -> None:
        """Start or stop recording every paired sensor."""
        told(lambda: ask(self.home, "record", on=on))

    def scan(self, seconds: float = 4.0) -> Around:
        """What is in the air; the collector looks, and is started if need be."""
        self.start_collector()
        found = told(lambda: reach.sweep(self.home, None, seconds))
        return Around(sensors=tuple(map(self._seen, found.sensors)), others=found.others)

    def _seen(self, seen: InTheAir) -> Seen:
        paired = {s.address: s.called or s.key for s in self._registry().active}
        return Seen(
            address=seen.address,
            short=short_address(seen.address),
            name=seen.name,
            profiles=seen.profiles,
            title=kind_title(seen.profiles),
            rssi=seen.rssi,
            paired_as=paired.get(seen.address),
            placements=kind_placements(seen.profiles),
            counts=kind_counts(seen.profiles),
        )

    def shake(self) -> None:
        """Begin to look for the sensor that somebody shakes; `shaking` tells how far that is."""
        self.start_collector()
        told(lambda: reach.begin_shake(self.home))

    def shaking(self) -> tuple[Shaking, Seen | None] | None:
        """How far the search is, and the sensor once it was found; None: nobody asked for it."""
        now = told(lambda: reach.shake_progress(self.home))
        if now is None:
            return None
        return now, self._seen(now.found) if now.found else None

    def preview(self, address: str, seconds: float = 6.0) -> Preview:
        """What a sensor says right now, before it is saved."""
        self.start_collector()
        return preview_of(told(lambda: reach.preview(self.home, None, address, seconds)))

    def pair(
        self,
        address: str,
        *,
        placement: str,
        person: str,
        load_kg: float = 0.0,
        counts: str | None = None,
    ) -> str:
        """Save a sensor and where it sits; its key."""
        self.start_collector()
        place = Placement(placement)
        self.introduce(person)
        return told(
            lambda: reach.pair(
                self.home,
                None,
                address,
                placement=place,
                person=person,
                load_kg=load_kg,
                counts=counts,
            )
        )

    def forget(self, sensor: str) -> None:
        """Stop listening to a sensor; what it recorded stays."""
        sensor = self._sensor(sensor).key
        now = dt.datetime.now(dt.UTC)
        told(lambda: self._entries.append(SensorForgotten(at=now, sensor=sensor)))

    def rename(self, sensor: str, name: str) -> None:
        """Call a sensor by another name, which stays its own however it is paired; "": as before.

        Raises:
            DashboardError: it cannot be a name, or another sensor that is paired has it.
        """
        word = " ".join(name.split())
        if len(word) > LONGEST_NAME or not word.isprintable():
            raise DashboardError(
                _("'{name}' cannot be a name.", name=name[:LONGEST_NAME]),
                _("Use up to {most} letters, digits and spaces.", most=LONGEST_NAME),
            )
        found, now = self._sensor(sensor), dt.datetime.now(dt.UTC)
        for other in self._registry().active if word else ():
            taken = other.key != found.key and word.casefold() in (
                other.called.casefold(),
                other.key,
            )
            if taken:
                raise DashboardError(
                    _("{key} is called {name!r} already.", key=other.key, name=word),
                    _("Choose another name, or rename that one first."),
                )
        told(lambda: self._entries.append(SensorNamed(at=now, sensor=found.key, name=word)))

    def replace(self, sensor: str, address: str) -> str:
        """Have another sensor take the place of a paired one from now on; the new one's key."""
        self.start_collector()
        old = self._sensor(sensor)
        return told(lambda: reach.put_in_place(self.home, None, old, address))

    def assign(
        self,
        sensor: str,
        *,
        placement: str | None = None,
        person: str | None = None,
        load_kg: float | None = None,
        counts: str | None = None,
        since: dt.date | None = None,
        correct: dt.datetime | None = None,
    ) -> tuple[Assignment, ...]:
        """Say anew where a sensor sits; None keeps what was said. Stored minutes are scored again.

        since: it holds from that local day on, or from that instant. correct: when the assignment
        began that is meant, which then begins at `since`, or when it did. Neither: the one in force
        is corrected. Returned are the assignments that were replaced.

        Raises:
            DashboardError: unknown sensor, person or assignment, a place where it cannot sit, or a
                day that is yet to come.
        """
        found = self._sensor(sensor)
        place = Placement(placement) if placement else None
        before = found.current.counts if found.current else None
        new = None if counts == before else counts
        told(lambda: refuse_misfit(found.profiles, placement=place, load_kg=load_kg, counts=new))
        wanted = Said(
            placement=placement,
            person=self.pick(person) if person else None,
            load_kg=load_kg,
            counts=counts,
        )
        zone = self.zone_of(wanted.person or (found.current.person if found.current else None))
        now = dt.datetime.now(dt.UTC)
        said = assigned_anew(
            found, wanted, now=now, zone=zone, alone=self.pick, since=since, correct=correct
        )
        told(lambda: self._entries.append(*said))
        return replaced(found, said)

    def recount(self, sensor: str, counts: str) -> None:
        """Say what a foot pod's cadence counts, and counted ever since it was paired."""
        found = self._sensor(sensor)
        told(lambda: refuse_misfit(found.profiles, counts=counts))
        said = counted_anew(found, counts, now=dt.datetime.now(dt.UTC))
        told(lambda: self._entries.append(*said))

    def unassign(self, sensor: str, began: dt.date) -> None:
        """Remove an assignment that was never so; the one before it holds on.

        began: the instant it did (aware, or on its wearer's clock), or the day.

        Raises:
            DashboardError: there is none, there are several, or it is the only one.
        """
        found = self._sensor(sensor)
        one = assignment_of(found, began, self.zone_of)
        entry = AssignmentRemoved(at=dt.datetime.now(dt.UTC), sensor=found.key, since=one.since)
        told(lambda: self._entries.append(entry))

    def notes(self) -> dict[str, SensorNotes]:
        """What is known of each sensor ever paired, by key; little while the store is busy."""
        sensors = self._registry().sensors.values()

        def read() -> dict[str, SensorNotes]:
            with open_store(self.home, patience_s=NOTES_S) as store:
                return {s.key: sensor_notes(store, s, self._midnight(s)) for s in sensors}

        today = [str(self._midnight(sensor)) for sensor in sensors]
        try:
            return self._kept.unchanged(f"notes {today}", read)
        except IngestError:
            return {s.key: SensorNotes(assignments=s.assignments) for s in sensors}

    def _midnight(self, sensor: Sensor) -> dt.datetime:
        zone = self.zone_of(sensor.current.person if sensor.current else None)
        today = dt.datetime.now(zone).date()
        return dt.datetime.combine(today, dt.time(), zone).astimezone(dt.UTC)

    def sensor(self, wanted: str) -> SensorView:
        """One sensor, paired or forgotten: by key, name or address.

        Raises:
            DashboardError: none is meant, or several are.
        """
        found = self._sensor(wanted)
        active = (view for view in self.status().sensors if view.key == found.key)
        return next(active, None) or sensor_view(found, None, self._last([found]).get(found.key))

    def forgotten(self) -> list[SensorView]:
        """Sensors that nobody listens to any more; what they recorded counts all the same."""
        gone = [sensor for sensor in self._registry().sensors.values() if sensor.forgotten]
        last = self._last(gone) if gone else {}
        return [sensor_view(sensor, None, last.get(sensor.key)) for sensor in gone]

    def _sensor(self, key: str) -> Sensor:
        return find_sensor(self._registry(), key)


def doing(radio: str, states: Sequence[str], *, recording: bool) -> str:
    """What a collector that runs is doing, in one sentence; states: of the sensors told of."""
    if not recording:
        return _("Recording is paused.")
    if not states:
        return _("Ready over {radio}; no sensor is paired yet.", radio=_(radio))
    streaming = sum(state == State.STREAMING for state in states)
    return n_(
        "Recording {streaming} of {count} sensor, over {radio}.",
        "Recording {streaming} of {count} sensors, over {radio}.",
        len(states),
        streaming=streaming,
        radio=_(radio),
    )
