"""What people send, and what becomes of it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas import ids
from schemas.text import normalise


class Outcome(StrEnum):
    """Where a submission ends: exactly one of these (invariant I1)."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    HELD = "held"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


class Reason(StrEnum):
    """Why a submission is not taken. ``SENTENCES`` has what its submitter reads.

    All are reasons of a rejection but ``UNKNOWN_CAMPAIGN``: such a submission is held until its campaign has a file.
    """

    BAD_KEY = "bad_key"
    UNKNOWN_CAMPAIGN = "unknown_campaign"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    FORMAT_NOT_TAKEN = "format_not_taken"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    BLANK = "blank"
    TOO_DARK = "too_dark"
    TOO_BLURRED = "too_blurred"
    NO_TEXT = "no_text"
    SECOND_AT_PLACE = "second_at_place"
    """The portal gave its place to one photograph, which came before."""


SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.BAD_KEY: (
        "캠페인과 제출자를 알 수 없는 위치이거나 이름에 쓸 수 없는 문자가 있습니다. 캠페인/제출자/파일이름 으로 올려 주세요.",
        "Its place does not tell campaign and submitter, or its name holds what no name can. Send it as campaign/submitter/name.",
    ),
    Reason.UNKNOWN_CAMPAIGN: (
        "아직 열리지 않은 캠페인입니다. 담당자가 확인하고 있으니 다시 올리지 않으셔도 됩니다.",
        "There is no campaign of this name yet; a person is looking at it. Nothing has to be sent again.",
    ),
    Reason.EMPTY: ("빈 파일입니다. 다시 올려 주세요.", "The file is empty. Please send it again."),
    Reason.NOT_AN_IMAGE: ("사진이 아닙니다.", "This is not a picture."),
    Reason.FORMAT_NOT_TAKEN: (
        "받지 않는 형식입니다. JPEG, PNG, WebP, HEIC, BMP, 한 장짜리 TIFF로 올려 주세요.",
        "We do not take this format. Send JPEG, PNG, WebP, HEIC, BMP or a single-page TIFF.",
    ),
    Reason.BROKEN: (
        "파일이 깨졌거나 잘렸습니다. 원본을 다시 올려 주세요.",
        "The file is damaged or cut off. Please send the original again.",
    ),
    Reason.TOO_LARGE: ("사진이 너무 큽니다. 더 작은 크기로 올려 주세요.", "The picture is too large. Please send a smaller one."),
    Reason.TOO_SMALL: (
        "사진이 너무 작아 글자를 읽을 수 없습니다.",
        "The picture is too small to read anything on it.",
    ),
    Reason.BLANK: (
        "아무것도 찍히지 않은 사진입니다. 글자가 보이게 다시 찍어 주세요.",
        "There is nothing on the picture. Please take it again so that the writing shows.",
    ),
    Reason.TOO_DARK: (
        "사진이 너무 어둡습니다. 밝은 곳에서 다시 찍어 주세요.",
        "The picture is too dark. Please take it again in more light.",
    ),
    Reason.TOO_BLURRED: (
        "사진이 너무 흐려 글자를 읽을 수 없습니다. 초점을 맞추어 다시 찍어 주세요.",
        "The picture is too blurred to read. Please focus and take it again.",
    ),
    Reason.NO_TEXT: (
        "사진에서 글자를 찾지 못했습니다. 글자가 있다면 더 가까이에서 다시 찍어 주세요.",
        "No writing was found on the picture. If there is some, please take it again from nearer by.",
    ),
    Reason.SECOND_AT_PLACE: (
        "먼저 보낸 사진과 같은 자리로 보낸 파일이라 받지 않습니다. 먼저 보낸 사진은 그대로 있습니다. 새 사진은 ‘사진 보내기’ "
        "화면에서 골라 주세요.",
        "It was sent to the place of an earlier photograph, which stays as it is. Choose a new photograph on the page Send.",
    ),
}
"""Reason → (Korean, English)."""


CATEGORIES = "categories"
"""Name of the claim (the object's user metadata) that says which slices a photograph shows, with commas between."""


@dataclass(frozen=True, slots=True)
class RawObject:
    """One object in the bucket ``raw``, as the listing shows it. ``size`` in bytes, ``sent_at`` in UTC."""

    bucket: str
    key: str
    version: str
    size: int
    sent_at: datetime

    @property
    def submission_id(self) -> str:
        """Id of the submission that this object is."""
        return ids.submission_id(self.bucket, self.key, self.version)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose a submission is, as its key says; campaign and submitter normalised."""

    campaign: str
    submitter: str
    name: str


def sender_of(key: str) -> Sender | None:
    """Reads ``campaign/submitter/name``; the name may hold further slashes.

    A person's files come from phones and computers that write Hangul in two ways (NFC and NFD): campaign and submitter are
    compared as ``schemas.text.normalise`` leaves them, the name stays as it is.

    Returns:
        None where the key has another form, or one that not every tool can name: an empty part, ``.`` or ``..`` among its
        parts, or a control character (a line break, an escape sequence of a terminal).
    """
    parts = key.split("/")
    if len(parts) < 3 or {"", ".", ".."} & set(parts) or any(unicodedata.category(char) == "Cc" for char in key):
        return None
    campaign, submitter = map(normalise, parts[:2])
    return Sender(campaign, submitter, "/".join(parts[2:])) if campaign and submitter else None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something is not taken, or not yet. ``detail`` is for the data manager; the submitter reads ``SENTENCES[reason]``."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Original:
    """What is kept of the raw file as data, and never in the canonical image. Sizes before rotation, in pixels."""

    format: str
    width: int
    height: int
    captured_at: str | None
    camera: str | None
    had_gps: bool


@dataclass(frozen=True, slots=True)
class CanonicalImage:
    """One picture as everything downstream sees it: upright, 8-bit sRGB, no metadata (design D1).

    Attributes:
        image_id: sha256 of the encoded file.
        size: bytes of the encoded file.
        media_type: ``image/jpeg`` or ``image/png``.
        width: pixels.
        height: pixels.
        pixels_id: sha256 of size and decoded RGB bytes, which finds the same pixels in another container; None where
            the file was kept and its pixels were not needed.
        words: what the word index knows the picture by (``stages/ingest/words.py``).
        encoder: what made the file, with its version.
        original: what the raw file said.
    """

    image_id: str
    size: int
    media_type: str
    width: int
    height: int
    pixels_id: str | None
    words: tuple[int, ...]
    encoder: str
    original: Original

    @property
    def key(self) -> str:
        """Object key in the bucket ``images``, spread over prefixes."""
        return image_key(self.image_id, self.media_type)


def image_key(image_id: str, media_type: str) -> str:
    """Object key of a canonical image in the bucket ``images``."""
    return f"{image_id[:2]}/{image_id}.{'jpg' if media_type == 'image/jpeg' else 'png'}"


class Verdict(StrEnum):
    """How two photographs are related."""

    DUPLICATE = "duplicate"
    CLUSTER = "cluster"
    REVIEW = "review"
    DISTINCT = "distinct"


class Said(StrEnum):
    """What a manager says of submissions: the kinds of decisions."""

    DUPLICATE = "duplicate"
    CLUSTER = "cluster"
    SPLIT = "split"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Compared:
    """A submission's picture beside an earlier image: what was found, and the figures that it was found by."""

    image_id: str
    verdict: Verdict
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Submission:
    """One raw object with what became of it: a row of the ledger.

    Attributes:
        raw: the object.
        sender: whose it is; None where the key does not say.
        claims: the object's user metadata. Claims, never facts.
        outcome: where it ended.
        raw_sha256: of the raw bytes; None where they were not read.
        rejection: why, where it is not taken.
        image: its canonical image, where it has one.
        image_id: the image it stands for; for a duplicate, that of the earlier submission.
        own_image_id: ``image``'s id, or that of an earlier image with the same bytes or pixels.
        found: how that one is related to an earlier image, as ingest found by itself.
        found_image_id: that earlier image; ``own_image_id`` for the same bytes or pixels.
        uncompared: how many more look like it and were not compared, being too many.
        cluster_id: the image that founded its cluster.
        duplicate_of: submission id of the one that this repeats.
        comparisons: the earlier images that it is related to; none of them is distinct.
        trace: why it is quarantined or held.
        thumbnail: a small copy of a rejected picture as a data URL, for the report of the run; not kept.
    """

    raw: RawObject
    sender: Sender | None
    claims: dict[str, str]
    outcome: Outcome
    raw_sha256: str | None = None
    rejection: Rejection | None = None
    image: CanonicalImage | None = None
    image_id: str | None = None
    cluster_id: str | None = None
    duplicate_of: str | None = None
    comparisons: tuple[Compared, ...] = ()
    trace: str | None = None
    thumbnail: str | None = None
    own_image_id: str | None = None
    found: Verdict | None = None
    found_image_id: str | None = None
    uncompared: int = 0


def duplicate_sentence(own: str | None) -> tuple[str, str]:
    """What the submitter of a duplicate reads, in Korean and English.

    Args:
        own: name of their own earlier picture; None where somebody else sent it.
    """
    if own is None:
        return "다른 분이 먼저 보낸 사진과 같은 사진입니다.", "Somebody else sent this picture before."
    return f"먼저 보내신 사진 '{own}'과(와) 같은 사진입니다.", f"It repeats your own picture '{own}'."


UNCOMPARED = "more look like it than are compared (SAEGIM_VERIFICATIONS)"
"""In the detail of a held submission: it has more lookalikes than it was compared with."""



def why_held(doubts: int, uncompared: int) -> str:
    """The detail of a held submission.

    Args:
        doubts: earlier pictures that it may repeat.
        uncompared: lookalikes that it was not compared with.
    """
    why = [f"may repeat {doubts} earlier picture(s)"] if doubts else []
    return "; ".join(why + ([f"{uncompared} {UNCOMPARED}"] if uncompared else []))


HELD_SENTENCE = (
    "이미 있는 사진과 아주 비슷하여 담당자가 확인하고 있습니다.",
    "It is very like a picture that we have; a person is looking at it.",
)
