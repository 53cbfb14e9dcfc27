"""What a dataset recipe may name is what the client writes."""

from saegim.formats import WRITTEN
from schemas.recipes import dataset


def test_a_card_tells_of_the_formats_that_are_written() -> None:
    assert set(dataset.FORMATS) == set(WRITTEN)
