"""The workbench's commands, added to the client's command ``saegim`` where the workbench is installed."""

import typer

import apps.stack.commands
import saegim.cli
from apps.cli import (
    backup,
    campaign,
    datasets,
    demand,
    evaluate,
    imports,
    ingest,
    label,
    ledger,
    models,
    run,
    security,
    setup,
    slices,
    sources,
    trace,
)


def register(app: typer.Typer) -> None:
    """Adds the workbench's commands."""
    apps.stack.commands.register(app)
    datasets.register(saegim.cli.datasets)
    app.add_typer(run.app, name="run")
    app.add_typer(evaluate.app, name="evaluate")
    app.add_typer(campaign.app, name="campaign")
    app.add_typer(demand.app, name="demand")
    app.command("import")(imports.import_set)
    app.add_typer(ingest.app, name="ingest")
    app.add_typer(label.app, name="label")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(models.app, name="models")
    app.add_typer(security.app, name="security")
    app.add_typer(slices.app, name="slices")
    app.add_typer(sources.app, name="sources")
    app.command()(trace.trace)
    app.command()(setup.setup)
    app.command()(backup.backup)
    app.command()(backup.restore)
