#!/usr/bin/env python3
"""kill -9 at random moments of a mixed load; after each start everything that was answered must
still be true. usage: kill_test.py PROGRAM        BELAY_TEST_SIZE=full: 200 kills instead of 20;
BELAY_TEST_SEED=N: another seed."""

import glob
import hashlib
import json
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from belay_client import Client, Server, wait_for  # noqa: E402
from history import Event, check_all, check_list  # noqa: E402

CLIENTS = 4
SAMPLE = (ROOT / "examples" / "transactions.csv").read_bytes()
SMALLER = b"\n".join(SAMPLE.split(b"\n")[:500]) + b"\n"
REPORTS = [(report, form) for report in ("MATCHED", "UNMATCHED", "VARIANCE")
           for form in ("CSV", "JSON", "XML")]


class Load(threading.Thread):
    """One client: its own context, its own jobs and keys; asks until it is told to stop."""

    def __init__(self, number, seed):
        super().__init__()
        self.number = number
        self.random = random.Random(seed)
        self.events = []
        self.jobs = []
        self.unknown = []  # keyed requests whose answer was lost: (kind, call)
        self.keys = 0
        self.context = None
        self.uploads = set()
        self.stop = threading.Event()

    def prepare(self, client):
        self.context = client.make_context(f"context {self.number}").json()["id"]
        self.upload(client)

    def new_key(self):
        self.keys += 1
        return f"key-{self.number}-{self.keys}"

    def ask(self, kind, path, call, key=None, job=None):
        """Makes a request and notes what came of it; gives the answer, or None if it was lost."""
        event = Event(time.monotonic(), None, kind, key=key, path=path, job=job)
        self.events.append(event)
        try:
            answer = call()
        except Exception:  # the server was killed: any kind of broken connection
            return None
        event.ended = time.monotonic()
        event.status, event.body, event.replayed = answer.status, answer.body, answer.replayed
        if kind == "create" and answer.status == 202:
            event.job, event.state = answer.json()["jobId"], "QUEUED"
            if answer.replayed == "true":
                event.state = None  # what it was then
        elif kind in ("get", "cancel") and answer.status == 200:
            event.state = None if answer.replayed == "true" else answer.json()["status"]
            if kind == "cancel":
                event.state = answer.json()["status"]
        elif kind == "cancel" and answer.status == 409:
            event.state = answer.json()["details"].get("status")
        return answer

    def create(self, client, key=None, choice=None):
        key = key or self.new_key()
        report, form = choice or self.random.choice(REPORTS)
        path = f"/v1/contexts/{self.context}/export-jobs"
        answer = self.ask("create", path,
                          lambda: client.create(self.context, report, form, key=key,
                                                dateFrom="2026-10-22", dateTo="2026-11-21"), key)
        if answer is None:
            self.unknown.append(lambda again: self.create(again, key, (report, form)))
        elif answer.status == 202:
            job = answer.json()["jobId"]
            if job not in self.jobs:
                self.jobs.append(job)

    def cancel(self, client, job=None, key=None):
        job = job or self.random.choice(self.jobs)
        key = key or (self.new_key() if self.random.random() < 0.7 else None)
        path = f"/v1/export-jobs/{job}/cancel"
        answer = self.ask("cancel", path, lambda: client.cancel(job, key=key), key, job)
        if answer is None and key:
            self.unknown.append(lambda again: self.cancel(again, job, key))

    def get(self, client, job=None):
        job = job or self.random.choice(self.jobs)
        self.ask("get", f"/v1/export-jobs/{job}", lambda: client.job(job), job=job)

    def upload(self, client):
        text = self.random.choice((SAMPLE, SMALLER))
        self.uploads.add(hashlib.sha256(text).hexdigest())
        self.ask("upload", "", lambda: client.upload(self.context, text))

    def list(self, client):
        self.ask("list", "", lambda: client.get("/v1/export-jobs?limit=50"))

    def run(self):
        client = self.client
        while not self.stop.is_set():
            if not self.jobs or self.random.random() < 0.3:
                self.create(client)
                continue
            action = self.random.choice([self.cancel] * 3 + [self.get] * 4 + [self.list] +
                                        ([self.upload] if self.random.random() < 0.2 else []))
            action(client)
            if self.events[-1].ended is None:
                return  # the server is gone

    def ask_again(self, client):
        """Every request whose answer was lost, under its key."""
        unknown, self.unknown = self.unknown, []
        for call in unknown:
            call(client)

    def replay(self, client, most):
        """Asks again what was answered before, under the same keys."""
        answered = [e for e in self.events if e.ended and e.key and e.status < 400]
        for event in self.random.sample(answered, min(most, len(answered))):
            if event.kind == "cancel":
                self.cancel(client, event.job, event.key)
            elif event.kind == "create":
                report, form = None, None
                body = json.loads(client.job(event.job).body)
                report, form = body["reportType"], body["format"]
                self.create(client, event.key, (report, form))


def all_jobs(client):
    return listed_jobs(client, None)


def listed_jobs(client, context):
    """The jobs of a context, or without one of the tenant."""
    path = f"/v1/contexts/{context}/export-jobs" if context else "/v1/export-jobs"
    jobs, cursor = [], ""
    while True:
        page = client.get(f"{path}?limit=200{cursor}").json()
        jobs += page["items"]
        if not page["hasMore"]:
            return jobs
        cursor = "&cursor=" + page["nextCursor"].replace("=", "%3D").replace("+", "%2B")


def check_files(server, client):
    """No file but those that a finished job or a context names; none of a canceled job."""
    findings = []
    states = {item["id"]: item for item in all_jobs(client)}
    for path in glob.glob(server.data + "/files/**/*", recursive=True):
        name = os.path.basename(path)
        if os.path.isdir(path):
            continue
        if name.endswith(".tmp"):
            job = states.get(name[:36])
            if job is None or job["status"] != "RUNNING":
                findings.append(f"a temporary file was left: {name}")
        elif "/exports/" in path and states[name[:36]]["status"] == "CANCELED":
            findings.append(f"a canceled job has a file: {name}")
    for item in states.values():
        if item["status"] != "SUCCEEDED" and "downloadUrl" in item:
            findings.append(f"job {item['id']} is {item['status']} and has a download URL")
    return findings


def check_downloads(client, loads, rng):
    findings = []
    for load in loads:
        done = [i for i in listed_jobs(client, load.context) if i["status"] == "SUCCEEDED"]
        for item in rng.sample(done, min(3, len(done))):
            wanted = client.get(item["downloadUrl"]).json()["sha256"]
            if hashlib.sha256(client.download(item["id"]).body).hexdigest() != wanted:
                findings.append(f"the file of job {item['id']} is not what it should be")
        shown = client.get(f"/v1/contexts/{load.context}").json()
        if shown.get("sha256") not in load.uploads:
            findings.append(f"context {load.context} holds what nobody uploaded")
    return findings


def end_round(server, rng, round_number):
    """Ends the server in one of several ways; whether the end was orderly."""
    choice = rng.random()
    if choice < 0.1:
        code = server.end(signal.SIGTERM)
        assert code == 0, f"SIGTERM ended with {code}"
        return True
    if choice < 0.2:
        server.process.send_signal(signal.SIGTERM)
        code = server.end(signal.SIGTERM)
        assert code in (0, 4), f"two SIGTERM ended with {code}"
        return False
    server.kill()
    return False


def run(program):
    seed = int(os.environ.get("BELAY_TEST_SEED", "20261122"))
    kills = 200 if os.environ.get("BELAY_TEST_SIZE") == "full" else 20
    print(f"seed {seed}, {kills} ends", flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        settings = {"exports.workers": 2, "exports.rows_per_second": 5000, "exports.lease": "1s",
                    "store.segment_bytes": "1MiB", "store.ring_bytes": "16MiB",
                    "store.snapshot_interval": "1s"}
        server = Server(program, folder + "/data", settings).start()
        token = server.token()
        client = Client(server, token)
        loads = [Load(number, rng.random()) for number in range(CLIENTS)]
        for load in loads:
            load.prepare(client)
        files_before = None
        requests = jobs = 0
        for round_number in range(kills):
            for load in loads:
                load.client = Client(server, token)
            threads = [threading.Thread(target=load.run) for load in loads]
            for thread in threads:
                thread.start()
            # Some ends come at once, some after a while; waiting is the test's subject here.
            threading.Event().wait(rng.choice((0.05, 0.2, 0.5, 1.0)) * rng.random())
            end_round(server, rng, round_number)
            for load in loads:
                load.stop.set()
            for thread in threads:
                thread.join()
            for load in loads:
                load.stop.clear()
            verified, text = server.verify()
            assert verified == 0, f"round {round_number}: {text}"
            if rng.random() < 0.3:
                # Killed while it recovers, or just after.
                server.start(wait=False)
                threading.Event().wait(rng.random() * 0.2)
                server.kill()
            server.start()
            client = Client(server, token)
            findings = []
            for load in loads:
                load.ask_again(client)
                load.replay(client, 10)
                for job in rng.sample(load.jobs, min(20, len(load.jobs))):
                    load.get(client, job)
                listed = [item["id"] for item in listed_jobs(client, load.context)]
                findings += list(check_list(load.events, listed))
                findings += check_all(load.events)
            wait_for(lambda: not check_files(server, client), 20,
                     "the order among the files")
            findings += check_downloads(client, loads, rng)
            if findings:
                report = folder + ".history"
                with open(report, "w", encoding="utf-8") as out:
                    for load in loads:
                        out.writelines(f"{event}\n" for event in load.events)
                print(f"round {round_number}, history in {report}")
                print("\n".join(sorted(set(findings))[:20]))
                return 1
            segments = len(os.listdir(server.data + "/log"))
            if round_number == kills // 2:
                files_before = segments
            if round_number % 20 == 19:
                # A new chapter: what is listed at the end of each round stays of one size.
                print(f"round {round_number + 1}: {sum(len(l.events) for l in loads)} requests, "
                      "every answer is still true", flush=True)
                requests += sum(len(load.events) for load in loads)
                jobs += sum(len(load.jobs) for load in loads)
                loads = [Load(number, rng.random()) for number in range(CLIENTS)]
                for load in loads:
                    load.prepare(client)
        assert segments <= files_before + 8, f"{files_before} segments have become {segments}"
        print(f"{requests} requests, {jobs} jobs, {kills} ends: every answer is still true")
        server.kill()
        assert server.verify()[0] == 0
    return 0


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
