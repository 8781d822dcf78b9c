"""`docs/commands.md`, made from the commands themselves: python -m tests.command_docs"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from dashboard.cli import PREFIX, app

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
HEAD = """# Commands

Made from the program by `python -m tests.command_docs`; a test fails when it is out of date.

Exit codes: 0 done, 1 failed, 2 usage. With `--json`, one JSON document on stdout and nothing
else; what is said to a person goes to stderr. A length of time is written `20s`, `30m` or `2h`.
"""


def page() -> str:
    """The whole page."""
    group: Any = typer.main.get_command(app)
    context = typer.Context(group, info_name="legload")
    parts = [HEAD, "## Before or after any command\n", _options(group, context, ())]
    for name, command in sorted(group.commands.items()):
        if not command.hidden:
            parts.append(_command(name, command, context))
    return "\n".join(parts)


def _command(name: str, command: Any, context: Any) -> str:
    inner = typer.Context(command, info_name=name, parent=context)
    usage = " ".join(["legload", name, *command.collect_usage_pieces(inner)])
    return f"## {name}\n\n{command.help}\n\n    {usage}\n\n{_options(command, inner, (name,))}"


def _options(command: Any, context: Any, path: tuple[str, ...]) -> str:
    rows = ["| option | environment | meaning |", "|---|---|---|"]
    for parameter in command.get_params(context):
        if parameter.param_type_name != "option" or parameter.name in ("help", "_"):
            continue
        names = ", ".join(f"`{name}`" for name in parameter.opts + parameter.secondary_opts)
        automatic = "_".join([PREFIX, *path, str(parameter.name)]).upper().replace("-", "_")
        variable = parameter.envvar or automatic
        help_ = (parameter.help or "").replace("|", "\\|")
        rows.append(f"| {names} | `{variable}` | {help_} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
