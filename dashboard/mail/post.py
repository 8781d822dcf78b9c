"""Sending a letter by SMTP (RFC 5321, RFC 3207, RFC 4954), each failure in one sentence."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from dashboard.errors import DashboardError
from dashboard.mail.account import NONE, TLS, Account
from dashboard.mail.letter import as_bytes
from language.spoken import _

PATIENCE_S = 30.0
"""How long the server may take for each answer (design)."""
NOT_NAMED = "[127.0.0.1]"
"""What this computer calls itself: its own name is nobody's business (RFC 5321, 4.1.3)."""
TOO_BIG = (552, 523, 534)  # RFC 5321, RFC 1870, RFC 7504 and what servers say
AUTHENTICATED = 235  # RFC 4954, 4
Context = Callable[[], ssl.SSLContext]


def send(
    found: EmailMessage,
    account: Account,
    secret: str,
    *,
    context: Context = ssl.create_default_context,
) -> None:
    """Send a letter. context: which certificates are trusted; the system's, and always checked.

    Raises:
        DashboardError: it was not sent, or not to everybody, and why.
    """
    content = as_bytes(found)
    with _told(account), _connected(account, context()) as server:
        if account.user:
            _sign_in(server, account.user, secret)
        refused = server.sendmail(account.sender, account.to, content)
    if refused:
        raise DashboardError(
            _(
                "{host} refused {addresses}; the others have the report.",
                host=account.host,
                addresses=", ".join(sorted(refused)),
            ),
            _("Check these addresses: legload mail"),
        )


def _sign_in(server: smtplib.SMTP, user: str, secret: str) -> None:
    """As smtplib does; it cannot say letters beyond ASCII, which PLAIN can (RFC 4616)."""
    if (user + secret).isascii():
        server.login(user, secret)
        return
    server.ehlo_or_helo_if_needed()
    told = base64.b64encode(f"\0{user}\0{secret}".encode()).decode()
    code, said = server.docmd("AUTH", f"PLAIN {told}")
    if code != AUTHENTICATED:
        raise smtplib.SMTPAuthenticationError(code, said)


@contextmanager
def _connected(account: Account, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    where = (account.host, account.port, NOT_NAMED)
    server: smtplib.SMTP
    if account.tls == TLS:
        server = smtplib.SMTP_SSL(*where, timeout=PATIENCE_S, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=PATIENCE_S)
    try:
        if account.tls not in (TLS, NONE):
            server.starttls(context=context)
        yield server
    finally:
        _leave(server)


def _leave(server: smtplib.SMTP) -> None:
    """Whatever it says to that: the letter was taken or refused before."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


@contextmanager
def _told(account: Account) -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException, ValueError) as error:
        problem, advice = _sentences(error, account)
        raise DashboardError(problem, advice) from error


def _sentences(error: Exception, account: Account) -> tuple[str, str]:
    """What is wrong, and what to do; the most particular kinds first."""
    host, again = account.host, _("Nothing was sent. Try again later.")
    look = _("Nothing was sent. Check it: legload mail")
    match error:
        case smtplib.SMTPAuthenticationError():
            return _("{host} does not take this user and password.", host=host), look
        case smtplib.SMTPRecipientsRefused():
            names = ", ".join(sorted(error.recipients))
            return _("{host} refused {addresses}.", host=host, addresses=names), look
        case smtplib.SMTPResponseException() if error.smtp_code in TOO_BIG:
            return _("The e-mail is too big for {host}.", host=host), _(
                "Nothing was sent. Choose fewer weeks or formats."
            )
        case smtplib.SMTPSenderRefused():
            said = _("{host} refused the sender {address}.", host=host, address=account.sender)
            return said, look
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            return _("{host} does not answer any more.", host=host), _(
                "It did not say that it took the e-mail. Try again later."
            )
        case smtplib.SMTPServerDisconnected():
            return _("{host} hung up.", host=host), _(
                "It did not say that it took the e-mail. Try again later."
            )
        case smtplib.SMTPResponseException():
            return _("{host} refused: {reason}.", host=host, reason=_reason(error)), look
        case smtplib.SMTPNotSupportedError():
            return _("{host} does not offer what is needed.", host=host), _(
                "Nothing was sent. Your provider says whether it is --tls tls or starttls, and "
                "whether a user is needed."
            )
        case _:
            return _unreached(error, account, again, look)


def _unreached(error: Exception, account: Account, again: str, look: str) -> tuple[str, str]:
    """The network's own words for it."""
    where = f"{account.host}:{account.port}"
    match error:
        case ssl.SSLCertVerificationError():
            said = _("{where} cannot prove that it is {host}.", where=where, host=account.host)
            return said, look
        case ssl.SSLError():
            return _("{where} does not speak this kind of encryption.", where=where), look
        case socket.gaierror():
            return _("{host} was not found.", host=account.host), _(
                "Nothing was sent. Check the network, or the name: legload mail"
            )
        case ConnectionRefusedError():
            return _("{where} takes no mail.", where=where), look
        case TimeoutError():
            return _("{where} does not answer.", where=where), again
        case ConnectionError():
            return _("{where} hung up.", where=where), again
        case OSError():
            return _(
                "{where} cannot be reached: {reason}.", where=where, reason=error.strerror or error
            ), again
        case _:
            return _("{where} answers nonsense.", where=where), look


def _reason(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200].rstrip(".") or str(error.smtp_code)
