"""A study as a page of Markdown tables, with its words explained first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from analytics.validation.spoiling import AS_RECORDED, CONDITIONS
from analytics.validation.study import Result, Study, Task

Title = Callable[[Result], str]

HEAD = """# How accurate the method is on real recordings

Made by `legload validate FOLDER --out docs` with method {method}; not written by hand. FOLDER holds
recordings with truth in the layout of CONTRIBUTING.md; none of them is part of this project.

## What the words mean

- **Recording**: one sensor on one person during one trial. **Set**: recordings of one kind.
- **True**, **found**: events that people annotated, and events that the method found.
- **F1**: the balance of events missed and events invented; 1 is perfect.
- **Count error**: by how much the count of a recording is off, as a share of the true count, on
  average over recordings (known as MAPE). **Bias**: the same for the sums, with its sign.
- **Exact**, **within 1**: share of recordings whose count is right, or off by at most one.
- **Cadence error**: how far steps per minute are off, from first to last event of a recording.
- **False steps/min**: steps counted per minute of movement that has none. **Detected**: share of
  walking, jogging and stair time that is counted as steps. Neither says anything without the other.
- **As recorded**: as the sensor gave it. **50 Hz**, **25 Hz**: only so many samples a second, in
  the coarse numbers of a Thingy:52. **Lost, batched**: a share of the samples is gone at random and
  the rest arrives in clumps of up to 0.1 s, as over Bluetooth. **Turned**: the sensor mounted at a
  random angle.
- **-**: there was nothing to measure it on.
"""

_COUNTS = (
    ("true", "true", "{:.0f}"),
    ("predicted", "found", "{:.0f}"),
    ("f1", "F1", "{:.4f}"),
    ("mape", "count error %", "{:.2f}"),
    ("exact", "exact %", "{:.1f}"),
    ("within_one", "within 1 %", "{:.1f}"),
    ("bias", "bias %", "{:+.2f}"),
    ("cadence_error", "cadence error, steps/min", "{:.2f}"),
)
_SILENCE = (
    ("seconds", "seconds", "{:.0f}"),
    ("steps_min", "steps/min", "{:.1f}"),
    ("false_min", "false steps/min", "{:.2f}"),
    ("detected", "detected %", "{:.1f}"),
    ("running", "called running %", "{:.1f}"),
)
COLUMNS = (*_COUNTS, *_SILENCE)
"""Every figure that a rule may give: key, heading, form. A new rule adds its own here."""


def page(study: Study, tasks: Sequence[Task]) -> str:
    """The whole page; ends with what was left out and why."""
    parts = [HEAD.format(method=study.method)]
    for task in tasks:
        mine = [result for result in study.results if result.task == task.key]
        if mine:
            parts += [f"## {task.title}\n", f"{task.rule.text}\n", *_of_task(mine)]
    parts.append("## Not measured\n")
    parts.append("\n".join(f"- {problem}" for problem in study.problems) or "- Nothing left out.")
    return "\n".join(parts) + "\n"


def _of_task(results: Sequence[Result]) -> Iterator[str]:
    """The tables of one task, set by set: conditions, groups, persons."""
    for name in dict.fromkeys(result.set for result in results):
        mine = [result for result in results if result.set == name]
        yield f"### {name}\n"
        yield _table("condition", mine, "all", lambda result: result.condition)
        groups = [result for result in mine if result.part == "group"]
        if groups:
            yield _table("group and condition", groups, "group", _group)
        persons = [
            result
            for result in mine
            if result.part == "person" and result.condition == AS_RECORDED.title
        ]
        if persons:
            yield f"Every person, {AS_RECORDED.title}:\n"
            yield _table("person", persons, "person", lambda result: result.name)


def _group(result: Result) -> str:
    return f"{result.name}, {result.condition}"


def _table(first: str, results: Sequence[Result], part: str, title: Title) -> str:
    """Results of one part, ordered by name, then as the conditions are."""
    order = [condition.title for condition in CONDITIONS]
    mine = [result for result in results if result.part == part]
    mine.sort(key=lambda result: (_natural(result.name), order.index(result.condition)))
    columns = [c for c in COLUMNS if any(result.figures.get(c[0]) is not None for result in mine)]
    lines = [_line([first, "recordings", *(heading for _, heading, _ in columns)])]
    lines.append("|" + "---|" * (len(columns) + 2))
    for result in mine:
        cells = [_cell(result.figures.get(key), form) for key, _, form in columns]
        lines.append(_line([title(result), str(result.recordings), *cells]))
    return "\n".join(lines) + "\n"


def _natural(name: str) -> tuple[int, str]:
    """Numbers by their size, before words."""
    return (int(name), "") if name.isdigit() and len(name) < 12 else (10**12, name)


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
