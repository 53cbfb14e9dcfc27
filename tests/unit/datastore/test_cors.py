"""What browsers may do with the buckets from pages of other addresses."""

from datastore.cors import READING, cors


def test_a_bucket_is_read_from_everywhere_and_posted_to_from_nowhere() -> None:
    assert cors() == {"CORSRules": [READING]}
    assert READING["AllowedMethods"] == ["GET", "HEAD"]


def test_pages_of_one_web_site_post_and_do_nothing_else() -> None:
    reading, posting = cors("https://photographs.example.com")["CORSRules"]
    assert reading == READING
    assert posting["AllowedMethods"] == ["POST"]
    assert posting["AllowedOrigins"] == ["https://photographs.example.com"]
