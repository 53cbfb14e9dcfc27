"""What managers read: phases of a campaign, outcomes, roles, and what was done, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from pages.evaluation_explained import Words
from schemas.accounts import Act, Role
from schemas.campaign_state import Phase
from schemas.submission import Outcome
from stages.ingest.align import DOUBTFUL_LOW, SAME_OVERLAP, SAME_WEAKEST

PHASES: Mapping[Phase, Words] = {
    Phase.PLANNED: Words("Not begun", "시작 전"),
    Phase.OPEN: Words("Running", "진행 중"),
    Phase.FROZEN: Words("Running, board frozen", "진행 중, 순위 고정"),
    Phase.ENDED: Words("Over, list not frozen yet", "종료, 최종 명단 확정 전"),
    Phase.CLOSED: Words("Closed, draw not made yet", "마감, 추첨 전"),
    Phase.DRAWN: Words("Drawn", "추첨 완료"),
}
OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.ACCEPTED: Words("accepted", "받음"),
    Outcome.DUPLICATE: Words("duplicates", "중복"),
    Outcome.REJECTED: Words("rejected", "받지 않음"),
    Outcome.HELD: Words("held", "보류"),
    Outcome.QUARANTINED: Words("quarantined", "격리"),
    Outcome.WITHDRAWN: Words("withdrawn", "철회"),
}
ROLES: Mapping[Role, Words] = {
    Role.SUBMITTER: Words("submitter", "참가자"),
    Role.ANNOTATOR: Words("annotator", "라벨러"),
    Role.ENGINEER: Words("engineer", "엔지니어"),
    Role.MANAGER: Words("manager", "관리자"),
}
ACTS: Mapping[Act, Words] = {
    Act.INVITED: Words("invited", "초대"),
    Act.JOINED: Words("joined", "참여"),
    Act.RENAMED: Words("changed the nickname of", "닉네임 변경"),
    Act.WITHDREW: Words("withdrew", "사진 철회"),
    Act.LEFT: Words("left", "참여 그만둠"),
    Act.ROLE_CHANGED: Words("changed the role of", "역할 변경"),
    Act.ACCOUNT_CLOSED: Words("closed the account of", "계정 닫음"),
    Act.DISQUALIFIED: Words("took out of the event", "참가 제외"),
    Act.REINSTATED: Words("took back into the event", "다시 참가"),
    Act.FLAG_DECIDED: Words("decided a flag of", "의심 사진 판정"),
    Act.DUPLICATE_DECIDED: Words("decided about pictures", "중복 판정"),
    Act.DEMAND_ACCEPTED: Words("gave points for", "보너스 추가"),
    Act.COMMITTED: Words("committed to the draw's secret of", "추첨 비밀값 봉인"),
    Act.CLOSED: Words("froze the final list of", "최종 명단 확정"),
    Act.DREW: Words("drew the winners of", "추첨"),
    Act.EXPORTED: Words("exported the board of", "순위 내려받음"),
    Act.TERMS_CHANGED: Words("changed the terms of", "이용 조건 변경"),
}
FIGURES: Mapping[str, Words] = {
    "inliers": Words("points that fit", "맞는 점"),
    "overlap": Words("overlap", "겹침"),
    "median": Words("usual agreement", "보통 일치도"),
    "low": Words("low agreement", "낮은 일치도"),
    "weakest": Words("worst place", "가장 다른 곳"),
    "lines": Words("lines on both", "양쪽에 있는 줄"),
    "edits": Words("letters that differ", "다른 글자"),
    "lines alone": Words("lines on one only", "한쪽에만 있는 줄"),
    "figures changed": Words("figures that differ", "다른 숫자"),
}
"""Name in ``Compared.figures`` → what people call it; ``pages.contact_sheet.FIGURES`` has what each says."""


def likeness(figures: Mapping[str, float]) -> Words:
    """What the figures of a comparison say, in a sentence; empty where there are none. Thresholds: ``stages.ingest.align``."""
    if "low" not in figures:
        return Words("", "")
    if figures["low"] < DOUBTFUL_LOW:
        return Words("Alike all over, nowhere quite the same: it looks like another photograph of the same thing.",
                     "전체가 비슷하지만 똑같은 곳이 없습니다. 같은 대상을 다시 찍은 사진으로 보입니다.")
    if figures["weakest"] < SAME_WEAKEST:
        return Words("Nearly everything agrees, one place does not: a line may differ. Look closely.",
                     "거의 모두 같지만 한 곳이 다릅니다. 한 줄이 다를 수 있으니 자세히 보세요.")
    if figures["overlap"] < SAME_OVERLAP:
        missing = 1 - figures["overlap"]
        return Words(f"All that both show agrees, but {missing:.0%} of it is not on the earlier one.",
                     f"겹치는 곳은 모두 같지만, {missing:.0%}는 먼저 보낸 사진에 없습니다.")
    return Words("Everything agrees: it looks like the same photograph.", "모두 같습니다. 같은 사진으로 보입니다.")
