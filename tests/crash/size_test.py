#!/usr/bin/env python3
"""A large upload, a large export and its download run in bounded memory, while cancels of other
jobs are answered; an export that is canceled in mid-flight ends.

usage: size_test.py PROGRAM
BELAY_TEST_SIZE=full: 10 million rows, over 1 GiB, instead of a tenth. The latencies are printed,
not judged."""

import hashlib
import http.client
import os
import pathlib
import re
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import Client, Server, wait_for, wait_for_status  # noqa: E402

MEMORY_KIB_MAX = 64 * 1024  # above the idle footprint
FULL_ROWS, FULL_BYTES = 10_000_000, 1 << 30
PACE = 20_000  # rows a second of the export that is canceled
HEADER = ("transaction_id,match_group_id,source_id,amount,currency,status,date,exception_id,due_at,"
          "expected_amount,fee_schedule_id,fee_schedule_name\n")
SOURCE = "9dfb369b-ab13-4fae-a276-55daa05f1119"
DATES = {"dateFrom": "2026-10-22", "dateTo": "2026-11-21"}


class Upload:
    """Rows that are made while they are sent, and what they were when all are."""

    def __init__(self, rows):
        self.rows, self.digest, self.size = rows, hashlib.sha256(), 0

    def __iter__(self):
        yield self.take(HEADER.encode())
        for begin in range(0, self.rows, 4000):
            yield self.take("".join(
                f"transaction-{number:012d},group-{number // 2:012d},{SOURCE},{number % 9973}.25,"
                f"BRL,MATCHED,2026-11-01,,,,,\n"
                for number in range(begin, min(begin + 4000, self.rows))).encode())

    def take(self, piece):
        self.digest.update(piece)
        self.size += len(piece)
        return piece


class Watch(threading.Thread):
    """While something large runs: makes jobs that no worker takes soon, cancels them, and keeps
    the most memory that the server has used."""

    def __init__(self, server, token, context, idle_kib):
        super().__init__()
        self.server, self.idle_kib = server, idle_kib
        self.client, self.context = Client(server, token), context
        self.latencies, self.failure = [], None
        self.done = threading.Event()

    def run(self):
        try:
            while not (self.latencies and self.done.wait(0.05)):
                job = self.client.create(self.context).json()["jobId"]
                began = time.monotonic()
                answer = self.client.cancel(job)
                self.latencies.append((time.monotonic() - began) * 1000)
                if answer.status not in (200, 409):
                    raise AssertionError(f"a cancel was answered {answer.status}: {answer.body}")
        except Exception as error:  # the main thread tells
            self.failure = error

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
        above = self.server.memory_kib("VmHWM") - self.idle_kib
        print(f"{what} in {self.seconds:.1f} s: at most {above} KiB above idle "
              f"({self.idle_kib} KiB); {len(most)} cancels meanwhile: median "
              f"{most[len(most) // 2]:.1f} ms, p99 {most[len(most) * 99 // 100]:.1f} ms, "
              f"most {most[-1]:.1f} ms", flush=True)
        assert above < MEMORY_KIB_MAX, f"{what} took {above} KiB above idle"


def read_report(server, client, job):
    """Downloads a CSV report piece by piece: (rows, bytes, digest, digest as promised)."""
    promise = client.get(f"/v1/export-jobs/{job}/download").json()
    url = urllib.parse.urlsplit(promise["downloadUrl"])
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"{url.path}?{url.query}")
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    digest, lines, size = hashlib.sha256(), 0, 0
    while piece := answer.read(1 << 20):
        digest.update(piece)
        lines += piece.count(b"\n")
        size += len(piece)
    connection.close()
    return lines - 1, size, digest.hexdigest(), promise["sha256"]


def large(server, token, rows):
    """The upload, the export and the download; gives the context with the rows and another."""
    client = Client(server, token, timeout=600)
    context = client.make_context().json()["id"]
    small = client.make_context().json()["id"]
    # Each kind of request once, so that idle is what a used server has.
    client.upload(small, b"".join(Upload(100)))
    job = client.create(small, **DATES).json()["jobId"]
    wait_for_status(client, job, "SUCCEEDED")
    read_report(server, client, job)
    idle = server.memory_kib()

    with Watch(server, token, small, idle) as watch:
        upload = Upload(rows)
        answer = client.upload(context, iter(upload))
    assert answer.status == 200, answer.body
    assert answer.json() == {"rows": rows, "sha256": upload.digest.hexdigest()}, answer.body
    assert upload.size * FULL_ROWS >= FULL_BYTES * rows, upload.size
    watch.report(f"upload of {rows} rows, {upload.size >> 20} MiB,")

    with Watch(server, token, small, idle) as watch:
        job = client.create(context, **DATES).json()["jobId"]
        wait_for_status(client, job, "SUCCEEDED", 900)
    shown = client.job(job).json()
    assert shown["recordsWritten"] == rows, shown
    watch.report(f"export of {rows} rows, {shown['bytesWritten'] >> 20} MiB,")

    with Watch(server, token, small, idle) as watch:
        found, size, digest, promised = read_report(server, client, job)
    assert (found, size, digest) == (rows, shown["bytesWritten"], promised), (found, size, digest)
    watch.report("its download")
    return context, small


def canceled_in_mid_flight(server, token, context, small):
    """One worker, paced, so that the export is certainly under way when it is canceled."""
    client = Client(server, token)
    job = client.create(context, **DATES).json()["jobId"]
    wait_for(lambda: client.job(job).json()["recordsWritten"] > 0, 60, "progress")
    behind = client.create(small, **DATES).json()["jobId"]
    directory = server.data + "/files/exports"

    def files():
        return [name for name in os.listdir(directory) if name.startswith(job)]

    assert files(), "a running export has a temporary file"
    assert client.job(behind).json()["status"] == "QUEUED"
    began = time.monotonic()
    answer = client.cancel(job)
    assert answer.status == 200, answer.body
    shown = answer.json()
    wait_for(lambda: not files(), 30, "the removal of the canceled export's file")
    print(f"cancel in mid-flight, {shown['recordsWritten']} rows stored of it: its file is gone "
          f"after {(time.monotonic() - began) * 1000:.0f} ms")
    # The worker is free: the job behind it gets its turn, long before the canceled one would have
    # ended by itself.
    wait_for_status(client, behind, "SUCCEEDED", 30)
    wait_for(lambda: b"\nbelay_export_workers_busy 0\n" in client.get("/metrics").body, 30,
             "an idle worker")
    assert client.job(job).json() == shown and shown["status"] == "CANCELED", shown
    assert client.get(f"/v1/export-jobs/{job}/download").status == 409
    assert not files()


def run(program):
    rows = FULL_ROWS if os.environ.get("BELAY_TEST_SIZE") == "full" else FULL_ROWS // 10
    with tempfile.TemporaryDirectory(prefix="belay-size-") as folder:
        with Server(program, folder + "/data", {"exports.workers": 2}) as server:
            token = server.token()
            context, small = large(server, token, rows)
            assert server.end() == 0
        with Server(program, folder + "/data", {"exports.workers": 1,
                                                "exports.rows_per_second": PACE}) as server:
            canceled_in_mid_flight(server, token, context, small)
            assert server.end() == 0
            assert server.verify()[0] == 0
            log = re.findall(r'"level":"error".*', server.log_text())
            assert not log, log
    return 0


if __name__ == "__main__":
    sys.exit(run(os.path.abspath(sys.argv[1])))
