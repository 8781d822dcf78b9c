"""What a sensor says: bytes in, typed samples out. No I/O, no clock, no Bluetooth.

`PROFILES` is the only registry: a new sensor is one module and one line here. Profiles marked
`companion` ride along with another and are never paired by themselves.
"""

from devices import (
    battery,
    csc,
    cycling_power,
    device_information,
    ftms_bike,
    ftms_cross_trainer,
    ftms_rower,
    ftms_stair_climber,
    ftms_step_climber,
    ftms_treadmill,
    heart_rate,
    imported,
    infinitime,
    microbit,
    movesense,
    polar_pmd,
    rsc,
    thingy52,
    weight_scale,
    witmotion,
)
from devices.profile import Profile

PROFILES: dict[str, Profile] = {
    profile.key: profile
    for profile in (
        rsc.PROFILE,
        heart_rate.PROFILE,
        thingy52.PROFILE,
        csc.PROFILE,
        cycling_power.PROFILE,
        ftms_treadmill.PROFILE,
        ftms_cross_trainer.PROFILE,
        ftms_step_climber.PROFILE,
        ftms_stair_climber.PROFILE,
        ftms_rower.PROFILE,
        ftms_bike.PROFILE,
        witmotion.PROFILE,
        microbit.PROFILE,
        infinitime.PROFILE,
        weight_scale.PROFILE,
        polar_pmd.PROFILE,
        movesense.PROFILE,
        imported.PROFILE,
        battery.PROFILE,
        device_information.PROFILE,
    )
}
