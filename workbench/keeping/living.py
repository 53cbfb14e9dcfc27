"""A Label Studio that lives on while its ledger is restored: projects that were made since the backup are the ledger's again.

Without that label would make a second project for the same side, and the same images would be asked twice.
"""

from __future__ import annotations

import re
from datetime import datetime

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.projects import marked_projects
from adapters.label_studio.whole_projects import first_task, project_in_full
from datastore.ledger import projects, restored
from schemas.labelling import Side
from workbench.bench import Workbench
from workbench.label.projects import NAMES

MADE_BY = re.compile(r"Saegim annotation config (?P<name>[^,@]+)@(?P<version>\d+), owner: ")
"""How the description of a project begins that label made."""


def take_back_projects(bench: Workbench, now: datetime) -> list[str]:
    """Takes projects of Label Studio into the ledger that it does not know; returns sentences about them.

    Whether one is this ledger's, and not another ledger's on the same server, its first task says: it shows a picture of our
    bucket.
    """
    studio = bench.label_studio
    known = {project.key for project in projects.every_project(bench.ledger)}
    notes = []
    for mark, number in sorted(marked_projects(studio).items(), key=lambda item: item[1]):
        shown = project_in_full(studio, number) if mark not in known and _shows_ours(bench, studio, number) else None
        if shown is None:
            continue
        made, side = MADE_BY.match(str(shown["description"] or "")), _side_of(str(shown["title"] or ""))
        if made is None or side is None:
            notes.append(f"Project {number} ({shown['title']}) was made after the backup, and its title or description was "
                         "changed: it is not collected from. Put them back as label writes them, and restore again.")
            continue
        row = projects.plan_project(bench.ledger, made["name"], int(made["version"]), side, mark)
        if row.key != mark:
            notes.append(f"Project {number} ({shown['title']}) was made after the backup, and the ledger has {row.number} "
                         "of the same side: it is not collected from.")
            continue
        projects.confirm_project(bench.ledger, row, number)
        restored.note_to_be_looked_through(bench.ledger, mark, now)
        notes.append(f"Project {number} ({shown['title']}) was made after the backup: it belongs to the ledger again.")
    return notes


def _shows_ours(bench: Workbench, studio: LabelStudio, number: int) -> bool:
    task = first_task(studio, number)
    if task is None:
        return False
    pictures = [task["data"].get("image", ""), *(line.get("image", "") for line in task["data"].get("lines", []))]
    return any(str(picture).startswith(f"s3://{bench.settings.bucket_images}/") for picture in pictures)


def _side_of(title: str) -> Side | None:
    """The side that a project's title names, as label writes it; None where somebody has changed it."""
    found = re.fullmatch(r".* · [^ ]+@\d+(?P<side>| · .+)", title)
    return next((side for side, name in NAMES.items() if found and name == found["side"]), None)
