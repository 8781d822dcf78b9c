"""Every check, side by side: one that crashes or hangs hides no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from dashboard.doctor import clock, folder, radio, stored
from dashboard.doctor.computer import Computer
from dashboard.doctor.findings import Finding, unknown
from language.spoken import _

Check = Callable[[Computer], Iterable[Finding]]
WITHIN_S = 6.0  # design: listening, and a slow computer's imports

CHECKS: Mapping[str, Check] = {
    "packages": folder.packages,
    "folder": folder.folder,
    "disk": folder.disk,
    "clock": clock.clock,
    "clock-sync": clock.synchronisation,
    "store": stored.store,
    "entries": stored.entries,
    "batteries": stored.batteries,
    "collector": radio.collector,
    "radio": radio.radio,
    "rfkill": radio.rfkill,
    "bus": radio.bus,
    "bluez": radio.bluez,
    "bluez-version": radio.bluez_version,
    "adapter": radio.adapter,
    "bluetooth": radio.bluetooth,
    "sensors": radio.sensors,
}


def examine(
    computer: Computer, checks: Mapping[str, Check] = CHECKS, within_s: float = WITHIN_S
) -> list[Finding]:
    """What every check finds, in the table's order; a check that does not apply finds nothing."""
    found: dict[str, list[Finding]] = {key: [] for key in checks}
    threads = {
        key: threading.Thread(target=_run, args=(key, check, computer, found[key]), daemon=True)
        for key, check in checks.items()
    }
    for thread in threads.values():
        thread.start()
    latest = time.monotonic() + within_s
    for key, thread in threads.items():
        thread.join(max(0.0, latest - time.monotonic()))
        if thread.is_alive():
            late = _("This was not done within {seconds} s.", seconds=f"{within_s:.0f}")
            found[key] = [*found[key], unknown(key, late)]
    return [finding for findings in found.values() for finding in findings]


def _run(key: str, check: Check, computer: Computer, found: list[Finding]) -> None:
    try:
        for finding in check(computer):
            found.append(finding)  # noqa: PERF402 - what was found before a crash is kept
    except BaseException as error:  # noqa: BLE001 - a crash is a finding too, never a traceback
        why = str(getattr(error, "problem", error)).rstrip(".") or type(error).__name__
        found.append(unknown(key, _("This could not be checked ({why}).", why=why)))
