"""A timer of the person's own systemd (Linux), after systemd.timer(5) and systemd.service(5)."""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.schedule.plan import HOUR, File, Host, Job, Plan
from language.spoken import _

_SERVICE = """\
[Unit]
Description={title}

[Service]
Type=oneshot
ExecStart={command}
UMask=0077
TimeoutStartSec={minutes}min
"""
_TIMER = """\
[Unit]
Description={title}

[Timer]
OnCalendar={day} *-*-* {hour:02}:00:00
Persistent=true

[Install]
WantedBy=timers.target
"""
_REACHED = ("systemctl", "--user", "show", "--property=Version")
_UNSAFE = re.compile(r'(["\\])')
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def answers(host: Host) -> bool:
    """Whether the person has a systemd of their own; not so in containers and on some systems."""
    return host.run(_REACHED).code == 0


def plan(job: Job, host: Host) -> Plan:
    """A service, and the timer that starts it."""
    folder, timer = _folder(host), f"{job.name}.timer"
    fields = {"title": _title(job.title), "day": job.weekday[:3].capitalize(), "hour": HOUR}
    command = " ".join(map(quoted, job.words))
    service = _SERVICE.format(command=command, minutes=job.longest_min, **fields)
    reload = ("systemctl", "--user", "daemon-reload")
    return Plan(
        name=job.name,
        system=_("A timer of your own systemd"),
        missed=_("A day on which nobody was signed in is made up at the next sign-in."),
        files=(
            File(path=folder / f"{job.name}.service", text=service),
            File(path=folder / timer, text=_TIMER.format(**fields)),
        ),
        install=(reload, ("systemctl", "--user", "enable", "--now", timer)),
        remove=(("systemctl", "--user", "disable", "--now", timer), reload),
        check=("systemctl", "--user", "is-active", timer),
    )


def quoted(word: str) -> str:
    """One word of a command line; `%` and `$` stay what they are."""
    safe = _UNSAFE.sub(r"\\\1", word).replace("%", "%%").replace("$", "$$")
    return '"' + "".join(_ESCAPES.get(char, char) for char in safe) + '"'


def _title(text: str) -> str:
    return " ".join(text.split()).replace("%", "%%")


def _folder(host: Host) -> Path:
    chosen = host.environment.get("XDG_CONFIG_HOME", "")
    config = Path(chosen) if Path(chosen).is_absolute() else host.folder / ".config"
    return config / "systemd" / "user"
