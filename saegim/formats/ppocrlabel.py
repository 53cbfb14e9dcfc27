"""What PPOCRLabel writes in the place of a text that nobody has read."""

from __future__ import annotations

UNREAD = "PPOCRLabel's word for a box that nobody has read: illegible"
MAYBE_UNREAD = "its text is PPOCRLabel's word for a box that nobody has read"
CHINESE = ("待识别", "无法识别")
"""A new box before it is read, and one in which its model read nothing: tempLabel and nullLabel of
resources/strings/strings-zh-CN.properties of PPOCRLabel, set in PPOCRLabel.py. No sign in a street says them."""
ENGLISH = ("TEMPORARY", "NULL")
"""The same of strings-en.properties: words that a sign may say."""
OWN_LISTS = ("Label.txt", "rec_gt.txt")
"""Names of the lists that PPOCRLabel itself writes."""


def is_unread(text: str, name: str) -> bool:
    """Whether a text of a list says that nobody read the box.

    Args:
        text: as the list has it.
        name: of the list.
    """
    return text.strip() in CHINESE or (text.strip() in ENGLISH and name.rpartition("/")[2] in OWN_LISTS)


def may_be_unread(text: str) -> bool:
    """Whether a text may be one of PPOCRLabel's words, or a real one."""
    return text.strip() in (*CHINESE, *ENGLISH)
