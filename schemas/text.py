"""Text as it is stored and as it is compared (design D9). NFC on the way in; NFKC never, it changes what is printed."""

import unicodedata

from schemas.reading import Language

HANGUL = (("\uac00", "\ud7a3"), ("\u1100", "\u11ff"), ("\u3130", "\u318f"), ("\ua960", "\ua97f"), ("\ud7b0", "\ud7ff"))


def normalise(text: str) -> str:
    """NFC, line breaks and tabs to spaces, control characters out, no space at the ends."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    printed = "".join(char for char in spaced if unicodedata.category(char) != "Cc")
    # Last: a control character may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", printed).strip()


def without_spaces(text: str) -> str:
    """Text with all white space out: Korean spacing is a convention that readers disagree on."""
    return "".join(text.split())


def is_hangul(char: str) -> bool:
    """Whether a character is a Hangul syllable or letter."""
    return any(low <= char <= high for low, high in HANGUL)


def language_of(text: str) -> Language:
    """Language by script: Hangul is ko, Latin is en, both are mixed, digits alone are digits."""
    letters = [char for char in text if char.isalpha()]
    hangul = sum(map(is_hangul, letters))
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    if hangul and latin:
        return Language.MIXED
    if hangul:
        return Language.KO
    if latin and latin == len(letters):
        return Language.EN
    if not letters and any(char.isdigit() for char in text):
        return Language.DIGITS
    return Language.OTHER
