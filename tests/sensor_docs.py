"""`docs/sensors.md`, made from the profiles and the tests: python -m tests.sensor_docs"""

from __future__ import annotations

from pathlib import Path

from devices import PROFILES
from devices.profile import Profile
from ingest.virtual.catalogue import CATALOGUE
from tests import verified

PAGE = Path(__file__).parent.parent / "docs" / "sensors.md"
HEAD = """# Supported sensors

Made from the program by `python -m tests.sensor_docs`; a test fails when it is out of date.

**No sensor has been tried on a real radio yet.** What was done instead stands in each row:

- *oracle*: decoding compared with the independent library bluetooth-sig on generated payloads;
- *captures*: payloads that real sensors sent, quoted in public and cited in `tests/captures`;
- *vectors*: payloads from a specification or somebody else's tests, cited there too;
- *virtual*: a virtual sensor of this kind paired, streamed and decoded over virtual Bluetooth;
- *replayed*: real people's recorded motion sent by the virtual sensor, and their steps counted.

Foot pods, heart rate, and motion from a leg or the waist count towards the weekly score. What
bikes and machines say is recorded, kept and shown live, but is not scored yet. A scale sets the
body mass of whoever it is assigned to. Products are named as public sources say that they speak
the protocol; other products that speak it work as well. Foot pods that speak only ANT+ (some of
Garmin's) cannot be seen by Bluetooth at all.

To try a kind without owning one: `legload --home try --radio virtual:KEY scan`, with the key from
the table.
"""


def page() -> str:
    """The whole page."""
    paired = [profile for profile in PROFILES.values() if not profile.companion]
    riding = [profile for profile in PROFILES.values() if profile.companion]
    rows = ["| sensor | key | gives | verified by |", "|---|---|---|---|", *map(_row, paired)]
    parts = [HEAD, "\n".join(rows), ""]
    parts += [_details(profile) for profile in paired]
    parts += ["## Beside any of them\n", *(_companion(profile) for profile in riding)]
    return "\n".join(parts)


def _row(profile: Profile) -> str:
    gives = "; ".join(profile.measures)
    return f"| [{profile.title}](#{profile.key}) | `{profile.key}` | {gives} | {_proof(profile)} |"


def _proof(profile: Profile) -> str:
    found = [
        "oracle" if profile.key in verified.ORACLE else "",
        _counted(verified.captures(profile.key), "capture"),
        _counted(verified.vectors(profile.key), "vector"),
        "virtual" if profile.key in CATALOGUE else "",
        "replayed" if profile.key in verified.REPLAYED else "",
        f"real radio: {verified.RADIO[profile.key]}" if profile.key in verified.RADIO else "",
    ]
    return ", ".join(filter(None, found)) or "its own tests only"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count else ""


def _details(profile: Profile) -> str:
    where = ", ".join(place.value for place in profile.placements)
    only = f" It streams only at: {', '.join(p.value for p in profile.only_at)}."
    quiet = f"{profile.silence_s:.0f} s" if profile.silence_s else "never: silence is normal"
    lines = [
        f'## <a id="{profile.key}"></a>{profile.title}',
        "",
        f"- Where: {where}.{only if profile.only_at else ''}",
        f"- Products: {', '.join(profile.sensors) or 'any that speak the standard'}.",
        f"- Taken for broken after a silence of: {quiet}.",
        *(f"- Limit: {limit}" for limit in profile.limits),
        f"- Layout: {profile.source}.",
        "",
    ]
    return "\n".join(lines)


def _companion(profile: Profile) -> str:
    return f"- {profile.title} (`{profile.key}`): {_proof(profile)}. Layout: {profile.source}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
