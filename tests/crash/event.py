"""What a client saw: one request, and what its answer shows of jobs and contexts."""

import dataclasses
import json
from typing import Optional

# From where a job can come to where, in one step.
STEPS = {
    "QUEUED": {"RUNNING", "CANCELED", "EXPIRED"},
    "RUNNING": {"QUEUED", "SUCCEEDED", "FAILED", "CANCELED"},
    "SUCCEEDED": {"EXPIRED"},
    "FAILED": set(),
    "CANCELED": set(),
    "EXPIRED": set(),
}
TERMINAL = {"SUCCEEDED", "FAILED", "CANCELED", "EXPIRED"}

# The statuses that each kind of request may be answered with. 503 is judged for itself, 409 of a
# reused key, too; 404 is judged by what was there.
STATUSES = {
    "make_context": {201}, "upload": {200}, "bad_upload": {400}, "create": {202},
    "bad_create": {400}, "cancel": {200, 409}, "get": {200}, "list": {200}, "context": {200},
    "contexts": {200}, "download": {200, 409}, "file": {200}, "ready": {200, 503},
}


def reachable(graph):
    """For each state the states that may be seen after it; itself included."""
    closure = {}
    for start in graph:
        seen, todo = {start}, [start]
        while todo:
            for state in graph[todo.pop()] - seen:
                seen.add(state)
                todo.append(state)
        closure[start] = seen
    return closure


AFTER = reachable(STEPS)


@dataclasses.dataclass
class Event:
    began: float
    ended: Optional[float]  # None: the answer was lost
    kind: str               # a name in STATUSES
    path: str = ""
    key: Optional[str] = None
    asked: str = ""                # what tells requests under one key apart: a digest of the body
    status: int = 0
    body: str = ""
    replayed: Optional[str] = None     # X-Idempotency-Replayed
    retry_after: Optional[str] = None
    context: Optional[str] = None      # whom it is about
    job: Optional[str] = None
    form: Optional[tuple] = None       # create: (reportType, format)
    number: Optional[int] = None       # upload: the how manieth of its context
    expected: Optional[dict] = None    # upload: reportType -> the rows of such a report on it
    digest: Optional[str] = None       # upload: of what is sent; file: of what was received
    size: Optional[int] = None         # file: its bytes
    rows: Optional[int] = None         # file: its rows, as counted
    numbers: tuple = ()                # file: the uploads whose rows it has
    parsed: Optional[dict] = dataclasses.field(default=None, repr=False, compare=False)
    tenant: str = ""                   # who asks
    probe: Optional[str] = None        # "foreign" or "absent": asks for what it must not find

    def json(self):
        if self.parsed is None:
            self.parsed = json.loads(self.body)
        return self.parsed

    def key_name(self):
        """Tenants have spaces of keys of their own; the scope of a key is its path."""
        return (self.tenant + self.path, self.key)


def is_clash(event):
    return event.status == 409 and event.json().get("title") == "idempotency_conflict"


def contexts_in(event):
    """The contexts that an answer shows: (id, document)."""
    if event.ended is None or event.status not in (200, 201):
        return
    if event.kind in ("upload", "context"):
        yield event.context, event.json()
    elif event.kind == "make_context":
        yield event.json()["id"], event.json()
    elif event.kind == "contexts":
        for document in event.json()["items"]:
            yield document["id"], document


def observations(event):
    """The jobs that an answer shows: (id, state or None, document or None)."""
    if event.ended is None:
        return
    if event.kind == "create" and event.status == 202:
        # A replay shows the job as it was then.
        yield event.json()["jobId"], "QUEUED" if event.replayed == "false" else None, None
    elif event.kind in ("get", "cancel") and event.status == 200:
        document = event.json()
        yield event.job, document["status"], document
    elif event.kind == "cancel" and event.status == 409 and not is_clash(event):
        yield event.job, event.json()["details"].get("status"), None
    elif event.kind == "list" and event.status == 200:
        for document in event.json()["items"]:
            yield document["id"], document["status"], document
    elif event.kind == "download" and event.status == 200:
        yield event.job, "SUCCEEDED", None
