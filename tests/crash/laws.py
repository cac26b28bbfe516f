"""The laws on one answer, given everything that is known. `known` is a history.Checker; each law
yields what is wrong."""

import math

from event import AFTER, STATUSES, TERMINAL, contexts_in, is_clash, observations
from knowledge import floor_at

WRITES = ("make_context", "upload", "create", "bad_create", "cancel")


def judge_status(known, event):
    if event.probe:
        return
    if event.status == 503 and event.kind != "ready":
        if event.retry_after is None:
            yield "503 without Retry-After"
    elif event.status == 409 and is_clash(event):
        key = known.keys.get(event.key_name())
        if key is None or key.all_asked == {event.asked}:
            yield "a key is said to be reused and is not"
    elif event.status != 404 and event.status not in STATUSES[event.kind]:
        yield f"answered {event.status}: {event.body[:200]}"


def judge_presence(known, event):
    if event.status != 404 or event.probe:
        return
    if event.job is not None:
        record, name = known.jobs.get(event.job), f"job {event.job}"
    else:
        record, name = known.contexts.get(event.context), f"context {event.context}"
    if record is None or record.known == math.inf:
        yield f"404, and {name} was never made"
    elif record.known < event.began:
        yield f"{name} was there and is gone"


def judge_tenant(known, event):
    """Nothing of another tenant is shown, and what is foreign is refused as what is absent."""
    for name, *_ in observations(event):
        if known.jobs[name].tenant not in (None, event.tenant):
            yield f"job {name} is another tenant's"
    for name, _ in contexts_in(event):
        if known.contexts[name].tenant not in (None, event.tenant):
            yield f"context {name} is another tenant's"
    if not event.probe or event.status == 503:
        return
    if event.status != 404:
        yield f"what is {event.probe} was answered {event.status}"
    elif event.body != known.absence[event.kind]:
        yield f"what is foreign and what is absent are told apart: {event.body}"


def judge_key(known, event):
    if event.replayed not in (None, "true", "false"):
        yield f"X-Idempotency-Replayed is {event.replayed}"
    if event.kind not in WRITES or event.status == 503 or event.probe:
        return
    if event.status < 400 and event.replayed is None:
        yield "a successful write without X-Idempotency-Replayed"
    if event.key is None:
        if event.replayed == "true":
            yield "a replay without a key"
        return
    key = known.keys[event.key_name()]
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


def judge_states(known, event):
    for name, state, document in observations(event):
        job = known.jobs[name]
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


def judge_cancel(known, event):
    if event.kind != "cancel" or event.probe:
        return
    if event.status == 200 and event.json()["status"] != "CANCELED":
        yield f"a cancel was answered 200 and {event.json()['status']}"
    if event.status == 200 and known.jobs[event.job].cancels > 1:
        yield f"job {event.job} was canceled {known.jobs[event.job].cancels} times"
    if event.status == 409 and not is_clash(event) and \
            event.json()["details"].get("status") not in TERMINAL:
        yield "a cancel was refused in a state that has not ended"


def judge_sets(known, event):
    """The sets of a context follow each other in the order in which they were sent (each
    context has one writer): nobody sees an older one than an answer before has shown."""
    for name, document in contexts_in(event):
        context, digest = known.contexts[name], document.get("sha256")
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


def judge_file(known, event):
    if event.kind not in ("download", "file") or event.status != 200 or event.probe:
        return
    job = known.jobs[event.job]
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
        yield from judge_rows(event, job, known.contexts[job.context])


def judge_rows(event, job, context):
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


def judge_ready(known, event):
    """A start that has once said that it is ready stays so until it ends."""
    if event.kind != "ready" or event.ended is None:
        return
    if event.status == 503 and known.ready_since < event.began:
        yield "it was ready and is not"


ALL = (judge_status, judge_presence, judge_tenant, judge_key, judge_states, judge_cancel,
       judge_sets, judge_file, judge_ready)
