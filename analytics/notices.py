"""What a person should read beside a week. No disease language, no prediction.

The ladder of unloaded days (2, 5, 14) is design; each rung cites what was seen in studies, and
says what those studies were. Excused, invalid and unfinished days never raise or extend one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from analytics import calendar, symmetry
from analytics.person import PersonFacts
from analytics.protocol import Protocol
from analytics.week import Day, Notice, SensorUse
from language.formats import decimal
from language.spoken import _, mark

CAST_AND_BED_REST = (
    "Wall 2014, Acta Physiol 210:600; Marusic 2021, doi:10.1152/japplphysiol.00363.2020"
)
STEP_REDUCTION = "Krogh-Madsen 2010, doi:10.1152/japplphysiol.00977.2009; Breen 2013, JCEM 98:2604"

_RUNGS = (
    (
        "remind",
        mark("{days} days in a row carried little on the legs."),
        "",
    ),
    (
        "warn",
        mark(
            "{days} days in a row carried little on the legs. In studies, 5 days with a knee in a "
            "cast were followed by 9.0 % less leg strength, and 5 days of bed rest by 4.1 to 8.6 % "
            "less. Those were complete rest; an ordinary day with little walking is not."
        ),
        CAST_AND_BED_REST,
    ),
    (
        "warn",
        mark(
            "{days} days in a row carried little on the legs. In two studies, 14 days at about "
            "1,400 steps a day were followed by a maximal oxygen uptake 7 % lower (people who had "
            "walked 10,501 steps a day) and by 3.9 % less fat-free mass in the legs (people of "
            "about 72)."
        ),
        STEP_REDUCTION,
    ),
)


def unloaded_notice(days: Sequence[Day], *, since: dt.date, protocol: Protocol) -> list[Notice]:
    """The highest rung that a run of unloaded days reaches inside the week that starts at since.

    days: finished days in order, as far back as known, the week's own last. Only a run that reaches
    the last of them while the week runs can still be ended.
    """
    run = longest = 0
    for day in days:
        run = run + 1 if day.unloaded else 0  # null on invalid and excused days
        longest = max(longest, run if day.date >= since else 0)
    reached = [rung for rung in protocol.notices.unloaded_days if longest >= rung]
    if not reached:
        return []
    level, text, source = _RUNGS[len(reached) - 1]
    running = sum(day.date >= since for day in days) < calendar.WEEK_DAYS
    said = _(text, days=longest)
    if level == "remind" and running and run == longest:
        said = f"{said} {_('A walk today ends the run.')}"
    return [
        Notice(
            key=f"unloaded-{reached[-1]}",
            level=level,
            text=said,
            source=source,
        )
    ]


def battery_notices(sensors: Sequence[SensorUse], *, protocol: Protocol) -> Iterator[Notice]:
    """One reminder for each sensor whose battery is low."""
    for use in sensors:
        percent = use.battery_percent
        if percent is not None and percent <= protocol.notices.low_battery_percent:
            yield Notice(
                key=f"battery-{use.sensor}",
                level="remind",
                text=_(
                    "The battery of {sensor} ({place}) is at {percent} %. "
                    "Charge or change it before the next session.",
                    sensor=use.title,
                    place=_(use.placement.replace("-", " ")),
                    percent=decimal(percent),
                ),
            )


def symmetry_notice(days: Sequence[Day], *, protocol: Protocol) -> list[Notice]:
    """One sentence where left and right are further apart than is ordinary, on enough days."""
    rules = protocol.symmetry
    if not symmetry.worth_a_look(days, rules=rules):
        return []
    return [
        Notice(
            key="symmetry",
            level="info",
            text=_(
                "On {days} days or more the contact times of left and right were "
                "more than {percent} % apart in walking. On level ground 3 to 5 % is "
                "ordinary; slopes, stairs and sensors that sit differently make it more. "
                "Worth a look.",
                days=rules.look_days,
                percent=decimal(rules.look_percent, 2, trim=True),
            ),
            source=_("Stacoff 2005; the limit of days is design"),
        )
    ]


def age_notice(person: PersonFacts, *, date: dt.date, protocol: Protocol) -> list[Notice]:
    """What was assumed where the age is not known."""
    if person.age_on(date) is not None:
        return []
    target = protocol.target("lld", None)
    return [
        Notice(
            key="age-unknown",
            level="info",
            text=_(
                "The birth year is not set. The daily target is then {target} step-eq, "
                "points are those of an adult under 65, and heart rate is used only with a "
                "maximal heart rate of your own.",
                target=decimal(target),
            ),
        )
    ]
