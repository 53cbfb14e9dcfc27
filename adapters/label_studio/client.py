"""A session with the labelling server: its errors in our words, and patience while it does not answer.

Plain HTTP: to import Label Studio's SDK takes as long as the rest of a run that finds nothing to do. What is asked of the server
stands beside this file, by what it is about: ``projects``, ``storages``, ``tasks``, ``changes``, ``people``; each function there
takes the session first.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import httpx
from pydantic import SecretStr

from adapters.label_studio.tokens import TokenAuth
from saegim.patience import ride_out
from schemas.errors import SaegimError, ServiceFailed, ServiceUnavailable, SettingError

P = ParamSpec("P")
T = TypeVar("T")

SERVICE = "Label Studio"
"""What messages call the server."""
SETTING = "SAEGIM_LABEL_STUDIO_URL"
"""What says where it is."""
BUSY = (429, 502, 503, 504)
"""Answers of one that has too much to do, or of what stands before one that starts anew."""
LONGEST_ANSWER = 500
"""Characters of an answer that a message repeats."""


class LabelStudio:
    """One Label Studio server and one of its users.

    Args:
        url: where the server is.
        token: of the user; a legacy token or a personal access token.

    Attributes:
        url: without a slash at its end.
        emails: e-mail addresses of accounts by their numbers, as far as ``people`` has asked for them.
    """

    def __init__(self, url: str, token: SecretStr) -> None:
        self.url = url.rstrip("/")
        self.emails: dict[int, str] = {}
        self._token = token

    @functools.cached_property
    def _session(self) -> httpx.Client:
        """A client with the token.

        Raises:
            SettingError: there is no token.
        """
        if not self._token.get_secret_value():
            raise SettingError("SAEGIM_LABEL_STUDIO_TOKEN is empty: expected an access token of a Label Studio user "
                               "(`saegim up` writes one to .saegim/env)")
        return httpx.Client(auth=TokenAuth(self.url, self._token.get_secret_value()), follow_redirects=True)

    @property
    def token_kind(self) -> str:
        """What people call a token of its kind."""
        return "personal access token" if TokenAuth(self.url, self._token.get_secret_value()).is_personal else "legacy token"

    def request(self, path: str, method: str = "GET", expected: tuple[int, ...] = (), seconds: float = 60, **rest: Any) -> Any:
        """One request with the token of either kind.

        Args:
            path: under the server's address.
            method: of HTTP.
            expected: answers that are no error beside those of success.
            seconds: how long it may take.
            rest: as httpx takes it, such as ``params`` and ``json``.

        Returns:
            httpx's answer.

        Raises:
            httpx.HTTPStatusError: another answer.
        """
        answer = self._session.request(method, f"{self.url}/{path}", timeout=seconds, **rest)
        if answer.status_code not in expected:
            answer.raise_for_status()
        return answer


def tried_again(call: Callable[Concatenate[LabelStudio, P], T]) -> Callable[Concatenate[LabelStudio, P], T]:
    """A call that may be made twice: it is made again while Label Studio does not answer, and raises what ``tried_once`` says."""
    once = tried_once(call)

    @functools.wraps(call)
    def wrapper(label_studio: LabelStudio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return ride_out(lambda: once(label_studio, *args, **kwargs), ServiceUnavailable, f"{SERVICE} at {label_studio.url}")

    return wrapper


def tried_once(call: Callable[Concatenate[LabelStudio, P], T]) -> Callable[Concatenate[LabelStudio, P], T]:
    """A call whose errors say what is wrong, where, and what to do.

    Raises:
        SettingError: the token is refused.
        ServiceUnavailable: no answer, or one of ``BUSY``.
        ServiceFailed: Label Studio answers that it failed.
        SaegimError: any other answer that was not expected.
    """

    @functools.wraps(call)
    def wrapper(label_studio: LabelStudio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(label_studio, *args, **kwargs)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServiceUnavailable(SERVICE, label_studio.url, str(error) or type(error).__name__, SETTING) from error
        except httpx.HTTPStatusError as error:
            answer = error.response
            raise _refused(label_studio.url, call.__name__, answer.status_code, answer.text, answer.headers) from error
        except json.JSONDecodeError as error:
            raise SaegimError(f"What answers at {label_studio.url} is no Label Studio: it gives no JSON. Set {SETTING} to its "
                              "address") from error

    return wrapper


def _refused(url: str, call: str, status: int, text: str, headers: httpx.Headers) -> SaegimError:
    """The error for an answer that is none of success."""
    body = text[:LONGEST_ANSWER]
    if status in (401, 403):
        return SettingError(
            f"Label Studio at {url} refuses SAEGIM_LABEL_STUDIO_TOKEN ({status}: {body}). Take a token from "
            "Account & Settings; if it is a legacy token, Organization > API Tokens Settings must allow it")
    if status in BUSY:
        asked = headers.get("retry-after", "")  # its other form, a date, is not read
        return ServiceUnavailable(SERVICE, url, f"{status}: {body}", SETTING, busy=True,
                                  after=float(asked) if asked.isdecimal() else None)
    if status >= 500:
        return ServiceFailed(SERVICE, url, f"{status}: {body}")
    return SaegimError(f"Label Studio answered {status} to {call}: {body}")
