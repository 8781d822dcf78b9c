"""`PersonFacts`: what the method needs to know about a person, as of the week it scores."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.errors import AnalyticsError
from language.spoken import _


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Facts about a person; None is unknown.

    sex: `female` or `male`; masses: (date, kg), ascending, each from that date on; hr_max and
    hr_rest in beats/min, measured on that person; zone: IANA name; no_score: data and trends
    without points; wakes, sleeps: usual local times between which wear counts as waking, past
    midnight where the first is the later; None: as the protocol says.
    """

    key: str
    name: str
    zone: str
    birth_year: int | None = None
    sex: str | None = None
    masses: tuple[tuple[dt.date, float], ...] = ()
    hr_max: float | None = None
    hr_rest: float | None = None
    use_heart_rate: bool = True
    no_score: bool = False
    wakes: dt.time | None = None
    sleeps: dt.time | None = None

    def age_on(self, date: dt.date) -> int | None:
        """Age in years reached during the year of a date; None where the birth year is unknown."""
        return None if self.birth_year is None else date.year - self.birth_year

    def mass_on(self, date: dt.date) -> float | None:
        """Body mass in kg as of a date: the latest known then, else the first; None: unknown."""
        before = [kg for day, kg in self.masses if day <= date]
        return before[-1] if before else (self.masses[0][1] if self.masses else None)

    def hr_max_on(self, date: dt.date) -> float | None:
        """Own HRmax, else 208 - 0.7 age (Tanaka; unverified), else None."""
        age = self.age_on(date)
        if self.hr_max is not None:
            return float(self.hr_max)
        return None if age is None else 208.0 - 0.7 * age

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone, as Python knows it.

        Raises:
            AnalyticsError: there is no zone of that name.
        """
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise AnalyticsError(
                _("There is no time zone “{zone}”.", zone=self.zone),
                _("Use a name such as Europe/Berlin."),
            ) from error
