"""Checks of ``saegim doctor``: who can get into Label Studio, and what it would send out or read from its machine."""

from __future__ import annotations

import re

import httpx

from apps.stack.checks import NotWell
from workbench.bench import Workbench

LEAST = (1, 23, 2)
"""The first version in which a stored script of one account cannot take another one over (CVE-2026-22033)."""
NOBODY = {"email": "", "password": "", "csrfmiddlewaretoken": ""}
"""A form that makes no account, whether sign-up is open or not."""


def sign_up(bench: Workbench) -> str:
    """Nobody makes an account without an invitation: a form without one is refused before it is looked at."""
    url = bench.settings.label_studio_url.rstrip("/")
    with httpx.Client(base_url=url, timeout=10) as stranger:
        stranger.get("/user/signup/")
        form = {**NOBODY, "csrfmiddlewaretoken": stranger.cookies.get("csrftoken", "")}
        answer = stranger.post("/user/signup/", data=form, headers={"Referer": f"{url}/user/signup/"})
    if answer.status_code != 403:
        raise NotWell(f"anybody who reaches {url} can make an account (HTTP {answer.status_code}), and every account sees every "
                      "project", "saegim up; on a server of your own: LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK=true")
    return "accounts are made by invitation alone"


def own_files(bench: Workbench) -> str:
    """It does not read files of its own machine: any account could add a storage that does."""
    kinds = {str(item["name"]) for item in bench.label_studio.request("api/storages/types").json()}
    if "localfiles" in kinds:
        raise NotWell("an account may add a storage that reads files of Label Studio's machine", "saegim down, saegim up; on a "
                      "server of your own: LABEL_STUDIO_ENABLE_LOCAL_FILES_STORAGE=false and "
                      "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=false")
    return "files of its machine are no storage"


def webhooks(bench: Workbench) -> str:
    """Saegim asks and is not told: a webhook is somebody else's, and carries every answer to where it says."""
    found = [str(item["url"]) for item in bench.label_studio.request("api/webhooks/").json() if item.get("is_active")]
    if found:
        places = ", ".join(sorted({httpx.URL(url).host or "?" for url in found}))
        raise NotWell(f"answers are sent to {places}", "ask who added it, and delete it under Settings → Webhooks of the project")
    return "no answer is sent anywhere"


def version(bench: Workbench) -> str:
    """Its version, against the holes that are known."""
    release = str(bench.label_studio.request("api/version").json()["release"])
    numbers = tuple(map(int, re.findall(r"\d+", release)[:3]))
    if numbers < LEAST:
        raise NotWell(f"{release}: a script in a task can take an account over (CVE-2026-22033)",
                      f"install {'.'.join(map(str, LEAST))} or newer, and give it a new SECRET_KEY")
    return release


def cookies(bench: Workbench) -> str:
    """Over https, the cookie of a log-in says that it never goes over a plain connection."""
    url = bench.settings.label_studio_url.rstrip("/")
    if not url.startswith("https:"):
        host = httpx.URL(url).host
        if host in ("127.0.0.1", "localhost", "::1"):
            return "on this machine alone"
        raise NotWell(f"people log in to {url} without TLS: whoever is on the way reads their passwords",
                      "put a proxy with a certificate before it: docs/security.md has one; then SAEGIM_LABEL_STUDIO_URL=https://…")
    given = httpx.get(f"{url}/user/login/", timeout=10).headers.get_list("set-cookie")
    if open_ones := [cookie.partition("=")[0].strip() for cookie in given if "secure" not in cookie.lower()]:
        raise NotWell(f"{', '.join(open_ones)} may go over a plain connection",
                      "start it with SESSION_COOKIE_SECURE=1 and CSRF_COOKIE_SECURE=1")
    return "its cookies go over TLS alone"
