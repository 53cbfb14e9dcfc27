"""Projects of Label Studio that Saegim made: found again by their mark, and what they show annotators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.label_studio.client import LabelStudio, tried_again

PROJECTS_A_PAGE = 100
"""Projects that one answer lists."""
PROJECT_TITLE = 50
"""Characters: Label Studio cuts a title here."""
MARK_FIELD = "task_data_login"
"""The field that holds a project's mark. No page of Label Studio shows it or writes it (it is a log-in for addresses of tasks,
and means nothing without a password); title, description, instruction and colour are everybody's to edit."""
MARK = "saegim "
"""How the field begins in a project that Saegim made; the mark follows."""
OLD_MARK = re.compile(r"\[([0-9a-f]{16}|first-schema-\d+)\]$")
"""The mark of projects that were made before, at the end of their description."""


@dataclass(frozen=True, slots=True)
class ShownProject:
    """One project as Label Studio has it.

    Attributes:
        number: its id.
        mark: the ledger's key of it; None where Saegim did not make it.
        lasting: the mark is where nobody edits it.
        xml: the label config.
    """

    number: int
    mark: str | None
    lasting: bool
    xml: str


@tried_again
def ensure_project(label_studio: LabelStudio, mark: str, title: str, xml: str, guide_html: str, description: str) -> int:
    """The project with a mark; made where there is none. Returns its id.

    Args:
        label_studio: the server.
        mark: key of our ledger. It finds the project again whose making was not confirmed, and keeps apart the projects of
            two ledgers on one server.
        title: what people read.
        xml: the label config.
        guide_html: shown to annotators when they ask for it, by the button "Instructions" over each task; Label Studio can
            show it by itself at each entry, or never.
        description: what else people read.
    """
    if (there := marked_projects(label_studio).get(mark)) is not None:
        return there
    answer = label_studio.request("api/projects/", method="POST", json={
        "title": title[:PROJECT_TITLE], "description": description, MARK_FIELD: MARK + mark, "label_config": xml,
        "expert_instruction": guide_html, "show_instruction": False, "show_skip_button": True,
        "show_collab_predictions": True, "sampling": "Sequential sampling", "maximum_annotations": 1})
    made = int(answer.json()["id"])
    first = marked_projects(label_studio)[mark]
    if first != made:  # another run has made it at the same time; nobody has seen ours yet
        label_studio.request(f"api/projects/{made}/", method="DELETE", expected=(204, 404))
    return first


@tried_again
def marked_projects(label_studio: LabelStudio) -> dict[str, int]:
    """Ids of all projects that Saegim made, whichever ledger they are of, by mark; the first one made where two have it."""
    found: dict[str, int] = {}
    page = 1
    while True:
        answer = label_studio.request("api/projects/", params={
            "include": f"id,description,{MARK_FIELD}", "page": page, "page_size": PROJECTS_A_PAGE}).json()
        for project in answer["results"]:
            if mark := mark_of(project):
                found[mark] = min(int(project["id"]), found.get(mark, int(project["id"])))
        if not answer["next"]:
            return found
        page += 1


@tried_again
def shown_project(label_studio: LabelStudio, number: int) -> ShownProject | None:
    """A project; None where there is none that the token's user may see."""
    answer = label_studio.request(f"api/projects/{number}/", expected=(200, 404))
    if answer.status_code == 404:
        return None
    body = answer.json()
    return ShownProject(int(body["id"]), mark_of(body), str(body.get(MARK_FIELD) or "").startswith(MARK), body["label_config"])


def has_mark(label_studio: LabelStudio, number: int, mark: str) -> bool:
    """Whether a project is there and has a mark: numbers come again, on a server that was made anew."""
    shown = shown_project(label_studio, number)
    return shown is not None and shown.mark == mark


@tried_again
def set_mark(label_studio: LabelStudio, project: int, mark: str) -> None:
    """Writes a project's mark where nobody edits it."""
    label_studio.request(f"api/projects/{project}/", method="PATCH", json={MARK_FIELD: MARK + mark})


@tried_again
def set_xml(label_studio: LabelStudio, project: int, xml: str) -> None:
    """Shows annotators this label config. Label Studio refuses one that its answers do not fit (SaegimError)."""
    label_studio.request(f"api/projects/{project}/", method="PATCH", json={"label_config": xml})


@tried_again
def set_guide(label_studio: LabelStudio, project: int, guide_html: str) -> None:
    """Shows annotators this guide when they ask for it."""
    label_studio.request(f"api/projects/{project}/", method="PATCH",
                         json={"expert_instruction": guide_html, "show_instruction": False})


def mark_of(project: Mapping[str, Any]) -> str | None:
    """The mark of a project as Label Studio answers it; None where Saegim did not make it."""
    marked = str(project.get(MARK_FIELD) or "")
    if marked.startswith(MARK):
        return marked.removeprefix(MARK)
    found = OLD_MARK.search(str(project.get("description") or "").strip())
    return found[1] if found else None
