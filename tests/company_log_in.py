"""A small provider of OpenID Connect: everybody who comes is let in as who it is told."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "portal"
SECRET = "a secret of the portal's"


@dataclass
class CompanyLogIn:
    """What the next one is told of, and what was seen.

    Attributes:
        claims: of whoever comes next, over the usual ones; None takes one away.
        key: signs; another one is a forger's.
        asked: query of the last visit to its page.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    forger: RSAKey | None = None
    asked: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> FastAPI:
        """The provider."""
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._metadata)
        app.get("/jwks")(self._jwks)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        return app

    def _metadata(self, request: Request) -> dict[str, Any]:
        at = str(request.base_url).rstrip("/")
        return {"issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/jwks", "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"]}

    def _jwks(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def _authorize(self, request: Request) -> RedirectResponse:
        self.asked = dict(request.query_params)
        assert self.asked["response_type"] == "code"
        assert self.asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self._codes[code] = self.asked
        answer = urlencode({"code": code, "state": self.asked["state"]})
        return RedirectResponse(f"{self.asked['redirect_uri']}?{answer}")

    def _token(self, request: Request, code: Annotated[str, Form()], redirect_uri: Annotated[str, Form()],
               code_verifier: Annotated[str, Form()] = "") -> dict[str, Any]:
        asked = self._codes.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        known = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != redirect_uri
                or request.headers.get("authorization") != known):
            raise HTTPException(400, {"error": "invalid_grant"})
        now = int(time.time())
        usual = {"iss": str(request.base_url).rstrip("/"), "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60,
                 "nonce": asked["nonce"], "email": "kim@example.com", "email_verified": True}
        claims = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.forger or self.key)
        return {"access_token": secrets.token_urlsafe(12), "token_type": "Bearer", "expires_in": 60, "id_token": signed}
