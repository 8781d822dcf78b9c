"""What the columns of a table can hold: one table of meanings, and the rule that finds them.

A column is known by its name, or by what a person says of it. A name that leaves the unit open
("Speed", "Cadence") is never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from devices.profile import Channel, Placement
from ingest.errors import IngestError
from ingest.importers.table_words import CADENCES, SPEEDS, WEIGHTS, WORDS
from ingest.importers.taking import Source
from language.spoken import mark

KG_OF_LB = 0.45359237
"""The international avoirdupois pound (NIST SP 811, appendix B.8)."""

MPS_OF_MPH = 0.44704
"""A mile is 1609.344 m (the same)."""

MPS_OF_KMH = 1 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column may hold. channel and factor: what its values times that are samples of;
    names: how programs call such a column, as `plainly` writes them, besides the key."""

    key: str
    title: str
    channel: Channel | None = None
    factor: float = 1.0
    names: tuple[str, ...] = ()


MEANINGS = {
    one.key: one
    for one in (
        Meaning(
            key="time",
            title=mark("time"),
            names=(
                "timestamp",
                "datetime",
                "date_time",
                "date_and_time",
                "time_utc",
                "utc",
            ),
        ),
        Meaning(key="date", title=mark("date"), names=("day",)),
        Meaning(key="time_of_day", title=mark("time of day"), names=("clock", "clock_time")),
        Meaning(
            key="elapsed_s",
            title=mark("seconds since the beginning"),
            names=(
                "seconds",
                "secs",
                "sec",
                "elapsed",
                "elapsed_time",
                "elapsed_seconds",
                "time_s",
            ),
        ),
        Meaning(key="start", title=mark("start"), names=("start_time", "begin", "start_date")),
        Meaning(key="end", title=mark("end"), names=("end_time", "stop", "end_date")),
        Meaning(key="steps", title=mark("steps"), names=("step_count", "stepcount")),
        Meaning(
            key="heart_rate_bpm",
            title=mark("heart rate, beats per minute"),
            channel=Channel.HEART_RATE,
            names=("heart_rate", "hr", "heartrate", "bpm", "hr_bpm", "pulse", "hr_1_min"),
        ),
        Meaning(
            key="rr_interval_ms",
            title=mark("beat-to-beat interval, ms"),
            channel=Channel.RR_INTERVAL,
            factor=0.001,
            names=("rr_ms", "rr_interval", "rr_intervals_ms", "ibi_ms"),
        ),
        Meaning(
            key="rr_interval_s",
            title=mark("beat-to-beat interval, s"),
            channel=Channel.RR_INTERVAL,
            names=("rr_s", "ibi_s"),
        ),
        Meaning(
            key="power_w",
            title=mark("power, W"),
            channel=Channel.POWER,
            names=("power", "watts", "watt", "power_watts", "power_watt"),
        ),
        Meaning(
            key="crank_cadence_rpm",
            title=mark("crank cadence, turns per minute"),
            channel=Channel.CRANK_CADENCE,
            names=("cadence_rpm", "crank_cadence", "rpm"),
        ),
        Meaning(
            key="cadence_spm",
            title=mark("cadence, steps of both feet per minute"),
            channel=Channel.STEP_CADENCE,
            names=("step_cadence_spm", "spm", "steps_per_minute", "steps_min", "cadence_steps_min"),
        ),
        Meaning(
            key="cadence_strides_per_min",
            title=mark("cadence, steps of one foot per minute"),
            channel=Channel.STEP_CADENCE,
            factor=2.0,
            names=("strides_per_minute", "strides_min", "stride_cadence"),
        ),
        Meaning(
            key="stroke_cadence_per_min",
            title=mark("stroke rate, per minute"),
            channel=Channel.STROKE_CADENCE,
            names=("stroke_rate", "strokes_per_minute", "stroke_rate_spm"),
        ),
        Meaning(
            key="speed_mps",
            title=mark("speed, m/s"),
            channel=Channel.SPEED,
            names=("speed_m_s", "speed_ms", "velocity_mps", "velocity_m_s"),
        ),
        Meaning(
            key="speed_kmh",
            title=mark("speed, km/h"),
            channel=Channel.SPEED,
            factor=MPS_OF_KMH,
            names=("speed_km_h", "kmh", "km_h", "kph", "speed_kph"),
        ),
        Meaning(
            key="speed_mph",
            title=mark("speed, miles per hour"),
            channel=Channel.SPEED,
            factor=MPS_OF_MPH,
            names=("mph", "speed_mi_h", "speed_miles_h"),
        ),
        Meaning(
            key="contact_time_ms",
            title=mark("ground contact time, ms"),
            channel=Channel.CONTACT_TIME,
            factor=0.001,
            names=("ground_contact_time_ms", "gct_ms", "stance_time_ms"),
        ),
        Meaning(
            key="contact_time_s",
            title=mark("ground contact time, s"),
            channel=Channel.CONTACT_TIME,
            names=("ground_contact_time_s", "gct_s", "stance_time_s"),
        ),
        Meaning(
            key="left_contact_percent",
            title=mark("left share of contact, %"),
            channel=Channel.LEFT_CONTACT,
        ),
        Meaning(
            key="left_pedal_percent",
            title=mark("left share of power, %"),
            channel=Channel.LEFT_PEDAL,
        ),
        Meaning(
            key="stride_length_m",
            title=mark("length of two steps, m"),
            channel=Channel.STRIDE_LENGTH,
        ),
        Meaning(
            key="step_length_m",
            title=mark("length of a step, m"),
            channel=Channel.STRIDE_LENGTH,
            factor=2.0,
        ),
        Meaning(
            key="body_mass_kg",
            title=mark("body mass, kg"),
            names=("weight_kg", "mass_kg", "body_weight_kg", "kg"),
        ),
        Meaning(
            key="body_mass_lb",
            title=mark("body mass, pounds"),
            factor=KG_OF_LB,
            names=("weight_lb", "weight_lbs", "body_weight_lb", "lb", "lbs"),
        ),
    )
}
TIMES = ("time", "date", "time_of_day", "elapsed_s", "start", "end")
_NAMES = {name: one.key for one in MEANINGS.values() for name in (one.key, *one.names)} | WORDS
_OPEN = {
    **dict.fromkeys(("cadence", *CADENCES), "cadence_spm"),
    **dict.fromkeys(("speed", *SPEEDS), "speed_kmh"),
    **dict.fromkeys(("weight", *WEIGHTS), "body_mass_kg"),
}
"""Names that leave the unit open, and what they may be."""

_CADENCES = {
    "bike": "crank_cadence_rpm",
    "row": "stroke_cadence_per_min",
}
KINDS = ("walk", "run", "bike", "row", "elliptical")
_MACHINES = {"bike": "cycling_power", "row": "ftms_rower", "elliptical": "ftms_cross_trainer"}
_OF_BODY = (Channel.HEART_RATE, Channel.RR_INTERVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column holds what. at: number of the column by key; kind: of `KINDS` or "";
    unknown: names of the others."""

    at: Mapping[str, int]
    kind: str
    unknown: tuple[str, ...]


def plainly(name: str) -> str:
    """A name as it is compared: `Heart Rate (bpm)` is `heart_rate_bpm`."""
    text = unicodedata.normalize("NFKC", name).casefold().replace("²", "2")
    return re.sub(r"[\W_]+", "_", text).strip("_")


def columns_of(
    file: str, names: tuple[str, ...], told: Mapping[str, str], kind: str | None
) -> Columns:
    """Which column holds what: what a person says counts first, then names that say it.

    Raises:
        IngestError: a person names a column or a meaning that there is not.
    """
    refuse_kind(kind)
    at = {key: _column(file, names, key, column) for key, column in told.items()}
    free = {number: name for number, name in enumerate(names) if number not in at.values()}
    for number, name in free.items():
        plain = spelt(name)
        key = _NAMES.get(plain)
        if plain in ("cadence", *CADENCES):
            key = _CADENCES.get(kind or "")
        if key is not None:
            at.setdefault(key, number)
    taken = set(at.values())
    unknown = tuple(name for number, name in enumerate(names) if number not in taken)
    return Columns(at=at, kind=kind or _kind(at), unknown=unknown)


def source_of(key: str, columns: Columns, placement: Placement | None, name: str) -> Source | None:
    """What a column's samples are of; None: it says nothing of what legs did."""
    channel, kind = MEANINGS[key].channel, columns.kind
    worn = Source(identity=f"table {name}", name=name, placement=placement or Placement.ARM)
    if channel in _OF_BODY:
        return worn
    if kind not in _MACHINES:
        walked = kind or {"cadence_spm", "cadence_strides_per_min"} & columns.at.keys()
        unsure = (Channel.POWER, Channel.LEFT_PEDAL, *(() if walked else (Channel.SPEED,)))
        return None if channel in unsure else worn
    if channel is Channel.STEP_CADENCE and kind != "elliptical":
        return None
    return Source(
        identity=f"table {name}",
        name=name,
        kind=_MACHINES[kind],
        placement=Placement.BIKE if kind == "bike" else Placement.MACHINE,
    )


def asked(names: tuple[str, ...]) -> str | None:
    """A pair of what is meant and a column that would help with columns of such names; None: none
    of them says anything."""
    pairs = ((_OPEN.get(spelt(name)), name) for name in names)
    found = next((f"{key}={name}" for key, name in pairs if key), None)
    return f'"{found}"' if found and " " in found else found


def spelt(name: str) -> str:
    """A name as the words of languages are compared: `plainly`, without accents."""
    return plainly(
        "".join(
            one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one)
        )
    )


def refuse_kind(kind: str | None) -> None:
    """Raises IngestError unless it is of `KINDS`, or not told."""
    if kind is not None and kind not in KINDS:
        raise IngestError(
            mark("There is no kind '{kind}'."),
            mark("Kinds are: {kinds}."),
            kind=kind,
            kinds=", ".join(KINDS),
        )


def _kind(at: Mapping[str, int]) -> str:
    """What the columns tell: a crank is a bike's, strokes are a rower's."""
    if "crank_cadence_rpm" in at or "left_pedal_percent" in at:
        return "bike"
    return "row" if "stroke_cadence_per_min" in at else ""


def _column(file: str, names: tuple[str, ...], key: str, column: str) -> int:
    if key not in MEANINGS:
        raise IngestError(
            mark("There is no column that could be '{key}'."),
            mark("What can be meant: {keys}."),
            key=key,
            keys=", ".join(MEANINGS),
        )
    if column in names:
        return names.index(column)
    plain = plainly(column)
    for number, name in enumerate(names):
        if plain == plainly(name):
            return number
    raise IngestError(
        mark("{file} has no column '{column}'."),
        mark("It has: {columns}."),
        file=file,
        column=column,
        columns=listing(names),
    )


def listing(names: tuple[str, ...]) -> str:
    """The first names of many, for a sentence."""
    shown = ", ".join(name[:40] for name in names[:20])
    return f"{shown} …" if len(names) > 20 else shown
