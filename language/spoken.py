"""Sentences in the language of whoever reads them: gettext, chosen by call, not by process.

English stands in the code and is its own key. The pages serve several people at once, so the
language belongs to a context, never to the process.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import resources

LANGUAGES = {"en": "English", "it": "Italiano"}
"""Languages that are complete, by code, each as it calls itself."""

ENGLISH = "en"
DOMAIN = "legload"

_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_asked: list[Callable[[], str | None]] = []


def language() -> str:
    """The code of the language that is spoken now; English unless somebody chose."""
    chosen = _chosen.get()
    if chosen is None:
        chosen = next((found for ask in _asked if (found := ask())), None)
    return chosen or ENGLISH


def speak(code: str) -> None:
    """Speak a language from now on, in this context: a command, a thread."""
    _chosen.set(known(code))


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for as long as the context lasts."""
    token = _chosen.set(known(code))
    try:
        yield
    finally:
        _chosen.reset(token)


def ask_for_language(ask: Callable[[], str | None]) -> None:
    """Have somebody asked where nothing was chosen in the context: the pages know their reader."""
    _asked[:] = [ask]


def known(code: str | None) -> str:
    """The language of a code such as `it_IT.UTF-8` or `it-CH`; English where it is not complete."""
    short = (code or "").replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return short if short in LANGUAGES else ENGLISH


def mark(message: str) -> str:
    """The message itself: it stands in a table, and is translated where it is used."""
    return message


def _(message: str, /, **values: object) -> str:
    """A message in the language spoken now, with its `{values}` filled in; nothing of nothing."""
    if not message:  # gettext keeps the head of the catalogue under it
        return ""
    return _filled(_translations(language()).gettext(message), values)


def n_(one: str, many: str, count: float, /, **values: object) -> str:
    """`one` or `many` as the language counts; `{count}` is at hand unless it is given as text."""
    whole = int(count) if count == int(count) else 2  # gettext takes no fractions: "1.5 days"
    found = _translations(language()).ngettext(one, many, whole)
    return _filled(found, {"count": count, **values})


def p_(context: str, message: str, /, **values: object) -> str:
    """A message whose English has several meanings; context: which one is meant."""
    return _filled(_translations(language()).pgettext(context, message), values)


def listed(words: Sequence[str]) -> str:
    """`power and body mass`, `a and b and c`; empty for none."""
    return functools.reduce(_and, words) if words else ""


def either(words: Sequence[str]) -> str:
    """`one or two`; empty for none."""
    return functools.reduce(_or, words) if words else ""


def _or(one: str, other: str) -> str:
    return _("{one} or {other}", one=one, other=other)


def _and(one: str, other: str) -> str:
    return _("{one} and {other}", one=one, other=other)


def _filled(message: str, values: dict[str, object]) -> str:
    return message.format(**values) if values else message


@functools.lru_cache(maxsize=len(LANGUAGES))
def _translations(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    path = resources.files("language").joinpath(f"locale/{code}/LC_MESSAGES/{DOMAIN}.mo")
    with path.open("rb") as catalogue:
        return gettext.GNUTranslations(catalogue)
