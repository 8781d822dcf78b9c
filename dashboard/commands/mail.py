"""`mail`: the mail server that reports may be sent through."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from dashboard import console
from language.spoken import _, mark

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.mail.account import Account

SECRET = "LEGLOAD_MAIL_PASSWORD"  # noqa: S105 - the variable's name
LONGEST_SECRET = 4096


def mail(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help=mark("Name of the mail server."))] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help=mark("Its port."))] = None,
    user: Annotated[
        str | None,
        typer.Option(
            help=mark("Whom it knows you as. The password is asked for, or LEGLOAD_MAIL_PASSWORD.")
        ),
    ] = None,
    sender: Annotated[
        str | None, typer.Option("--from", metavar="ADDRESS", help=mark("Your own address."))
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="ADDRESS", help=mark("Who gets the reports; may be repeated.")
        ),
    ] = None,
    tls: Annotated[
        str | None,
        typer.Option(help=mark("starttls, tls, or none (only to this computer itself).")),
    ] = None,
    password_fd: Annotated[
        int | None, typer.Option(min=0, help=mark("Read the password from this file descriptor."))
    ] = None,
    test: Annotated[bool, typer.Option("--test", help=mark("Send a short e-mail now."))] = False,
    remove: Annotated[bool, typer.Option("--remove", help=mark("Forget all of it."))] = False,
) -> None:
    """Show or enter the mail server that reports may be sent through; nothing is sent without."""
    from dashboard.mail import account

    home = context.obj.home
    given = {
        "host": host,
        "port": port,
        "user": user,
        "sender": sender,
        "tls": tls,
        "to": to or None,
    }
    if remove:
        gone = account.forget(home)
        if context.obj.json:
            return console.emit({"removed": gone})
        return console.show(_("Removed.") if gone else _("No mail server was set up."))
    if any(value is not None for value in given.values()) or password_fd is not None:
        _enter(context, given, password_fd)
    if test:
        _test(home)
    return _show(context)


def _enter(context: typer.Context, given: Mapping[str, Any], descriptor: int | None) -> None:
    """Enter what was given over what was there. Another server or user needs the password anew."""
    from dashboard.errors import DashboardError
    from dashboard.mail import account

    home = context.obj.home
    try:
        before = account.account(home)
    except DashboardError:
        before = None  # it is entered anew
    said = msgspec.structs.asdict(before) if before else {}
    if given["tls"] is not None and given["port"] is None:
        said.pop("port", None)  # the usual one of the new kind
    said |= {key: value for key, value in given.items() if value is not None}
    if not {"host", "sender", "to"} <= said.keys():
        raise typer.BadParameter(_("Give --host, --from and --to."))
    found = account.checked(**said)
    same = before is not None and _where(before) == _where(found) and descriptor is None
    secret = account.password(home) if same else _secret(context, found, descriptor)
    account.enter(home, found, secret)


def _where(one: Account) -> tuple[str, int, str, str]:
    """What a password is for."""
    return one.host, one.port, one.tls, one.user


def _secret(context: typer.Context, found: Account, descriptor: int | None) -> str:
    """The password, never from the command line, where others see it."""
    if not found.user:
        return ""
    if descriptor is not None:
        try:
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(LONGEST_SECRET).decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(_("Nothing can be read from there.")) from error
    if (told := os.environ.get(SECRET)) is not None:
        return told
    if context.obj.json:
        raise typer.BadParameter(_("Give the password in LEGLOAD_MAIL_PASSWORD."))
    return console.ask_secret(
        _("Password of {user}", user=found.user),
        _("Give the password in LEGLOAD_MAIL_PASSWORD where nobody can answer."),
    )


def _test(home: Path) -> None:
    from dashboard.mail.account import password, required
    from dashboard.mail.letter import letter
    from dashboard.mail.post import send

    found = required(home)
    text = _("legload can send reports to you. This e-mail holds nothing about anybody.")
    now = dt.datetime.now(dt.UTC)
    send(
        letter(_("A test of legload"), text + "\n", "", (), account=found, now=now),
        found,
        password(home),
    )
    console.note(_("Sent to {addresses}.", addresses=", ".join(found.to)))


def _show(context: typer.Context) -> None:
    from dashboard.mail.account import SECRET as FILE
    from dashboard.mail.account import account

    found = account(context.obj.home)
    if context.obj.json:
        return console.emit({"account": found})
    if found is None:
        return console.show(_("No mail server is set up, and nothing is ever sent."))
    server = f"{found.host}:{found.port} ({found.tls})"
    console.show(_("Server: {server}", server=server))
    console.show(_("User: {user}", user=found.user or _("none")))
    console.show(_("From: {address}", address=found.sender))
    console.show(_("To: {addresses}", addresses=", ".join(found.to)))
    console.note(_("Nothing is sent unless --mail is said, or scheduled."))
    if found.user:
        path = context.obj.home / FILE
        console.note(
            _(
                "The password is in {path}: only your own user can read it, and it is not "
                "encrypted. An app password that can only send mail is the safer one.",
                path=path,
            )
        )
    return None
