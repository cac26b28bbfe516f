#!/usr/bin/env python3
"""Idempotency keys of batch jobs: replays show the job as it is now, failed requests run again, and
what time does to keys and jobs, on a clock that the test moves.
usage: batch_keys_test.py PROGRAM FAULTS_LIBRARY [unittest options]"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import sys
import tempfile
import threading

FAMILIES = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FAMILIES))
sys.path.insert(0, str(FAMILIES.parent / "crash"))
from batch_case import (  # noqa: E402
    CANCEL_EXPORT, NEW, OLD, OTHER_TENANT, PROGRAM, BatchClient, BatchTest, Server, main)
from belay_client import TENANT, wait_for  # noqa: E402
from faults import Faults  # noqa: E402

LIBRARY = os.path.abspath(sys.argv.pop(2))
DAY = 24 * 3600
KEY = "Idempotency-Key"
FAR_AHEAD = 4_000_000_000  # 2096


def encoded(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def token_with(server, **claims):
    """A token as the program's own tool does not make it, of an end that no moved clock reaches."""
    claims = {"sub": "tester", "tenantId": TENANT, "exp": FAR_AHEAD, **claims}
    text = encoded(b'{"alg":"HS256","typ":"JWT"}') + b"." + encoded(json.dumps(claims).encode())
    secret = pathlib.Path(server.data, "jwt.secret").read_bytes().strip()
    return (text + b"." + encoded(hmac.digest(secret, text, hashlib.sha256))).decode()


class KeysTest(BatchTest):
    def create(self, key, client=None, **more):
        return (client or self.client).create_batch(CANCEL_EXPORT, headers={KEY: key}, **more)

    def replayed(self, answer, first, status=None):
        """The job of a replay of the request that was answered with `first`."""
        job = self.shown(answer, status)
        self.assertEqual(answer.headers.get("idempotent-replayed"), "true")
        self.assertEqual(answer.headers["original-request"], first.headers["request-id"])
        self.assertNotEqual(answer.headers["request-id"], first.headers["request-id"])
        self.assertEqual(job["id"], first.json()["id"])
        return job

    def test_a_replay_shows_the_job_as_it_is_now(self):
        first = self.create("now")
        self.assertEqual(self.shown(first), self.replayed(self.create("now"), first))
        self.assertEqual(first.headers["idempotency-key"], "now")
        for name in ("idempotent-replayed", "original-request", "x-idempotency-replayed"):
            self.assertNotIn(name, first.headers)
        job = first.json()["id"]
        canceled = self.client.cancel_batch(job, **{KEY: "c"})
        self.shown(canceled, "canceled")
        self.replayed(self.create("now"), first, "canceled")
        again = self.client.cancel_batch(job, **{KEY: "c"})
        self.replayed(again, canceled, "canceled")
        # In the shape of the version that asks.
        old = self.create("now", self.with_version(OLD))
        self.assertEqual((old.status, old.json()["status"]), (200, "canceled"))

    def test_without_a_key_every_request_is_one(self):
        one, two = (self.client.create_batch(CANCEL_EXPORT) for _ in range(2))
        self.assertNotEqual(one.json()["id"], two.json()["id"])
        self.assertNotIn("idempotency-key", one.headers)

    def mismatched(self, answer):
        self.refused(answer, 409, "idempotency_error", kind="idempotency_error")
        self.assertEqual(answer.headers["stripe-should-retry"], "false")
        self.assertNotIn("idempotent-replayed", answer.headers)

    def test_a_key_is_for_one_request(self):
        first = self.create("one")
        self.mismatched(self.create("one", metadata={"a": "b"}))
        self.mismatched(self.create("one", name="unknown"))
        body = {"endpoint": {"path": CANCEL_EXPORT, "http_method": "post"},
                "skip_validation": False, "metadata": {}}
        self.mismatched(self.client.ask("POST", "/v2/core/batch_jobs?x=1", body, **{KEY: "one"}))
        # On another path, and of another account or mode, it is another key.
        job = first.json()["id"]
        self.shown(self.client.cancel_batch(job, **{KEY: "one"}), "canceled")
        other = BatchClient(self.server, self.server.token(tenant=OTHER_TENANT))
        theirs = self.shown(self.create("one", other))
        self.assertNotEqual(theirs["id"], job)
        test = BatchClient(self.server, token_with(self.server, livemode=False))
        self.assertNotEqual(self.shown(self.create("one", test))["id"], job)

    def test_another_caller_of_the_account_replays_it_too(self):
        first = self.create("account")
        colleague = BatchClient(self.server, self.server.token(subject="colleague"))
        self.replayed(self.create("account", colleague), first)

    def test_a_failed_request_runs_again(self):
        refused = self.client.create_batch("/v1/nothing", headers={KEY: "again"})
        self.refused(refused, 400, "batch_api_unsupported_endpoint", "endpoint")
        self.assertEqual(refused.headers["idempotency-key"], "again")
        self.assertNotIn("idempotent-replayed", self.create("again").headers)
        job = self.created()["id"]
        unknown = job[:-1] + ("0" if job[-1] != "0" else "1")
        for _ in range(2):
            answer = self.client.cancel_batch(unknown, **{KEY: "u"})
            self.refused(answer, 404, "batch_job_not_found")
            self.assertNotIn("idempotent-replayed", answer.headers)

    def test_what_a_key_may_be(self):
        for key in ("k", "~" * 255, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"):
            first = self.create(key)
            self.assertEqual(first.headers["idempotency-key"], key)
            self.replayed(self.create(key), first)
        for key in ("", "k" * 256, "a b", "a\tb", "ü"):
            answer = self.create(key)
            self.refused(answer, 400, "invalid_fields", KEY)
            self.assertNotIn("idempotency-key", answer.headers)

    def test_of_equal_requests_at_once_one_makes_the_job(self):
        answers = []

        def run():
            answers.append(self.create("race", BatchClient(self.server, self.token)))

        threads = [threading.Thread(target=run) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        firsts = [each for each in answers if "idempotent-replayed" not in each.headers]
        self.assertEqual(len(firsts), 1, [each.body for each in answers])
        for each in answers:
            if each is not firsts[0]:
                self.replayed(each, firsts[0])

    def test_a_key_of_a_get_is_none(self):
        job = self.created()["id"]
        for _ in range(2):
            answer = self.client.ask("GET", f"/v2/core/batch_jobs/{job}", **{KEY: "g"})
            self.shown(answer)
            self.assertNotIn("idempotent-replayed", answer.headers)


class TimeTest(BatchTest):
    """30 days, on a clock that is moved while the server stands."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        # A server each: in a log, time never runs backwards.
        place = f"{self.folder.name}/{self._testMethodName}"
        self.faults = Faults(LIBRARY, place + ".page")
        self.server = Server(PROGRAM, place, self.settings, prefix=self.faults.prefix)
        self.addCleanup(self.server.end)

    def at(self, seconds):
        """Kills the server and starts it with the clock so far ahead."""
        self.server.kill()
        self.faults.shift_clock(seconds)
        self.server.start()
        self.client = BatchClient(self.server, token_with(self.server))

    def test_keys_outlive_restarts_and_live_for_thirty_days(self):
        self.at(0)
        create = lambda: self.client.create_batch(CANCEL_EXPORT, headers={KEY: "k"})  # noqa: E731
        first = create()
        job = self.shown(first, "ready_for_upload")["id"]
        self.at(60)
        again = create()
        self.assertEqual(again.headers["original-request"], first.headers["request-id"])
        self.assertEqual(again.json()["id"], job)
        self.shown(self.client.cancel_batch(job, **{KEY: "early"}), "canceled")
        self.at(20 * DAY)
        self.shown(self.client.cancel_batch(job, **{KEY: "late"}), "canceled")
        self.at(30 * DAY - 60)
        self.assertEqual(create().headers["idempotent-replayed"], "true")
        self.at(30 * DAY + 30)
        fresh = create()
        self.assertNotIn("idempotent-replayed", fresh.headers)
        self.assertNotEqual(fresh.json()["id"], job)
        # The job is removed 30 days after its end; the key of the late cancel outlives it.
        self.at(30 * DAY + 120)
        wait_for(lambda: self.client.batch(job).status == 404, what="the removal of the job")
        self.refused(self.client.cancel_batch(job), 404, "batch_job_not_found")
        answer = self.client.cancel_batch(job, **{KEY: "late"})
        self.refused(answer, 409, "idempotency_conflict", kind="idempotency_error")
        self.assertEqual(answer.headers["stripe-should-retry"], "false")
        self.assertEqual(answer.headers["stripe-version"], NEW)

    def test_an_upload_window_ends(self):
        self.at(0)
        job = self.shown(self.client.create_batch(CANCEL_EXPORT), "ready_for_upload")
        self.at(299)
        self.shown(self.client.batch(job["id"]), "ready_for_upload")
        self.at(301)
        shown = self.client.wait_for_batch(job["id"])
        self.assertEqual((shown["status"], shown["status_details"]), ("upload_timeout", {}))
        self.refused(self.client.upload_batch(job, b""), 403, "upload_url_expired")
        self.refused(self.client.cancel_batch(job["id"]), 400, "batch_api_non_cancellable_job",
                     says="upload_timeout")


if __name__ == "__main__":
    main()
