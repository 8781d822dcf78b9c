"""The pages answer this computer alone, and their browser asks nobody else."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.shell import PAGES
from tests.browsing import browser, needs_chromium, program, settled
from tests.serving import asked, pages

FOREIGN = "http://evil.example"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    home = tmp_path_factory.mktemp("served") / "home"
    with pages(home) as port:
        yield home, port


def streamed(port: int, **headers: str) -> int:
    """Status of a WebSocket handshake: 101 where it is let in."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    origin, host = named.pop("Origin", None), named.pop("Host", None)
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=20) as link:
        try:
            with connect(
                f"ws://{host or f'127.0.0.1:{port}'}/_stcore/stream",
                sock=link,
                origin=origin,  # type: ignore[arg-type]
                additional_headers=named,
                proxy=None,
            ):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code


def test_our_own_page_is_let_in(served: tuple[Path, int]) -> None:
    _, port = served
    assert asked(port, "/_stcore/health")[0] == 200
    assert streamed(port, Origin=f"http://127.0.0.1:{port}") == 101


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", ""])
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/host-config", "/media/x.pdf"])
def test_a_foreign_host_is_refused_everywhere(
    served: tuple[Path, int], host: str, path: str
) -> None:
    status, headers, text = asked(served[1], path, Host=host)
    assert (status, text) == (403, "Refused.")
    assert "Set-Cookie" not in headers


def test_a_websocket_of_a_foreign_host_or_origin_is_refused(served: tuple[Path, int]) -> None:
    _, port = served
    assert streamed(port, Host="evil.example", Origin=FOREIGN) == 403
    assert streamed(port, Host="evil.example") == 403
    assert streamed(port, Origin=FOREIGN) == 403
    assert streamed(port, Origin="http://localhost:9") == 403  # another program of this computer
    assert streamed(port, Origin="null") == 403


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_another_site_cannot_upload(served: tuple[Path, int], method: str) -> None:
    path = "/_stcore/upload_file/session/file"
    assert asked(served[1], path, method=method, body="x", Origin=FOREIGN)[0] == 403
    own = f"http://127.0.0.1:{served[1]}"
    assert asked(served[1], path, method=method, body="x", Origin=own)[0] in (400, 403, 405)


def test_another_site_cannot_embed_what_is_here(served: tuple[Path, int]) -> None:
    _, port = served
    embedding = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert asked(port, "/_stcore/health", **embedding)[0] == 403
    neighbour = {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"}
    assert asked(port, "/_stcore/health", **neighbour)[0] == 403
    following = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    status, headers, _ = asked(port, "/", **following)
    assert status == 200
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'self'" in headers["content-security-policy"]


def listening(port: int) -> list[str]:
    """Addresses, as the kernel writes them, on which somebody listens."""
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    listens = "0A"
    found = [row[1].rsplit(":", 1) for row in rows if row[3] == listens]
    return [address for address, number in found if int(number, 16) == port]


LOOPBACK = "0100007F"  # 127.0.0.1 in the order of this computer's bytes

needs_proc = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux")


@needs_proc
def test_nobody_listens_beyond_this_computer(served: tuple[Path, int]) -> None:
    assert listening(served[1]) == [LOOPBACK]


@needs_proc
def test_variables_meant_for_another_program_open_nothing(tmp_path: Path) -> None:
    with pages(
        tmp_path / "home",
        STREAMLIT_SERVER_ADDRESS="0.0.0.0",
        STREAMLIT_SERVER_ENABLE_AGENT_API="true",
        STREAMLIT_SERVER_ENABLE_CORS="false",
        STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION="false",
        STREAMLIT_BROWSER_GATHER_USAGE_STATS="true",
    ) as port:
        assert asked(port, "/_stcore/health", Origin=FOREIGN)[0] == 403
        status, _, said = asked(port, "/_stcore/agent/openapi.json")
        assert status >= 400 or "interact" not in said or "off" in said.lower()
        assert listening(port) == [LOOPBACK]


@pytest.mark.browser
@needs_chromium
def test_no_page_asks_anybody_outside_and_none_breaks_its_own_policy(tmp_path: Path) -> None:
    home, said = tmp_path / "home", list[str]()

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            said.append(message.text)

    with program(home, "demo") as address, browser() as (page, outside):
        page.on("console", hear)
        for one in PAGES:
            page.goto(f"{address}/{one.key}")
            settled(page)
            page.wait_for_timeout(300)
        private = [
            path for path in (home, *home.rglob("*")) if stat.S_IMODE(path.lstat().st_mode) & 0o077
        ]
    assert outside == []
    assert said == []
    assert private == []
    assert list((home / "demo" / "logs").iterdir())
