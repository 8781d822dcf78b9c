"""Colours, type size and the server's options, in one place for pages and reports.

The palette starts from Okabe & Ito (2008): blue, amber, burgundy (violet on dark) and grey stay
apart for every common kind of colour vision, and nothing is told by colour alone: unknown is
hatched, excused is dotted, load on a seat is striped across, that of sets upright.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Hex colours by meaning."""

    ink: str
    muted: str
    paper: str
    panel: str
    line: str
    button: str
    done: str
    left: str
    seen: str
    seat: str
    sets: str
    unknown: str
    warn: str
    demo: str


LIGHT = Palette(
    ink="#1b2733",
    muted="#51606e",
    paper="#ffffff",
    panel="#f5f7f9",
    line="#d8dfe6",
    button="#00568f",
    done="#00568f",
    left="#c3dbec",
    seen="#6aa9d2",
    seat="#d98200",
    sets="#6d1f44",
    unknown="#9aa5b0",
    warn="#a04a00",
    demo="#7a1fa2",
)
DARK = Palette(
    ink="#eef3f7",
    muted="#b3c0cc",
    paper="#12181f",
    panel="#1b242e",
    line="#364453",
    button="#1f6fa8",
    done="#5ab4f0",
    left="#274a63",
    seen="#3d83b3",
    seat="#f0a63c",
    sets="#9d6bff",
    unknown="#7f8c98",
    warn="#f5a623",
    demo="#d59cf0",
)


USUAL_PX, LARGE_PX = 18, 23
"""Sizes of type in the browser: large is a quarter more than usual (design)."""


def palette(kind: str | None) -> Palette:
    """Of the browser's theme: `dark`, or light for anything else."""
    return DARK if kind == "dark" else LIGHT


def type_scale(*, large: bool) -> float:
    """By how much type is larger than usual."""
    return LARGE_PX / USUAL_PX if large else 1.0


def colours() -> dict[str, str]:
    """The light palette by name, as a report template reads it."""
    return asdict(LIGHT)


def _theme(kind: str, of: Palette) -> dict[str, str]:
    return {
        f"theme.{kind}.primaryColor": of.button,
        f"theme.{kind}.backgroundColor": of.paper,
        f"theme.{kind}.secondaryBackgroundColor": of.panel,
        f"theme.{kind}.textColor": of.ink,
        f"theme.{kind}.borderColor": of.line,
        f"theme.{kind}.linkColor": of.done,
    }


SERVER_OPTIONS: dict[str, object] = {
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.showEmailPrompt": False,
    "server.enableAgentApi": False,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "logger.hideWelcomeMessage": True,
    "theme.baseFontSize": USUAL_PX,
    "theme.baseRadius": "0.6rem",
    "theme.showWidgetBorder": True,
    "theme.showSidebarBorder": True,
    **_theme("light", LIGHT),
    **_theme("dark", DARK),
}
"""For `bootstrap.load_config_options`: nothing fetched from outside, nothing reported."""


def css(*, large: bool = False) -> str:
    """The pages' style sheet; each colour follows the browser's light or dark theme.

    large: everything a quarter larger.
    """
    light, dark = asdict(LIGHT), asdict(DARK)
    colours = "".join(f"--{key}:light-dark({light[key]},{dark[key]});" for key in light)
    sheet = resources.files("dashboard").joinpath("style.css").read_text(encoding="utf-8")
    size = f"html{{font-size:{LARGE_PX}px !important}}" if large else ""
    return f"<style>.ll{{{colours}}}{sheet}{size}</style>"
