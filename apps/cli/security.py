"""saegim security: what each component's key may do in the object storage."""

from __future__ import annotations

import json

import typer

from workbench.policies import Component, policy_of
from workbench.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Keys of the object storage that can do what they have to, and no more.\n\n"
                                             "Example:  saegim security policies ingest")


@app.callback()
def group() -> None:
    """Makes Typer keep ``policies`` as a command of its own."""


@app.command()
def policies(component: Component = typer.Argument(None, help="Whose; all of them where left out.")) -> None:
    """Print the IAM policy of a component's key, with the names of your buckets; docs/security.md says how to use it.

    Example:  saegim security policies ingest > ingest.json
    """
    settings = load_settings()
    found = policy_of(component, settings) if component else {str(one): policy_of(one, settings) for one in Component}
    print(json.dumps(found, indent=1))
