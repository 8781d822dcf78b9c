"""What the code says to a person: the messages in it, and the strings that forgot to be one."""

from __future__ import annotations

import ast
import functools
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("analytics", "dashboard", "devices", "ingest", "language")
KEYWORDS: dict[str, object] = {"_": None, "n_": (1, 2), "p_": ((1, "c"), 2), "mark": None}
"""Functions that take messages, as Babel writes it: which arguments, `c` the context."""
MESSAGES = {"_": (0,), "n_": (0, 1), "p_": (0, 1), "mark": (0,)}
"""The same by place from 0."""

WIDGETS = re.compile(
    "(download_|link_|form_submit_)?button|checkbox|toggle|radio|selectbox|multiselect|"
    "(select_)?slider|(text|number|date|time)_input|text_area|file_uploader|expander|popover|tabs|"
    "metric|success|info|warning|error|caption|markdown|(sub)?header|toast|spinner|dialog|"
    "page_link|segmented_control|pills"
)
"""Functions of Streamlit whose first argument is read by a person."""
READ = frozenset({"aria_label", "help", "placeholder", "caption", "alt", "label"})
"""Arguments that a person reads, whatever is called."""
CONSOLE = frozenset({"show", "note", "ask", "agree", "progress"})
NOBODY = frozenset({"log", "struct", "getLogger"})
"""Whose errors and warnings no person reads."""
TYPER = frozenset({"Option", "Argument", "Typer"})
"""Their help is in the catalogue by way of the commands."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in the code and what stands there."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@functools.cache
def modules() -> Mapping[str, ast.Module]:
    """Every module of the program, parsed, by its path from the root."""
    paths = (path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")))
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8"), str(path)) for path in paths
    }


def called(call: ast.Call) -> str:
    """The last part of what is called: `el`, `note` of `console.note`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def messages_of(tree: ast.AST) -> Iterator[tuple[int, str, list[str | None]]]:
    """(line, function, arguments) of each call that takes a message; also where it is handed on by
    `partial`, stands in an f-string, or is one of two."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, given = called(call), call.args
        if name == "partial" and given and isinstance(given[0], ast.Name):
            name, given = given[0].id, given[1:]
        if name in KEYWORDS:
            for arguments in _chosen(given):
                yield call.lineno, name, arguments


def _chosen(given: list[ast.expr]) -> Iterator[list[str | None]]:
    if given and isinstance(given[0], ast.IfExp):
        yield from _chosen([given[0].body, *given[1:]])
        yield from _chosen([given[0].orelse, *given[1:]])
    else:
        yield [_text(one) for one in given]


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def message_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call that takes a message, with its file."""
    for file, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in KEYWORDS:
                yield file, node


def places(text: str) -> frozenset[str]:
    """What is filled in: `{mass}` and `{mass:g}` are `mass`, `{}` is empty.

    Raises:
        ValueError: a brace stands alone.
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def unfilled() -> list[Spot]:
    """Messages with places that nothing fills."""
    errors = error_classes()
    return sorted(
        Spot(file, call.lineno, f"{', '.join(sorted(lacking))} in {ast.unparse(call)[:90]}")
        for file, tree in modules().items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and (lacking := lacking_in(call, errors))
    )


def lacking_in(call: ast.Call, errors: frozenset[str]) -> frozenset[str]:
    """The places of a call's messages for which it gives no value."""
    name, given = called(call), {one.arg for one in call.keywords}
    if None in given:
        return frozenset()
    if name in errors:
        marked = (one for one in call.args if isinstance(one, ast.Call) and called(one) == "mark")
        texts = [_text(one.args[0]) for one in marked]
    else:
        texts = [_text(one) for one in call.args[:2]] if name in ("_", "n_", "p_") else []
        given |= {"count"} if name == "n_" else set()
    return frozenset().union(*(places(text) for text in texts if text)) - given


def glued() -> list[Spot]:
    """Messages that are put together in the code, so that no catalogue can hold them."""
    return sorted(
        Spot(file, call.lineno, ast.unparse(call)[:90])
        for file, call in message_calls()
        for at in MESSAGES[called(call)]
        if at < len(call.args) and isinstance(call.args[at], ast.JoinedStr | ast.BinOp)
    )


def too_early() -> list[Spot]:
    """Translations at import: they would speak one language for ever."""
    return sorted(
        Spot(file, call.lineno, ast.unparse(call)[:90])
        for file, tree in modules().items()
        for call in early_of(tree)
    )


def early_of(tree: ast.AST) -> list[ast.Call]:
    """The translations that happen as a module is imported."""
    return [call for call in _at_import(tree) if called(call) in ("_", "n_", "p_")]


def _at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Calls that run as a module is imported: defaults and decorators too, bodies not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, child.args):
                yield from _at_import(part)
            continue
        if isinstance(child, ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _at_import(child)


def unwrapped() -> list[Spot]:
    """Strings that a person reads and that are no messages."""
    return sorted(
        Spot(file, found.lineno, ast.unparse(found)[:100])
        for file, tree in modules().items()
        for found in bare_of(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    )


def bare_of(calls: Iterable[ast.Call]) -> list[ast.expr]:
    """What some calls show to a person that is no message."""
    errors = error_classes()
    return [found for call in calls for read in _read(call, errors) for found in _bare(read)]


@functools.cache
def error_classes() -> frozenset[str]:
    """Every error that speaks to a person, by name."""
    known = {"IngestError", "DashboardError", "AnalyticsError"}
    classes = [
        n for tree in modules().values() for n in ast.walk(tree) if isinstance(n, ast.ClassDef)
    ]
    while new := {
        one.name
        for one in classes
        if one.name not in known and {getattr(base, "id", "") for base in one.bases} & known
    }:
        known |= new
    return frozenset(known)


def _read(call: ast.Call, errors: frozenset[str]) -> Iterator[ast.expr]:
    """What of a call's arguments a person reads."""
    name, owner = called(call), _owner(call)
    if name in errors:
        yield from call.args[:2]
    elif name in CONSOLE and owner == "console":
        yield from call.args
    elif name == "el":
        yield from call.args[1:]
    elif WIDGETS.fullmatch(name) and owner and owner not in NOBODY:
        yield from call.args[:1]
    if name not in TYPER:
        yield from (one.value for one in call.keywords if one.arg in READ)


def _owner(call: ast.Call) -> str:
    """Whose function is called: `st`, the function that gave it, or whatever."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name)):
            return name
        case ast.Attribute(value=ast.Call() as giver):
            return called(giver)
        case ast.Attribute():
            return "something"
    return ""


def _bare(node: ast.expr) -> Iterator[ast.expr]:
    """The strings in an argument that are no messages and hold words."""
    match node:
        case ast.Constant(value=str() as text) if _says(text):
            yield node
        case ast.JoinedStr(values=parts):
            if any(_says(_text(one) or "") for one in parts):
                yield node
        case ast.IfExp(body=body, orelse=other):
            yield from _bare(body)
            yield from _bare(other)
        case ast.BinOp(left=left, right=right):
            yield from _bare(left)
            yield from _bare(right)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _bare(part)
        case ast.Starred(value=value):
            yield from _bare(value)


def _says(text: str) -> bool:
    return _LETTERS.search(text) is not None
