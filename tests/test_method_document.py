"""Every number of the method stands in the documents, so that nobody has to read it in code."""

from __future__ import annotations

import ast
import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics import force, frames, protocol
from analytics.metrics import METRICS

ROOT = Path(__file__).parents[1]
ANALYTICS = ROOT / "analytics"
PROTOCOL = ANALYTICS / "protocols" / "default.toml"
HOMES = {
    "gait": ("method.md", "steps.md", "contacts.md"),
    "exercise": ("method.md", "repetitions.md"),
    "validation": ("method.md", "validation.md"),
}
"""Documents in which the numbers of a folder may stand; those of other files stand in method.md."""

SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SCALES = {"%": 100.0, "ms": 1_000.0, "mg": 1_000.0, "min": 1 / 60, "h": 1 / 3600}
"""What a number may be multiplied by, if that unit follows."""

COMMON = """design from with that this than which where each minute the and for its are not but
one two has per max min low high all any other every how what least most less more"""
EVERYWHERE = set(COMMON.split())
"""Words that put a number in no context."""

UNITS = ("_S", "_MINUTE", "_HOUR")
"""Names of units, which are no choices."""

_NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:\s*(%|ms\b|mg\b|min\b|h\b))?")
MODULES = sorted(path for path in ANALYTICS.rglob("*.py") if path.name != "__init__.py")
Said = tuple[set[tuple[float, str]], set[str]]
"""Numbers (with the unit that follows) and words of one paragraph, list entry or table row."""


def documents(path: Path) -> tuple[str, ...]:
    """Names of the documents in which the numbers of a file may stand."""
    return HOMES.get(path.relative_to(ANALYTICS).parts[0], ("method.md",))


def paragraphs(name: str) -> list[Said]:
    """What a document says, piece by piece; a heading belongs to all that follows it."""
    found, heading = [], ""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for piece in re.split(r"\n(?=[-|#]|\d+\.|\n)", text):
        heading = piece if piece.lstrip().startswith("#") else heading
        found.append((printed(piece), words(f"{heading} {piece}")))
    return found


def words(text: str) -> set[str]:
    """Words of three letters and more, without a plural's s."""
    long = {word.removesuffix("s") for word in re.findall(r"[a-z]{3,}", text.lower())}
    return long - EVERYWHERE


def printed(text: str) -> set[tuple[float, str]]:
    """Every number of a text with the unit that follows; small ones in words, too."""
    low = text.lower()
    found = {(float(at), "") for at, word in enumerate(SMALL) if re.search(rf"\b{word}\b", low)}
    numbers = _NUMBER.finditer(text)
    return found | {(float(one[1].replace(",", "")), one[2] or "") for one in numbers}


def stands(number: float, context: set[str], said: Iterable[Said]) -> bool:
    """Whether a piece says the number, as it is or in another unit (0.8 as 80 %, 90 s as 1.5
    min), and a word of its context."""
    scales = [(unit, abs(number) * scale) for unit, scale in SCALES.items()]
    if "percent" in context:
        scales.append(("%", number))
    return any(
        (unit != "%" and value == abs(number))
        or any(unit == name and math.isclose(value, scaled) for name, scaled in scales)
        for numbers, near in said
        if near & context
        for value, unit in numbers
    )


def numbers_in(node: ast.expr) -> Iterator[float]:
    """The numbers of a literal: of one, a tuple, the values of a table, a duration's arguments."""
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int() | float() as number):
            yield float(number)
        case ast.UnaryOp(operand=inner):
            yield from numbers_in(inner)
        case ast.BinOp(
            left=ast.Constant(value=int(base)), op=ast.LShift(), right=ast.Constant(value=int(bits))
        ):
            yield float(base << bits)
        case ast.BinOp(left=left, right=right):
            yield from numbers_in(left)
            yield from numbers_in(right)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from numbers_in(part)
        case ast.Call(args=args, keywords=keywords):
            for part in [*args, *(keyword.value for keyword in keywords)]:
                yield from numbers_in(part)


def _named(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr, str]]:
    """Name, value and docstring of every assignment."""
    for statement, after in itertools.zip_longest(body, body[1:]):
        text = ""
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                pass
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value, text
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value, text


def constants(path: Path) -> Iterator[tuple[str, float, set[str]]]:
    """Upper-case names of a module and defaults of its dataclasses, and the words that belong to
    each; zero is no choice."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [each for each in _named(tree.body) if each[0].isupper() and each[0] not in UNITS]
    for each in tree.body:
        if isinstance(each, ast.ClassDef) and each.decorator_list:
            about = ast.get_docstring(each) or ""
            named += [(f"{each.name}.{name}", value, about) for name, value, _ in _named(each.body)]
    for name, value, text in named:
        context = words(f"{name.replace('_', ' ')} {text} {path.stem}")
        yield from ((name, number, context) for number in numbers_in(value) if number)


def missing(path: Path) -> list[str]:
    """What a file sets and no document of its folder says."""
    names = documents(path)
    said = [piece for name in names for piece in paragraphs(name)]
    where = " or ".join(f"docs/{name}" for name in names)
    return [
        f"{path.relative_to(ROOT)}: {name} {number:g} is not in {where}"
        for name, number, context in constants(path)
        if not stands(number, context, said)
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ANALYTICS)))
def test_every_constant_of_a_module_is_documented(path: Path) -> None:
    assert not missing(path), "\n" + "\n".join(missing(path))


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
            continue
        listed = value if isinstance(value, list) else [value]
        yield from ((prefix + key, float(one)) for one in listed if isinstance(one, int | float))


def test_every_number_of_the_protocol_is_documented() -> None:
    said = paragraphs("method.md")
    titles = {metric.key: metric.title for metric in METRICS}
    absent = []
    for key, number in _leaves(tomllib.loads(PROTOCOL.read_text(encoding="utf-8"))):
        about = " ".join(titles.get(part, part.replace("_", " ")) for part in key.split("."))
        if not stands(number, words(about) - {"component", "point", "target"}, said):
            absent.append(f"{key} = {number:g}")
    assert not absent, "default.toml has what docs/method.md lacks:\n" + "\n".join(absent)


def test_the_document_is_of_this_method_and_this_protocol() -> None:
    text = (ROOT / "docs" / "method.md").read_text("utf-8")
    assert f"Version {frames.METHOD}" in text
    assert f"protocol `{protocol.default_protocol().name}`" in text


def rows() -> dict[str, str]:
    """The rows of the documents' tables, by their first cell."""
    text = (ROOT / "docs" / "method.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return {line.split("|")[1].strip(): line for line in lines}


@pytest.mark.parametrize("case", force.CASES, ids=lambda case: case.key)
def test_every_force_is_in_the_table_as_the_code_has_it(case: force.ForceCase) -> None:
    assert case.title in rows(), f"no row “{case.title}” in docs/method.md"
    row = rows()[case.title]
    for said in (f"±{case.error:.0%}".replace("%", " %"), case.confidence, case.source, case.mark):
        assert said in row, f"“{case.title}” does not say “{said}”"
    assert {number for number, _ in printed(case.formula)} <= {
        number for number, _ in printed(row)
    }, f"“{case.title}” has other numbers than {case.formula}"
