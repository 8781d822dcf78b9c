"""Nothing leaves the computer, and nobody else on it can read what is kept."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

WATCHED = """
import contextlib, io, json, sys

outside = []

def watch(event, details):
    if event == "socket.connect":
        address = details[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            outside.append(str(address))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        if details[0] not in (None, "127.0.0.1", "::1", "localhost"):
            outside.append(str(details[0]))

sys.addaudithook(watch)
from dashboard.cli import main

for words in json.loads(sys.argv[1]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main(words)
print(json.dumps(outside))
"""


def run_watched(home: Path, *commands: str) -> list[str]:
    """Addresses beyond this computer that the commands reached for."""
    before = ["--home", str(home), "--radio", "virtual"]
    words = [[*before, *command.split()] for command in commands]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(words)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_command_reaches_beyond_this_computer(tmp_path: Path) -> None:
    home = tmp_path / "home"
    commands = (
        "person Anna --birth-year 1957",
        "doctor",
        "scan --for 1s",
        "pair D0:1E:61:0A:D0:01 --placement left-foot --yes",
        "record --for 3s",
        "sensors",
        "load",
        "week",
        f"report --format pdf,csv --out {tmp_path}",
    )
    assert run_watched(home, *commands) == []
    assert list(tmp_path.glob("*.pdf"))


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    assert run_watched(tmp_path, "scan --for 1s --radio hci:tcp-client:192.0.2.1:9") != []


def test_everything_that_is_kept_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run_watched(
        home,
        "person Anna",
        "pair D0:1E:61:0A:D0:02 --placement chest --yes",
        "record --for 2s",
        "week",
    )
    open_to_others = [
        str(path.relative_to(home))
        for path in (home, *home.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
    assert list(home.rglob("*.legrec"))
