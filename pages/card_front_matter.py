"""The YAML at the head of a release's card: what Hugging Face reads."""

from __future__ import annotations

import re

import yaml

from pages.card_facts import CardFacts
from stages.export.counts import Facet

SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")
"""What Hugging Face takes as ``size_categories``: a power of ten each."""
LICENCES = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0
artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0
cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0
eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl osl-3.0 postgresql
ofl-1.1 ncsa unlicense zlib pddl lgpl-lr unknown"""
"""What Hugging Face takes as ``license``; https://huggingface.co/docs/hub/repositories-licenses."""
SPDX = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}
"""SPDX identifiers that it spells otherwise."""


def front_matter(facts: CardFacts) -> str:
    """The YAML that Hugging Face reads."""
    found = {name for name in ("ko", "en") if any(facts.counts.tally(Facet.SLICE, other).regions for other in (name, "mixed"))}
    images = facts.counts.tally(Facet.ALL).images
    values = {
        **_licences(facts),
        "language": sorted(found, reverse=True),
        "task_categories": ["image-to-text"],
        "tags": ["ocr", "text-detection", "text-recognition", f"{facts.recipe.unit}-level", "saegim"],
        "size_categories": [SIZES[min(max(len(str(images)) - 3, 0), len(SIZES) - 1)]],
        "pretty_name": facts.recipe.name.replace("-", " ").capitalize(),
    }
    return yaml.safe_dump({name: value for name, value in values.items() if value}, allow_unicode=True, sort_keys=False)


def _licences(facts: CardFacts) -> dict[str, str | list[str]]:
    """The licences of all that a release holds as Hugging Face wants them: one, or a list."""
    collected = [facts.recipe.licence] * bool(facts.counts.tally(Facet.SOURCE).images or not facts.sources)
    found = [licence(text, facts.recipe.name) for text in dict.fromkeys(
        [*collected, *(text for held in facts.sources for text in held.licences)])]
    names = list(dict.fromkeys(one["license"] for one in found))
    others = list(dict.fromkeys(one["license_name"] for one in found if "license_name" in one))
    whole: dict[str, str | list[str]] = {"license": names[0] if len(names) == 1 else names}
    return whole | ({"license_name": ", ".join(others)} if others else {})


def licence(text: str, dataset: str) -> dict[str, str]:
    """A recipe's licence as Hugging Face wants it: one of its identifiers, or ``other`` with a name of its own."""
    spdx = text.strip().lower()
    if (known := SPDX.get(spdx, spdx)) in LICENCES.split():
        return {"license": known}
    name = re.sub(r"[^a-z0-9.]+", "-", spdx)[:60].strip("-.")
    return {"license": "other", "license_name": name or f"{dataset}-licence"}
