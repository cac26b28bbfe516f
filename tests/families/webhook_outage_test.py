#!/usr/bin/env python3
"""Webhooks when somebody is down: a receiver for an hour, a server that is killed, a receiver that
hangs while thousands of events wait for it.
usage: webhook_outage_test.py PROGRAM LIBRARY [unittest options]

LIBRARY is tests/crash/preload's; it moves the clock of the server alone."""

import os
import subprocess
import sys
import tempfile
import unittest

from webhook_case import FULL, LOCAL, PROGRAM, ROOT, WebhookClient, WebhookTest
import webhook_receiver
from belay_client import TENANT, Server, wait_for
from webhook_receiver import answer, first

sys.path.insert(0, str(ROOT / "tests" / "crash"))
from faults import Faults  # noqa: E402

LIBRARY = os.path.abspath(sys.argv[2])


class Moving(WebhookTest):
    """On a clock that the test moves. A running server follows a clock that jumps only slowly
    (store/store_time.hpp), so it is killed and started anew."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="belay-webhooks-")
        self.addCleanup(self.folder.cleanup)
        self.faults = Faults(LIBRARY, self.folder.name + "/page")
        self.server = Server(PROGRAM, self.folder.name + "/data", dict(self.settings),
                             prefix=self.faults.prefix)
        self.addCleanup(self.server.end)
        self.start()

    def at(self, seconds):
        self.server.kill()
        self.faults.shift_clock(seconds)
        self.server.start()
        # Made by the same clock, or the server would not take it.
        command = [*self.faults.prefix, PROGRAM, "token", "--tenant", TENANT, "--subject", "tester",
                   "--secret-file", self.server.data + "/jwt.secret"]
        token = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        self.client = WebhookClient(self.server, token)

    def test_down_for_an_hour(self):
        """All events are tried, and tried again, until the receiver is back: then all arrive."""
        port = webhook_receiver.free_port()
        made = self.client.register(f"http://127.0.0.1:{port}/hook")
        self.assertEqual(made.status, 201, made.body)
        hook = made.json()
        context = self.context()
        count = 20
        for _ in range(count):
            self.job(context)

        def tried(number):
            # Of each job the first event alone is tried.
            return lambda: sum(each["attempt"] == number
                               for each in self.client.log(hook["id"])) == count

        wait_for(tried(1), what="an attempt at each")
        for number, seconds in ((2, 10), (3, 400), (4, 3600)):
            self.at(seconds)
            wait_for(tried(number), what=f"attempt {number} at each")
        receiver = self.receiver(port=port)
        self.at(4 * 3600)
        wait_for(lambda: len({one.id for one in receiver.deliveries()}) == 2 * count, 60,
                 "all events")
        self.check_order(receiver.deliveries())
        for one in receiver.deliveries():
            self.assertEqual(one.signatures()[0], [one.v1(hook["signingSecret"])])
        self.assertEqual(self.client.letters()["messages"], [])

    def test_a_receiver_may_ask_for_time(self):
        receiver = self.receiver(first(1, answer(429, {"Retry-After": "3600"})))
        hook = self.hook(receiver)
        self.job(self.context(), cancel=False)
        wait_for(lambda: self.client.log(hook["id"]), what="an attempt, logged")
        self.at(3500)
        self.job(self.context(), cancel=False)  # the first still waits
        wait_for(lambda: len(self.client.log(hook["id"])) == 2, what="the other's attempt")
        self.at(4100)
        wait_for(lambda: len(receiver.deliveries()) == 3, 60, "the second attempt")
        ids = [one.id for one in receiver.deliveries()]
        self.assertEqual((ids[2], len(set(ids))), (ids[0], 2))

    def test_dead_letters_go_when_their_time_is_over(self):
        receiver = self.receiver(answer(410))
        self.hook(receiver)
        self.job(self.context(), cancel=False)
        wait_for(lambda: self.client.letters()["messages"], what="a dead letter")
        self.at(30 * 86400 - 600)
        self.assertEqual(len(self.client.letters()["messages"]), 1)
        self.at(30 * 86400 + 600)
        wait_for(lambda: not self.client.letters()["messages"], what="its removal")


class Killed(WebhookTest):
    settings = {**LOCAL, "webhooks.schedule": "0s,50ms,50ms,50ms,50ms,50ms,50ms,50ms,1s,1s"}

    def test_at_least_once(self):
        receiver = self.receiver(first(1, answer(500)))
        hook = self.hook(receiver)
        context = self.context()
        jobs = []
        rounds = 20 if FULL else 4
        for _ in range(rounds):
            jobs += [self.job(context) for _ in range(10)]
            self.assertEqual(self.server.kill(), -9)
            self.start()

        def arrived():
            return {(one.json()["data"]["jobId"], one.event) for one in receiver.deliveries()}

        wanted = {(job, event) for job in jobs
                  for event in ("export_job.created", "export_job.canceled")}
        wait_for(lambda: arrived() == wanted, 60, "every event")
        self.check_order(receiver.deliveries())
        bodies = {}
        for one in receiver.deliveries():
            self.assertEqual(bodies.setdefault(one.id, one.body), one.body)
            self.assertEqual(one.signatures()[1], [one.standard(hook["signingSecret"])])
        self.assertEqual(len(bodies), len(wanted))
        self.assertEqual(self.client.letters()["messages"], [])

    def test_addresses_are_judged_at_every_attempt(self):
        """What was allowed when it was registered is not when it is sent to."""
        receiver = self.receiver(answer(500))
        hook = self.hook(receiver)
        self.job(self.context(), cancel=False)
        wait_for(lambda: receiver.deliveries(), what="an attempt")
        self.server.kill()
        self.server.settings["webhooks.allow_private"] = "false"
        before = receiver.connections
        self.start()
        wait_for(lambda: self.client.letters()["messages"], 60, "a dead letter")
        self.assertEqual(receiver.connections, before)
        self.assertNotIn("statusCode", self.client.log(hook["id"])[0])


class Waiting(WebhookTest):
    """A receiver that hangs, and many events that wait for it."""

    settings = {**LOCAL, "webhooks.timeout": "5m"}

    def test_memory_is_bounded(self):
        receiver = self.receiver()
        receiver.manner = webhook_receiver.hang(receiver)
        self.hook(receiver)
        context = self.context()
        half = 5_000 if FULL else 500
        self.job(context)
        sizes = [self.server.memory_kib()]
        for _ in range(2):
            for _ in range(half):
                self.job(context)
            sizes.append(self.server.memory_kib())
        self.assertLessEqual(receiver.connections, 8)
        # The records of a job and its two events are some kilobytes; nothing else grows.
        of_job = max(sizes[1] - sizes[0], sizes[2] - sizes[1]) / half
        print(f"{of_job:.1f} KiB a job with its two events, waiting", flush=True)
        sanitized = b"__asan_init" in open(PROGRAM, "rb").read()
        self.assertLess(of_job, 64 if sanitized else 16)


if __name__ == "__main__":
    del sys.argv[1:3]
    unittest.main(warnings="ignore")
