"""What doctor looks at in Label Studio: that the ledger's projects are there and are ours, and that its people can log in."""

from __future__ import annotations

from adapters.label_studio.people import account_emails
from adapters.label_studio.projects import marked_projects, shown_project
from apps.stack.checks import NotWell
from datastore.ledger.people import person_rows
from datastore.ledger.projects import project_rows
from schemas.label_tasks import Project
from workbench.bench import Workbench

TOLD = 3
"""So many are named."""


def own_projects(bench: Workbench) -> str:
    """Projects carry the marks that the ledger has of them; a number alone is another's on a server that was made anew."""
    rows = project_rows(bench.ledger)
    there = marked_projects(bench.label_studio)
    if lost := [_lost(bench, row) for row in rows if row.key not in there]:
        raise NotWell(_told(lost), "saegim run label makes it again, with the tasks that nobody has answered; where this is the "
                                   "wrong Label Studio, mend SAEGIM_LABEL_STUDIO_URL first")
    others = len(there.keys() - {row.key for row in rows})
    return f"{len(rows)} of this ledger" + (f", {others} of another one or of earlier" if others else "")


def accounts(bench: Workbench) -> str:
    """Everybody who labels can log in."""
    people = sorted({person.email for person in person_rows(bench.ledger)})
    there = account_emails(bench.label_studio)
    if missing := [email for email in people if email not in there]:
        raise NotWell(f"no account for {_told(missing)}", f"saegim label people add {missing[0]}, with the side of before")
    return f"{len(people)} people of the ledger can log in"


def _lost(bench: Workbench, project: Project) -> str:
    shown = shown_project(bench.label_studio, project.number)
    if shown is None:
        why = "is not there"
    elif shown.mark is None:
        why = "is somebody else's: Saegim did not make it"
    else:
        why = "carries another mark: it is another ledger's, or another side's"
    return f"project {project.number} ({project.run}, side {project.side}) {why}"


def _told(items: list[str]) -> str:
    return "; ".join(items[:TOLD]) + (f"; and {len(items) - TOLD} more" if len(items) > TOLD else "")
