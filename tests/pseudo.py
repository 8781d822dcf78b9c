"""A made-up language: each message in ⟦ ⟧ and in full-width letters, its placeholders as they are.

Whatever a page then says in plain ASCII letters went past the catalogue, inside of a message too.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from language import spoken

_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("A"), ord("z") + 1) if chr(code).isalpha()}
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")


class Pseudo(gettext.NullTranslations):
    """A catalogue that knows every message."""

    def gettext(self, message: str) -> str:
        pieces = _PLACEHOLDER.split(message)
        said = (
            piece if number % 2 else piece.translate(_FULL_WIDTH)
            for number, piece in enumerate(pieces)
        )
        return f"⟦{''.join(said)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@contextmanager
def pseudo() -> Iterator[None]:
    """Speak it; dates and numbers are Italian meanwhile, whose words `DATES` of the test knows."""
    with mock.patch.object(spoken, "_translations", return_value=Pseudo()), spoken.speaking("it"):
        yield
