"""An OpenID Connect provider on loopback: authorization code, PKCE S256, nonce, RS256.

It signs in whoever the query of `/become` named last, without asking; all else is as OpenID Connect
Core 1.0 and RFC 7636 have it, and what a client gets wrong is refused.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.browsing import free_port

CLIENT, SECRET = "legload", "a-secret-of-the-client-that-nobody-guesses"
ALGORITHM = "RS256"


class Provider:
    """Its people, and the codes that it gave out."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, object] = {}
        self.granted: list[str] = []
        self._key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": ALGORITHM})
        self._codes: dict[str, dict[str, str]] = {}

    def become(self, **claims: object) -> None:
        """Who signs in from now on."""
        self.claims = claims

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _about(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        complete = {"state", "nonce", "code_challenge", "redirect_uri"} <= set(asked)
        if asked.get("client_id") != CLIENT or not complete:
            return Response("not complete", status_code=400)
        if asked.get("code_challenge_method") != "S256" or asked.get("response_type") != "code":
            return Response("not safe", status_code=400)
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", status_code=302)

    async def _token(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None or not self._proven(request, form, asked):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        self.granted.append(str(claims.get("sub")))
        token = jwt.encode({"alg": ALGORITHM, "kid": "one"}, claims, self._key)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": token,
            }
        )

    def _proven(self, request: Request, form: dict[str, str], asked: dict[str, str]) -> bool:
        """Whether the client is who it says, and the one that began."""
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return (
            request.headers.get("authorization") == basic
            and challenge == asked["code_challenge"]
            and form.get("redirect_uri") == asked["redirect_uri"]
        )


@contextlib.contextmanager
def provider() -> Iterator[Provider]:
    """A provider for as long as the context lasts."""
    port = free_port()
    one = Provider(port)
    config = uvicorn.Config(one.app(), host="127.0.0.1", port=port, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.should_exit = True
        thread.join(10)
