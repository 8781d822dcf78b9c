"""The home folder, its disk, and the packages."""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata

from dashboard.doctor.computer import Computer
from dashboard.doctor.findings import Finding, fine, trouble, unknown
from language.spoken import _

ENOUGH_BYTES = 500_000_000  # design
PYTHON = (3, 11)  # pyproject.toml, requires-python


def folder(computer: Computer) -> Iterator[Finding]:
    """The home folder can be written, and read by its owner only; one not there yet can be made."""
    home = computer.home
    place = computer.place
    if not place.is_dir():
        yield trouble("folder-is-a-file", home=place)
        return
    try:
        # A file without a name where the system has such, else one that is gone when closed.
        with tempfile.TemporaryFile(dir=place):
            mode = stat.S_IMODE(place.stat().st_mode)
    except OSError as error:
        yield trouble("folder-not-writable", home=home, why=error.strerror or error)
        return
    if place != home:
        yield fine("folder", _("Data will be kept in {home}, which is not there yet.", home=home))
    elif os.name == "posix" and mode & 0o077:
        yield trouble("folder-open", home=home, quoted=shlex.quote(str(home)))
    else:
        yield fine("folder", _("Data is kept in {home}.", home=home))


def disk(computer: Computer) -> Iterator[Finding]:
    """There is room for more recordings."""
    free = computer.free_bytes(computer.place)
    gb = f"{free / 1e9:.1f}"
    if free < ENOUGH_BYTES:
        needed = ENOUGH_BYTES / 1e9
        yield trouble("disk-nearly-full", free_gb=gb, home=computer.home, needed_gb=needed)
    else:
        yield fine("disk", _("{gb} GB are free on the disk.", gb=gb))


def packages(computer: Computer) -> Iterator[Finding]:
    """Python and the packages are as new as legload needs them."""
    if computer.python[:2] < PYTHON:
        shown = ".".join(map(str, computer.python))
        yield trouble("python-old", found=shown, needed=".".join(map(str, PYTHON)))
    try:
        needed = metadata.requires("legload") or []
    except metadata.PackageNotFoundError:
        yield unknown("packages", _("The packages cannot be checked: legload is not installed."))
        return
    if wrong := unfit(needed, metadata.version):
        yield trouble("packages-unfit", packages=", ".join(wrong))
    elif computer.python[:2] >= PYTHON:
        shown = ".".join(map(str, computer.python))
        yield fine(
            "packages",
            _(
                "Python {version} and {count} packages are new enough.",
                version=shown,
                count=len(needed),
            ),
        )


def unfit(needed: Sequence[str], version_of: Callable[[str], str]) -> list[str]:
    """The requirements that do not hold, with what is installed instead.

    version_of raises PackageNotFoundError where there is none.
    """
    from packaging.requirements import Requirement

    wrong = []
    for requirement in map(Requirement, needed):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = version_of(requirement.name)
        except metadata.PackageNotFoundError:
            version = "missing"
        if version == "missing" or not requirement.specifier.contains(version, prereleases=True):
            found = _("missing") if version == "missing" else version
            wanted = str(requirement.specifier) or _("it")
            wrong.append(
                _(
                    "{name} {version} (needs {wanted})",
                    name=requirement.name,
                    version=found,
                    wanted=wanted,
                )
            )
    return wrong
