"""Reports by e-mail: what a letter holds, and every way in which a mail server can fail."""

from __future__ import annotations

import datetime as dt
import smtplib
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from dashboard import cli
from dashboard.errors import DashboardError
from dashboard.mail import post
from dashboard.mail.account import (
    FILE,
    SECRET,
    Account,
    account,
    checked,
    enter,
    forget,
    password,
    required,
)
from dashboard.mail.letter import MOST_BYTES, NOBODY, Enclosed, as_bytes, letter
from dashboard.mail.post import send
from dashboard.mail.reports import report_letter
from dashboard.reports.identity import unnamed
from tests import sample_week

NOW = dt.datetime(2026, 11, 23, 6, 0, 3, 99, tzinfo=dt.UTC)
PDF = Enclosed(name="week.pdf", mime="application/pdf", content=b"%PDF-1.7\r\n.\r\n\x00\xff" * 400)


def to(port: int = 25, *people: str, **more: Any) -> Account:
    given = {"host": "127.0.0.1", "sender": "anna@example.org", "tls": "none", "port": port, **more}
    return checked(to=people or ("doc@example.org",), **given)


def some(account: Account | None = None, **more: Any) -> EmailMessage:
    given = {"subject": "Week 47", "text": "Words\n.\nend\n", "html": "<p>Words</p>", **more}
    return letter(given["subject"], given["text"], given["html"], [PDF], account=account, now=NOW)


def read(found: EmailMessage) -> EmailMessage:
    parsed = message_from_bytes(as_bytes(found), policy=default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


# --- the letter ---------------------------------------------------------------------------------


def test_a_letter_is_the_report_in_words_and_as_a_page_and_the_file() -> None:
    report = sample_week.complete()
    found = read(report_letter(report, [PDF], account=to(), now=NOW))
    assert found.get_content_type() == "multipart/mixed"
    plain, page = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "2026" in plain.get_content()
    assert page.get_content().lstrip().lower().startswith("<!doctype html>")
    (file,) = found.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("week.pdf", "application/pdf")
    assert file.get_payload(decode=True) == PDF.content
    assert (found["From"], found["To"]) == ("anna@example.org", "doc@example.org")
    assert parsedate_to_datetime(str(found["Date"])) == NOW.replace(microsecond=0)
    assert str(found["Message-ID"]).endswith("@example.org>")


def test_every_line_of_a_letter_is_within_what_servers_take() -> None:
    long = "x" * 5000 + " ü" * 3000
    lines = as_bytes(some(to(), subject=long, text=long, html=f"<p>{long}</p>")).split(b"\r\n")
    assert max(map(len, lines)) <= 998  # RFC 5322, 2.1.1
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_same_letter_is_the_same_bytes_and_another_one_has_another_id() -> None:
    assert as_bytes(some(to())) == as_bytes(some(to()))
    others = (some(to(), text="Other\n"), some(to(25, "bo@example.org")), some(None))
    ids = {str(one["Message-ID"]) for one in (some(to()), *others)}
    assert len(ids) == 4


def test_a_subject_has_no_name_unless_the_report_has_one() -> None:
    report = sample_week.complete()
    name = report.person_name
    named, code = (
        read(report_letter(one, [], account=None, now=NOW))
        for one in (report, unnamed(report, "P-7F3A"))
    )
    assert name in str(named["Subject"])
    assert "P-7F3A" in str(code["Subject"])
    assert (
        name
        not in as_bytes(
            report_letter(unnamed(report, "P-7F3A"), [], account=None, now=NOW)
        ).decode()
    )


def test_a_draft_has_nobody_in_it_and_opens_as_one() -> None:
    found = read(some(None))
    assert (found["From"], found["To"], found["X-Unsent"]) == (NOBODY, None, "1")


@given(st.text(min_size=1))
def test_nothing_in_a_name_becomes_another_header(name: str) -> None:
    evil = f"{name}\r\nBcc: thief@example.org\r\n\r\nbody"
    found = read(some(to(), subject=evil))
    assert set(found.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"),
    }
    files = [Enclosed(name=evil, mime="application/pdf", content=b"x")]
    one = read(letter("s", "t", "", files, account=to(), now=NOW))
    assert "Bcc" not in one
    assert all("Bcc" not in part for part in one.iter_attachments())


def test_a_letter_that_no_server_takes_is_not_made() -> None:
    big = Enclosed(name="x.pdf", mime="application/pdf", content=b"\xff" * MOST_BYTES)
    with pytest.raises(DashboardError, match=r"would have .* MB"):
        as_bytes(letter("s", "t", "", [big], account=to(), now=NOW))


# --- the account --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"host": "mail.example.org", "tls": "none"}, "never sent without encryption"),
        ({"host": "10.0.0.1", "tls": "none"}, "never sent without encryption"),
        ({"tls": "ssl3"}, "--tls takes"),
        ({"host": "a b"}, "cannot be a mail server"),
        ({"host": "x\r\ny"}, "cannot be a mail server"),
        ({"sender": "anna"}, "not an e-mail address"),
        ({"to": ["doc@example.org\r\nBcc: a@b.c"]}, "not an e-mail address"),
        ({"to": ["<doc@example.org>"]}, "not an e-mail address"),
        ({"to": ["a@" + "b" * 260]}, "not an e-mail address"),
        ({"to": []}, "who gets the reports"),
        ({"to": [f"a{number}@b.c" for number in range(21)]}, "who gets the reports"),
        ({"user": "a\nb"}, "user or the port"),
        ({"port": 70000}, "user or the port"),
    ],
)
def test_what_cannot_be_a_mail_server_is_refused_in_a_sentence(
    wrong: dict[str, Any], said: str
) -> None:
    given = {"host": "smtp.example.org", "sender": "a@example.org", "to": ["b@example.org"]}
    with pytest.raises(DashboardError, match=said):
        checked(**{**given, **wrong})


def test_an_account_is_kept_for_its_owner_alone_and_forgotten_whole(tmp_path: Path) -> None:
    assert account(tmp_path) is None
    with pytest.raises(DashboardError, match="No mail server is set up"):
        required(tmp_path)
    enter(tmp_path, to(2525), "hunter2 ü")
    assert account(tmp_path) == to(2525)
    assert password(tmp_path) == "hunter2 ü"
    for name in (FILE, SECRET):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert b"hunter2" not in (tmp_path / FILE).read_bytes()
    assert forget(tmp_path)
    assert not forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


@given(content=st.binary(max_size=200))
def test_a_damaged_account_is_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / FILE).write_bytes(content)
    with pytest.raises(DashboardError, match=r"cannot be used|Say who gets"):
        account(home)


def test_an_account_that_was_changed_by_hand_is_checked_again(tmp_path: Path) -> None:
    enter(tmp_path, to(), "")
    text = (tmp_path / FILE).read_text().replace("127.0.0.1", "mail.example.org")
    (tmp_path / FILE).write_text(text)
    with pytest.raises(DashboardError, match="never sent without encryption"):
        account(tmp_path)


# --- a server -----------------------------------------------------------------------------------


@dataclass
class Box:
    """What a mail server took, and what it says to each step ("": as usual)."""

    rcpt: Callable[[str], str] = lambda _address: ""
    data: str = ""
    got: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as the server calls it
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if said := self.rcpt(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope
    ) -> str:
        if not self.data:
            self.got.append(envelope)
        return self.data or "250 OK"


@contextmanager
def serving(box: Box, **more: Any) -> Iterator[int]:
    """A mail server on this computer; its port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    control = Controller(box, hostname="127.0.0.1", port=port, **more)
    control.start()
    try:
        yield port
    finally:
        control.stop()


def body(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


def test_what_a_server_gets_is_what_was_written(tmp_path: Path) -> None:
    box = Box()
    with serving(box) as port:
        at = to(port, "doc@example.org", "bo@example.org")
        send(some(at), at, "")
    (got,) = box.got
    assert got.mail_from == "anna@example.org"
    assert got.rcpt_tos == ["doc@example.org", "bo@example.org"]
    assert body(got) == as_bytes(some(at))


@pytest.mark.parametrize(
    ("box", "said"),
    [
        (Box(rcpt=lambda _: "550 no such user"), "refused bo@example.org, doc@example.org"),
        (Box(data="552 too much"), "too big"),
        (Box(data="554 5.7.1 looks like spam\x07"), "refused: 5.7.1 looks like spam"),
        (Box(data="451 later"), "refused: later"),
    ],
)
def test_what_a_server_refuses_is_said(box: Box, said: str) -> None:
    with serving(box) as port:
        at = to(port, "doc@example.org", "bo@example.org")
        with pytest.raises(DashboardError, match=said):
            send(some(at), at, "")
    assert box.got == []


def test_one_recipient_that_is_refused_does_not_cost_the_others_the_report() -> None:
    box = Box(rcpt=lambda address: "550 no" if address.startswith("bo") else "")
    with serving(box) as port:
        at = to(port, "doc@example.org", "bo@example.org")
        with pytest.raises(DashboardError, match=r"refused bo@example\.org; the others have"):
            send(some(at), at, "")
    assert [one.rcpt_tos for one in box.got] == [["doc@example.org"]]


def test_a_server_that_says_how_much_it_takes_is_not_sent_more() -> None:
    box = Box()
    with (
        serving(box, data_size_limit=1000) as port,
        pytest.raises(DashboardError, match="too big"),
    ):
        send(some(to(port)), to(port), "")
    assert box.got == []


# --- encryption and who one is ------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of localhost, made and signed here: key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


def shown(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def trusting(certificate: Path) -> Callable[[], ssl.SSLContext]:
    return lambda: ssl.create_default_context(cafile=str(certificate))


def only_anna(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (b"anna", "pass wörd".encode())
    return AuthResult(success=right, handled=False)


def test_starttls_and_a_password_reach_a_server_whose_certificate_is_trusted(
    certificate: Path,
) -> None:
    box = Box()
    ways = {"tls_context": shown(certificate), "require_starttls": True}
    with serving(box, **ways, authenticator=only_anna, auth_required=True) as port:
        at = to(port, host="localhost", tls="starttls", user="anna")
        send(some(at), at, "pass wörd", context=trusting(certificate))
        assert len(box.got) == 1
        with pytest.raises(DashboardError, match="does not take this user and password"):
            send(some(at), at, "wrong", context=trusting(certificate))
        with pytest.raises(DashboardError, match="cannot prove that it is localhost"):
            send(some(at), at, "pass wörd")
        other = to(port, host="127.0.0.1", tls="starttls", user="anna")
        with pytest.raises(DashboardError, match="cannot prove"):
            send(some(other), other, "pass wörd", context=trusting(certificate))
    assert len(box.got) == 1


def test_tls_from_the_first_byte_is_checked_the_same_way(certificate: Path) -> None:
    box = Box()
    with serving(box, ssl_context=shown(certificate)) as port:
        at = to(port, host="localhost", tls="tls")
        send(some(at), at, "", context=trusting(certificate))
        with pytest.raises(DashboardError, match="cannot prove"):
            send(some(at), at, "")
    assert len(box.got) == 1


def test_without_encryption_no_password_and_no_letter_goes_out() -> None:
    box = Box()
    with serving(box) as port:
        for tls, said in (("starttls", "does not offer"), ("tls", "encryption|hung up")):
            at = to(port, host="localhost", tls=tls, user="anna")
            with pytest.raises(DashboardError, match=said):
                send(some(at), at, "secret")
    assert box.got == []


# --- what is no mail server ---------------------------------------------------------------------


@contextmanager
def answering(*replies: bytes) -> Iterator[int]:
    """A server that says one thing after each thing it is told, then hangs up; its port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            client, _ = server.accept()
            with closing(client):
                for reply in replies:
                    client.sendall(reply)
                    if not client.recv(1 << 16):
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(20)


HELLO = (b"220 x\r\n", b"250 x\r\n")


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ((), "hung up"),
        (HELLO, "hung up"),
        ((*HELLO, b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"), "did not say that it took"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), "refused|nonsense|hung up"),
        ((b"\x00\xff" * 50 + b"\r\n",), "refused|nonsense|hung up"),
        ((b"220 x\r\n", b"250 " + b"x" * 9000 + b"\r\n"), "refused|nonsense|hung up"),
        ((b"421 closing\r\n",), "refused"),
    ],
)
def test_a_server_that_hangs_up_or_talks_nonsense_is_one_sentence(
    replies: tuple[bytes, ...], said: str
) -> None:
    with answering(*replies) as port, pytest.raises(DashboardError, match=said) as error:
        send(some(to(port)), to(port), "")
    assert str(error.value).count("\n") == 0


def test_nobody_there_no_name_and_no_answer_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))  # taken, and nobody listens
        port = int(held.getsockname()[1])
        with pytest.raises(DashboardError, match="takes no mail"):
            send(some(to(port)), to(port), "")
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        monkeypatch.setattr(post, "PATIENCE_S", 0.2)
        port = int(silent.getsockname()[1])
        with pytest.raises(DashboardError, match="does not answer"):
            send(some(to(port)), to(port), "")

    def unknown(*_given: object, **_named: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(smtplib, "SMTP", unknown)
    at = to(host="smtp.example.org", tls="starttls")
    with pytest.raises(DashboardError, match="was not found"):
        send(some(at), at, "")


# --- the command --------------------------------------------------------------------------------


def legload(home: Path, *words: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--home", str(home), *words])
    return int(end.value.code or 0)


def test_a_server_is_entered_shown_tried_and_forgotten_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEGLOAD_MAIL_PASSWORD", "hunter2")
    words = ("--host", "smtp.example.org", "--user", "anna", "--from", "a@b.org", "--to", "c@d.org")
    assert legload(tmp_path, "mail", *words) == 0
    assert legload(tmp_path, "--json", "mail") == 0
    assert password(tmp_path) == "hunter2"
    said = capsys.readouterr()
    assert "hunter2" not in said.out + said.err
    assert "smtp.example.org:587 (starttls)" in said.out
    monkeypatch.setenv("LEGLOAD_MAIL_PASSWORD", "other")
    assert legload(tmp_path, "mail", "--to", "e@f.org") == 0
    assert password(tmp_path) == "hunter2"  # asked for anew only where it goes elsewhere
    assert legload(tmp_path, "mail", "--host", "smtp.example.net") == 0
    assert password(tmp_path) == "other"
    box = Box()
    with serving(box) as port:
        here = ("--host", "127.0.0.1", "--tls", "none", "--port", str(port), "--user", "")
        assert legload(tmp_path, "mail", *here, "--test") == 0
    assert b"nothing about anybody" in body(box.got[0]).replace(b"=\r\n", b"")
    assert password(tmp_path) == ""
    assert legload(tmp_path, "mail", "--remove") == 0
    assert account(tmp_path) is None


def test_a_password_is_read_from_a_descriptor_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    words = ("--host", "smtp.example.org", "--user", "anna", "--from", "a@b.org", "--to", "c@d.org")
    with (tmp_path / "secret").open() as file:
        told = ("--password-fd", str(file.fileno()))
        assert legload(tmp_path / "home", "mail", *words, *told) == 0
    assert password(tmp_path / "home") == "hunter2"


@pytest.mark.parametrize(
    "words", [["--host", "smtp.example.org"], ["--to", "a@b.org"], ["--port", "0"]]
)
def test_half_a_server_is_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    assert legload(tmp_path, "mail", *words) == 2
    assert account(tmp_path) is None


def test_a_report_is_sent_with_its_file_and_without_a_name(tmp_path: Path) -> None:
    from ingest.entries import Entries, PersonSet

    home, box = tmp_path / "home", Box()
    Entries(home).append(PersonSet(at=NOW, person="anna", name="Anna Schröder", zone="UTC"))
    with serving(box) as port:
        enter(home, to(port), "")
        words = ("report", "last", "--format", "csv", "--out", str(tmp_path / "out"))
        assert legload(home, *words) == 0
        assert box.got == []
        assert legload(home, *words, "--mail") == 0
        assert legload(home, *words, "--mail", "--name") == 0
    without, named = (message_from_bytes(body(one), policy=default) for one in box.got)
    assert "Schröder" not in str(without["Subject"])
    assert "Schröder" in str(named["Subject"])
    (file,) = without.iter_attachments()
    assert "Schröder".encode() not in file.get_payload(decode=True)


def test_a_scheduled_report_is_written_though_its_mail_fails_and_is_sent_once_later(
    tmp_path: Path,
) -> None:
    from dashboard.schedule.runs import last_run
    from dashboard.schedule.schedules import Schedules
    from ingest.entries import Entries, PersonSet

    home, out, box = tmp_path / "home", tmp_path / "out", Box()
    for key in ("anna", "bo"):
        Entries(home).append(PersonSet(at=NOW, person=key, name=key.title(), zone="UTC"))
    words = ("report", "last", "--scheduled", "--everyone", "--mail", "--format", "csv")
    at = Schedules(home)
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        enter(home, to(int(held.getsockname()[1])), "")
        assert legload(home, *words, "--out", str(out)) == 1
    run = last_run(home, at.name("*"))
    assert run is not None
    assert not run.done
    assert "takes no mail" in run.text
    assert f"There now: 3 files in {out}" in run.text
    assert len(list(out.iterdir())) == 3
    at.forget("bo")  # who is erased is never sent again
    with serving(box) as port:
        enter(home, to(port), "")
        assert legload(home, *words, "--out", str(out)) == 0
        assert len(box.got) == 2
        assert legload(home, *words, "--out", str(out)) == 0
    assert len(box.got) == 2  # as at a second sign-in on the same day
