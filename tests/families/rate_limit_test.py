#!/usr/bin/env python3
"""Rate limits on the wire: each operation's own, with the headers and the body of its family; what
is refused leaves no trace.
usage: rate_limit_test.py PROGRAM [unittest options]"""

import pathlib
import shutil
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import TENANT, Client, Server, wait_for  # noqa: E402

RATE_FIELDS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


class Limited(unittest.TestCase):
    """A server with the rates of `settings`. Long windows, so that a slow machine sees no token
    come back: how they do is tests/families/rate_limit_test.cpp's, on a virtual clock."""

    settings = {}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="belay-rates-")
        self.addCleanup(shutil.rmtree, self.folder)
        settings = {"exports.workers": 0, "limits.enabled": "true", **self.settings}
        self.server = Server(PROGRAM, self.folder + "/data", settings)
        self.addCleanup(self.server.end)
        self.server.start()
        self.ann = Client(self.server, self.server.token(subject="ann"))

    def queued(self):
        context = self.ann.make_context().json()["id"]
        return self.ann.create(context).json()["jobId"]

    def standing(self, answer):
        return tuple(int(answer.headers[field]) for field in RATE_FIELDS)

    def refused(self, answer):
        self.assertEqual(answer.status, 429, answer.body)
        body = answer.json()
        self.assertEqual((body["code"], body["title"]), ("429", "too_many_requests"))
        self.assertEqual(body["message"], body["error"])
        self.assertEqual(body["details"]["reference"], "MTCH-0009")
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(self.standing(answer)[1], 0)
        self.assertNotIn("x-idempotency-replayed", answer.headers)
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        return int(answer.headers["retry-after"])


class LongWindows(Limited):
    settings = {"limits.exports_cancel": "3 per 24h", "limits.exports_create": "10 per 24h",
                "limits.exports_get": "100 per 24h", "limits.exports_list": "",
                "limits.transfers_cancel": "2 per 24h", "limits.transfers_process": "2 per 24h",
                "limits.batches_get": "2 per 24h", "limits.destinations_write": "1 per 24h"}

    def test_each_answer_says_what_is_left_until_nothing_is(self):
        job = self.queued()
        seen = [self.ann.cancel(job) for _ in range(3)]
        self.assertEqual([answer.status for answer in seen], [200, 409, 409])
        self.assertEqual([self.standing(answer)[:2] for answer in seen], [(3, 2), (3, 1), (3, 0)])
        resets = [self.standing(answer)[2] for answer in seen]
        self.assertEqual(resets, sorted(resets))
        for answer in seen:
            self.assertNotIn("retry-after", answer.headers)
        self.assertLessEqual(self.refused(self.ann.cancel(job)), 8 * 3600)

    def test_a_refusal_leaves_no_trace(self):
        job = self.queued()
        for _ in range(3):
            self.assertEqual(self.ann.cancel(str(uuid.uuid4())).status, 404)
        self.refused(self.ann.cancel(job, key="once"))
        self.assertEqual(self.ann.job(job).json()["status"], "QUEUED")
        # The buckets are not kept; the key would be.
        self.server.end()
        self.server.start()
        again = Client(self.server, self.ann.token)
        answer = again.cancel(job, key="once")
        self.assertEqual((answer.status, answer.replayed), (200, "false"))

    def test_subjects_tenants_and_operations_have_their_own(self):
        job = self.queued()
        for _ in range(3):
            self.ann.cancel(job)
        self.refused(self.ann.cancel(job))
        bob = Client(self.server, self.server.token(subject="bob"))
        self.assertEqual(bob.cancel(job).status, 409)
        other = Client(self.server, self.server.token(tenant=str(uuid.uuid4()), subject="ann"))
        self.assertEqual(other.cancel(job).status, 404)
        self.assertEqual(self.standing(self.ann.job(job))[:2], (100, 99))
        again = Client(self.server, self.server.token(subject="ann"))
        self.refused(again.cancel(job))

    def test_creates_have_the_contracts_ten(self):
        context = self.ann.make_context().json()["id"]
        statuses = [self.ann.create(context).status for _ in range(11)]
        self.assertEqual(statuses, [202] * 10 + [429])
        self.assertEqual(len(self.ann.get("/v1/export-jobs?limit=100").json()["items"]), 10)

    def test_transfers_are_refused_in_their_own_words(self):
        transfer = f"/v1/transfers/{uuid.uuid4()}"
        fields = {"X-Organization-Id": TENANT, "X-Idempotency": "once"}
        for number in range(2):
            fields["X-Idempotency"] = str(number)
            answer = self.ann.post(f"{transfer}/cancel", {}, headers=fields)
            self.assertEqual(answer.status, 404, answer.body)
            self.assertEqual(self.standing(answer)[:2], (2, 1 - number))
        answer = self.ann.post(f"{transfer}/cancel", {}, headers=fields)
        self.assertEqual(answer.status, 429)
        error = answer.json()["error"]
        self.assertEqual((error["code"], error["title"]), ("BTF-0001", "Invalid input"))
        self.assertTrue(error["message"].startswith("Too many requests."), error)
        self.assertEqual(self.standing(answer)[:2], (2, 0))
        self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        # Each operation has its own: the one is used up, the other is not.
        answer = self.ann.post("/v1/transfers/process", {"initiationId": str(uuid.uuid4())},
                               headers=fields)
        self.assertEqual(self.standing(answer)[:2], (2, 1), answer.body)

    def test_routes_under_v2_are_refused_in_their_own_words(self):
        job = f"/v2/core/batch_jobs/{uuid.uuid4()}"
        destinations = "/v2/core/event_destinations"
        version = {"Stripe-Version": "2026-08-26.preview"}
        for left in (1, 0):
            answer = self.ann.get(job, headers=version)
            self.assertEqual((answer.status, self.standing(answer)[:2]), (404, (2, left)))
        refusals = [self.ann.get(job, headers=version)]
        self.assertEqual(self.ann.post(destinations, {}, headers=version).status, 400)
        refusals.append(self.ann.post(f"{destinations}/ed_1/ping", {}, headers=version))
        for answer in refusals:
            self.assertEqual(answer.status, 429, answer.body)
            self.assertEqual(answer.json()["error"]["type"], "rate_limit")
            self.assertEqual(answer.headers["stripe-rate-limited-reason"], "endpoint-rate")
            self.assertEqual(answer.headers["stripe-should-retry"], "true")
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
        # Reading is another operation, and so is a cancel.
        self.assertEqual(self.ann.get(destinations, headers=version).status, 200)
        self.assertEqual(self.ann.post(f"{job}/cancel", {}, headers=version).status, 404)

    def test_what_has_no_limit_and_who_is_nobody_is_told_nothing(self):
        for answer in (self.ann.get("/v1/export-jobs"), self.ann.get("/health/live"),
                       self.ann.get("/v1/contexts", anonymous=True),
                       self.ann.get("/v1/nothing")):
            self.assertFalse(set(RATE_FIELDS) & set(answer.headers), answer.headers)

    def test_a_large_body_is_not_read_for_a_refusal(self):
        job = self.queued()
        for _ in range(3):
            self.ann.cancel(job)
        answer = self.ann.cancel(job, body=b"x" * 20_000, content_type="text/plain")
        self.refused(answer)
        self.refused(self.ann.cancel(job))


class ShortWindow(Limited):
    settings = {"limits.exports_cancel": "1 per 1s"}

    def test_who_waits_as_told_is_admitted(self):
        job = self.queued()

        def refused_once():
            answer = self.ann.cancel(job)
            return answer if answer.status == 429 else None

        self.assertEqual(self.refused(wait_for(refused_once)), 1)
        wait_for(lambda: self.ann.cancel(job).status == 409, what="a token that comes back")


class NoLimits(unittest.TestCase):
    def test_by_default_nothing_is_limited(self):
        with tempfile.TemporaryDirectory(prefix="belay-rates-") as folder:
            server = Server(PROGRAM, folder + "/data", {"exports.workers": 0})
            self.addCleanup(server.end)
            server.start()
            client = Client(server, server.token())
            context = client.make_context().json()["id"]
            for _ in range(120):
                answer = client.create(context)
                self.assertEqual(answer.status, 202)
                self.assertFalse(set(RATE_FIELDS) & set(answer.headers))


if __name__ == "__main__":
    PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], warnings="ignore")
