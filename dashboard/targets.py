"""Which target set a person is scored against: the default, or a clinic's own file."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from analytics.protocol import Protocol, default_protocol, load_protocol
from dashboard.errors import DashboardError

DEFAULT = "default"
FOLDER = "protocols"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def target_sets(home: Path) -> dict[str, Path | None]:
    """Every target set by key: the default (no file of its own), then the home's, by name.

    A file whose name cannot be shown is left out.
    """
    files = sorted((home / FOLDER).glob("*.toml"))
    shown = (file for file in files if file.stem != DEFAULT and file.stem.isprintable())
    return {DEFAULT: None} | {file.stem: file for file in shown}


def load_targets(home: Path, key: str | None) -> Protocol:
    """The target set of that key; None is the default.

    Raises:
        DashboardError: there is none of that key, or its file gives itself another.
        AnalyticsError: the file cannot be used; the text names the file and the key in it.
    """
    if key is None or key == DEFAULT:
        return default_protocol()
    found = target_sets(home)
    if (path := found.get(key)) is None:
        raise DashboardError(
            f"There is no target set “{key}” (known: {', '.join(found)}).",
            f"Put the file {key}.toml into {home / FOLDER}, or say: legload targets --use default",
        )
    protocol = load_protocol(path)
    if protocol.key != key:
        raise DashboardError(
            f"The file {path.name} says that its key is “{protocol.key}”.",
            f'Write key = "{key}" into it, or give the file the name {protocol.key}.toml.',
        )
    return protocol


def copy_targets(home: Path, key: str) -> Path:
    """Write the default target set under another key, to be changed; nothing is overwritten.

    Raises:
        DashboardError: the key cannot be a file's name, is taken, or the disk refuses.
    """
    path = home / FOLDER / f"{key}.toml"
    if not _KEY.fullmatch(key) or key == DEFAULT:
        raise DashboardError(
            f"“{key}” cannot be the key of a target set.",
            "Use small letters, digits and dashes, such as my-clinic.",
        )
    text = resources.files("analytics").joinpath("protocols/default.toml").read_text("utf-8")
    own = default_protocol()
    for name, old, new in (
        ("key", own.key, key),
        ("version", own.version, "1.0.0"),
        ("title", own.title, f"Own targets: {key}"),
    ):
        text = text.replace(f'{name} = "{old}"', f'{name} = "{new}"', 1)
    if path.parent.exists() and not path.parent.is_dir():
        raise DashboardError(
            f"{path.parent} is a file; target sets are kept in a folder of that name.",
            "Move or rename that file, then copy again.",
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(text)
    except FileExistsError as error:
        raise DashboardError(
            f"There is a target set “{key}” already: {path}.",
            "Change that file, or copy to another key.",
        ) from error
    except OSError as error:
        raise DashboardError(
            f"Could not write {path}: {error.strerror or error}.",
            "Free some space or check the folder's permissions.",
        ) from error
    return path
