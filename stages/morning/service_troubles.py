"""What is wrong with what the work stands on: services, disks, the model, Prefect's database, backups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.morning import FreeDisk, Morning, MorningTrouble, TroubleKind
from stages.morning.limits import BACKUP, DATABASE_BYTES, EVENTS_KEPT, FREE_BYTES
from stages.morning.seen import Seen, ServiceSeen
from stages.morning.spans import gigabytes, span, span_ko

ADDRESSES: Mapping[str, str] = {
    "Object storage": "SAEGIM_S3_ENDPOINT", "Label Studio": "SAEGIM_LABEL_STUDIO_URL", "Prefect": "SAEGIM_PREFECT_API_URL"}
SECRETS: Mapping[str, str] = {
    "Object storage": "SAEGIM_S3_ACCESS_KEY, SAEGIM_S3_SECRET_KEY", "Label Studio": "SAEGIM_LABEL_STUDIO_TOKEN",
    "Prefect": "PREFECT_API_AUTH_STRING"}


def service_troubles(morning: Morning, seen: Seen) -> Iterator[MorningTrouble]:
    """Troubles of services, then of disks, the model, Prefect's database and backups."""
    for service in seen.services:
        if service.problem:
            yield _service(service)
    for disk in morning.free:
        if disk.free_bytes < FREE_BYTES:
            yield _disk(disk)
    if seen.model_problem:
        yield MorningTrouble(
            TroubleKind.MODEL_MISSING, "model", what=f"The model in use cannot be had: {seen.model_problem}",
            repair="`saegim models list` shows what there is; `saegim models use NAME@VERSION` chooses one",
            what_ko=f"쓰는 모델을 가져올 수 없습니다: {seen.model_problem}",
            repair_ko="`saegim models list`로 있는 모델을 보고, `saegim models use NAME@VERSION`으로 고르세요.")
    yield from _prefect(morning)
    yield from _backup(morning, seen)


def _service(service: ServiceSeen) -> MorningTrouble:
    name = service.name
    if service.refused:
        return MorningTrouble(
            TroubleKind.TOKEN_REFUSED, name, what=f"{name} does not let us in: {service.problem}",
            repair=f"Put a valid one into {SECRETS[name]} of all workers and restart them; `saegim doctor` looks at it",
            what_ko=f"{name}에 들어갈 수 없습니다: {service.problem}",
            repair_ko=f"모든 작업자의 {SECRETS[name]}에 유효한 값을 넣고 다시 시작하세요. `saegim doctor`로 확인합니다.")
    if service.busy:
        return MorningTrouble(
            TroubleKind.THROTTLED, name, what=f"{name} has too much to do: {service.problem}",
            repair="Runs wait and go on by themselves; if it stays so, start fewer workers, or ask whoever runs it",
            what_ko=f"{name}에 일이 너무 많습니다: {service.problem}",
            repair_ko="실행은 기다렸다가 저절로 이어집니다. 계속되면 작업자를 줄이거나 담당자에게 물어보세요.")
    return MorningTrouble(
        TroubleKind.SERVICE_SILENT, name, what=f"{name} does not answer: {service.problem}",
        repair=f"`saegim up` starts it, if it runs on this machine; else look at {ADDRESSES[name]}",
        what_ko=f"{name}이(가) 응답하지 않습니다: {service.problem}",
        repair_ko=f"이 컴퓨터에서 돌아가면 `saegim up`으로 켜세요. 아니면 {ADDRESSES[name]} 설정을 확인하세요.")


def _disk(disk: FreeDisk) -> MorningTrouble:
    free = gigabytes(disk.free_bytes)
    return MorningTrouble(
        TroubleKind.DISK, disk.host,
        what=f"Only {free} are free on {disk.host}: services stop writing when the disk is full.",
        repair="Make room on that machine; `du -xh / | sort -h | tail` shows what is large. Leave Saegim's own files alone",
        since=disk.at, what_ko=f"{disk.host}에 {free}만 남았습니다. 디스크가 가득 차면 서비스가 쓰기를 멈춥니다.",
        repair_ko="그 컴퓨터에 공간을 만드세요. `du -xh / | sort -h | tail`로 큰 것이 보입니다. "
                  "Saegim의 파일을 손으로 지우지는 마세요.")


def _prefect(morning: Morning) -> Iterator[MorningTrouble]:
    state = morning.prefect
    if state is None:
        return
    oldest = state.oldest_event_at
    old = oldest is not None and morning.at - oldest > EVENTS_KEPT
    if old or (state.database_bytes or 0) > DATABASE_BYTES:
        size = f", its database has {gigabytes(state.database_bytes)}" if state.database_bytes else ""
        size_ko = f", 데이터베이스: {gigabytes(state.database_bytes)}" if state.database_bytes else ""
        age, age_ko = (span(morning.at - oldest), span_ko(morning.at - oldest)) if oldest else ("unknown", "알 수 없음")
        yield MorningTrouble(
            TroubleKind.PREFECT_EVENTS, "Prefect",
            what=f"Prefect does not remove what is old: the age of its oldest event is {age}{size}.",
            repair="Restart the Prefect server (`saegim down`, then `saegim up`) and look into its log for 'vacuum'",
            since=oldest,
            what_ko=f"Prefect가 오래된 기록을 지우지 않습니다. 가장 오래된 이벤트의 나이: {age_ko}{size_ko}.",
            repair_ko="Prefect 서버를 다시 시작하고(`saegim down`, 그다음 `saegim up`) 로그에서 'vacuum'을 찾아보세요.")


def _backup(morning: Morning, seen: Seen) -> Iterator[MorningTrouble]:
    """Where there is something to lose that no backup has."""
    at = morning.backup_at
    if seen.first_sent is None or morning.at - seen.first_sent <= BACKUP or (at and morning.at - at <= BACKUP):
        return
    yield MorningTrouble(
        TroubleKind.BACKUP_OLD, "backup",
        what=f"The last backup is {span(morning.at - at)} old." if at else "There is no backup of the ledger and the labels.",
        repair="`saegim backup PLACE`, and let it run every night", since=at or seen.first_sent,
        what_ko=f"마지막 백업이 {span_ko(morning.at - at)} 전 것입니다." if at else "대장과 라벨의 백업이 한 번도 없었습니다.",
        repair_ko="`saegim backup PLACE`를 실행하고, 매일 밤 실행되게 하세요.")
