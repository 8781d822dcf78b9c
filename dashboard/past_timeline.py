"""One session thinned to what a screen can show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from analytics.person import PersonFacts
from analytics.protocol import Protocol
from analytics.symmetry import side_of
from dashboard.past import SessionLine, Timeline
from dashboard.past_sessions import MINUTE, Piece, Session, merged, within
from dashboard.shown import kind_counts, recorded_gaps
from devices.profile import LEG_PLACEMENTS, Channel
from ingest.live_labels import LABELS
from ingest.store import Store

BUCKETS = 600
"""At most about so many points a channel (design: more than a screen shows)."""

SHORTEST_S = 5
"""A bucket in seconds at least (design: most sensors speak each second, some every four)."""

BREAK = 3
"""A silence of more than so many usual intervals breaks a line (design)."""

TRACE: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "time": pl.Datetime("us", "UTC"),
    "sensor": pl.String,
    "channel": pl.String,
    "low": pl.Float64,
    "mean": pl.Float64,
    "high": pl.Float64,
}
CADENCE = LABELS[Channel.CADENCE_SENT][0]


def timeline(
    store: Store, session: Session, line: SessionLine, *, person: PersonFacts, protocol: Protocol
) -> Timeline:
    """Everything that a page shows of a session. store: open for reading."""
    seconds = (session.end - session.start).total_seconds()
    bucket_s = max(SHORTEST_S, -(-int(seconds) // BUCKETS))
    own = _own(store.minutes(person.key, session.start - MINUTE, session.end + MINUTE), session)
    parts = [_said(store, piece, bucket_s) for piece in session.pieces]
    traces = pl.concat([pl.DataFrame(schema=TRACE), *parts, _moved(own, session)])
    sensors = sorted({piece.sensor.key for piece in session.pieces})
    gaps = recorded_gaps(store, sensors, session.start, session.end)
    cut = [gap for key in sensors for gap in within(gaps, key, session.start, session.end)]
    return Timeline(
        line=line,
        traces=_broken(traces, bucket_s),
        minutes=merged(own, person, protocol),
        legs=_legs(own),
        gaps=tuple(sorted(cut, key=lambda gap: (gap.start, gap.sensor))),
    )


def _own(minutes: pl.DataFrame, session: Session) -> pl.DataFrame:
    """The SensorMinutes that the session's own recordings made."""
    mine = pl.lit(value=False)
    for piece in session.pieces:
        first = piece.start.replace(second=0, microsecond=0)
        mine |= (pl.col("sensor") == piece.sensor.key) & pl.col("minute").is_between(
            first, piece.end
        )
    return minutes.filter(mine)


def _said(store: Store, piece: Piece, bucket_s: int) -> pl.DataFrame:
    """The slow channels of a piece; what counts strides as steps."""
    end = piece.end + dt.timedelta(microseconds=1)
    frame = store.thinned(piece.number, piece.start, end, bucket_s)
    counts = piece.assignment.counts or kind_counts(piece.sensor.profiles)
    strides = (pl.col("channel") == Channel.CADENCE_SENT.value) & (counts == "strides")
    times = pl.when(strides).then(2.0).otherwise(1.0)
    labels = {channel.value: text for channel, (text, _) in LABELS.items()}
    return frame.select(
        pl.col("time").cast(TRACE["time"]),
        pl.lit(piece.sensor.key).alias("sensor"),
        pl.col("channel").replace_strict(labels, return_dtype=pl.String),
        *(pl.col(name) * times for name in ("low", "mean", "high")),
    )


def _moved(minutes: pl.DataFrame, session: Session) -> pl.DataFrame:
    """The cadence of motion sensors, by minute: their samples are too many for a screen."""
    moving = [piece.sensor.key for piece in session.pieces if piece.row["acc_g"] is not None]
    pace = pl.col("steps") / (pl.col("observed_s") / 60.0)
    walked = minutes.filter(
        pl.col("sensor").is_in(moving) & pl.col("steps").is_not_null() & (pl.col("observed_s") > 0)
    )
    return walked.select(
        pl.col("minute").alias("time"),
        "sensor",
        pl.lit(CADENCE).alias("channel"),
        *(pace.alias(name) for name in ("low", "mean", "high")),
    )


def _broken(traces: pl.DataFrame, bucket_s: int) -> pl.DataFrame:
    """With a row of nulls after each silence begins, so that no line crosses it."""
    key = ["sensor", "channel"]
    ordered = traces.sort(*key, "time").unique([*key, "time"], keep="first", maintain_order=True)
    step = (pl.col("time").shift(-1) - pl.col("time")).over(key)
    usual = pl.max_horizontal(step.median().over(key), pl.duration(seconds=bucket_s))
    silent = ordered.filter(step > BREAK * usual).select(
        pl.col("time") + pl.duration(seconds=bucket_s),
        *key,
        *(pl.lit(None, pl.Float64).alias(name) for name in ("low", "mean", "high")),
    )
    return pl.concat([ordered, silent]).sort(*key, "time")


def _legs(minutes: pl.DataFrame) -> pl.DataFrame:
    """What each leg did by minute; of several sensors on one the one that observed longest."""
    legs = [placement.value for placement in LEG_PLACEMENTS]
    return (
        minutes.filter(pl.col("placement").is_in(legs), pl.col("worn").fill_null(value=True))
        .with_columns(side_of(pl.col("placement")).alias("side"))
        .sort("minute", "side", "observed_s", "sensor", descending=[False, False, True, False])
        .unique(["minute", "side"], keep="first", maintain_order=True)
        .select("minute", "side", "steps", "force_bw", "contact_s")
    )
