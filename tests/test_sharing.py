"""Who is let in where the pages are shared, and whom each one may see."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
import pytest
from playwright.sync_api import expect
from starlette.responses import PlainTextResponse
from streamlit.testing.v1 import AppTest

from dashboard.data import Data, open_data
from dashboard.history import History, Timeline
from dashboard.keeping import Keeping
from dashboard.reporting import Reporting
from dashboard.share.agreed import EVERYONE, Provider, Share, ShareError, read_share, refuse_unknown
from dashboard.share.desk import COOKIE, SIGN_IN, SIGN_OUT, Desk
from dashboard.share.gate import Gate, Lobby
from dashboard.share.identity import SESSION_S, ends_s, persons_of, sees_everyone
from dashboard.share.limited import NotSharedError, limited, rules
from dashboard.share.password import SHORTEST, TRIES_A_MINUTE, Tries, hashed, matches
from dashboard.sharing import set_password, who_sees
from dashboard.shown import SensorNotes
from devices.profile import Placement
from ingest.entries import Assignment
from tests import fake_data, oidc_provider, sample_week
from tests.browsing import browser, free_port, needs_chromium, settled
from tests.fake_data import FakeData
from tests.serving import pages

PASSWORD = "four words that differ"
PROVIDER = {
    "client_id": "legload",
    "client_secret": "secret",
    "server_metadata_url": "https://id.example.org/.well-known/openid-configuration",
    "redirect_uri": "https://legs.example.org/oauth2callback",
    "cookie_secret": "c" * 40,
}
OPEN = {"address": "127.0.0.1", "hosts": ["legs.example.org"], "identities": {"a@b.org": ["anna"]}}


def agreed(**said: object) -> Share:
    """As `share.toml` would say it, unchecked."""
    return msgspec.convert({**OPEN, "provider": PROVIDER, **said}, Share)


def written(home: Path, text: str, mode: int = 0o600) -> Path:
    home.mkdir(exist_ok=True)
    (home / "share.toml").write_text(text)
    (home / "share.toml").chmod(mode)
    return home


def toml(value: object) -> str:
    """One value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return f'"{value}"'


def file_of(**said: object) -> str:
    facts = {**OPEN, "provider": PROVIDER, **said}
    return "".join(f"{key} = {toml(one)}\n" for key, one in facts.items() if one is not None)


# The agreement -------------------------------------------------------------------------------


def test_what_is_agreed_is_read(tmp_path: Path) -> None:
    share = read_share(written(tmp_path, file_of()))
    assert share.provider == Provider(**PROVIDER)
    assert share.identities == {"a@b.org": ("anna",)}
    assert share.allowed_hosts == ("127.0.0.1", "legs.example.org")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShareError, match="Others on this computer"):
        read_share(written(tmp_path, file_of(), mode=0o640))


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"address": "0.0.0.0"}, "one address"),
        ({"address": "::"}, "one address"),
        ({"address": "legs.example.org"}, "is no address"),
        ({"hosts": ["*"]}, "one address"),
        ({"address": "192.168.1.20"}, "TLS"),
        ({"provider": None}, "either a provider or a password"),
        ({"password": "scrypt$"}, "either a provider or a password"),
        ({"provider": None, "password": "scrypt$"}, "TLS"),
        ({"certificate": "cert.pem"}, "both a certificate"),
        ({"certificate": "cert.pem", "key": "key.pem"}, "no file"),
        ({"identities": {}}, "nobody in"),
        ({"identities": {"a@b.org": "+"}}, "cannot be used"),
        ({"colour": "red"}, "cannot be used"),
        ({"provider": {**PROVIDER, "cookie_secret": "short"}}, "too short"),
        ({"provider": {**PROVIDER, "redirect_uri": "https://x.org/oauth2callback"}}, "HOST"),
        ({"provider": {**PROVIDER, "redirect_uri": "https://legs.example.org/"}}, "HOST"),
        ({"provider": {**PROVIDER, "server_metadata_url": "http://id.example.org"}}, "https"),
    ],
)
def test_an_agreement_that_protects_nobody_is_refused(
    tmp_path: Path, said: dict[str, object], because: str
) -> None:
    with pytest.raises(ShareError, match=because):
        read_share(written(tmp_path, file_of(**said)))


def test_a_misspelt_person_is_refused() -> None:
    with pytest.raises(ShareError, match="anna"):
        refuse_unknown(agreed(), ["bo"])
    refuse_unknown(agreed(identities={"a@b.org": EVERYONE}), ["bo"])


def test_who_sees_whom_is_said() -> None:
    share = agreed(identities={"a@b.org": ["anna"], "sub-1": EVERYONE})
    assert list(who_sees(share, fake_data.data(FakeData({})))) == [
        "a@b.org sees Anna Schröder.",
        "sub-1 sees everyone, and may change everything.",
    ]


# Identities ----------------------------------------------------------------------------------


def test_a_mail_address_counts_only_once_it_is_verified() -> None:
    share, keys = agreed(), ("anna", "bo")
    assert persons_of(share, {"email": "a@b.org", "email_verified": True}, keys) == frozenset(
        {"anna"}
    )
    for claims in (
        {"email": "a@b.org"},
        {"email": "a@b.org", "email_verified": False},
        {"email": "a@b.org", "email_verified": "false"},
        {"sub": "a@b.org"},  # a name that its provider lets one choose
        {"email": "x@b.org", "email_verified": True},
        {},
    ):
        assert persons_of(share, claims, keys) is None


def test_a_subject_counts_by_itself_and_never_as_nothing() -> None:
    share = agreed(identities={"sub-1": EVERYONE, "sub-2": ["bo", "gone"]})
    assert persons_of(share, {"sub": "sub-1"}, ("anna", "bo")) == frozenset({"anna", "bo"})
    assert sees_everyone(share, {"sub": "sub-1"})
    assert persons_of(share, {"sub": "sub-2"}, ("anna", "bo")) == frozenset({"bo"})
    assert not sees_everyone(share, {"sub": "sub-2"})
    assert persons_of(share, {"email": "sub-1", "email_verified": True}, ("anna",)) is None


def test_a_session_lasts_twelve_hours_from_the_signature() -> None:
    assert ends_s({"iat": 1000}) == 1000 + 12 * 3600
    assert ends_s({}) == 0.0
    assert ends_s({"iat": "soon"}) == 0.0


# The password --------------------------------------------------------------------------------


def test_a_password_is_kept_as_a_salted_hash() -> None:
    kept = hashed(PASSWORD)
    assert PASSWORD not in kept
    assert kept.startswith("scrypt$32768$8$3$")
    assert kept != hashed(PASSWORD)
    assert matches(PASSWORD, kept)
    assert not matches(PASSWORD + " ", kept)
    with pytest.raises(ShareError, match=str(SHORTEST)):
        hashed("short")


@pytest.mark.parametrize("kept", ["", "plain", "scrypt$2$8$1$AA==$AA==", "scrypt$x$8$3$AA==$AA=="])
def test_a_hash_that_is_not_ours_is_refused(kept: str) -> None:
    with pytest.raises(ShareError, match="Set it again"):
        matches(PASSWORD, kept)


def test_setting_a_password_keeps_the_rest_of_the_file(tmp_path: Path) -> None:
    home = written(tmp_path / "home", 'address = "127.0.0.1"\npassword = "old"\n\n[identities]\n')
    path = set_password(home, PASSWORD)
    said = msgspec.toml.decode(path.read_bytes())
    assert said["address"] == "127.0.0.1"
    assert said["identities"] == {}
    assert matches(PASSWORD, said["password"])
    assert path.stat().st_mode & 0o077 == 0


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_each_failure_waits_longer_and_five_a_minute_are_the_most() -> None:
    clock = Clock()
    tries, made = Tries(clock), list[float]()
    while clock.now_s < 1000.0 + 3600.0:
        if tries.begin():
            made.append(clock.now_s)
        clock.now_s += 0.5
    waits = [later - earlier for earlier, later in itertools.pairwise(made)]
    assert waits[:5] == [1.0, 3.0, 7.0, 15.0, 34.0]  # the fifth waits for its minute to end
    assert all(wait >= 60.0 for wait in waits[6:])
    for start in made:
        assert sum(start <= one < start + 60.0 for one in made) <= TRIES_A_MINUTE
    assert len(made) < 70  # an hour


def test_a_right_password_takes_the_wait_away_but_not_the_limit_of_a_minute() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(TRIES_A_MINUTE):
        assert tries.begin()
        tries.right()
    assert not tries.begin()
    clock.now_s += 60.0
    assert tries.begin()


# The desk ------------------------------------------------------------------------------------


class Reply:
    """What came back of one request, and the cookies it set."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        start = messages[0]
        self.status = int(start.get("status", 0))
        pairs: list[tuple[bytes, bytes]] = start.get("headers", [])
        self.headers = [(name.decode(), value.decode()) for name, value in pairs]
        self.text = b"".join(one.get("body", b"") for one in messages).decode()
        self.kinds = [one["type"] for one in messages]

    @property
    def cookie(self) -> str:
        """The attributes of the session's cookie."""
        return dict(self.headers)["set-cookie"]


def ask(
    app: Any,
    path: str,
    *,
    method: str = "GET",
    body: str = "",
    kind: str = "http",
    heard: Callable[[], Any] | None = None,
    **headers: str,
) -> Reply:
    """One request of an ASGI application."""
    sent = list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        if heard is not None:
            return cast("dict[str, Any]", await heard())
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "https",
        "server": ("testserver", 443),
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return Reply(sent)


async def inside(scope: Any, receive: Any, send: Any) -> None:
    """What lies behind: a page, or a WebSocket that listens until it is closed."""
    if scope["type"] == "http":
        return await PlainTextResponse("inside")(scope, receive, send)
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
    await send({"type": "websocket.send", "text": "after the end"})
    return None


def reception(clock: Clock) -> Gate:
    """A desk before something."""
    desk = Desk(hashed(PASSWORD), clock_s=clock, now_s=clock)
    return Gate(desk.with_exit(inside), desk, desk.until, now_s=clock)


def sign_in(gate: Gate, password: str, **headers: str) -> Reply:
    form = urlencode({"password": password})
    return ask(gate, SIGN_IN, method="POST", body=form, heard=None, **headers)


def signed_in(gate: Gate) -> str:
    """The cookie of somebody who is."""
    return sign_in(gate, PASSWORD).cookie.partition(";")[0]


def test_nothing_but_the_form_is_there_for_a_stranger() -> None:
    gate = reception(Clock())
    form = ask(gate, "/trends")
    assert form.status == 401
    assert 'type="password"' in form.text
    assert "<script" not in form.text
    for path in ("/_stcore/health", "/_stcore/host-config", "/media/x.pdf", "/static/js/x.js"):
        assert ask(gate, path).text == ""
    assert ask(gate, "/_stcore/upload_file/a/b", method="PUT").status == 401
    assert ask(gate, "/_stcore/stream", kind="websocket").kinds == ["websocket.close"]
    assert ask(gate, "/", cookie=f"{COOKIE}=made-up").status == 401


def test_the_right_password_opens_for_twelve_hours() -> None:
    clock = Clock()
    gate = reception(clock)
    assert sign_in(gate, "not this one, surely").status == 403
    clock.now_s += 10
    reply = sign_in(gate, PASSWORD)
    assert reply.status == 303
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(reply.cookie.split("; "))
    cookie = reply.cookie.partition(";")[0]
    assert ask(gate, "/", cookie=cookie).text == "inside"
    clock.now_s += SESSION_S - 1
    assert ask(gate, "/", cookie=cookie).text == "inside"
    clock.now_s += 1
    assert ask(gate, "/", cookie=cookie).status == 401


def test_signing_out_ends_the_session_on_the_server() -> None:
    gate = reception(Clock())
    cookie = signed_in(gate)
    assert ask(gate, SIGN_OUT, cookie=cookie).status == 303
    assert ask(gate, "/", cookie=cookie).status == 401


def test_tries_are_counted_whoever_makes_them() -> None:
    clock = Clock()
    gate = reception(clock)
    assert sign_in(gate, "wrong wrong wrong", user_agent="one").status == 403
    again = sign_in(gate, PASSWORD, user_agent="another", cookie=f"{COOKIE}=new")
    assert again.status == 429
    assert ("retry-after", "1") in again.headers
    assert "Wait 1 second" in again.text
    clock.now_s += 1.0
    assert sign_in(gate, PASSWORD).status == 303


def test_a_form_of_nothing_or_of_megabytes_is_a_wrong_password() -> None:
    clock = Clock()
    gate = reception(clock)
    for body in ("", "password=", "x" * 10_000_000, "password=%ff"):
        assert ask(gate, SIGN_IN, method="POST", body=body).status == 403
        clock.now_s += 60.0


def test_an_open_page_is_closed_when_the_session_ends() -> None:
    async def silence() -> Any:
        await asyncio.Event().wait()

    gate = Gate(inside, inside, lambda _: 0.05, now_s=lambda: 0.0)
    reply = ask(gate, "/_stcore/stream", kind="websocket", heard=silence)
    assert reply.kinds == ["websocket.accept", "websocket.close"]


def test_a_stranger_of_a_provider_gets_no_file_and_no_earlier_session() -> None:
    lobby = Lobby(echo)
    assert ask(lobby, "/media/abc.pdf").status == 403
    assert ask(lobby, "/_stcore/upload_file/a/b", method="PUT").status == 403
    assert ask(lobby, "/").status == 200
    asked = ask(
        lobby, "/_stcore/stream", kind="websocket", sec_websocket_protocol="streamlit,xsrf,session"
    )
    assert asked.text == "streamlit,xsrf"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Replies with the protocols that a WebSocket asked for."""
    said = dict(scope["headers"]).get(b"sec-websocket-protocol", b"")
    if scope["type"] == "http":
        return await PlainTextResponse("page")(scope, receive, send)
    await send({"type": "websocket.close", "body": said})
    return None


# The limited facade --------------------------------------------------------------------------


def anna_only(fake: FakeData) -> Data:
    return limited(fake_data.data(fake), frozenset({"anna"}))


def test_every_call_of_the_facade_has_a_rule_or_is_refused() -> None:
    """A call that is added later is refused until somebody says whom it speaks of."""
    told = rules()
    facade = limited(open_data(Path("nowhere"), radio="virtual"), frozenset({"anna"}))
    calls = [name for name, one in inspect.getmembers(Data, callable) if name[0] != "_"]
    for name in calls:
        if name not in told:
            with pytest.raises(NotSharedError):
                getattr(facade, name)()
    assert {name for name, rule in told.items() if rule == "person"} <= {
        *calls,
        *(name for part in (History, Keeping, Reporting) for name in vars(part) if name[0] != "_"),
    }


def test_what_is_said_of_a_person_takes_that_person_by_name() -> None:
    for name, rule in rules().items():
        if rule == "person":
            parts = (Data, History, Keeping, Reporting)
            call = next(getattr(part, name) for part in parts if hasattr(part, name))
            assert "person" in inspect.signature(call).parameters, name


@pytest.mark.parametrize(
    "call",
    ["week", "weeks", "minutes", "practice", "known", "facts", "display", "zone_of", "excuse"],
)
def test_nobody_else_is_seen_by_position_or_by_name(call: str) -> None:
    facade = limited(open_data(Path("nowhere"), radio="virtual"), frozenset({"anna"}))
    rest = [None] * (len(inspect.signature(getattr(Data, call)).parameters) - 2)
    with pytest.raises(NotSharedError):
        getattr(facade, call)("bo", *rest)
    names = list(inspect.signature(getattr(Data, call)).parameters)[1:]
    with pytest.raises(NotSharedError):
        getattr(facade, call)(**dict.fromkeys(names, "bo"))


def test_only_those_persons_are_listed() -> None:
    data = anna_only(FakeData({}))
    assert [person.key for person in data.persons()] == ["anna"]
    assert data.pick(None) == "anna"
    assert data.pick("Anna Schröder") == "anna"
    for wanted in ("bo", "Bo", "nobody"):
        with pytest.raises(NotSharedError) as refused:
            data.pick(wanted)
        assert "Bo" not in str(refused.value)


def test_only_their_sensors_are_seen_and_none_is_changed() -> None:
    mine, other, gone = fake_data.three_sensors()
    fake = FakeData({}, sensors=(mine, replace(other, person="bo")), gone=(gone,))
    at = fake_data.NOON
    seats = tuple(
        Assignment(person=who, placement=Placement.CHEST, since=at, load_kg=0.0, counts=None)
        for who in ("bo", "anna")
    )
    notes = SensorNotes(assignments=seats)
    fake.notes_by_key = {mine.key: notes, other.key: notes}
    data = anna_only(fake)
    assert [sensor.key for sensor in data.status().sensors] == [mine.key]
    assert [sensor.key for sensor in data.forgotten()] == [gone.key]
    assert list(data.notes()) == [mine.key]
    assert [one.person for one in data.notes()[mine.key].assignments] == ["anna"]
    assert data.sensor(mine.key) == mine
    with pytest.raises(NotSharedError):
        data.sensor(other.key)
    for change in (data.scan, data.start_collector, data.shake):
        with pytest.raises(NotSharedError):
            change()
    with pytest.raises(NotSharedError):
        data.set_recording(False)
    with pytest.raises(NotSharedError):
        data.forget(mine.key)
    assert fake.done == []


def test_a_session_of_somebody_else_is_not_shown_whoever_is_said_to_be_meant() -> None:
    class Past:
        def timeline(self, person: str, key: str) -> Timeline:
            line = SimpleNamespace(person="bo" if key == "theirs" else "anna")
            return cast("Timeline", SimpleNamespace(line=line))

    data = anna_only(cast("FakeData", SimpleNamespace(history=Past())))
    assert data.history.timeline("anna", "mine").line.person == "anna"
    for person, key in (("anna", "theirs"), ("bo", "mine")):
        with pytest.raises(NotSharedError):
            data.history.timeline(person, key)


def test_a_part_without_rules_is_closed_as_a_whole(tmp_path: Path) -> None:
    data = limited(open_data(tmp_path, radio="virtual"), frozenset({"me"}))
    with pytest.raises(NotSharedError):
        data.schedule.installed("me")
    for refused in (data.keeping.kinds, data.keeping.unfinished, data.keeping.finish):
        with pytest.raises(NotSharedError):
            refused()
    for person in ("me", "bo"):
        with pytest.raises(NotSharedError):
            data.keeping.export(person, None)
    with pytest.raises(NotSharedError):
        data.keeping.take_back_mass("bo", fake_data.NOON.date())


def test_what_is_kept_for_one_identity_is_never_found_by_another(tmp_path: Path) -> None:
    data = open_data(tmp_path, radio="virtual")
    homes = {
        str(limited(data, frozenset(keys)).home) for keys in ({"anna"}, {"bo"}, {"anna", "bo"})
    }
    assert len(homes | {str(data.home)}) == 4


# The pages -----------------------------------------------------------------------------------


def shown(fake: FakeData, prepare: Callable[[AppTest], None]) -> AppTest:
    """This week, for Anna alone, after somebody prepared the session."""

    def script(fake):  # type: ignore[no-untyped-def]
        from dashboard import shell
        from dashboard.share.limited import limited
        from tests import fake_data

        shell.show(limited(fake_data.data(fake), frozenset({"anna"})))

    app = AppTest.from_function(script, kwargs={"fake": fake}, default_timeout=30)
    prepare(app)
    return app.run()


def _by_query(app: AppTest) -> None:
    for name in ("person", "week-bo", "key"):
        app.query_params[name] = "bo"


def _by_session(app: AppTest) -> None:
    app.session_state["person"] = "bo"
    app.session_state["shown"] = "week"


@pytest.mark.parametrize("prepare", [_by_query, _by_session])
def test_no_parameter_and_no_state_leads_to_somebody_else(
    prepare: Callable[[AppTest], None],
) -> None:
    fake = FakeData(fake_data.history(sample_week.complete), running=False)
    app = shown(fake, prepare)
    assert not app.exception
    assert app.selectbox(key="person").options == ["Anna Schröder"]
    asked = [str(one) for one in fake.done]
    assert any("anna" in one for one in asked)
    assert not any("'bo'" in one for one in asked)


def test_a_widget_that_names_somebody_else_shows_nobody_else() -> None:
    fake = FakeData(fake_data.history(sample_week.complete), running=False)
    app = shown(fake, lambda _: None)
    picker = app.selectbox(key="person")
    picker.options.append("Bo")  # what a browser that was tampered with sends
    app = picker.set_value("Bo").run()
    assert not any("'bo'" in str(one) for one in fake.done)


# All of it, in a browser -----------------------------------------------------------------------


def certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signed itself."""
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout key.pem"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", "cert.pem"]
    subprocess.run(
        ["openssl", *words.split(), *names], cwd=folder, check=True, capture_output=True, timeout=60
    )


def two_people(home: Path) -> None:
    for name in ("Anna", "Bo"):
        command = [sys.executable, "-P", "-m", "dashboard", "--home", str(home), "person", name]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.mark.browser
@needs_chromium
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_password_opens_the_pages_over_tls(tmp_path: Path) -> None:
    home = tmp_path / "home"
    two_people(home)
    certificate(home)
    told = {"address": "127.0.0.1", "certificate": "cert.pem", "key": "key.pem"}
    lines = [f"{key} = {toml(one)}" for key, one in {**told, "password": hashed(PASSWORD)}.items()]
    written(home, "\n".join(lines))
    with pages(home, "--share") as port, browser(tls_errors=False) as (page, outside):
        page.goto(f"https://127.0.0.1:{port}/trends")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("That is not the password.")).to_be_visible()
        page.wait_for_timeout(1100)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        settled(page)
        expect(page.get_by_text("Sign out")).to_be_visible()
        page.get_by_text("Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible()
    assert outside == []


@pytest.mark.browser
@needs_chromium
def test_a_provider_lets_each_one_in_to_their_own_persons(tmp_path: Path) -> None:
    pytest.importorskip("httpx2", reason="st.login needs httpx2")
    home, port = tmp_path / "home", free_port()
    two_people(home)
    with oidc_provider.provider() as idp:
        facts = {
            "client_id": oidc_provider.CLIENT,
            "client_secret": oidc_provider.SECRET,
            "server_metadata_url": f"{idp.issuer}/.well-known/openid-configuration",
            "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": "k" * 48,
        }
        seen = {"anna@b.org": ["anna"], "physio@b.org": EVERYONE}
        written(home, file_of(hosts=None, provider=facts, identities=seen))
        with pages(home, "--share", port=port), browser() as (page, outside):
            address = f"http://127.0.0.1:{port}"
            idp.become(sub="1", email="anna@b.org", email_verified=True)
            page.goto(f"{address}/?person=bo")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("combobox", name="Person").click()
            assert page.get_by_role("option").all_inner_texts() == ["Anna"]
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Sign out").click()

            idp.become(sub="2", email="physio@b.org", email_verified=False)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("may not see these pages")).to_be_visible()
            page.get_by_role("button", name="Sign out").click()

            idp.become(sub="2", email="physio@b.org", email_verified=True)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("combobox", name="Person").click()
            assert page.get_by_role("option").all_inner_texts() == ["Anna", "Bo"]
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Sign out").click()

            old = int(time.time() - SESSION_S)
            idp.become(sub="1", email="anna@b.org", email_verified=True, iat=old)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_text("Your session has ended")).to_be_visible()
        assert outside == []
        assert idp.granted == ["1", "2", "2", "1"]


def test_sharing_without_an_agreement_ends_with_a_sentence_and_two(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "dashboard", "--home", str(tmp_path / "home")]
    for words in (["dashboard", "--share"], ["run", "--share"]):
        done = subprocess.run(
            [*command, *words, "--no-browser"], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2
        assert done.stderr.startswith("Sharing needs the file ")
        assert "Traceback" not in done.stderr
