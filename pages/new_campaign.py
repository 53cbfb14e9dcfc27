"""The file of a new campaign: right at once, with a comment on each thing that its manager may want otherwise."""

from __future__ import annotations

import json
from datetime import date, timedelta

_TEXT = """\
# A campaign. Each key is explained in docs/campaigns.md; `saegim campaign check {name}` says what is wrong, with its line.
name: {quoted}   # first part of the keys of its photographs; it cannot change once something was sent
title:                # what people read; in two languages, or one text for both
  ko: 글자 사진 모으기
  en: Photograph writing
text:                 # what it is about; people read it before they join
  ko: 간판, 포장, 손글씨처럼 글자가 있는 곳을 찍어 보내 주세요.
  en: Photograph signs, packages, handwriting, and send us what you find.

time_zone: Asia/Seoul # whose days and midnights these are
first_day: {first_day} # from its midnight on photographs count
last_day: {last_day}  # up to the midnight after it
# take_part:          # who may join without an invitation, once the company's own log-in is set up
#   addresses: ["*@example.com"]
# annotation_config: scene_text   # what its pictures are labelled under; SAEGIM_ANNOTATION_CONFIG where left out

points: 10            # for an accepted photograph
categories:           # what people may say that a photograph shows; a number is what it is worth in place of the points above
  vertical: {{}}
  handwritten: {{}}
  curved: {{}}
bonus:                # on top: provisional when its sender or the model says so, final when people have read it
  vertical: 5
  handwritten: 5
  curved: 3
caps:                 # for how many photographs a person gets points
  day: 100
  burst: {{photographs: 10, seconds: 60}}
duplicate_points: 0   # for a photograph that was sent before
demo_quota: 20        # most photographs a day of one campaign that come from the demo page

prizes:
  top: 3              # by rank
  drawn: 2            # at random among the others with points
  # What the draw waits for: nobody knows it before the end, everybody can look it up afterwards.
  public_value: drand quicknet, randomness of the first round after {draw_day} 12:00 in Seoul
board:
  every_minutes: 30   # people see a new board so often
  freeze_hours: 24    # so long before the end they see the last one before the final one

consent:              # what people agree to before they send; let your legal department read it. A new text is a new version
  version: 1
  text:
    ko: 보낸 사진을 글자 인식 연구와 제품 개발에 쓰는 데 동의합니다. 언제든지 거두어들일 수 있고, 그 뒤에는 새로 쓰이지 않습니다.
    en: My photographs may be used for research and products that read text. I can take them back; nothing new uses them then.
"""


def campaign_text(name: str, first_day: date, last_day: date) -> str:
    """The YAML of a campaign.

    Args:
        name: of the campaign.
        first_day: first day on which photographs count.
        last_day: the last one.
    """
    quoted = json.dumps(name, ensure_ascii=False)  # a name such as 2026 or yes is no text in YAML without
    return _TEXT.format(name=name, quoted=quoted, first_day=first_day, last_day=last_day, draw_day=last_day + timedelta(days=1))
