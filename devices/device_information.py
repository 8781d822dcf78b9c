"""Who made the sensor, and which one it is. Reads only; no samples.

Source: Bluetooth SIG, Device Information Service 1.1 (0x180A).
"""

from __future__ import annotations

from devices.profile import Decoder, Notifications, Profile, Read, Samples, uuid16
from language.spoken import mark

KEY = "device_information"
SERIAL = uuid16(0x2A25)
FIRMWARE = uuid16(0x2A26)
MAKER = uuid16(0x2A29)
MODEL = uuid16(0x2A24)

FIELDS = {SERIAL: "serial", FIRMWARE: "firmware", MAKER: "maker", MODEL: "model"}
"""What each characteristic of the service tells."""


LONGEST = 100
"""Characters of a text that are kept (design: names and numbers are shorter)."""


def parse(payload: bytes) -> str:
    """The text of a reply, `""` if it holds none.

    Any bytes will do: what is not UTF-8 becomes U+FFFD, because a serial number with one odd byte
    still tells two sensors apart.
    """
    return plain(payload.decode("utf-8", errors="replace"))


def plain(text: str) -> str:
    """What a sensor calls itself, fit to be shown: no control characters, no padding."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown.strip()[:LONGEST].strip()


def encode(text: str) -> bytes:
    """The payload that `parse` turns back into `text` (without padding)."""
    return text.encode()


class DeviceInformationDecoder(Decoder):
    """Tells nothing that is sampled."""

    def decode(self, run: Notifications) -> Samples:
        """No samples."""
        return Samples()


PROFILE = Profile(
    key=KEY,
    title=mark("Device information"),
    service=uuid16(0x180A),
    source="Bluetooth SIG, Device Information Service 1.1, 0x2A24 to 0x2A29",
    decoder=DeviceInformationDecoder,
    handshake=tuple(Read(characteristic=field, optional=True) for field in FIELDS),
    companion=True,
    measures=("serial number", "maker", "model", "firmware"),
)
