"""An agent of the person's launchd (macOS), after launchd.plist(5)."""

from __future__ import annotations

import plistlib

from dashboard.schedule.plan import HOUR, WEEKDAYS, File, Host, Job, Plan
from language.spoken import _

_OWNER_ONLY = 0o077


def plan(job: Job, host: Host) -> Plan:
    """One property list. It also runs at sign-in, which makes up for a day that was missed."""
    path = host.folder / "Library" / "LaunchAgents" / f"{job.name}.plist"
    domain = f"gui/{host.user}"
    return Plan(
        name=job.name,
        system=_("An agent of your own launchd"),
        missed=_(
            "It also looks at each sign-in, which makes up for a day on which the computer was off."
        ),
        files=(File(path=path, text=plistlib.dumps(_agent(job), sort_keys=False).decode()),),
        install=(("launchctl", "bootstrap", domain, str(path)),),
        remove=(("launchctl", "bootout", f"{domain}/{job.name}"),),
        check=("launchctl", "print", f"{domain}/{job.name}"),
    )


def _agent(job: Job) -> dict[str, object]:
    return {
        "Label": job.name,
        "ProgramArguments": list(job.words),
        "StartCalendarInterval": {
            "Weekday": WEEKDAYS.index(job.weekday) + 1,
            "Hour": HOUR,
            "Minute": 0,
        },
        "RunAtLoad": True,
        "ProcessType": "Background",
        "Umask": _OWNER_ONLY,
    }
