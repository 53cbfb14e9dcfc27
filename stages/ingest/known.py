"""What is known of images while pictures are settled: what the ledger has, and what this settling adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.recorded import KnownImage
from schemas.submission import CanonicalImage, Compared, Outcome, Reason, Rejection, Submission, Verdict
from stages.ingest.settle import Lookalike, repeats

STRONG = 2.0
"""Weight from which a candidate that was not compared keeps a picture for a manager: two words that no other image has."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Earlier images that share words with a picture.

    Attributes:
        compared: those that it is to be compared with, the likeliest first.
        left_out: how many more look much like it.
    """

    compared: list[KnownImage]
    left_out: int


class KnownImages:
    """Images that pictures may repeat, found by id, by pixels, by the bytes of the file or by their number.

    Args:
        by_bytes: image ids by sha256 of raw files that they were made of.
    """

    def __init__(self, by_bytes: Mapping[str, str]) -> None:
        self._by_id: dict[str, KnownImage] = {}
        self._by_bytes = dict(by_bytes)
        self._by_pixels: dict[str, str] = {}
        self._by_number: dict[int, str] = {}
        self._roots: dict[str, str] = {}

    @property
    def ids(self) -> list[str]:
        """Ids of all of them."""
        return list(self._by_id)

    @property
    def clusters(self) -> set[str]:
        """Ids of the clusters that they are in."""
        return {known.cluster_id for known in self._by_id.values()}

    def learn(self, images: Iterable[KnownImage]) -> None:
        """Adds some, or what is newly known of them."""
        for known in images:
            self._by_id[known.image_id] = known
            self._by_number[known.number] = known.image_id
            if known.pixels_id:
                self._by_pixels[known.pixels_id] = known.image_id

    def learn_roots(self, stood_for: Mapping[str, str]) -> None:
        """Adds which image each duplicate's own image repeats."""
        self._roots.update(stood_for)

    def same_picture(self, item: Submission) -> KnownImage | None:
        """The image with the same bytes or pixels as a decoded submission's, withdrawn or not."""
        if item.image is None:
            return None
        name = self._by_bytes.get(item.raw_sha256 or "") or self._by_pixels.get(item.image.pixels_id or "", "")
        return self._by_id.get(item.image.image_id) or self._by_id.get(name)

    def repeated(self, item: Submission, same: KnownImage) -> Submission | None:
        """What becomes of a submission with the bytes or pixels of an image; None where nobody stands on that any more.

        It is a duplicate of the submission that stands on the image, or on what the image repeats; where that was rejected
        because it has no text, this one is too.
        """
        root = self._by_id.get(self._roots.get(same.image_id, same.image_id))
        if root is None or root.submission_id is None:
            return None
        done = repeats(item, same.image_id, root.image_id, root.submission_id)
        if root.stands:
            return done
        textless = Rejection(Reason.NO_TEXT, f"the same picture as {root.submission_key}")
        return replace(done, outcome=Outcome.REJECTED, rejection=textless, duplicate_of=None)

    def candidates(self, image: CanonicalImage, weighed: Sequence[tuple[int, float]], most: int) -> Candidates:
        """The images that a picture is to be compared with.

        Args:
            image: the picture.
            weighed: (number, weight) of images that share words with it, the heaviest first.
            most: how many it is compared with at most.
        """
        images = [(self._by_id[self._by_number[number]], weight) for number, weight in weighed if number in self._by_number]
        images = [(known, weight) for known, weight in images if known.stands and known.image_id != image.image_id]
        return Candidates([known for known, _ in images[:most]], sum(weight >= STRONG for _, weight in images[most:]))

    def unmet_representatives(self, found: Sequence[Lookalike]) -> list[KnownImage]:
        """What a picture that resembles members of clusters has to be compared with too: clusters do not chain."""
        met = {one.compared.image_id for one in found}
        wanted = {one.cluster_id for one in found if one.compared.verdict is Verdict.CLUSTER and not one.represents}
        return [known for known in self._by_id.values() if known.represents and known.stands
                and known.cluster_id in wanted and known.image_id not in met]

    def remember(self, image: CanonicalImage, done: Submission) -> None:
        """Adds a settled picture: later ones may repeat it."""
        if done.raw_sha256:
            self._by_bytes[done.raw_sha256] = image.image_id
        if done.outcome in (Outcome.ACCEPTED, Outcome.HELD):
            self.learn([KnownImage(image.image_id, image.media_type, image.pixels_id, done.cluster_id or image.image_id,
                                   done.cluster_id == image.image_id, done.raw.submission_id, done.raw.sent_at, done.raw.key,
                                   done.outcome)])
        elif done.image_id:  # a duplicate's own picture may come again
            self.learn([KnownImage(image.image_id, image.media_type, image.pixels_id, image.image_id, represents=False)])
            self._roots[image.image_id] = done.image_id


def made_before(image: CanonicalImage, same: KnownImage) -> CanonicalImage:
    """A picture that was made before, by another encoder perhaps, and withdrawn since: it stands again as it was made then."""
    return replace(image, image_id=same.image_id, media_type=same.media_type)


def lookalike(known: KnownImage, compared: Compared) -> Lookalike:
    """An image that a picture was compared with, and what was found.

    Raises:
        ValueError: no submission stands on it.
    """
    if known.submission_id is None or known.sent_at is None:
        raise ValueError(f"{known.image_id} stands on no submission")
    return Lookalike(compared, known.cluster_id, known.represents, known.submission_id, known.sent_at)
