"""Reports as files: which weeks of whom in which formats, into a folder or one zip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from analytics.calendar import WEEK_DAYS, dates_from, week_start
from analytics.errors import AnalyticsError
from analytics.week import Status
from dashboard.errors import DashboardError
from dashboard.mail.account import account
from dashboard.past_weeks import weeks_of
from dashboard.reports import FORMATS, Format, report_name
from dashboard.reports.dictionary import NAME as DICTIONARY
from dashboard.reports.dictionary import dictionary
from dashboard.reports.identity import person_code, person_codes, unnamed
from dashboard.writing import fill_file, write_zip
from ingest.entries import Entries
from ingest.written import REPORT, note_written
from language.spoken import _, n_

if TYPE_CHECKING:
    from analytics.week import WeekReport
    from dashboard.data import Data

MOST_WEEKS = 1043
"""Of one range: twenty years (design)."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants as files. persons, formats: keys; weeks: ISO, oldest first.

    named: with the persons' names, else with codes; one_table: of formats that are tables one file
    for all weeks of a person, else one each week.
    """

    persons: tuple[str, ...]
    weeks: tuple[str, ...]
    formats: tuple[str, ...]
    named: bool = False
    one_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file that is to be made."""

    name: str
    form: Format
    person: str
    weeks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written. left_out: weeks of a person that hold nothing, of all persons."""

    paths: tuple[Path, ...]
    items: tuple[Item, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    items: list[Item] = field(default_factory=list)
    left_out: int = 0
    tables: bool = False


class Reporting:
    """`Data.reporting`."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """The ISO weeks from one to another, both included, oldest first.

        Raises:
            DashboardError: one is no week, they are the wrong way round, or too many.
        """
        try:
            start, end = week_start(first), week_start(last)
        except AnalyticsError as error:
            raise DashboardError(error.problem, error.advice) from error
        if end < start:
            raise DashboardError(
                _("{last} is before {first}.", first=first, last=last), _("Give the first first.")
            )
        found = tuple(weeks_of(start, end))
        if len(found) > MOST_WEEKS:
            raise DashboardError(
                _("These are {count} weeks.", count=len(found)),
                _("Ask for up to {most} at once.", most=MOST_WEEKS),
            )
        return found

    def code(self, person: str) -> str:
        """What a report calls a person while it has no name on it, such as `P-7F3A`."""
        return person_code(Entries(self._data.home).read(), person)

    def recipients(self) -> tuple[str, ...]:
        """Who gets reports by e-mail; nobody, unless a mail server was set up.

        Raises:
            DashboardError: what was set up cannot be used.
        """
        found = account(self._data.home)
        return found.to if found else ()

    def report(self, person: str, week: str, *, named: bool) -> WeekReport:
        """One ISO week, scored, with the person's name on it or their code.

        Raises:
            DashboardError: see `Data.week`.
        """
        found = self._data.week(person, week)
        return found if named else unnamed(found, self.code(person))

    def folder(
        self, asked: Asked, folder: Path, *, keep: bool = False, progress: Progress | None = None
    ) -> Made:
        """Write one file for each person, week and format into a folder.

        keep: a file that is there stays as it is.

        Raises:
            DashboardError: a week that is to come, a week that cannot be scored, or the disk
                refuses; what was written until then stays.
        """
        plan, codes, paths = self._plan(asked), self._codes(), []
        for number, item in enumerate(plan.items, 1):
            path = folder / item.name
            if not (keep and path.exists()):
                fill_file(path, self._fill(item, codes, named=asked.named))
                self._note(path, item)
            paths.append(path)
            if progress is not None:
                progress(number, len(plan.items))
        if plan.tables:
            paths.append(fill_file(folder / DICTIONARY, _explain))
        return Made(paths=tuple(paths), items=tuple(plan.items), left_out=plan.left_out)

    def zipped(self, asked: Asked, path: Path, *, progress: Progress | None = None) -> Made:
        """Write the same files into one zip, which is there once all of it is.

        Raises:
            DashboardError: as `folder`, or there is such a file already; nothing was written.
        """
        plan, codes = self._plan(asked), self._codes()

        def files() -> Iterator[tuple[str, Callable[[BinaryIO], None]]]:
            explained = not plan.tables
            for number, item in enumerate(plan.items, 1):
                if not explained and item.name > DICTIONARY:
                    explained = True
                    yield DICTIONARY, _explain
                yield item.name, self._fill(item, codes, named=asked.named)
                if progress is not None:
                    progress(number, len(plan.items))
            if not explained:
                yield DICTIONARY, _explain

        write_zip(path, files())
        weeks = sorted({week for item in plan.items for week in item.weeks})
        persons = sorted({item.person for item in plan.items})
        note_written(self._data.home, REPORT, path, persons=persons, weeks=weeks)
        return Made(paths=(path,), items=tuple(plan.items), left_out=plan.left_out)

    def _codes(self) -> Mapping[str, str]:
        return person_codes(Entries(self._data.home).read())

    def _note(self, path: Path, item: Item) -> None:
        one = item.weeks[0] if len(item.weeks) == 1 else None
        weeks = () if one else item.weeks
        note_written(self._data.home, REPORT, path, person=item.person, week=one, weeks=weeks)

    def _plan(self, asked: Asked) -> _Plan:
        """Every file, by name; a name that two persons share gets their codes."""
        forms = [FORMATS[key] for key in dict.fromkeys(asked.formats)]
        known = {person: self._known(person, asked.weeks) for person in asked.persons}
        items: dict[str, Item] = {}
        for person, weeks in known.items():
            report = self.report(person, weeks[-1], named=asked.named) if weeks else None
            for item in _items(report, person, weeks, forms, asked) if report else ():
                name = self._free(item, items)
                items[name] = replace(item, name=name)
        if not items:
            raise DashboardError(
                _("Nothing is known of anybody in these weeks."), _("Choose other weeks.")
            )
        return _Plan(
            items=[items[name] for name in sorted(items)],
            left_out=sum(len(asked.weeks) - len(weeks) for weeks in known.values()),
            tables=any(form.write_many for form in forms),
        )

    def _known(self, person: str, weeks: Sequence[str]) -> tuple[str, ...]:
        """Of a range, the weeks that hold anything; one week is as asked.

        Raises:
            DashboardError: the last one is to come.
        """
        theirs = self._data.weeks(person)
        if weeks[-1] > theirs[0]:
            raise DashboardError(
                _("{week} is yet to come.", week=weeks[-1]),
                _("The current week is {week}.", week=theirs[0]),
            )
        if len(weeks) == 1:
            return tuple(weeks)
        sure = {*theirs[1:], *dict(self._data.known(person).notes)}
        return tuple(week for week in weeks if week in sure or self._holds(person, week))

    def _holds(self, person: str, week: str) -> bool:
        """Whether anything is known of a week without minutes, logged practice and a note, or of
        the current one. Only where it may be is it scored."""
        start = week_start(week)
        days = dates_from(start, WEEK_DAYS)
        excused = any(day in days for day, _why in self._data.known(person).excused)
        if not excused and week != self._data.weeks(person)[0]:
            return False
        found = self._data.week(person, week)
        return found.status is not Status.NO_DATA or bool(found.sets or found.balance)

    def _free(self, item: Item, taken: Mapping[str, Item]) -> str:
        if item.name not in taken:
            return item.name
        stem = item.name.removesuffix(item.form.suffix)
        return f"{stem}-{self.code(item.person).lower()}{item.form.suffix}"

    def _fill(
        self, item: Item, codes: Mapping[str, str], *, named: bool
    ) -> Callable[[BinaryIO], None]:
        def report(week: str) -> WeekReport:
            found = self._data.week(item.person, week)
            code = codes.get(item.person) or self.code(item.person)
            return found if named else unnamed(found, code)

        def fill(out: BinaryIO) -> None:
            if len(item.weeks) > 1 and item.form.write_many is not None:
                item.form.write_many(map(report, item.weeks), out)
            else:
                out.write(item.form.write(report(item.weeks[0])))

        return fill


def _items(
    report: WeekReport, person: str, weeks: tuple[str, ...], forms: Sequence[Format], asked: Asked
) -> Iterator[Item]:
    """The files of one person. report: of any of the weeks, for its name."""
    for form in forms:
        whole = asked.one_table and form.write_many is not None and len(weeks) > 1
        for part in [weeks] if whole else [(week,) for week in weeks]:
            told = part[0] if len(part) == 1 else f"{part[0]}-to-{part[-1]}"
            name = report_name(replace(report, week=told), form)
            yield Item(name=name, form=form, person=person, weeks=part)


def left_out_text(count: int) -> str:
    """That so many weeks were not written; one week of two persons is two."""
    return n_(
        "{count} week holds nothing and was left out.",
        "{count} weeks hold nothing and were left out.",
        count,
    )


def _explain(out: BinaryIO) -> None:
    out.write(dictionary())
