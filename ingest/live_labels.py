"""What a person calls each channel, and the unit in plain words.

They are keys between processes, in English: whoever shows one says it with `_()`.
"""

from __future__ import annotations

from devices.profile import Channel
from language.spoken import mark

MOVEMENT, RATE = mark("movement"), mark("rate")
GRAVITY, TURNING, SAMPLES = mark("g"), mark("°/s"), mark("samples/s")
"""Of a motion sensor."""
YES_NO = mark("yes or no")
"""The unit of a value that is only true (1) or false (0)."""

LABELS: dict[Channel, tuple[str, str]] = {
    Channel.CADENCE_SENT: (mark("cadence"), mark("steps/min")),
    Channel.SPEED: (mark("speed"), mark("m/s")),
    Channel.STRIDE_LENGTH: (mark("stride length"), mark("m")),
    Channel.STEP_CADENCE: (mark("step rate"), mark("steps/min")),
    Channel.POWER: (mark("power"), mark("W")),
    Channel.CRANK_CADENCE: (mark("pedalling"), mark("turns/min")),
    Channel.WHEEL_CADENCE: (mark("wheel"), mark("turns/min")),
    Channel.LEFT_PEDAL: (mark("left leg's share"), mark("%")),
    Channel.PEDAL: (mark("one leg's share"), mark("%")),
    Channel.STROKE_CADENCE: (mark("stroke rate"), mark("strokes/min")),
    Channel.HEART_RATE: (mark("heart rate"), mark("beats/min")),
    Channel.RR_INTERVAL: (mark("time between beats"), mark("s")),
    Channel.SKIN_CONTACT: (mark("touches the skin"), YES_NO),
    Channel.BODY_MASS: (mark("body mass"), mark("kg")),
    Channel.RUNNING: (mark("running"), YES_NO),
    Channel.DISTANCE: (mark("distance"), mark("m")),
    Channel.INCLINE: (mark("incline"), mark("%")),
    Channel.ELEVATION_GAIN: (mark("climbed"), mark("m")),
    Channel.RESISTANCE: (mark("resistance"), mark("on its own scale")),
    Channel.BELT_FORCE: (mark("force on the belt"), mark("N")),
    Channel.BACKWARD: (mark("backward"), YES_NO),
    Channel.METABOLIC_EQUIVALENT: (mark("effort"), mark("METs")),
    Channel.STEP_COUNT: (mark("step count"), mark("steps")),
    Channel.STRIDE_COUNT: (mark("stride count"), mark("strides")),
    Channel.STROKE_COUNT: (mark("stroke count"), mark("strokes")),
    Channel.FLOOR_COUNT: (mark("floors"), mark("floors")),
    Channel.ENERGY: (mark("energy"), mark("kJ")),
    Channel.ELAPSED: (mark("time"), mark("s")),
    Channel.BATTERY: (mark("battery"), mark("%")),
    Channel.CONTACT_TIME: (mark("ground contact time"), mark("s")),
    Channel.LEFT_CONTACT: (mark("left share of ground contact"), mark("%")),
    Channel.STEPS: (mark("steps told over a while"), mark("steps")),
    Channel.PART: (mark("part of the while"), mark("s")),
    Channel.INTERVAL: (mark("length of the while"), mark("s")),
    Channel.SINCE: (mark("since the while began"), mark("s")),
    Channel.HOLDS: (mark("holds for"), mark("s")),
}
"""In the order of interest; a test holds that every channel is here."""

MAIN: dict[str, tuple[Channel, ...]] = {
    "rsc": (Channel.CADENCE_SENT, Channel.SPEED),
    "heart_rate": (Channel.HEART_RATE,),
    "csc": (Channel.CRANK_CADENCE, Channel.WHEEL_CADENCE),
    "cycling_power": (Channel.POWER,),
    "ftms_treadmill": (Channel.SPEED,),
    "ftms_cross_trainer": (Channel.STEP_CADENCE,),
    "ftms_step_climber": (Channel.STEP_CADENCE,),
    "ftms_stair_climber": (Channel.STEP_CADENCE,),
    "ftms_rower": (Channel.STROKE_CADENCE,),
    "ftms_bike": (Channel.CRANK_CADENCE, Channel.POWER),
    "weight_scale": (Channel.BODY_MASS,),
    "battery": (Channel.BATTERY,),
}
"""By profile: what it is there for. Where it streams but says none of these, the first is shown as
unknown."""
