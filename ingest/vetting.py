"""Which queries may run: one SELECT over the views, as DuckDB's own parser reads it.

What is not known to be harmless is refused: each part of the parsed query must be of a kind listed
here, each table a view or named in the query itself, each table function one that reads no file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import msgspec

from ingest.errors import IngestError
from language.spoken import mark

LONGEST = 100_000
"""Letters of a query (design)."""

_SELECTS = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"}
_SOURCES = {
    *("BASE_TABLE", "TABLE_FUNCTION", "SHOW_REF", "JOIN", "SUBQUERY"),
    *("EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "PIVOT", "COLUMN_DATA"),
}
_ORDERS = {
    *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
    *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
}
_KINDS = _SELECTS | _SOURCES | _ORDERS
_ROWS_FROM = {"range", "generate_series", "unnest", "json_each", "json_tree"}
_SHOWN = {"DESCRIBE", "SUMMARY"}
_NEVER = {
    *("current_setting", "getvariable", "write_log", "sleep_ms", "pg_sleep"),
    *("nextval", "currval", "setval", "setseed"),
}
"""Functions that wait, write or tell of the computer; none is about data."""
_SWELLING = {
    *("repeat", "lpad", "rpad", "list_resize", "array_resize", "bar", "bitstring", "printf"),
    *("format", "range", "generate_series"),
}
"""Functions that make one value as long as they are told: no limit of memory or time holds while
they do."""

_AS_SOURCE = "rows from it"
"""Noted at a function whose rows are read one by one."""

_EXPLAIN = re.compile(r"\s*explain(\s+analyze)?\b", re.IGNORECASE)
_PARSED = "SELECT json_serialize_sql(?::VARCHAR)"


class QueryRefused(IngestError):  # noqa: N818 - says what is the case
    """What was asked can never be answered; another query can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetted:
    """A query that may run. tables: the views it reads, by key."""

    text: str
    tables: frozenset[str]
    explains: bool


def vetted(connection: duckdb.DuckDBPyConnection, query: str, views: Collection[str]) -> Vetted:
    """A query that reads nothing but these views.

    Raises:
        QueryRefused: it is not one SELECT, or wants more; the text says what.
    """
    statement = _only(query)
    explained = _EXPLAIN.match(statement) if _kind(query) == "EXPLAIN" else None
    select = statement[explained.end() :] if explained else statement
    return Vetted(
        text=statement,
        tables=_tables(_tree(connection, select), views, _system(connection)),
        explains=explained is not None,
    )


def _only(query: str) -> str:
    """The text of the one statement, without its semicolon."""
    if len(query) > LONGEST:
        raise _refused(mark("The query is longer than {most} letters."), most=LONGEST)
    if not query.isascii() and query != query.encode(errors="replace").decode():
        raise _refused(mark("The query is not text in UTF-8."))
    kind = _kind(query)
    if kind == "MULTI":
        raise _refused(mark("PIVOT is understood only after FROM, with the values listed."))
    if kind not in ("SELECT", "EXPLAIN"):
        raise _refused(mark("{kind} cannot be asked: nothing is ever changed here."), kind=kind)
    text: str = duckdb.extract_statements(query)[0].query
    return text.strip().rstrip(";").rstrip()


def _kind(query: str) -> str:
    try:
        found = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise unreadable(str(error)) from error
    if len(found) != 1:
        raise _refused(mark("Ask one question at a time; here are {count}."), count=len(found))
    return str(found[0].type).rpartition(".")[2]


def _tree(connection: duckdb.DuckDBPyConnection, select: str) -> Any:
    ((text,),) = connection.execute(_PARSED, [select]).fetchall()
    try:
        tree = msgspec.json.decode(text)
    except (RecursionError, msgspec.DecodeError) as error:
        raise _refused(mark("The query is nested too deep.")) from error
    if tree["error"]:
        raise _refused(mark("Only a SELECT can be asked or explained."))
    return tree


def _system(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names that mean something of DuckDB's own where no part of a query bears them."""
    names = "SELECT view_name FROM duckdb_views() WHERE internal"
    return {name.casefold() for (name,) in connection.execute(names).fetchall()}


def _tables(tree: Any, views: Collection[str], system: set[str]) -> frozenset[str]:
    parts = list(_parts(tree))
    for part in parts:
        if part.get("type") == "TABLE_FUNCTION":
            part["function"][_AS_SOURCE] = True
    own = {str(name).casefold() for part in parts for name in _named(part)}
    if taken := own & (system | set(views)):
        raise _refused(mark("{name} has a meaning already; call it otherwise."), name=min(taken))
    found = {name for part in parts for name in _read(part, {*views, *own}, views)}
    return frozenset(found - own)


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree, without recursion."""
    queue = [tree]
    while queue:
        one = queue.pop()
        if isinstance(one, dict):
            yield one
            queue += one.values()
        elif isinstance(one, list):
            queue += one


def _named(part: dict[str, Any]) -> Iterator[str]:
    """Names that WITH gives."""
    for one in part.get("cte_map", {}).get("map", ()):
        yield one["key"]


def _read(part: dict[str, Any], known: set[str], views: Collection[str]) -> Iterator[str]:
    """The tables that a part of a query reads; a part that may not be is refused."""
    kind = part.get("type")
    if "function_name" in part:
        _allow_function(str(part["function_name"]), source=bool(part.get(_AS_SOURCE)))
    if "class" in part or not isinstance(kind, str) or kind.endswith("_TYPE_INFO"):
        return
    if kind not in _KINDS:
        raise _refused(mark("This kind of query is not understood here ({kind})."), kind=kind)
    if kind == "BASE_TABLE":
        yield _table(part["qualified_name"]["path"], known, views)
    elif kind == "TABLE_FUNCTION":
        _allow_source(part["function"].get("qualified_name", {}).get("path", []))
    elif kind == "SHOW_REF" and part.get("table_name") == '"tables"':
        yield from views
    elif kind == "SHOW_REF" and part.get("show_type") not in _SHOWN:
        raise _refused(mark("Only SHOW TABLES, DESCRIBE and SUMMARIZE can be asked."))


def _table(path: list[str], known: set[str], views: Collection[str]) -> str:
    name = path[-1].casefold()
    if len(path) == 1 and name in known:
        return name
    shown = ".".join(path)
    if close := difflib.get_close_matches(name, views, n=1):
        raise _refused(
            mark("There is no table '{name}'; did you mean {close}?"), name=shown, close=close[0]
        )
    raise _refused(mark("There is no table '{name}'."), name=shown)


def _allow_source(path: list[str]) -> None:
    if len(path) != 1 or path[0].casefold() not in _ROWS_FROM:
        raise _refused(
            mark("{name}() cannot be asked: only the tables listed here are read."),
            name=".".join(path),
        )


def _allow_function(name: str, *, source: bool) -> None:
    if name.casefold() in _NEVER or name.startswith("__internal"):
        raise _refused(mark("{name}() cannot be asked: it is not about data."), name=name)
    if name.casefold() in _SWELLING and not source:
        raise _refused(mark("{name}() cannot be asked: it makes values of any length."), name=name)


_COLUMN = re.compile(r'column "([^"]*)" not found')
_CANDIDATES = re.compile(r"Candidate bindings: (.*)")


def unreadable(text: str) -> QueryRefused:
    """What DuckDB says of a query that cannot be, as one sentence, with its own hint."""
    if column := _COLUMN.search(text):
        near = _CANDIDATES.search(text)
        close = ", ".join(re.findall(r'"([^"]*)"', near[1])[:3]) if near else ""
        problem = (
            mark("There is no column '{name}'; did you mean {close}?")
            if close
            else mark("There is no column '{name}'.")
        )
        return _refused(problem, name=column[1], close=close)
    lines = [line.strip() for line in text.partition("\n\n")[0].splitlines() if line.strip()]
    why = " ".join(lines).partition(": ")[2] or " ".join(lines)
    return _refused(mark("The query cannot be answered: {why}."), why=why.rstrip(".!?"))


def _refused(problem: str, **values: object) -> QueryRefused:
    return QueryRefused(problem, mark("The tables and their columns: legload sql"), **values)
