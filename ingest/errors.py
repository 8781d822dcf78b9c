"""The base of every error this room raises."""

from __future__ import annotations

from language.spoken import _


class IngestError(Exception):
    """What is wrong, where, and what to do next, in one sentence each.

    Both are given as marked English and said in the language of whoever reads them, which is seldom
    the task that failed. values: fill the places in both; a function is called for its value when
    it is read. key: the problem in English with its places open, for programs to compare.
    """

    def __init__(self, problem: str, advice: str = "", /, **values: object) -> None:
        super().__init__(problem, advice)
        self.key = problem
        self._next = advice
        self._values = values

    @property
    def problem(self) -> str:
        """What is wrong, in the language spoken now."""
        return self._said(self.key)

    @property
    def advice(self) -> str:
        """What to do next, in the language spoken now; may be empty."""
        return self._said(self._next)

    def __str__(self) -> str:
        return f"{self.problem} {self.advice}".strip()

    def _said(self, message: str) -> str:
        values = {key: one() if callable(one) else one for key, one in self._values.items()}
        return _(message, **values)
