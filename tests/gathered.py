"""Every message that a catalogue needs: of code, commands, shipped tables and Typer."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import Any

import typer.main
from babel.messages.extract import extract

from analytics import protocol
from dashboard.cli import app
from tests.spoken_code import KEYWORDS, ROOT, messages_of, modules

Id = str | tuple[str, str]
Entry = tuple[Id, str | None]
"""(message, or its one and its many; context)"""

TYPER: tuple[Id, ...] = (
    "Usage:",
    "Options",
    "Arguments",
    "Commands",
    "Error",
    "Error: {message}",
    "Aborted.",
    "Aborted!",
    "Show this message and exit.",
    "Try '{command} {option}' for help.",
    "Try [blue]'{command_path} {help_option}'[/] for help.",
    "[default: {}]",
    "[env var: {}]",
    "[required]",
    "default: {default}",
    "env var: {var}",
    "required",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "No such command {name!r}.",
    "No such option {name!r}.",
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    (
        "{value!r} does not match the format {format}.",
        "{value!r} does not match the formats {formats}.",
    ),
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "file",
    "directory",
    "path",
    "Error: invalid input",
)
"""What Typer and click say to whoever uses our commands: they ask gettext too."""


def of_code() -> Iterator[Entry]:
    """The messages in the code."""
    for file in modules():
        with (ROOT / file).open("rb") as code:
            for _line, found, _comments, context in extract(_method, code, keywords=_KEYWORDS):
                yield (found if isinstance(found, str) else (found[0], found[1])), context


_KEYWORDS: Any = KEYWORDS


def _method(file: Any, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """For Babel: its own method sees neither f-strings nor one message of two."""
    for line, name, arguments in messages_of(ast.parse(file.read())):
        yield line, name, arguments, []


def of_commands() -> Iterator[Entry]:
    """The help of every command and option, as `dashboard.said` translates it."""
    waiting: list[Any] = [typer.main.get_command(app)]
    while waiting:
        command = waiting.pop()
        waiting += [one for one in getattr(command, "commands", {}).values() if not one.hidden]
        texts = [command.help]
        for parameter in command.params:
            texts += [getattr(parameter, name, None) for name in ("help", "rich_help_panel")]
        yield from ((text, None) for text in texts if text)


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Every message that a catalogue needs."""
    shipped = [(text, None) for text in protocol.shipped_texts()]
    return (*of_code(), *of_commands(), *shipped, *((one, None) for one in TYPER))
