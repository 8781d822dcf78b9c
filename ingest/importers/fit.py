"""FIT files of watches, foot pods, bike computers and machines: what was done, taken in.

An activity tells one sport at a time; what its numbers mean follows from that. Swimming and other
sports of which it is not known what the legs do give a heart rate and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices.profile import Channel, Floats, Placement
from ingest.errors import IngestError
from ingest.importers.fit_file import DamagedError, Decoded, decode
from ingest.importers.fit_names import FILE_TYPES, device_name
from ingest.importers.fit_profile import (
    ACTIVITY_FILE,
    ANTPLUS,
    FOOT_POD,
    WANTED,
    Device,
    FileId,
    Message,
    Use,
)
from ingest.importers.fit_samples import (
    beats,
    counts_steps,
    instants_ns,
    kept_heart,
    one_pedal,
    told,
)
from ingest.importers.fit_sessions import Sports, holds_s, sports_of, unsaid_s
from ingest.importers.fit_table import Content, NotFitError, Table
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import Source, Taking
from ingest.importers.unpacking import gunzip
from language.spoken import _, mark

KEY = "fit"
SUFFIXES = (".fit", ".fit.gz")

MOST_BYTES = 32 << 20
"""A week of records of 50 bytes, one a second (design)."""

_AGAIN = mark("Nothing was imported. Copy it again from the watch or the web site.")


def take(file: Path, into: Into) -> Imported:
    """Take a FIT activity in.

    Raises:
        IngestError: no FIT file, changed after it was written, no activity, or nothing in it that
            legload uses; nothing was changed.
    """
    try:
        return _take(file, into, decode(_bytes(file), WANTED))
    except NotFitError:
        raise IngestError(
            mark("{file} is no FIT file, or nothing of it is left."), _AGAIN, file=file.name
        ) from None
    except DamagedError:
        raise IngestError(
            mark("{file} is not as it was written: its checksum is wrong."), _AGAIN, file=file.name
        ) from None


def _take(file: Path, into: Into, decoded: Decoded) -> Imported:
    activities = _activities(file, decoded.contents)
    with Taking(file, into, KEY) as taking:
        for content in activities:
            _take_activity(taking, content)
        if decoded.torn is not None:
            taking.skip(
                _("end of the file"), 1, _("it is torn off there; everything before is whole")
            )
        return taking.finish()


def _bytes(file: Path) -> bytes:
    if file.name.casefold().endswith(".gz"):
        return gunzip(file, MOST_BYTES)
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise IngestError(
            mark("Could not read {file}: {why}."),
            mark("Check that you may read it; nothing was imported."),
            file=file.name,
            why=error.strerror or error,
        ) from error
    if len(data) > MOST_BYTES:
        raise IngestError(
            mark("{file} is larger than any activity."),
            mark("Nothing was imported. Files of up to {most} MB can be."),
            file=file.name,
            most=MOST_BYTES >> 20,
        )
    return data


def _activities(file: Path, contents: Sequence[Content]) -> list[Content]:
    """The parts of a chain that hold an activity, or do not say what they hold."""
    kinds = [_first(content.table(Message.FILE_ID), FileId.TYPE) for content in contents]
    found = [
        content
        for content, kind in zip(contents, kinds, strict=True)
        if kind in (None, ACTIVITY_FILE)
    ]
    if not found:
        raise IngestError(
            mark("{file} holds {what}, no activity."),
            mark("Nothing was imported. Choose the file of something that you did."),
            file=file.name,
            what=_(FILE_TYPES.get(kinds[0] or 0, mark("something else"))),
        )
    return found


def _take_activity(taking: Taking, content: Content) -> None:
    records, sports = content.table(Message.RECORD), sports_of(content)
    dated = ~np.isnan(records.time_s)
    taking.skip(_("records"), int((~dated).sum()), _("they do not say when they were"))
    part = np.where(dated, sports.of(np.nan_to_num(records.time_s)), -1)
    for number, use in enumerate(sports.uses):
        rows = part == number
        if rows.any():
            _take_records(taking, content, records, rows, use)
    for channel, (time_s, value) in (
        (Channel.RR_INTERVAL, beats(content)),
        (Channel.HEART_RATE, kept_heart(content.table(Message.HR))),
    ):
        _take_timed(taking, content, sports, channel, time_s, value)


def _take_records(
    taking: Taking, content: Content, records: Table, rows: NDArray[np.bool_], use: Use
) -> None:
    """Records of one session: as what they were, with what of them is left out and why."""
    own = records.of(rows)
    time_ns, source = instants_ns(own.time_s), _source(content, use)
    found = told(own, use)
    if use.kind is None:
        taking.skip(_("records"), len(own), _(use.why))
    elif found:
        unsaid = unsaid_s(content, own.time_s)
        taking.skip(_("seconds"), round(unsaid), _("the file has no record close enough to them"))
    if use.kind == "" and counts_steps(own):
        taking.skip(_("cadences"), len(own), _("nobody makes so many strides; they are steps"))
        found = {c: v for c, v in found.items() if c not in (Channel.STEP_CADENCE, Channel.RUNNING)}
    if use.kind == "cycling_power":
        taking.skip(_("shares of power"), one_pedal(own), _("the file does not say of which leg"))
    for channel, value in found.items():
        taking.add(source, channel, time_ns, value)
    if use.kind is not None and found:
        taking.hold(source, time_ns, holds_s(content, own.time_s))


def _take_timed(
    taking: Taking,
    content: Content,
    sports: Sports,
    channel: Channel,
    time_s: Floats,
    value: Floats,
) -> None:
    """Samples that stand beside the records, each by the sport that it was in."""
    part = sports.of(time_s)
    for number, use in enumerate(sports.uses):
        rows = part == number
        if rows.any():
            taking.add(_source(content, use), channel, instants_ns(time_s[rows]), value[rows])


def _source(content: Content, use: Use) -> Source:
    """What measured: the watch, for feet with the foot pod that it was connected to."""
    told_by = content.table(Message.FILE_ID)
    numbers = [_first(told_by, one) for one in (FileId.MANUFACTURER, FileId.PRODUCT, FileId.SERIAL)]
    identity = " ".join(["fit", *(str(one) for one in numbers)])
    name = device_name(numbers[0], numbers[1], told_by.text(FileId.PRODUCT_NAME))
    if use.kind == "" and (pod := _foot_pod(content)):
        identity, name = f"{identity} {pod[0]}", f"{name} + {pod[1]}"
    if use.kind:
        place = Placement.BIKE if use.kind == "cycling_power" else Placement.MACHINE
        return Source(identity=identity, name=name, kind=use.kind, placement=place)
    return Source(identity=identity, name=name)


def _foot_pod(content: Content) -> tuple[str, str] | None:
    """Identity and name of the first foot pod that was connected; None where there was none."""
    devices = content.table(Message.DEVICE_INFO)
    antplus = np.nan_to_num(devices.value(Device.SOURCE), nan=ANTPLUS) == ANTPLUS
    pods = devices.of((devices.value(Device.TYPE) == FOOT_POD) & antplus)
    fields = (Device.MANUFACTURER, Device.PRODUCT, Device.SERIAL)
    maker, product, serial = (_first(pods, one) for one in fields)
    if maker is None:
        return None
    name = device_name(maker, product, pods.text(Device.PRODUCT_NAME))
    return f"pod {maker} {product} {serial}", name


def _first(table: Table, number: int) -> int | None:
    """The first value of a field in any message; None where there is none."""
    values = table.value(number)
    known = values[~np.isnan(values)]
    return int(known[0]) if len(known) else None
