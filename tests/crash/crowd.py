"""Clients that press where a store is weak: bursts of creates in one write, looks at what is just
being made, keys that were refused first, cancels of what is running, and a second tenant that asks
for what is not its own."""

import dataclasses
import random
import time

from load import Ask, Client, Pool
from wire import Request


class Member(Client):
    """A client of load.py that does these things, too. `tenant` is what its events are marked
    with."""

    def __init__(self, name, pool, seed, tenant=""):
        super().__init__(name, pool, seed)
        self.tenant = tenant

    def again(self):
        next_one = self.heir()
        next_one.contexts, next_one.uploads = self.contexts, self.uploads
        next_one.unknown, next_one.keys = self.unknown, self.keys
        return next_one

    def heir(self):
        return type(self)(self.label, self.pool, self.random.random(), self.tenant)

    def begin(self, *asks, at=0):
        events = super().begin(*asks, at=at)
        for event in events:
            event.tenant = self.tenant
        return events

    def one_thing(self):
        if not self.contexts or not self.pool.jobs or self.random.random() < 0.8:
            super().one_thing()
            return
        self.random.choices((self.burst, self.look, self.refused_first, self.cancel_running),
                            (1, 14, 1, 6))[0]()

    def burst(self):
        """Creates in one write, each under a key that is sent once."""
        self.ask(*[self.create(self.new_key()) for _ in range(self.random.randint(2, 24))])

    def look(self):
        """Reads over one connection what is being written over the other."""
        job = self.some_job()
        asks = [self.create(self.new_key()), self.cancel_of_job(job, self.new_key())]
        reads = [self.random.choice((self.get(job[0]), self.newest(), self.newest()))
                 for _ in range(self.random.randint(1, 6))]
        written = self.begin(*asks, at=0)
        read = self.begin(*reads, at=1)
        for ask, event in zip(reads, read):
            self.finish(ask, event, 1)
        for ask, event in zip(asks, written):
            self.finish(ask, event, 0)

    def cancel_running(self):
        """Takes the jobs away from the workers that have them."""
        answer = self.ask(Ask("list", Request("GET", "/v1/export-jobs?status=RUNNING&limit=5")))[0]
        if answer.status == 200:
            for job in answer.json()["items"]:
                form = (job["reportType"], job["format"])
                self.ask(self.cancel_of_job((job["id"], None, form), self.maybe_key()))

    def newest(self):
        context = self.contexts[-1]
        return Ask("list", Request("GET", f"/v1/contexts/{context}/export-jobs?limit=10"),
                   context=context)

    def cancel_of_job(self, job, key):
        return Ask("cancel", Request("POST", f"/v1/export-jobs/{job[0]}/cancel", key=key),
                   job=job[0], form=job[2])

    def refused_first(self):
        """A create that is refused leaves its key to the one that is right."""
        right = self.create(self.new_key())
        wrong = dataclasses.replace(
            right, kind="bad_create",
            request=dataclasses.replace(right.request, body=b'{"reportType":"MATCHED"}'))
        self.ask(wrong)
        self.ask(right)


class Stranger(Member):
    """Another tenant, with jobs of its own, who also asks for the jobs of `others`: whatever it
    asks, what is there and what is not look the same."""

    def __init__(self, name, pool, seed, tenant="B", others=None):
        super().__init__(name, pool, seed, tenant)
        self.others = others

    def heir(self):
        return type(self)(self.label, self.pool, self.random.random(), self.tenant, self.others)

    def one_thing(self):
        if self.others.jobs and self.random.random() < 0.3:
            self.probe()
        else:
            super().one_thing()

    def probe(self):
        job, context, form = self.random.choice(self.others.jobs)
        asked = self.random.choice(("get", "cancel", "download", "context", "list", "create"))
        key = self.new_key() if asked in ("cancel", "create") else None
        foreign = self.about(asked, job, context, form, key)
        absent = self.about(asked, self.altered(job), self.altered(context), form, key)
        asks = [("foreign", foreign), ("absent", absent)]
        self.random.shuffle(asks)
        now = time.monotonic()
        events = []
        for probe, ask in asks:
            events.append(dataclasses.replace(ask.event(now), tenant=self.tenant, probe=probe))
        self.events += events
        self.connections[0].send(*(ask.request for _, ask in asks))
        for event, (_, ask) in zip(events, asks):
            self.finish(ask, event)

    def about(self, asked, job, context, form, key):
        if asked == "get":
            return self.get(job)
        if asked == "cancel":
            return self.cancel_of_job((job, context, form), key)
        if asked == "download":
            return self.download((job, context, form))
        if asked == "context":
            return Ask("context", Request("GET", f"/v1/contexts/{context}"), context=context)
        if asked == "list":
            return Ask("list", Request("GET", f"/v1/contexts/{context}/export-jobs"),
                       context=context)
        return self.create(key, context)

    def altered(self, name):
        """An id that nobody has."""
        return f"{name[:-12]}{self.random.getrandbits(48):012x}"


def crowd_of(members, seed):
    """(clients, their pools): `members` of one tenant and a stranger, who uses the names of the
    first member's keys."""
    choose = random.Random(seed)
    pool, strange = Pool(), Pool()
    clients = [Member(f"c{number}", pool, choose.random()) for number in range(members)]
    clients.append(Stranger("c0", strange, choose.random(), others=pool))
    return clients, (pool, strange)
