"""Boards and watches that speak their maker's own language, on persons who walk and run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from devices import infinitime, microbit, thingy52, witmotion
from devices.profile import DeviceError, Floats, Int16s, Int64s, Placement
from devices.walker import Walker, live_walk
from devices.witmotion_stream import SIZE
from ingest.virtual.hand import Hand, Held, Person
from ingest.virtual.peripheral import Answer, Emission, Source, VirtualSensor
from ingest.virtual.sources import CHUNK_S, with_companions

KEPT_BACK = 7
"""Bytes of a WitMotion frame that leave with the next: every one straddles two notifications."""

ROUND_S = 0.0999
"""A round of the watch: 100 ticks of 1/1024 s and some work (design)."""

_FACTORY_RATE = 0x06  # 10 Hz, the maker's default


def witmotion_leg(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """A WitMotion on the left shank; locked and at 10 Hz until it is told otherwise."""
    hand = Hand()
    board = _WitMotion(Held(Walker(rng, live_walk(rng, start_ns)), hand))
    return VirtualSensor(
        name="WT901BLE",
        address="D0:1E:61:0A:D0:50",
        profiles=with_companions("witmotion"),
        sources={"witmotion": board.source},
        answer=board.answer,
        serial="VIRTUAL-WITMOTION-1",
        battery_percent=58,
        hand=hand,
    )


def microbit_leg(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """A micro:bit on the right shank; takes the periods its specification lists."""
    hand = Hand()
    person = Held(Walker(rng, live_walk(rng, start_ns)), hand)
    return VirtualSensor(
        name="BBC micro:bit",
        address="D0:1E:61:0A:D0:51",
        profiles=with_companions("microbit"),
        sources={"microbit": _board_motion(person)},
        values={microbit.PERIOD: microbit.encode_period(80)},
        answer=_nearest_period,
        serial="VIRTUAL-MICROBIT-1",
        battery_percent=72,
        hand=hand,
    )


def infinitime_watch(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """A PineTime; its wrist moves as the trunk does, for there is no model of an arm."""
    return VirtualSensor(
        name="InfiniTime",
        address="D0:1E:61:0A:D0:52",
        profiles=with_companions("infinitime"),
        sources={"infinitime": _watched(Walker(rng, live_walk(rng, start_ns)))},
        serial="VIRTUAL-PINETIME-1",
        battery_percent=66,
    )


class _WitMotion:
    """Its registers, and the byte stream it sends at their rate."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._unlocked = False
        self._rate = _FACTORY_RATE
        self._replies: list[bytes] = []

    def answer(self, characteristic: str, payload: bytes) -> Answer:
        """Take a command; what it is asked for follows in the stream."""
        if characteristic != witmotion.COMMAND or len(payload) != 5:
            raise DeviceError("not a command")
        rate = payload[3]
        if payload == witmotion.UNLOCK:
            self._unlocked = True
        elif payload == witmotion.read_register(witmotion.RATE_REGISTER):
            registers = witmotion.Registers(
                first=witmotion.RATE_REGISTER, values=(self._rate, *7 * (0,))
            )
            self._replies.append(witmotion.encode_registers(registers))
        elif payload == witmotion.write_register(witmotion.RATE_REGISTER, rate) and self._unlocked:
            self._rate = rate
        return Answer(keep=payload)

    def source(self, start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        """Frames and replies one after the other, cut without regard to where they end."""
        waiting = b""
        for at_s, frame in self._frames(start_ns):
            waiting += frame + b"".join(self._replies)
            self._replies.clear()
            while len(waiting) > KEPT_BACK:
                size = min(SIZE, len(waiting) - KEPT_BACK)
                yield at_s, witmotion.STREAM, waiting[:size]
                waiting = waiting[size:]

    def _frames(self, start_ns: int) -> Iterator[tuple[float, bytes]]:
        now_s = 0.0
        while True:
            rate, times_s = self._rate, _times(now_s, witmotion.RATES_HZ[self._rate])
            counts = self._person.motion(_instants(start_ns, times_s), Placement.LEFT_SHANK)
            stream = witmotion.encode_many(_wit_counts(counts))
            for row, now_s in enumerate(times_s.tolist()):
                yield now_s, stream[row * SIZE :][:SIZE]
                if self._rate != rate:
                    break  # go on at the new rate


def _wit_counts(counts: Int16s) -> Int16s:
    """Counts of the walker as those of a WitMotion."""
    units = (thingy52.ACC_G / witmotion.ACC_G, thingy52.GYRO_DPS / witmotion.GYRO_DPS)
    scaled = np.rint(counts * np.repeat(units, 3))
    clipped: Int16s = np.clip(scaled, -(2**15), 2**15 - 1).astype(np.int16)
    return clipped


def _nearest_period(characteristic: str, payload: bytes) -> Answer:
    if characteristic != microbit.PERIOD:
        raise DeviceError("not to be written")
    asked = microbit.parse_period(payload)
    nearest = min(microbit.PERIODS_MS, key=lambda period_ms: abs(period_ms - asked))
    return Answer(keep=microbit.encode_period(nearest))


def _board_motion(person: Person) -> Source:
    """Acceleration at the period that was last written."""

    def source(start_ns: int, values: Mapping[str, bytes]) -> Iterator[Emission]:
        now_s = 0.0
        while True:
            period = values[microbit.PERIOD]
            times_s = _times(now_s, 1000 / microbit.parse_period(period))
            counts = person.motion(_instants(start_ns, times_s), Placement.RIGHT_SHANK)
            thousandths = np.rint(counts[:, :3] * (thingy52.ACC_G / microbit.ACC_G))
            payloads = microbit.encode_many(thousandths.astype(np.int16))
            for now_s, payload in zip(times_s.tolist(), payloads, strict=True):
                yield now_s, microbit.DATA, payload
                if values[microbit.PERIOD] is not period:
                    break  # go on at the new period

    return source


def _watched(person: Walker) -> Source:
    """Steps and motion once a round, each only where it has changed."""
    steps_ns = person.strides_ns

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        begun = int(np.searchsorted(steps_ns, start_ns))
        now_s, counted, moved = 0.0, 0, b""
        while True:
            times_s = _times(now_s, 1 / ROUND_S)
            instants = _instants(start_ns, times_s)
            counts = person.motion(instants, Placement.ARM)[:, :3]
            steps = 2 * (np.searchsorted(steps_ns, instants, side="right") - begun)
            for now_s, acc, count in zip(
                times_s.tolist(), counts.tolist(), steps.tolist(), strict=True
            ):
                if count != counted:
                    counted = count
                    yield now_s, infinitime.STEPS, infinitime.encode_steps(count)
                sample = infinitime.encode(infinitime.WristMotion(acc=tuple(acc)))
                if sample != moved:
                    moved = sample
                    yield now_s, infinitime.MOTION, sample

    return source


def _times(now_s: float, rate_hz: float) -> Floats:
    """Seconds of the samples of the next chunk."""
    return now_s + np.arange(1, 1 + max(1, round(CHUNK_S * rate_hz))) / rate_hz


def _instants(start_ns: int, times_s: Floats) -> Int64s:
    return start_ns + (times_s * 1e9).astype(np.int64)
