#!/usr/bin/env python3
"""A large upload and a large export run in bounded memory, while cancels are answered.
usage: size_test.py PROGRAM
BELAY_TEST_SIZE=full: 10 million rows (over 1 GiB) instead of a tenth."""

import os
import pathlib
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for, wait_for_status  # noqa: E402

MEMORY_KIB_MAX = 64 * 1024  # above the idle footprint
HEADER = ("transaction_id,match_group_id,source_id,amount,currency,status,date,exception_id,due_at,"
          "expected_amount,fee_schedule_id,fee_schedule_name\n")
SOURCE = "9dfb369b-ab13-4fae-a276-55daa05f1119"


def rows(count):
    """The upload, in pieces of some hundred kilobytes; never all of it."""
    yield HEADER.encode()
    for begin in range(0, count, 4000):
        yield "".join(
            f"transaction-{number:012d},group-{number // 2:012d},{SOURCE},{number % 9973}.25,BRL,"
            f"MATCHED,2026-11-01,,,,,\n"
            for number in range(begin, min(begin + 4000, count))).encode()


class Probe(threading.Thread):
    """Makes jobs that no worker takes soon and cancels them, and samples the memory."""

    def __init__(self, server, token, context):
        super().__init__()
        self.server, self.client, self.context = server, Client(server, token), context
        self.latencies, self.most_kib = [], 0
        self.stop = threading.Event()

    def run(self):
        while not self.stop.wait(0.05):
            job = self.client.create(self.context).json()["jobId"]
            began = time.monotonic()
            answer = self.client.cancel(job)
            self.latencies.append((time.monotonic() - began) * 1000)
            assert answer.status in (200, 409), answer.body
            self.most_kib = max(self.most_kib, self.server.memory_kib())

    def end(self, what, idle_kib):
        self.stop.set()
        self.join()
        latencies = sorted(self.latencies)
        assert latencies, "no cancel was asked"
        above = self.most_kib - idle_kib
        print(f"{what}: {above} KiB above idle ({idle_kib} KiB); "
              f"{len(latencies)} cancels meanwhile: "
              f"median {latencies[len(latencies) // 2]:.1f} ms, "
              f"p99 {latencies[len(latencies) * 99 // 100]:.1f} ms, "
              f"most {latencies[-1]:.1f} ms", flush=True)
        assert above < MEMORY_KIB_MAX, f"{what} took {above} KiB above idle"


def run(program):
    count = 10_000_000 if os.environ.get("BELAY_TEST_SIZE") == "full" else 1_000_000
    with tempfile.TemporaryDirectory() as folder, \
            Server(program, folder + "/data", {"exports.workers": 2}) as server:
        token = server.token()
        client = Client(server, token, timeout=600)
        # Warm: every kind of request once, so that idle is what a used server has.
        context = client.make_context().json()["id"]
        small = client.make_context().json()["id"]
        client.upload(small, b"".join(rows(100)))
        job = client.create(small, dateFrom="2026-10-22", dateTo="2026-11-21").json()["jobId"]
        wait_for_status(client, job, "SUCCEEDED")
        client.download(job)
        idle = server.memory_kib()

        probe = Probe(server, token, small)
        probe.start()
        began = time.monotonic()
        size = sum(len(piece) for piece in rows(count))
        answer = client.upload(context, rows(count))
        assert (answer.status, answer.json()["rows"]) == (200, count), answer.body
        print(f"upload: {count} rows, {size >> 20} MiB in {time.monotonic() - began:.1f} s")
        probe.end("upload", idle)

        probe = Probe(server, token, small)
        probe.start()
        began = time.monotonic()
        job = client.create(context, dateFrom="2026-10-22", dateTo="2026-11-21").json()["jobId"]
        wait_for_status(client, job, "SUCCEEDED", 900)
        shown = client.job(job).json()
        assert shown["recordsWritten"] == count, shown
        print(f"export: {count} rows, {shown['bytesWritten'] >> 20} MiB in "
              f"{time.monotonic() - began:.1f} s")
        probe.end("export", idle)

        # A cancel in mid-flight of the large export: the worker notices and removes its file.
        job = client.create(context, "UNMATCHED", dateFrom="2026-10-22",
                            dateTo="2026-11-21").json()["jobId"]
        wait_for_status(client, job, "RUNNING")
        began = time.monotonic()
        assert client.cancel(job).status == 200
        directory = server.data + "/files/exports"
        wait_for(lambda: not any(name.startswith(job) for name in os.listdir(directory)), 30,
                 "the removal of the canceled export's file")
        print(f"cancel in mid-flight: file gone after {(time.monotonic() - began) * 1000:.0f} ms")
        assert client.job(job).json()["status"] == "CANCELED"
    return 0


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
