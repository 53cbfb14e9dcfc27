"""What the field has for the same pictures: hashes of whole pictures, and keypoints that one homography explains."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import cv2
import imagehash
import numpy as np
from PIL import Image
from rich.progress import track

from benchmarks.duplicate_pictures import Pair, Picture
from benchmarks.edits import EDITS, HARDER, HELD_OUT, PARTS, TUNING, Grey, half_of
from benchmarks.figures import Figure
from benchmarks.hash_peers import imagededup_hashes

Hash = Callable[[Grey], object]
SIFT_SIDE = 600
"""Longer side of the pictures for keypoints, in pixels."""
SIFT_POINTS = 500
RATIO = 0.8
"""Lowe's test: the nearest descriptor is so much nearer than the second one."""
EVERY = 4
"""Every fourth document of each half stands for all with keypoints, which take a tenth of a second a pair."""


def peers(documents: Mapping[str, Picture], same: set[Pair], templates: set[Pair], negatives: Sequence[Pair]) -> Iterator[Figure]:
    """A row for each peer."""
    for label, (hashed, near) in _hashes().items():
        yield _hash_figure(label, hashed, near, documents, same, templates, negatives)
    yield _keypoints(documents, sorted(templates - same))
    yield Figure("peer learned embeddings (SSCD, DINO, imagededup CNN)", "", "not run: no package carries their weights, and "
                 "those of SSCD are licensed for research only")


def _hash_figure(label: str, hashed: Hash, near: Callable[[object, object], bool], documents: Mapping[str, Picture],
                 same: set[Pair], templates: set[Pair], negatives: Sequence[Pair]) -> Figure:
    known = {name: hashed(picture.grey) for name, picture in documents.items()}
    jobs = [(name, edit, picture) for edit in (EDITS | HARDER) for name, picture in documents.items()]
    hits = [(edit, near(known[name], hashed((EDITS | HARDER)[edit](picture.grey))))
            for name, edit, picture in track(jobs, label, transient=True)]
    light = [hit for edit, hit in hits if edit in EDITS]
    found = sum(light) + sum(near(known[a], known[b]) for a, b in same)
    wrong = sum(near(known[a], known[b]) for a, b in negatives)
    others = templates - same
    share = sum(near(known[a], known[b]) for a, b in others) / len(others)
    missed = len(light) + len(same) - found
    harder = statistics.mean(hit for edit, hit in hits if edit in HARDER)
    return Figure(f"peer {label}: F1, wrong merges", "", f"F1 {2 * found / (2 * found + wrong + missed):.3f}, {wrong} wrong "
                  f"({wrong / len(negatives):.1%} of pairs, {share:.0%} of one template); harder edits found {harder:.3f}")


def _hashes() -> dict[str, tuple[Hash, Callable[[object, object], bool]]]:
    def hamming(limit: int) -> Callable[[object, object], bool]:
        return lambda a, b: (int(str(a), 16) ^ int(str(b), 16)).bit_count() <= limit

    def encoder(method: Any) -> Hash:
        return lambda grey: method.encode_image(image_array=grey)

    return {"imagehash pHash ≤ 8": (lambda grey: imagehash.phash(Image.fromarray(grey)), hamming(8)),
            **{f"imagededup {method.__name__} ≤ 10": (encoder(method(verbose=False)), hamming(10))  # 10: its default
               for method in imagededup_hashes()}}


def _keypoints(documents: Mapping[str, Picture], templates: Sequence[Pair]) -> Figure:
    """SIFT, matched and verified by a homography; as many points have to agree as part copies from templates best, tuning."""
    halves = {half: [picture for name, picture in documents.items() if half_of(name) == half][::EVERY]
              for half in (TUNING, HELD_OUT)}
    sift = cv2.SIFT.create(SIFT_POINTS)
    known = {name: _described(sift, documents[name].grey) for name in
             {picture.name for half in halves.values() for picture in half} | {name for pair in templates for name in pair}}
    apart = {half: [_agreeing(known[a], known[b]) for a, b in templates if half_of(a) == half] for half in halves}
    true = {half: [_agreeing(_described(sift, edit(picture.grey)), known[picture.name])
                   for edit in track((EDITS | HARDER | PARTS).values(), "keypoints", transient=True) for picture in some]
            for half, some in halves.items()}
    limits = range(8, SIFT_POINTS)
    limit = max(limits, key=lambda least: sum(n >= least for n in true[TUNING]) / len(true[TUNING])
                - sum(n >= least for n in apart[TUNING]) / max(len(apart[TUNING]), 1))
    found, wrong = ([n >= limit for n in of[HELD_OUT]] for of in (true, apart))
    return Figure(f"peer OpenCV SIFT + RANSAC ≥ {limit} points, held out", "",
                  f"{statistics.mean(found):.3f} of all edits and parts found, {sum(wrong)} of {len(wrong)} pairs of one "
                  "template merged")


def _described(sift: Any, grey: Grey) -> tuple[Any, Any]:
    scale = SIFT_SIDE / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    points, descriptors = sift.detectAndCompute(small, None)
    return np.array(cv2.KeyPoint.convert(points), np.float32), descriptors


def _agreeing(one: tuple[Any, Any], other: tuple[Any, Any]) -> int:
    if min(len(one[0]), len(other[0])) < 8:
        return 0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(one[1], other[1], k=2)
    good = [first for first, second in pairs if first.distance < RATIO * second.distance]
    if len(good) < 8:
        return 0
    _, mask = cv2.findHomography(one[0][[pair.queryIdx for pair in good]], other[0][[pair.trainIdx for pair in good]],
                                 cv2.USAC_MAGSAC, 3.0)
    return 0 if mask is None else int(mask.sum())
