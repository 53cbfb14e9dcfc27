"""Text as it is stored and as it is compared (design D9). NFC on the way in; NFKC never, it changes what is printed.

Two texts that look alike are one text, and a text that nobody sees is none. What ``normalise`` does with what is not seen:

| characters | become |
|---|---|
| white space of any kind (no-break and ideographic space, line and paragraph separators, tabs), the empty Braille cell U+2800 | \
one space, and a run of them as well; none at the ends |
| controls (Cc), format characters (Cf: U+00AD, U+200B, U+2060 to 2064, U+FEFF, all that set a writing direction, annotation \
marks, layout of hieroglyphs), all other default ignorables of Unicode (U+034F, Khmer's inherent vowels), noncharacters, \
U+FFFC (the place of a pasted picture), U+1D159 (a note without a head) | nothing |
| Hangul fillers U+3164 and U+FFA0 | nothing |
| Hangul fillers U+115F before a vowel or U+1160 and a final, U+1160 between an initial and a final: they hold a syllable of old \
Hangul together | stay; elsewhere nothing |
| U+200D (joiner) between two pictographs, or behind a virama | stays; elsewhere nothing |
| U+200C (non-joiner) between two letters that would join (RFC 5892, A.1), or between a virama and a letter | \
stays, once; elsewhere nothing |
| U+FE0F behind a pictograph that is plain by default, or in a keycap; U+FE0E behind one that is an emoji by default | \
stays: it looks otherwise; elsewhere nothing |
| U+FE00 to FE02 and U+E0100 to E01EF behind an ideograph, U+FE00 behind a mathematical sign, Mongolian U+180B to 180F behind a \
Mongolian letter | stay: they choose a printed form; other variation selectors nothing |
| tags behind a black flag, with their end (the flag of Scotland) | stay; elsewhere nothing |
| half a surrogate pair | U+FFFD; both halves of one become its character |

All else stays as it was typed: compatibility and full-width letters, letters and marks that stand alone, number signs of Arabic
that are seen though Unicode calls them format characters, private use (old Hangul and logos are seen where the font has them),
U+FFFD, and characters that are not assigned yet. Reversed text (U+202E) is stored in the order in which it was typed.
"""

import re
import unicodedata

import regex

from schemas.reading import Language

HANGUL = (("\uac00", "\ud7a3"), ("\u1100", "\u11ff"), ("\u3130", "\u318f"), ("\ua960", "\ua97f"), ("\ud7b0", "\ud7ff"))
SPACE = r"\p{White_Space}\x1c-\x1f\u2800"
UNSEEN = (r"[[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufffc\U0001d159]"
          r"--\p{Prepended_Concatenation_Mark}]")
JOINS_ON = r"[\p{Joining_Type=D}\p{Joining_Type=L}]"
JOINS_BACK = r"[\p{Joining_Type=D}\p{Joining_Type=R}]"
STAYS = (
    r"\u115f(?=[\p{Hangul_Syllable_Type=V}--\u1160]|\u1160\p{Hangul_Syllable_Type=T})",
    r"(?<=\p{Hangul_Syllable_Type=L})\u1160(?=\p{Hangul_Syllable_Type=T})",
    r"(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})",
    r"(?<=\p{Canonical_Combining_Class=9})\u200d",
    rf"(?<={JOINS_ON}\p{{Mn}}*)\u200c(?=[\u200c\p{{Mn}}]*{JOINS_BACK})",
    r"(?<=\p{Canonical_Combining_Class=9})\u200c(?=\u200c*\p{L})",
    r"(?<=[\p{Extended_Pictographic}--\p{Emoji_Presentation}])\ufe0f",
    r"(?<=[0-9#*])\ufe0f(?=\u20e3)",
    r"(?<=\p{Emoji_Presentation})\ufe0e",
    r"(?<=\p{Ideographic})[\ufe00-\ufe02\U000e0100-\U000e01ef]",
    r"(?<=\p{Sm})\ufe00",
    r"(?<=[\u1820-\u18aa])[\u180b-\u180f]",
    r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f",
)
_SPACES = regex.compile(rf"[{SPACE}]+", regex.V1)
_DROPPED = regex.compile(rf"(?:{'|'.join(STAYS)})(*SKIP)(*FAIL)|{UNSEEN}+", regex.V1)
_PLAIN = re.compile("[ -~¡-¬®-\u0300ㄱ-ㅣ가-힣、-ヿ一-鿿！-～]*")
"""Nearly all texts, which hold nothing of the table: twenty times as fast."""
_ASCII_AND_HANGUL = re.compile(r"[\x00-\x7f가-힣]*")
_HANGUL_SYLLABLE = re.compile("[가-힣]")
_LATIN_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")
_HALVES = re.compile("[\ud800-\udfff]")


CHECK_BOXES = {"□": False, "☐": False, "☑": True, "☒": True, "■": True}
"""Characters by which a recogniser says a check box, and whether it is ticked."""


def normalise(text: str) -> str:
    """The one form of all texts that look like this one: NFC, one space for white space, nothing that is not seen.

    Empty where nothing of it is seen. See the table above.
    """
    if _HALVES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = unicodedata.normalize("NFC", text)
    if not _PLAIN.fullmatch(text):
        seen = _DROPPED.sub("", _SPACES.sub(" ", text))
        # Again: a character that is not seen may have stood between a letter and its accent.
        text = unicodedata.normalize("NFC", seen) if seen != text else text
    return " ".join(text.split())


def without_spaces(text: str) -> str:
    """Text with all white space out: Korean spacing is a convention that readers disagree on."""
    return "".join(text.split())


def is_hangul(char: str) -> bool:
    """Whether a character is a Hangul syllable or letter."""
    return any(low <= char <= high for low, high in HANGUL)


def language_of(text: str) -> Language:
    """Language by script: Hangul is ko, Latin is en, both are mixed, digits alone are digits."""
    if _ASCII_AND_HANGUL.fullmatch(text):  # nearly all texts; thirty times as fast
        has_latin = bool(_LATIN_LETTER.search(text))
        if _HANGUL_SYLLABLE.search(text):
            return Language.MIXED if has_latin else Language.KO
        if has_latin:
            return Language.EN
        return Language.DIGITS if _DIGIT.search(text) else Language.OTHER
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
