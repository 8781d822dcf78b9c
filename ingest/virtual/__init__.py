"""Virtual sensors on a virtual link: the demo's, one of each kind, and replays of real motion."""

from ingest.virtual.demo import demo_sensors
from ingest.virtual.peripheral import Answer, Emission, Faults, Peripheral, Source, VirtualSensor
from ingest.virtual.replay import replay_sensor
from ingest.virtual.world import VirtualWorld

__all__ = [
    "Answer",
    "Emission",
    "Faults",
    "Peripheral",
    "Source",
    "VirtualSensor",
    "VirtualWorld",
    "demo_sensors",
    "replay_sensor",
]
