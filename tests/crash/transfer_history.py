"""What clients were answered about transfers, and the laws that it must not have broken.

As in history.py an event is one request, and two are in order only if the first was answered before
the second was sent. Which function judges what:

  judge_key      one key is executed once; who sends it again gets the same bytes; another request
                 under it is refused
  judge_status   only the answers that the contract has, refusals with their code
  judge_process  one initiation makes one transfer, whoever confirms it how often
  judge_order    what is seen of a transfer only goes on: a cancel that was answered is among it, as
                 what it said that the transfer is
  judge_cancel   one of two racing sides wins: no transfer is answered CANCELLED and too late, and
                 all that are told of its cancel are told the same time
  judge_end      at rest each transfer is what winners and losers were told, and only what was asked
                 for is there
"""

import dataclasses
import json
import math
from typing import Optional

from audit.paths import AFTER, CANCELLABLE, ENDED

REFUSALS = {
    "initiate": {(409, "BTF-0012"), (503, "BTF-2000")},
    "process": {(422, "BTF-0013"), (409, "BTF-0203"), (503, "BTF-2000")},
    "cancel": {(422, "BTF-0204"), (503, "BTF-2000")},
    "unknown_cancel": {(404, "BTF-0200")},
    "clash": {(422, "BTF-0001"), (503, "BTF-2000")},
    "get": set(), "list": set(), "poll": {(503, "BTF-2000")}, "other": None,
}
ANSWERED = {"initiate", "process", "cancel", "get", "list", "poll"}  # with 200


@dataclasses.dataclass
class Event:
    began: float
    ended: Optional[float]  # None: the answer was lost
    kind: str               # a name in REFUSALS
    path: str
    key: Optional[str] = None
    sent: bytes = b""
    subject: Optional[str] = None  # the initiation or the transfer
    status: int = 0
    body: bytes = b""
    replayed: Optional[str] = None

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json()["error"]["code"] if self.status >= 400 else None

    def is_kept(self):
        """An answer that is given again under its key."""
        return self.status < 500 and self.status not in (401, 403, 429)


@dataclasses.dataclass
class Key:
    asked: tuple
    first: Optional[Event] = None  # of those answered, the one that was first
    executed: int = 0


@dataclasses.dataclass
class Transfer:
    kind: Optional[str] = None
    seen: dict = dataclasses.field(default_factory=dict)  # status -> the earliest end of a read
    cancelled_at: set = dataclasses.field(default_factory=set)
    too_late: set = dataclasses.field(default_factory=set)  # what 422 named
    cancels: int = 0        # that were sent


class Checker:
    """Feed it the events of one round after the other."""

    def __init__(self):
        self.keys, self.transfers = {}, {}
        self.made = {}          # initiation -> transfer
        self.processed = set()  # initiations that somebody has asked to process
        self.counts = dict.fromkeys(("requests", "lost answers", "cancels won", "cancels too late",
                                     "replays compared", "second cancels"), 0)

    def feed(self, events):
        findings = []
        for event in events:
            self.counts["requests"] += 1
            self.counts["lost answers"] += event.ended is None
            if event.key is not None and event.kind != "clash":
                self.keys.setdefault(event.key, Key((event.path, event.sent)))
            if event.kind == "process":
                self.processed.add(event.subject)
            if event.kind == "cancel":
                self.transfers.setdefault(event.subject, Transfer()).cancels += 1
        answered = sorted((event for event in events if event.ended is not None),
                          key=lambda event: event.ended)
        for event in answered:
            self._note(event)
        for event in answered:
            for law in (self.judge_status, self.judge_key, self.judge_process, self.judge_order,
                        self.judge_cancel):
                findings += [f"{event.kind} {event.path}: {what}" for what in law(event)]
        return findings

    # What is known, gathered from all events of a round before any of them is judged.

    def _note(self, event):
        key = self.keys.get(event.key)
        if key and event.kind != "clash" and event.is_kept():
            key.first = key.first or event
            key.executed += event.replayed == "false" and event.status == 200
        if event.kind == "cancel" and event.status == 422 and event.code() == "BTF-0204":
            transfer = self.transfers[event.subject]
            transfer.too_late.add(event.json()["error"]["fields"]["currentStatus"])
        for name, kind, status in observations(event):
            transfer = self.transfers.setdefault(name, Transfer())
            transfer.kind = transfer.kind or kind
            transfer.seen[status] = min(event.ended, transfer.seen.get(status, math.inf))

    # The laws.

    def judge_status(self, event):
        if event.status == 200 and event.kind in ANSWERED:
            return
        wanted = REFUSALS[event.kind]
        if wanted is None:
            if event.status >= 500 and event.status != 503:
                yield f"answered {event.status} {event.body!r}"
        elif event.status < 400 or (event.status, event.code()) not in wanted:
            yield f"answered {event.status} {event.body!r}"

    def judge_key(self, event):
        key = self.keys.get(event.key)
        if key is None or event.kind == "clash" or not event.is_kept():
            return
        if key.executed > 1:
            yield f"key {event.key} was executed {key.executed} times"
        if event is key.first:
            return
        self.counts["replays compared"] += 1
        if (event.status, event.body) != (key.first.status, key.first.body):
            yield (f"key {event.key} was answered {key.first.status} {key.first.body!r} and then "
                   f"{event.status} {event.body!r}")
        if key.first.ended < event.began and event.replayed != "true":
            yield f"key {event.key} is answered again and not marked as a replay"

    def judge_process(self, event):
        if event.kind != "process" or event.status not in (200, 409):
            return
        answer = event.json() if event.status == 200 else event.json()["error"]["fields"]
        name = answer["transferId"]
        if event.status == 409 and answer["currentStatus"] not in ENDED - {"COMPLETED"}:
            yield f"refused as {answer['currentStatus']}"
        if self.made.setdefault(event.subject, name) != name:
            yield f"initiation {event.subject} made {self.made[event.subject]} and {name}"

    def judge_order(self, event):
        for name, kind, status in observations(event):
            transfer = self.transfers[name]
            kind = transfer.kind or kind
            for earlier, ended in transfer.seen.items():
                if ended < event.began and kind and status not in AFTER[kind].get(earlier, ()):
                    yield f"transfer {name} was seen {earlier} and is {status}"
        if event.kind == "get" and event.status == 404 and event.subject in self.transfers:
            yield f"transfer {event.subject} is gone"

    def judge_cancel(self, event):
        if event.kind != "cancel" or event.status not in (200, 422):
            return
        transfer = self.transfers[event.subject]
        if event.status == 200:
            answer = event.json()
            if answer.keys() != {"transferId", "status", "cancelledAt"} or \
                    (answer["transferId"], answer["status"]) != (event.subject, "CANCELLED"):
                yield f"answered {answer}"
            self.counts["second cancels"] += bool(transfer.cancelled_at) and not is_replay(event)
            self.counts["cancels won"] += not transfer.cancelled_at
            transfer.cancelled_at.add(answer["cancelledAt"])
            if len(transfer.cancelled_at) > 1:
                yield f"cancelled at {transfer.cancelled_at}"
        else:
            self.counts["cancels too late"] += 1
            fields = event.json()["error"]["fields"]
            allowed = CANCELLABLE.get(transfer.kind)
            if allowed is not None and (fields["allowedStatuses"] != allowed or
                                        fields["currentStatus"] in allowed):
                yield f"a {transfer.kind} is refused with {fields}"
            if fields["currentStatus"] == "CANCELLED":
                yield "too late for a cancel that has been done"
        if transfer.cancelled_at and transfer.too_late:
            yield f"transfer {event.subject} is CANCELLED and was {transfer.too_late}"

    def judge_end(self, transfers):
        """`transfers`: every transfer at rest, by id."""
        for name, known in self.transfers.items():
            if name not in transfers:
                if known.seen:
                    yield f"transfer {name} was seen and is not there"
                continue
            now = transfers[name]
            status, reach = now["status"], AFTER[now["type"]]
            for earlier in known.seen.keys() | known.too_late:
                if status not in reach[earlier]:
                    yield f"transfer {name} was {earlier} and is {status}"
            if (status == "CANCELLED") < bool(known.cancelled_at):
                yield f"transfer {name} was answered CANCELLED and is {status}"
            if status == "CANCELLED":
                yield from self._judge_cancelled(name, known, now)
        made = {}
        for name, now in transfers.items():
            if now["status"] == "CANCELLED" and name not in self.transfers:
                yield f"transfer {name} is CANCELLED and nobody has asked for it"
            if now["type"] != "TED_IN":
                made[name] = now
        known = set(self.made.values())
        unknown = len(self.processed) - len(self.made)
        if len(made.keys() - known) > unknown:
            yield (f"{len(made.keys() - known)} transfers are there that nobody was told of; "
                   f"{unknown} initiations have an unknown outcome")
        for initiation, name in self.made.items():
            if name not in transfers:
                yield f"initiation {initiation} made {name}, which is not there"

    @staticmethod
    def _judge_cancelled(name, known, now):
        if known.cancels == 0:
            yield f"transfer {name} is CANCELLED and nobody has asked for it"
        last = now["statusHistory"][-1]["timestamp"]
        if known.cancelled_at - {last}:
            yield f"transfer {name} was cancelled at {last} and answered {known.cancelled_at}"


def is_replay(event):
    return event.replayed == "true"


def observations(event):
    """The transfers that an answer shows as they were while it was asked for: (id, type or None,
    status). A replay shows none."""
    if event.ended is None or is_replay(event):
        return
    if event.status == 200 and event.kind in ("process", "cancel", "get"):
        document = event.json()
        yield document["transferId"], document.get("type"), document["status"]
    elif event.status == 200 and event.kind == "list":
        for item in event.json()["data"]:
            yield item["transferId"], item["type"], item["status"]
    elif event.kind == "process" and event.status == 409:
        fields = event.json()["error"]["fields"]
        yield fields["transferId"], None, fields["currentStatus"]
    elif event.kind == "cancel" and event.status == 422 and event.code() == "BTF-0204":
        yield event.subject, None, event.json()["error"]["fields"]["currentStatus"]


def all_ended(transfers):
    return all(one["status"] in ENDED for one in transfers.values())
