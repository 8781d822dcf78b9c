"""Which target set a person is scored against: the default, or a clinic's own file."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from analytics.protocol import Protocol, default_protocol, load_protocol
from dashboard.errors import DashboardError
from language.spoken import _

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
            _("There is no target set “{key}” (known: {known}).", key=key, known=", ".join(found)),
            _(
                "Put the file {key}.toml into {folder}, or say: legload targets --use default",
                key=key,
                folder=home / FOLDER,
            ),
        )
    protocol = load_protocol(path)
    if protocol.key != key:
        raise DashboardError(
            _("The file {name} says that its key is “{key}”.", name=path.name, key=protocol.key),
            _(
                'Write key = "{key}" into it, or give the file the name {other}.toml.',
                key=key,
                other=protocol.key,
            ),
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
            _("“{key}” cannot be the key of a target set.", key=key),
            _("Use small letters, digits and dashes, such as my-clinic."),
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
            _(
                "{parent} is a file; target sets are kept in a folder of that name.",
                parent=path.parent,
            ),
            _("Move or rename that file, then copy again."),
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(text)
    except FileExistsError as error:
        raise DashboardError(
            _("There is a target set “{key}” already: {path}.", key=key, path=path),
            _("Change that file, or copy to another key."),
        ) from error
    except OSError as error:
        raise DashboardError(
            _("Could not write {path}: {reason}.", path=path, reason=error.strerror or error),
            _("Free some space or check the folder's permissions."),
        ) from error
    return path
