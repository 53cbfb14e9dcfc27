"""Label Studio's projects of an annotation config: one a side, made when they are first needed."""

from __future__ import annotations

import secrets
from dataclasses import replace

from adapters.label_studio.annotation_config import AnnotationConfig, guide_html, second_look_xml
from adapters.label_studio.client import PROJECT_TITLE
from datastore.ledger import projects
from datastore.ledger.projects import Project
from flows.batches import say
from flows.workbench import Workbench
from schemas.errors import SaegimError
from schemas.ids import sha256
from schemas.labelling import Side

PRESIGNED_SECONDS = 12 * 3600
"""A picture stays readable for a working day: an expired address in the middle of a page costs the annotator work."""
NAMES = {Side.A: "", Side.B: " · B", Side.SECOND_LOOK: " · second look"}


def project_of(bench: Workbench, config: AnnotationConfig, side: Side = Side.A) -> int:
    """Id of the project of one side of a config; made where there is none, or where somebody deleted it.

    Raises:
        SettingError: this version of the config was published with another config.xml or unit.
    """
    projects.publish_config(bench.ledger, config.name, config.version, config.xml, config.unit)
    row = projects.plan_project(bench.ledger, config.name, config.version, side, secrets.token_hex(8))
    guide = guide_html(config)
    shown = sha256(guide.encode())
    if row.project_id is not None and bench.label_studio.has_project(row.project_id):
        if row.guide != shown:
            bench.label_studio.set_guide(row.project_id, guide)
            projects.note_guide(bench.ledger, row.key, shown)
        return row.project_id
    if row.project_id is not None:
        say(f"Project {row.project_id} ({config.run}, {side}) was deleted in Label Studio. What was collected from it stays; "
            "a new project takes what is still to be labelled.")
        key = secrets.token_hex(8)
        projects.replace_project(bench.ledger, row, key)
        row = replace(row, key=key)
    made = bench.label_studio.ensure_project(
        row.key, title_of(config, side), second_look_xml(config.xml) if side is Side.SECOND_LOOK else config.xml,
        guide, f"Saegim annotation config {config.run}, owner: {config.owner}")
    settings = bench.settings
    if not (settings.s3_access_key and settings.s3_secret_key):
        say("No SAEGIM_S3_ACCESS_KEY: Label Studio uses the AWS credentials of its own machine.")
    bench.label_studio.attach_storage(
        made, bucket=settings.bucket_images, region=settings.s3_region, presign_seconds=PRESIGNED_SECONDS,
        access_key=settings.s3_access_key, secret_key=settings.s3_secret_key)
    projects.note_guide(bench.ledger, row.key, shown)
    return projects.confirm_project(bench.ledger, row.key, made)


def projects_of(bench: Workbench, config: AnnotationConfig) -> list[Project]:
    """The projects of the config's current version that there are."""
    return [row for row in projects.project_rows(bench.ledger, config.name) if row.config_version == config.version]


def title_of(config: AnnotationConfig, side: Side) -> str:
    """What people read above the project."""
    rest = f" · {config.run}{NAMES[side]}"
    if len(rest) > PROJECT_TITLE - 4:
        raise SaegimError(f"annotation_configs/{config.name}: the name is too long for a project's title; "
                          f"{PROJECT_TITLE - 24} letters are fine")
    return config.title[:PROJECT_TITLE - len(rest)].rstrip(" ·") + rest
