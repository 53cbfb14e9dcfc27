"""What people see of their own account, and how they go out."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
