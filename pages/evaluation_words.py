"""What the report of an evaluation says beside its figures, in English and Korean.

``pages/evaluation_explained.py`` has the words of the figures themselves, ``pages/slice_words.py`` those of slices.
"""

from __future__ import annotations

from collections.abc import Mapping

from pages.evaluation_explained import Words

LABELS: Mapping[str, Words] = {
    "title": Words("{model} on {release}", "{release}에서 본 {model}"),
    "all_splits": Words("all splits", "전체 분할"),
    "split": Words("{split} split", "{split} 분할"),
    "images": Words("{n:,} images", "사진 {n:,}장"),
    "regions": Words("{n:,} regions to find", "찾을 영역 {n:,}개"),
    "groups": Words("{n:,} groups of pictures", "사진 묶음 {n:,}개"),
    "unit": Words("unit: {unit}", "단위: {unit}"),
    "higher": Words("higher is better", "높을수록 좋음"),
    "lower": Words("lower is better", "낮을수록 좋음"),
    "before_trusting": Words("Before you trust these figures", "이 수치를 믿기 전에"),
    "percent": Words(
        "All figures are in per cent where nothing else is said. ↑ higher is better, ↓ lower is better. [ ] is the 95 % "
        "interval.",
        "따로 말하지 않으면 모든 수치는 %입니다. ↑ 높을수록, ↓ 낮을수록 좋습니다. [ ]는 95 % 구간입니다."),
    "nothing": Words(
        "There is nothing to compare: no image of this release has been read by this model.",
        "비교할 것이 없습니다: 이 모델이 읽은 사진이 이 릴리스에 없습니다."),
    "nav_slices": Words("Slices", "슬라이스"),
    "nav_plots": Words("Height, confidence", "높이·신뢰도"),
    "nav_confusions": Words("Letters", "글자"),
    "nav_worst": Words("Worst regions", "틀린 영역"),
    "nav_suspects": Words("Doubtful labels", "의심 라벨"),
    "nav_pages": Words("Worst images", "틀린 사진"),
    "nav_figures": Words("All figures", "모든 수치"),
    "nav_demand": Words("Demand", "수요"),
    "nav_times": Words("Time", "시간"),
    "nav_how": Words("Method", "방법"),
    "weak": Words("Where it is weak", "약한 곳"),
    "weak_note": Words(
        "Slices whose whole interval is worse than all regions together, the worst first. A slice that is too small to tell is "
        "not among them; a pair is, where it is worse than either of its two slices. Scripts with at least {least:,} letters, "
        "twice as often wrong as all letters, or as the same script in texts of another language.",
        "구간 전체가 전체 수치보다 나쁜 슬라이스를 나쁜 순서로 적었습니다. 판단하기에 작은 슬라이스는 빠지며, 두 조건의 "
        "교차는 각각보다 나쁠 때만 나옵니다. 문자는 글자가 {least:,}개 이상이고 전체보다, 또는 다른 언어 글의 같은 문자보다 "
        "두 배 넘게 틀린 것입니다."),
    "weak_none": Words(
        "No slice that is large enough differs for the worse.",
        "충분히 큰 슬라이스 가운데 눈에 띄게 나쁜 것은 없습니다."),
    "letters_elsewhere": Words(
        "{share} of {n:,} letters are wrong (the same script in texts of {language}: {best})",
        "글자 {n:,}개 가운데 {share}가 틀렸습니다 (같은 문자가 {language} 글에서는 {best})"),
    "garbled": Words(
        "in {n:,} of {of:,} texts more than half of the letters are wrong (images: {images:,}): the worst regions show why",
        "글 {of:,}개 가운데 {n:,}개는 절반 넘게 틀렸습니다 (사진 {images:,}장): 어떤 글꼴이나 사진인지 틀린 영역에서 보세요"),
    "weak_on": Words("on {n:,} regions", "영역 {n:,}개"),
    "spaces": Words(
        "spaces: {share} of all wrong letters are white space (CER {before} with spaces, {after} without)",
        "띄어쓰기: 틀린 글자의 {share}가 띄어쓰기입니다 (글자 오류율 띄어쓰기 포함 {before}, 무시 {after})"),
    "punctuation": Words(
        "punctuation: {share} of the wrong letters that are left are punctuation and symbols",
        "문장부호: 남은 틀린 글자의 {share}가 문장부호와 기호입니다"),
    "letters_weak": Words(
        "{share} of {n:,} letters are wrong, {left_out} are left out (of all letters {overall} are wrong)",
        "글자 {n:,}개 가운데 {share}가 틀리고 {left_out}는 빠졌습니다 (전체 글자는 {overall}가 틀림)"),
    "in_texts": Words("{script} in texts: {language}", "글 안의 {script}: {language}"),
    "slices": Words("By slice", "슬라이스별"),
    "slice": Words("slice", "슬라이스"),
    "regions_column": Words("regions", "영역"),
    "images_column": Words("images", "사진"),
    "bars": Words(
        "A bar ends at the CER without spaces; the line through its end is the 95 % interval, the dashed line the figure of "
        "all regions. The axis goes to {axis}. Pale bars belong to slices that are too small to tell.",
        "막대 끝이 띄어쓰기를 무시한 글자 오류율, 끝을 지나는 선이 95 % 구간, 점선이 전체 수치입니다. 축은 {axis}까지입니다. "
        "흐린 막대는 판단하기에 작은 슬라이스입니다."),
    "too_small": Words("too small to tell: about {n:,} more regions", "판단하기에 작음: 영역 약 {n:,}개 더"),
    "too_small_only": Words("too small to tell", "판단하기에 작음"),
    "columns": Words("What the columns say", "각 열의 뜻"),
    "regions_what": Words(
        "regions of the truth that belong to the slice, illegible ones left out.",
        "슬라이스에 드는 정답 영역의 수; 읽을 수 없는 영역은 뺍니다."),
    "images_what": Words("images that hold at least one of them.", "그런 영역이 하나라도 있는 사진의 수."),
    "region_slices": Words(
        "Precision and h-means exist only for slices of whole images: what a model found where nothing is has no attributes.",
        "정밀도와 조화평균은 사진 단위 슬라이스에만 있습니다: 아무것도 없는 곳에서 찾은 것에는 속성이 없습니다."),
    "folded": Words("{facet}: {n:,} slices", "{facet}: 슬라이스 {n:,}개"),
    "more_rows": Words("and {n:,} more, in the files beside this page", "외 {n:,}개는 이 페이지 옆의 파일에 있습니다"),
    "same": Words(
        "Every region belongs to, so that the figures are those of all regions:",
        "모든 영역이 속하여 수치가 전체와 같은 슬라이스:"),
    "plots": Words("Text height and confidence", "글자 높이와 신뢰도"),
    "height_plot": Words("CER by text height", "글자 높이별 글자 오류율"),
    "height_note": Words(
        "CER without spaces of regions whose short side has so many pixels; the line is the 95 % interval, the figure below "
        "the band the number of regions.",
        "짧은 변이 그만큼의 픽셀인 영역의 글자 오류율 (띄어쓰기 무시); 선은 95 % 구간, 아래 숫자는 영역의 수입니다."),
    "reliability": Words("Is a score what it says?", "점수를 믿어도 되는가"),
    "reliability_note": Words(
        "Reliability: for regions with a score in each band, the share that is right to the letter. On the dashed line a score "
        "means what it says; below it the model is too sure. Expected calibration error (ECE): the mean distance from that "
        "line, weighted by regions; lower is better.",
        "신뢰도: 점수 구간마다 글자까지 맞은 영역의 비율입니다. 점선 위면 점수가 말 그대로이고, 아래면 모델이 지나치게 "
        "확신합니다. 기대 보정 오차 (ECE): 점선까지의 거리를 영역 수로 가중한 평균; 낮을수록 좋습니다."),
    "ece": Words("ECE {value}", "ECE {value}"),
    "coverage": Words("What could go unread by people?", "사람이 안 봐도 되는 비율"),
    "coverage_note": Words(
        "Risk against coverage: of the surest regions, down to each share of all, the share that is wrong. The mark is where "
        "99 of 100 are still right: what lies left of it could go unread by people.",
        "위험–범위: 가장 확신하는 영역부터 차례로 넣었을 때 틀린 비율입니다. 표시는 100개 가운데 99개가 맞는 마지막 자리이며, "
        "그 왼쪽은 사람이 다시 보지 않아도 됩니다."),
    "unread": Words("{value} could go unread at 99 % right", "99 % 정확도로 {value}는 안 봐도 됨"),
    "unread_none": Words("no share could go unread at 99 % right", "99 % 정확도로 안 봐도 되는 몫이 없음"),
    "unread_card": Words("Could go unread by people", "사람이 안 봐도 되는 비율"),
    "unread_how": Words("share of regions, at 99 of 100 right", "영역의 비율, 100개 중 99개가 맞을 때"),
    "no_scores": Words("The model gives no scores.", "모델이 점수를 주지 않습니다."),
    "no_heights": Words("No region has a height.", "높이가 있는 영역이 없습니다."),
    "axis_score": Words("score", "점수"),
    "axis_right": Words("right, %", "맞음, %"),
    "axis_coverage": Words("surest regions, % of all", "확신하는 영역, 전체의 %"),
    "axis_wrong": Words("wrong, %", "틀림, %"),
    "confusions": Words("Letters taken for others", "잘못 읽은 글자"),
    "confusions_note": Words(
        "What stands there → what was read, and how often; of two Hangul syllables that differ in one part, that part. ␣ is a "
        "space, ∅ nothing: a letter was left out or put in.",
        "있는 글자 → 읽은 글자와 횟수입니다. 한글 음절의 한 자소만 다르면 그 자소를 적었습니다. ␣는 띄어쓰기, ∅는 없음 "
        "(빠지거나 더해진 글자)입니다."),
    "scripts": Words("By script", "문자별"),
    "scripts_note": Words(
        "Letters of the truth of matched texts (exact): wrong are those that were left out or read as another letter; what was "
        "put in beside them is not counted here. Lower is better. The dark bar is what was left out, the pale one all that is "
        "wrong.",
        "짝지어진 글의 정답 글자 (그대로): 빠지거나 다른 글자로 읽은 것이 틀린 글자이며, 더해진 글자는 여기서 세지 않습니다. "
        "낮을수록 좋습니다. 진한 막대는 빠진 글자, 흐린 막대는 틀린 글자 전체입니다."),
    "script": Words("script", "문자"),
    "language_of_text": Words("language of the text", "글의 언어"),
    "letters": Words("letters", "글자 수"),
    "wrong_share": Words("wrong, %", "틀림, %"),
    "left_out_share": Words("left out, %", "빠짐, %"),
    "worst": Words("Worst regions", "가장 많이 틀린 영역"),
    "worst_note": Words(
        "The {n:,} regions with the most wrong letters. In what was read, red and struck through is what is lacking, green "
        "what stands there too much.",
        "틀린 글자가 가장 많은 영역 {n:,}개입니다. 읽은 글에서 빨간 취소선은 빠진 글자, 초록은 더해진 글자입니다."),
    "truth": Words("truth", "정답"),
    "read": Words("read", "읽음"),
    "missed": Words("not found", "찾지 못함"),
    "not_there": Words("nothing stands there", "아무것도 없음"),
    "empty_text": Words("no text", "글 없음"),
    "edits": Words("{n:,} wrong letters", "틀린 글자 {n:,}개"),
    "edit": Words("1 wrong letter", "틀린 글자 1개"),
    "score": Words("score {value}", "점수 {value}"),
    "image": Words("image", "사진"),
    "region": Words("region", "영역"),
    "leads": Words("photo, history, task", "사진, 이력, 작업"),
    "photo": Words("photo", "사진"),
    "history": Words("all readings", "모든 판독"),
    "task": Words("Label Studio", "Label Studio"),
    "open_task": Words("open the task", "작업 열기"),
    "no_picture": Words("the picture is not there any more", "사진이 더는 없습니다"),
    "suspects": Words("Labels that may be wrong", "틀렸을 수 있는 라벨"),
    "suspects_note": Words(
        "Where a model makes one doubt the label, the likeliest to be wrong first: {n:,} of them. A label changes only through "
        "a person and a new release; saegim label doubt sends them to a second look.",
        "모델로 보아 라벨이 의심스러운 경우를 틀렸을 가능성이 큰 순서로 적었습니다: 모두 {n:,}개. 라벨은 사람과 새 릴리스를 "
        "통해서만 바뀝니다; saegim label doubt가 두 번째 검토로 보냅니다."),
    "with_suspects": Words("all labels", "모든 라벨"),
    "without_suspects": Words("without the suspected ones", "의심되는 라벨 제외"),
    "figure": Words("figure", "수치"),
    "pages": Words("Worst images", "가장 많이 틀린 사진"),
    "pages_note": Words(
        "Outlines lie where the regions are; numbers tie them to the texts below the picture, which unfold.",
        "윤곽은 영역이 있는 자리입니다. 번호는 사진 아래에 펼쳐지는 글과 이어집니다."),
    "right": Words("right", "맞음"),
    "edited": Words("read wrongly", "잘못 읽음"),
    "extra": Words("found where nothing is", "없는 것을 찾음"),
    "ignored": Words("illegible, not counted", "읽을 수 없어 세지 않음"),
    "texts": Words("texts", "글"),
    "more_texts": Words("and {n:,} more", "외 {n:,}개"),
    "figures": Words("All figures", "모든 수치"),
    "recognition": Words("Recognition, on matched regions", "인식, 짝지어진 영역"),
    "recognition_note": Words(
        "A column is a normalisation of the texts; never compare figures of two columns.",
        "열은 글의 정규화 방식입니다; 서로 다른 열의 수치는 비교하지 않습니다."),
    "detection": Words("Detection", "검출"),
    "protocol": Words("how regions are paired", "짝짓는 방식"),
    "recall": Words("recall", "재현율"),
    "precision": Words("precision", "정밀도"),
    "hmean": Words("h-mean", "조화평균"),
    "rest": Words("End to end, page text, check boxes", "전체, 쪽 글, 체크박스"),
    "value": Words("value", "값"),
    "of": Words("counted on", "센 수"),
    "demand": Words("What to collect next", "다음에 모을 것"),
    "demand_note": Words(
        "Slices that are weak or too small, the most pressing first. saegim demand list says the same, saegim demand accept "
        "makes it next week's bonus points.",
        "약하거나 작은 슬라이스를 급한 순서로 적었습니다. saegim demand list로 같은 것을 보고, saegim demand accept로 다음 주 "
        "보너스 점수로 만듭니다."),
    "times": Words("Time to dataset", "데이터셋까지 걸린 시간"),
    "times_note": Words(
        "Hours from sending a photograph to the release that holds it, by stage. Half of the images took at most the median, "
        "nine of ten at most the 90th percentile; the dark bar is the median, the pale one the 90th percentile.",
        "사진을 보낸 때부터 릴리스에 들 때까지의 시간을 단계별로 적었습니다. 절반은 중앙값 안에, 열에 아홉은 90 백분위 안에 "
        "끝났습니다; 진한 막대가 중앙값, 흐린 막대가 90 백분위입니다."),
    "stage": Words("stage", "단계"),
    "median": Words("median", "중앙값"),
    "p90": Words("90th percentile", "90 백분위"),
    "hours": Words("{value} h", "{value}시간"),
    "days": Words("{value} days", "{value}일"),
    "how": Words("How it is measured", "재는 방법"),
    "how_note": Words(
        "A figure is told by its name and its normalisation together. One decimal is shown; the files beside this page have "
        "all.",
        "수치는 이름과 정규화 방식을 함께 말해야 정해집니다. 소수 첫째 자리까지 보이며, 옆의 파일에 전체가 있습니다."),
    "figures_how": Words("Figures", "수치"),
    "normalisations_how": Words("Normalisations of texts", "글의 정규화"),
    "rules": Words("Rules", "규칙"),
    "rule_empty": Words(
        "Empty texts: an empty truth read as empty is right. Whatever is read in its place counts as letters put in, in the "
        "CER of all texts; in the mean by text it has no rate.",
        "빈 글: 빈 정답을 비어 있다고 읽으면 맞습니다. 그 자리에서 읽은 글자는 전체 글자 오류율에서 더해진 글자로 세고, 글 "
        "평균에는 넣지 않습니다."),
    "rule_wildcard": Words(
        "□ in a truth stands for one character that nobody can read: it takes none or one character and is not counted.",
        "정답의 □는 아무도 읽을 수 없는 한 글자입니다: 한 글자 이하와 맞고, 세지 않습니다."),
    "rule_unknown": Words("� in what was read is a wrong character.", "읽은 글의 �는 틀린 글자입니다."),
    "rule_interval": Words(
        "Intervals: 95 %, by bootstrap over groups, for pictures of one group are not independent: 1,000 times as many groups "
        "are drawn with replacement as there are. Fewer than two groups have none.",
        "구간: 95 %, 묶음 단위 부트스트랩: 있는 만큼의 묶음을 되돌려 뽑기를 1,000번 되풀이합니다. 한 묶음의 사진은 서로 "
        "독립이 아니기 때문입니다. 묶음이 둘보다 적으면 구간이 없습니다."),
    "rule_small": Words(
        "Too small to tell: the interval of the CER without spaces is wider than 5 points up and down, or there are fewer than "
        "ten groups. The number of regions is what would mend that, if what comes is like what is there.",
        "판단하기에 작음: 띄어쓰기를 무시한 글자 오류율의 구간이 위아래 5 포인트보다 넓거나, 묶음이 열보다 적습니다. 적힌 "
        "영역 수는 지금과 비슷한 영역이 더 모일 때 이를 벗어나는 데 필요한 수입니다."),
    "rule_many": Words(
        "Many slices are looked at: of twenty that are no worse, about one looks so by chance.",
        "슬라이스가 많습니다: 나쁘지 않은 스무 개 중 하나쯤은 우연히 나빠 보입니다."),
    "rule_confidence": Words(
        "Scores are the model's own. Right means found where something is and right to the letter, without spaces; what was "
        "found where nothing is, is wrong. Missed regions and regions without a score are in neither curve.",
        "점수는 모델이 준 것입니다. 맞음은 있는 것을 찾아 띄어쓰기를 뺀 글자가 모두 같음을 뜻하고, 없는 것을 찾으면 틀린 "
        "것입니다. 찾지 못했거나 점수가 없는 영역은 두 그림에 없습니다."),
    "faults": Words("What could not be taken", "받아들이지 못한 것"),
    "crossing": Words("Regions whose outline crosses itself: {n:,}", "윤곽이 스스로 교차하는 영역: {n:,}"),
    "not_finite": Words(
        "Regions with a coordinate or score that is no finite number, left out: {n:,}",
        "좌표나 점수가 유한한 수가 아니어서 뺀 영역: {n:,}"),
    "unknown_characters": Words(
        "Characters � in what was read, each counted as wrong: {n:,}",
        "읽은 글의 � 글자, 모두 틀린 것으로 셈: {n:,}"),
    "unread_images": Words(
        "Images of the release that were not read, left out of all figures: {n:,}",
        "읽지 않아 모든 수치에서 뺀 사진: {n:,}"),
    "listed": Words("the first {n:,} of them", "그 가운데 처음 {n:,}개"),
    "identity": Words("What was compared", "비교한 것"),
    "release": Words("release", "릴리스"),
    "model": Words("model", "모델"),
    "run": Words("run or file", "실행 또는 파일"),
    "evaluation": Words("evaluation", "평가"),
    "code": Words("code", "코드"),
    "files": Words("files beside this page", "이 페이지 옆의 파일"),
    "other_read": Words("second model", "두 번째 모델"),
    "label": Words("label", "라벨"),
    "arrived": Words("{arrived:,} of {wanted:,} regions arrived", "영역 {wanted:,}개 중 {arrived:,}개 도착"),
    "wanted": Words("{wanted:,} more regions wanted", "영역 {wanted:,}개 더 필요"),
    "height_axis": Words("height, px; below it the number of regions", "높이, px; 그 아래는 영역의 수"),
    "weak_overall": Words("all regions {value}", "전체 {value}"),
    "all_regions_value": Words("all regions {value}", "전체 {value}"),
    "more_shown": Words("{n:,} more", "{n:,}개 더"),
    "explained": Words("Each name leads to what it means.", "이름을 누르면 뜻이 나옵니다."),
}
"""What the page says, by what it is; in braces what is put in."""
SUSPICIONS: Mapping[str, Words] = {
    "differs": Words(
        "The model is right about such texts as a rule, and reads another text here.",
        "모델이 이런 글은 대개 맞게 읽는데, 여기서는 다르게 읽습니다."),
    "two agree": Words(
        "A second model reads what the first one reads, and the label says something else.",
        "두 모델이 같은 글을 읽고, 라벨은 다릅니다."),
    "neighbour": Words(
        "The label says what the model reads in another region of the same image.",
        "라벨의 글을 모델은 같은 사진의 다른 영역에서 읽습니다."),
    "not labelled": Words("The model is sure of a region where the label has none.", "모델이 확신하는 영역에 라벨이 없습니다."),
    "not found": Words("The label has a region that no model finds.", "라벨의 영역을 어느 모델도 찾지 못합니다."),
}
"""Why a label is suspected, by ``Suspicion``."""
REASONS: Mapping[str, Words] = {
    "weak": Words(
        "{figure} {value} on {n:,} regions: worse than all regions together.",
        "{figure} {value}, 영역 {n:,}개: 전체보다 나쁩니다."),
    "unsure": Words(
        "{figure} {value} on {n:,} regions: too few to tell, and it may be worse than all regions.",
        "{figure} {value}, 영역 {n:,}개: 판단하기에 적고, 전체보다 나쁠 수 있습니다."),
    "absent": Words("There is no such region at all.", "그런 영역이 하나도 없습니다."),
}
"""Why a slice is wanted, by ``DemandReason``."""
