"""What the command line does about sharing: agree, say who sees what, set the password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.share.agreed import EVERYONE, FILE, Share, read_share, refuse_unknown
from dashboard.share.password import hashed
from ingest.private import create_whole, private_folder
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data

_PASSWORD = re.compile(r"^\s*password\s*=.*\n?", re.MULTILINE)
NEW = 'address = "127.0.0.1"  # of this computer, to listen on\nhosts = []\n'
"""What a file begins with that only a password was set for."""


def agreed(data: Data) -> Share:
    """What is agreed for a home folder, held against who is known there.

    Raises:
        ShareError: nothing is, or it protects nobody.
    """
    share = read_share(data.home)
    refuse_unknown(share, [person.key for person in data.persons()])
    return share


def who_sees(share: Share, data: Data) -> Iterator[str]:
    """One sentence for each identity."""
    names = {person.key: person.name for person in data.persons()}
    if share.password is not None:
        yield _(
            "Whoever knows the password sees everyone: {names}.", names=", ".join(names.values())
        )
    for who, seen in share.identities.items() if share.provider else ():
        if seen == EVERYONE:
            yield _("{who} sees everyone, and may change everything.", who=who)
        else:
            yield _("{who} sees {names}.", who=who, names=", ".join(names[one] for one in seen))


def set_password(home: Path, password: str) -> Path:
    """Keep the hash of a password in `share.toml`, readable by its owner alone; that file.

    Raises:
        ShareError: it is too short.
    """
    kept = f'password = "{hashed(password)}"\n'
    private_folder(home)
    path = home / FILE
    before = path.read_text(encoding="utf-8") if path.exists() else NEW
    top, bracket, tables = before.partition("\n[")
    create_whole(path, f"{kept}{_PASSWORD.sub('', top)}{bracket}{tables}".encode())
    return path
