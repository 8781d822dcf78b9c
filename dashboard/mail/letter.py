"""A report as an e-mail (RFC 5322, MIME): the words twice, plain and as a page (html "": plain
alone), and files with it.

The same report, recipients and instant give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import PurePath

from dashboard.errors import DashboardError
from dashboard.mail.account import Account
from language.formats import decimal
from language.spoken import _

NOBODY = "nobody@legload.invalid"
"""Who sends a letter that somebody is to send themselves (RFC 2606: nobody can be called that)."""
MOST_BYTES = 18 << 20
"""Of a letter as it is sent: most servers take 20 to 25 MB (design)."""
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that goes with a letter. mime: such as `application/pdf`."""

    name: str
    mime: str
    content: bytes


def letter(
    subject: str,
    text: str,
    html: str,
    files: Sequence[Enclosed],
    *,
    account: Account | None,
    now: dt.datetime,
) -> EmailMessage:
    """A letter to whoever gets the reports. account: None, a draft that somebody addresses.

    now: aware; it is the letter's date and part of its Message-ID.
    """
    sender = account.sender if account else NOBODY
    found = EmailMessage(policy=SMTP)
    found["Subject"] = _one_line(subject)[:LONGEST_SUBJECT]
    found["From"] = sender
    if account:
        found["To"] = ", ".join(account.to)
    else:
        found["X-Unsent"] = "1"  # mail programs open it as a draft
    stamp = now.astimezone(dt.UTC).replace(microsecond=0)
    told = _digest(found["Subject"], str(found["To"]), text, html, str(stamp), files)
    found["Date"] = format_datetime(stamp)
    found["Message-ID"] = f"<{told}@{sender.partition('@')[2]}>"
    found.set_content(text, cte="quoted-printable")
    if html:
        found.add_alternative(html, subtype="html", cte="quoted-printable")
    for file in files:
        main, _slash, sub = file.mime.partition("/")
        found.add_attachment(
            file.content, maintype=main, subtype=sub, filename=_one_line(PurePath(file.name).name)
        )
    parts = (part for part in found.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        part.set_boundary(f"legload-{told}-{number}")
    return found


def as_bytes(found: EmailMessage) -> bytes:
    """A letter as it is sent, and as an .eml file holds it.

    Raises:
        DashboardError: it is more than mail servers take.
    """
    content = found.as_bytes(policy=SMTP)
    if len(content) > MOST_BYTES:
        raise DashboardError(
            _("The e-mail would have {size} MB.", size=decimal(len(content) / 1e6, 1)),
            _("Choose fewer weeks or formats."),
        )
    return content


def _one_line(text: str) -> str:
    """Nothing in a header can begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _digest(*parts: object) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(repr(part).encode(errors="surrogatepass") + b"\0")
    return found.hexdigest()[:40]
