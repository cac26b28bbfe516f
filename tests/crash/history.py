"""What clients saw of a server, and the laws that it must not have broken.

An event is one request: when it was sent and answered (None: the answer was lost), what it asked,
and what came back. The checker sees nothing but events.
"""

import dataclasses
from typing import Optional

TERMINAL = {"SUCCEEDED", "FAILED", "CANCELED", "EXPIRED"}


@dataclasses.dataclass
class Event:
    began: float
    ended: Optional[float]  # None: the answer was lost, and the outcome is unknown
    kind: str               # create, cancel, get, list, upload
    key: Optional[str] = None
    path: str = ""
    status: int = 0
    body: bytes = b""
    replayed: Optional[str] = None
    job: Optional[str] = None
    state: Optional[str] = None  # of the job, as the answer showed it


def check_durable(events):
    """A job that was acknowledged, or shown, is never absent later."""
    known = {}
    for event in events:
        if event.ended is not None and event.job and event.status in (200, 202):
            known.setdefault(event.job, event.ended)
    for event in events:
        if event.ended is not None and event.status == 404 and event.job in known and \
                event.began > known[event.job]:
            yield f"job {event.job} was there and is gone"


def check_terminal(events):
    """A state that ended a job, once shown, is its state in every later answer."""
    shown = {}
    for event in sorted((e for e in events if e.ended is not None and e.state),
                        key=lambda event: event.ended):
        if event.state in TERMINAL:
            shown.setdefault(event.job, (event.ended, event.state))
    for event in events:
        if event.ended is None or not event.state or event.job not in shown:
            continue
        ended, state = shown[event.job]
        if event.began > ended and event.state != state and (state, event.state) != (
                "SUCCEEDED", "EXPIRED"):
            yield f"job {event.job} was {state} and is {event.state}"


def check_cancels(events):
    """A cancel that was answered with 200 is final; one that was refused named the true state."""
    for event in events:
        if event.kind == "cancel" and event.status == 200 and event.state != "CANCELED":
            yield f"a cancel of {event.job} was answered 200 and {event.state}"
        if event.kind == "cancel" and event.status == 409 and event.state not in TERMINAL:
            yield f"a cancel of {event.job} was refused in {event.state}"
    for job in {e.job for e in events if e.kind == "cancel" and e.status == 200}:
        fresh = [e for e in events if e.kind == "cancel" and e.job == job and e.status == 200 and
                 e.replayed == "false"]
        if len(fresh) > 1:
            yield f"job {job} was canceled {len(fresh)} times"


def check_replays(events):
    """One key and path, one answer: same status, same bytes, executed once."""
    first = {}
    for event in sorted((e for e in events if e.ended is not None and e.key and e.status < 400),
                        key=lambda event: event.ended):
        name = (event.key, event.path)
        if name not in first:
            first[name] = event
        elif (event.status, event.body) != (first[name].status, first[name].body):
            yield f"key {event.key} on {event.path} was answered in two ways"
        elif event.replayed != "true" and event.began > first[name].ended:
            yield f"key {event.key} on {event.path} was executed again"


def check_list(events, listed):
    """What is listed at the end is what was made: nothing lost, nothing more, nothing twice. Every
    create whose answer was lost has been asked again under its key by then."""
    made = {event.job for event in events if event.kind == "create" and event.status == 202}
    if len(listed) != len(set(listed)):
        yield "a job is listed twice"
    for job in made - set(listed):
        yield f"job {job} was made and is not listed"
    for job in set(listed) - made:
        yield f"job {job} is listed and nobody made it"


def check_all(events):
    findings = []
    for law in (check_durable, check_terminal, check_cancels, check_replays):
        findings += [f"{law.__name__}: {finding}" for finding in law(events)]
    for event in events:
        if event.status >= 500 and event.status != 503:
            findings.append(f"{event.kind} {event.path} was answered {event.status}")
    return findings
