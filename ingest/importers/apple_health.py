"""What Apple Health exports: `export.zip`, or the XML in it, from the person's own phone.

Each thing that measured is a source of its own: a phone and a watch that both counted the same
steps are merged by minute, never added. Stretches of one source that overlap count once. What a
person typed is no measurement and is left out, except a body mass. `startDate` is the instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from ingest.errors import IngestError
from ingest.importers.apple_kinds import KINDS, Gathered, kind_text
from ingest.importers.apple_records import BrokenExportError, Rest, read
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import Taking
from ingest.importers.unpacking import members, open_member
from language.formats import decimal
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.importers import Candidate

KEY = "apple_health"
TITLE = mark("Apple Health export")
SUFFIXES = (".zip", ".xml")

FOLDER = "apple_health_export"
"""In the zip; the names of the files in it are in the language of the phone, this is not."""

MOST_BYTES = 64 << 30
"""Of XML: five minutes of reading, and many times what ten years of a watch make (design)."""

_STRENGTH = ("TraditionalStrengthTraining", "FunctionalStrengthTraining", "CoreTraining")


def fits(candidate: Candidate) -> bool:
    """Whether it is an export: by the folder in a zip, or by how XML begins."""
    if candidate.names:
        return any(_is_export(name) for name in candidate.names)
    return re.search(rb"<HealthData[\s>]|<!DOCTYPE\s+HealthData\b", candidate.head) is not None


def take(file: Path, into: Into) -> Imported:
    """Take in an export.

    Raises:
        IngestError: it is none, is cut short or damaged, or holds nothing of use.
    """
    with _opened(file) as (stream, size), Taking(file, into, KEY) as taking:
        gathered = Gathered(taking, into)

        def progress(done: int) -> None:
            into.progress(min(done, size), size)

        try:
            rest = read(stream, KINDS, gathered.give, may_be_typed=("BodyMass",), progress=progress)
        except BrokenExportError as error:
            raise _broken(file, error, size) from error
        gathered.finish()
        _tell(taking, rest)
        return taking.finish()


def _tell(taking: Taking, rest: Rest) -> None:
    """Say what of an export is of no use here."""
    for kind, count in rest.typed.items():
        taking.skip(kind_text(kind.decode()), count, _("typed by hand, not measured"))
    others = rest.others
    what = _("records of {count} other kinds", count=len(others))
    taking.skip(what, others.total(), _("they say nothing of loaded legs"))
    strength = [kind for kind in rest.workouts if kind.endswith(_STRENGTH)]
    for kinds, what, why in (
        (
            strength,
            mark("strength workouts, {minutes} minutes in all"),
            mark("they do not say whether legs were trained: log the sets yourself"),
        ),
        (
            [kind for kind in rest.workouts if kind not in strength],
            mark("other workouts, {minutes} minutes in all"),
            mark("what was measured in them is taken in as heart rate, steps and the like"),
        ),
    ):
        minutes = decimal(sum(rest.workout_min[kind] for kind in kinds))
        taking.skip(_(what, minutes=minutes), sum(rest.workouts[kind] for kind in kinds), _(why))


def _is_export(name: str) -> bool:
    """Whether a name in a zip may be of the XML: `export.xml` in any language, no clinical one."""
    path = PurePosixPath(name)
    own = FOLDER in path.parts[:-1] and path.parent.name == FOLDER
    return (
        path.suffix.casefold() == ".xml"
        and not path.stem.casefold().endswith("_cda")
        and (own or path.name.casefold() == "export.xml")
    )


@contextmanager
def _opened(file: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The XML as a stream, and how long it is, bytes."""
    try:
        plain = file.open("rb")
    except OSError as error:
        raise IngestError(
            mark("Could not read {file}: {why}."),
            mark("Check that you may read it; nothing was imported."),
            file=file.name,
            why=error.strerror or error,
        ) from error
    with plain:
        if plain.read(2) != b"PK":
            plain.seek(0)
            yield plain, file.stat().st_size
            return
    found = [one for one in members(file) if _is_export(one.name)]
    if not found:
        raise _no_export(file)
    best = max(found, key=lambda one: one.size)
    with open_member(file, best.name, MOST_BYTES) as stream:
        yield stream, best.size


def _broken(file: Path, error: BrokenExportError, size: int) -> IngestError:
    if error.hostile:
        return _no_export(file)
    return IngestError(
        mark("{file} ends too early, after {all} MB: the rest is missing.")
        if error.ended
        else mark("{file} is damaged: of its {all} MB some {done} can be read."),
        mark(
            "Nothing was imported. Free some space on the phone, then export again: Health, your "
            "picture, Export All Health Data."
        ),
        file=file.name,
        done=decimal(error.at / 1e6, 1),
        all=decimal(size / 1e6, 1),
    )


def _no_export(file: Path) -> IngestError:
    return IngestError(
        mark("{file} is no export of Apple Health."),
        mark(
            "Nothing was imported. On the phone: Health, your picture, Export All Health Data; "
            "then import export.zip."
        ),
        file=file.name,
    )
