"""Which person is meant, by pages and commands alike; light to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.entries import Person

DEFAULT_PERSON = "me"
"""The key of whoever is there before anybody was named."""

DEFAULT_NAME = mark("Me")
"""What they are called, in entries and commands, while nobody chose another name."""


def shown_name(key: str, name: str) -> str:
    """What a reader sees of a name: that of nobody's choice is in their language."""
    return _(DEFAULT_NAME) if (key, name) == (DEFAULT_PERSON, DEFAULT_NAME) else name


def local_zone() -> str:
    """The computer's own time zone, IANA name."""
    import tzlocal

    return tzlocal.get_localzone_name() or "UTC"


def find_person(persons: Mapping[str, Person], wanted: str) -> Person | None:
    """The person with this key or name, if there is one."""
    matches = (
        p for p in persons.values() if wanted.casefold() in (p.key.casefold(), p.name.casefold())
    )
    return next(matches, None)


def pick_person(persons: Mapping[str, Person], wanted: str | None) -> str:
    """The key of the person meant: the one named, else the only one, else `me`.

    Raises:
        DashboardError: nobody has that name, or there are several and none was named.
    """
    names = ", ".join(p.name for p in persons.values()) or _("nobody yet")
    if wanted is not None:
        if (found := find_person(persons, wanted)) is not None:
            return found.key
        raise DashboardError(
            _("There is no person '{wanted}' (known: {names}).", wanted=wanted, names=names),
            _("Add them with: legload person '{wanted}'", wanted=wanted),
        )
    if len(persons) > 1:
        raise DashboardError(
            _("Several persons are known ({names}).", names=names), _("Say whose: --person NAME")
        )
    return next(iter(persons), DEFAULT_PERSON)
