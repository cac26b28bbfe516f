"""What clients saw of a server, and the laws that it must not have broken.

An event is one request: when it was sent and when it was answered (None: the answer was lost and
the outcome is unknown), what it asked, and what came back. The checker sees nothing but events and
what was listed at quiet moments, when no request is under way; it knows nothing of the server.

Two events are ordered only if the first was answered before the second was sent. What overlaps may
have happened in either order.
"""

import bisect
import dataclasses
import json
import math
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
    "cancel": {200, 409}, "get": {200}, "list": {200}, "context": {200}, "contexts": {200},
    "download": {200, 409}, "file": {200},
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

    def json(self):
        if self.parsed is None:
            self.parsed = json.loads(self.body)
        return self.parsed


@dataclasses.dataclass
class Job:
    context: Optional[str] = None
    form: Optional[tuple] = None
    began: float = -math.inf      # of the create that is known to have made it
    known: float = math.inf       # from here on it is there
    made: bool = False            # by a create that was answered
    seen: dict = dataclasses.field(default_factory=dict)  # state -> the earliest end of an answer
    final: Optional[dict] = None  # how it looks since it has ended
    cancels: int = 0              # that were answered 200 and executed
    digest: Optional[str] = None  # of its file


@dataclasses.dataclass
class Key:
    answered: float = math.inf    # from here on its answer is known
    asked: Optional[str] = None
    status: int = 0
    body: str = ""
    executed: int = 0
    all_asked: set = dataclasses.field(default_factory=set)


@dataclasses.dataclass
class Context:
    known: float = math.inf
    uploads: dict = dataclasses.field(default_factory=dict)  # digest -> number
    began: dict = dataclasses.field(default_factory=dict)    # number -> the earliest began
    rows: dict = dataclasses.field(default_factory=dict)     # number -> rows as acknowledged
    expected: dict = dataclasses.field(default_factory=dict)  # number -> rows by reportType
    # (time, number): from then on >= number
    floor: list = dataclasses.field(default_factory=list)
    keys: set = dataclasses.field(default_factory=set)       # of creates: (path, key)
    lost: int = 0                                            # creates without a key


class Checker:
    """Feed it the events of one round after the other; each feed gives what it found."""

    def __init__(self):
        self.jobs, self.keys, self.contexts = {}, {}, {}
        self.busy = 0  # answers 503

    def feed(self, events):
        findings = []
        for event in events:
            self._note_sent(event)
        for event in events:
            if event.ended is not None:
                self._note_answer(event)
        for context in self.contexts.values():
            context.floor = rising(context.floor)
        for event in events:
            if event.ended is not None:
                findings += [f"{event.kind} {event.path}: {what}" for what in self._judge(event)]
        return findings

    # What is known: gathered from all events of a round before any of them is judged.

    def _note_sent(self, event):
        if event.key is not None:
            key = self.keys.setdefault((event.path, event.key), Key())
            key.all_asked.add(event.asked)
        if event.kind == "create":
            context = self.contexts.setdefault(event.context, Context())
            if event.key is not None:
                context.keys.add((event.path, event.key))
            elif event.ended is None:
                context.lost += 1
        if event.kind == "upload":
            context = self.contexts.setdefault(event.context, Context())
            context.uploads[event.digest] = event.number
            context.expected[event.number] = event.expected
            context.began[event.number] = min(event.began,
                                              context.began.get(event.number, math.inf))

    def _note_answer(self, event):
        if event.key is not None and event.status < 400:
            key = self.keys[(event.path, event.key)]
            if event.ended < key.answered:
                key.answered = event.ended
                key.asked, key.status, key.body = event.asked, event.status, event.body
            key.executed += event.replayed == "false"
        for name, document in contexts_in(event):
            context = self.contexts.setdefault(name, Context())
            context.known = min(context.known, event.ended)
            number = context.uploads.get(document.get("sha256"))
            if number is not None and event.kind != "make_context":
                context.floor.append((event.ended, number))
            if event.kind == "upload":
                context.rows[event.number] = document["rows"]
        if event.kind == "create" and event.status == 202:
            job = self.jobs.setdefault(event.json()["jobId"], Job())
            job.made, job.context, job.form = True, event.context, event.form
            job.began = max(job.began, event.began if event.replayed == "false" else -math.inf)
        if event.kind == "cancel" and event.status == 200 and event.replayed == "false":
            self.jobs.setdefault(event.job, Job()).cancels += 1
        for name, state, document in observations(event):
            job = self.jobs.setdefault(name, Job())
            job.known = min(job.known, event.ended)
            job.context = job.context or event.context
            if state:
                job.seen[state] = min(event.ended, job.seen.get(state, math.inf))
            if state in TERMINAL and document and (job.final is None or state == "EXPIRED"):
                job.final = document

    # The laws. Each gives what is wrong with one event.

    def _judge(self, event):
        yield from self._judge_status(event)
        yield from self._judge_presence(event)
        yield from self._judge_key(event)
        yield from self._judge_states(event)
        yield from self._judge_cancel(event)
        yield from self._judge_sets(event)
        yield from self._judge_file(event)

    def _judge_status(self, event):
        if event.status == 503:
            self.busy += 1
            if event.retry_after is None:
                yield "503 without Retry-After"
        elif event.status == 409 and is_clash(event):
            key = self.keys.get((event.path, event.key))
            if key is None or key.all_asked == {event.asked}:
                yield "a key is said to be reused and is not"
        elif event.status != 404 and event.status not in STATUSES[event.kind]:
            yield f"answered {event.status}: {event.body[:200]}"

    def _judge_presence(self, event):
        if event.status != 404:
            return
        if event.job is not None:
            record, name = self.jobs.get(event.job), f"job {event.job}"
        else:
            record, name = self.contexts.get(event.context), f"context {event.context}"
        if record is None or record.known == math.inf:
            yield f"404, and {name} was never made"
        elif record.known < event.began:
            yield f"{name} was there and is gone"

    def _judge_key(self, event):
        if event.replayed not in (None, "true", "false"):
            yield f"X-Idempotency-Replayed is {event.replayed}"
        writes = ("make_context", "upload", "create", "cancel")
        if event.kind not in writes or event.status == 503:
            return
        if event.status < 400 and event.replayed is None:
            yield "a successful write without X-Idempotency-Replayed"
        if event.key is None:
            if event.replayed == "true":
                yield "a replay without a key"
            return
        key = self.keys[(event.path, event.key)]
        if event.status < 400:
            if event.asked != key.asked:
                yield f"key {event.key} was taken for two requests"
            elif (event.status, event.body) != (key.status, key.body):
                yield f"key {event.key} was answered in two ways"
            elif key.answered < event.began and event.replayed != "true":
                yield f"key {event.key} was executed again"
            elif event.replayed == "false" and key.executed > 1:
                yield f"key {event.key} was executed {key.executed} times"
        elif key.answered < event.began and event.asked == key.asked:
            yield f"key {event.key} was answered {key.status} and is not replayed: {event.status}"

    def _judge_states(self, event):
        for name, state, document in observations(event):
            job = self.jobs[name]
            for earlier, at in job.seen.items():
                if state and at < event.began and state not in AFTER[earlier]:
                    yield f"job {name} was {earlier} and is {state}"
                if {earlier, state} <= TERMINAL and state not in AFTER[earlier] and \
                        earlier not in AFTER[state]:
                    yield f"job {name} ended as {earlier} and as {state}"
            if not document:
                continue
            if job.form and (document["reportType"], document["format"]) != job.form:
                yield f"job {name} is not what was ordered"
            if state == "SUCCEEDED" and "downloadUrl" not in document:
                yield f"job {name} is SUCCEEDED and has no download URL"
            if state != "SUCCEEDED" and "downloadUrl" in document:
                yield f"job {name} is {state} and has a download URL"
            if job.final and state == job.final["status"] and document != job.final:
                yield f"job {name} has ended and changes"

    def _judge_cancel(self, event):
        if event.kind != "cancel":
            return
        if event.status == 200 and event.json()["status"] != "CANCELED":
            yield f"a cancel was answered 200 and {event.json()['status']}"
        if event.status == 200 and self.jobs[event.job].cancels > 1:
            yield f"job {event.job} was canceled {self.jobs[event.job].cancels} times"
        if event.status == 409 and not is_clash(event) and \
                event.json()["details"].get("status") not in TERMINAL:
            yield "a cancel was refused in a state that has not ended"

    def _judge_sets(self, event):
        """The sets of a context follow each other in the order in which they were sent (each
        context has one writer): nobody sees an older one than an answer before has shown."""
        for name, document in contexts_in(event):
            context, digest = self.contexts[name], document.get("sha256")
            floor = floor_at(context.floor, event.began)
            number = context.uploads.get(digest)
            if event.kind == "upload" and digest != event.digest:
                yield "an upload was acknowledged with another digest"
            elif event.kind in ("upload", "make_context"):
                continue  # a replay shows what was then
            elif digest and number is None:
                yield f"context {name} holds what nobody uploaded"
            elif floor is not None and (number is None or number < floor):
                yield f"context {name}: upload {floor} was there, and now {number} is"
            elif number is not None and context.began[number] > event.ended:
                yield f"context {name}: upload {number} is there before it was sent"
            elif number in context.rows and document["rows"] != context.rows[number]:
                yield f"context {name}: upload {number} has {document['rows']} rows"

    def _judge_file(self, event):
        if event.kind not in ("download", "file") or event.status != 200:
            return
        job = self.jobs[event.job]
        # Clients share their links: a file may stand in the history before the answer that named
        # it, so whichever comes first sets the digest.
        digest = event.digest if event.kind == "file" else event.json()["sha256"]
        job.digest = job.digest or digest
        if event.kind == "download":
            if job.digest != digest:
                yield f"the digest of job {event.job} changes"
            return
        if job.digest != digest:
            yield f"the file of job {event.job} has not the digest that its job has"
        if not job.final or job.final["status"] != "SUCCEEDED":
            return
        for name, counted in (("bytesWritten", event.size), ("recordsWritten", event.rows)):
            if counted is not None and counted != job.final[name]:
                yield f"job {event.job} says {name} {job.final[name]}, its file has {counted}"
        if job.context is not None:
            yield from self._judge_rows(event, job, self.contexts[job.context])

    def _judge_rows(self, event, job, context):
        """A report is on one set: one that was there between the create and the success."""
        floor = floor_at(context.floor, job.began)
        if len(event.numbers) > 1:
            yield f"job {event.job} mixes uploads {event.numbers}"
        elif not event.numbers:
            if floor is not None:
                yield f"job {event.job} reports on nothing in place of upload {floor}"
        elif event.numbers[0] not in context.began:
            yield f"job {event.job} reports on what nobody uploaded"
        elif floor is not None and event.numbers[0] < floor:
            yield f"job {event.job} reports on upload {event.numbers[0]} in place of {floor}"
        elif context.began[event.numbers[0]] > job.seen["SUCCEEDED"]:
            yield f"job {event.job} reports on upload {event.numbers[0]}, which came after it"
        else:
            expected = context.expected[event.numbers[0]]
            if job.form and expected and event.rows != expected[job.form[0]]:
                yield f"job {event.job} has {event.rows} rows, not {expected[job.form[0]]}"

    # What is judged at quiet moments.

    def judge_listing(self, context, listed):
        """All jobs of a context, as its pages gave them: those that were acknowledged, at most one
        more for each create whose outcome is unknown, none twice, in one order."""
        if len(listed) != len(set(listed)):
            yield f"context {context}: a job is listed twice"
        if listed not in (sorted(listed), sorted(listed, reverse=True)):
            yield f"context {context}: the list is in no order"
        there = {name for name, job in self.jobs.items()
                 if job.context == context and job.known < math.inf}
        for name in there - set(listed):
            yield f"job {name} was there and is not listed"
        record = self.contexts.setdefault(context, Context())
        unknown = record.lost + sum(self.keys[key].answered == math.inf for key in record.keys)
        more = {name for name in listed if name not in self.jobs or not self.jobs[name].made}
        if len(more) > unknown:
            yield (f"context {context}: {len(more)} jobs are listed that nobody made; {unknown} "
                   f"creates have an unknown outcome")

    def judge_walk(self, context, began, listed):
        """The same while others write: what was there before the walk began is in it."""
        if len(listed) != len(set(listed)):
            yield f"context {context}: a job is listed twice"
        there = {name for name, job in self.jobs.items()
                 if job.context == context and job.known < began}
        for name in there - set(listed):
            yield f"job {name} was made before the list was read and is not in it"


def rising(points):
    """Of (time, number) those that raise the number."""
    kept = []
    for at, number in sorted(points):
        if not kept or number > kept[-1][1]:
            kept.append((at, number))
    return kept


def floor_at(points, time):
    """The number of the last point before `time`."""
    place = bisect.bisect_left(points, (time, -1))
    return points[place - 1][1] if place else None


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


# What the data directory and the log of a start must look like, beside what the server says.

def judge_files(exports, sets, jobs, contexts):
    """The names under files/ of a server at rest against all jobs and contexts that it names."""
    succeeded = {job["id"] for job in jobs if job["status"] == "SUCCEEDED"}
    filled = {context["id"] for context in contexts if "sha256" in context}
    for kind, names, owners in (("export", exports, succeeded), ("set", sets, filled)):
        found = set()
        for name in names:
            owner = name[:36]
            if name.endswith(".tmp"):
                yield f"a temporary {kind} is left: {name}"
            elif owner not in owners:
                yield f"an {kind} that no record names: {name}"
            elif owner in found:
                yield f"a second {kind} of {owner}: {name}"
            found.add(owner)
        for owner in owners - found:
            yield f"the {kind} of {owner} is missing"


def judge_cut(cut_bytes, log_lines):
    """A start that has cut the end of the log says so once, with the octets; others do not."""
    told = [line for line in log_lines if "has been cut" in line.get("message", "")]
    if cut_bytes and [line.get("bytes") for line in told] != [cut_bytes]:
        yield f"{cut_bytes} bytes were cut, and the log says {told}"
    if not cut_bytes and told:
        yield f"nothing was cut, and the log says {told}"


def judge_growth(samples, allowed):
    """`samples`: a dictionary of numbers for each quiet moment; the last third is at most `allowed`
    above the first third, in the median."""
    third = max(1, len(samples) // 3)
    for name, most in allowed.items():
        first = sorted(sample[name] for sample in samples[:third])[third // 2]
        last = sorted(sample[name] for sample in samples[-third:])[third // 2]
        if last > first + most:
            yield f"{name} has grown from {first} to {last}"
