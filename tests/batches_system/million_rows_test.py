#!/usr/bin/env python3
"""A million rows on belay's own operations: they are checked and run in bounded memory, each once,
while cancels of other jobs are answered; a job that is canceled in the middle ends, and its counts,
its output and what its rows have done agree exactly.

usage: million_rows_test.py PROGRAM
environment: BELAY_TEST_ROWS=N: so many; else BELAY_TEST_SIZE=full: a million, or a twentieth.

The memory that counts is the resident set less what the store holds, as its own gauge says: exports
that rows make, and keys whose answers are kept, stay in the store by contract. Latencies are
printed, not judged.
"""

import os
import pathlib
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "crash")]
from batch_stream import StreamClient, counts, encoded, is_over  # noqa: E402
from belay_client import Client, Server, wait_for  # noqa: E402
from operations import EXPORT, SCOPES, Operations  # noqa: E402

MEMORY_KIB_MAX = 64 * 1024  # above the idle footprint
ONE_IN = 100  # rows that name an export that is there
SECONDS = 3600


class Watch(threading.Thread):
    """While a large job runs: makes jobs and cancels them, and keeps the most memory that the
    server has used beside its store."""

    def __init__(self, server, token):
        super().__init__()
        self.server, self.client = server, StreamClient(server, token)
        self.plain = Client(server, None)
        self.idle_kib, self.idle_store_kib = server.memory_kib(), self.store_kib()
        self.most_kib = self.most_store_kib = 0
        self.latencies, self.failure = [], None
        self.done = threading.Event()

    def store_kib(self):
        text = self.plain.get("/metrics").body.decode()
        return next(int(line.split()[1]) for line in text.splitlines()
                    if line.startswith("belay_store_memory_bytes ")) >> 10

    def run(self):
        try:
            while not (self.latencies and self.done.wait(0.05)):
                job = self.client.create_batch("/v1/export-jobs/:id/cancel").json()["id"]
                began = time.monotonic()
                answer = self.client.cancel_batch(job)
                self.latencies.append((time.monotonic() - began) * 1000)
                assert answer.status == 200, (answer.status, answer.body)
                store = self.store_kib() - self.idle_store_kib
                self.most_store_kib = max(self.most_store_kib, store)
                self.most_kib = max(self.most_kib,
                                    self.server.memory_kib() - self.idle_kib - store)
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure  # the main thread tells

    def __enter__(self):
        with open(f"/proc/{self.server.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # the high-water mark begins anew
        self.start()
        self.began = time.monotonic()
        return self

    def __exit__(self, kind, *_):
        self.seconds = time.monotonic() - self.began
        self.done.set()
        self.join()
        if kind is None and self.failure:
            raise self.failure

    def report(self, what):
        most = sorted(self.latencies)
        # Between two looks there may have been more.
        self.most_kib = max(self.most_kib, self.server.memory_kib("VmHWM") - self.idle_kib -
                            self.most_store_kib)
        print(f"{what} in {self.seconds:.1f} s: at most {self.most_kib} KiB above idle "
              f"({self.idle_kib} KiB) without the store, which grew by {self.most_store_kib} KiB; "
              f"{len(most)} cancels meanwhile: median {most[len(most) // 2]:.1f} ms, p99 "
              f"{most[len(most) * 99 // 100]:.1f} ms, most {most[-1]:.1f} ms", flush=True)
        assert self.most_kib < MEMORY_KIB_MAX, f"{what} took {self.most_kib} KiB above idle"


class Scene:
    def __init__(self, program, folder, number):
        self.number = number
        self.server = Server(program, folder + "/data", {
            "exports.workers": 0, "batches.rows_per_second": 0, "log.level": "error",
            "store.max_memory": "16GiB"}).start()
        self.token = self.server.token(scopes=SCOPES)
        self.client = StreamClient(self.server, self.token, timeout=600)

    def warm_up(self):
        """A first job: what it needs once is part of the idle footprint."""
        job = self.client.begin_stream("/v1/export-jobs/:id/cancel", (
            encoded(f"w{at}", {"id": str(uuid.UUID(int=at, version=4))}) for at in range(2000)))
        self.wait(job, is_over)

    def wait(self, job, reached):
        def looked():
            shown = self.client.job(job)
            return shown if reached(shown) else None

        return wait_for(looked, SECONDS, "the job")

    def complete(self):
        """Every row is run: one in a hundred cancels an export, the others name none."""
        operations = Operations(self.server, self.token)
        context = operations.context()
        exports = []
        while len(exports) * ONE_IN < self.number:
            exports += operations.exports(context, min(1000, -(-self.number // ONE_IN) -
                                                       len(exports)))

        def rows():
            for at in range(self.number):
                name = exports[at // ONE_IN] if at % ONE_IN == 0 else str(uuid.UUID(
                    int=at, version=4))
                yield encoded(f"r{at}", {"id": name})

        with Watch(self.server, self.token) as watch:
            job = self.client.begin_stream("/v1/export-jobs/:id/cancel", rows())
            uploaded = time.monotonic()
            self.wait(job, lambda shown: shown["status"] != "validating")
            checked = time.monotonic()
            shown = self.wait(job, is_over)
            ended = time.monotonic()
        watch.report(f"{self.number} rows")
        print(f"  uploaded in {uploaded - watch.began:.1f} s, checked in {checked - uploaded:.1f} "
              f"s, run in {ended - checked:.1f} s: {self.number / (ended - checked):.0f} rows/s")
        assert shown["status"] == "complete", shown
        assert counts(shown) == (len(exports), self.number - len(exports)), shown
        seen = bytearray(self.number)
        for line in self.client.judged_lines(shown):
            at = int(line["id"][1:])
            seen[at] += 1
            wanted = 200 if at % ONE_IN == 0 else 404
            assert line["status"] == wanted, line
        assert seen.count(1) == self.number, "the output does not have each row once"
        there = dict(operations.listed_exports(context))
        assert there.keys() == set(exports) and set(there.values()) == {"CANCELED"}
        operations.close()

    def canceled(self):
        """Every row makes an export; the job is canceled when a third of them are there."""
        operations = Operations(self.server, self.token)
        context = operations.context()
        rows = (encoded(f"r{at}", {"id": context}, EXPORT) for at in range(self.number))
        with Watch(self.server, self.token) as watch:
            job = self.client.begin_stream("/v1/contexts/:id/export-jobs", rows)
            self.wait(job, lambda shown: sum(counts(shown) or (0, 0)) * 3 >= self.number)
            began = time.monotonic()
            answer = self.client.cancel_batch(job)
            answered = time.monotonic()
            assert (answer.status, answer.json()["status"]) == (200, "cancelling"), answer.body
            shown = self.wait(job, is_over)
            ended = time.monotonic()
        watch.report(f"a job of {self.number} rows that is canceled")
        assert shown["status"] == "canceled", shown
        named = [line["response"]["jobId"] for line in self.client.judged_lines(shown)
                 if line["status"] == 202]
        assert counts(shown) == (len(named), 0), (counts(shown), len(named))
        there = {name for name, _ in operations.listed_exports(context)}
        assert there == set(named) and len(there) == len(named), \
            f"{len(there)} exports are there, the output names {len(named)}"
        print(f"  its cancel was answered in {(answered - began) * 1000:.1f} ms and done in "
              f"{(ended - began) * 1000:.0f} ms, after {len(named)} rows, each of which made one "
              "export, and no other row did")
        operations.close()


def main():
    full = os.environ.get("BELAY_TEST_SIZE") == "full"
    number = int(os.environ.get("BELAY_TEST_ROWS", 1_000_000 if full else 50_000))
    with tempfile.TemporaryDirectory(prefix="belay-million-") as folder:
        scene = Scene(sys.argv[1], folder, number)
        try:
            scene.warm_up()
            scene.complete()
            scene.canceled()
        finally:
            scene.server.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
