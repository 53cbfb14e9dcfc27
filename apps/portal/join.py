"""How people come in: the first page, invitations, the consent of a campaign."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
