"""What each column of the tidy table holds: beside it, inside its Parquet form, in the docs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from language.spoken import _, mark

NAME = "legload-data-dictionary.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its type (text, number, whole, truth or date), and what it holds, translated
    where it is shown."""

    name: str
    kind: str
    holds: str


DICTIONARY: tuple[Column, ...] = (
    Column(
        name="person",
        kind="text",
        holds=mark("Name of the person, or a code such as `P-7F3A` where the report has no name"),
    ),
    Column(name="week", kind="text", holds=mark("ISO week, `2026-W47`")),
    Column(name="demo", kind="truth", holds=mark("`true` if the data is simulated")),
    Column(
        name="section",
        kind="text",
        holds=mark(
            "`week`, `component`, `day`, `set`, `balance`, `trend`, `baseline`, `symmetry`, "
            "`notice`, `gap`, `sensor`"
        ),
    ),
    Column(name="date", kind="date", holds=mark("The local day; only in section `day`")),
    Column(
        name="key",
        kind="text",
        holds=mark("What the row holds, such as `lld` or `valid_days`; stable"),
    ),
    Column(
        name="title",
        kind="text",
        holds=mark(
            "The same for people, such as `Peak-30 cadence` for `peak30_spm`; the exercise in "
            "section `set`, the week in `trend`, the key of the sensor in `gap`, the sensor in "
            "`sensor`, the level in `notice`"
        ),
    ),
    Column(
        name="value",
        kind="number",
        holds=mark(
            "The number; `true` or `false` for the states of a day (1 or 0 in Parquet, unit "
            "`true/false`)"
        ),
    ),
    Column(name="unit", kind="text", holds=mark("Unit of `value`, `target`, `low` and `high`")),
    Column(
        name="text",
        kind="text",
        holds=mark(
            "The text where a row holds one; the target in words in `component`; when it began, "
            "which leg and which load in `set`; `start/end` in `gap`"
        ),
    ),
    Column(name="target", kind="number", holds=mark("Target of a component")),
    Column(
        name="credit",
        kind="number",
        holds=mark("Share of the target that earns points, 0 to 1; empty if not measured"),
    ),
    Column(name="points", kind="number", holds=mark("Points earned; empty if not measured")),
    Column(name="points_max", kind="whole", holds=mark("Points that could be earned")),
    Column(
        name="evidence",
        kind="text",
        holds=mark("A guideline, B cohort, C experiment, D our design"),
    ),
    Column(
        name="coverage",
        kind="number",
        holds=mark(
            "The days that the value rests on, as a share of those not excused that have begun, "
            "0 to 1"
        ),
    ),
    Column(
        name="at_least",
        kind="truth",
        holds=mark(
            "`true` if the value is a lower bound: in `week` the points, in `component`, in "
            "`trend` points and dose, in `day` what a day that is not valid holds; empty where "
            "it does not apply"
        ),
    ),
    Column(name="confidence", kind="text", holds=mark("high, medium or low")),
    Column(name="low", kind="number", holds=mark("The value if every missing day were empty")),
    Column(name="high", kind="number", holds=mark("The value if every missing day were full")),
    Column(
        name="source",
        kind="text",
        holds=mark("Citation with DOI; in `set` the sensor that saw it"),
    ),
    Column(
        name="note",
        kind="text",
        holds=mark(
            "Why something is not measured, or the reason of a gap; in `set` `logged` or `detected`"
        ),
    ),
)

KINDS = {
    "text": mark("text"),
    "number": mark("number"),
    "whole": mark("whole number"),
    "truth": mark("true or false"),
    "date": mark("date"),
}


def dictionary() -> bytes:
    """The data dictionary as CSV: column, type, what it holds."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["column", "type", "holds"])
    for column in DICTIONARY:
        holds = _(column.holds).replace("`", "")
        table.writerow([column.name, _(KINDS[column.kind]), holds])
    return out.getvalue().encode("utf-8-sig")


def as_markdown() -> str:
    """The same as the table of docs/report.md."""
    rows = [f"| `{column.name}` | {column.holds} |" for column in DICTIONARY]
    return "\n".join(["| Column | Holds |", "|---|---|", *rows]) + "\n"
