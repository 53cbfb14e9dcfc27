"""The people who label: their accounts, and on which side of an annotation config they work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from adapters.label_studio.people import make_account, set_hotkeys
from datastore.ledger import Ledger, people, projects
from schemas.errors import SettingError
from schemas.label_tasks import Project
from schemas.labelling import Annotator, Side
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.label.projects import project_of


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """Somebody who labels from now on.

    Attributes:
        annotator: as the ledger has it.
        project: to work in.
        password: of the new account, known to nobody else; None where there was an account.
    """

    annotator: Annotator
    project: Project
    password: str | None


def add_person(bench: Workbench, config: AnnotationConfig, email: str, name: str, side: Side) -> AddedPerson:
    """Makes an annotator and the project of his or her side; somebody who is there already changes sides.

    The account gets the keys that the guides name, also where it was there already.

    Args:
        bench: the systems.
        config: what is labelled.
        email: the log-in; capitals do not matter.
        name: what colleagues read; what stands before the @ where empty.
        side: of the config.

    Raises:
        SettingError: that is no e-mail address.
    """
    if email.count("@") != 1 or email != email.strip() or any(char.isspace() for char in email):
        raise SettingError(f"{email!r} is no e-mail address: expected something like kim@example.com")
    project = project_of(bench, config, side)
    annotator = Annotator(email.lower(), config.name, side, name or email.partition("@")[0])
    password = secrets.token_urlsafe(9)
    is_new = make_account(bench.label_studio, annotator.email, password, annotator.name)
    set_hotkeys(bench.label_studio, annotator.email)
    people.add_person(bench.ledger, annotator)
    return AddedPerson(annotator, project, password if is_new else None)


@dataclass(frozen=True, slots=True)
class PersonAtWork:
    """Somebody who labels, and the project to work in; None while nobody needs it."""

    annotator: Annotator
    project: Project | None


def list_people(ledger: Ledger, config: str | None = None) -> list[PersonAtWork]:
    """Who labels what, by annotation config, side and address; for one config where it is named."""
    of_side = {(row.annotation_config, row.side): row for row in projects.project_rows(ledger)}
    return [PersonAtWork(person, of_side.get((person.annotation_config, person.side)))
            for person in people.person_rows(ledger, config)]
