"""Accounts of Label Studio: who asks, who annotated, and new annotators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from adapters.label_studio.client import LabelStudio, tried_again, tried_once
from adapters.label_studio.hotkeys import custom_hotkeys
from schemas.errors import SaegimError


@tried_again
def whoami(label_studio: LabelStudio) -> str:
    """E-mail address of the token's user."""
    return str(label_studio.request("api/current-user/whoami").json()["email"])


@tried_again
def account_emails(label_studio: LabelStudio) -> frozenset[str]:
    """E-mail addresses of everybody who has an account, in lower case."""
    return frozenset(email.lower() for email in _listed(label_studio).values())


@tried_once
def make_account(label_studio: LabelStudio, email: str, password: str, name: str) -> bool:
    """Makes an annotator who can log in; False where the address has an account already.

    Label Studio's API makes users without a password, so this goes through the page that an invited person sees.
    """
    if _number(label_studio, email) is not None:
        return False
    invite = str(label_studio.request("api/invite").json()["invite_url"])
    with httpx.Client(base_url=label_studio.url, timeout=60, follow_redirects=True) as browser:
        path = invite if invite.startswith("/") else httpx.URL(invite).raw_path.decode()
        browser.get(path).raise_for_status()
        answer = browser.post(path, data={
            "email": email, "password": password, "first_name": name, "last_name": "", "allow_newsletters": "false",
            "how_find_us": "", "elaborate": "", "csrfmiddlewaretoken": browser.cookies.get("csrftoken", "")},
            headers={"Referer": f"{label_studio.url}{path}"})
        answer.raise_for_status()
    number = _number(label_studio, email)
    if number is None:
        raise SaegimError(f"Label Studio at {label_studio.url} did not make an account for {email}: {_form_errors(answer.text)}")
    label_studio.request(f"api/users/{number}/", method="PATCH", json={"first_name": name})
    return True


@tried_again
def set_hotkeys(label_studio: LabelStudio, email: str) -> None:
    """Gives an account the keys that annotators' guides name; what its person has set for other actions stays.

    The settings of the editor, such as whether a region is selected after it was drawn, lie in each browser's own store and can
    be given to nobody from here.
    """
    number = _number(label_studio, email)
    own = label_studio.request(f"api/users/{number}/").json().get("custom_hotkeys")
    if own != custom_hotkeys(own):
        label_studio.request(f"api/users/{number}/", method="PATCH", json={"custom_hotkeys": custom_hotkeys(own)})


def account_of(label_studio: LabelStudio, email: str) -> int:
    """The number of the account with an e-mail address.

    Raises:
        KeyError: there is none.
    """
    if email not in label_studio.emails.values():
        label_studio.emails.update(_listed(label_studio))
    return {known: number for number, known in label_studio.emails.items()}[email]


def annotator(label_studio: LabelStudio, annotation: Mapping[str, Any]) -> str:
    """E-mail address of an annotation's account. Label Studio names it by id here and by record there.

    A deleted account leaves none: each of its annotations is then by somebody of its own, never by the same person.
    """
    whose = annotation.get("completed_by")
    if isinstance(whose, dict):
        whose = whose.get("email") or whose.get("id")
    if whose is None:
        return f"deleted account, annotation {annotation['id']}"
    if not isinstance(whose, int):
        return str(whose)
    if whose not in label_studio.emails:
        label_studio.emails.update(_listed(label_studio))  # one that was made since
        label_studio.emails.setdefault(whose, str(whose))  # one that left: not asked for again at each of its answers
    return label_studio.emails[whose]


def _listed(label_studio: LabelStudio) -> dict[int, str]:
    """E-mail addresses of all accounts, by number."""
    return {user["id"]: user["email"] for user in label_studio.request("api/users/").json()}


def _number(label_studio: LabelStudio, email: str) -> int | None:
    """The number of the account with an address, in capitals or not; None where there is none now."""
    return next((number for number, known in _listed(label_studio).items() if known.lower() == email.lower()), None)


def _form_errors(html: str) -> str:
    """What a form of Label Studio complained of."""
    found = re.findall(r'class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', html)
    return "; ".join(text.strip() for text in found if text.strip()) or "its sign-up page gave no reason"
