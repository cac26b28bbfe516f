"""Clients that ask a server everything at once, and note what they saw.

Each client has contexts of its own, into which only it uploads; jobs, keys and signed URLs are
shared, so that clients meet on the same job and under the same key. A client stops when its
connection is cut; what it had asked under a key by then is asked again later.
"""

import dataclasses
import hashlib
import json
import random
import re
import threading
import time
import urllib.parse
from typing import Optional

from history import Event
from wire import Connection, Lost, Request

REPORTS = ("MATCHED", "UNMATCHED", "VARIANCE")
FORMATS = ("CSV", "JSON", "XML")
COLUMNS = ("transaction_id", "match_group_id", "source_id", "amount", "currency", "status", "date",
           "exception_id", "due_at", "expected_amount", "fee_schedule_id", "fee_schedule_name")
SOURCE = "9dfb369b-ab13-4fae-a276-55daa05f1119"
RECENT = 60  # of what may be asked again at once


def transactions(number, large=False):
    """The upload of this number: (content type, bytes, rows by report). Every row of every report
    on it bears the mark "mark-NUMBER-"; no two uploads have equal bytes."""
    matched = (6000 if large else 20) + number % 17
    unmatched, fees = 10 + number % 5, number % 3 + 1
    rows = [(f"mark-{number}-{i}", f"group-{i // 2}" if i < matched else "", SOURCE, f"{i}.25",
             "BRL", "MATCHED" if i < matched else "UNMATCHED", "2026-11-01", "", "", f"{i}.50",
             f"fee-{i % fees}", f"mark-{number}-fee") for i in range(matched + unmatched)]
    expected = {"MATCHED": matched, "UNMATCHED": unmatched, "VARIANCE": fees}
    if number % 4 == 3:
        lines = [json.dumps({n: v for n, v in zip(COLUMNS, row) if v}) for row in rows]
        return "application/x-ndjson", ("\n".join(lines) + "\n").encode(), expected
    lines = [",".join(COLUMNS)] + [",".join(row) for row in rows]
    return "text/csv", ("\n".join(lines) + "\n").encode(), expected


def rows_of(form, content):
    """How many rows a downloaded report has."""
    if form == "CSV":
        return content.count(b"\n") - 1
    if form == "JSON":
        return len(json.loads(content))
    return len(re.findall(rb"<(?:item|row)>", content))


@dataclasses.dataclass(frozen=True)
class Ask:
    """A request, and what its event is to know of it."""
    kind: str
    request: Request
    context: Optional[str] = None
    job: Optional[str] = None
    form: Optional[tuple] = None
    number: Optional[int] = None
    expected: Optional[dict] = None

    def event(self, now):
        digest = hashlib.sha256(self.request.body).hexdigest()
        return Event(now, None, self.kind, self.request.path.split("?")[0], self.request.key,
                     digest, context=self.context, job=self.job, form=self.form,
                     number=self.number, expected=self.expected,
                     digest=digest if self.kind == "upload" else None)


class Pool:
    """What the clients share. Lists that only grow: a list's append needs no lock in Python."""

    def __init__(self):
        self.jobs = []   # (id, context, (reportType, format))
        self.known = set()
        self.keyed = []  # asks with a key: sent at least once; of uploads: answered
        self.files = []  # (job, format, path and query of a signed URL)


class Client(threading.Thread):
    """Made anew for each round (`again`), with the memory of the one before."""

    def __init__(self, name, pool, seed):
        super().__init__(name=f"client {name}")
        self.label = name
        self.pool = pool
        self.random = random.Random(seed)
        self.contexts = []  # this client's; the last one is in use
        self.uploads = {}   # context -> the number of the last one sent
        self.unknown = []   # asks with a key whose answer was lost, oldest first
        self.keys = 0
        self.events = []
        self.walks = []     # (context, began, ids as listed)
        self.failure = None
        self.connections = []

    def again(self):
        next_one = Client(self.label, self.pool, self.random.random())
        next_one.contexts, next_one.uploads = self.contexts, self.uploads
        next_one.unknown, next_one.keys = self.unknown, self.keys
        return next_one

    def connect(self, port, token):
        self.connections = [Connection(port, token) for _ in range(2)]
        return self

    def disconnect(self):
        for connection in self.connections:
            connection.close()

    def run(self):
        """Asks until the connection is cut."""
        try:
            self.ask_again()
            while True:
                self.one_thing()
        except Lost:
            pass
        except Exception as error:  # of the test itself: the main thread tells
            self.failure = error
        finally:
            self.disconnect()

    # Asking.

    def ask(self, *asks, at=0):
        """Sends the requests in one write and takes their answers."""
        events = self.begin(*asks, at=at)
        return [self.finish(ask, event, at) for ask, event in zip(asks, events)]

    def begin(self, *asks, at=0):
        now = time.monotonic()
        events = [ask.event(now) for ask in asks]
        self.events += events
        for ask in asks:
            if ask.request.key is not None:
                self.unknown.append(ask)
                if ask.kind != "upload":
                    self.pool.keyed.append(ask)
        self.connections[at].send(*(ask.request for ask in asks))
        return events

    def finish(self, ask, event, at=0):
        answer = self.connections[at].receive()
        event.ended = time.monotonic()
        event.status = answer.status
        event.replayed = answer.fields.get("x-idempotency-replayed")
        event.retry_after = answer.fields.get("retry-after")
        if ask.kind == "file" and answer.status == 200:
            event.digest = hashlib.sha256(answer.body).hexdigest()
            event.size = len(answer.body)
            event.rows = rows_of(ask.form[1], answer.body)
            event.numbers = tuple(sorted({int(n) for n in
                                          re.findall(rb"mark-(\d+)-", answer.body)}))
        else:
            event.body = answer.body.decode()
        if ask in self.unknown and answer.status != 503:
            self.unknown.remove(ask)
        self.remember(ask, answer)
        return answer

    def remember(self, ask, answer):
        if ask.kind == "make_context" and answer.status == 201:
            context = answer.json()["id"]
            if context not in self.uploads and ask.request.key.startswith(f"{self.label}:"):
                self.contexts.append(context)
                self.uploads[context] = 0
        elif ask.kind == "create" and answer.status == 202:
            job = answer.json()["jobId"]
            if job not in self.pool.known:
                self.pool.known.add(job)
                self.pool.jobs.append((job, ask.context, ask.form))
        elif ask.kind == "upload" and answer.status == 200 and ask.request.key is not None:
            self.pool.keyed.append(ask)
        elif ask.kind == "download" and answer.status == 200:
            url = urllib.parse.urlsplit(answer.json()["downloadUrl"])
            self.pool.files.append((ask.job, ask.form, f"{url.path}?{url.query}"))

    def ask_again(self):
        """Every request whose answer was lost, under its key, in the order of old."""
        unknown, self.unknown = self.unknown, []
        for place, ask in enumerate(unknown):
            try:
                self.ask(ask)
            except Lost:
                self.unknown += unknown[place + 1:]
                raise

    # What to ask.

    def new_key(self):
        self.keys += 1
        return f"{self.label}:key_{self.keys}-x"

    def maybe_key(self):
        return self.new_key() if self.random.random() < 0.8 else None

    def make_context(self):
        body = json.dumps({"name": f"context of {self.label}"}).encode()
        return Ask("make_context", Request("POST", "/v1/contexts", body, "application/json",
                                           self.new_key()))

    def upload(self, key):
        context = self.contexts[-1]
        self.uploads[context] += 1
        number = self.uploads[context]
        content_type, content, expected = transactions(number, self.random.random() < 0.05)
        return Ask("upload", Request("PUT", f"/v1/contexts/{context}/transactions", content,
                                     content_type, key),
                   context=context, number=number, expected=expected)

    def bad_upload(self):
        context = self.contexts[-1]
        content = ",".join(COLUMNS) + "\nmark-0-0,,,1.00\n"
        return Ask("bad_upload", Request("PUT", f"/v1/contexts/{context}/transactions",
                                         content.encode(), "text/csv"), context=context)

    def create(self, key, context=None):
        context = context or self.contexts[-1]
        form = (self.random.choice(REPORTS), self.random.choice(FORMATS))
        body = json.dumps({"reportType": form[0], "format": form[1], "dateFrom": "2026-10-22",
                           "dateTo": "2026-11-21"}).encode()
        return Ask("create", Request("POST", f"/v1/contexts/{context}/export-jobs", body,
                                     "application/json", key), context=context, form=form)

    def some_job(self):
        jobs = self.pool.jobs
        return self.random.choice(jobs[-10:] if self.random.random() < 0.7 else jobs)

    def cancel(self, key):
        return self.cancel_of(self.some_job(), key)

    def cancel_of(self, job, key):
        job, _, form = job
        return Ask("cancel", Request("POST", f"/v1/export-jobs/{job}/cancel", key=key), job=job,
                   form=form)

    def get(self, job=None):
        job = job or self.some_job()[0]
        return Ask("get", Request("GET", f"/v1/export-jobs/{job}"), job=job)

    def download(self, job=None):
        job, _, form = job or self.some_job()
        return Ask("download", Request("GET", f"/v1/export-jobs/{job}/download"), job=job,
                   form=form)

    def file(self, of):
        job, form, path = of
        return Ask("file", Request("GET", path), job=job, form=form)

    def look_at_context(self):
        context = self.contexts[-1]
        return Ask("context", Request("GET", f"/v1/contexts/{context}"), context=context)

    def clash(self):
        """Another request under a key that is in use: a refusal, or the first of the two."""
        used = self.random.choice(self.pool.keyed[-RECENT:])
        if used.kind != "create":
            return used
        return self.create(used.request.key, used.context)

    # Doing it.

    def one_thing(self):
        if not self.contexts or self.random.random() < 0.002:
            self.ask(self.make_context())
            self.ask(self.upload(self.maybe_key()))
            return
        if not self.pool.jobs:
            self.ask(self.create(self.new_key()))
            return
        self.random.choices(
            (self.one_write, self.pipeline, self.duel, self.replay, self.read_file, self.walk,
             lambda: self.ask(self.clash()), lambda: self.ask(self.bad_upload())),
            (30, 15, 6, 10, 6, 2, 2, 1))[0]()

    def one_write(self):
        choice = self.random.random()
        if choice < 0.35:
            self.ask(self.create(self.maybe_key()))
        elif choice < 0.85:
            self.ask(self.cancel(self.maybe_key()))
        else:
            self.ask(self.upload(self.maybe_key()))

    def pipeline(self):
        """Up to twelve requests at once on one connection."""
        asks = [self.random.choices((self.create(self.maybe_key()), self.cancel(self.maybe_key()),
                                     self.get(), self.look_at_context(), self.download()),
                                    (3, 3, 6, 1, 1))[0]
                for _ in range(self.random.randint(2, 12))]
        self.ask(*asks)

    def duel(self):
        """One keyed request twice at the same time, over two connections."""
        ask = self.random.choice((self.create, self.cancel, self.upload))(self.new_key())
        first = self.begin(ask, at=0)
        second = self.begin(ask, at=1)
        self.finish(ask, first[0], 0)
        self.finish(ask, second[0], 1)

    def replay(self):
        """What anybody has asked under a key, maybe at this moment."""
        keyed = self.pool.keyed
        if keyed:
            self.ask(self.random.choice(keyed[-RECENT:] if self.random.random() < 0.7 else keyed))

    def read_file(self):
        job = self.some_job()
        answer = self.ask(self.get(job[0]), self.download(job))[1]
        if answer.status == 200:
            self.ask(self.file(self.pool.files[-1] if self.random.random() < 0.5 else
                               self.random.choice(self.pool.files)))

    def walk(self, context=None, limit=None):
        """All pages of a context's list, or of the tenant's; the jobs as they are listed."""
        context = context or self.contexts[-1]
        return self.pages(f"/v1/contexts/{context}/export-jobs", "list",
                          limit or self.random.choice((7, 50, 200)), context)

    def pages(self, path, kind, limit, context=None):
        began, items, cursor = time.monotonic(), [], ""
        while True:
            ask = Ask(kind, Request("GET", f"{path}?limit={limit}{cursor}"), context=context)
            answer = self.ask(ask)[0]
            if answer.status != 200:
                return items
            page = answer.json()
            items += page["items"]
            if not page["hasMore"]:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["nextCursor"], safe="")
        if kind == "list" and context:
            self.walks.append((context, began, [item["id"] for item in items]))
        return items
