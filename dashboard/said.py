"""The command line in the reader's language: which one, and its help texts."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from dashboard.settings import usual_language
from language.spoken import DOMAIN, LANGUAGES, _, ask_for_language, known

OPTION = "--language"
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a system says its language, the first that says anything (POSIX)."""


def wanted(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language asked for: by option, `LEGLOAD_LANGUAGE`, `settings.toml`, else the system's."""
    asked = _option(words, OPTION) or environment.get("LEGLOAD_LANGUAGE")
    if asked:
        return known(asked)
    home = _option(words, "--home") or environment.get("LEGLOAD_HOME")
    system = next((found for key in VARIABLES if (found := environment.get(key))), None)
    return known(usual_language(home) or system)


def _option(words: Sequence[str], option: str) -> str | None:
    for word, after in zip(words, [*words[1:], None], strict=True):
        if word == option:
            return after
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return None


def begin(code: str) -> None:
    """Speak it in this process and those it starts; Typer's own words come from gettext as well."""
    ask_for_language(lambda: code)  # in all its threads
    os.environ["LEGLOAD_LANGUAGE"] = os.environ["LANGUAGE"] = code
    gettext.bindtextdomain(DOMAIN, str(resources.files("language").joinpath("locale")))
    gettext.textdomain(DOMAIN)


def translated(command: Any) -> Any:
    """A Typer command whose help, and that of all beneath it, is in the language spoken now."""
    if command.help:
        command.help = _(command.help)
    for parameter in command.params:
        for name in ("help", "rich_help_panel"):
            if text := getattr(parameter, name, None):
                setattr(parameter, name, _(text))
    for child in getattr(command, "commands", {}).values():
        translated(child)
    return command


def refuse_unknown(code: str | None) -> str | None:
    """The language, refused if it is not there.

    Raises:
        typer.BadParameter: it is not complete.
    """
    import typer

    if code is not None and code not in LANGUAGES:
        raise typer.BadParameter(_("it is one of: {codes}.", codes=", ".join(LANGUAGES)))
    return code
