"""Is there a legal order of all that was asked of one job?

An order is legal if every request takes effect at one moment between its sending and its answer,
and if what it was answered follows from the state at that moment. Beside the requests a job moves
by itself (workers, leases, expiry) at any time; it is canceled only by a cancel that was sent.

The search runs along time. A configuration is a state that the job may be in and the requests that
have been sent and have not taken effect in it yet. At an answer, every configuration in which that
request has not taken effect is replaced by those to which some order of its waiting requests leads;
if none is left there is no legal order. A read that fits the state takes effect at once, which can
forbid nothing later.

Limits. A request whose answer was lost may take effect at any time after it was sent, or never: a
lost cancel allows the step to CANCELED from then on, a lost create the one to QUEUED. A job whose
search has more than CONFIGURATIONS at one answer is not judged any further (`undecided`). A round
continues with the states that the one before has left, so events must be fed in the order of time;
those that began before the last answer of an earlier round are left to the laws on pairs of answers
(a cancel among them counts as one whose answer was lost).
"""

import dataclasses
import math
from typing import Optional

from event import AFTER, STEPS, observations, reachable

CONFIGURATIONS = 20_000
ABSENT = "ABSENT"
LIVE = ("QUEUED", "RUNNING")

# What comes about without being asked for.
BY_ITSELF = {state: next_states - {"CANCELED"} for state, next_states in STEPS.items()}
REACHED_BY_ITSELF = reachable(BY_ITSELF)


@dataclasses.dataclass(frozen=True)
class State:
    phase: str
    started: str = ""  # startedAt as last seen, an RFC 3339 text; "": it was not running yet


@dataclasses.dataclass
class Operation:
    """One request about one job."""
    began: float
    ended: float
    act: str                       # "create", "cancel" or "see"
    phases: tuple = ()             # see: one of these
    started: Optional[str] = None  # of the document, if it showed one

    def __str__(self):
        return self.act if self.act != "see" else "/".join(self.phases)


@dataclasses.dataclass
class Trace:
    """What is known of one job between two rounds."""
    states: set = dataclasses.field(default_factory=lambda: {State(ABSENT)})
    cancel_lost: bool = False      # one may still take effect
    create_known: bool = False     # by its own answer: it does not come about by itself


class Linear:
    def __init__(self, limit=CONFIGURATIONS):
        self.traces = {}
        self.judged_until = -math.inf
        self.limit = limit
        self.undecided = set()
        self.operations = 0

    def feed(self, events):
        """What is wrong, for each job for which something is."""
        histories, lost = {}, {}
        last = self.judged_until
        for event in events:
            if event.kind == "ready":
                continue
            if event.began < self.judged_until:
                if event.kind == "cancel" and not event.probe:
                    self.traces.setdefault(event.job, Trace()).cancel_lost = True
                continue
            last = max(last, event.ended or event.began)
            if event.kind == "cancel" and not event.probe and \
                    (event.ended is None or event.status == 503):
                lost.setdefault(event.job, []).append(event.began)
            for job, operation in operations_in(event):
                histories.setdefault(job, []).append(operation)
        self.judged_until = last
        for job in lost.keys() | histories.keys():
            if job in self.undecided:
                continue
            trace = self.traces.setdefault(job, Trace())
            yield from self._judge(job, trace, histories.get(job, []), lost.get(job, []))

    def _judge(self, job, trace, operations, lost):
        self.operations += len(operations)
        trace.create_known = trace.create_known or any(one.act == "create" for one in operations)
        timeline = [(one.began, 0, number) for number, one in enumerate(operations)]
        timeline += [(began, 1, None) for began in lost]
        timeline += [(one.ended, 2, number) for number, one in enumerate(operations)]
        configurations = {(state, frozenset()) for state in trace.states}
        for _, what, number in sorted(timeline, key=lambda point: point[:2]):
            if what == 0:
                configurations = {self._settle(state, waiting | {number}, operations)
                                  for state, waiting in configurations}
            elif what == 1:
                trace.cancel_lost = True
            else:
                before = {str(state.phase) for state, _ in configurations}
                configurations = self._answered(configurations, number, operations, trace)
                if configurations is None:
                    self.undecided.add(job)
                    return
                if not configurations:
                    self.undecided.add(job)  # told once
                    yield (f"job {job} has no legal order: after {'/'.join(sorted(before))} comes "
                           f"{operations[number]} (started {operations[number].started})")
                    return
        trace.states = {state for state, _ in configurations}

    def _answered(self, configurations, number, operations, trace):
        """The configurations in which the request has taken effect; None: too many to look at."""
        found, seen, todo = set(), set(configurations), list(configurations)
        while todo:
            state, waiting = todo.pop()
            if number not in waiting:
                found.add((state, waiting))
                continue
            for one in waiting:
                for moved in effects(state, operations[one], trace):
                    new = self._settle(moved, waiting - {one}, operations)
                    if new not in seen:
                        seen.add(new)
                        todo.append(new)
            if len(seen) > self.limit:
                return None
        return found

    @staticmethod
    def _settle(state, waiting, operations):
        """Lets reads that fit the state take effect."""
        return state, frozenset(one for one in waiting if not fits(state, operations[one]))


def fits(state, operation):
    return operation.act == "see" and state.phase in operation.phases and \
        operation.started in (None, state.started)


def effects(state, operation, trace):
    """The states after it, if it took effect now and the job had moved by itself before."""
    if operation.act == "create":
        if state.phase == ABSENT:
            yield State("QUEUED")
        return
    if operation.act == "cancel":
        wanted = LIVE
    else:
        wanted = operation.phases
    started = state.started if operation.started is None else operation.started
    if started < state.started:
        return  # also: it had been running, and has not
    for phase in phases_after(state.phase, trace):
        if phase in wanted:
            yield State("CANCELED" if operation.act == "cancel" else phase, started)


def phases_after(phase, trace):
    """What the job may have come to by itself, and by requests whose answers were lost."""
    if phase == ABSENT:
        yield ABSENT
        if not trace.create_known:
            yield from phases_after("QUEUED", trace)
        return
    yield from AFTER[phase] if trace.cancel_lost else REACHED_BY_ITSELF[phase]


def operations_in(event):
    """(job, operation) for every job that an answer tells something about."""
    if event.ended is None or event.probe:
        return
    if event.status == 404 and event.job is not None and event.kind != "file":
        yield event.job, Operation(event.began, event.ended, "see", (ABSENT,))
    for job, state, document in observations(event):
        started = document.get("startedAt", "") if document else None
        act, phases = "see", (state,)
        if event.kind == "create" and event.replayed == "false":
            act, phases = "create", ()
        elif state is None:
            phases = tuple(STEPS)
        elif event.kind == "cancel" and event.status == 200 and event.replayed == "false":
            act, phases = "cancel", ()
        elif event.kind == "cancel" and event.status == 200:
            phases = ("CANCELED",)
        yield job, Operation(event.began, event.ended, act, phases, started)
