#!/usr/bin/env python3
"""kill -9 at random moments of a mixed load; after each start everything that was answered must
still be true.

usage: kill_test.py PROGRAM [STATE_HASH]
environment: BELAY_TEST_SIZE=full: 200 kills under load instead of 20; BELAY_TEST_KILLS=N: so many;
BELAY_TEST_SEED=N.

A round is: a start (some are killed before it is done), clients of two tenants that ask all at
once, an end at a random moment, `belay verify`, a start without workers in which nothing moves by
itself and in which everything is compared, and the end of that. Most ends are kill -9; some are
SIGTERM, which has to exit with 0, some are SIGTERM and at once another, which exits with 4 and is
to be as safe as a kill. After some kills the last write is torn (tear.py). STATE_HASH, if it is
given, is the program of state_hash.cpp: it starts on copies of what an end has left.

A finding never rests on speed: whatever is slow is waited for, within limits that a working machine
is far from.
"""

import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from belay_client import Server, wait_for  # noqa: E402
from crowd import Member, Stranger, crowd_of  # noqa: E402
from history import Checker, Event, judge_cut, judge_files, judge_growth  # noqa: E402
from remains import judge_hashes, judge_orderly_end  # noqa: E402
from tear import read_log, tear  # noqa: E402
from wire import Connection, Request  # noqa: E402

CLIENTS = 4
JOIN_SECONDS = 120
END_SECONDS = 120
READY_SECONDS = 60
FEW_JOBS = 4000  # above it, every fourth look is at all of them
STRANGER = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
COMMON = {"store.ring_bytes": "16MiB", "exports.lease": "1s", "exports.retry_delay": "50ms",
          "http.drain_timeout": "60s"}

# What may be more at the end than at the beginning. Memory: beside what the records need.
GROWTH = {"descriptors": 4, "memory beyond records, KiB": 16 * 1024, "log files": 4,
          "snapshots": 1, "other files": 1}


def pause(seconds):
    """Time that passes by itself: the moment of a kill is what is tried here."""
    threading.Event().wait(seconds)


class Killing:
    def __init__(self, program, hasher, seed, kills, folder):
        self.random = random.Random(seed)
        self.hasher = hasher
        self.wanted = kills
        self.folder = folder
        self.server = Server(program, folder + "/data")
        self.instrumented = b"__asan_init" in pathlib.Path(program).read_bytes()
        self.checker = Checker()
        self.clients, self.pools = crowd_of(CLIENTS, self.random.random())
        pool, strange = self.pools
        self.observers = {"": Member("observer", pool, self.random.random()),
                          "B": Stranger("observer", strange, self.random.random(), others=pool)}
        self.tokens = {}
        self.history = open(folder + "/history", "w", encoding="utf-8")
        self.counts = dict.fromkeys(("rounds", "kills", "early kills", "orderly ends",
                                     "forced ends", "requests", "lost answers", "torn writes",
                                     "cuts", "states hashed"), 0)
        self.samples = []

    def run(self):
        """What was found; nothing if all is well."""
        while self.counts["kills"] < self.wanted:
            self.counts["rounds"] += 1
            findings = self.round()
            if findings:
                return findings
            if self.counts["rounds"] % 10 == 0:
                print(f"round {self.counts['rounds']}: {self.counts['kills']} kills, "
                      f"{self.counts['requests']} requests, {self.job_count()} jobs", flush=True)
        # Under sanitizers freed memory is kept back, and does not count.
        allowed = dict(GROWTH)
        if self.instrumented:
            allowed.pop("memory beyond records, KiB")
        return list(judge_growth(self.samples, allowed))

    def job_count(self):
        return sum(len(pool.jobs) for pool in self.pools)

    def round(self):
        findings = self.load()
        findings += self.take(self.clients) + self.ending_is_sound()
        if findings:
            return findings
        findings = self.compare()
        if findings:
            return findings
        if self.random.random() < 0.5:
            findings = self.end_in_a_write()
        else:
            self.end(forced=0.1, orderly=0.3)
        return findings + self.ending_is_sound()

    # A round's load.

    def start(self, settings):
        """Starts the server; some starts before it are killed before they are done. Gives what is
        wrong with what it says about the end of the log."""
        self.server.settings = {**COMMON, **settings}
        while self.random.random() < 0.2:
            self.server.start(wait=False)
            pause(self.random.random() * 0.15)
            self.server.kill()
            self.counts["early kills"] += 1
        told = os.path.getsize(self.server.log_path) if os.path.exists(self.server.log_path) else 0
        self.server.start()
        if not self.tokens:
            self.tokens = {"": self.server.token(), "B": self.server.token(tenant=STRANGER)}
        connection = Connection(self.server.port, None)
        self.wait_until_ready(connection)
        cut_bytes = int(self.metrics(connection)["belay_recovery_cut_bytes"])
        connection.close()
        return self.judge_log(told, cut_bytes)

    def wait_until_ready(self, connection):
        self.checker.started()
        events = []

        def ready():
            began = time.monotonic()
            status = connection.ask(Request("GET", "/health/ready")).status
            events.append(Event(began, time.monotonic(), "ready", "/health/ready", status=status))
            return status == 200

        wait_for(ready, READY_SECONDS, "readiness")
        findings = self.checker.feed(events)
        assert not findings, findings

    def connect(self, client):
        return client.again().connect(self.server.port, self.tokens[client.tenant])

    def load(self):
        small = self.random.random() < 0.7
        findings = self.start({
            "exports.workers": self.random.choice((1, 2, 3)),
            "exports.rows_per_second": self.random.choice((0, 100, 1000, 20000)),
            "store.segment_bytes": "1MiB" if small else "8MiB",
            "store.snapshot_interval": "1s" if small else "10m"})
        self.clients = [self.connect(client) for client in self.clients]
        for client in self.clients:
            client.start()
        pause(self.random.choice((0.02, 0.2, 0.6, 2.0)) * self.random.random())
        how = self.end(forced=0.15, orderly=0.1)
        self.counts["kills"] += how == "kill"
        for client in self.clients:
            client.join(JOIN_SECONDS)
            assert not client.is_alive(), f"{client.name} hangs"
            if client.failure:
                raise client.failure
        if how == "orderly":
            findings += judge_orderly_end(*self.files())
        return findings

    def files(self):
        """The names of exports and of sets."""
        data = self.server.data
        return (os.listdir(data + "/files/exports"),
                set(os.listdir(data + "/files/sets")) - {"empty"})

    def end(self, forced, orderly):
        """Ends the server in one of three ways; says in which."""
        choice = self.random.random()
        if choice < forced:
            self.server.process.send_signal(signal.SIGTERM)
            code = self.server.end(signal.SIGTERM, END_SECONDS)
            # 0: it had ended before the second signal came.
            assert code in (0, 4), f"SIGTERM and SIGTERM ended with {code}"
            self.counts["forced ends"] += code == 4
            return "forced"
        if choice < forced + orderly:
            code = self.server.end(signal.SIGTERM, END_SECONDS)
            assert code == 0, f"SIGTERM ended with {code}"
            self.counts["orderly ends"] += 1
            return "orderly"
        assert self.server.kill() == -signal.SIGKILL, "the server had ended before it was killed"
        return "kill"

    def end_in_a_write(self):
        """Kills a server at rest a moment after some creates were sent, of which no answer is
        taken, and tears what it wrote if it wrote one group."""
        before = read_log(self.server.data)
        writer = self.clients[0] = self.connect(self.clients[0])
        if writer.contexts:
            # Of all lengths, so that the cut falls on every part of a frame.
            writer.begin(*[writer.create(writer.new_key() + "-" * self.random.randrange(100))
                           for _ in range(self.random.randint(1, 4))])
            pause(self.random.random() * 0.008)
        self.server.kill()
        writer.disconnect()
        self.counts["torn writes"] += tear(self.server.data, before, self.random) is not None
        return self.take([writer])

    def ending_is_sound(self):
        code, text = self.server.verify()
        if code != 0:
            return [f"belay verify ends with {code}: {text}"]
        return self.judge_states() if self.hasher and self.random.random() < 0.1 else []

    def judge_states(self):
        """Recovery is a function, and a clean stop keeps what was there: the state found by starts
        on copies of the directory, and after either kind of end of those. One copy has no snapshot:
        while the log goes back to its beginning, it is enough."""
        hashes = []
        for number, parts in enumerate((("log", "snapshot"), ("log", "snapshot"), ("log",))):
            copy = f"{self.folder}/copy-{number}"
            for part in parts:
                if part == "snapshot" and not os.path.exists(f"{self.server.data}/{part}"):
                    continue  # none was written yet
                shutil.copytree(f"{self.server.data}/{part}", f"{copy}/{part}")
            for ending in ("kill", "close", "kill") if number == 0 else ("kill",):
                done = subprocess.run([self.hasher, copy, ending], capture_output=True, text=True,
                                      timeout=END_SECONDS)
                if done.returncode != 0 and "snapshot" not in parts:
                    break  # the beginning of the log is not needed any more
                hashes.append(done.stdout.strip() or f"{done.returncode}: {done.stderr}")
            shutil.rmtree(copy)
        self.counts["states hashed"] += len(hashes)
        return list(judge_hashes(hashes))

    # The comparison.

    def compare(self):
        """Starts without workers and looks at everything, or at a part when there is much."""
        findings = self.start({"exports.workers": 0, "store.segment_bytes": "1MiB",
                               "store.snapshot_interval": "1s"})
        self.observers = {tenant: self.connect(observer)
                          for tenant, observer in self.observers.items()}
        observers = self.observers.values()
        if self.job_count() < FEW_JOBS or self.random.random() < 0.25:
            findings += self.judge_everything(observers)
        if self.random.random() < 0.7:
            for client in self.clients:
                observer = self.observers[client.tenant]
                observer.unknown, client.unknown = client.unknown, []
                observer.ask_again()
        for observer in observers:
            self.sample(observer)
        for client in self.clients:
            if client.contexts:
                self.observers[client.tenant].walk(client.contexts[-1], 200)
        walked = [walk for observer in observers for walk in observer.walks]
        findings += self.take(observers)
        for context, _, listed in walked:
            findings += self.checker.judge_listing(context, listed)
        for observer in observers:
            observer.disconnect()
        if self.counts["rounds"] % 8 == 0:
            self.rest()
        return findings

    def judge_everything(self, observers):
        """Looks at every job and every context, and at what there is of files."""
        contexts = [document for observer in observers
                    for document in observer.pages("/v1/contexts", "contexts", 200)]
        jobs = [document for observer in observers
                for document in observer.pages("/v1/export-jobs", "list", 200)]
        return list(judge_files(*self.files(), jobs, contexts))

    def sample(self, observer):
        """A part of what was ever asked is asked again: replays, jobs, files, URLs of old."""
        def some(of, most):
            return self.random.sample(of, min(most, len(of)))

        for ask in some(observer.pool.keyed, 40):
            observer.ask(ask)
        for job in some(observer.pool.jobs, 30):
            observer.ask(observer.get(job[0]), observer.download(job))
        for file in some(observer.pool.files, 10):
            observer.ask(observer.file(file))

    def take(self, clients):
        """Has the checker judge what the clients have noted."""
        events = [event for client in clients for event in client.events]
        for event in events:
            noted = {name: value for name, value in vars(event).items()
                     if value and name != "parsed"}
            self.history.write(json.dumps(noted) + "\n")
        self.history.flush()
        self.counts["requests"] += len(events)
        self.counts["lost answers"] += sum(event.ended is None for event in events)
        findings = self.checker.feed(events)
        for client in clients:
            for context, began, listed in client.walks:
                findings += self.checker.judge_walk(context, began, listed)
            client.events, client.walks = [], []
        return findings

    def judge_log(self, told, cut_bytes):
        self.counts["cuts"] += cut_bytes != 0
        with open(self.server.log_path, "rb") as log:
            log.seek(told)
            lines = [json.loads(line) for line in log.read().splitlines() if line]
        return list(judge_cut(cut_bytes, lines))

    def metrics(self, connection):
        text = connection.ask(Request("GET", "/metrics")).body.decode()
        return dict(line.split(" ", 1) for line in text.splitlines() if not line.startswith("#"))

    def rest(self):
        """Lets the server come to rest and measures what must not grow: two snapshots let go of the
        log below them."""
        data = self.server.data
        connection = Connection(self.server.port, self.tokens[""])
        observer = self.connect(self.observers[""])

        def rested():
            observer.ask(observer.make_context())  # a snapshot needs news
            return int(self.metrics(connection)["belay_snapshots_total"]) >= 3

        wait_for(rested, 60, "the third snapshot")
        wait_for(lambda: len(os.listdir(data + "/log")) <= 6, 30, "an end of old segments")
        metrics = self.metrics(connection)
        records_kib = (int(metrics["belay_store_memory_bytes"]) >> 10) + self.job_count() // 2
        process = f"/proc/{self.server.process.pid}/fd"
        named = len(os.listdir(data + "/files/exports")) + len(os.listdir(data + "/files/sets"))
        self.samples.append({
            "descriptors": len(os.listdir(process)),
            "memory beyond records, KiB": self.server.memory_kib() - records_kib,
            "log files": len(os.listdir(data + "/log")),
            "snapshots": len(os.listdir(data + "/snapshot")),
            "other files": sum(len(names) for _, _, names in os.walk(data)) - named -
                           len(os.listdir(data + "/log")) - len(os.listdir(data + "/snapshot"))})
        connection.close()
        observer.disconnect()
        self.observers[""].keys = observer.keys
        self.checker.feed(observer.events)


def commit():
    """What is tested here, as git names it."""
    try:
        return subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                              capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def run(program, hasher=None):
    seed = int(os.environ.get("BELAY_TEST_SEED", "20261122"))
    kills = 200 if os.environ.get("BELAY_TEST_SIZE") == "full" else 20
    kills = int(os.environ.get("BELAY_TEST_KILLS", kills))
    print(f"seed {seed}, {kills} kills", flush=True)
    folder = tempfile.mkdtemp(prefix="belay-kill-")
    began = time.monotonic()
    killing = Killing(program, hasher, seed, kills, folder)
    sound = False
    try:
        findings = killing.run()
        sound = not findings
        linear = killing.checker.linear
        print(", ".join(f"{count} {what}" for what, count in killing.counts.items()) +
              f", {killing.job_count()} jobs, {linear.operations} operations in legal orders, "
              f"{len(linear.undecided)} jobs undecided, {killing.checker.busy} answers 503, "
              f"{time.monotonic() - began:.0f} s, "
              f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
        print("at rest, first and last:", killing.samples[:1], killing.samples[-1:])
        for finding in sorted(set(findings))[:20]:
            print(finding)
        print("every answer is still true" if sound else f"{len(findings)} findings")
    finally:
        if killing.server.process is not None:
            killing.server.kill()
        killing.history.close()
        if sound:
            shutil.rmtree(folder)
        else:
            print(f"seed {seed}, commit {commit()}, round {killing.counts['rounds']}; the history "
                  f"is in {folder}/history, the data in {folder}/data")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(run(*map(os.path.abspath, sys.argv[1:])))
