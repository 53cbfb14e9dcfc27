"""The systems that a flow talks to, built from the settings at the edge."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import httpx

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.configs import load_annotation_config
from adapters.prefect_server.api import prefect_client
from datastore.ledger import Ledger
from datastore.objects import ObjectStore
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.named_slices import KnownSlices
from workbench.picture_links import PictureLinks
from workbench.run import Alone, Run
from workbench.settings import Settings, load_settings

DEFAULT_MODEL = "ppocr-korean"
MODEL_IN_USE = "in-use"
"""Object in the bucket of models: NAME@VERSION that ``saegim models use`` chose."""


class Workbench:
    """Settings and the clients made from them; a client is made when it is first used.

    Args:
        settings: where the systems are.
        run: that works at it; what it says and its batches go there.
    """

    def __init__(self, settings: Settings, run: Run | None = None) -> None:
        self.settings = settings
        self.run: Run = run or Alone()
        self.objects = ObjectStore(settings)

    @functools.cached_property
    def ledger(self) -> Ledger:
        """The ledger, checked to have this version's schema."""
        ledger = Ledger(self.settings.ledger)
        ledger.check()
        return ledger

    @functools.cached_property
    def browser_objects(self) -> ObjectStore:
        """The object store by the address that browsers reach it at: what is presigned for them is presigned here."""
        outside = self.settings.portal_s3_endpoint
        return ObjectStore(self.settings.model_copy(update={"s3_endpoint": outside})) if outside else self.objects

    @functools.cached_property
    def picture_links(self) -> PictureLinks:
        """URLs of canonical pictures for browsers."""
        return PictureLinks(self.browser_objects, self.settings.bucket_images)

    @functools.cached_property
    def label_studio(self) -> LabelStudio:
        """The labelling server."""
        return LabelStudio(self.settings.label_studio_url, self.settings.label_studio_token)

    @functools.cached_property
    def model(self) -> str:
        """The model in use: the setting, else what a manager chose for all workers, else the one that comes with Saegim."""
        return self.model_now()

    def model_now(self) -> str:
        """The same, asked for anew: somebody may choose another one while a process lives."""
        if self.settings.model:
            return self.settings.model
        in_use = self.objects.get_or_none(self.settings.bucket_models, MODEL_IN_USE)
        return DEFAULT_MODEL if in_use is None else in_use.decode().strip()

    @functools.cached_property
    def annotation_config(self) -> AnnotationConfig:
        """What is labelled, and how."""
        return self.config_named(self.settings.annotation_config)

    def config_named(self, name: str) -> AnnotationConfig:
        """One of the annotation configs, in its current version.

        Raises:
            SettingError: there is none, or something is wrong with it.
        """
        return load_annotation_config(self.settings.annotation_configs / name, KnownSlices(self.settings))


def open_workbench(run: Run | None = None) -> Workbench:
    """A workbench from the environment and ``.saegim/env``."""
    return Workbench(load_settings(), run)


def prefect_of(settings: Settings) -> httpx.Client:
    """A client of the Prefect server that the settings name."""
    return prefect_client(settings.prefect_api_url, settings.prefect_auth.get_secret_value())


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A ledger, as people know its address, and whether its schema was older than this version's."""

    address: str
    changed: bool


def upgrade_ledger(settings: Settings) -> Upgraded:
    """Brings the ledger's schema to this version."""
    ledger = Ledger(settings.ledger)
    return Upgraded(ledger.address, ledger.migrate())
