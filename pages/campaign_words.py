"""A campaign's rules in sentences for those who take part."""

from __future__ import annotations

from datetime import timedelta

from pages.category_words import category_words
from pages.evaluation_explained import Words
from schemas.recipes.campaign import Campaign


def rule_sentences(campaign: Campaign) -> list[Words]:
    """How points are counted: provisional and final, caps, duplicates, flags, the board."""
    return [
        Words("Points are provisional at first. Once people have read your picture and agree, they are final.",
              "점수는 처음에는 잠정 점수예요. 사람이 사진을 확인하고 나면 확정 점수가 됩니다."),
        *_caps(campaign),
        _duplicates(campaign.duplicate_points),
        Words("Photographs of screens, pictures from the web and many shots of one thing are looked at by a manager before they "
              "count.",
              "화면을 찍은 사진, 인터넷에서 받은 사진, 같은 것을 여러 번 찍은 사진은 담당자가 확인한 다음에 점수에 넣어요."),
        Words("Only what you send during the event counts. A photograph that does not say when it was taken is fine.",
              "이벤트 기간에 보내신 사진만 세요. 언제 찍었는지 적혀 있지 않은 사진도 괜찮습니다."),
        _board(campaign),
        Words("If a rule changes, it counts from then on; what you have already stays.",
              "규칙이 바뀌면 그때부터 적용하고, 이미 받으신 점수는 그대로예요."),
    ]


def _caps(campaign: Campaign) -> list[Words]:
    found: list[Words] = []
    caps = campaign.caps
    if caps.day is not None:
        found.append(Words(f"Up to {_photographs(caps.day)} a day give points.", f"점수는 하루에 {caps.day:,}장까지 드려요."))
    if caps.burst is not None:
        found.append(Words(
            f"Within {_seconds(caps.burst.seconds).en} the first {_photographs(caps.burst.photographs)} give points: "
            "better another place than the same one again.",
            f"{_seconds(caps.burst.seconds).ko} 안에 이어서 보내신 사진은 {caps.burst.photographs:,}장까지만 점수를 드려요. "
            "한곳에서 여러 장보다 여러 곳에서 한 장씩이 좋아요."))
    for name, category in campaign.categories.items():
        if category.cap is not None:
            words = category_words(campaign, name)
            found.append(Words(f"{words.en}: up to {_photographs(category.cap)} give points.",
                               f"{words.ko}: {category.cap:,}장까지 점수를 드려요."))
    return found


def _duplicates(points: int) -> Words:
    if points:
        given = f"{points:,} point" + "s" * (points != 1)
        return Words(f"A photograph that is here already is worth {given}, also when it was saved again or cut.",
                     f"이미 있는 사진은 다시 저장하거나 잘라서 보내셔도 {points:,}점이에요.")
    return Words("A photograph that is here already gives no points, also when it was saved again or cut.",
                 "이미 있는 사진은 다시 저장하거나 잘라서 보내셔도 점수가 없어요.")


def _board(campaign: Campaign) -> Words:
    span = _seconds(60 * campaign.board.every_minutes)
    every = Words(span.en.removeprefix("1 "), span.ko)
    hours = round((campaign.ends_at - campaign.freezes_at) / timedelta(hours=1))
    if not hours:
        return Words(f"The board is counted anew every {every.en}.", f"순위는 {every.ko}마다 새로 계산해요.")
    last = "hour" if hours == 1 else f"{hours} hours"
    return Words(f"The board is counted anew every {every.en}. For the last {last} it stands still, so that the end stays "
                 "exciting; everything you send still counts.",
                 f"순위는 {every.ko}마다 새로 계산해요. 마지막 {hours}시간은 끝까지 두근두근하시라고 순위판을 멈춰 두지만, "
                 "보내신 사진은 모두 세고 있어요.")


def _photographs(count: int) -> str:
    return f"{count:,} photograph" + "s" * (count != 1)


def _seconds(count: int) -> Words:
    """A span in its largest whole unit."""
    for size, english, korean in ((3600, "hour", "시간"), (60, "minute", "분"), (1, "second", "초")):
        if count % size == 0:
            number = count // size
            return Words(f"{number:,} {english}" + "s" * (number != 1), f"{number:,}{korean}")
    raise ValueError(f"no whole number of seconds: {count}")
