"""Where things are and how the program was asked to behave; read only by the entry points.

Later beats earlier: built-in, what marks a demo's folder, `settings.toml` in the home folder,
environment, command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs

from dashboard.errors import DashboardError
from dashboard.folders import folder_named
from language.spoken import _

FILE = "settings.toml"
DEMO_FOLDER = "demo"
DEMO_MARK = "DEMO"
"""A file of this name in a folder says that only virtual sensors belong there."""

AUTO, VIRTUAL = "auto", "virtual"


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `settings.toml` may say."""

    radio: str | None = None
    person: str | None = None
    language: str | None = None
    port: Annotated[int, msgspec.Meta(ge=1024, le=65535)] = 8501


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run of the program. person None: the only one there is.

    folder: the home folder as it was named, for whoever can do with what is no folder.
    """

    folder: Path
    radio: str
    person: str | None
    port: int
    json: bool
    verbose: bool

    @property
    def home(self) -> Path:
        """The folder that holds everything; it need not be there yet.

        Raises:
            DashboardError: a file is in its place.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise DashboardError(
                _("{folder} is a file, not a folder.", folder=self.folder),
                _("Choose a folder: --home DIR"),
            )
        return self.folder

    @property
    def demo_home(self) -> Path:
        """The demo's own folder; the person's data is never touched by it."""
        return self.home / DEMO_FOLDER


def default_home() -> Path:
    """The system's place for a program's data."""
    return platformdirs.user_data_path("legload", appauthor=False)


def load_settings(given: Mapping[str, object]) -> Settings:
    """Settings from the home folder's file and from what was given (None: not given).

    Raises:
        DashboardError: the file is not valid, which says where; or the folder cannot be one.
    """
    home = folder_named(str(given["home"])) if given.get("home") else default_home()
    preferences = _preferences(home / FILE)
    return Settings(
        folder=home.absolute(),
        radio=str(given.get("radio") or preferences.radio or _usual_radio(home)),
        person=str(given["person"]) if given.get("person") else preferences.person,
        port=preferences.port,
        json=bool(given.get("json")),
        verbose=bool(given.get("verbose")),
    )


def usual_language(home: str | None) -> str | None:
    """What the home folder's file says of the language; nothing where it cannot be read."""
    try:
        return _preferences((folder_named(home) if home else default_home()) / FILE).language
    except DashboardError:
        return None  # whoever needs the settings says what is wrong


def _usual_radio(home: Path) -> str:
    return VIRTUAL if (home / DEMO_MARK).exists() else AUTO


def _preferences(path: Path) -> Preferences:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Preferences)
    except (FileNotFoundError, NotADirectoryError):
        return Preferences()
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise DashboardError(
            _("{path} cannot be used: {error}.", path=path, error=error),
            _("Correct the file or delete it, then try again."),
        ) from error
