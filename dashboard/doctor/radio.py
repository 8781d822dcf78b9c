"""From the radio's name down to what is heard: each check is silent about what another says.

On Linux BlueZ and its message bus are asked directly; elsewhere only scanning can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dashboard.doctor.computer import Computer, NotTried, is_radio
from dashboard.doctor.findings import Finding, fine, sensors_text, trouble, unknown
from ingest.errors import IngestError
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from ingest.system_bus import BusError

BUS = "/var/run/dbus/system_bus_socket"  # D-Bus Specification, "Well-known Message Bus Instances"
CONNECTED = ("connecting", "streaming", "stale")  # ingest.session.State


def radio(computer: Computer) -> Iterator[Finding]:
    """The radio's name is one that there is."""
    if (used := computer.collectors_radio) is not None:
        yield fine(
            "radio", _("The radio is '{used}', which the running collector uses.", used=used)
        )
    elif is_radio(computer.radio):
        yield fine("radio", _("The radio is '{radio}'.", radio=computer.radio))
    else:
        yield trouble("radio-unknown", radio=computer.radio)


def collector(computer: Computer) -> Iterator[Finding]:
    """Whether a collector runs; either is fine."""
    try:
        state = computer.status()
    except Exception as error:  # noqa: BLE001 - another program may sit where it listened
        why = getattr(error, "problem", None) or error
        yield trouble("collector-silent", why=str(why).rstrip("."))
        return
    if state is None:
        yield fine("collector", _("No collector is running; 'legload run' starts one."))
    else:
        there = sensors_text(len(state["sensors"]))
        yield fine("collector", _("A collector is running with {sensors}.", sensors=there))


def rfkill(computer: Computer) -> Iterator[Finding]:
    """No switch of the kernel's blocks every adapter (kernel: rfkill, sysfs-class-rfkill)."""
    if not computer.uses_bluez:
        return
    switches = [
        ((folder / "soft").read_text().strip() == "1", (folder / "hard").read_text().strip() == "1")
        for folder in sorted((computer.root / "sys/class/rfkill").glob("rfkill*"))
        if (folder / "type").read_text().strip() == "bluetooth"
    ]
    if not switches or not all(soft or hard for soft, hard in switches):
        yield fine("rfkill", _("No switch blocks Bluetooth."))
    elif any(hard for _soft, hard in switches):
        yield trouble("rfkill-hard")
    else:
        yield trouble("rfkill-soft")


def bus(computer: Computer) -> Iterator[Finding]:
    """The system's message bus can be reached."""
    from ingest.system_bus import BusError, Reason

    if not computer.uses_bluez:
        return
    try:
        computer.bluez()
    except BusError as error:
        address = computer.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or BUS
        if error.reason is Reason.NO_BUS:
            yield trouble(_without_bus(computer), address=address)
            return
        if error.reason is Reason.BUS_CLOSED:
            yield trouble("bus-closed", address=address)
            return
        if error.reason is Reason.BUS_SILENT:
            yield trouble("bus-silent", address=address)
            return
    yield fine("bus", _("The system message bus (D-Bus) answers."))


def _without_bus(computer: Computer) -> str:
    marks = [computer.root / mark for mark in (".dockerenv", "run/.containerenv")]
    if "container" in computer.environ or any(mark.exists() for mark in marks):
        return "bus-in-container"
    return "bus-over-ssh" if "SSH_CONNECTION" in computer.environ else "bus-missing"


def bluez(computer: Computer) -> Iterator[Finding]:
    """BlueZ runs, and lets this user in."""
    from ingest.system_bus import BusError, Reason

    if not computer.uses_bluez:
        return
    troubles = {
        Reason.NOT_RUNNING: "bluez-not-running",
        Reason.DENIED: "bluez-denied",
        Reason.SILENT: "bluez-silent",
        Reason.REFUSED: "bluez-silent",
    }
    try:
        computer.bluez()
    except BusError as error:
        if error.reason in troubles:
            yield trouble(troubles[error.reason])
        else:
            yield unknown(
                "bluez",
                _("Whether the Bluetooth service (BlueZ) runs is not known until the bus answers."),
            )
        return
    yield fine("bluez", _("The Bluetooth service (BlueZ) answers."))


def bluez_version(computer: Computer) -> Iterator[Finding]:
    """BlueZ is new enough to connect."""
    from ingest.bluez import OLDEST

    if not computer.uses_bluez:
        return
    found = computer.bluez_version()
    needed = ".".join(map(str, OLDEST))
    if found is None:
        why = _(
            "The version of BlueZ is not known: bluetoothctl is missing; {needed} is needed.",
            needed=needed,
        )
        yield unknown("bluez-version", why)
        return
    shown = ".".join(map(str, found))
    if found < OLDEST:
        yield trouble("bluez-old", found=shown, needed=needed)
    else:
        yield fine("bluez-version", _("BlueZ {version} is new enough.", version=shown))


def adapter(computer: Computer) -> Iterator[Finding]:
    """An adapter is there, on, and able to connect to low-energy sensors."""
    from ingest.system_bus import BusError

    if not computer.uses_bluez:
        return
    try:
        adapters = computer.bluez().adapters
    except BusError as error:
        yield _unasked(computer, error)
        return
    if not adapters:
        yield trouble("adapter-none")
    elif not any(one.central for one in adapters):
        yield trouble("adapter-classic")
    elif any(one.central and one.powered for one in adapters):
        yield fine("adapter", _("A Bluetooth adapter is there and switched on."))
    elif any(not finding.fine for finding in rfkill(computer)):
        yield unknown("adapter", _("The Bluetooth adapter is off, because it is blocked (rfkill)."))
    else:
        yield trouble("adapter-off")


def _unasked(computer: Computer, error: BusError) -> Finding:
    """What the kernel says of adapters while BlueZ cannot be asked: one cause, one fix."""
    from ingest.system_bus import Reason

    buses = (Reason.NO_BUS, Reason.BUS_CLOSED, Reason.BUS_SILENT)
    who = _("the bus") if error.reason in buses else _("the Bluetooth service (BlueZ)")
    if any((computer.root / "sys/class/bluetooth").glob("hci*")):
        said = _("There is an adapter; whether it is on is not known until {who} answers.", who=who)
    else:
        said = _(
            "Whether there is an adapter is not known until {who} answers; now none shows.", who=who
        )
    return unknown("adapter", said)


def bluetooth(computer: Computer) -> Iterator[Finding]:
    """Scanning works."""
    try:
        heard = computer.heard()
    except NotTried as reason:
        yield unknown("bluetooth", _("Scanning was not tried: {reason}.", reason=reason))
    except IngestError as error:
        yield scan_trouble(error, computer.platform, computer.used_radio)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises, it is scanning that fails
        yield trouble("bluetooth-fails", why=str(error).rstrip(".") or type(error).__name__)
    else:
        answer = (
            n_("{count} sensor answers", "{count} sensors answer", len(heard))
            if heard
            else _("no sensor answers now")
        )
        yield fine("bluetooth", _("Bluetooth works; {answer}.", answer=answer))


# What `ingest.radio.explain` says, in its words, because the collector passes on words only.
_SAID = {
    mark("This computer has no Bluetooth adapter."): "adapter-none",
    mark("The Bluetooth adapter is too old for low-energy sensors."): "adapter-classic",
    mark("Bluetooth is switched off."): "adapter-off",
    mark("Bluetooth is switched off, or the adapter is gone."): "adapter-off",
    mark("The Bluetooth adapter is busy with another scan or connection."): "bluetooth-busy",
    mark("The Bluetooth service (BlueZ) is not running."): "bluez-not-running",
    mark("The Bluetooth service (BlueZ) does not answer."): "bluez-silent",
}
_DENIED = (
    mark("Bluetooth is not allowed for this program."),
    mark("The system does not let this program use Bluetooth."),
    mark("This user may not use the Bluetooth service (BlueZ)."),
    mark("macOS does not allow this program to use Bluetooth."),
    mark("macOS waits for your leave to use Bluetooth."),
)
_DENIALS = {"darwin": "denied-macos", "win32": "denied-windows"}


def scan_trouble(error: IngestError, platform: str, radio: str) -> Finding:
    """What an error from scanning means on a platform. Pure."""
    why = error.problem.rstrip(".")
    said = next((one for one in (*_SAID, *_DENIED) if error.key in (one, _(one))), None)
    if said in _DENIED:
        return trouble(_DENIALS.get(platform, "bluez-denied"))
    if said is not None:
        return trouble(_SAID[said])
    if radio.startswith("hci:"):
        return trouble("radio-refused", radio=radio, why=why)
    return trouble("bluetooth-fails", why=why)


def sensors(computer: Computer) -> Iterator[Finding]:
    """Every sensor that is paired is heard, or streams to the collector."""
    from ingest.entries import Entries

    if not computer.place.is_dir():
        yield unknown(
            "sensors", _("Which sensors are paired is not known until there is a folder.")
        )
        return
    active = Entries(computer.home).registry().active
    if not active:
        yield fine("sensors", _("No sensor is paired yet; 'legload pair' does that."))
        return
    try:
        here = {seen.address.upper() for seen in computer.heard()}
    except Exception:  # noqa: BLE001 - what failed is said by `bluetooth`
        yield unknown("sensors", _("Whether the sensors are near is not known without scanning."))
        return
    streaming = _streaming(computer)
    missing = [s for s in active if s.address.upper() not in here and s.key not in streaming]
    held = _held(computer) if missing else set()
    for sensor in missing:
        named = sensor.name or sensor.key
        if sensor.address.upper() in held:
            yield trouble("sensor-held", sensor=named, address=sensor.address)
        else:
            yield trouble("sensor-not-heard", sensor=named)
    if not missing:
        yield fine(
            "sensors",
            _("Every paired sensor is heard ({sensors}).", sensors=sensors_text(len(active))),
        )


def _streaming(computer: Computer) -> set[str]:
    """Sensors that the collector is connected to: they do not advertise."""
    state = computer.status()
    if state is None:
        return set()
    return {one["sensor"] for one in state["sensors"] if one["state"] in CONNECTED}


def _held(computer: Computer) -> set[str]:
    """Addresses that the system says are connected; none where it cannot be asked."""
    if not computer.uses_bluez:
        return set()
    try:
        return {device.address.upper() for device in computer.bluez().devices if device.connected}
    except IngestError:
        return set()
