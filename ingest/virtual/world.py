"""Virtual sensors on a virtual link."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from bumble.link import LocalLink

from ingest.clock import Clock
from ingest.shake import PERSON, feels
from ingest.virtual.hand import Doing
from ingest.virtual.peripheral import Peripheral, VirtualSensor


class VirtualWorld:
    """Sensors on a link for as long as it is entered; an error in a source ends the block."""

    def __init__(
        self,
        link: LocalLink,
        sensors: Sequence[VirtualSensor],
        clock: Clock,
        rng: np.random.Generator,
    ) -> None:
        self._link = link
        self._sensors = tuple(sensors)
        self._clock = clock
        self._rngs = rng.spawn(len(sensors))
        self._stack = contextlib.AsyncExitStack()
        self._before: Callable[[str], None] | None = None
        self.peripherals: dict[str, Peripheral] = {}

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as undo:
            tasks = await undo.enter_async_context(asyncio.TaskGroup())
            for sensor, rng in zip(self._sensors, self._rngs, strict=True):
                peripheral = Peripheral(sensor, self._link, self._clock, rng, tasks)
                undo.push_async_callback(peripheral.stop)
                await peripheral.start()
                self.peripherals[sensor.address] = peripheral
            self._stack = undo.pop_all()
        self._before = PERSON.get()
        PERSON.set(self.obey)
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        PERSON.set(self._before)
        self.peripherals.clear()
        await self._stack.__aexit__(*exc_info)

    def obey(self, phase: str) -> None:
        """Do what the phase of a search for a shaken sensor asks for.

        Sensors that somebody is connected to already are worn on; the others are laid down at
        once, since their sources are up to 2 s ahead of what is sent.
        """
        if phase == "look":
            for peripheral in self.peripherals.values():
                if peripheral.connection is None:
                    peripheral.sensor.hand.doing = Doing.LYING
        elif phase == "shake":
            for peripheral in self.peripherals.values():
                hand = peripheral.sensor.hand
                able = peripheral.connection is not None and feels(peripheral.sensor.profiles)
                if able and hand.doing is Doing.LYING:
                    hand.doing = Doing.SHAKEN
                    return
        elif phase == "done":
            for peripheral in self.peripherals.values():
                peripheral.sensor.hand.doing = Doing.WORN
