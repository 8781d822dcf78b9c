"""One password for everyone: kept as a hash, tried slowly, and never for longer than a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable

from dashboard.share.agreed import ShareError
from language.spoken import _

COST, BLOCK, LANES = 2**15, 8, 3
"""scrypt's N, r, p: 32 MiB, one of the settings of the OWASP Password Storage Cheat Sheet."""

MEMORY_BYTES = 128 * COST * BLOCK + 2**20
SALT_BYTES = KEY_BYTES = 32
SHORTEST = 12
"""Letters of a password (design); OWASP and NIST SP 800-63B ask for 8, with a second factor."""

LONGEST = 1024
TRIES_A_MINUTE = 5
WINDOW_S = 60.0
LONGEST_WAIT_S = 60.0


def hashed(password: str) -> str:
    """A password as it is kept: `scrypt$N$r$p$salt$key`.

    Raises:
        ShareError: it is too short to be tried in vain, or too long to be one.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ShareError(
            _("A password for sharing needs at least {count} letters.", count=SHORTEST),
            _("Several words that do not belong together are easy to remember."),
        )
    salt = secrets.token_bytes(SALT_BYTES)
    key = _key(password, salt, COST, BLOCK, LANES)
    return f"scrypt${COST}${BLOCK}${LANES}${_text(salt)}${_text(key)}"


def matches(password: str, kept: str) -> bool:
    """Whether it is the one; takes as long when it is not.

    Raises:
        ShareError: what is kept is no hash of ours.
    """
    try:
        kind, cost, block, lanes, salt, key = kept.split("$")
        numbers = (int(cost), int(block), int(lanes))
        raw, wanted = base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True)
    except ValueError as error:
        raise _unusable() from error
    if kind != "scrypt" or numbers != (COST, BLOCK, LANES) or len(wanted) != KEY_BYTES:
        raise _unusable()
    return hmac.compare_digest(_key(password[:LONGEST], raw, *numbers), wanted)


def _key(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=cost,
        r=block,
        p=lanes,
        maxmem=MEMORY_BYTES,
        dklen=KEY_BYTES,
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unusable() -> ShareError:
    return ShareError(
        _("The password in share.toml is not one that was set with this program."),
        _("Set it again: legload dashboard --share-password"),
    )


class Tries:
    """Tries of the whole process, whoever makes them: five a minute, each failure a longer wait."""

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._recent: deque[float] = deque(maxlen=TRIES_A_MINUTE)
        self._failures = 0

    def wait_s(self) -> float:
        """Seconds until the next try may be made; 0 now."""
        if not self._recent:
            return 0.0
        now, delay = self._clock_s(), 2.0**self._failures - 1.0
        next_s = self._recent[-1] + min(delay, LONGEST_WAIT_S)
        if len(self._recent) == TRIES_A_MINUTE:
            next_s = max(next_s, self._recent[0] + WINDOW_S)
        return max(0.0, next_s - now)

    def begin(self) -> bool:
        """Note a try, if one may be made now. It counts as failed until `right` says otherwise."""
        if self.wait_s() > 0.0:
            return False
        self._recent.append(self._clock_s())
        self._failures = min(self._failures + 1, 16)
        return True

    def right(self) -> None:
        """The last try was right."""
        self._failures = 0
