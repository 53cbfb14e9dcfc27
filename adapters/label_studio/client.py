"""The labelling server's API, as far as the flows need it. The only importer of Label Studio's SDK."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import httpx
import label_studio_sdk
from label_studio_sdk.core.api_error import ApiError
from markdown_it import MarkdownIt
from pydantic import SecretStr

from adapters.label_studio.annotation_config import AnnotationConfig
from schemas.errors import SaegimError, ServiceUnavailable, SettingError

P = ParamSpec("P")
T = TypeVar("T")

TASKS_A_PAGE = 100
VALUES_A_QUERY = 50
"""Ids in one filter: it travels in the URL, and servers cap a URL at 8 KB."""
IMPORT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation as it is now. ``lead_time`` in seconds; ``completed_by`` is an e-mail address."""

    id: int
    updated_at: datetime
    completed_by: str
    lead_time: float | None
    was_cancelled: bool
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedTask:
    """One task with its submitted and skipped annotations; drafts are not among them."""

    task_id: int
    updated_at: datetime
    data: dict[str, Any]
    annotations: list[Annotation]


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task that nobody has annotated, with the newest prediction (None: it has none)."""

    task_id: int
    prediction_id: int | None
    prediction_result: list[dict[str, Any]]


def _named(call: Callable[P, T]) -> Callable[P, T]:
    """Turns the SDK's errors into ours: what is wrong, where, and what to do."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        client = args[0]
        if not isinstance(client, LabelStudio):
            raise TypeError(f"{call.__name__} is a method of LabelStudio")
        try:
            return call(*args, **kwargs)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServiceUnavailable("Label Studio", client.url, str(error) or type(error).__name__) from error
        except (ApiError, httpx.HTTPStatusError) as error:
            status = error.status_code if isinstance(error, ApiError) else error.response.status_code
            body = str(error.body if isinstance(error, ApiError) else error.response.text)[:500]
            if status in (401, 403):
                raise SettingError(
                    f"Label Studio at {client.url} refuses SAEGIM_LABEL_STUDIO_TOKEN ({status}: {body}). Take a token from "
                    "Account & Settings; if it is a legacy token, Organization > API Tokens Settings must allow it") from error
            if status is None or status >= 500 or status == 429:
                raise ServiceUnavailable("Label Studio", client.url, f"{status}: {body}") from error
            raise SaegimError(f"Label Studio answered {status} to {call.__name__}: {body}") from error

    return wrapper


class LabelStudio:
    """One Label Studio server and one of its users. Takes legacy tokens and personal access tokens."""

    def __init__(self, url: str, token: SecretStr) -> None:
        self.url = url.rstrip("/")
        self._token = token

    @functools.cached_property
    def _sdk(self) -> Any:
        if not self._token.get_secret_value():
            raise SettingError("SAEGIM_LABEL_STUDIO_TOKEN is empty: expected an access token of a Label Studio user "
                               "(`saegim up` writes one to .saegim/env)")
        return label_studio_sdk.LabelStudio(base_url=self.url, api_key=self._token.get_secret_value(), timeout=60)

    @_named
    def whoami(self) -> str:
        """E-mail address of the token's user."""
        return str(self._sdk.users.whoami().email)

    @_named
    def ensure_project(self, config: AnnotationConfig) -> int:
        """The project of one version of an annotation config; made where there is none. Returns its id."""
        title = f"{config.title} · {config.run}"
        found = [project.id for project in self._sdk.projects.list(title=title[:50]) if project.title == title]
        if found:
            return int(min(found))
        project = self._sdk.projects.create(
            title=title, description=f"Saegim annotation config {config.run}, owner: {config.owner}",
            label_config=config.xml, expert_instruction=_html(config.guide), show_instruction=True,
            show_skip_button=True, show_collab_predictions=True, sampling="Sequential sampling",
            maximum_annotations=1)
        return int(project.id)

    @_named
    def attach_storage(self, project: int, *, bucket: str, region: str, presign_seconds: int,
                       access_key: SecretStr | None, secret_key: SecretStr | None) -> None:
        """Lets a project show ``s3://bucket/…``. The storage is never synced: it only signs addresses.

        Its endpoint stays empty: Label Studio trusts the one in its own environment (S3_ENDPOINT), and refuses
        private addresses that come by the API.
        """
        wanted: dict[str, Any] = {
            "aws_access_key_id": access_key.get_secret_value() if access_key else None,
            "aws_secret_access_key": secret_key.get_secret_value() if secret_key else None,
            "bucket": bucket, "region_name": region, "presign": True, "presign_ttl": presign_seconds // 60,
            "use_blob_urls": False, "synchronizable": False, "title": "Saegim images",
        }
        wanted = {name: value for name, value in wanted.items() if value is not None}
        if not any(storage.bucket == bucket for storage in self._sdk.import_storage.s3.list(project=project)):
            self._sdk.import_storage.s3.create(project=project, **wanted)

    @_named
    def picture(self, project: int, key: str) -> bytes | None:
        """The picture of a project's first task, fetched as the page fetches it; None where it has no task.

        Args:
            project: its id.
            key: name of the picture in a task's ``data``.
        """
        client = self._sdk._client_wrapper.httpx_client
        listed = client.request("api/tasks", method="GET", params={
            "project": project, "fields": "task_only", "page": 1, "page_size": 1, "resolve_uri": "true"})
        listed.raise_for_status()
        if not (tasks := listed.json()["tasks"]):
            return None
        address = str(tasks[0]["data"][key])
        through_us = address.startswith(("/", self.url))  # absolute where Label Studio knows its public address
        answer = (client.request(address.removeprefix(self.url).lstrip("/"), method="GET") if through_us
                  else httpx.get(address, timeout=30))
        if answer.is_redirect:
            answer = httpx.get(answer.headers["location"], timeout=30)
        answer.raise_for_status()
        return bytes(answer.content)

    @property
    def token_kind(self) -> str:
        """Legacy tokens are hexadecimal; personal access tokens are JWTs."""
        return "personal access token" if self._token.get_secret_value().count(".") == 2 else "legacy token"

    @_named
    def import_tasks(self, project: int, tasks: list[dict[str, Any]]) -> None:
        """One bulk import. Label Studio makes double tasks of a repeated one: ask ``find_tasks`` first."""
        self._sdk.projects.import_tasks(id=project, request=tasks,
                                        request_options={"timeout_in_seconds": IMPORT_SECONDS, "max_retries": 0})

    @_named
    def find_tasks(self, project: int, key: str, values: Sequence[str]) -> dict[str, int]:
        """Task ids by the value of ``data.<key>``, for those of the values that have a task."""
        found: dict[str, int] = {}
        for start in range(0, len(values), VALUES_A_QUERY):
            chunk = values[start:start + VALUES_A_QUERY]
            filters = [{"filter": f"filter:tasks:data.{key}", "operator": "equal", "type": "String", "value": value}
                       for value in chunk]
            for task in self._tasks(project, filters, "or", "task_only"):
                found.setdefault(str(task["data"].get(key)), int(task["id"]))
        return found

    @_named
    def task_keys(self, project: int, key: str) -> list[tuple[str, int]]:
        """(value of ``data.<key>``, task id) of every task of a project."""
        return [(str(task["data"].get(key)), int(task["id"])) for task in self._tasks(project, [], "and", "task_only")]

    def changed_annotations(self, project: int, since: datetime | None) -> Iterator[ChangedTask]:
        """Tasks with annotations that changed at or after a moment, oldest change first.

        The moment itself is included, because several tasks may change in one instant: the caller knows by
        (annotation id, updated_at) what it has seen.
        """
        filters: list[dict[str, Any]] = [
            {"filter": "filter:tasks:total_annotations", "operator": "greater", "type": "Number", "value": 0}]
        filters_skipped: list[dict[str, Any]] = [
            {"filter": "filter:tasks:cancelled_annotations", "operator": "greater", "type": "Number", "value": 0}]
        by_id: dict[int, ChangedTask] = {}
        for chosen in (filters, filters_skipped):
            when = [] if since is None else [{
                "filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime",
                "value": since.astimezone(UTC).isoformat().replace("+00:00", "Z")}]
            for task in self._all_tasks(project, [*chosen, *when]):
                by_id[task.task_id] = task
        yield from sorted(by_id.values(), key=lambda task: (task.updated_at, task.task_id))

    def open_tasks(self, project: int) -> list[OpenTask]:
        """Tasks that nobody has annotated or skipped."""
        filters = [{"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0},
                   {"filter": "filter:tasks:cancelled_annotations", "operator": "equal", "type": "Number", "value": 0}]
        return self._open_tasks(project, filters)

    @_named
    def _open_tasks(self, project: int, filters: list[dict[str, Any]]) -> list[OpenTask]:
        found = []
        for task in self._tasks(project, filters, "and", "all"):
            predictions = sorted(task.get("predictions") or [], key=lambda item: int(item["id"]))
            newest = predictions[-1] if predictions else {"id": None, "result": []}
            found.append(OpenTask(int(task["id"]), newest["id"], list(newest["result"])))
        return found

    @_named
    def annotate(self, task_id: int, result: list[dict[str, Any]], lead_time: float, prediction_id: int | None) -> int:
        """Submits an annotation as the page does for an accepted prediction. Returns its id."""
        marked = [{**item, "origin": "prediction"} for item in result]
        answer = self._sdk._client_wrapper.httpx_client.request(
            f"api/tasks/{task_id}/annotations/", method="POST",
            json={"result": marked, "lead_time": lead_time, "parent_prediction": prediction_id})
        answer.raise_for_status()
        return int(answer.json()["id"])

    @_named
    def _all_tasks(self, project: int, filters: list[dict[str, Any]]) -> list[ChangedTask]:
        return [
            ChangedTask(int(task["id"]), _moment(task["updated_at"]), task["data"], [
                Annotation(int(item["id"]), _moment(item["updated_at"]), self._email(item.get("completed_by")),
                           item.get("lead_time"), bool(item.get("was_cancelled")), item)
                for item in task.get("annotations") or []
            ])
            for task in self._tasks(project, filters, "and", "all")
        ]

    def _tasks(self, project: int, filters: list[dict[str, Any]], conjunction: str, fields: str) -> Iterator[dict[str, Any]]:
        """All pages of a task query, as plain JSON: the SDK's models drop what they do not know."""
        query = json.dumps({"filters": {"conjunction": conjunction, "items": filters},
                            "ordering": ["tasks:updated_at"]})
        page = 1
        while True:
            answer = self._sdk._client_wrapper.httpx_client.request("api/tasks", method="GET", params={
                "project": project, "fields": fields, "page": page, "page_size": TASKS_A_PAGE, "query": query})
            if answer.status_code == 404 and page > 1:  # the page after the last
                return
            answer.raise_for_status()
            body = answer.json()
            yield from body["tasks"]
            if page * TASKS_A_PAGE >= int(body["total"]):
                return
            page += 1

    def _email(self, completed_by: Any) -> str:
        """Label Studio names an annotator by id here and by record there."""
        if isinstance(completed_by, dict):
            return str(completed_by.get("email") or completed_by.get("id"))
        return self._emails.get(completed_by, str(completed_by))

    @functools.cached_property
    def _emails(self) -> dict[Any, str]:
        return {user.id: user.email for user in self._sdk.users.list()}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _html(markdown: str) -> str:
    """The guide as Label Studio shows it."""
    return str(MarkdownIt("commonmark").enable("table").render(markdown))
