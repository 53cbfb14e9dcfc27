"""How requests show a token of Label Studio: a legacy one as it is, a personal access token by keys that it is good for."""

from __future__ import annotations

from collections.abc import Generator

import httpx

REFRESH = "api/token/refresh/"


class TokenAuth(httpx.Auth):
    """Puts a token into each request.

    A personal access token is none that requests take: the server gives a key for it, which runs out after minutes and is then
    asked for anew.

    Args:
        url: where the server is, without a slash at its end.
        token: of one of its users, of either kind.
    """

    requires_response_body = True

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._key = ""

    @property
    def is_personal(self) -> bool:
        """Whether it is a personal access token, which is a JWT; legacy tokens are hexadecimal."""
        return self._token.count(".") == 2

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends a request with the token; once more where its key has run out.

        Raises:
            httpx.HTTPStatusError: the server gives no key for the token.
        """
        if not self.is_personal:
            request.headers["Authorization"] = f"Token {self._token}"
            yield request
            return
        known = self._key
        if not known:
            self._key = self._given((yield self._asking()))
        request.headers["Authorization"] = f"Bearer {self._key}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED and known:
            self._key = self._given((yield self._asking()))
            request.headers["Authorization"] = f"Bearer {self._key}"
            yield request

    def _asking(self) -> httpx.Request:
        return httpx.Request("POST", f"{self._url}/{REFRESH}", json={"refresh": self._token})

    @staticmethod
    def _given(answer: httpx.Response) -> str:
        return str(answer.raise_for_status().json()["access"])
