"""How it is scored, in plain words; every number comes from the tables of `analytics`."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.dose import STEP_BW
from analytics.protocol import FULL, Protocol
from analytics.week import Component
from dashboard.explained import Example, Explained
from dashboard.wording.text import number
from language.formats import decimal
from language.spoken import _, mark, n_

EXAMPLES = {
    "walk": mark("{count} walking steps"),
    "run": mark("{count} running steps"),
    "sit-to-stand": mark("{count} times up from a chair"),
    "elliptical": mark("{count} steps on an elliptical"),
    "rower": mark("{count} strokes on a rower"),
    "stair-climber": mark("{count} steps on a stair climber"),
}
WHAT = {
    "aerobic_min": mark(
        "Minutes in which you were at least moderately busy: judged by heart rate where that is "
        "allowed and known, else by speed or power, else by how fast you stepped."
    ),
    "strength_days": mark(
        "Days with enough strength training of the legs: logged by you, confirmed by you, or seen "
        "by a sensor on the leg."
    ),
    "lld": mark("All that the legs carried in a day, told as ordinary walking steps."),
    "loaded_min": mark("Minutes in which you really walked, not single steps about the house."),
    "peak30_spm": mark(
        "How fast you step in the 30 quickest minutes of a day; they need not be one after another."
    ),
    "unloaded_run_days": mark(
        "The longest row of days on which the legs carried next to nothing. Only a leg sensor that "
        "is worn all day can show that."
    ),
    "lld_days": mark("On how many days the dose came to a good part of its target."),
    "balance_days": mark("Days with balance practice that you logged."),
}
"""What each line of the score counts, by key."""

NOT_MEASURED = (
    mark("The load in any bone, joint, muscle or tendon, and pain."),
    mark(
        "Sitting: the longest time without a loaded minute is shown and never scored, because no "
        "threshold is agreed on."
    ),
    mark("Sleep, food, and whatever was done while no sensor was worn."),
    mark("Weight in the hands, unless you say it with a logged set or with the sensor's load."),
    mark("Stairs: climbs are found, their own force is in the table of forces and not used yet."),
    mark(
        "The left leg where only the right one wears a sensor: one leg then stands for both, and "
        "the report says how much of the dose is assumed so."
    ),
)
WEIGHTS = mark("How many points each line can earn is our own design; no study sets it.")


def set_text(found: Explained) -> str:
    """Which rules hold for this person."""
    age = (
        _(
            "The birth year is not set, so the dose target of older people and the points of "
            "younger ones hold."
        )
        if found.age is None
        else n_("Age in this week: {count} year.", "Age in this week: {count} years.", found.age)
    )
    said = _(
        "Method {method}; target set “{title}” ({name}).",
        method=found.method,
        title=_(found.protocol.title),
        name=found.protocol.name,
    )
    unscored = "" if found.scored else _("Points are switched off for this person.")
    return " ".join(filter(None, (said, age, unscored)))


def short(found: Explained) -> Iterator[str]:
    """The whole of it in a few sentences."""
    yield _(
        "Sensors on a leg, a foot or a machine tell how often, how fast and with how much force "
        "your legs worked."
    )
    yield _(
        "A week is set against {count} targets, most of them from guidelines and studies of "
        "people; together they give up to {full} points.",
        count=sum(line.points_max > 0 for line in found.components),
        full=FULL,
    )
    yield _(
        "What no sensor saw is unknown, never zero: the score then says “at least”, or leaves the "
        "line out."
    )
    yield _("It describes what your legs did. It is no diagnosis and no measure of health.")


def example_title(one: Example) -> str:
    """`1,000 walking steps`."""
    return _(EXAMPLES[one.key], count=decimal(one.count))


def example_text(one: Example) -> str:
    """`500 on each leg × 1.1 BW = 550 BW; 2 × 550 / 1.1 = 1,000 step-eq`."""
    return _(
        "{cycles} on each leg × {force} = {load} body weights on each leg; "
        "2 × {load} / {step} = {dose} step-eq",
        cycles=decimal(one.cycles),
        force=number(one.force_bw, 3),
        load=number(one.load_bw, 2),
        step=number(STEP_BW, 2),
        dose=number(one.step_eq),
    )


def points_text(line: Component) -> str:
    """`25 points`; balance has none under 65."""
    if not line.points_max:
        return _("no points at this age")
    return n_("{count} point", "{count} points", line.points_max)


def bounds(protocol: Protocol) -> Iterator[str]:
    """How coverage decides what a number may claim."""
    day, week = protocol.days, protocol.week
    yield _(
        "A day is valid when a leg sensor was worn for at least {hours} h between {start} and "
        "{end} o'clock, or within your own waking hours.",
        hours=number(day.valid_wear_h),
        start=number(day.waking_from_h),
        end=number(day.waking_to_h),
    )
    yield _(
        "With {complete} valid days a week is complete; with {partial} or more it is partial and "
        "averages use the valid days.",
        complete=week.complete_days,
        partial=week.partial_days,
    )
    yield _(
        "With fewer than {partial} valid days everything is “at least”: what was recorded is "
        "spread over all days that are not excused. That is a lower bound of what was missed, not "
        "of how well the force is known.",
        partial=week.partial_days,
    )
    yield _("What was not recorded is unknown. It is never counted as zero, and never as done.")
    yield _(
        "What nothing could measure leaves the score: it is then out of fewer than {full} points.",
        full=FULL,
    )
    yield _("Where days are missing, the range shows the value if they were empty and if full.")


def unscored(protocol: Protocol) -> Iterator[str]:
    """Which weeks have no points."""
    yield _(
        "A week with {count} or more excused days: illness, surgery, travel. Fewer excused days "
        "leave every average and end every row of days.",
        count=protocol.week.excused_days,
    )
    yield _("A week in which nothing was recorded, imported or logged.")
    yield _("Every week of a person for whom points are switched off under My data.")
