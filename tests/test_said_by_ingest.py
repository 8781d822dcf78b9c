"""Who reads what the collector says, and in which language: English is what is kept."""

from __future__ import annotations

import asyncio
import gettext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from devices.polar_pmd import converse
from devices.profile import DeviceError
from ingest import gaps, status
from ingest.control import ControlServer, ask
from ingest.errors import IngestError
from ingest.pairing import Misfit, refuse_misfit
from ingest.session import Disk
from ingest.watchdog import Verdict
from language import spoken
from language.spoken import ENGLISH, _, mark, speaking


class Shouting(gettext.NullTranslations):
    """Every message in capitals, its places as they are."""

    def gettext(self, message: str) -> str:
        parts = message.split("{")
        return "{".join([parts[0].upper(), *map(_shout, parts[1:])])


def _shout(part: str) -> str:
    place, _brace, rest = part.partition("}")
    return place + "}" + rest.upper()


@pytest.fixture
def shouting(monkeypatch: pytest.MonkeyPatch) -> str:
    """The code of a language that shouts."""

    def translations(code: str) -> gettext.NullTranslations:
        return gettext.NullTranslations() if code == ENGLISH else Shouting()

    monkeypatch.setattr(spoken, "_translations", translations)
    return "it"


def test_an_error_speaks_the_language_of_whoever_reads_it(shouting: str) -> None:
    error = IngestError(mark("No {what}."), mark("Find {what}."), what="disk")
    assert str(error) == "No disk. Find disk."
    with speaking(shouting):
        assert (error.problem, error.advice) == ("NO disk.", "FIND disk.")
    assert error.key == "No {what}."


def test_a_value_that_is_a_word_of_ours_is_said_when_it_is_read(shouting: str) -> None:
    error = IngestError(mark("No {what}."), what=partial(_, "Foot pod"))
    with speaking(shouting):
        assert str(error) == "NO FOOT POD."
    assert str(error) == "No Foot pod."


def test_a_text_with_braces_is_left_as_it_is() -> None:
    assert str(IngestError("{odd}", "{}")) == "{odd} {}"


def test_the_collector_answers_in_the_language_of_the_request(
    shouting: str, tmp_path: Path
) -> None:
    async def handle(request: dict[str, Any]) -> str:
        if request["do"] == "fail":
            raise IngestError(mark("It failed."), mark("Try again."))
        return _(status.OFF)

    async def both() -> list[str]:
        async with ControlServer(tmp_path, "radio", handle):
            plain = await asyncio.to_thread(ask, tmp_path, "status")
            with speaking(shouting):
                loud = await asyncio.to_thread(ask, tmp_path, "status")
                with pytest.raises(IngestError, match="IT FAILED"):
                    await asyncio.to_thread(ask, tmp_path, "fail")
            return [plain, loud]

    assert asyncio.run(both()) == [status.OFF, status.OFF.upper()]


def test_file_work_speaks_the_language_of_whoever_asked(shouting: str) -> None:
    async def said() -> str:
        disk = Disk()
        try:
            with speaking(shouting):
                return await disk(_, "saved")
        finally:
            disk.close()

    assert asyncio.run(said()) == "SAVED"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("the link was lost", "THE LINK WAS LOST"),
        ("Foot pod was silent", "FOOT POD WAS SILENT"),
        ("Foot pod: silent for 10 s; Battery: silent for 12 s",
         "FOOT POD: SILENT FOR 10 S; BATTERY: SILENT FOR 12 S"),
        ("unexpected: ValueError", "UNEXPECTED: VALUEERROR"),
    ],
)  # fmt: skip
def test_why_nothing_was_heard_is_kept_in_english_and_told_in_any_language(
    shouting: str, kept: str, said: str
) -> None:
    assert gaps.told(kept) == kept
    with speaking(shouting):
        assert gaps.told(kept) == said


@pytest.mark.parametrize(
    "reason",
    [
        status.LINK_LOST,
        status.silence([("Foot pod", 10.0), ("Heart rate strap", 31.4)]),
        status.slept(95.0),
        status.slept(7200.0),
    ],
)
def test_every_reason_that_a_session_keeps_is_known_to_who_tells_it(
    shouting: str, reason: str
) -> None:
    with speaking(shouting):
        told = gaps.told(reason)
    assert told != reason
    assert told.casefold() == reason.casefold()


def test_a_silent_stream_is_named_in_the_language_of_whoever_asks(shouting: str) -> None:
    verdict = Verdict(silent=(("Foot pod", 31.0),), flowing=("Battery",))
    with speaking(shouting):
        said = status.stale(verdict)
    assert said == said.upper()
    assert "FOOT POD FOR 31 S" in said


def test_a_misfit_names_the_kind_in_the_language_of_whoever_reads_it(shouting: str) -> None:
    with pytest.raises(Misfit) as raised:
        refuse_misfit(["heart_rate"], counts="steps")
    with speaking(shouting):
        assert "(HEART RATE STRAP)" in str(raised.value)
    assert "(Heart rate strap)" in str(raised.value)


def test_what_a_sensor_refuses_is_a_message_without_places() -> None:
    conversation = converse()
    next(conversation)
    with pytest.raises(DeviceError, match=r"^it does not measure acceleration$"):
        conversation.send(bytes([0x0F, 0x00]) + bytes(15))
