"""`doctor`: what stands in the way, and the one thing that mends it."""

from __future__ import annotations

import logging

import typer

from dashboard import console
from language.spoken import _, mark

MARKS = {True: mark("ok  "), False: mark("FIX "), None: "?   "}


def doctor(context: typer.Context) -> None:
    """Look for what stands in the way of recording, and say what mends it."""
    from dashboard.doctor.computer import LISTEN_S, this_computer
    from dashboard.doctor.examination import examine

    settings = context.obj
    console.note(
        _("Looking, and listening for sensors for {seconds} s …", seconds=f"{LISTEN_S:.0f}")
    )
    try:
        if not settings.verbose:
            logging.disable(logging.WARNING)  # what the rooms warn of, a finding says once
        findings = examine(this_computer(settings.folder, settings.radio))
    finally:
        logging.disable(logging.NOTSET)
    if settings.json:
        console.emit(findings)
    else:
        for finding in findings:
            console.show(f"{_(MARKS[finding.fine])} {finding.found} {finding.fix}".rstrip())
    if any(finding.fine is False for finding in findings):
        raise typer.Exit(1)
