"""LMDB of deep-text-recognition-benchmark out and in, and read by that code's own rules."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import lmdb
import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from saegim.errors import FormatWrong
from saegim.formats import lmdb_set, lmdb_store
from saegim.formats.lmdb_set import FORMAT, charset
from saegim.formats.lmdb_store import LmdbStore
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from tests.made_labels import check_resumes, hard_set, labelled, nfc, picture, quad, read_back, regions, written

LEARNT = [region for image in hard_set().images for region in image.regions
          if region.legible and region.text.strip() and region.kind == "text"]


def loaded(folder: Path, character: str, batch_max_length: int = 25) -> list[str]:
    """What dataset.py of deep-text-recognition-benchmark takes of an LMDB: labels in small letters, the others dropped."""
    with lmdb.open(str(folder), max_readers=32, readonly=True, lock=False, readahead=False, meminit=False) as opened, \
            opened.begin(write=False) as reading:
        taken = []
        for number in range(1, int(_value(reading, b"num-samples")) + 1):
            label = _value(reading, b"label-%09d" % number).decode("utf-8")
            if len(label) > batch_max_length or re.search(f"[^{character}]", label.lower()):
                continue
            assert min(Image.open(io.BytesIO(_value(reading, b"image-%09d" % number))).convert("RGB").size) > 0
            taken.append(re.sub(f"[^{character}]", "", label.lower()))
        return taken


def _value(reading: lmdb.Transaction, key: bytes) -> bytes:
    found = reading.get(key)
    assert found is not None
    return bytes(found)


def made(folder: Path, *samples: tuple[bytes, bytes], count: bytes | None = None) -> Path:
    """An LMDB as others make it: a folder with a lock beside, a map that is much too large."""
    folder.mkdir(parents=True, exist_ok=True)
    with lmdb.open(str(folder), map_size=1 << 30) as opened, opened.begin(write=True) as writing:
        for number, (image, label) in enumerate(samples, start=1):
            for key, value in ((b"image-%09d", image), (b"label-%09d", label)):
                if value:
                    writing.put(key % number, value)
        if count != b"":
            writing.put(b"num-samples", count or str(len(samples)).encode())
    return folder


def texts(images: list[LabelledImage]) -> list[str]:
    return [region.text for image in images for region in image.regions]


def test_crops_come_back_by_their_regions(tmp_path: Path) -> None:
    written(FORMAT, hard_set(), tmp_path)
    images, findings = read_back(FORMAT, tmp_path)
    found = sorted((image.split, image.regions[0].region_id, image.regions[0].text, image.group) for image in images)
    expected = sorted((image.split, region.region_id, nfc(region.text), image.group) for image in hard_set().images
                      for region in image.regions if region in LEARNT)
    assert found == expected
    assert findings.remarks == []


def test_crops_written_again_are_the_same_pictures(tmp_path: Path) -> None:
    """A crop of vertical text was turned already: its outline starts at its lower left, and it is turned from there again."""
    written(FORMAT, hard_set(), tmp_path / "a")
    images, _ = read_back(FORMAT, tmp_path / "a")
    written(FORMAT, LabelledSet("again", images), tmp_path / "b")
    again = {image.regions[0].region_id: image for image in read_back(FORMAT, tmp_path / "b")[0] if image.split == "train"}
    for image in images:
        if image.split == "train":
            other = again[image.regions[0].region_id]
            assert (other.width, other.height, other.regions) == (image.width, image.height, image.regions)


def test_its_own_loader_takes_every_sample_with_our_charset(tmp_path: Path) -> None:
    written(FORMAT, hard_set(), tmp_path)
    character = (tmp_path / "charset.txt").read_bytes().decode()
    found = [text for split in ("train", "val", "test") for text in loaded(tmp_path / split, character)]
    assert found == [region.text.lower() for region in LEARNT]
    assert sorted(path.name for path in (tmp_path / "train").iterdir()) == ["data.mdb", "regions.jsonl"]


def test_texts_that_training_would_lose_are_told(tmp_path: Path) -> None:
    long = [LabelledRegion(quad(10 + place), "가" * length) for place, length in enumerate((25, 26, 40))]
    findings = written(FORMAT, LabelledSet("made@1", [labelled(0, long)], 1), tmp_path)
    assert [(remark.region, remark.reason) for remark in findings.remarks] == [(1, lmdb_set.TOO_LONG), (2, lmdb_set.TOO_LONG)]
    assert (tmp_path / "summary.txt").read_text(encoding="utf-8") == (
        f"train: 3 samples; longest label 40 letters ({'가' * 40}); with batch_max_length 25 you would lose 2\n")
    assert len(loaded(tmp_path / "train", "가")) == 1


def test_the_charset_stands_what_its_loader_does_with_it() -> None:
    letters = {*"]^- Ab가a[.\t"}
    found = charset(letters)
    assert sorted(found) == sorted(letters | {"b"})
    assert found.strip() == found
    assert re.search(f"[^{found}]", "".join(sorted(letters)).lower()) is None
    assert re.search(f"[^{found}]", "나")
    assert charset(set()) == ""


def test_a_backslash_takes_no_letter_behind_it_out_of_the_charset() -> None:
    found = charset({*"Z\\ab"})
    assert re.search(f"[^{found}]", "\\abz") is None


def test_the_map_is_as_large_as_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmdb_store, "FIRST_MAP", 1 << 16)
    monkeypatch.setattr(lmdb_store, "BATCH", 1 << 14)
    for name in ("a", "b"):
        store = LmdbStore(tmp_path / name)
        for number in range(200):
            store.add(bytes([number]) * 3000, str(number))
        store.finish()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert 600_000 < (tmp_path / "a").stat().st_size < 1_100_000
    assert [(sample.image, sample.label) for sample in lmdb_store.samples(tmp_path / "a")] == [
        (bytes([number]) * 3000, str(number).encode()) for number in range(200)]


def test_broken_off_it_is_made_whole(tmp_path: Path) -> None:
    check_resumes(FORMAT, hard_set(), tmp_path)


def test_those_of_strangers_are_read(tmp_path: Path) -> None:
    crop = picture(0, 40, 12)
    made(tmp_path / "validation", (crop, "비상구".encode()), (crop, b"###"), (crop, "한글".encode("cp949")), (b"", b"x"),
         (crop, b""), (b"no picture", b"x"), (crop, b"\xff\xff\xff"))
    images, findings = read_back(FORMAT, tmp_path)
    assert [(region.text, region.legible) for image in images for region in image.regions] == [
        ("비상구", True), ("", False), ("한글", True)]
    assert {(image.split, image.unit) for image in images} == {("val", "word")}
    assert (findings.regions_in, findings.unaccounted()) == (7, 0)


def test_more_samples_than_there_are_are_told(tmp_path: Path) -> None:
    made(tmp_path, (picture(0), "가".encode()), count=b"3")
    images, findings = read_back(FORMAT, tmp_path)
    assert len(images) == 1
    assert [remark.reason for remark in findings.remarks] == [lmdb_set.NO_IMAGE] * 2


@pytest.mark.parametrize("count", [b"", b"many"])
def test_one_that_does_not_say_how_many_it_has_is_told(count: bytes, tmp_path: Path) -> None:
    made(tmp_path / "a", (picture(0), b"x"), count=count)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "data.mdb").write_bytes(b"no LMDB")
    images, findings = read_back(FORMAT, tmp_path)
    assert images == []
    assert [remark.reason for remark in findings.remarks] == [lmdb_set.NOT_READ] * 2


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatWrong, match=r"expected a folder with data\.mdb"):
        read_back(FORMAT, tmp_path)


def test_an_archive_is_read(tmp_path: Path) -> None:
    folder = made(tmp_path / "train", (picture(0), "가".encode()))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(folder / "data.mdb", "train/data.mdb")
    assert texts(read_back(FORMAT, tmp_path / "set.zip")[0]) == ["가"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(regions)
def test_any_region_that_trains_comes_back(tmp_path: Path, region: LabelledRegion) -> None:
    written(FORMAT, LabelledSet("made@1", [labelled(0, [LabelledRegion(quad(), "자리"), region])], 1), tmp_path)
    images, _ = read_back(FORMAT, tmp_path)
    assert [replace(image.regions[0], polygon=()) for image in images[1:]] == [
        replace(region, text=nfc(region.text), polygon=())] * (region.legible and bool(region.text.strip()))


def test_a_false_count_is_bounded_by_what_is_there(tmp_path: Path) -> None:
    made(tmp_path, (picture(0), "가".encode()), count=b"999999999999")
    images, findings = read_back(FORMAT, tmp_path)
    assert texts(images) == ["가"]
    assert [(remark.reason, remark.detail) for remark in findings.remarks if remark.reason == lmdb_set.NOT_THERE] == [
        (lmdb_set.NOT_THERE, "4 to 999999999999")]


@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_one_that_is_cut_off_kills_nobody(kept: float, tmp_path: Path) -> None:
    made(tmp_path / "train", *[(picture(number, 100, 100), str(number).encode()) for number in range(300)])
    whole = (tmp_path / "train" / "data.mdb").read_bytes()
    (tmp_path / "train" / "data.mdb").write_bytes(whole[:int(len(whole) * kept)])
    with pytest.raises(FormatWrong, match=r"train/data\.mdb: it is cut off or damaged: copy or download it again"):
        read_back(FORMAT, tmp_path)
    made(tmp_path / "val", (picture(0), "가".encode()))
    images, findings = read_back(FORMAT, tmp_path)
    assert texts(images) == ["가"]
    assert [(remark.image, remark.reason, remark.detail) for remark in findings.remarks] == [
        ("train/data.mdb", lmdb_set.NOT_READ, lmdb_store.DAMAGED)]


def test_a_byte_order_mark_is_a_letter_of_a_label(tmp_path: Path) -> None:
    image = labelled(0, [LabelledRegion(quad(), "\ufeff문", region_id="r")])
    written(FORMAT, LabelledSet("x@1", [image]), tmp_path)
    assert texts(read_back(FORMAT, tmp_path)[0]) == ["\ufeff문"]
