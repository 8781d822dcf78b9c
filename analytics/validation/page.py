"""A study as a page of Markdown tables, with its words explained first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from analytics.validation.results import Result
from analytics.validation.rules import Column
from analytics.validation.spoiling import AS_RECORDED, CONDITIONS
from analytics.validation.study import Study
from analytics.validation.tasks import Task

Title = Callable[[Result], str]
Key = Callable[[Result], tuple[object, ...]]

WORST = 10
"""Persons on the page, of each set and task; the data hold everybody."""

HEAD = """# How accurate the method is on real recordings

Made by `{command}` with method {method}
({versions}); not written by hand.
The folder holds recordings with truth. Every constant is the shipped one. Many were chosen on the
recordings that docs/accuracy.md of legload names: for people among those the figures here are too
good, and that page has the figures with the person left out.

{contents}
## What was measured

{measured}
## What the words mean

- **Recording**: one sensor on one person during one trial. **Set**: recordings of one kind; of
  several sensors in one table each is a set of its own. **Taken as**: where its sensor was taken
  to sit.
- **Person**: a number, so that no name reaches this page. In each set anew, from 1, in the
  alphabetical order of what the set calls its people (10 comes before 2); number 7 of two sets, or
  of a set and its source, need not be the same person.
{words}
- **As recorded**: as the sensor gave it. **50 Hz**, **25 Hz**: only so many samples a second, in
  the coarse numbers of a Thingy:52. **Lost, batched**: a share of the samples is gone at random and
  the rest arrives in clumps of up to 0.1 s, as over Bluetooth. **Packets lost, half in bursts**:
  simulated; a generator takes 3.6 % of a recording on average and 21 % at most, half of it in
  bursts of 0.3 s on average. **Turned**: the sensor mounted at a random angle.
- **-**: there was nothing to measure it on.
"""


def page(study: Study, tasks: Sequence[Task], *, command: str = "legload validate FOLDER") -> str:
    """The whole page: every task, what was left out and why, then groups and persons.

    command: what was run, without names of folders.
    """
    done = [(task, [r for r in study.results if r.task == task.key]) for task in tasks]
    done = [(task, results) for task, results in done if results]
    parts = [""]
    for task, results in done:
        parts += [f"## {task.title}\n", f"{task.rule.text}\n"]
        parts += [f"Tolerance: {task.rule.tolerance}.\n", *_sets(task, results, _overview)]
    parts += [
        "## Not measured, or to be checked\n",
        _left_out(study, tasks, [task for task, _ in done]),
    ]
    for heading, tables in (
        ("Every group under the other conditions", _groups),
        (f"The {WORST} persons of each set with the largest errors, as recorded", _persons),
    ):
        parts.append(f"## {heading}\n")
        for task, results in done:
            inner = [part.replace("### ", "#### ", 1) for part in _sets(task, results, tables)]
            parts += [f"### {task.title}\n", *inner] if inner else []
    headings = [part[3:].strip() for part in parts if part.startswith("## ")]
    parts[0] = _head(study, [task for task, _ in done], command, ["What the words mean", *headings])
    return "\n".join(parts).rstrip("\n") + "\n"


def _head(study: Study, tasks: Sequence[Task], command: str, headings: Sequence[str]) -> str:
    columns = {c.heading: c for task in tasks for c in task.rule.columns if c.meaning}
    said = [f"- **{c.heading[0].upper()}{c.heading[1:]}**: {c.meaning}" for c in columns.values()]
    rows = [
        _line([one.set, str(one.recordings), _whole(one.persons), f"{one.seconds:.0f}"])
        for one in study.sets
    ]
    seconds = sum(one.seconds for one in study.sets)
    recordings = sum(one.recordings for one in study.sets)
    head = [_line(["set", "recordings", "persons", "seconds"]), "|---|---|---|---|"]
    total = _line(["together", str(recordings), "", f"{seconds:.0f}"])
    return HEAD.format(
        command=command,
        contents="".join(f"- [{heading}](#{_anchor(heading)})\n" for heading in headings),
        method=study.method,
        versions=", ".join(f"{name} {version}" for name, version in study.versions.items()),
        measured="\n".join([*head, *rows, total]) + "\n",
        words="\n".join(said),
    )


def _anchor(heading: str) -> str:
    """What a heading is linked by in Markdown as GitHub and others show it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _whole(number: int | None) -> str:
    return "not said" if number is None else str(number)


def _left_out(study: Study, tasks: Sequence[Task], done: Sequence[Task]) -> str:
    said = [f"- {problem}" for problem in study.problems]
    said += [
        f"- {task.title}: no recordings with such truth." for task in tasks if task not in done
    ]
    return "\n".join(said or ["- Nothing left out."]) + "\n"


def _sets(
    task: Task, results: Sequence[Result], tables: Callable[[Task, Sequence[Result]], list[str]]
) -> Iterator[str]:
    """Tables of one task, set by set; no heading for a set without any."""
    for name in dict.fromkeys(result.set for result in results):
        mine = [result for result in results if result.set == name]
        made = tables(task, mine)
        if made:
            taken = sorted({place for result in mine for place in result.placements})
            yield from (f"### {name}, taken as {', '.join(taken)}\n", *made)


def _overview(task: Task, results: Sequence[Result]) -> list[str]:
    """Every condition, and every group as recorded."""
    whole = [result for result in results if result.part == "all"]
    tables = [_table(task, "condition", whole, lambda r: r.condition, _by_condition)]
    tried = {result.condition for result in whole}
    missing = [c for c in CONDITIONS if c.needs and c.title not in tried]
    if missing:
        tables.append(
            " ".join(f"Without {c.title}, which takes {c.needs}." for c in missing) + "\n"
        )
    groups = [r for r in results if r.part == "group" and r.condition == AS_RECORDED.title]
    if groups:
        title = f"group, {AS_RECORDED.title}"
        tables.append(_folded(task, title, groups, lambda r: r.name, _by_name))
    return tables


def _groups(task: Task, results: Sequence[Result]) -> list[str]:
    groups = [r for r in results if r.part == "group" and r.condition != AS_RECORDED.title]
    return [_folded(task, "group and condition", groups, _group, _by_name)] if groups else []


def _persons(task: Task, results: Sequence[Result]) -> list[str]:
    persons = [r for r in results if r.part == "person" and r.condition == AS_RECORDED.title]
    persons.sort(key=lambda r: (-(r.figures[task.rule.worst] or 0.0), _natural(r.name)))
    given = persons[:WORST]
    order = {result.name: (row,) for row, result in enumerate(given)}
    if not given:
        return []
    return [_folded(task, "person", given, lambda r: r.name, lambda r: order[r.name])]


def _group(result: Result) -> str:
    return f"{result.name}, {result.condition}"


def _by_condition(result: Result) -> tuple[object, ...]:
    return ([condition.title for condition in CONDITIONS].index(result.condition),)


def _by_name(result: Result) -> tuple[object, ...]:
    return (_natural(result.name), *_by_condition(result))


def _folded(task: Task, first: str, results: Sequence[Result], title: Title, key: Key) -> str:
    """A table without the rows that are zero throughout, and a sentence that names these."""
    kept = [result for result in results if not _nothing(task, result)]
    alive = {result.name for result in kept}
    zero = sorted((result for result in results if result not in kept), key=key)
    names: dict[str, str] = {}
    for one in zero:
        called = title(one) if one.name in alive else one.name
        many = f"{one.recordings} recording{'s' * (one.recordings != 1)}"
        names.setdefault(called, f"{called} ({many}, {one.seconds:.0f} s)")
    parts = [_table(task, first, kept, title, key)] if kept else []
    parts += [f"Zero throughout: {'; '.join(names.values())}.\n"] if zero else []
    return "\n".join(parts)


def _nothing(task: Task, result: Result) -> bool:
    """Whether every figure is zero or has nothing to be measured on, but for the length."""
    keys = {column.key for column in task.rule.columns} - {"seconds"}
    return not any(result.figures.get(key) for key in keys)


def _table(task: Task, first: str, results: Sequence[Result], title: Title, key: Key) -> str:
    """A row a result; columns that are empty throughout are left out."""
    shown = [c for c in task.rule.columns if any(r.figures.get(c.key) is not None for r in results)]
    lines = [_line([first, "recordings", *(column.heading for column in shown)])]
    lines.append("|" + "---|" * (len(shown) + 2))
    for result in sorted(results, key=key):
        cells = [_cell(column, result) for column in shown]
        lines.append(_line([title(result), str(result.recordings), *cells]))
    return "\n".join(lines) + "\n"


def _natural(name: str) -> tuple[int, str]:
    """Numbers by their size, before words."""
    return (int(name), "") if name.isdigit() and len(name) < 12 else (10**12, name)


def _cell(column: Column, result: Result) -> str:
    known = result.figures.get(column.key) is not None
    return column.form.format_map(result.figures) if known else "-"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
