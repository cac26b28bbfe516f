#!/usr/bin/env python3
"""200 running exports, all canceled at once through real sockets by several clients, some of them
twice; again with a kill -9 in the midst; and again while they come to their end by themselves. What
each client was told is the final state for good, and no canceled job has a file or a URL.
usage: cancel_storm_test.py PROGRAM        BELAY_TEST_SIZE=full: ten storms instead of two;
BELAY_TEST_SEED=N: another seed."""

import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for  # noqa: E402

EXPORTS = 200
CLIENTS = 8
SAMPLE = (ROOT / "examples" / "transactions.csv").read_bytes()
ROWS = SAMPLE.count(b"\n") - 1
TERMINAL = ("SUCCEEDED", "FAILED", "EXPIRED", "CANCELED")


class Told:
    """What clients were told of one job."""

    def __init__(self, job):
        self.job = job
        self.answers = []  # (key, status, the state that the answer names, replayed)
        self.in_doubt = False  # the answer to a cancel was lost with the server

    def add(self, key, answer):
        body = answer.json()
        state = body["status"] if answer.status == 200 else body["details"]["status"]
        if answer.status == 200 and ("downloadUrl" in body or "fileName" in body):
            raise AssertionError(f"the answer to a cancel offers a file: {body}")
        self.answers.append((key, answer.status, state, answer.replayed))

    def final(self):
        """The state that every answer must agree on."""
        states = {state for _, _, state, _ in self.answers}
        first = [key for key, status, _, replayed in self.answers
                 if status == 200 and replayed == "false"]
        assert len(states) == 1, f"job {self.job}: answers differ: {self.answers}"
        state = states.pop()
        assert state in TERMINAL, f"job {self.job}: {self.answers}"
        if not self.in_doubt:
            assert len(first) == (state == "CANCELED"), f"job {self.job}: {self.answers}"
        assert len(first) <= 1, f"job {self.job}: {self.answers}"
        for key, status, _, replayed in self.answers:
            assert status in (200, 409), f"job {self.job}: {self.answers}"
            assert replayed != "true" or key in first or self.in_doubt, self.answers
            assert status == 409 or state == "CANCELED", f"job {self.job}: {self.answers}"
        return state


class Canceler(threading.Thread):
    """One client: cancels the jobs that it was given, each at its moment."""

    def __init__(self, server, token, begin):
        super().__init__()
        self.server, self.token, self.begin = server, token, begin
        self.orders = []  # (seconds after begin, told, key)
        self.answers = []  # (told, key, answer; None if it was lost)
        self.fault = None

    def run(self):
        client = Client(self.server, self.token)
        for moment, told, key in sorted(self.orders, key=lambda order: order[0]):
            # The moment is what the test is about: there is no condition to wait for.
            threading.Event().wait(max(0, self.begin + moment - time.monotonic()))
            try:
                self.answers.append((told, key, client.cancel(told.job, key=key)))
            except Exception as fault:  # told by the main thread
                self.answers.append((told, key, None))
                self.fault = fault
                return


def running(client):
    """How many exports are RUNNING, at most 200."""
    return len(client.get("/v1/export-jobs?status=RUNNING&limit=200").json()["items"])


def busy_workers(client):
    page = client.get("/metrics").body.decode()
    return int(re.search(r"^belay_export_workers_busy (\d+)", page, re.MULTILINE).group(1))


def wait_for_rest(client):
    """Until the workers have noticed that there is nothing to do any more."""
    wait_for(lambda: running(client) == 0 and busy_workers(client) == 0, 60, "rest")


def create_all(server, token, context, rng):
    """Orders the exports, by several clients at once; gives their ids."""
    jobs, faults = [], []

    def create(count, seed):
        choose = random.Random(seed)
        client = Client(server, token)
        for _ in range(count):
            answer = client.create(context, choose.choice(("MATCHED", "UNMATCHED", "VARIANCE")),
                                   choose.choice(("CSV", "JSON", "XML")))
            if answer.status != 202:
                faults.append(answer.body)
                return
            jobs.append(answer.json()["jobId"])

    threads = [threading.Thread(target=create, args=(EXPORTS // CLIENTS, rng.random()))
               for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    return jobs


def create_running(server, client, context, rng):
    jobs = create_all(server, client.token, context, rng)
    wait_for(lambda: running(client) == EXPORTS, 60, "200 running exports")
    return jobs


def storm(server, token, jobs, seconds, rng, kill_after=None):
    """Cancels every job at some moment within so many seconds; a third of them twice, by another
    client, with the same key or another one or none. The server may be killed meanwhile."""
    begin = time.monotonic()
    cancelers = [Canceler(server, token, begin) for _ in range(CLIENTS)]
    told = [Told(job) for job in jobs]
    for number, each in enumerate(told):
        moment = rng.random() * seconds
        key = rng.choice((None, f"cancel-{rng.getrandbits(64):x}"))
        first, second = rng.sample(cancelers, 2)
        first.orders.append((moment, each, key))
        if number % 3 == 0:
            again = rng.choice((key, None, f"cancel-{rng.getrandbits(64):x}"))
            second.orders.append((moment + rng.choice((0, 0, rng.random() * 0.1)), each, again))
    for canceler in cancelers:
        canceler.start()
    if kill_after is not None:
        threading.Event().wait(kill_after)
        server.kill()
    for canceler in cancelers:
        canceler.join()
        if canceler.fault and kill_after is None:
            raise canceler.fault
        for each, key, answer in canceler.answers:
            if answer is None:
                each.in_doubt = True
            else:
                each.add(key, answer)
    return told


def exports_on_disk(server):
    return os.listdir(server.data + "/files/exports")


def check(server, token, all_told):
    """Every answer is the state that readers see, and only what succeeded has a file."""
    client = Client(server, token)
    succeeded = 0
    for told in all_told:
        state = told.final()
        body = client.job(told.job).json()
        assert body["status"] == state, f"a client was told {told.answers} of {body}"
        again = client.cancel(told.job)
        assert again.status == 409 and again.json()["details"]["status"] == state, again.body
        download = client.get(f"/v1/export-jobs/{told.job}/download")
        files = [name for name in exports_on_disk(server) if name.startswith(told.job)]
        if state == "SUCCEEDED":
            succeeded += 1
            assert download.status == 200 and len(files) == 1, (body, download.body, files)
        else:
            assert "downloadUrl" not in body and "fileName" not in body, body
            assert download.status == 409 and not files, (body, download.body, files)
    assert len(exports_on_disk(server)) == succeeded, "a file lies there that no job has"


def check_limits(program, folder):
    """More threads than a store serves are refused in a sentence; a ring that is too small for
    them is made larger."""
    refused = subprocess.run(
        [program, "serve", "--data", folder + "/never", "--set", "exports.workers=300",
         "--set", "log.format=json"], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2, refused
    assert "http.threads and exports.workers may be at most" in refused.stderr, refused.stderr
    assert not os.path.exists(folder + "/never"), "a refused start leaves something behind"


def run(program):
    seed = int(os.environ.get("BELAY_TEST_SEED", "20261122"))
    storms = 10 if os.environ.get("BELAY_TEST_SIZE") == "full" else 2
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        check_limits(program, folder)
        # So slow that none of them ends by itself.
        settings = {"exports.workers": EXPORTS, "exports.rows_per_second": 10,
                    "store.ring_bytes": "2MiB", "store.segment_bytes": "4MiB"}
        server = Server(program, folder + "/data", settings)
        with server:
            token = server.token()
            client = Client(server, token)
            context = client.make_context().json()["id"]
            assert client.upload(context, SAMPLE).status == 200
            all_told = []
            for number in range(storms):
                jobs = create_running(server, client, context, rng)
                told = storm(server, token, jobs, 1.0, rng)
                assert all(each.final() == "CANCELED" for each in told)
                wait_for_rest(client)
                all_told += told
                check(server, token, told)
                print(f"storm {number + 1}: 200 running exports canceled", flush=True)
            # Killed in the midst of it: what was answered holds, and the rest can be canceled.
            told = storm(server, token, create_running(server, client, context, rng), 1.0, rng,
                         kill_after=0.8 * rng.random())
            heard = sum(bool(each.answers) for each in told)
            server.start()
            client = Client(server, token)
            for each in told:
                each.add(None, client.cancel(each.job))
            assert all(each.final() == "CANCELED" for each in told)
            wait_for_rest(client)
            all_told += told
            check(server, token, told)
            print(f"killed after {heard} of 200 cancels were answered", flush=True)
            server.kill()

            # So fast that they come to their end while they are canceled.
            seconds = 2.0
            server.settings["exports.rows_per_second"] = int(ROWS / seconds)
            server.start()
            client = Client(server, token)
            for number in range(storms):
                jobs = create_all(server, token, context, rng)
                told = storm(server, token, jobs, 2 * seconds, rng)
                wait_for_rest(client)
                all_told += told
                ends = [each.final() for each in told]
                print(f"race {number + 1}: {ends.count('CANCELED')} canceled, "
                      f"{ends.count('SUCCEEDED')} succeeded before", flush=True)
            check(server, token, all_told)
            server.kill()
            server.start()
            check(server, token, all_told)
            ends = {each.final() for each in all_told}
            assert ends == {"CANCELED", "SUCCEEDED"}, f"there was no race: {ends}"
            server.kill()
            assert server.verify()[0] == 0, server.verify()
    print(f"{len(all_told)} exports: every answer is still true")
    return 0


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
