#!/usr/bin/env python3
"""A job of another tenant and a job that nobody has: equal octets, always asserted, and equal
times, measured only (no test depends on speed): with BELAY_TEST_SIZE=full the figures are printed.

The times. Requests for a foreign job, for an absent one, and for another absent one take turns in
an order that is drawn anew each round, on one connection, so that whatever else the machine does
falls on all three alike; each kind has as many ids, so that none is warmer in the caches. The
statistic is the median of the differences within rounds: foreign less absent, beside absent less
absent, which is what the method itself sees where there is nothing to see; with an interval for
each from resampling the rounds.
usage: foreign_test.py PROGRAM [unittest options]"""

import os
import random
import socket
import statistics
import sys
import tempfile
import time
import unittest
import uuid

import raw
from crowd import Crowd

PROGRAM = os.path.abspath(sys.argv.pop(1))
FULL = os.environ.get("BELAY_TEST_SIZE") == "full"
ROUNDS = 40_000 if FULL else 200
IDS = 64  # of each kind
SEED = int(os.environ.get("BELAY_TEST_SEED", random.SystemRandom().randrange(2**32)))


class Line:
    """One keep-alive connection that times a request from its last octet sent to the answer's
    last octet."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def nanoseconds(self, request):
        begin = time.perf_counter_ns()
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        end = time.perf_counter_ns()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        return end - begin

    def close(self):
        self.socket.close()


def request(method, path, token):
    return (f"{method} {path} HTTP/1.1\r\nHost: belay.test\r\nAuthorization: Bearer {token}\r\n"
            "\r\n").encode()


def interval(values, chance, rounds=200):
    """The middle 95 % of the medians of resampled values."""
    medians = sorted(statistics.median(chance.choices(values, k=len(values)))
                     for _ in range(rounds))
    return medians[int(rounds * 0.025)], medians[int(rounds * 0.975)]


def absent_id(like, chance):
    """An id as old and of the same form as one that is there, but for its random part."""
    kept = uuid.UUID(like).int >> 62 << 62
    return str(uuid.UUID(int=kept | chance.getrandbits(62)))


class ForeignTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.chance = random.Random(SEED)
        cls.folder = tempfile.TemporaryDirectory()
        cls.crowd = Crowd(PROGRAM, cls.folder.name, {"log.level": "info"})
        cls.jobs = [cls.crowd.queued() for _ in range(IDS)]

    @classmethod
    def tearDownClass(cls):
        cls.crowd.stop()
        cls.folder.cleanup()

    def requests(self):
        """{what: (method, path of an id)}"""
        return {"get": ("GET", "/v1/export-jobs/{}"),
                "cancel": ("POST", "/v1/export-jobs/{}/cancel"),
                "download": ("GET", "/v1/export-jobs/{}/download")}

    def test_equal_octets(self):
        fields = [("Authorization", f"Bearer {self.crowd.foreign.token}")]
        keyed = [*fields, ("X-Idempotency-Key", "the-same-key")]
        for method, path in self.requests().values():
            for given in (fields, keyed):
                answers = {repr(raw.comparable(raw.exchange(
                    self.crowd.server.port, method, path.format(job), given)))
                    for job in (self.jobs[0], self.crowd.owner.job, str(uuid.uuid4()),
                                absent_id(self.jobs[0], self.chance))}
                self.assertEqual(len(answers), 1, answers)

    def test_equal_times(self):
        for name, (method, path) in self.requests().items():
            self.measure(name, method, path)

    def measure(self, name, method, path):
        token = self.crowd.foreign.token
        line = Line(self.crowd.server.port)
        kinds = {"foreign": self.jobs}
        for kind in ("absent", "again"):
            kinds[kind] = [absent_id(job, self.chance) for job in self.jobs]
        times = {kind: [] for kind in kinds}
        warm = ROUNDS // 10
        for number in range(ROUNDS + warm):
            order = list(kinds)
            self.chance.shuffle(order)
            for kind in order:
                job = self.chance.choice(kinds[kind])
                took = line.nanoseconds(request(method, path.format(job), token))
                if number >= warm:
                    times[kind].append(took)
        line.close()
        if not FULL:
            return
        difference = [a - b for a, b in zip(times["foreign"], times["absent"])]
        noise = [a - b for a, b in zip(times["again"], times["absent"])]
        for what, values in (("foreign - absent", difference), ("absent - absent", noise)):
            low, high = interval(values, self.chance)
            print(f"{name:8} {what:16} median {statistics.median(values):8.0f} ns, 95 % "
                  f"{low:.0f} to {high:.0f} ns; one request "
                  f"{statistics.median(times['absent']):.0f} ns, {len(values)} rounds", flush=True)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
