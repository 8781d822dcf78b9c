"""An adapter whose scan never begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from devices import PROFILES
from ingest.link import Air
from ingest.radio import RadioError, SystemRadio
from tests.time_travel import TravelClock, run


class Hanging(SystemRadio):
    """A radio whose system accepts the question and never answers."""

    @asynccontextmanager
    async def _hang(self) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    def scanner(self, *_: object) -> Any:
        return self._hang()


def test_a_scan_that_never_begins_is_not_taken_for_an_empty_room() -> None:
    async def body() -> None:
        with pytest.raises(RadioError, match="does not answer: no scan began within 10 s"):
            await Air(Hanging(), PROFILES, TravelClock()).look(3.0)

    run(body())
