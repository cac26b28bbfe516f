"""What clients saw of a server, and the laws that it must not have broken.

An event is one request: when it was sent and when it was answered (None: the answer was lost and
the outcome is unknown), what it asked, and what came back. The checker sees nothing but events and
what was listed at quiet moments, when no request is under way; it knows nothing of the server.

Two events are ordered only if the first was answered before the second was sent. What overlaps may
have happened in either order.

Which function judges which law (the numbers of docs/reliability.md):

   1 DURABLE     laws.judge_presence; judge_sets and judge_listing for uploads and lists
   2 DURABLE     laws.judge_states, judge_sets: what was read is never taken back
   3 TERMINAL    laws.judge_states ("ended as", "has ended and changes"), judge_cancel
   4 STATE       laws.judge_states; VERSION is startedAt in linear.effects, rows in judge_sets
   5 IDEM-BYTES  laws.judge_key ("in two ways", "is not replayed")
   6 IDEM-ONCE   laws.judge_key ("executed again", "executed 2 times"), judge_listing
   7 IDEM-CLASH  laws.judge_key ("taken for two"), judge_status; Event.key_name: by tenant
   8 no trace    judge_listing (of refused creates), judge_sets (of refused uploads), judge_status
                 and judge_key (a refused request leaves its key free)
  12 TENANT      laws.judge_tenant; linear.Linear: a foreign cancel that did something
  13 LIST        judge_listing at rest, judge_walk while others write
  14 prefix      knowledge.Burst
  15 recovery    remains.judge_hashes on what state_hash.cpp prints
  16 clean stop  remains.judge_hashes; remains.judge_orderly_end
  17 READY       laws.judge_ready, and a limit on the time to it in kill_test
  18 no leaks    remains.judge_growth
  19 leases      remains.judge_files (one file for a job that has succeeded, none for others),
                 laws.judge_rows (one set), linear.effects (no attempt begins before one seen)
  20 expiry      laws.judge_key, fed by expiry_test with a clock that is moved
  21 LINEAR      linear.Linear
"""

import math

import laws
from event import TERMINAL, Event, contexts_in, observations
from knowledge import Burst, Context, Job, Key, rising
from linear import Linear
from remains import judge_cut, judge_files, judge_growth

__all__ = ["Checker", "Event", "judge_cut", "judge_files", "judge_growth"]


class Checker:
    """Feed it the events of one round after the other; each feed gives what it found."""

    def __init__(self):
        self.jobs, self.keys, self.contexts = {}, {}, {}
        self.linear = Linear()
        self.absence = {}            # kind -> the body of a 404 to something that cannot be there
        self.busy = 0                # answers 503
        self.ready_since = math.inf  # in this start

    def started(self):
        """A new process: it is not ready yet."""
        self.ready_since = math.inf

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
                findings += [f"{event.kind} {event.path}: {what}"
                             for law in laws.ALL for what in law(self, event)]
        findings += self.linear.feed(events)
        findings += self._judge_bursts(events)
        self._note_bursts(events)
        return findings

    # What is known: gathered from all events of a round before any of them is judged.

    def _note_sent(self, event):
        if event.probe:
            return
        if event.key is not None:
            key = self.keys.setdefault(event.key_name(), Key())
            if event.kind != "bad_create":
                key.all_asked.add(event.asked)
        if event.kind == "create":
            context = self.contexts.setdefault(event.context, Context())
            if event.key is not None:
                context.keys.add(event.key_name())
            elif event.ended is None or event.status == 503:
                context.lost += 1
        if event.kind == "upload":
            context = self.contexts.setdefault(event.context, Context())
            context.uploads[event.digest] = event.number
            context.expected[event.number] = event.expected
            context.began[event.number] = min(event.began,
                                              context.began.get(event.number, math.inf))

    def _note_answer(self, event):
        self.busy += event.status == 503 and event.kind != "ready"
        if event.kind == "ready" and event.status == 200:
            self.ready_since = min(self.ready_since, event.ended)
        if event.probe and event.status == 404:
            self.absence.setdefault(event.kind, event.body)
        if event.key is not None and event.status < 400 and not event.probe:
            key = self.keys[event.key_name()]
            if event.ended < key.answered:
                key.answered = event.ended
                key.asked, key.status, key.body = event.asked, event.status, event.body
            key.executed += event.replayed == "false"
        self._note_contexts(event)
        self._note_jobs(event)

    def _note_contexts(self, event):
        for name, document in contexts_in(event):
            context = self.contexts.setdefault(name, Context())
            context.known = min(context.known, event.ended)
            if not event.probe:
                context.tenant = event.tenant if context.tenant is None else context.tenant
            number = context.uploads.get(document.get("sha256"))
            if number is not None and event.kind != "make_context":
                context.floor.append((event.ended, number))
            if event.kind == "upload" and not event.probe:
                context.rows[event.number] = document["rows"]

    def _note_jobs(self, event):
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
            if not event.probe:
                job.tenant = event.tenant if job.tenant is None else job.tenant
            if state:
                job.seen[state] = min(event.ended, job.seen.get(state, math.inf))
            if state in TERMINAL and document and (job.final is None or state == "EXPIRED"):
                job.final = document

    # No hole: what survived of a burst is its beginning.

    def _note_bursts(self, events):
        """Requests of one write have the same time. A key counts while it was sent only once."""
        sent, writes = {}, {}
        for event in events:
            if event.key is not None and not event.probe:
                sent[event.key_name()] = sent.get(event.key_name(), 0) + 1
        for event in events:
            if event.kind == "create" and event.ended is None and not event.probe and \
                    sent.get(event.key_name()) == 1:
                key = self.keys[event.key_name()]
                if len(key.all_asked) == 1 and key.answered == math.inf:
                    writes.setdefault(event.began, []).append(event.key_name())
        for names in writes.values():
            if len(names) > 1:
                burst = Burst(names)
                for name in names:
                    self.keys[name].burst = burst

    def _judge_bursts(self, events):
        """The first round in which a key is seen again tells whether it had survived, if it was
        answered whenever it was sent."""
        asked = {}
        for event in events:
            if event.key is not None and event.kind == "create" and not event.probe and \
                    self.keys[event.key_name()].burst:
                asked.setdefault(event.key_name(), []).append(event)
        for name, again in asked.items():
            key = self.keys[name]
            burst, key.burst = key.burst, None
            replayed = {event.replayed if event.status == 202 else None for event in again}
            if replayed == {"true"}:
                yield from burst.learn(name, True)
            elif "false" in replayed and len(key.all_asked) == 1:
                yield from burst.learn(name, False)

    # What is judged at quiet moments.

    def judge_listing(self, context, listed):
        """All jobs of a context, as its pages gave them: those that were acknowledged, at most one
        more for each create whose outcome is unknown, none twice, in one order."""
        there = {name for name, job in self.jobs.items()
                 if job.context == context and job.known < math.inf}
        for name in there - set(listed):
            yield f"job {name} was there and is not listed"
        yield from self._judge_list(context, listed)

    def judge_walk(self, context, began, listed):
        """The same while others write: what was there before the walk began is in it."""
        there = {name for name, job in self.jobs.items()
                 if job.context == context and job.known < began}
        for name in there - set(listed):
            yield f"job {name} was made before the list was read and is not in it"
        yield from self._judge_list(context, listed)

    def _judge_list(self, context, listed):
        if len(listed) != len(set(listed)):
            yield f"context {context}: a job is listed twice"
        if listed not in (sorted(listed), sorted(listed, reverse=True)):
            yield f"context {context}: the list is in no order"
        record = self.contexts.setdefault(context, Context())
        unknown = record.lost + sum(self.keys[key].answered == math.inf for key in record.keys)
        more = {name for name in listed if name not in self.jobs or not self.jobs[name].made}
        if len(more) > unknown:
            yield (f"context {context}: {len(more)} jobs are listed that nobody made; {unknown} "
                   f"creates have an unknown outcome")
