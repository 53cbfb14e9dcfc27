"""Gold: images whose truth is known before people read them, to measure people with unknowingly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from datastore.ledger import Connection, Ledger, gold, label_queue, model_runs, readings, second_looks
from datastore.ledger.names import image_named
from schemas.answers import SecondLook
from schemas.errors import SettingError
from schemas.labelling import Waiting
from schemas.recipes.annotation_config import AnnotationConfig
from workbench.bench import Workbench
from workbench.label.configs import config_or_default
from workbench.label.shares import load_shares

GOLD_REASON = ("한 글자씩 꼼꼼히 확인해 주세요.\n"
               "Please check every letter with care.")
"""Everybody can open the project of second looks: it does not say that the image is gold."""


@dataclass(frozen=True, slots=True)
class GoldImage:
    """A gold image, and whether its truth is known: else it waits for a second look."""

    image_id: str
    is_known: bool


def add_gold(bench: Workbench, names: Sequence[str], config: str = "") -> int:
    """Makes images gold that a manager names: a second look settles their truth, then they go to both sides like any other.

    Args:
        bench: the systems.
        names: ids of images, or their beginnings.
        config: name of the annotation config; that of the images' campaign where empty.

    Returns:
        How many were not gold.

    Raises:
        NoSuchImage: a name fits no image, or several.
        SettingError: an image cannot become gold of this config; the message says why.
    """
    image_ids = [image_named(bench.ledger, name) for name in names]
    images = _prelabelled(bench, image_ids)
    chosen = _common_config(bench, images, config)
    _check_nobody_knows_them(bench.ledger, image_ids, chosen)
    with bench.ledger.write() as connection:
        return make_gold(connection, chosen, {item.image_id: item.reading_id for item in images})


def list_gold(ledger: Ledger, config: AnnotationConfig) -> list[GoldImage]:
    """Gold images of a config, by id."""
    with ledger.read() as connection:
        ids = sorted(gold.gold_images(connection, config.name))
        known = readings.accepted_ids(connection, config.name, ids)
    return [GoldImage(image_id, image_id in known) for image_id in ids]


def make_gold(connection: Connection, config: AnnotationConfig, prelabels: Mapping[str, str]) -> int:
    """Makes images gold that nobody was given yet, and asks for a second look at each.

    Args:
        connection: a writing transaction.
        config: whose gold it is.
        prelabels: ids of the readings that the second look starts from, by image id.

    Returns:
        How many were not gold.
    """
    new = gold.add_gold(connection, config.name, list(prelabels))
    for image_id, reading_id in sorted(prelabels.items()):
        second_looks.want_second_look(connection, SecondLook(image_id, config.name, GOLD_REASON, (reading_id,)))
    return new


def _prelabelled(bench: Workbench, image_ids: Sequence[str]) -> list[Waiting]:
    """The images with what a model read on them."""
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        raise SettingError(f"{bench.model} has not read anything yet: saegim run prelabel")
    images = label_queue.described(bench.ledger, run, image_ids)
    read = {item.image_id for item in images}
    for image_id in image_ids:
        if image_id not in read:
            raise SettingError(f"{image_id} is no accepted image that {bench.model} has read: `saegim ledger submissions` shows "
                               "what there is")
    return images


def _common_config(bench: Workbench, images: Iterable[Waiting], name: str) -> AnnotationConfig:
    """The config that all of these images are labelled under: the one that is named, else that of the first."""
    shares = load_shares(bench.settings)
    of_campaign = {item.campaign: shares.config_of(item.campaign) for item in images}
    chosen = config_or_default(bench, name or next(filter(None, of_campaign.values()), ""))
    for item in images:
        if of_campaign[item.campaign] != chosen.name:
            raise SettingError(f"{item.image_id} was sent to campaign {item.campaign}, whose pictures are labelled under "
                               f"{of_campaign[item.campaign] or 'nothing until its file is right'}, not {chosen.name}: name such "
                               "images in a command of their own")
    return chosen


def _check_nobody_knows_them(ledger: Ledger, image_ids: Sequence[str], config: AnnotationConfig) -> None:
    given = label_queue.images_given(ledger, config.name)
    if config.dense_config:
        given |= label_queue.images_given(ledger, config.dense_config)
    if taken := sorted(given & set(image_ids)):
        raise SettingError(f"{taken[0]} was given to annotators already, who would know it again: take an image that has no task")
