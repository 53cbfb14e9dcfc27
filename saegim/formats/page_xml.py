"""PAGE XML: a document a picture, beside it, in a folder a split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from saegim.errors import FormatWrong
from saegim.formats.page_reading import draft_of, tag_of
from saegim.formats.page_writing import NOT_XML, REPLACED, page_of
from saegim.labels.dataset_files import DatasetFiles
from saegim.labels.drafts import finished
from saegim.labels.extras import EXTRAS_OF_IMAGES, EXTRAS_OF_REGIONS
from saegim.labels.file_names import split_of
from saegim.labels.findings import Findings
from saegim.labels.format import Format, Holds, Shape
from saegim.labels.labelled import LabelledImage, LabelledSet
from saegim.labels.licence_file import licence_of, write_licence
from saegim.labels.nearest import NearestPictures
from saegim.labels.output import Output
from saegim.labels.picture_files import leave_unlabelled
from saegim.labels.pictures_by_stem import stem_of
from saegim.labels.saved_pictures import saved_pictures
from saegim.labels.split_names import SplitNames
from saegim.labels.texts import decoded
from saegim.release import need

NAME = "page-xml"
"""Of the format."""
START = 4096
"""Bytes of a file in which its root element stands."""
NO_XML_CHARACTER = "a control character in its text, which XML cannot hold, became U+FFFD"
NOT_PAGE = "an XML file that is no PAGE document"
TWICE = "another document already has its picture"


def _recognise(files: DatasetFiles) -> str:
    found = [name for name in _documents(files) if b"PcGts" in files.start(name, START)]
    return f"{len(found)} XML files with the root PcGts" if found else ""


def _documents(files: DatasetFiles) -> list[str]:
    return files.label_names(".xml")


def _write(dataset: LabelledSet, output: Output, findings: Findings) -> list[str]:
    splits = SplitNames(findings)
    folders = set()
    for saved in saved_pictures(dataset.images, lambda image: f"{splits.of(image.split)}/{image.name}", output):
        image = saved.image
        split = splits.of(image.split)
        folders.add(split)
        document = page_of(_fit_for_xml(image, findings), dataset.licence)
        output.write(f"{split}/{stem_of(image.name)}.xml", document.encode())
        findings.went(len(image.regions))
        output.advance(1)
    write_licence(dataset, output)
    return sorted(folders)


def _fit_for_xml(image: LabelledImage, findings: Findings) -> LabelledImage:
    """The image with texts that XML can hold."""
    regions = []
    for number, region in enumerate(image.regions):
        text = NOT_XML.sub(REPLACED, region.text)
        if text != region.text:
            findings.changed(image.name, number, NO_XML_CHARACTER)
        regions.append(replace(region, text=text))
    return replace(image, regions=tuple(regions))


def _read(files: DatasetFiles, findings: Findings) -> LabelledSet:
    if not _recognise(files):
        raise FormatWrong(f"{files.path} has no XML file with the root PcGts, as PAGE documents have")
    licence = licence_of(files)
    return LabelledSet(files.path.name, _images(files, findings), licence=licence)


def _images(files: DatasetFiles, findings: Findings) -> Iterator[LabelledImage]:
    pictures = NearestPictures(files)
    used: set[str] = set()
    taken: set[str] = set()
    for document in _documents(files):
        page = _page(files, document, findings)
        if page is None:
            continue
        named = page.get("imageFilename", "")
        path = pictures.of(document, [named])
        name = (path or named or document).replace("\\", "/").rpartition("/")[2]
        draft = draft_of(page, name if name not in taken else path or document, split_of(document))
        if path in used:
            findings.came(len(draft.drafts))
            findings.left_out(document, None, TWICE, path or "", regions=len(draft.drafts))
            continue
        taken.add(name)
        used.add(path or "")
        if image := finished(files, path, draft, findings):
            yield image
    leave_unlabelled(files, used, findings)


def _page(files: DatasetFiles, document: str, findings: Findings) -> Any | None:
    """The page of a document, an element of lxml; None where there is none: then that is among the findings."""
    etree = need("lxml.etree", "lxml")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        text = decoded(files.read(document), document, findings).lstrip("\ufeff \t\r\n")
        # What the declaration says of the encoding no longer holds: the text is decoded.
        root = etree.fromstring((text[text.index("?>") + 2:] if text.startswith("<?xml") else text).encode(), parser)
    except (FormatWrong, SyntaxError, ValueError) as error:
        findings.came(0)
        findings.left_out(document, None, "a label file that cannot be read", str(error))
        return None
    page = next((child for child in root if tag_of(child) == "Page"), None)
    if tag_of(root) != "PcGts" or page is None:
        findings.came(0)
        findings.left_out(document, None, NOT_PAGE)
        return None
    return page


FORMAT = Format(
    NAME, "PAGE XML",
    Holds(Shape.POLYGON, frozenset(EXTRAS_OF_REGIONS), frozenset(EXTRAS_OF_IMAGES), whole=True),
    unit="line", read=_read, write=_write, recognise=_recognise,
    notes=("Schema 2019-07-15, corners in whole pixels of the picture; each region is a text region with one line (and word).",
           "Illegible regions have no text: trainers pass over them. Stamps and signatures are graphics.",
           "What the schema has no attribute for is in `custom`, as Transkribus writes it; baselines and layout are not held."),
    sees="outlines in whole pixels, texts, reading directions, languages, production; illegible regions without a text")
