"""Everything that the doctor can find wrong: what it says, and the one sentence that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from language.spoken import _, mark, n_


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at.

    key: what was looked at. fine: None where it could not be checked; `found` then says why.
    fix: one sentence, where it is not fine. trouble: which of `TROUBLES`, else empty.
    """

    key: str
    fine: bool | None
    found: str
    fix: str = ""
    trouble: str = ""


class Trouble(NamedTuple):
    """What can be wrong. says, fix: templates that take the same facts."""

    key: str
    says: str
    fix: str


TROUBLES: dict[str, Trouble] = {
    "python-old": Trouble(
        "packages",
        mark("Python {found} is too old: legload needs {needed}."),
        mark("Install a newer Python, then install legload again with it."),
    ),
    "packages-unfit": Trouble(
        "packages",
        mark("Packages that legload needs do not fit: {packages}."),
        mark(
            "Install legload again together with its packages: uv tool install --reinstall legload."
        ),
    ),
    "folder-is-a-file": Trouble(
        "folder",
        mark("{home} is a file, not a folder."),
        mark("Choose a folder with --home, or move that file away."),
    ),
    "folder-not-writable": Trouble(
        "folder",
        mark("The folder {home} cannot be written ({why})."),
        mark("Choose another folder with --home, or let your user write there."),
    ),
    "folder-open": Trouble(
        "folder",
        mark("Other users of this computer can read {home}."),
        mark("Keep them out with: chmod 700 {quoted}."),
    ),
    "disk-nearly-full": Trouble(
        "disk",
        mark("Only {free_gb} GB are free on the disk that holds {home}."),
        mark("Free at least {needed_gb} GB there, or recording will stop."),
    ),
    "clock-behind": Trouble(
        "clock",
        mark("The clock says {now}, a time before this program was written."),
        mark("Set the date and time, or turn on their synchronisation, before you record."),
    ),
    "clock-ahead": Trouble(
        "clock",
        mark(
            "The clock says {now}, but the newest recording is of {newest}, {years} years before."
        ),
        mark("Set the date if it is wrong; if it is right, the next recording ends this warning."),
    ),
    "recording-in-future": Trouble(
        "clock",
        mark("The clock says {now}, but the recording {name} begins later: the clock jumped."),
        mark(
            "Set the date and time if they are wrong now; if they were wrong then, move that file "
            "out of the recordings folder and run 'legload repair'."
        ),
    ),
    "clock-unsynchronised": Trouble(
        "clock-sync",
        mark("The system's clock is not kept right by a time server."),
        mark(
            "Turn on automatic date and time in the system's settings, or run: "
            "sudo timedatectl set-ntp true."
        ),
    ),
    "store-locked": Trouble(
        "store",
        mark("The store is held by another program{who}."),
        mark("Wait until that program is done, or close it, then try again."),
    ),
    "store-damaged": Trouble(
        "store",
        mark("The store is damaged ({why})."),
        mark(
            "Run 'legload repair', which rebuilds it from the recordings and leaves those "
            "untouched."
        ),
    ),
    "store-newer": Trouble(
        "store",
        mark("The store was written by a newer version of legload."),
        mark("Update legload: uv tool upgrade legload."),
    ),
    "store-unusable": Trouble(
        "store",
        mark("The store cannot be read ({why})."),
        mark("Let your user read and write the files in {home}."),
    ),
    "entries-damaged": Trouble(
        "entries",
        mark("{count} of the lines in {path} are damaged and left out."),
        mark("Restore that file from a backup, or enter again what is missing."),
    ),
    "entries-unusable": Trouble(
        "entries",
        mark("An entry is left out: {why}."),
        mark("Enter it again with other dates."),
    ),
    "entries-unreadable": Trouble(
        "entries",
        mark("What was entered cannot be read ({why})."),
        mark("Make {path} a file that your user may read."),
    ),
    "battery-low": Trouble(
        "batteries",
        mark("The battery of {sensor} was at {percent} % on {date}."),
        mark("Charge it, or change its battery, before the next recording."),
    ),
    "collector-silent": Trouble(
        "collector",
        mark("The collector runs but does not answer as it should ({why})."),
        mark("Stop 'legload run', then start it again."),
    ),
    "radio-unknown": Trouble(
        "radio",
        mark("There is no radio called '{radio}'."),
        mark("Use --radio auto, --radio virtual or --radio hci:TRANSPORT, for example hci:usb:0."),
    ),
    "radio-refused": Trouble(
        "bluetooth",
        mark("The radio '{radio}' cannot be used ({why})."),
        mark("Check its name, that it is plugged in, and that no other program uses it."),
    ),
    "rfkill-soft": Trouble(
        "rfkill",
        mark("Bluetooth is blocked by software (rfkill), for example by airplane mode."),
        mark("Turn airplane mode off, or run: sudo rfkill unblock bluetooth."),
    ),
    "rfkill-hard": Trouble(
        "rfkill",
        mark("Bluetooth is blocked by a switch or key of this computer (rfkill)."),
        mark("Flip the computer's wireless switch, or turn Bluetooth on in its firmware settings."),
    ),
    "bus-in-container": Trouble(
        "bus",
        mark("legload runs in a container that has no system message bus (D-Bus) at {address}."),
        mark("Start the container with the host's bus: -v /run/dbus:/run/dbus."),
    ),
    "bus-over-ssh": Trouble(
        "bus",
        mark("This remote session (SSH) finds no system message bus (D-Bus) at {address}."),
        mark(
            "Install and start it on that computer (on Debian and Ubuntu: sudo apt install dbus, "
            "then sudo systemctl start dbus)."
        ),
    ),
    "bus-missing": Trouble(
        "bus",
        mark(
            "There is no system message bus (D-Bus) at {address}, so Bluetooth cannot be reached."
        ),
        mark(
            "Install and start it (on Debian and Ubuntu: sudo apt install dbus bluez, "
            "then sudo systemctl start dbus bluetooth)."
        ),
    ),
    "bus-closed": Trouble(
        "bus",
        mark("The system message bus (D-Bus) at {address} does not let this user in."),
        mark("Let your user read and write that socket, or run legload as a user who may."),
    ),
    "bus-silent": Trouble(
        "bus",
        mark("The system message bus (D-Bus) at {address} takes calls but does not answer."),
        mark("Restart the computer that it belongs to."),
    ),
    "bluez-not-running": Trouble(
        "bluez",
        mark("The Bluetooth service (BlueZ) is not running."),
        mark(
            "Install and start it (on Debian and Ubuntu: sudo apt install bluez, "
            "then sudo systemctl start bluetooth)."
        ),
    ),
    "bluez-denied": Trouble(
        "bluez",
        mark("This user may not use the Bluetooth service (BlueZ)."),
        mark(
            "Add yourself to the 'bluetooth' group (sudo usermod -aG bluetooth $USER) "
            "and log in again."
        ),
    ),
    "bluez-silent": Trouble(
        "bluez",
        mark("The Bluetooth service (BlueZ) does not answer."),
        mark("Restart it: sudo systemctl restart bluetooth."),
    ),
    "bluez-old": Trouble(
        "bluez-version",
        mark("BlueZ {found} is too old: connecting needs {needed} or newer."),
        mark("Update the system, or at least its package bluez."),
    ),
    "adapter-none": Trouble(
        "adapter",
        mark("This computer has no Bluetooth adapter that the system can see."),
        mark(
            "Plug in an adapter with Bluetooth 4.0 or newer, or turn the built-in one on in the "
            "computer's firmware settings."
        ),
    ),
    "adapter-off": Trouble(
        "adapter",
        mark("Bluetooth is switched off."),
        mark("Turn Bluetooth on in the system's settings (on Linux also: bluetoothctl power on)."),
    ),
    "adapter-classic": Trouble(
        "adapter",
        mark("The Bluetooth adapter cannot connect to low-energy sensors."),
        mark("Plug in an adapter with Bluetooth 4.0 or newer."),
    ),
    "bluetooth-busy": Trouble(
        "bluetooth",
        mark("The Bluetooth adapter is busy with another scan or connection."),
        mark("Close other Bluetooth programs, or wait a minute, then try again."),
    ),
    "denied-macos": Trouble(
        "bluetooth",
        mark("macOS does not let this program use Bluetooth."),
        mark(
            "Allow your terminal in System Settings > Privacy & Security > Bluetooth, "
            "then start it again."
        ),
    ),
    "denied-windows": Trouble(
        "bluetooth",
        mark("Windows does not let this program use Bluetooth."),
        mark(
            "Turn on access for desktop apps in Settings > Privacy & security > Radios, "
            "then start your terminal again."
        ),
    ),
    "bluetooth-fails": Trouble(
        "bluetooth",
        mark("Scanning failed ({why})."),
        mark("Turn Bluetooth off and on again, then try again."),
    ),
    "sensor-held": Trouble(
        "sensors",
        mark("{sensor} was not heard, and this computer itself holds a connection to it."),
        mark("Close the program that uses it, or run: bluetoothctl disconnect {address}."),
    ),
    "sensor-not-heard": Trouble(
        "sensors",
        mark("{sensor} was not heard: it may be asleep, far away, or held by a phone or watch."),
        mark("Wake it and bring it near, and close the app on a phone or watch that may hold it."),
    ),
}


def trouble(name: str, /, **facts: object) -> Finding:
    """Something that is not fine."""
    key, says, fix = TROUBLES[name]
    found, mended = (_(text).format(**facts) for text in (says, fix))
    return Finding(key=key, fine=False, found=found, fix=mended, trouble=name)


def fine(key: str, found: str) -> Finding:
    """Something that is as it should be."""
    return Finding(key=key, fine=True, found=found)


def unknown(key: str, why: str) -> Finding:
    """Something that could not be checked, and why."""
    return Finding(key=key, fine=None, found=why)


def sensors_text(number: int) -> str:
    """1 sensor, 2 sensors."""
    return n_("{count} sensor", "{count} sensors", number)


def persons_text(number: int) -> str:
    """1 person, 2 persons."""
    return n_("{count} person", "{count} persons", number)
