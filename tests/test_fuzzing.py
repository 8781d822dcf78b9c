"""The fuzzer's promises, for inputs that are kept: what virtual sensors say, and bent copies."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.virtual.catalogue import CATALOGUE
from tests.fuzzing import check, seed_of

BENT = 40


@pytest.mark.parametrize("key", CATALOGUE)
def test_what_a_virtual_sensor_says_keeps_every_promise_also_when_bytes_are_bent(key: str) -> None:
    rng = np.random.default_rng(len(key))
    seed = seed_of(key, 5)
    check(seed)
    for _ in range(BENT):
        bent = bytearray(seed)
        for at in rng.integers(2, len(seed), 3):
            bent[at] = rng.integers(256)
        check(bytes(bent))
