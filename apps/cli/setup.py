"""saegim setup: what a Prefect server has to do by itself, and whom it tells."""

from __future__ import annotations

from dataclasses import replace

import httpx
import typer
from rich.console import Console

from adapters.prefect_server.automations import Put
from adapters.prefect_server.channels import Channels
from schemas.errors import ServiceUnavailable, SettingError
from workbench.alerts import SetUp, channels_of, set_up
from workbench.bench import prefect_of
from workbench.settings import Settings, load_settings

console = Console()


def setup(
    webhook: str = typer.Option("", help="Post alerts to this address; left out: SAEGIM_ALERT_WEBHOOK."),
    email: list[str] = typer.Option([], help="Mail alerts to this address, by SAEGIM_MAIL_SERVER; may be repeated; left out: "
                                             "SAEGIM_ALERT_EMAIL."),
    no_alerts: bool = typer.Option(False, "--no-alerts", help="Take the alerts away."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would be made or changed."),
) -> None:
    """Make the automations of the Prefect server: dead and late runs are ended, and somebody is told of troubles.

    Run again it changes only what is different. An automation that somebody paused in Prefect stays paused.

    Example:  saegim setup --webhook https://chat.example.com/hooks/ocr
    """
    if no_alerts and (webhook or email):
        raise SettingError("--no-alerts takes alerts away, --webhook and --email make them: name one of the two")
    settings = load_settings()
    known = channels_of(settings)
    channels = Channels() if no_alerts else replace(known, webhook=webhook or known.webhook, emails=email or known.emails)
    _ = channels.mailed_by  # a wrong server is told before anything is made
    found = _set_up(settings, channels if channels or no_alerts else None, dry_run)
    said = {Put.MADE: "would be made", Put.CHANGED: "would be changed"} if dry_run else {}
    for name, put in found.automations.items():
        console.print(f"{name}: {said.get(put, put.value)}", highlight=False, markup=False)
    for name in found.removed:
        console.print(f"{name}: {'would be ' if dry_run else ''}removed", highlight=False, markup=False)
    if not channels and not no_alerts:
        console.print("Alerts go to nobody yet: name --webhook or --email, or set SAEGIM_ALERT_WEBHOOK or SAEGIM_ALERT_EMAIL.",
                      highlight=False, markup=False, soft_wrap=True)


def _set_up(settings: Settings, channels: Channels | None, dry: bool) -> SetUp:
    try:
        with prefect_of(settings) as client:
            return set_up(client, channels, dry=dry)
    except httpx.HTTPStatusError as error:
        raise SettingError(f"Prefect at {settings.prefect_api_url} does not take an automation ({error.response.status_code}): "
                           f"{error.response.text[:300]}") from error
    except httpx.HTTPError as error:
        raise ServiceUnavailable("Prefect", settings.prefect_api_url, str(error), "SAEGIM_PREFECT_API_URL") from error
