"""How often somebody may ask for something."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import HTTPException, Request
from limits import parse

from apps.portal.visit import Visiting


def limited(rule: str) -> Callable[[Request, Visiting], None]:
    """A dependency that answers 429, with the seconds to wait, to who asks for a path more often than a rule says.

    Args:
        rule: such as ``30/minute``; of each account, or of each address where nobody is logged in.
    """
    limit = parse(rule)

    def check(request: Request, visit: Visiting) -> None:
        who = f"account {visit.account.name}" if visit.account else f"address {client_address(request)}"
        path: str = request.scope["route"].path
        rates = visit.portal.rates
        if not rates.hit(limit, path, who):
            resets_at, _left = rates.get_window_stats(limit, path, who)
            raise HTTPException(429, headers={"Retry-After": str(max(1, round(resets_at - time.time())))})

    return check


def client_address(request: Request) -> str:
    """Where a request comes from: what uvicorn says, which believes X-Forwarded-For of SAEGIM_PORTAL_PROXIES alone."""
    return request.client.host if request.client else ""
