"""Who is named in the settings of a home, and taking whoever goes out of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.private import create_whole
from language.spoken import _

SETTINGS = "settings.toml"
SHARE = "share.toml"

_PERSON = re.compile(r"""\s*(person|"person"|'person')\s*=""")


def names_left(home: Path, names: Iterable[str]) -> list[str]:
    """A sentence for each file that a person edits and that names whoever goes."""
    sought = {name.casefold() for name in names if name}
    found = [SHARE] if _named(home / SHARE, sought) else []
    if _named(home / SETTINGS, sought) and _without(home / SETTINGS, sought) is None:
        found.append(SETTINGS)
    return [_("{path} still names who was erased; edit it.", path=home / name) for name in found]


def prefer_nobody(home: Path, names: Iterable[str]) -> None:
    """Settings that choose the person who is gone would stop every command."""
    path = home / SETTINGS
    kept = _without(path, {name.casefold() for name in names if name})
    if kept is not None:
        create_whole(path, kept.encode())


def _named(path: Path, names: set[str]) -> bool:
    text = _text(path)
    try:
        return any(said.casefold() in names for said in _said(tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, RecursionError):
        return any(name in text.casefold() for name in names)


def _without(path: Path, names: set[str]) -> str | None:
    """The settings without the line that chooses one of the names; None: there is no such line."""
    text = _text(path)
    try:
        whole = tomllib.loads(text)
        if str(whole.pop("person", "")).casefold() not in names:
            return None
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines):
            if _PERSON.match(line):
                kept = "".join(lines[:number] + lines[number + 1 :])
                return kept if tomllib.loads(kept) == whole else None
    except (tomllib.TOMLDecodeError, RecursionError):
        pass
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _said(value: object) -> Iterator[str]:
    """Every string in it, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *_said(one))
    elif isinstance(value, list):
        for one in value:
            yield from _said(one)
