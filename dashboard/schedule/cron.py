"""A line for crontab(5), to be entered by hand where there is no timer of a person's own."""

from __future__ import annotations

import shlex

from dashboard.schedule.plan import HOUR, WEEKDAYS, Job, Plan
from language.spoken import _


def plan(job: Job) -> Plan:
    """Nothing that could be installed: the line, and why."""
    return Plan(
        name=job.name,
        system="cron",
        missed=_(
            "systemd does not answer for you on this computer, so nothing can be installed. "
            "Where cron is there, enter this line with crontab -e; a day on which the computer "
            "was off is then not made up."
        ),
        by_hand=line(job),
    )


def line(job: Job) -> str:
    """Minute, hour, any day of any month, weekday (Sunday is 0), command."""
    day = (WEEKDAYS.index(job.weekday) + 1) % 7
    command = shlex.join(job.words).replace("%", r"\%")
    return f"0 {HOUR} * * {day} {command}"
