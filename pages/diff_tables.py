"""A diff in words: the same tables on a terminal, on the page, and in short on a release's card."""

from __future__ import annotations

from collections.abc import Iterable

from saegim.tables import Table
from schemas.shown_text import shortened, visible
from schemas.text import normalise
from stages.diff.diff import Diff, in_turn, most_common
from stages.diff.images import ImageChange
from stages.diff.totals import MERGED, ByReader, Handover, RegionCounts
from stages.export.plan import REASONS

MOST_ROWS = 20
"""Of a table that may be long; its note says how many more there are."""
NOBODY = "–"
NOTHING_CHANGED = "Nothing changed: both hold the same images, in the same splits, with the same readings."
UNSTATED = "that release does not say why"
TEXT = 60
"""Characters of a text on a terminal."""


def summary(found: Diff) -> dict[str, int]:
    """What changed in a few numbers, for people; what did not happen is left out."""
    totals = found.totals
    regions = totals.regions
    lines = {
        "images in": totals.images_in, "images out": totals.images_out, "images relabelled": totals.relabelled,
        "… of them with nothing changed": totals.alike, "images in another split": totals.splits_moved.total(),
        "regions that came with images": regions.came, "regions that went with images": regions.went,
        "regions added": regions.added, "regions removed": regions.removed, "regions moved": regions.moved,
        "regions that read from another corner": regions.turned, "regions redrawn, with a new id": regions.redrawn,
        "texts edited": regions.edited, "characters edited": regions.edits,
        "regions with other attributes": regions.attributes,
        "images described otherwise": totals.image_attributes.total(),
    }
    return {line: count for line, count in lines.items() if count}


def tables(found: Diff) -> list[Table]:
    """The diff from the whole to the details; a table that would be empty is left out."""
    made = [_totals(found), _splits(found), _slices(found), _readers(found), _configs(found), _reasons(found),
            _attributes(found), _letters(found)]
    return [table for table in made if table.rows]


def images_table(found: Diff, most: int = MOST_ROWS) -> Table:
    """The images that changed most, a line each."""
    rows = [(image.image_id[:12], what_changed(image), _arrow(*image.split), _arrow(*map(short_reader, image.reader)))
            for image in found.images[:most]]
    more = len(found.images) + found.left_off - len(rows)
    return Table("Images, most changed first", ("image", "what", "split", "read by"), tuple(rows), 4, _more(more, "images"))


def texts_table(found: Diff, most: int = MOST_ROWS) -> Table:
    """Edited texts of the images that changed most."""
    edited = [(image.image_id[:12], change) for image in found.images for change in image.changes if change.edited]
    rows = [(name, *(visible(shortened(normalise(region.text), TEXT)) for region in (change.before, change.after) if region),
             f"{change.edits:,}") for name, change in edited[:most]]
    return Table("Texts edited", ("image", "before", "after", "characters"), tuple(rows), 3,
                 _more(found.totals.regions.edited - len(rows), "texts"))


def _totals(found: Diff) -> Table:
    return Table(f"{found.before} → {found.after}", ("", "how many"),
                 tuple((line, f"{count:,}") for line, count in summary(found).items()))


def _splits(found: Diff) -> Table:
    totals = found.totals
    names = sorted({*totals.splits_in, *totals.splits_out})
    rows = [(name, f"{totals.splits_in[name]:,}", f"{totals.splits_out[name]:,}") for name in names]
    rows += [(f"moved: {_arrow(*pair)}", f"{count:,}", f"{count:,}") for pair, count in sorted(totals.splits_moved.items())]
    return Table("Images in and out by split", ("split", "in", "out"), tuple(rows), note=(
        "An image keeps its split from release to release: what moved may have been trained on."
        if totals.splits_moved else ""))


def _reasons(found: Diff) -> Table:
    counts = sorted(found.totals.reasons.items(), key=lambda item: (-item[1], item[0]))
    return Table("Why images are out", ("reason", "what it means", "images"), tuple(
        (reason or NOBODY, REASONS.get(reason, "" if reason else UNSTATED), f"{count:,}") for reason, count in counts), 2)


def _slices(found: Diff) -> Table:
    slices = sorted(found.totals.by_slice.items(), key=lambda item: (-_touched(item[1]), item[0]))
    return Table(
        "By slice, regions", ("slice", "net", "in", "out", "moved", "edited", "characters", "attributes"),
        tuple((name, f"{counts.net:+,}".replace("-", "−") if counts.net else "0", *map(_count, (
            counts.came + counts.added + counts.entered, counts.went + counts.removed + counts.left, counts.moved + counts.turned,
            counts.edited, counts.edits, counts.attributes))) for name, counts in slices),
        note="In are regions that were added, that came with an image, or that an attribute brought into the slice; out "
             "likewise. Net is how many more the slice has. Moved counts what reads from another corner too.")


def _readers(found: Diff) -> Table:
    readers = sorted(found.totals.by_reader.items(), key=lambda item: (_both(item), -item[1].images, *in_turn(item)))
    rows = [(*(short_reader(name) or NOBODY for name in (after, before)), f"{by.images:,}", *_work(by.regions))
            for (before, after), by in readers[:MOST_ROWS]]
    return Table("By whom", ("read by", "before by", "images", "added", "removed", "moved", "edited", "attributes"), tuple(rows),
                 2, f"People stand under pseudonyms; {MERGED} is what was merged of two people's readings. {NOBODY} is no "
                    "reading: the image came in, or is out." + _more(len(readers) - len(rows), "pairs", " "))


def _configs(found: Diff) -> Table:
    rows = [(before, after, f"{count:,}") for (before, after), count in sorted(found.totals.configs.items())]
    return Table("Relabelled under another annotation config", ("before", "after", "images"), tuple(rows), 2,
                 "Another config, or another version of it, may ask other things of people: see its guide.")


def _attributes(found: Diff) -> Table:
    totals = found.totals
    counted = [(*item, count, "regions") for item, count in totals.attributes.items()]
    counted += [(*item, count, "images") for item, count in totals.image_attributes.items()]
    counted.sort(key=lambda item: (item[4], -item[3], item[:3]))
    return Table("Attributes changed", ("attribute", "of", "before", "after", "how many"), tuple(
        (name, of, before, after, f"{count:,}") for name, before, after, count, of in counted[:2 * MOST_ROWS]), 4,
        _more(len(counted) - 2 * MOST_ROWS, "kinds of change"))


def _letters(found: Diff) -> Table:
    often = {pair: count for pair, count in found.totals.letters.items() if count > 1}
    rows = [(*(visible(letter, spaces=True) or NOBODY for letter in pair), f"{count:,}")
            for pair, count in most_common(often, MOST_ROWS)]
    return Table("Letters changed more than once", ("before", "after", "times"), tuple(rows), 2,
                 f"␣ is a space, {NOBODY} no letter: it was put in, or taken out." +
                 _more(len(often) - len(rows), "kinds of change", " "))


def what_changed(image: ImageChange) -> str:
    """One image's change in a line."""
    if image.what == "in":
        return f"in, {image.regions[1]} regions"
    if image.what == "out":
        return f"out, {image.reason or UNSTATED}"
    counts = image.counts
    parts = [f"{count} {name}" for name, count in (
        ("added", counts.added), ("removed", counts.removed), ("moved", counts.moved), ("turned", counts.turned),
        ("edited", counts.edited), ("with other attributes", counts.attributes)) if count]
    parts += [f"{name} {_arrow(before, after)}" for name, before, after in image.attributes]
    if image.config[0] != image.config[1]:
        parts.append(_arrow(*image.config))
    if image.split[0] != image.split[1]:
        parts.append("in another split")
    return ", ".join(parts) or "relabelled, nothing changed"


def _work(counts: RegionCounts) -> Iterable[str]:
    return map(_count, (counts.added, counts.removed, counts.moved + counts.turned, counts.edited, counts.attributes))


def _both(item: tuple[Handover, ByReader]) -> bool:
    """Who relabelled stands before who labelled what came in."""
    return None in item[0]


def _touched(counts: RegionCounts) -> int:
    return counts.came + counts.went + counts.weight


def _arrow(before: str | None, after: str | None) -> str:
    return f"{before or NOBODY}" if before == after else f"{before or NOBODY} → {after or NOBODY}"


def short_reader(reader: str | None) -> str | None:
    """Who read it, as short as it may be: all people are pseudonyms here, and a merged reading's name says nothing."""
    return MERGED if reader and reader.startswith(MERGED) else reader and reader.removeprefix("person:")


def _count(count: int) -> str:
    return f"{count:,}" if count else "·"


def _more(count: int, what: str, before: str = "") -> str:
    return f"{before}And {count:,} more {what}." if count > 0 else ""
