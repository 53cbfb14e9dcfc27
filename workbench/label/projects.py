"""Label Studio's projects of an annotation config: one a side, made when they are first needed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.guide import guide_html, second_look_xml
from adapters.label_studio.projects import (
    PROJECT_TITLE,
    ShownProject,
    ensure_project,
    has_mark,
    marked_projects,
    set_guide,
    set_mark,
    set_xml,
    shown_project,
)
from adapters.label_studio.storages import attach_storage
from datastore.ledger import Ledger, outbox, projects, published_configs, restored
from schemas.errors import SaegimError, ServiceUnavailable, SettingError
from schemas.ids import sha256
from schemas.label_tasks import Project
from schemas.labelling import Side
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.label.adopt import adopt

PRESIGNED_SECONDS = 15 * 60
"""How long the address of a picture works: as far as S3 lets two clocks differ. Whenever a page loads a picture it asks Label
Studio for a new one, so a task that lies open all day needs no longer."""
GUIDE_SHOWN = "when asked for"
"""How a guide is shown. It is noted with it: projects that show theirs at each entry, as all did, are told once more."""
NAMES = {Side.A: "", Side.B: " · B", Side.SECOND_LOOK: " · second look"}


def project_of(bench: Workbench, config: AnnotationConfig, side: Side = Side.A) -> Project:
    """The project of one side of a config; made where there is none or where it is lost.

    A project is ours by its mark. One that is not there, or is somebody else's (a new Label Studio numbers from 1 again), is
    lost: what was collected from it stays, and another one takes what nobody has answered. One that is there again, since the
    address was put right or Label Studio was restored, is taken up again.

    Raises:
        SettingError: this version of the config was published with another config.xml or unit.
    """
    published_configs.publish_config(bench.ledger, config.name, config.version, config.xml, config.unit)
    xml = second_look_xml(config.xml) if side is Side.SECOND_LOOK else config.xml
    row = projects.plan_project(bench.ledger, config.name, config.version, side, secrets.token_hex(8))
    shown = shown_project(bench.label_studio, row.number) if row.project_id is not None else None
    if shown is None or shown.mark != row.key:
        row = _found_or_made(bench, config, row, xml)
    else:
        _mend(bench, row, shown, xml)
    _show_guide(bench, row, guide_html(config))
    _attach_storage(bench, row.number)
    if restored.restored_at(bench.ledger, row.key):
        adopt(bench, row, config)
    return row


def projects_of(ledger: Ledger, config: AnnotationConfig) -> list[Project]:
    """The projects of the config's current version that there are."""
    return [row for row in projects.project_rows(ledger, config.name) if row.config_version == config.version]


def is_ours(label_studio: LabelStudio, project: Project) -> bool:
    """Whether a project of the ledger is in Label Studio: its number alone says nothing."""
    return has_mark(label_studio, project.number, project.key)


def data_address(label_studio: LabelStudio, project: Project) -> str:
    """Where people see the tasks of a project."""
    return f"{label_studio.url}/projects/{project.number}/data"


def renew_storages(bench: Workbench) -> None:
    """Gives all projects of the ledger the key of the settings; ``label`` does it one by one."""
    for row in projects.project_rows(bench.ledger):
        if is_ours(bench.label_studio, row):
            _attach_storage(bench, row.number)


def _found_or_made(bench: Workbench, config: AnnotationConfig, row: Project, xml: str) -> Project:
    """The project of a side whose number is unknown, or leads to none of ours."""
    if row.project_id is not None:
        there = marked_projects(bench.label_studio)
        if row.key not in there:
            row = _replaced(bench, row, there)
    number = ensure_project(bench.label_studio, row.key, title_of(config, row.side), xml, guide_html(config),
                            f"Saegim annotation config {config.run}, owner: {config.owner}")
    return projects.confirm_project(bench.ledger, row, number)


def _replaced(bench: Workbench, lost: Project, there: Mapping[str, int]) -> Project:
    """The project that takes a lost one's place: one that was lost before and is there again, or a new one."""
    back = next((key for key in projects.lost_keys(bench.ledger, lost) if key in there), None)
    key = back or secrets.token_hex(8)
    with bench.ledger.write() as connection:
        if projects.replace_project(connection, lost, key):
            again = outbox.carry_over(connection, lost.key, key)
            taker = "one that was lost before is there again and" if back else "a new project"
            bench.run.say(f"Project {lost.number} ({lost.run}, {lost.side}) was deleted in Label Studio, or is another's. What "
                          f"was collected from it stays; {taker} takes the {again} tasks that nobody has answered.")
    return projects.plan_project(bench.ledger, lost.annotation_config, lost.config_version, lost.side, key)


def _mend(bench: Workbench, row: Project, shown: ShownProject, xml: str) -> None:
    """What a project that is ours should have: its mark where nobody edits it, and the label config of its version."""
    if not shown.lasting:
        set_mark(bench.label_studio, row.number, row.key)
    if shown.xml.strip() != xml.strip():
        _put_back(bench, row, xml)


def _put_back(bench: Workbench, project: Project, xml: str) -> None:
    """Somebody has changed the labelling interface by hand: what is published under a version is what people see."""
    changed = f"The labelling interface of project {project.number} ({project.run}, {project.side}) was changed by hand"
    try:
        set_xml(bench.label_studio, project.number, xml)
    except (ServiceUnavailable, SettingError):
        raise
    except SaegimError as error:
        bench.run.say(f"{changed} and cannot be put back: {error}")
    else:
        bench.run.say(f"{changed} and is put back. To change it, change "
                      f"annotation_configs/{project.annotation_config}/config.xml and raise its version.")


def _show_guide(bench: Workbench, row: Project, guide: str) -> None:
    """Shows annotators the guide, where it is another one than the project shows."""
    digest = sha256(f"{GUIDE_SHOWN} {guide}".encode())
    if row.guide != digest:
        set_guide(bench.label_studio, row.number, guide)
        projects.note_guide(bench.ledger, row.key, digest)


def _attach_storage(bench: Workbench, number: int) -> None:
    """Without its storage a project shows no picture; somebody may have taken it off, or pointed it elsewhere."""
    settings = bench.settings
    shown = settings.shown
    new = attach_storage(
        bench.label_studio, number, bucket=settings.bucket_images, region=settings.s3_region,
        presign_seconds=PRESIGNED_SECONDS, access_key=shown.s3_access_key, secret_key=shown.s3_secret_key)
    if new and not (shown.s3_access_key and shown.s3_secret_key):
        bench.run.say("No SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY: Label Studio uses the AWS credentials of its own machine.")
    elif new and shown is settings:
        bench.run.say("No SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY: the project carries the key of the flows, so every account of Label "
                      "Studio may read the raw originals. Make a key that reads the images alone: docs/labeling.md has its "
                      "policy.")


def title_of(config: AnnotationConfig, side: Side) -> str:
    """What people read above the project."""
    rest = f" · {config.run}{NAMES[side]}"
    if len(rest) > PROJECT_TITLE - 4:
        raise SaegimError(f"annotation_configs/{config.name}: the name is too long for a project's title; "
                          f"{PROJECT_TITLE - 24} letters are fine")
    return config.title[:PROJECT_TITLE - len(rest)].rstrip(" ·") + rest
