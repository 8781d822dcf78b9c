"""`share.toml`: where the pages may be reached, who is let in, and whom each one may see."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlparse

import msgspec

from dashboard.errors import DashboardError
from language.spoken import _

if TYPE_CHECKING:
    from streamlit.runtime.secrets import SecretsValue

FILE = "share.toml"
EVERYONE = "*"
SECRET_LETTERS = 32
"""Of the cookie secret at least (design); 128 bits need 22 letters of base 64."""


class ShareError(DashboardError):
    """The pages cannot be shared as it is asked."""


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenID Connect provider, as `st.login` names its facts."""

    client_id: str
    client_secret: str
    server_metadata_url: str
    redirect_uri: str
    cookie_secret: str


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `share.toml` says.

    address: of this computer, to listen on; hosts: names that browsers may use besides it;
    certificate, key: PEM files, from the home folder; identities: by verified mail or by `sub`,
    the persons that they may see, "*" everyone; password: a hash, never the password.
    """

    address: str
    hosts: tuple[str, ...] = ()
    certificate: str | None = None
    key: str | None = None
    provider: Provider | None = None
    identities: dict[str, tuple[str, ...] | Literal["*"]] = msgspec.field(default_factory=dict)
    password: str | None = None

    @property
    def local(self) -> bool:
        """Whether only this computer reaches the address: behind a reverse proxy."""
        return ipaddress.ip_address(self.address).is_loopback

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Every name under which a browser may ask."""
        return tuple(dict.fromkeys((self.address, *self.hosts)))

    @property
    def secured(self) -> bool:
        """Whether the pages themselves speak TLS."""
        return self.certificate is not None

    def secrets(self) -> dict[str, SecretsValue]:
        """What `st.login` reads."""
        return {"auth": msgspec.structs.asdict(self.provider)} if self.provider else {}


def read_share(home: Path) -> Share:
    """What is agreed for this home folder.

    Raises:
        ShareError: there is no file, others can read it, or what it says protects nobody.
    """
    path = home / FILE
    try:
        share = msgspec.toml.decode(_private_bytes(path), type=Share)
    except FileNotFoundError as error:
        raise ShareError(
            _("Sharing needs the file {path}, and there is none.", path=path),
            _("docs/sharing.md says what it holds."),
        ) from error
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise ShareError(
            _("{path} cannot be used: {error}.", path=path, error=error),
            _("Correct the file, then try again."),
        ) from error
    _refuse(share)
    return _placed(share, home)


def _private_bytes(path: Path) -> bytes:
    """Read through one descriptor, so that what was checked is what is read."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise ShareError(
                _("Others on this computer can read {path}.", path=path),
                _("Make it yours alone: chmod 600 '{path}'", path=path),
            )
        return file.read()


def _refuse(share: Share) -> None:
    """Refuse what would let in anybody, or send a secret in the clear."""
    _refuse_address(share)
    if (share.provider is None) == (share.password is None):
        raise ShareError(
            _("share.toml must name either a provider or a password."),
            _("Set a password with: legload dashboard --share-password"),
        )
    if (share.certificate is None) != (share.key is None):
        raise ShareError(_("share.toml must name both a certificate and its key."))
    if not share.secured and (share.password is not None or not share.local):
        raise ShareError(
            _("Sharing needs TLS: whoever listens on the network could read along."),
            _("Name a certificate and its key in share.toml, or use a reverse proxy."),
        )
    if share.provider is not None:
        _refuse_provider(share, share.provider)


def _refuse_address(share: Share) -> None:
    try:
        address = ipaddress.ip_address(share.address)
    except ValueError as error:
        raise ShareError(
            _("'{address}' in share.toml is no address.", address=share.address),
            _("Name one of this computer's, such as 192.168.1.20."),
        ) from error
    if address.is_unspecified or any("*" in host for host in share.hosts):
        raise ShareError(
            _("share.toml must name one address and each host; it stands for all of them."),
            _("Name one of this computer's, such as 192.168.1.20."),
        )


def _refuse_provider(share: Share, provider: Provider) -> None:
    metadata, redirect = urlparse(provider.server_metadata_url), urlparse(provider.redirect_uri)
    for name, url in (("server_metadata_url", metadata), ("redirect_uri", redirect)):
        if url.scheme != "https" and not (url.scheme == "http" and _on_loopback(url.hostname)):
            raise ShareError(_("{name} in share.toml must begin with https://.", name=name))
    if redirect.path != "/oauth2callback" or redirect.hostname not in share.allowed_hosts:
        raise ShareError(
            _("redirect_uri in share.toml must be https://HOST/oauth2callback."),
            _("HOST is one of the hosts that share.toml names."),
        )
    if len(provider.cookie_secret) < SECRET_LETTERS:
        raise ShareError(
            _("cookie_secret in share.toml is too short to be secret."),
            _("Use {count} random letters or more.", count=SECRET_LETTERS),
        )
    if not share.identities:
        raise ShareError(_("share.toml lets nobody in: it names no identities."))


def _on_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _placed(share: Share, home: Path) -> Share:
    """The same with the certificate's files where they are.

    Raises:
        ShareError: one is not there.
    """
    if share.certificate is None or share.key is None:
        return share
    certificate, key = home / share.certificate, home / share.key
    for path in (certificate, key):
        if not path.is_file():
            raise ShareError(_("There is no file {path}, which share.toml names.", path=path))
    return msgspec.structs.replace(share, certificate=str(certificate), key=str(key))


def refuse_unknown(share: Share, persons: Collection[str]) -> None:
    """Refuse identities of persons that nobody knows: a name that is misspelt shares nothing.

    Raises:
        ShareError: says which.
    """
    named = {one for seen in share.identities.values() if seen != EVERYONE for one in seen}
    if unknown := sorted(named - set(persons)):
        raise ShareError(
            _("share.toml names persons that are not known: {names}.", names=", ".join(unknown)),
            _("Use their keys: {keys}.", keys=", ".join(persons)),
        )
