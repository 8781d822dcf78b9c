"""A person's name taken out of what somebody typed.

Letters are compared whatever their case, their accents and the way they are encoded. In scripts
with gaps between words a part of the name is taken out at the start of a word, with what follows it
there (`Annas`); in scripts without, wherever it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

SHORTEST = 2
"""Letters of a part of a name that is looked for by itself (design)."""

_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i"})
_ALIKE |= str.maketrans({"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n", "\u0640": "", "\u034f": ""})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_HAN = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_GAPLESS = re.compile(
    _HAN.pattern[:-1] + r"\u3041-\u318f\u31a0-\u31ff\U0001b000-\U0001b16f"  # Kana, Bopomofo
    r"\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"  # Hangul
    r"\u0e00-\u0eff\u0f00-\u0fff"  # Thai, Lao, Tibetan
    r"\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f\u1780-\u17ff\u19e0-\u19ff]"  # Myanmar, Khmer
)
_ONE_SCRIPT = re.compile(
    _HAN.pattern + r"+|[\u3041-\u3130\u31a0-\u31ff\U0001b000-\U0001b16f]+"
    r"|[\u1100-\u11ff\u3131-\u318f\ua960-\ua97f\uac00-\ud7ff]+"
    r"|[\u0e00-\u0e7f]+|[\u0e80-\u0eff]+|[\u0f00-\u0fff]+"
    r"|[\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f]+|[\u1780-\u17ff\u19e0-\u19ff]+"
)
_BETWEEN = re.compile(r"[\s_'’-]{1,3}")
"""What stands between two parts of one name."""


def without_name(text: str, names: Iterable[str], instead: str) -> str:
    """The text with another word where one of the names, or a part of one, stood.

    Names of one letter are taken out where they stand alone. A common word that is also a name goes
    as well; nicknames and other people's names stay. Where nothing is found the text is unchanged,
    else it is in normal form C.
    """
    plain = unicodedata.normalize("NFC", text)
    folded = _Folded(plain)
    for name in names:
        folded.take_out(name)
    return folded.written(instead) if any(folded.taken) else text


class _Folded:
    """A text as compared: letters, where each came from, and what goes of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        pairs = [(letter, at) for at, one in enumerate(text) for letter in _fold(one)]
        self._letters = "".join(letter for letter, _at in pairs)
        self._from = [at for _letter, at in pairs]
        self._kinds = [_kind(letter) for letter in self._letters]
        self.taken = [False] * len(text)

    def take_out(self, name: str) -> None:
        whole = "".join(map(_fold, unicodedata.normalize("NFC", name))).strip()
        if any(unicodedata.category(letter)[0] not in "PZC" for letter in whole):
            for start in self._found(whole):
                self._alone(start, start + len(whole))
        for part in _parts(name):
            for start in self._found(part):
                self._part(start, start + len(part))

    def _found(self, part: str) -> Iterator[int]:
        start = self._letters.find(part)
        while start >= 0:
            yield start
            start = self._letters.find(part, start + 1)

    def _alone(self, start: int, end: int) -> None:
        """A whole name, unless it stands inside a longer word."""
        before, after = self._kind(start - 1), self._kind(end)
        within = self._kinds[start] == "word" and before in ("word", "mark")
        within = within or self._kinds[end - 1] == after == "word"
        lone = _HAN.fullmatch(self._letters[start:end]) and self._touches_han(start, end)
        if not within and not lone:
            self._take(start, end)

    def _part(self, start: int, end: int) -> None:
        if self._kinds[start] == "word":
            if self._kind(start - 1) in ("word", "mark"):
                return
            while self._kind(end) in ("word", "number", "mark"):
                end += 1
        elif end - start == 1 and self._touches_han(start, end):
            return
        while self._kind(end) == "mark":
            end += 1
        self._take(start, end)

    def _kind(self, at: int) -> str:
        return self._kinds[at] if 0 <= at < len(self._kinds) else ""

    def _touches_han(self, start: int, end: int) -> bool:
        around = self._letters[max(0, start - 1) : start] + self._letters[end : end + 1]
        return _HAN.search(around) is not None

    def _take(self, start: int, end: int) -> None:
        """With what is not compared after it, such as an accent."""
        last = self._from[end] if end < len(self._from) else len(self._text)
        for at in range(self._from[start], max(last, self._from[end - 1] + 1)):
            self.taken[at] = True

    def written(self, instead: str) -> str:
        parts: list[str] = []
        at = 0
        while at < len(self._text):
            if not self.taken[at]:
                parts.append(self._text[at])
                at += 1
                continue
            parts.append(instead)
            at = self._after(at)
        return "".join(parts)

    def _after(self, at: int) -> int:
        """Where a name ends that begins here; its parts may be apart."""
        while at < len(self._text) and self.taken[at]:
            at += 1
        gap = _BETWEEN.match(self._text, at)
        joined = gap is not None and gap.end() < len(self._text) and self.taken[gap.end()]
        return self._after(gap.end()) if gap is not None and joined else at


def _parts(name: str) -> set[str]:
    """What is looked for of a name, folded."""
    found: set[str] = set()
    composed = unicodedata.normalize("NFC", name).casefold()
    for spelled in (composed, composed.translate(_GERMAN)):
        for word in "".join(map(_fold, spelled)).split():
            runs = list(_runs(word))
            found.update(runs)
            if len(runs) > 1 and not any(map(_GAPLESS.match, (word, *runs))):
                found |= {word.lstrip("'’-_."), "".join(runs)}  # O'Brien, OBrien
    for run in tuple(found):
        for one in _ONE_SCRIPT.findall(run):
            found |= {one, *_ends(one)}
    return {part for part in found if len(part) >= SHORTEST or _HAN.fullmatch(part)}


def _runs(word: str) -> Iterator[str]:
    """The runs of letters of one kind."""
    run, before = "", ""
    for letter in word:
        kind = _kind(letter)
        if kind == "mark":
            run += letter
            continue
        if run and before not in ("", kind):
            yield run
            run = ""
        before = kind if kind in ("word", "gapless") else ""
        run = run + letter if before else ""
    if run:
        yield run


def _ends(run: str) -> set[str]:
    """Family and given names that nothing parts, and each letter of Han by itself."""
    if not all(_HAN.match(letter) or "\uac00" <= letter <= "\ud7a3" for letter in run):
        return set()
    sizes = range(SHORTEST, len(run))
    ends = {run[:size] for size in sizes} | {run[-size:] for size in sizes}
    return ends | {letter for letter in run if _HAN.match(letter)}


def _fold(letter: str) -> str:
    """One letter as compared: small, without accents; nothing at all of what is not seen."""
    if "\uac00" <= letter <= "\ud7a3":
        return letter  # a syllable of Hangul is compared whole
    small = unicodedata.normalize("NFKD", letter).casefold()
    parts = unicodedata.normalize("NFKD", small).translate(_ALIKE)
    return "".join(one for one in parts if not _unseen(one))


def _unseen(letter: str) -> bool:
    """Accents and points, by their canonical combining class (Unicode Standard 4.3), and what
    has no shape. Signs of vowels, of tones and of voice make another letter and stay."""
    marks = unicodedata.combining(letter)
    accent = marks in (1, 6, 7) or 10 <= marks <= 36 or marks >= 200
    return accent or "\ufe00" <= letter <= "\ufe0f" or unicodedata.category(letter) == "Cf"


def _kind(letter: str) -> str:
    """word: a letter of a script with gaps between words; gapless: of one without."""
    category = unicodedata.category(letter)[0]
    if category == "N":
        return "number" if not _HAN.match(letter) else "gapless"
    if category == "M":
        return "mark"
    if category != "L" or "\u02b9" <= letter <= "\u02df":
        return "other"
    return "gapless" if _GAPLESS.match(letter) else "word"
