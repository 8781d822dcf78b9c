"""How the command line speaks: results on stdout, everything said to a person on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_stderr = Console(stderr=True, highlight=False)
_stdout = Console(highlight=False)


def note(text: str) -> None:
    """Tell a person something; never mixed into a result."""
    _stderr.print(escape(text), soft_wrap=True)


def show(text: str) -> None:
    """Print a result for a person."""
    _stdout.print(escape(text), soft_wrap=True)


def emit(result: object) -> None:
    """Print a result as one JSON document, and nothing else, on stdout."""
    text = msgspec.json.format(msgspec.json.encode(result), indent=2)
    sys.stdout.write(text.decode() + "\n")


def width() -> int:
    """Letters that a line of a table has room for."""
    return _stdout.width


def table(
    columns: Iterable[str], rows: Iterable[Iterable[object]], *, whole: Iterable[str] = ()
) -> None:
    """Print rows for a person; None is an em dash, never an empty cell or a zero.

    whole: columns that never wrap; what stands in the others gives way.
    """
    grid = Table(box=None, pad_edge=False, header_style="bold")
    unbroken = frozenset(whole)
    for column in columns:  # folded, because a key that is cut off cannot be typed
        grid.add_column(column, overflow="fold", no_wrap=column in unbroken)
    for row in rows:
        grid.add_row(*("—" if cell is None else escape(str(cell)) for cell in row))
    _stdout.print(grid)


def ask(question: str, usual: str, advice: str) -> str:
    """What a person answers on stderr; `usual` if they only press Enter.

    Nobody is there to answer (stdin is closed): `advice` is said, and the program ends with 2.
    """
    try:
        answer: str = typer.prompt(question, default=usual, err=True)
    except typer.Abort as end:
        raise _unanswered(end, advice) from None
    return answer.strip()


def ask_secret(question: str, advice: str) -> str:
    """What a person types and nobody sees; otherwise as `ask`."""
    try:
        answer: str = typer.prompt(question, hide_input=True, err=True)
    except typer.Abort as end:
        raise _unanswered(end, advice) from None
    return answer


def agree(question: str, advice: str) -> bool:
    """Whether a person says yes, as Enter does; otherwise as `ask`."""
    try:
        return typer.confirm(question, default=True, err=True)
    except typer.Abort as end:
        raise _unanswered(end, advice) from None


def _unanswered(end: typer.Abort, advice: str) -> Exception:
    """Ctrl-C stays what it is."""
    if not isinstance(end.__context__, EOFError):
        return end
    note("")  # the question stands on a line of its own
    note(advice)
    return typer.Exit(2)


@contextmanager
def progress(text: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while work lasts; call what it yields with (done, total)."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeElapsedColumn(),
        console=_stderr,
        transient=True,
        disable=quiet or not _stderr.is_terminal,
    )
    with bar:
        task = bar.add_task(text, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
