"""The labelling server's API, as far as the flows need it. The only importer of Label Studio's SDK."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec, TypeVar

import httpx
import label_studio_sdk
from label_studio_sdk.core.api_error import ApiError
from pydantic import SecretStr

from saegim.patience import ride_out
from schemas.errors import SaegimError, ServiceFailed, ServiceUnavailable, SettingError

P = ParamSpec("P")
T = TypeVar("T")

SERVICE, SETTING = "Label Studio", "SAEGIM_LABEL_STUDIO_URL"
BUSY = (429, 502, 503, 504)
"""Answers of one that has too much to do, or of what stands before one that starts anew."""
TASKS_A_PAGE = 100
PROJECTS_A_PAGE = 100
NAMES_A_PAGE = 500
"""Tasks in a page where only their names are wanted."""
TIES = timedelta(seconds=30)
"""A change that was begun before another may be committed after it: each reading of changes goes back by this much."""
IMPORT_SECONDS = 300
STORAGE_TITLE = "Saegim images"
PROJECT_TITLE = 50
"""Label Studio cuts a title here."""
MARK_FIELD, MARK = "task_data_login", "saegim "
"""A project's mark: this field beginning so. No page of Label Studio shows it or writes it (it is a log-in for addresses of
tasks, and means nothing without a password); title, description, instruction and colour are everybody's to edit."""
OLD_MARK = re.compile(r"\[([0-9a-f]{16}|first-schema-\d+)\]$")
"""The mark of projects that were made before, at the end of their description."""


@dataclass(frozen=True, slots=True)
class ShownProject:
    """One project as Label Studio has it.

    Attributes:
        number: its id.
        mark: the ledger's key of it; None where Saegim did not make it.
        lasting: the mark is where nobody edits it.
        xml: the label config.
    """

    number: int
    mark: str | None
    lasting: bool
    xml: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation as it is now. ``lead_time`` in seconds; ``completed_by`` is an e-mail address."""

    id: int
    updated_at: datetime
    completed_by: str
    lead_time: float | None
    was_cancelled: bool
    raw: dict[str, Any]

    @property
    def revision(self) -> int:
        """Orders its states: when it was last changed, in ms since 1970."""
        return round(self.updated_at.timestamp() * 1000)

    @property
    def reader(self) -> str:
        """Who made it, as readings name people."""
        return f"person:{self.completed_by}"


@dataclass(frozen=True, slots=True)
class ChangedTask:
    """One task with all of its submitted and skipped annotations; drafts are not among them."""

    task_id: int
    updated_at: datetime
    data: dict[str, Any]
    annotations: list[Annotation]


@dataclass(frozen=True, slots=True)
class UnreadableTask:
    """One task that Label Studio cannot show: it answers 500, as for an answer with half an emoji in it."""

    task_id: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NamedTask:
    """One task by what it is about. ``answered``: somebody has annotated or skipped it; drafts are not known here."""

    task_id: int
    subject: str
    answered: bool


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task that nobody has annotated, with the newest prediction (None: it has none)."""

    task_id: int
    data: dict[str, Any]
    prediction_id: int | None
    prediction_result: list[dict[str, Any]]


def _named(call: Callable[P, T]) -> Callable[P, T]:
    """A call that may be made twice: it is tried again while Label Studio does not answer."""
    once = _once(call)

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        who = f"{SERVICE} at {args[0].url}" if isinstance(args[0], LabelStudio) else ""
        return ride_out(lambda: once(*args, **kwargs), ServiceUnavailable, who)

    return wrapper


def _once(call: Callable[P, T]) -> Callable[P, T]:
    """Turns the SDK's errors into ours: what is wrong, where, and what to do."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        client = args[0]
        if not isinstance(client, LabelStudio):
            raise TypeError(f"{call.__name__} is a method of LabelStudio")
        try:
            return call(*args, **kwargs)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise ServiceUnavailable(SERVICE, client.url, str(error) or type(error).__name__, SETTING) from error
        except (ApiError, httpx.HTTPStatusError) as error:
            status = error.status_code if isinstance(error, ApiError) else error.response.status_code
            body = str(error.body if isinstance(error, ApiError) else error.response.text)[:500]
            if status in (401, 403):
                raise SettingError(
                    f"Label Studio at {client.url} refuses SAEGIM_LABEL_STUDIO_TOKEN ({status}: {body}). Take a token from "
                    "Account & Settings; if it is a legacy token, Organization > API Tokens Settings must allow it") from error
            if status in BUSY:
                raise ServiceUnavailable(SERVICE, client.url, f"{status}: {body}", SETTING, busy=True,
                                         after=_seconds(error)) from error
            if status is None or status >= 500:
                raise ServiceFailed(SERVICE, client.url, f"{status}: {body}") from error
            raise SaegimError(f"Label Studio answered {status} to {call.__name__}: {body}") from error
        except json.JSONDecodeError as error:
            raise SaegimError(f"What answers at {client.url} is no Label Studio: it gives no JSON. Set {SETTING} to its address"
                              ) from error

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
    def ensure_project(self, mark: str, title: str, xml: str, guide_html: str, description: str) -> int:
        """The project with a mark; made where there is none. Returns its id.

        Args:
            mark: key of our ledger. It finds the project again whose making was not confirmed, and keeps apart the projects of
                two ledgers on one server.
            title: what people read.
            xml: the label config.
            guide_html: shown to annotators.
            description: what else people read.
        """
        if (there := self.marked_projects().get(mark)) is not None:
            return there
        answer = self._http("api/projects/", method="POST", json={
            "title": title[:PROJECT_TITLE], "description": description, MARK_FIELD: MARK + mark, "label_config": xml,
            "expert_instruction": guide_html, "show_instruction": bool(guide_html), "show_skip_button": True,
            "show_collab_predictions": True, "sampling": "Sequential sampling", "maximum_annotations": 1})
        made = int(answer.json()["id"])
        first = self.marked_projects()[mark]
        if first != made:  # another run has made it at the same time; nobody has seen ours yet
            self._http(f"api/projects/{made}/", method="DELETE", expected=(204, 404))
        return first

    @_named
    def marked_projects(self) -> dict[str, int]:
        """Ids of all projects that Saegim made, whichever ledger they are of, by mark; the first one made where two have it."""
        found: dict[str, int] = {}
        page = 1
        while True:
            answer = self._http("api/projects/", params={
                "include": f"id,description,{MARK_FIELD}", "page": page, "page_size": PROJECTS_A_PAGE}).json()
            for project in answer["results"]:
                if mark := _mark(project):
                    found[mark] = min(int(project["id"]), found.get(mark, int(project["id"])))
            if not answer["next"]:
                return found
            page += 1

    @_named
    def project(self, number: int) -> ShownProject | None:
        """A project; None where there is none that the token's user may see."""
        answer = self._http(f"api/projects/{number}/", expected=(200, 404))
        if answer.status_code == 404:
            return None
        body = answer.json()
        return ShownProject(int(body["id"]), _mark(body), str(body.get(MARK_FIELD) or "").startswith(MARK), body["label_config"])

    def is_ours(self, number: int, mark: str) -> bool:
        """Whether a project is there and has a mark: numbers come again, on a server that was made anew."""
        shown = self.project(number)
        return shown is not None and shown.mark == mark

    @_named
    def set_mark(self, project: int, mark: str) -> None:
        """Writes a project's mark where nobody edits it."""
        self._http(f"api/projects/{project}/", method="PATCH", json={MARK_FIELD: MARK + mark})

    @_named
    def set_xml(self, project: int, xml: str) -> None:
        """Shows annotators this label config. Label Studio refuses one that its answers do not fit (SaegimError)."""
        self._http(f"api/projects/{project}/", method="PATCH", json={"label_config": xml})

    @_named
    def set_guide(self, project: int, guide_html: str) -> None:
        """Shows annotators this guide."""
        self._http(f"api/projects/{project}/", method="PATCH",
                   json={"expert_instruction": guide_html, "show_instruction": bool(guide_html)})

    @_named
    def attach_storage(self, project: int, *, bucket: str, region: str, presign_seconds: int,
                       access_key: SecretStr | None, secret_key: SecretStr | None) -> bool:
        """Lets a project show ``s3://bucket/…``; False where it could. The storage is never synced: it only signs addresses.

        One that is there gets key, bucket and lifetime anew: no answer shows its key, and any account may have changed it.
        Its endpoint stays empty: Label Studio trusts the one in its own environment (S3_ENDPOINT), and refuses
        private addresses that come by the API.
        """
        wanted: dict[str, Any] = {
            "aws_access_key_id": access_key.get_secret_value() if access_key else None,
            "aws_secret_access_key": secret_key.get_secret_value() if secret_key else None,
            "bucket": bucket, "region_name": region, "presign": True, "presign_ttl": presign_seconds // 60,
            "use_blob_urls": False, "synchronizable": False, "title": STORAGE_TITLE,
        }
        wanted = {name: value for name, value in wanted.items() if value is not None}
        for storage in self._sdk.import_storage.s3.list(project=project):
            if storage.title == STORAGE_TITLE or storage.bucket == bucket:
                self._sdk.import_storage.s3.update(storage.id, **wanted)
                return False
        self._sdk.import_storage.s3.create(project=project, **wanted)
        return True

    @_named
    def strange_storages(self, project: int) -> list[str]:
        """Storages of a project that Saegim did not attach, for reading or for writing, as people know them."""
        read = self._http("api/storages/", params={"project": project}).json()
        written = self._http("api/storages/export", params={"project": project}).json()
        return [f"{storage.get('title') or 'no title'} ({storage['type']} {storage.get('bucket') or 'of another kind'})"
                for storage in [item for item in read if item.get("title") != STORAGE_TITLE] + written]

    @_named
    def picture(self, project: int, key: str) -> bytes | None:
        """The picture of a project's first task, fetched as the page fetches it; None where it has no task.

        Args:
            project: its id.
            key: name of the picture in a task's ``data``.
        """
        client = self._sdk._client_wrapper.httpx_client
        listed = self._http("api/tasks", params={
            "project": project, "fields": "task_only", "page": 1, "page_size": 1, "resolve_uri": "true"})
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

    @_once
    def import_tasks(self, project: int, tasks: list[dict[str, Any]]) -> list[int]:
        """One bulk import. Returns the tasks' ids, in order.

        It is all or nothing, but Label Studio makes double tasks of a repeated one: where the answer was lost, ask
        ``tasks_after`` first.
        """
        answer = self._http(f"api/projects/{project}/import", method="POST", params={"return_task_ids": "true"}, json=tasks,
                            seconds=IMPORT_SECONDS)
        return [int(task_id) for task_id in answer.json()["task_ids"]]

    @_named
    def newest_task(self, project: int) -> int:
        """The highest id of a project's tasks; 0 where it has none."""
        tasks = self._page(project, [], "task_only", 1, 1, "-tasks:id")[0]
        return int(tasks[0]["id"]) if tasks else 0

    @_named
    def task_count(self, project: int, having: str = "") -> int:
        """How many tasks a project has; with a name, how many of them have ``data.<having>``."""
        named = {"filter": f"filter:tasks:data.{having}", "operator": "empty", "type": "Boolean", "value": False}
        return self._page(project, [named] if having else [], "task_only", 1, 1, "tasks:id")[1]

    @_named
    def tasks_after(self, project: int, task_id: int, key: str) -> list[NamedTask]:
        """A project's tasks with a higher id than this one (0: all), by the value of ``data.<key>``, in order of id."""
        found: list[NamedTask] = []
        while True:
            after = found[-1].task_id if found else task_id
            tasks, total = self._page(project, [
                {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": after}],
                "task_only", 1, NAMES_A_PAGE, "tasks:id")
            found += [NamedTask(int(task["id"]), str(task["data"].get(key)),
                                bool(task["total_annotations"] or task["cancelled_annotations"])) for task in tasks]
            if len(tasks) >= total:
                return found

    @_named
    def delete_untouched(self, project: int, task_id: int) -> bool:
        """Deletes a task unless somebody has annotated or skipped it, or has a draft of it; says whether it is gone."""
        shown = self._shown(project, _only(task_id), 1)  # drafts of others show in all fields only
        if shown is None or any(
                task["total_annotations"] or task["cancelled_annotations"] or task["draft_exists"] for task in shown[0]):
            return False
        self._http(f"api/tasks/{task_id}/", method="DELETE", expected=(200, 204, 404))
        return True

    def changed_tasks(self, project: int, since: datetime | None,
                      collected: Collection[tuple[int, datetime]] = ()) -> Iterator[list[ChangedTask | UnreadableTask]]:
        """Pages of tasks that a person annotated, skipped, changed or took an annotation from, oldest change first.

        One that Label Studio cannot show stops nobody else's: it is named.

        Goes back to ``since`` or to the first change after it that is not among ``collected``. A task that changes while the
        pages are read comes again later; none is passed over, for each page starts at the moment where the one before it
        ended.

        Args:
            project: its id.
            since: where to begin: ``TIES`` before the last change that the caller knows; None for all.
            collected: (task id, updated_at) of what the caller has seen since then.
        """
        moment = since
        if since is not None:
            first = self._first_change(project, since, collected)
            if first is None:
                return
            moment = first
        seen: set[tuple[int, datetime]] = set(collected)
        page = 1
        while True:
            tasks, more = self._changes(project, moment, page)
            new = [task for task in tasks if (task.task_id, task.updated_at) not in seen]
            if new:
                seen.update((task.task_id, task.updated_at) for task in new)
                yield new
            if not more:
                return
            newest = max(task.updated_at for task in tasks)
            page = page + 1 if newest == moment else 1  # a whole page may have changed at one moment
            moment = newest

    @_named
    def _first_change(self, project: int, since: datetime, collected: Collection[tuple[int, datetime]]) -> datetime | None:
        """The first change at or after a moment that is not known yet, from names alone: whole tasks are forty times as large."""
        page = 1
        while True:
            tasks, total = self._page(project, _changed(since), "task_only", page, NAMES_A_PAGE, "tasks:updated_at")
            for task in tasks:
                if (int(task["id"]), at := _moment(task["updated_at"])) not in collected:
                    return at
            if page * NAMES_A_PAGE >= total:
                return None
            page += 1

    @_named
    def task(self, project: int, task_id: int, updated_at: datetime) -> ChangedTask | UnreadableTask | None:
        """One task with its annotations; None where it is gone.

        Args:
            project: its project.
            task_id: its id.
            updated_at: its last change as far as it is known: what is said of a task that cannot be shown.
        """
        shown = self._shown(project, _only(task_id), 1)
        if shown is None:
            return UnreadableTask(task_id, updated_at)
        return self._changed_task(shown[0][0]) if shown[0] else None

    @_named
    def _changes(self, project: int, since: datetime | None, page: int) -> tuple[list[ChangedTask | UnreadableTask], bool]:
        shown = self._shown(project, _changed(since), page)
        if shown is not None:
            return [self._changed_task(task) for task in shown[0]], page * TASKS_A_PAGE < shown[1]
        names, total = self._page(project, _changed(since), "task_only", page, TASKS_A_PAGE, "tasks:updated_at")
        each = [self.task(project, int(name["id"]), _moment(name["updated_at"])) for name in names]
        found = [task for task in each if task]
        if len(found) > 1 and not any(isinstance(task, ChangedTask) for task in found):
            raise ServiceFailed(SERVICE, self.url, f"500 for each of {len(found)} tasks of project {project}")
        return found, page * TASKS_A_PAGE < total

    def _shown(self, project: int, filters: list[dict[str, Any]], page: int) -> tuple[list[dict[str, Any]], int] | None:
        """One page of whole tasks in order of their changes, and how many there are; None where Label Studio fails on it."""
        try:
            return self._page(project, filters, "all", page, TASKS_A_PAGE, "tasks:updated_at")
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 500:
                raise
            return None

    def _changed_task(self, task: dict[str, Any]) -> ChangedTask:
        return ChangedTask(int(task["id"]), _moment(task["updated_at"]), task["data"], [
            Annotation(int(item["id"]), _moment(item["updated_at"]), self._whose(item), item.get("lead_time"),
                       bool(item.get("was_cancelled")), item)
            for item in task.get("annotations") or []])

    @_once
    def add_person(self, email: str, password: str, name: str) -> bool:
        """Makes an annotator who can log in; False where the address has an account already.

        Label Studio's API makes users without a password, so this goes through the page that an invited person sees.
        """
        self.__dict__.pop("_emails", None)
        if email.lower() in {known.lower() for known in self._emails.values()}:
            return False
        invite = str(self._http("api/invite").json()["invite_url"])
        with httpx.Client(base_url=self.url, timeout=60, follow_redirects=True) as browser:
            path = invite if invite.startswith("/") else httpx.URL(invite).raw_path.decode()
            browser.get(path).raise_for_status()
            answer = browser.post(path, data={
                "email": email, "password": password, "first_name": name, "last_name": "", "allow_newsletters": "false",
                "how_find_us": "", "elaborate": "", "csrfmiddlewaretoken": browser.cookies.get("csrftoken", "")},
                headers={"Referer": f"{self.url}{path}"})
            answer.raise_for_status()
        self.__dict__.pop("_emails", None)
        if email.lower() not in {known.lower() for known in self._emails.values()}:
            raise SaegimError(f"Label Studio at {self.url} did not make an account for {email}: {_form_errors(answer.text)}")
        user = next(number for number, known in self._emails.items() if known.lower() == email.lower())
        self._http(f"api/users/{user}/", method="PATCH", json={"first_name": name})
        return True

    @_named
    def open_tasks(self, project: int) -> list[OpenTask]:
        """Tasks that nobody has annotated or skipped."""
        filters = [{"filter": f"filter:tasks:{name}", "operator": "equal", "type": "Number", "value": 0}
                   for name in ("total_annotations", "cancelled_annotations")]
        found: list[OpenTask] = []
        while True:
            after = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number",
                     "value": found[-1].task_id if found else 0}
            tasks, total = self._page(project, [*filters, after], "all", 1, TASKS_A_PAGE, "tasks:id")
            for task in tasks:
                predictions = sorted(task.get("predictions") or [], key=lambda item: int(item["id"]))
                newest = predictions[-1] if predictions else {"id": None, "result": []}
                found.append(OpenTask(int(task["id"]), task["data"], newest["id"], list(newest["result"])))
            if len(tasks) >= total:
                return found

    @_once
    def annotate(self, task_id: int, result: list[dict[str, Any]], lead_time: float, prediction_id: int | None,
                 email: str | None = None) -> int:
        """Submits an annotation as the page does for an accepted prediction. Returns its id.

        Args:
            task_id: Label Studio's.
            result: as the codec makes it.
            lead_time: in seconds.
            prediction_id: that it started from.
            email: whose annotation it is; the token's user's where left out.
        """
        marked = [{**item, "origin": "prediction"} for item in result]
        people = {known: number for number, known in self._emails.items()}
        whose = {"completed_by": people[email]} if email else {}
        answer = self._http(f"api/tasks/{task_id}/annotations/", method="POST",
                            json={"result": marked, "lead_time": lead_time, "parent_prediction": prediction_id, **whose})
        return int(answer.json()["id"])

    def _page(self, project: int, filters: list[dict[str, Any]], fields: str, page: int, size: int,
              ordering: str) -> tuple[list[dict[str, Any]], int]:
        """One page of a task query, as plain JSON (the SDK's models drop what they do not know), and how many there are."""
        query = json.dumps({"filters": {"conjunction": "and", "items": filters}, "ordering": [ordering]})
        answer = self._http("api/tasks", params={"project": project, "fields": fields, "page": page, "page_size": size,
                                                 "query": query}, expected=(200, 404))
        if answer.status_code == 404 and page > 1:  # the page after the last
            return [], 0
        answer.raise_for_status()
        body = answer.json()
        return body["tasks"], int(body["total"])

    def _http(self, path: str, method: str = "GET", expected: tuple[int, ...] = (), seconds: float = 60, **rest: Any) -> Any:
        """One request with the token of either kind, which the SDK keeps fresh."""
        answer = self._sdk._client_wrapper.httpx_client.request(
            path, method=method, request_options={"timeout_in_seconds": int(seconds), "max_retries": 0}, **rest)
        if answer.status_code not in expected:
            answer.raise_for_status()
        return answer

    def _whose(self, annotation: dict[str, Any]) -> str:
        """E-mail address of an annotation's account. Label Studio names it by id here and by record there.

        A deleted account leaves none: each of its annotations is then by somebody of its own, never by the same person.
        """
        whose = annotation.get("completed_by")
        if isinstance(whose, dict):
            whose = whose.get("email") or whose.get("id")
        if whose is None:
            return f"deleted account, annotation {annotation['id']}"
        if isinstance(whose, int) and whose not in self._emails:
            self._emails.update(self._accounts())  # one that was made since
            self._emails.setdefault(whose, str(whose))  # one that left: not asked for again at each of its answers
        return self._emails.get(whose, str(whose))

    @_named
    def accounts(self) -> frozenset[str]:
        """E-mail addresses of everybody who has an account, in lower case."""
        return frozenset(email.lower() for email in self._accounts().values())

    @functools.cached_property
    def _emails(self) -> dict[Any, str]:
        return self._accounts()

    def _accounts(self) -> dict[Any, str]:
        return {user.id: user.email for user in self._sdk.users.list()}


def _mark(project: dict[str, Any]) -> str | None:
    marked = str(project.get(MARK_FIELD) or "")
    if marked.startswith(MARK):
        return marked.removeprefix(MARK)
    found = OLD_MARK.search(str(project.get("description") or "").strip())
    return found[1] if found else None


def _only(task_id: int) -> list[dict[str, Any]]:
    return [{"filter": "filter:tasks:id", "operator": "equal", "type": "Number", "value": task_id}]


def _changed(since: datetime | None) -> list[dict[str, Any]]:
    """Tasks with a person's act at or after a moment: nothing else sets updated_by, so what was just imported is left out."""
    filters: list[dict[str, Any]] = [
        {"filter": "filter:tasks:updated_by", "operator": "empty", "type": "Boolean", "value": False}]
    if since is not None:
        filters.append({"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime",
                        "value": since.astimezone(UTC).isoformat().replace("+00:00", "Z")})
    return filters


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _seconds(error: ApiError | httpx.HTTPStatusError) -> float | None:
    """What the answer's Retry-After asks for; its other form, a date, is not read."""
    headers = error.response.headers if isinstance(error, httpx.HTTPStatusError) else httpx.Headers(error.headers or {})
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else None


def _form_errors(html: str) -> str:
    """What a form of Label Studio complained of."""
    found = re.findall(r'class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', html)
    return "; ".join(text.strip() for text in found if text.strip()) or "its sign-up page gave no reason"
