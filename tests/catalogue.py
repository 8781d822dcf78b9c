"""The catalogues of the languages, made from the code: python -m tests.catalogue

Without an option it brings `language/locale/*/LC_MESSAGES/legload.po` up to date with the code and
compiles it. Translations that are there stay; messages that are gone go.

  --missing          list what is not translated
  --export N         write what is not translated as JSON in N parts (into --folder)
  --merge FILE ...   take such files back, each `translation` filled in; refuse what does not fit
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from language.spoken import DOMAIN, ENGLISH, LANGUAGES
from tests.gathered import entries
from tests.spoken_code import ROOT, places

CODES = tuple(code for code in LANGUAGES if code != ENGLISH)
HEAD = "# {language} words of legload, made by `python -m tests.catalogue`; English is the key."


class Timeless(Catalog):
    """A catalogue whose head is the same whenever and wherever it is written."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What readers of the file need, and nothing of who wrote it when."""
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"{self.plural_forms}\n"),
        ]


def path(code: str, kind: str = "po") -> Path:
    """Where the catalogue of a language stands; kind: po, mo."""
    return ROOT / "language" / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.{kind}"


def read(code: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where there is none."""
    if not path(code).exists():
        return Catalog(locale=code)
    with path(code).open("rb") as file:
        return read_po(file, locale=code)


def current(code: str) -> Catalog:
    """What the catalogue of a language should be: every message, translated as far as it is."""
    kept = {(one.context, one.id): one.string for one in messages(read(code))}
    new = Timeless(
        locale=code,
        domain=DOMAIN,
        header_comment=HEAD.format(language=LANGUAGES[code]),
        fuzzy=False,
    )
    for id_, context in entries():
        new.add(id_, context=context)
    for one in messages(new):
        one.flags.clear()
        one.string = kept.get((one.context, one.id), "" if isinstance(one.id, str) else ("", ""))
    return new


def messages(catalogue: Iterable[Message]) -> list[Message]:
    """All but the head, sorted."""
    return sorted(one for one in catalogue if one.id)


def po(catalogue: Catalog) -> bytes:
    """The file of a catalogue."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue()


def mo(catalogue: Catalog) -> bytes:
    """The compiled file; what is not wholly translated is not in it."""
    done, file = Timeless(locale=catalogue.locale, fuzzy=False), io.BytesIO()
    empty = {id(one) for one in untranslated(catalogue)}
    for one in messages(catalogue):
        if id(one) not in empty:
            done.add(one.id, one.string, context=one.context)
    write_mo(file, done)
    return file.getvalue()


def write(code: str, catalogue: Catalog) -> None:
    """Both files of a language."""
    path(code).parent.mkdir(parents=True, exist_ok=True)
    path(code).write_bytes(po(catalogue))
    path(code, "mo").write_bytes(mo(catalogue))


def forms(words: Any) -> tuple[str, ...]:
    """A message or translation as its forms: one, or several where it is counted."""
    return (words,) if isinstance(words, str) else tuple(words)


def untranslated(catalogue: Catalog) -> list[Message]:
    """Messages that are empty in any form, or only guessed."""
    return [one for one in messages(catalogue) if one.fuzzy or not all(forms(one.string))]


def misfit(id_: Any, translation: Any, plurals: int) -> str | None:
    """Why a translation does not fit its message; None where it does."""
    meant, said = forms(id_), forms(translation)
    if len(said) != (1 if isinstance(id_, str) else plurals):
        return f"{len(said)} forms"
    counted = frozenset({"count"}) if len(said) > 1 else frozenset()
    for at, form in enumerate(said):
        if why := _misfit(meant[min(at, len(meant) - 1)], form, counted):
            return why
    return None


def _misfit(meant: str, said: str, free: frozenset[str]) -> str | None:
    """Of one form; free: places that a form need not have, or may have besides."""
    if _edges(meant) != _edges(said):
        return "another space or line at an end"
    try:
        needed = places(meant)
    except ValueError:
        return None  # no message that is filled in
    try:
        found = places(said)
    except ValueError as error:
        return str(error)
    return f"{sorted(found)} in the places of {sorted(needed)}" if (needed ^ found) - free else None


def _edges(text: str) -> tuple[str, str]:
    bare = text.strip()
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if bare else ""


def export(code: str, parts: int, folder: Path) -> list[Path]:
    """What is not translated as JSON, in files of like length."""
    todo = [_asked(one) for one in untranslated(current(code))]
    each = max(1, -(-len(todo) // parts))
    files = []
    for at in range(0, len(todo), each):
        file = folder / f"{code}-{at // each + 1}.json"
        text = json.dumps(todo[at : at + each], ensure_ascii=False, indent=1)
        file.write_text(f"{text}\n", encoding="utf-8")
        files.append(file)
    return files


def _asked(message: Message) -> dict[str, object]:
    """A message as a translator sees it."""
    asked: dict[str, object] = {"message": message.id, "translation": message.string}
    return asked | ({"context": message.context} if message.context else {})


def merge(code: str, files: Sequence[Path]) -> tuple[Catalog, list[str]]:
    """The catalogue with the translations of such files, and what of them was refused."""
    catalogue = current(code)
    known = {(one.context, forms(one.id)): one for one in messages(catalogue)}
    refused = []
    for file in files:
        for entry in json.loads(file.read_text("utf-8")):
            if not all(forms(entry["translation"])):
                continue
            message = known.get((entry.get("context"), forms(entry["message"])))
            why = "no such message"
            if message is not None:
                why = misfit(message.id, entry["translation"], catalogue.num_plurals) or ""
            if message is None or why:
                refused.append(f"{file.name}: {entry['message']!r}: {why}")
                continue
            said = forms(entry["translation"])
            message.string = said[0] if isinstance(message.id, str) else said
    return catalogue, refused


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--language", choices=CODES, default=CODES[0])
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--export", type=int, metavar="N")
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--merge", type=Path, nargs="+", metavar="FILE")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked; 1 where something was refused."""
    asked = _options(arguments)
    code: str = asked.language
    refused: list[str] = []
    if asked.missing:
        said = [repr(one.id) for one in untranslated(current(code))]
    elif asked.export:
        said = [str(file) for file in export(code, asked.export, asked.folder)]
    else:
        catalogue, refused = merge(code, asked.merge or ())
        write(code, catalogue)
        empty = len(untranslated(catalogue))
        said = [*refused, f"{len(messages(catalogue))} messages, {empty} not translated."]
    sys.stdout.write("\n".join([*said, ""]))
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
