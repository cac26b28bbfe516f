#!/usr/bin/env python3
"""What does a cancel cost as jobs, connections and tenants grow?

usage: scale_bench.py [--rounds N] [--parts NAME…] [--jobs N…] [--connections N…] [--tenants N…]

Cancels of export jobs, each of another job, chosen at random among all of the server, under a key
of its own: server CPU per cancel, and throughput. Data on the real disk.

jobs: one server that grows, beside a fresh one with as many jobs as the smallest size, in turn.
connections: all of them busy; they come from as many addresses as the server's limit for each asks.
tenants: as many signed tokens, a context and its share of the jobs for each.
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import random
import resource
import tempfile
import uuid

import cancel_families
import lab
import report
import servers

DATA = lab.ROOT / "build" / "bench-data"
SETTINGS = {"store.max_memory": "14GiB", "http.max_connections": 12_000}
SIZES = [10_000, 100_000, 1_000_000, 10_000_000]
RUN = 10_000  # cancels of a run in the first part: all jobs of the smallest size
SHARED = 50_000  # jobs of a run in the other parts, of few connections:
FEW = 3_000  # so many each
FROM_ONE_ADDRESS = 4_000  # below the server's limit for one
STEP = 500_000  # creations of one load


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--jobs", nargs="+", type=int, default=SIZES)
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 10, 100, 1_000, 10_000])
    parser.add_argument("--tenants", nargs="+", type=int, default=[1, 100, 10_000, 100_000])
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    random.seed(options.rounds)
    said = report.Report(
        "scale", "What does a cancel cost as jobs, connections and tenants grow?",
        "belay_load, closed loop, 64 connections where nothing else is said; every answer checked. "
        f"Each run cancels jobs at random: {RUN:,} in the first part, {SHARED:,} in the others, "
        f"but at most {FEW:,} a connection and at least one a tenant. Before each run memory is "
        "touched and given back (this machine's host hands it out lazily), and the server comes "
        "to rest. Ratios are made within a round, to the run "
        "of the smallest size.", rounds=options.rounds, belay=SETTINGS)
    DATA.mkdir(parents=True, exist_ok=True)
    for part in options.parts:
        PARTS[part](said, options)
    said.save()


class Growing(servers.Belay):
    """On the real disk, with jobs that are waiting to be canceled."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory(prefix="scale-", dir=DATA)
        super().__init__(data=self.place.name, **SETTINGS)
        self.ids = []

    def __enter__(self):
        super().__enter__()
        self.caller = cancel_families.Caller(self, self.place.name)
        self.exports = cancel_families.Exports(self.caller)
        return self

    def __exit__(self, *error):
        self.process.kill()  # a snapshot of millions of jobs for nobody
        super().__exit__(*error)
        self.place.cleanup()

    def grow_to(self, size):
        while len(self.ids) < size:
            made = self.exports.prepare(min(STEP, size - len(self.ids)))
            self.ids += made.read_text().split()
            made.unlink()

    def take(self, count):
        """So many ids at random, which are then no longer among `ids`."""
        taken = []
        for _ in range(count):
            place = random.randrange(len(self.ids))
            self.ids[place], self.ids[-1] = self.ids[-1], self.ids[place]
            taken.append(self.ids.pop())
        return taken

    def cancel(self, lines, connections=64, bearer=None):
        """(requests a second, µs of processor time for each)."""
        path = self.caller.new_file()
        path.write_text("\n".join(lines) + "\n")
        lab.warm_memory()
        lab.rest(self)
        headers = [*cancel_families.CLIENT, f"Authorization: Bearer {bearer or self.caller.token}"]
        before = self.processor_seconds()
        found = lab.load(self.port, cancel_families.Exports.target, method="POST",
                         header=[*headers, "X-Idempotency-Key: k-{id}"], ids=path,
                         contains=cancel_families.Exports.canceled, connections=connections,
                         addresses=connections // FROM_ONE_ADDRESS + 1)
        spent = self.processor_seconds() - before
        path.unlink()
        if found["answered"] != len(lines):
            raise RuntimeError(f"{found['answered']} answers to {len(lines)} requests")
        return found["per_second"], spent / len(lines) * 1e6


class Figures:
    """Of one part: (rate, cost) by size, round by round, and what each is to the smallest."""

    def __init__(self, what):
        self.what, self.rates, self.costs, self.beside = what, {}, {}, {}

    def note(self, size, found, base):
        rate, cost = found
        self.rates.setdefault(size, []).append(rate)
        self.costs.setdefault(size, []).append(cost)
        self.beside.setdefault(size, []).append((base[0] / rate, cost / base[1]))

    def slower(self, size, place):
        return lab.spread([ratio[place] for ratio in self.beside[size]])

    def say(self, said):
        sizes = sorted(self.rates)
        said.table(f"A cancel by the number of {self.what}",
                   [self.what, "requests/s", "times fewer", "µs CPU a cancel", "times more"],
                   [[f"{size:,}", lab.spread(self.rates[size]), self.slower(size, 0),
                     lab.spread(self.costs[size]), self.slower(size, 1)] for size in sizes])
        said.plot(f"CPU of a cancel by the number of {self.what}", "lines", self.what, "µs",
                  [{"name": "server CPU a cancel", "points": [
                      [size, lab.spread(self.costs[size])["median"]] for size in sizes]}],
                  log_x=True)


def by_jobs(said, options):
    figures = Figures("jobs")
    smallest = min(options.jobs)
    run = min(RUN, smallest)
    with Growing() as grown:
        for size in sorted(options.jobs):
            for number in range(options.rounds):
                grown.grow_to(size)
                with Growing() as fresh:
                    fresh.grow_to(smallest)
                    turns = [fresh, grown][::1 if number % 2 else -1]
                    found = {server: server.cancel(server.take(run)) for server in turns}
                figures.note(size, found[grown], found[fresh])
    figures.say(said)
    largest = max(options.jobs)
    if (smallest, largest) == (SIZES[0], SIZES[-1]):
        for place, what in ((1, "CPU"), (0, "time")):
            said.claim(f"cancel at 10 million jobs vs at 10 thousand, {what}",
                       figures.slower(largest, place), at_most=1.5)


def by_connections(said, options):
    figures = Figures("connections")
    sizes = sorted(options.connections)
    with Growing() as server:
        for number in range(options.rounds):
            turn = number % len(sizes)
            found = {}
            for size in sizes[turn:] + sizes[:turn]:
                server.grow_to(SHARED)
                run = min(SHARED, FEW * size)  # one connection waits for the disk each time
                found[size] = server.cancel(server.take(run), connections=size)
            for size in sizes:
                figures.note(size, found[size], found[sizes[0]])
    figures.say(said)


def by_tenants(said, options):
    figures = Figures("tenants")
    sizes = sorted(options.tenants)
    for _ in range(options.rounds):
        found = {}
        for size in sizes:
            with Growing() as server:
                found[size] = server.cancel(jobs_of_tenants(server, size), bearer="{more}")
        for size in sizes:
            figures.note(size, found[size], found[sizes[0]])
    figures.say(said)


def jobs_of_tenants(server, tenants):
    """Lines of a job and its tenant's token, mixed."""
    tokens = [token_of(server, number) for number in range(tenants)]
    contexts = make_in_order(server, "/v1/contexts", "id", enumerate(tokens), 201,
                             {"name": "November"})
    owners = [number % tenants for number in range(max(SHARED, tenants))]
    jobs = make_in_order(server, "/v1/contexts/{id}/export-jobs", "jobId",
                         [(contexts[owner], tokens[owner]) for owner in owners], 202,
                         {"reportType": "MATCHED", "format": "CSV"})
    lines = [f"{job}\t{tokens[owner]}" for job, owner in zip(jobs, owners)]
    random.shuffle(lines)
    return lines


def make_in_order(server, target, field, lines, status, body):
    """The ids of the answers, in the order of `lines`: there is one connection."""
    source, ids = server.caller.new_file(), server.caller.new_file()
    source.write_text("".join(f"{first}\t{second}\n" for first, second in lines))
    lab.load(server.port, target, method="POST", ids=source, expect=status, connections=1,
             depth=64, body=json.dumps(body), save_ids=ids, save_field=field,
             header=[*cancel_families.CLIENT, "Authorization: Bearer {more}",
                     "X-Idempotency-Key: create-{key}"])
    return ids.read_text().split()


def token_of(server, number):
    """As `belay token` makes it, for another tenant."""
    header, claims, _ = server.caller.token.split(".")
    found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    of_bench = [name for name, value in found.items() if value == servers.TENANT]
    assert len(of_bench) == 1, "a token names its tenant once"
    found[of_bench[0]] = str(uuid.UUID(int=uuid.UUID(servers.TENANT).int + number))
    signed = f"{header}.{encoded(json.dumps(found).encode())}"
    secret = (pathlib.Path(server.data) / "jwt.secret").read_bytes().strip()
    return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def encoded(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


PARTS = {"jobs": by_jobs, "connections": by_connections, "tenants": by_tenants}


if __name__ == "__main__":
    main()
