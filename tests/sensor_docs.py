"""`docs/sensors.md`, made from the profiles and the tests: python -m tests.sensor_docs"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analytics.gait.steps import RATE_HZ
from analytics.machines import MACHINES, Machine
from devices import PROFILES
from devices.profile import Placement, Profile
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

The table says what counts for the weekly score; everything else is recorded, kept and shown live,
and not scored. Products are named as public sources say that they speak the protocol; other
products that speak it work as well. Foot pods that speak only ANT+ (some of Garmin's) cannot be
seen by Bluetooth at all.

To try a kind without owning one: `legload --home try --radio virtual:KEY scan`, with the key from
the table.
"""


WHERE = """## Where sensors sit

- *foot*: on the shoe, or in it; *ankle*: just above it; *shank*: the lower leg, between knee and
  ankle; *thigh*: the upper leg. Left and right are those of whoever wears the sensor.
- *waist*: on the belt or in the small of the back; *chest*: a strap around it; *arm*: upper arm,
  forearm or wrist.
- *bike*, *machine*: on it, not on a person; *floor*: where a scale stands.
"""
DEVELOPERS = """## For developers

Where the layout of what each kind sends is published:

| key | layout |
|---|---|"""


def page() -> str:
    """The whole page."""
    heard = [profile for profile in PROFILES.values() if profile.radio]
    paired = [profile for profile in heard if not profile.companion]
    riding = [profile for profile in heard if profile.companion]
    rows = [
        "| sensor | key | gives | counts for the score | verified by |",
        "|---|---|---|---|---|",
        *map(_row, paired),
    ]
    parts = [HEAD, "\n".join(rows), "", WHERE]
    parts += [_family(name) for name in dict.fromkeys(p.family for p in paired) if name]
    parts += [_details(profile) for profile in paired]
    parts += ["## Beside any of them\n", *(_companion(profile) for profile in riding), ""]
    parts += [DEVELOPERS, *(f"| `{p.key}` | {p.source}. |" for p in heard), ""]
    return "\n".join(parts)


def _row(profile: Profile) -> str:
    gives = "; ".join(profile.measures)
    cells = (
        f"[{profile.title}](#{profile.key})",
        f"`{profile.key}`",
        gives,
        scored(profile),
        _proof(profile),
    )
    return f"| {' | '.join(cells)} |"


def scored(profile: Profile) -> str:
    """What of a sensor counts for the weekly score."""
    if profile.counts:
        return "yes: steps"
    if profile.key == "heart_rate":
        return "yes: heart rate"
    if profile.key == "weight_scale":
        return "yes: as the body mass that forces are worked out with"
    if profile.continuous:
        waist = " or the waist" if Placement.WAIST in profile.placements else ""
        return f"yes: motion of a leg{waist}, at {RATE_HZ[0]:.0f} samples a second or more"
    machine = next((one for one in MACHINES if profile.key in one.profiles), None)
    if machine is not None:
        return f"yes: {_loads(machine)}"
    return "no: recorded only"


def _loads(machine: Machine) -> str:
    """What minutes on a machine count as."""
    if machine.key == "treadmill":
        return "speed and incline as effort, steps where it sends them"
    kind = "weight-bearing load" if machine.weight_bearing else "assisted load"
    needs = ", with power, cadence and the body mass" if machine.key == "bike" else ""
    return f"{kind}{needs}; effort by {'power' if machine.mets_by else 'its own METs'}"


def _family(name: str) -> str:
    """What holds for every kind of a family, said once."""
    lines = [f"- Limit: {limit}" for limit in _shared(name)]
    return "\n".join([f'## <a id="{_anchor(name)}"></a>Every {name.lower()}', "", *lines, ""])


def _shared(family: str | None) -> list[str]:
    """The limits that all kinds of a family have; none without a family."""
    kin = [profile.limits for profile in PROFILES.values() if family and profile.family == family]
    return [limit for limit in kin[0] if all(limit in one for one in kin)] if kin else []


def _anchor(family: str) -> str:
    return family.lower().replace(" ", "-")


def _places(places: Sequence[Placement]) -> str:
    """Places in words, left and right together where both are there."""
    said: dict[str, list[str]] = {}
    for place in places:
        side, _, rest = place.value.partition("-")
        said.setdefault(rest or side, []).append(side)
    both = [part for part, sides in said.items() if len(sides) == 2]
    one = [
        " ".join(dict.fromkeys((*sides, part))) for part, sides in said.items() if len(sides) < 2
    ]
    return ", ".join([*([f"left or right {', '.join(both)}"] if both else []), *one])


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
    only = profile.only_at if set(profile.only_at) != set(profile.placements) else ()
    streams = f" It streams only at: {_places(only)}."
    quiet = (
        f"Taken for broken after a silence of: {profile.silence_s:.0f} s."
        if profile.silence_s
        else "Silence is normal."
    )
    shared = _shared(profile.family)
    family = profile.family or ""
    lines = [
        f'## <a id="{profile.key}"></a>{profile.title}',
        "",
        f"- Where: {_places(profile.placements)}.{streams if only else ''}",
        f"- Products: {', '.join(profile.sensors) or 'any that speak the standard'}.",
        f"- {quiet}",
        *(f"- Limit: {limit}" for limit in profile.limits if limit not in shared),
        *([f"- And the limits of [every {family.lower()}](#{_anchor(family)})."] if shared else []),
        "",
    ]
    return "\n".join(lines)


def _companion(profile: Profile) -> str:
    return f"- {profile.title} (`{profile.key}`): {_proof(profile)}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
