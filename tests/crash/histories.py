"""Events for the tests of the checker, without a server."""

import dataclasses
import json

from history import Event

JOB, OTHER, CONTEXT = "1" * 36, "2" * 36, "c" * 36
FORM = ("MATCHED", "CSV")


def document(state, job=JOB, **more):
    shown = {"id": job, "reportType": FORM[0], "format": FORM[1], "status": state,
             "recordsWritten": 20, "bytesWritten": 500}
    if state == "SUCCEEDED":
        shown["downloadUrl"] = "/download"
    return {**shown, **more}


def event(at, kind, status, body, **more):
    """An answered request; `at` is when it was sent, the answer comes half a second later."""
    return Event(at, at + 0.5, kind, status=status, body=json.dumps(body), **more)


def lost(a_request):
    """The same request with its answer lost."""
    return dataclasses.replace(a_request, ended=None, status=0, body="", replayed=None)


def create(at, key="k", job=JOB, replayed="false", asked="a", **more):
    return event(at, "create", 202, {"jobId": job, "status": "QUEUED"}, path="/create", key=key,
                 asked=asked, replayed=replayed, context=CONTEXT, form=FORM, **more)


def get(at, state, **more):
    return event(at, "get", 200, document(state, **more), path="/get", job=JOB)


def cancel(at, key=None, replayed="false", **more):
    return event(at, "cancel", 200, document("CANCELED", **more), path="/cancel", key=key,
                 asked="", replayed=replayed, job=JOB)


def refused_cancel(at, state, key=None):
    return event(at, "cancel", 409, {"title": "conflict", "details": {"status": state}},
                 path="/cancel", key=key, asked="", job=JOB)


def upload(at, number, key=None, replayed="false"):
    return event(at, "upload", 200, {"rows": 30, "sha256": f"digest {number}"}, path="/upload",
                 key=key, asked=f"digest {number}", replayed=replayed, context=CONTEXT,
                 number=number, digest=f"digest {number}", expected={"MATCHED": 20})


def context(at, number, rows=30):
    shown = {"id": CONTEXT, "rows": rows if number else 0}
    if number:
        shown["sha256"] = f"digest {number}"
    return event(at, "context", 200, shown, path="/context", context=CONTEXT)


def download(at, digest="file"):
    return event(at, "download", 200, {"sha256": digest}, path="/download", job=JOB)


def file(at, digest="file", size=500, rows=20, numbers=(1,)):
    return Event(at, at + 0.5, "file", path="/file", status=200, job=JOB, digest=digest, size=size,
                 rows=rows, numbers=numbers)


def page(at, *documents):
    return event(at, "list", 200, {"items": list(documents)}, path="/list", context=CONTEXT)


def absent(at, probe, body="{}", status=404, kind="get"):
    """Another tenant's request for a job that it must not find."""
    return Event(at, at + 0.5, kind, path="/get", status=status, body=body, job=JOB, tenant="B",
                 probe=probe)


def ready(at, status=200):
    return Event(at, at + 0.5, "ready", path="/health/ready", status=status, body="{}")


GONE = event(9, "get", 404, {"title": "not_found"}, path="/get", job=JOB)
