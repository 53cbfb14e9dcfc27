"""What each component may do in the object storage, and no more: policies of IAM for keys of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.settings import Settings

REPORTS = "reports/"
"""Pages in the bucket of images that name people."""


class Component(StrEnum):
    """Who has a key."""

    INGEST = "ingest"
    PRELABEL = "prelabel"
    LABEL = "label"
    COLLECT = "collect"
    EXPORT = "export"
    EVALUATE = "evaluate"
    SCORE = "score"
    FLOWS = "flows"
    """A worker that runs all of these."""
    PORTAL = "portal"
    LABEL_STUDIO = "label-studio"
    PULL = "pull"
    """Engineers, who pull releases."""
    MODELS = "models"
    """Whoever pushes a model and says which is in use."""
    BACKUP = "backup"
    """Reads all that a backup holds; where it writes to is another bucket, with a key that deletes nothing."""


class ObjectAct(StrEnum):
    """What is done with objects. To ask whether an object is there needs ``LIST``: without it, S3 says 403 of a missing one."""

    GET = "s3:GetObject"
    PUT = "s3:PutObject"
    DELETE = "s3:DeleteObject"
    LIST = "s3:ListBucket"


READS = (ObjectAct.GET, ObjectAct.LIST)
WRITES = (*READS, ObjectAct.PUT)
RULES: Mapping[Component, Mapping[str, Sequence[ObjectAct]]] = {
    # Deletes what its sender took back; asks which model is in use, whose texts told lookalikes apart.
    Component.INGEST: {"raw": (*READS, ObjectAct.DELETE), "images": WRITES, "models": READS},
    Component.PRELABEL: {"images": READS, "models": READS},
    Component.LABEL: {"images": WRITES, "models": READS},  # crops of lines, and the status page
    Component.COLLECT: {"images": WRITES, "models": READS},
    Component.EXPORT: {"images": READS, "datasets": WRITES},
    Component.EVALUATE: {"images": READS, "datasets": WRITES, "models": READS},
    Component.SCORE: {"images": READS, "models": READS},
    Component.FLOWS: {"raw": (*READS, ObjectAct.DELETE), "images": WRITES, "datasets": WRITES, "models": READS},
    Component.PORTAL: {"raw": (*WRITES, ObjectAct.DELETE), "images": READS, "datasets": READS, "models": READS,
                       "demo": (*WRITES, ObjectAct.DELETE)},
    Component.LABEL_STUDIO: {"images": (ObjectAct.GET,)},
    Component.PULL: {"datasets": READS},
    Component.MODELS: {"models": WRITES},
    Component.BACKUP: {"raw": READS, "images": READS, "datasets": READS, "models": READS},
}
"""By the bucket's name in the settings. Nobody deletes images, releases or models, and nobody writes policies."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule of a policy, as IAM writes it."""

    effect: str
    actions: tuple[str, ...]
    resource: str

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return {"Effect": self.effect, "Action": list(self.actions), "Resource": self.resource}


def policy_of(component: Component, settings: Settings) -> dict[str, object]:
    """The policy of a component's key: an IAM document for a user or a role, without a principal.

    Args:
        component: whose key.
        settings: have the names of the buckets.
    """
    statements: list[Statement] = []
    for name, acts in RULES[component].items():
        bucket = f"arn:aws:s3:::{getattr(settings, f'bucket_{name}')}"
        of_objects = tuple(str(act) for act in acts if act is not ObjectAct.LIST)
        if ObjectAct.PUT in acts:
            of_objects += ("s3:AbortMultipartUpload",)
        statements.append(Statement("Allow", of_objects, f"{bucket}/*"))
        if ObjectAct.LIST in acts:
            statements.append(Statement("Allow", (str(ObjectAct.LIST),), bucket))
    if component is Component.LABEL_STUDIO:
        statements.append(Statement("Deny", ("s3:GetObject",), f"arn:aws:s3:::{settings.bucket_images}/{REPORTS}*"))
    return {"Version": "2012-10-17", "Statement": [statement.plain() for statement in statements]}
