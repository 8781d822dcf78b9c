"""What a sensor says: bytes in, typed samples out. No I/O, no clock, no Bluetooth.

`PROFILES` is the only registry: a new sensor is one module and one line here. Profiles marked
`companion` ride along with another and are never paired by themselves.
"""

from devices import battery, device_information, heart_rate, rsc, thingy52
from devices.profile import Profile

PROFILES: dict[str, Profile] = {
    profile.key: profile
    for profile in (
        rsc.PROFILE,
        heart_rate.PROFILE,
        thingy52.PROFILE,
        battery.PROFILE,
        device_information.PROFILE,
    )
}
