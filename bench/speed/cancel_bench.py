#!/usr/bin/env python3
"""What does a durable cancel cost, beside a constant answer and beside databases?

usage: cancel_bench.py [--rounds N] [--jobs N] [--transactions N] [--threads N]
                       [--families NAME…] [--places NAME…]

As many jobs of each family as a run needs are made ready; then each is canceled once under a key of
its own, by a bearer, durably. nginx answers the very same requests by a constant of the same size.
PostgreSQL (pgbench, and behind a service on fastify) and Redis take the same logical step. Every
answer is checked, and afterwards every job is read back.
"""

import argparse
import contextlib
import pathlib
import tempfile

import cancel_families
import cancel_peers
import lab
import report
import servers

PLACES = {"tmpfs": "/dev/shm", "real disk": str(lab.ROOT / "build" / "bench-data")}
SHAPES = [(256, 1), (64, 16)]
PGBENCH_CLIENTS = (64, 256)
SETTINGS = {"rail.submit_delay": "1d", "transfers.duplicate_window": "0s",
            "batches.upload_window": "1d", "store.max_memory": "4GiB"}
BOUNDS = {"tmpfs": {"rate": 1.00, "cost": 1.10, "pipelined": 3.5},
          "real disk": {"rate": 0.80, "cost": 1.30, "pipelined": 3.0}}
# Promised of durable steps: held against them on the real disk, elsewhere shown.
DATABASES = {"Redis": 3, "PostgreSQL": 12, "fastify": 40}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=50_000,
                        help="canceled by a run at 256 connections; pipelined twice as many")
    parser.add_argument("--transactions", type=int, default=64_000,
                        help="of a run of pgbench, over all clients")
    parser.add_argument("--threads", type=int, default=2, help="of the generator")
    names = [family.name for family in cancel_families.FAMILIES]
    parser.add_argument("--families", nargs="+", choices=names, default=names)
    parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
    options = parser.parse_args()
    said = report.Report(
        "cancel", "What does a durable cancel cost, beside a constant answer and beside databases?",
        "belay_load, closed loop: distinct jobs and keys, bearer tokens, every answer checked, "
        "every job read back afterwards. Each family has a server of its own in each round: its "
        "jobs are made ready, some are canceled without counting, and belay comes to rest before "
        "each run. nginx gets the same requests, looks at nothing in them and answers as many "
        "bytes. PostgreSQL under pgbench and Redis take the same step (job, key with its answer, "
        "event) durably, without HTTP and without tokens; fastify checks the token, then asks "
        "PostgreSQL, whose processor time is counted with its own. Servers have two threads "
        "(fastify: two processes; PostgreSQL: a process a connection; Redis: one thread). All take "
        "turns in every round; ratios are made within a round. A run at 16 requests a connection "
        "has twice the jobs; Redis gets half, fastify a sixteenth of them, pgbench as many as give "
        "each client a long run. Before the runs of a family memory is touched and given back, for "
        "nginx, too: this machine's host hands it out lazily. belay writes snapshots as its log "
        "grows, also in a run; PostgreSQL's checkpoints and Redis' rewrites are put off.",
        rounds=options.rounds, jobs_a_run=options.jobs,
        transactions_of_pgbench=options.transactions, generator_threads=options.threads,
        belay={**servers.SETTINGS, **SETTINGS}, nginx=servers.NGINX,
        postgresql=cancel_peers.POSTGRESQL_SETTINGS, redis=cancel_peers.REDIS_SETTINGS)
    series = {}
    with tempfile.TemporaryDirectory(prefix="belay-peer-") as folder:
        sizes = answer_sizes(options, folder)
        with servers.nginx(folder, {prefix: "x" * size for prefix, size in sizes.items()}) as nginx:
            for name in options.places:
                place = Place(name, nginx, options)
                place.measure()
                place.say(said)
                for shape in place.shapes:
                    series.setdefault(shape.title, []).append(shape.series(name))
    for title, found in series.items():
        said.plot(f"Cancels, {title}", "bars", "", "requests/s", found)
    said.save()


def answer_sizes(options, folder):
    """For nginx, below each family's path: the size of a body with which its answer is as long as
    that of belay, head and body."""
    some = 200  # bytes: Content-Length has three digits, as below
    with servers.nginx(folder, {"/": "x" * some}) as nginx:
        head = servers.constant_bytes(nginx) - some
    sizes = {}
    with servers.Belay(**SETTINGS) as belay:
        caller = cancel_families.Caller(belay, folder)
        for family in (each(caller) for each in families_of(options)):
            ids = family.prepare(1)
            fields = [*caller.headers(), *family.headers, "Content-Type: application/json",
                      f"{family.key_field}: size", f"Content-Length: {len(family.body)}"]
            target = family.target.format(id=ids.read_text().strip())
            sizes[family.prefix] = servers.whole_answer(belay.port, "".join(
                line + "\r\n" for line in (f"POST {target} HTTP/1.1", "Host: a", *fields, ""))
                + family.body) - head
    return sizes


def families_of(options):
    return [family for family in cancel_families.FAMILIES if family.name in options.families]


class Place:
    """Everything with its data in one place, through all rounds."""

    def __init__(self, name, nginx, options):
        self.name, self.nginx, self.options = name, nginx, options
        self.folder = pathlib.Path(PLACES[name])
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.folder.is_relative_to(lab.ROOT):
            self.folder.chmod(0o755)  # PostgreSQL and Redis reach their folders as other users
        self.shapes = [Shape(connections, depth, self) for connections, depth in SHAPES]

    def measure(self):
        with contextlib.ExitStack() as stack:
            secret = pathlib.Path(stack.enter_context(
                tempfile.TemporaryDirectory(prefix="belay-peer-"))) / "jwt.secret"
            secret.write_text("a secret of this benchmark alone, and no other one\n")
            self.postgresql = stack.enter_context(cancel_peers.PostgreSql(self.folder))
            self.fastify = stack.enter_context(cancel_peers.Fastify(self.postgresql, secret))
            self.redis = stack.enter_context(cancel_peers.Redis(self.folder))
            for number in range(self.options.rounds):
                self.round(number, secret)

    def round(self, number, secret):
        turns = [lambda family=family: self.family(family, number)
                 for family in families_of(self.options)]
        turns.append(lambda: [shape.databases(number) for shape in self.shapes])
        start = number % len(turns)
        for turn in turns[start:] + turns[:start]:
            with contextlib.ExitStack() as stack:
                data, ids = (stack.enter_context(tempfile.TemporaryDirectory(
                    prefix="belay-bench-", dir=folder)) for folder in (self.folder, "/dev/shm"))
                (pathlib.Path(data) / "jwt.secret").write_text(secret.read_text())
                self.belay = stack.enter_context(servers.Belay(data=data, **SETTINGS))
                self.caller = cancel_families.Caller(self.belay, ids)
                turn()

    def family(self, kind, number):
        """All cancels of a family, at a server that has jobs of no other. Some that do not count
        come first: the tables of a process that has just begun, its pools and its log's segments
        are of their usual size afterwards."""
        family = kind(self.caller)
        prepared = [(shape, family.prepare(shape.jobs)) for shape in self.shapes]
        ids = family.prepare(self.options.jobs)
        for server in (self.nginx, self.belay):
            self.shapes[0].ask(server, family, ids)
        family.check(ids)
        for shape, ids in prepared:
            shape.family(family, ids, number)
        family.check_all()

    def say(self, said):
        for shape in self.shapes:
            shape.say(said)
            shape.claim(said)


class Shape:
    """All servers of a place under one number of connections and one depth."""

    def __init__(self, connections, depth, place):
        self.connections, self.depth, self.place = connections, depth, place
        self.jobs = place.options.jobs * (2 if depth > 1 else 1)
        self.title = f"{connections} connections" + (f", {depth} deep" if depth > 1 else "")
        self.rates, self.costs, self.generator = {}, {}, {}

    def databases(self, number):
        turns = [self.redis]
        if self.depth == 1:
            turns += [lambda clients=clients: self.pgbench(clients) for clients in PGBENCH_CLIENTS]
            turns.append(self.fastify)
        start = number % len(turns)
        for turn in turns[start:] + turns[:start]:
            turn()

    def family(self, family, ids, number):
        pair = [(self.place.nginx, "nginx, " + family.name), (self.place.belay, family.name)]
        for server, name in pair[::1 if number % 2 == 0 else -1]:
            lab.warm_memory()
            lab.rest(self.place.belay)
            self.cancel(server, name, family, ids)
        if family.name == "exports":
            self.repeat(family, ids)
        family.check(ids)

    def repeat(self, family, ids):
        """What a client may do wrong or twice, on the jobs that have just been canceled."""
        belay = self.place.belay
        unknown = cancel_peers.write_ids(self.place.caller.new_file(), 0, self.jobs)
        self.cancel(belay, "a replay", family, ids)
        self.cancel(belay, "its key, another request", family, ids, expect=409,
                    contains="idempotency_conflict", query="?another=1")
        self.cancel(belay, "another key, already canceled", family, ids, expect=409,
                    contains='"status":"CANCELED"', key="again-{id}")
        self.cancel(belay, "an unknown job", family, unknown, expect=404, contains="not_found")

    def cancel(self, server, name, family, ids, **more):
        self.measure(server, name, self.jobs, lambda: self.ask(server, family, ids, **more))

    def ask(self, server, family, ids, *, key="k-{id}", query="", expect=200, contains=None):
        if contains is None:
            contains = "" if server is self.place.nginx else family.canceled
        headers = [*self.place.caller.headers(), *family.headers, f"{family.key_field}: {key}"]
        more = {"body": family.body} if family.body else {}
        return self.load(server, target=family.target + query, method="POST", header=headers,
                         ids=ids, expect=expect, contains=contains, **more)

    def load(self, server, **request):
        return lab.load(server.port, connections=self.connections, depth=self.depth,
                        threads=self.place.options.threads, **request)

    def measure(self, server, name, jobs, load):
        before = server.processor_seconds()
        found = load()
        if found["answered"] != jobs:
            raise RuntimeError(f"{name}: {found['answered']} answers to {jobs} requests")
        self.note(name, found["per_second"], (server.processor_seconds() - before) / jobs)
        self.generator.setdefault(name, []).append(found["generator_cpu_seconds"] / jobs * 1e6)

    def note(self, name, rate, seconds):
        self.rates.setdefault(name, []).append(rate)
        self.costs.setdefault(name, []).append(seconds * 1e6)

    def redis(self):
        redis, jobs = self.place.redis, max(self.jobs // 2, 1)
        begin, before = redis.prepare(jobs), redis.canceled()
        ids = cancel_peers.write_ids(self.place.caller.new_file(), begin, jobs)
        self.measure(redis, "Redis", jobs, lambda: self.load(
            redis, redis=redis.cancel_command(), ids=ids,
            contains=cancel_families.Exports.canceled))
        if redis.canceled() - before != jobs:
            raise RuntimeError("Redis has not canceled every job")

    def pgbench(self, clients):
        database, each = self.place.postgresql, max(self.place.options.transactions // clients, 1)
        begin = database.prepare(each * clients)
        self.note(f"PostgreSQL, {clients} clients", *database.pgbench(clients, each, begin))

    def fastify(self):
        database, jobs = self.place.postgresql, max(self.jobs // 16, 1)
        begin, before = database.prepare(jobs), database.canceled()
        ids = cancel_peers.write_ids(self.place.caller.new_file(), begin, jobs)
        exports = cancel_families.Exports
        self.measure(self.place.fastify, "fastify", jobs, lambda: self.load(
            self.place.fastify, target=exports.target, method="POST", ids=ids,
            header=[*self.place.caller.headers(), f"{exports.key_field}: k-{{id}}"],
            contains='"CANCELED"'))
        if database.canceled() - before != jobs:
            raise RuntimeError("PostgreSQL behind fastify has not canceled every job")

    def base_of(self, name):
        return name if name.startswith("nginx") else \
            "nginx, " + (name if name in self.place.options.families else "exports")

    def say(self, said):
        rows = []
        for name in self.rates:
            base = self.base_of(name)
            beside = [lab.ratios(figures, name, base) if base in figures else None
                      for figures in (self.rates, self.costs)]
            generator = self.generator.get(name)
            rows.append([name, lab.spread(self.rates[name]), beside[0],
                         lab.spread(self.costs[name]), beside[1],
                         lab.spread(generator)["median"] if generator else None])
        said.table(f"Cancels, data on {self.place.name}, {self.title}",
                   ["", "requests/s", "vs nginx", "µs CPU a request", "vs nginx",
                    "µs of the generator"], rows)
        if "exports" in self.place.options.families:
            said.table(f"The cancel of an export beside databases, data on {self.place.name}, "
                       f"{self.title}", ["beside", "requests/s", "server CPU a request"],
                       [[name, *both] for name, both in self.beside_databases().items()])

    def claim(self, said):
        bounds, place = BOUNDS[self.place.name], self.place.name
        for name in self.place.options.families:
            rate = lab.ratios(self.rates, name, "nginx, " + name)
            what = f"fresh cancel, {name}, {place}, {self.title}, vs nginx return 200"
            if self.depth > 1:
                said.claim(what + " pipelined", rate, at_least=bounds["pipelined"])
                continue
            said.claim(what, rate, at_least=bounds["rate"])
            said.claim(what + ": server CPU", lab.ratios(self.costs, name, "nginx, " + name),
                       at_most=bounds["cost"])
        if "exports" not in self.place.options.families:
            return
        if self.depth == 1:
            said.claim(f"replayed cancel vs fresh, {place}, {self.title}",
                       lab.ratios(self.rates, "a replay", "exports"), at_least=1.0)
        if place == "real disk":
            for name, (rates, _) in self.beside_databases().items():
                said.claim(f"fresh cancel, exports, {place}, {self.title}, vs {name}", rates,
                           at_least=DATABASES[name])

    def beside_databases(self):
        """What a cancel of an export is to each database's: requests a second, processor time. Of
        the numbers of clients of pgbench the better one counts in each round."""
        rates, costs = ({**figures, "PostgreSQL": [best(each) for each in zip(*(
            of_name for name, of_name in figures.items() if name.startswith("PostgreSQL,")))]}
                        for figures, best in ((self.rates, max), (self.costs, min)))
        return {name: (lab.ratios(rates, "exports", name), lab.ratios(costs, "exports", name))
                for name in DATABASES if rates.get(name)}

    def series(self, name):
        """For a plot: requests a second of every server."""
        return {"name": name, "points": [
            [server, *(lab.spread(rates)[part] for part in ("median", "low", "high"))]
            for server, rates in self.rates.items()]}


if __name__ == "__main__":
    main()
