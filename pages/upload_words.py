"""What the senders of photographs read of them, in Korean and in English."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.upload import NoPlace, PhotographState

NO_PLACE: Mapping[NoPlace, tuple[str, str]] = {
    NoPlace.NOT_OPEN: (
        "지금은 사진을 받지 않는 기간입니다.",
        "Photographs are not taken at the moment: the campaign has not begun, or is over."),
    NoPlace.CONSENT: (
        "동의서가 바뀌었습니다. 다시 읽고 동의하시면 이어서 보냅니다.",
        "The consent text has changed. Read it and agree again; sending goes on then."),
    NoPlace.DISQUALIFIED: (
        "이 캠페인에는 더 보낼 수 없습니다. 담당자에게 문의해 주세요.",
        "You cannot send anything more to this campaign. Please ask the organiser."),
    NoPlace.FORMAT: (
        "받지 않는 형식입니다. JPEG, PNG, WebP, HEIC, BMP, TIFF 사진을 골라 주세요.",
        "We do not take this format. Choose a JPEG, PNG, WebP, HEIC, BMP or TIFF picture."),
    NoPlace.EMPTY: ("빈 파일입니다. 다른 사진을 골라 주세요.", "The file is empty. Choose another one."),
    NoPlace.TOO_LARGE: (
        "사진이 너무 큽니다. 더 작은 크기로 보내 주세요.",
        "The picture is too large. Please send a smaller one."),
    NoPlace.TOO_MANY_AT_ONCE: (
        "한꺼번에 너무 많이 보내고 있습니다. 잠시 뒤 이어서 보냅니다.",
        "Too many at once. Sending goes on in a moment."),
    NoPlace.TOO_MANY_TODAY: (
        "오늘 보낼 수 있는 만큼 모두 보내셨습니다. 내일 이어서 보내 주세요.",
        "You have sent as many as can be sent in a day. Please go on tomorrow."),
    NoPlace.DEMO_FULL: (
        "오늘 '인식해 보기'에서 받을 수 있는 사진이 다 찼습니다. 자정이 지나면 다시 보낼 수 있습니다.",
        "Today's places for photographs from “Try it” are taken. There are new ones after midnight."),
}
NOTHING_TO_SAY: Mapping[NoPlace, tuple[str, str]] = {
    NoPlace.NOT_OPEN: (
        "캠페인이 끝나서 사진의 종류를 더 바꿀 수 없습니다.",
        "The campaign is over: what photographs show cannot be changed any more."),
    NoPlace.DISQUALIFIED: (
        "이 캠페인에서는 사진의 종류를 더 바꿀 수 없습니다. 담당자에게 문의해 주세요.",
        "You cannot change what your photographs show any more. Please ask the organiser."),
}
"""Why nobody takes what a sender says that their photographs show (``workbench.uploads.refused_categories``)."""
WAITING = (
    "잘 도착했습니다. 잠시 뒤 확인합니다.",
    "It has arrived. It is looked at in a few minutes.")
ACCEPTED = (
    "받았습니다. 사람이 글자를 확인하면 점수가 확정됩니다.",
    "Accepted. Its points become final when people have read it.")
FINAL = ("사람이 확인하여 점수가 확정되었습니다.", "People have read it: its points are final.")
HELD = (
    "담당자가 확인하고 있습니다. 다시 보내지 않으셔도 됩니다.",
    "A person is looking at it. Nothing has to be sent again.")
"""Of all that a person looks at, whatever for: a flag is no verdict, and does not show."""
NOT_COUNTED = (
    "담당자가 확인했고, 점수에는 넣지 않기로 했습니다.",
    "A person has looked at it and decided that it gets no points.")
WITHDRAWN = ("보내신 것을 거두셨습니다. 쓰이지 않습니다.", "You took it back. It is not used.")
NOT_TAKEN = ("받을 수 없는 사진입니다.", "This photograph cannot be taken.")
"""Of a rejection without a reason of its own."""
OF_A_STATE: Mapping[PhotographState, tuple[str, str]] = {
    PhotographState.WAITING: WAITING, PhotographState.ACCEPTED: ACCEPTED, PhotographState.NOT_COUNTED: NOT_COUNTED,
    PhotographState.HELD: HELD, PhotographState.WITHDRAWN: WITHDRAWN,
}
"""Of those that have one sentence; a rejection and a duplicate say more (``schemas.submission``)."""
