"""The mail server that reports may be sent through, as somebody entered it: `legload mail`.

Nothing here is there until it was entered, and nothing is ever sent without it. The password lies
in a file of its own, readable by its owner alone and not encrypted; no export or backup holds it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from dashboard.errors import DashboardError
from ingest.private import create_whole, private_folder
from language.spoken import _

FILE, SECRET = "mail.json", "mail-password"
STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
"""How a connection is encrypted, and the usual port (RFC 6409, RFC 8314, RFC 5321)."""
MOST_RECIPIENTS = 20
"""Of one report (design)."""
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where mail goes through, who sends it and who gets it. tls: of PORTS; user: "" is none."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: str = STARTTLS
    user: str = ""


def checked(
    *,
    host: str,
    sender: str,
    to: Iterable[str],
    tls: str = STARTTLS,
    port: int | None = None,
    user: str = "",
) -> Account:
    """An account that mail can be sent through. port: None, the usual one.

    Raises:
        DashboardError: something of it cannot be.
    """
    people = tuple(dict.fromkeys(one.strip() for one in to))
    if tls not in PORTS:
        raise DashboardError(
            _("--tls takes {known}, not '{given}'.", known=", ".join(PORTS), given=tls)
        )
    if not _HOST.fullmatch(host):
        raise DashboardError(
            _("That cannot be a mail server."),
            _("Give its name, such as {example}.", example="smtp.example.org"),
        )
    if tls == NONE and not _here(host):
        raise DashboardError(
            _("Mail is never sent without encryption to another computer."),
            _("Use --tls starttls or --tls tls; your provider says which, and the port."),
        )
    if not 1 <= len(people) <= MOST_RECIPIENTS:
        raise DashboardError(
            _("Say who gets the reports, up to {most}: --to ADDRESS.", most=MOST_RECIPIENTS)
        )
    for address in (sender, *people):
        _refuse(address)
    if not user.isprintable() or not 1 <= (port or PORTS[tls]) <= 65535:
        raise DashboardError(_("The user or the port cannot be."), _("See: legload mail --help"))
    return Account(host=host, port=port or PORTS[tls], sender=sender, to=people, tls=tls, user=user)


def account(home: Path) -> Account | None:
    """What was entered; None: nothing.

    Raises:
        DashboardError: the file cannot be used.
    """
    path = home / FILE
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Account)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DashboardError(
            _("{path} cannot be used: {error}.", path=path, error=error),
            _("Enter the mail server again: legload mail --host …"),
        ) from error
    return checked(**msgspec.structs.asdict(found))


def required(home: Path) -> Account:
    """The same where it is needed.

    Raises:
        DashboardError: nothing was entered, or it cannot be used.
    """
    if (found := account(home)) is None:
        raise DashboardError(
            _("No mail server is set up, so nothing was sent."),
            _("Set it up: legload mail --host … --from … --to …"),
        )
    return found


def password(home: Path) -> str:
    """What was entered with it; "" where nothing was.

    Raises:
        DashboardError: the file cannot be read.
    """
    try:
        return (home / SECRET).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise DashboardError(
            _("{path} cannot be used: {error}.", path=home / SECRET, error=error),
            _("Enter the mail server again: legload mail --host …"),
        ) from error


def enter(home: Path, one: Account, secret: str) -> None:
    """Keep an account and its password, each for its owner alone.

    Raises:
        DashboardError: the disk refuses.
    """
    try:
        private_folder(home)
        create_whole(home / FILE, msgspec.json.format(msgspec.json.encode(one), indent=2))
        create_whole(home / SECRET, secret.encode())
    except OSError as error:
        raise DashboardError(
            _("Could not write {path}: {why}.", path=home, why=error.strerror or error),
            _("Check the permissions of that folder."),
        ) from error


def forget(home: Path) -> bool:
    """Drop the account and its password; whether there was one."""
    there = (home / FILE).exists()
    for name in (SECRET, FILE):
        (home / name).unlink(missing_ok=True)
    return there


def _refuse(address: str) -> None:
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise DashboardError(
            _("'{address}' is not an e-mail address.", address=" ".join(address.split())[:80]),
            _("Write it as {example}.", example="anna@example.org"),
        )


def _here(host: str) -> bool:
    """Whether a server is this computer itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
