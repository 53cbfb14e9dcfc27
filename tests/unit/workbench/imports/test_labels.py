"""Labels of a public data set as they are kept."""

from __future__ import annotations

from saegim.formats import FORMATS
from saegim.labels.findings import Findings
from saegim.labels.labelled import LabelledImage, LabelledRegion
from tests.made_labels import picture, quad
from workbench.imports.labels import ImportRequest, imported_labels


def test_regions_are_told_by_their_numbers_in_the_data_set() -> None:
    findings = Findings()
    regions = (LabelledRegion(quad(), "글", number=2), LabelledRegion(quad(), "두  칸\u200b", number=5),
               LabelledRegion(((0, 0), (1, 0), (2, 0)), "선", number=7))
    image = LabelledImage("i/a.png", lambda: picture(1), 160, 120, "word", regions)
    request = ImportRequest("public/made", FORMATS["ufo"], "CC0-1.0", (), None, "")
    imported_labels(image, "public/made/a.png", "0" * 64, request, findings)

    assert [(remark.image, remark.region) for remark in findings.remarks] == [("i/a.png", 5), ("i/a.png", 7)]
