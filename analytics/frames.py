"""Every frame of the pipeline, declared once: samples -> sensor minutes -> minutes -> days.

Missing is null, never zero. Instants are UTC; a date is a local calendar day of the person.
"""

import dataframely as dy

METHOD = "2026.4"
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
    machine = dy.String(nullable=True)  # what kind of machine says so: machines.MACHINES
    steps = dy.Float64(nullable=True, min=0)  # walking and running, both feet
    cycles = dy.Float64(nullable=True, min=0)  # of each leg, carrying the body: behind force_bw
    force_bw = dy.Float64(nullable=True, min=0)  # sum of peak force of a leg, feet carry the body
    assisted_cycles = dy.Float64(nullable=True, min=0)  # of each leg, a seat carries the body
    assisted_bw = dy.Float64(nullable=True, min=0)  # sum of their peak force, BW a leg
    confidence = dy.String(nullable=True)  # of both forces: see force.CONFIDENCES
    run_share = dy.Float64(nullable=True, min=0, max=1)  # of the steps
    speed_mps = dy.Float64(nullable=True, min=0)  # mean while moving
    power_w = dy.Float64(nullable=True, min=0)  # mean over the observed part, zeros included
    mets = dy.Float64(nullable=True, min=0)  # of the active part, by `mets_by`
    mets_by = dy.String(nullable=True)  # power, speed, machine
    active_s = dy.Float64(nullable=True, min=0, max=60.001)  # what `mets` speaks for
    contact_s = dy.Float64(nullable=True, min=0)  # mean contact time of clear walking strides
    contact_strides = dy.Float64(nullable=True, min=0)  # how many of them
    heart_rate_bpm = dy.Float64(nullable=True, min=0)
    heart_s = dy.Float64(nullable=True, min=0, max=60.001)  # what the heart rate speaks for
    told_from = dy.Datetime(nullable=True, time_unit="us", time_zone=UTC)  # steps told as a sum
    told_over_s = dy.Float64(nullable=True, min=0)  # since then, over so long
    method = dy.String()


class Minutes(dy.Schema):
    """One person's minutes, sensors merged: best evidence, never summed twice."""

    minute = dy.Datetime(time_unit="us", time_zone=UTC, primary_key=True)
    person = dy.String(primary_key=True)
    date = dy.Date()  # local calendar day
    leg_observed_s = dy.Float64(min=0, max=60.001)  # by a sensor that counts steps
    worn = dy.Bool(nullable=True)  # a continuously worn leg sensor says so
    worn_s = dy.Float64(nullable=True)  # of the minute, in which one was seen to be worn
    steps = dy.Float64(nullable=True)
    cycles = dy.Float64(nullable=True)  # of each leg, carrying the body
    force_bw = dy.Float64(nullable=True)  # mean over the two legs, feet carry the body
    assisted_cycles = dy.Float64(nullable=True)
    assisted_bw = dy.Float64(nullable=True)  # mean over the two legs, a seat carries the body
    confidence = dy.String(nullable=True)
    steps_sensor = dy.String(nullable=True)  # whose load it is; "a + b": one on each leg
    other_leg_assumed = dy.Bool(nullable=True)  # one leg was observed and stands for both
    blind_sensor = dy.String(nullable=True)  # on the other leg, counted less than half, left out
    load_needs = dy.String(nullable=True)  # of load nobody knows: body mass, power, ...
    loaded = dy.Bool(nullable=True)  # >= 40 steps in the minute, or in a set
    mets = dy.Float64(nullable=True)
    heart_rate_bpm = dy.Float64(nullable=True)
    intensity = dy.String(nullable=True)  # light, moderate, vigorous
    intensity_by = dy.String(nullable=True)  # heart rate, power, speed, machine, cadence
    contact_left_s = dy.Float64(nullable=True)  # mean, where both legs walked and were seen
    contact_right_s = dy.Float64(nullable=True)
    contact_strides = dy.Float64(nullable=True)  # of the leg with fewer
    spread = dy.Bool(nullable=True)  # steps of a longer time, spread evenly: no cadence


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
    lld = dy.Float64(nullable=True)  # Loaded-Leg Dose, step-eq: the sum of the next three
    weight_bearing_lld = dy.Float64(nullable=True)  # feet carry the body
    assisted_lld = dy.Float64(nullable=True)  # a seat carries the body: bike, rower
    sets_lld = dy.Float64(nullable=True)  # strength sets with a known force
    lld_at_least = dy.Bool()  # a machine loaded the legs by nobody knows how much: no part of lld
    load_needs = dy.String(nullable=True)  # what that load needs to be known, else null
    credit = dy.Float64(nullable=True)  # min(1, lld / T)
    loaded_min = dy.Float64(nullable=True)
    moderate_min = dy.Float64(nullable=True)
    vigorous_min = dy.Float64(nullable=True)
    peak30_spm = dy.Float64(nullable=True)  # null with fewer than 30 observed minutes
    unloaded = dy.Bool(nullable=True)  # null where the day cannot say
    osteogenic_index = dy.Float64(nullable=True)  # shown, never scored
    low_share = dy.Float64(nullable=True)  # share 0..1 of the load known with low confidence
    assumed_share = dy.Float64(nullable=True)  # share 0..1 of the load of a leg not observed
    longest_idle_min = dy.Float64(nullable=True)  # worn and waking without a loaded minute
    asymmetry_percent = dy.Float64(nullable=True)  # see symmetry; null below its least data
    repetitions = dy.Float64(nullable=True)  # of leg exercises; null: none known
    exercises = dy.Float64(nullable=True)  # different leg exercises
    strength = dy.Bool(nullable=True)  # whether the day counts as a strength day
    balance_min = dy.Float64(nullable=True)
