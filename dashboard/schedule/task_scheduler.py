"""A task of Windows' Task Scheduler, after its XML schema (task 1.2), by `schtasks`."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from dashboard.schedule.plan import HOUR, WEEKDAYS, File, Job, Plan
from language.spoken import _

_FIRST_MONDAY = dt.date(2026, 1, 5)
"""From when on it may run: any day that is past will do."""
_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{title}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{first}T{hour:02}:00:00</StartBoundary>
      <ScheduleByWeek>
        <DaysOfWeek>
          <{day} />
        </DaysOfWeek>
        <WeeksInterval>1</WeeksInterval>
      </ScheduleByWeek>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT{minutes}M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def plan(job: Job, kept: Path) -> Plan:
    """One task. kept: folder of the file that it is made of."""
    path = kept / f"{job.name}.xml"
    return Plan(
        name=job.name,
        system=_("A task of the Windows Task Scheduler"),
        missed=_("A day on which the computer was off is made up when you sign in next."),
        files=(File(path=path, text=_task(job), encoding="utf-16"),),
        install=(("schtasks", "/Create", "/TN", job.name, "/XML", str(path), "/F"),),
        remove=(("schtasks", "/Delete", "/TN", job.name, "/F"),),
        check=("schtasks", "/Query", "/TN", job.name),
    )


def _task(job: Job) -> str:
    return _TASK.format(
        title=escape(job.title),
        first=_FIRST_MONDAY + dt.timedelta(days=WEEKDAYS.index(job.weekday)),
        hour=HOUR,
        day=job.weekday.capitalize(),
        minutes=job.longest_min,
        command=escape(job.words[0]),
        arguments=escape(subprocess.list2cmdline(job.words[1:])),
    )
