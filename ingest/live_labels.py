"""What a person calls each channel, and the unit in plain words."""

from __future__ import annotations

from devices.profile import Channel

YES_NO = "yes or no"
"""The unit of a value that is only true (1) or false (0)."""

LABELS: dict[Channel, tuple[str, str]] = {
    Channel.CADENCE_SENT: ("cadence", "steps/min"),
    Channel.SPEED: ("speed", "m/s"),
    Channel.STRIDE_LENGTH: ("stride length", "m"),
    Channel.STEP_CADENCE: ("step rate", "steps/min"),
    Channel.POWER: ("power", "W"),
    Channel.CRANK_CADENCE: ("pedalling", "turns/min"),
    Channel.WHEEL_CADENCE: ("wheel", "turns/min"),
    Channel.LEFT_PEDAL: ("left leg's share", "%"),
    Channel.PEDAL: ("one leg's share", "%"),
    Channel.STROKE_CADENCE: ("stroke rate", "strokes/min"),
    Channel.HEART_RATE: ("heart rate", "beats/min"),
    Channel.RR_INTERVAL: ("time between beats", "s"),
    Channel.SKIN_CONTACT: ("touches the skin", YES_NO),
    Channel.BODY_MASS: ("body mass", "kg"),
    Channel.RUNNING: ("running", YES_NO),
    Channel.DISTANCE: ("distance", "m"),
    Channel.INCLINE: ("incline", "%"),
    Channel.ELEVATION_GAIN: ("climbed", "m"),
    Channel.RESISTANCE: ("resistance", "on its own scale"),
    Channel.BELT_FORCE: ("force on the belt", "N"),
    Channel.BACKWARD: ("backward", YES_NO),
    Channel.METABOLIC_EQUIVALENT: ("effort", "METs"),
    Channel.STEP_COUNT: ("step count", "steps"),
    Channel.STRIDE_COUNT: ("stride count", "strides"),
    Channel.STROKE_COUNT: ("stroke count", "strokes"),
    Channel.FLOOR_COUNT: ("floors", "floors"),
    Channel.ENERGY: ("energy", "kJ"),
    Channel.ELAPSED: ("time", "s"),
    Channel.BATTERY: ("battery", "%"),
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
