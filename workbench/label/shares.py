"""Whose images each annotation config takes: a campaign names its config, and the setting's takes the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datastore.ledger import label_queue, projects
from schemas.errors import LeaseLost, SettingError
from schemas.label_tasks import Project
from schemas.labelling import Share, Side
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.label.claims import take_back
from workbench.label.projects import is_ours
from workbench.report import LabelReport
from workbench.settings import Settings

NOTHING = Share(others=False)
"""Takes no image."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Who takes what.

    Attributes:
        by_config: shares of the annotation configs in use, the setting's first.
        wrong: what is wrong with campaigns: their images wait.
    """

    by_config: dict[str, Share]
    wrong: tuple[SettingError, ...]

    def config_of(self, campaign: str) -> str | None:
        """What a campaign's images are labelled under; None where its file is wrong."""
        return next((name for name, share in self.by_config.items() if share.takes(campaign)), None)


def load_shares(settings: Settings) -> Shares:
    """Reads from the campaigns' files which config takes what."""
    found = load_campaigns(settings)
    named: dict[str, set[str]] = {}
    for campaign in found.by_name.values():
        if (config := campaign.annotation_config) and config != settings.annotation_config:
            named.setdefault(config, set()).add(campaign.name)
    elsewhere = frozenset(found.wrong.keys() - found.by_name.keys()).union(*named.values())
    return Shares({settings.annotation_config: Share(elsewhere, others=True),
                   **{name: Share(frozenset(campaigns), others=False) for name, campaigns in sorted(named.items())}},
                  tuple(found.wrong.values()))


def whole_images(bench: Workbench, name: str) -> AnnotationConfig:
    """An annotation config that images can be pushed to.

    Raises:
        SettingError: there is none of this name, something is wrong with it, or its tasks are about single lines.
    """
    config = bench.config_named(name)
    if config.subject is not Subject.IMAGE:
        raise SettingError(f"annotation config {name} is about single lines, which are cut out of images: no campaign and no "
                           "SAEGIM_ANNOTATION_CONFIG can name it; name it as dense_config in the config.yaml of one for images")
    return config


def take_back_moved(bench: Workbench, shares: Shares, report: LabelReport) -> None:
    """Takes back the open tasks of images whose campaign names another annotation config by now; that one is given them next.

    What somebody has answered or begun stays where it is, and so do second looks, gold and pages that are read line by line.
    """
    there = projects.project_rows(bench.ledger)
    if {project.annotation_config for project in there} <= shares.by_config.keys() and len(shares.by_config) == 1:
        return
    for project in there:
        if project.side is not Side.SECOND_LOOK:
            moved = label_queue.moved(bench.ledger, project, shares.by_config.get(project.annotation_config, NOTHING))
            _take_back(bench, project, moved, "the campaigns of their pictures name another annotation config", report)


def take_back_withdrawn(bench: Workbench, report: LabelReport) -> None:
    """Takes back the open tasks of pictures whose senders took them back, on all sides; what somebody has begun stays."""
    for project in projects.project_rows(bench.ledger):
        _take_back(bench, project, label_queue.withdrawn(bench.ledger, project), "their senders took the pictures back", report)


def _take_back(bench: Workbench, project: Project, wanted: Mapping[str, int | None], why: str, report: LabelReport) -> None:
    """Takes open tasks of a project back, and says so."""
    if not wanted or not is_ours(bench.label_studio, project):
        return
    try:
        gone = take_back(bench, project, wanted)
    except LeaseLost as error:
        report.notes.append(str(error))
        return
    if gone:
        report.taken_back += gone
        report.notes.append(f"{gone} open tasks of project {project.number} ({project.run}, {project.side}) are taken back: "
                            f"{why}.")
