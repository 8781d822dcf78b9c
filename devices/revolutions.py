"""Cumulative revolutions and the time of the latest one, as revolutions per minute.

Bike sensors send no rate: they count turns of a crank or a wheel and say when, on a clock of their
own that wraps after 64 s (or 32 s), the latest one was completed. The rate is what was turned
between two such events, over the time between them.

Source: Bluetooth SIG, Cycling Speed and Cadence Service 1.0 and Cycling Power Service 1.1.
"""

from __future__ import annotations

from devices.profile import Channel, Measurement, Row

STILL_S = 4.0
"""No new revolution for this long is standing still (design): a rider below 15 per minute counts
as still. Others wait 2.5 s (doudar/SmartSpin2k, lib/SS2K/src/sensors/CyclePowerData.cpp) to 5 s."""

CLOCKS_AGREE_S = 10.0
"""How far the time between two events may differ on the sensor's clock and on ours (design): more
than a link loses by stalling, less than half of the shortest wrap. Beyond it a wrap is hidden."""

MOST_CRANK_RPM = 300.0  # design: sprinters stay below, doubled packets and resets do not
MOST_WHEEL_RPM = 1500.0  # design: 50 m/s on a 2 m wheel


class Revolutions(Measurement, frozen=True):
    """A count of whole revolutions, and when the latest ended in s of the sensor's own clock."""

    count: int
    event_s: float


class RevolutionRate:
    """Revolutions per minute of one crank or wheel; one per connection.

    counts: how many revolutions until the count wraps; wrap_s: seconds until the event time does;
    most_rpm: a faster rate is an error.
    """

    def __init__(self, *, counts: int, wrap_s: float, most_rpm: float) -> None:
        self._counts = counts
        self._wrap_s = wrap_s
        self._most_rpm = most_rpm
        self._last: Revolutions | None = None
        self._since_ns = 0

    def rpm(self, latest: Revolutions, received_ns: int) -> float | None:
        """The mean rate since the revolution before, 0 when still, None when there is none to tell.

        The same count as before is no new revolution yet, whatever its time says.
        """
        before, since_ns = self._last, self._since_ns
        if before is None or received_ns < since_ns:  # a clock set back: measure from here
            self._last, self._since_ns = latest, received_ns
            return None
        turned = (latest.count - before.count) % self._counts
        passed_s = (received_ns - since_ns) / 1e9
        if not turned:
            return 0.0 if passed_s >= STILL_S else None
        self._last, self._since_ns = latest, received_ns
        return self._rate(turned, (latest.event_s - before.event_s) % self._wrap_s, passed_s)

    def _rate(self, turned: int, took_s: float, passed_s: float) -> float | None:
        """A count that went back reads as one that nearly wrapped, so as far too fast."""
        if not took_s or abs(passed_s - took_s) > CLOCKS_AGREE_S:
            return None
        rpm = 60.0 * turned / took_s
        return rpm if rpm <= self._most_rpm else None


def crank_rate() -> RevolutionRate:
    """Of a crank: u16 count, event time in u16 of 1/1024 s."""
    return RevolutionRate(counts=1 << 16, wrap_s=64.0, most_rpm=MOST_CRANK_RPM)


def wheel_rate(wrap_s: float) -> RevolutionRate:
    """Of a wheel: u32 count, which falls when some sensors roll backwards; see CSC and CPS."""
    return RevolutionRate(counts=1 << 32, wrap_s=wrap_s, most_rpm=MOST_WHEEL_RPM)


class Cadences:
    """The cadences of a crank and a wheel, from whichever of them a packet counts."""

    def __init__(self, *, wheel_wrap_s: float) -> None:
        self._crank = crank_rate()
        self._wheel = wheel_rate(wheel_wrap_s)

    def rows(
        self, crank: Revolutions | None, wheel: Revolutions | None, received_ns: int
    ) -> list[Row]:
        """Samples of one packet."""
        rows: list[Row] = []
        if crank and (rpm := self._crank.rpm(crank, received_ns)) is not None:
            rows.append((received_ns, Channel.CRANK_CADENCE, rpm))
        if wheel and (rpm := self._wheel.rpm(wheel, received_ns)) is not None:
            rows.append((received_ns, Channel.WHEEL_CADENCE, rpm))
        return rows
