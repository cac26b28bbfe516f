#!/usr/bin/env python3
"""kill -9 at random moments of a mixed load; after each start everything that was answered must
still be true.

usage: kill_test.py PROGRAM
environment: BELAY_TEST_SIZE=full: 200 kills under load instead of 20; BELAY_TEST_SEED=N.

A round is: a start (some are killed before it is done), clients that ask all at once, an end at a
random moment, `belay verify`, a start without workers in which nothing moves by itself and in which
everything is compared, and the end of that. Most ends are kill -9; some are SIGTERM, which has to
exit with 0, some are SIGTERM and at once another, which exits with 4 and is to be as safe as a
kill.
"""

import dataclasses
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from belay_client import Server, wait_for  # noqa: E402
from history import Checker, judge_cut, judge_files, judge_growth  # noqa: E402
from load import Client, Pool  # noqa: E402
from wire import Connection, Request  # noqa: E402

CLIENTS = 4
JOIN_SECONDS = 120
COMMON = {"store.ring_bytes": "16MiB", "exports.lease": "1s", "exports.retry_delay": "50ms"}

# What may be more at the end than at the beginning. Memory: beside what the records need.
GROWTH = {"descriptors": 4, "memory beyond records, KiB": 16 * 1024, "log files": 4,
          "snapshots": 1, "other files": 1}


def pause(seconds):
    """Time that passes by itself: the moment of a kill is what is tried here."""
    threading.Event().wait(seconds)


class Killing:
    def __init__(self, program, seed, kills, folder):
        self.random = random.Random(seed)
        self.wanted = kills
        self.folder = folder
        self.server = Server(program, folder + "/data")
        self.instrumented = b"__asan_init" in pathlib.Path(program).read_bytes()
        self.checker = Checker()
        self.pool = Pool()
        self.clients = [Client(f"c{number}", self.pool, self.random.random())
                        for number in range(CLIENTS)]
        self.observer = Client("observer", self.pool, self.random.random())
        self.token = None
        self.history = open(folder + "/history", "w", encoding="utf-8")
        self.counts = dict.fromkeys(("rounds", "kills", "early kills", "orderly ends",
                                     "forced ends", "requests", "lost answers", "cuts"), 0)
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
                      f"{self.counts['requests']} requests, {len(self.pool.jobs)} jobs", flush=True)
        # Under sanitizers freed memory is kept back, and does not count.
        allowed = dict(GROWTH)
        if self.instrumented:
            allowed.pop("memory beyond records, KiB")
        return list(judge_growth(self.samples, allowed))

    def round(self):
        self.load()
        findings = self.ending_is_sound()
        if findings:
            return findings
        findings = self.compare()
        self.end(forced=0.1, orderly=0.3)
        return findings or self.ending_is_sound()

    # A round's load.

    def start(self, settings):
        """Starts the server; some starts before it are killed before they are done."""
        self.server.settings = {**COMMON, **settings}
        while self.random.random() < 0.2:
            self.server.start(wait=False)
            pause(self.random.random() * 0.15)
            self.server.kill()
            self.counts["early kills"] += 1
        told = os.path.getsize(self.server.log_path) if os.path.exists(self.server.log_path) else 0
        self.server.start()
        self.token = self.token or self.server.token()
        return told

    def load(self):
        small = self.random.random() < 0.7
        self.start({
            "exports.workers": self.random.choice((1, 2, 3)),
            "exports.rows_per_second": self.random.choice((0, 100, 1000, 20000)),
            "store.segment_bytes": "1MiB" if small else "8MiB",
            "store.snapshot_interval": "1s" if small else "10m"})
        self.clients = [client.again().connect(self.server.port, self.token)
                        for client in self.clients]
        for client in self.clients:
            client.start()
        pause(self.random.choice((0.02, 0.2, 0.6, 2.0)) * self.random.random())
        self.counts["kills"] += self.end(forced=0.15, orderly=0.1) == "kill"
        for client in self.clients:
            client.join(JOIN_SECONDS)
            assert not client.is_alive(), f"{client.name} hangs"
            if client.failure:
                raise client.failure

    def end(self, forced, orderly):
        """Ends the server in one of three ways; says in which."""
        choice = self.random.random()
        if choice < forced:
            self.server.process.send_signal(signal.SIGTERM)
            code = self.server.end(signal.SIGTERM)
            # 0: it had ended before the second signal came.
            assert code in (0, 4), f"SIGTERM and SIGTERM ended with {code}"
            self.counts["forced ends"] += code == 4
            return "forced"
        if choice < forced + orderly:
            code = self.server.end(signal.SIGTERM)
            assert code == 0, f"SIGTERM ended with {code}"
            self.counts["orderly ends"] += 1
            return "orderly"
        assert self.server.kill() == -signal.SIGKILL, "the server had ended before it was killed"
        return "kill"

    def ending_is_sound(self):
        code, text = self.server.verify()
        return [f"belay verify ends with {code}: {text}"] if code != 0 else []

    # The comparison.

    def compare(self):
        """Starts without workers and looks at everything."""
        told = self.start({"exports.workers": 0, "store.segment_bytes": "1MiB",
                           "store.snapshot_interval": "1s"})
        findings = self.take(self.clients)
        observer = self.observer = self.observer.again().connect(self.server.port, self.token)
        contexts = observer.pages("/v1/contexts", "contexts", 200)
        jobs = observer.pages("/v1/export-jobs", "list", 200)
        findings += judge_files(os.listdir(self.server.data + "/files/exports"),
                                set(os.listdir(self.server.data + "/files/sets")) - {"empty"},
                                jobs, contexts)
        metrics = self.metrics(observer.connections[1])
        findings += self.judge_log(told, int(metrics["belay_recovery_cut_bytes"]))
        if self.random.random() < 0.7:
            for client in self.clients:
                observer.unknown, client.unknown = client.unknown, []
                observer.ask_again()
        self.sample(observer)
        for client in self.clients:
            if client.contexts:
                observer.walk(client.contexts[-1], 200)
        walked, observer.walks = observer.walks, []
        findings += self.take([observer])
        for context, _, listed in walked:
            findings += self.checker.judge_listing(context, listed)
        observer.disconnect()
        if self.counts["rounds"] % 5 == 0:
            self.rest()
        return findings

    def sample(self, observer):
        """A part of what was ever asked is asked again: replays, jobs, files, URLs of old."""
        def some(of, most):
            return self.random.sample(of, min(most, len(of)))

        for ask in some(self.pool.keyed, 40):
            observer.ask(ask)
        for job in some(self.pool.jobs, 30):
            observer.ask(observer.get(job[0]), observer.download(job))
        for file in some(self.pool.files, 10):
            observer.ask(observer.file(file))

    def take(self, clients):
        """Has the checker judge what the clients have noted."""
        events = [event for client in clients for event in client.events]
        for event in events:
            noted = {name: value for name, value in dataclasses.asdict(event).items() if value}
            noted.pop("parsed", None)
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
        connection = Connection(self.server.port, self.token)
        observer = self.observer.again().connect(self.server.port, self.token)

        def rested():
            observer.ask(observer.make_context())  # a snapshot needs news
            return int(self.metrics(connection)["belay_snapshots_total"]) >= 3

        wait_for(rested, 60, "the third snapshot")
        wait_for(lambda: len(os.listdir(data + "/log")) <= 6, 30, "an end of old segments")
        metrics = self.metrics(connection)
        records_kib = (int(metrics["belay_store_memory_bytes"]) >> 10) + len(self.pool.jobs) // 2
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
        self.observer.keys = observer.keys
        self.checker.feed(observer.events)


def run(program):
    seed = int(os.environ.get("BELAY_TEST_SEED", "20261122"))
    kills = 200 if os.environ.get("BELAY_TEST_SIZE") == "full" else 20
    print(f"seed {seed}, {kills} kills", flush=True)
    folder = tempfile.mkdtemp(prefix="belay-kill-")
    began = time.monotonic()
    killing = Killing(program, seed, kills, folder)
    sound = False
    try:
        findings = killing.run()
        sound = not findings
        print(", ".join(f"{count} {what}" for what, count in killing.counts.items()) +
              f", {len(killing.pool.jobs)} jobs, {killing.checker.busy} answers 503, "
              f"{time.monotonic() - began:.0f} s")
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
            print(f"seed {seed}, round {killing.counts['rounds']}; the history is in "
                  f"{folder}/history, the data in {folder}/data")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
