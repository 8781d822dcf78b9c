"""Every frame of the pipeline, declared once: samples -> sensor minutes -> minutes -> days.

Missing is null, never zero. Instants are UTC; a date is a local calendar day of the person.
"""

import dataframely as dy

METHOD = "2026.3"
"""Version of the method; every stored minute, week and report carries it."""

UTC = "UTC"


class SlowSamples(dy.Schema):
    """Slow channels of one sensor, as the store hands them over."""

    time = dy.Datetime(time_unit="ns", time_zone=UTC)
    channel = dy.String()  # devices.profile.Channel
    value = dy.Float64()


class MotionSamples(dy.Schema):
    """Motion of one sensor, in g and deg/s; gyroscope null for an accelerometer alone."""

    time = dy.Datetime(time_unit="ns", time_zone=UTC)
    ax = dy.Float32()
    ay = dy.Float32()
    az = dy.Float32()
    gx = dy.Float32(nullable=True)
    gy = dy.Float32(nullable=True)
    gz = dy.Float32(nullable=True)


class SensorMinutes(dy.Schema):
    """What one sensor saw in one UTC minute; derived, rebuildable, stamped with the method.

    Sums count what was observed and are never scaled up to the whole minute.
    """

    minute = dy.Datetime(time_unit="us", time_zone=UTC, primary_key=True)
    sensor = dy.String(primary_key=True)
    person = dy.String()
    placement = dy.String()
    continuous = dy.Bool()  # worn all day, so its silence is informative
    observed_s = dy.Float64(min=0, max=60.001)
    worn = dy.Bool(nullable=True)  # null: the sensor cannot tell
    steps = dy.Float64(nullable=True, min=0)  # both feet
    force_bw = dy.Float64(nullable=True, min=0)  # sum of peak force per leg, both legs' mean, BW
    confidence = dy.String(nullable=True)  # of force_bw: see force.CONFIDENCES
    run_share = dy.Float64(nullable=True, min=0, max=1)  # of the steps
    speed_mps = dy.Float64(nullable=True, min=0)  # mean while moving
    heart_rate_bpm = dy.Float64(nullable=True, min=0)
    method = dy.String()


class Minutes(dy.Schema):
    """One person's minutes, sensors merged: best evidence, never summed twice."""

    minute = dy.Datetime(time_unit="us", time_zone=UTC, primary_key=True)
    person = dy.String(primary_key=True)
    date = dy.Date()  # local calendar day
    leg_observed_s = dy.Float64(min=0, max=60.001)  # by a sensor that counts steps
    worn = dy.Bool(nullable=True)  # a continuously worn leg sensor says so
    steps = dy.Float64(nullable=True)
    force_bw = dy.Float64(nullable=True)
    confidence = dy.String(nullable=True)
    steps_sensor = dy.String(nullable=True)
    loaded = dy.Bool(nullable=True)  # >= 40 steps in the minute
    mets = dy.Float64(nullable=True)
    heart_rate_bpm = dy.Float64(nullable=True)
    intensity = dy.String(nullable=True)  # light, moderate, vigorous
    intensity_by = dy.String(nullable=True)  # heart rate, speed, cadence


class Days(dy.Schema):
    """One local day of one person; the seven days of a week are always seven rows."""

    person = dy.String(primary_key=True)
    date = dy.Date(primary_key=True)
    hours = dy.Float64()  # 23, 24 or 25
    recorded = dy.Bool()  # anything at all
    excused = dy.Bool()
    wear_h = dy.Float64(nullable=True)  # waking wear; null without a continuously worn leg sensor
    valid = dy.Bool()  # enough wear, see the protocol
    observed_h = dy.Float64(nullable=True)  # by a sensor that counts steps
    steps = dy.Float64(nullable=True)
    lld = dy.Float64(nullable=True)  # Loaded-Leg Dose, step-eq
    credit = dy.Float64(nullable=True)  # min(1, lld / T)
    loaded_min = dy.Float64(nullable=True)
    moderate_min = dy.Float64(nullable=True)
    vigorous_min = dy.Float64(nullable=True)
    peak30_spm = dy.Float64(nullable=True)  # null with fewer than 30 observed minutes
    unloaded = dy.Bool(nullable=True)  # null where the day cannot say
    osteogenic_index = dy.Float64(nullable=True)  # shown, never scored
    low_share = dy.Float64(nullable=True)  # share 0..1 of the load known with low confidence
