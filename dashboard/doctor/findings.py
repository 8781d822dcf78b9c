"""Everything that the doctor can find wrong: what it says, and the one sentence that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


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
        "Python {found} is too old: legload needs {needed}.",
        "Install a newer Python, then install legload again with it.",
    ),
    "packages-unfit": Trouble(
        "packages",
        "Packages that legload needs do not fit: {packages}.",
        "Install legload again together with its packages: uv tool install --reinstall legload.",
    ),
    "folder-is-a-file": Trouble(
        "folder",
        "{home} is a file, not a folder.",
        "Choose a folder with --home, or move that file away.",
    ),
    "folder-not-writable": Trouble(
        "folder",
        "The folder {home} cannot be written ({why}).",
        "Choose another folder with --home, or let your user write there.",
    ),
    "folder-open": Trouble(
        "folder",
        "Other users of this computer can read {home}.",
        "Keep them out with: chmod 700 {quoted}.",
    ),
    "disk-nearly-full": Trouble(
        "disk",
        "Only {free_gb} GB are free on the disk that holds {home}.",
        "Free at least {needed_gb} GB there, or recording will stop.",
    ),
    "clock-behind": Trouble(
        "clock",
        "The clock says {now}, a time before this program was written.",
        "Set the date and time, or turn on their synchronisation, before you record.",
    ),
    "clock-ahead": Trouble(
        "clock",
        "The clock says {now}, but the newest recording is of {newest}, {years} years before.",
        "Set the date if it is wrong; if it is right, the next recording ends this warning.",
    ),
    "recording-in-future": Trouble(
        "clock",
        "The clock says {now}, but the recording {name} begins later: the clock jumped.",
        "Set the date and time if they are wrong now; if they were wrong then, move that file "
        "out of the recordings folder and run 'legload repair'.",
    ),
    "clock-unsynchronised": Trouble(
        "clock-sync",
        "The system's clock is not kept right by a time server.",
        "Turn on automatic date and time in the system's settings, or run: "
        "sudo timedatectl set-ntp true.",
    ),
    "store-locked": Trouble(
        "store",
        "The store is held by another program{who}.",
        "Wait until that program is done, or close it, then try again.",
    ),
    "store-damaged": Trouble(
        "store",
        "The store is damaged ({why}).",
        "Run 'legload repair', which rebuilds it from the recordings and leaves those untouched.",
    ),
    "store-newer": Trouble(
        "store",
        "The store was written by a newer version of legload.",
        "Update legload: uv tool upgrade legload.",
    ),
    "store-unusable": Trouble(
        "store",
        "The store cannot be read ({why}).",
        "Let your user read and write the files in {home}.",
    ),
    "entries-damaged": Trouble(
        "entries",
        "{count} of the lines in {path} are damaged and left out.",
        "Restore that file from a backup, or enter again what is missing.",
    ),
    "entries-unusable": Trouble(
        "entries",
        "An entry is left out: {why}.",
        "Enter it again with other dates.",
    ),
    "entries-unreadable": Trouble(
        "entries",
        "What was entered cannot be read ({why}).",
        "Make {path} a file that your user may read.",
    ),
    "battery-low": Trouble(
        "batteries",
        "The battery of {sensor} was at {percent} % on {date}.",
        "Charge it, or change its battery, before the next recording.",
    ),
    "collector-silent": Trouble(
        "collector",
        "The collector runs but does not answer as it should ({why}).",
        "Stop 'legload run', then start it again.",
    ),
    "radio-unknown": Trouble(
        "radio",
        "There is no radio called '{radio}'.",
        "Use --radio auto, --radio virtual or --radio hci:TRANSPORT, for example hci:usb:0.",
    ),
    "radio-refused": Trouble(
        "bluetooth",
        "The radio '{radio}' cannot be used ({why}).",
        "Check its name, that it is plugged in, and that no other program uses it.",
    ),
    "rfkill-soft": Trouble(
        "rfkill",
        "Bluetooth is blocked by software (rfkill), for example by airplane mode.",
        "Turn airplane mode off, or run: sudo rfkill unblock bluetooth.",
    ),
    "rfkill-hard": Trouble(
        "rfkill",
        "Bluetooth is blocked by a switch or key of this computer (rfkill).",
        "Flip the computer's wireless switch, or turn Bluetooth on in its firmware settings.",
    ),
    "bus-in-container": Trouble(
        "bus",
        "legload runs in a container that has no system message bus (D-Bus) at {address}.",
        "Start the container with the host's bus: -v /run/dbus:/run/dbus.",
    ),
    "bus-over-ssh": Trouble(
        "bus",
        "This remote session (SSH) finds no system message bus (D-Bus) at {address}.",
        "Install and start it on that computer (on Debian and Ubuntu: sudo apt install dbus, "
        "then sudo systemctl start dbus).",
    ),
    "bus-missing": Trouble(
        "bus",
        "There is no system message bus (D-Bus) at {address}, so Bluetooth cannot be reached.",
        "Install and start it (on Debian and Ubuntu: sudo apt install dbus bluez, "
        "then sudo systemctl start dbus bluetooth).",
    ),
    "bus-closed": Trouble(
        "bus",
        "The system message bus (D-Bus) at {address} does not let this user in.",
        "Let your user read and write that socket, or run legload as a user who may.",
    ),
    "bus-silent": Trouble(
        "bus",
        "The system message bus (D-Bus) at {address} takes calls but does not answer.",
        "Restart the computer that it belongs to.",
    ),
    "bluez-not-running": Trouble(
        "bluez",
        "The Bluetooth service (BlueZ) is not running.",
        "Install and start it (on Debian and Ubuntu: sudo apt install bluez, "
        "then sudo systemctl start bluetooth).",
    ),
    "bluez-denied": Trouble(
        "bluez",
        "This user may not use the Bluetooth service (BlueZ).",
        "Add yourself to the 'bluetooth' group (sudo usermod -aG bluetooth $USER) "
        "and log in again.",
    ),
    "bluez-silent": Trouble(
        "bluez",
        "The Bluetooth service (BlueZ) does not answer.",
        "Restart it: sudo systemctl restart bluetooth.",
    ),
    "bluez-old": Trouble(
        "bluez-version",
        "BlueZ {found} is too old: connecting needs {needed} or newer.",
        "Update the system, or at least its package bluez.",
    ),
    "adapter-none": Trouble(
        "adapter",
        "This computer has no Bluetooth adapter that the system can see.",
        "Plug in an adapter with Bluetooth 4.0 or newer, or turn the built-in one on in the "
        "computer's firmware settings.",
    ),
    "adapter-off": Trouble(
        "adapter",
        "Bluetooth is switched off.",
        "Turn Bluetooth on in the system's settings (on Linux also: bluetoothctl power on).",
    ),
    "adapter-classic": Trouble(
        "adapter",
        "The Bluetooth adapter cannot connect to low-energy sensors.",
        "Plug in an adapter with Bluetooth 4.0 or newer.",
    ),
    "bluetooth-busy": Trouble(
        "bluetooth",
        "The Bluetooth adapter is busy with another scan or connection.",
        "Close other Bluetooth programs, or wait a minute, then try again.",
    ),
    "denied-macos": Trouble(
        "bluetooth",
        "macOS does not let this program use Bluetooth.",
        "Allow your terminal in System Settings > Privacy & Security > Bluetooth, "
        "then start it again.",
    ),
    "denied-windows": Trouble(
        "bluetooth",
        "Windows does not let this program use Bluetooth.",
        "Turn on access for desktop apps in Settings > Privacy & security > Radios, "
        "then start your terminal again.",
    ),
    "bluetooth-fails": Trouble(
        "bluetooth",
        "Scanning failed ({why}).",
        "Turn Bluetooth off and on again, then try again.",
    ),
    "sensor-held": Trouble(
        "sensors",
        "{sensor} was not heard, and this computer itself holds a connection to it.",
        "Close the program that uses it, or run: bluetoothctl disconnect {address}.",
    ),
    "sensor-not-heard": Trouble(
        "sensors",
        "{sensor} was not heard: it may be asleep, far away, or held by a phone or watch.",
        "Wake it and bring it near, and close the app on a phone or watch that may hold it.",
    ),
}


def trouble(name: str, /, **facts: object) -> Finding:
    """Something that is not fine."""
    key, says, fix = TROUBLES[name]
    found = says.format(**facts)
    return Finding(key=key, fine=False, found=found, fix=fix.format(**facts), trouble=name)


def fine(key: str, found: str) -> Finding:
    """Something that is as it should be."""
    return Finding(key=key, fine=True, found=found)


def unknown(key: str, why: str) -> Finding:
    """Something that could not be checked, and why."""
    return Finding(key=key, fine=None, found=why)


def counted(number: int, thing: str) -> str:
    """A number of things: 1 sensor, 2 sensors."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
