"""What a campaign waits for its manager to do, in English and Korean; ``workbench.campaign_state`` says it for terminals."""

from __future__ import annotations

from collections.abc import Iterator

from pages.evaluation_explained import Words
from schemas.campaign_state import CampaignState, Phase
from schemas.draw import Draw
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from schemas.text import normalise
from stages.score.public_value import known_too_early


def what_is_undecided(state: CampaignState) -> tuple[Words, ...]:
    """What has to be decided, or waited for, before the final list is right; empty where nothing."""
    counted = [
        (state.waiting, "photographs wait for ingest", "장이 수집을 기다립니다"),
        (state.outcomes.get(Outcome.HELD, 0), "photographs are held", "장이 보류되어 있습니다"),
        (state.open_flags, "flags are open", "건의 의심 사진을 판정하지 않았습니다"),
        (state.provisional, "points are provisional: nobody has read those pictures yet",
         "점이 아직 잠정 점수입니다 (사람이 확인하지 않은 사진)"),
    ]
    not_listed = Words("No ingest has run since the end: the next one lists what was sent last",
                       "종료 뒤에 아직 수집이 돌지 않았습니다. 다음 수집이 마지막에 보낸 사진을 확인합니다")
    return (*[not_listed] * state.unlisted,
            *(Words(f"{count:,} {english}", f"{count:,}{korean}") for count, english, korean in counted if count))


def what_to_do(campaign: Campaign, state: CampaignState, draw: Draw | None) -> tuple[Words, ...]:
    """What a manager has to do something about now; empty where nothing."""
    return tuple(_to_do(campaign, state, draw))


def _to_do(campaign: Campaign, state: CampaignState, draw: Draw | None) -> Iterator[Words]:
    prizes = campaign.prizes
    is_running = state.phase in (Phase.PLANNED, Phase.OPEN, Phase.FROZEN)
    if is_running and campaign.consent is None:
        yield Words("Nobody can join by the portal: the campaign's file has no consent text.",
                    "캠페인 파일에 동의문(consent)이 없어 아무도 참여할 수 없습니다.")
    if is_running and prizes.drawn and not prizes.public_value:
        yield Words("The campaign's file does not say what the draw waits for: write prizes.public_value before the end.",
                    "캠페인 파일에 추첨이 기다릴 공개값(prizes.public_value)이 없습니다. 끝나기 전에 적어 주세요.")
    elif is_running and prizes.drawn and draw is None:
        yield Words("The secret of the draw is not there yet. It has to be made before the end: see Draw.",
                    "추첨 비밀값을 아직 봉인하지 않았습니다. 끝나기 전에 ‘추첨’에서 해 주세요.")
    if is_running and known_too_early(campaign, draw.awaited if draw else prizes.public_value):
        yield Words("What the draw waits for may be known before the end: name a later day, or end the campaign before it.",
                    "추첨이 기다리는 공개값이 캠페인이 끝나기 전에 알려질 수 있습니다. 더 늦은 날짜로 적거나 그 전에 끝내세요.")
    if draw and draw.awaited and normalise(prizes.public_value) != draw.awaited:
        yield Words(f"The file names another public value than the one that was committed to, which counts: {draw.awaited}",
                    f"캠페인 파일의 공개값이 봉인할 때와 다릅니다. 봉인할 때의 값으로 추첨합니다: {draw.awaited}")
    if state.phase is Phase.ENDED:
        yield Words("The campaign is over: freeze the final list once nothing is undecided. See Draw.",
                    "캠페인이 끝났습니다. 남은 판정을 마치고 ‘추첨’에서 최종 명단을 확정해 주세요.")
    if state.phase is Phase.CLOSED and draw and draw.count:
        yield Words(f"The draw waits for {draw.awaited}. See Draw.", f"공개값이 나오면 ‘추첨’에서 추첨해 주세요: {draw.awaited}")
