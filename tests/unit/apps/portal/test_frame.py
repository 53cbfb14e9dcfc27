"""What every page has."""

from pathlib import Path

from tests.portal import open_portal


def test_the_portal_says_that_it_is_there(tmp_path: Path) -> None:
    answer = open_portal(tmp_path).client.get("/health")
    assert answer.json() == {"status": "ok"}
