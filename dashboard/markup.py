"""HTML in which every text is escaped: names of sensors and people are never markup."""

from __future__ import annotations

import html


class Markup(str):
    """Text that already is HTML."""

    __slots__ = ()


def el(tag: str, *content: str, cls: str = "", **attributes: str) -> Markup:
    """One element; plain `str` content is escaped, `Markup` is kept. `aria_label` -> aria-label."""
    named = {"class": cls, **{key.replace("_", "-"): value for key, value in attributes.items()}}
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in named.items() if value)
    return Markup(f"<{tag}{written}>{join(*content)}</{tag}>")


def join(*content: str) -> Markup:
    """Several pieces, one after the other."""
    return Markup("".join(c if isinstance(c, Markup) else html.escape(c) for c in content))
