#!/usr/bin/env python3
"""Batch jobs on the wire: what create, retrieve and cancel take, refuse and show, by version, scope
and mode, asked of the running program. usage: batch_jobs_test.py PROGRAM [unittest options]"""

import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from batch_case import (  # noqa: E402
    CANCEL_EXPORT, NEW, OLD, OTHER_TENANT, PROGRAM, UNKNOWN_JOB, BatchClient, BatchTest, main, rows)
from belay_client import TENANT, Client, wait_for  # noqa: E402

ENDPOINT = {"path": CANCEL_EXPORT, "http_method": "post"}
UPSTREAM = {"exports.workers": 0, "batches.upstream": "http://127.0.0.1:9"}


def body_with(**more):
    return {"endpoint": ENDPOINT, **more}


class VersionTest(BatchTest):
    def ask(self, fields):
        return self.client.request("POST", "/v2/core/batch_jobs", body_with(), headers=fields)

    def test_a_version_is_required(self):
        for path in ("/v2/core/batch_jobs", f"/v2/core/batch_jobs/{UNKNOWN_JOB}/cancel"):
            answer = self.client.post(path, body_with())
            self.refused(answer, 400, "stripe_api_version_not_provided", "Stripe-Version")
            self.assertNotIn("stripe-version", answer.headers)
        self.refused(self.client.get(f"/v2/core/batch_jobs/{UNKNOWN_JOB}"), 400,
                     "stripe_api_version_not_provided", "Stripe-Version")
        self.refused(self.ask({"Stripe-Version": ""}), 400, "stripe_api_version_not_provided",
                     "Stripe-Version")

    def test_what_is_a_version(self):
        for text in ("2026-08-26", "2026-08-26.preview", "2026-10-28.endive", "2015-01-01",
                     "2099-12-31.x", "2024-02-29", "2026-08-26.a-B_9", "2026-08-26." + "a" * 64):
            with self.subTest(text=text):
                answer = self.ask({"Stripe-Version": text})
                self.shown(answer, version=text)
        for text in ("2026-02-30", "2026-13-01", "26-08-26", "2026-8-26", "preview", "2026-08-26.",
                     "2026-08-26preview", "2026-08-26.pre view", "2026-08-26.a.b", "20260826",
                     "2026-08-26;x", "2026-08-26." + "a" * 65, "2023-02-29", "0000-01-01"):
            with self.subTest(text=text):
                answer = self.ask({"Stripe-Version": text})
                self.refused(answer, 400, "stripe_api_version_invalid", "Stripe-Version")
                self.assertNotIn("stripe-version", answer.headers)

    def test_a_version_that_comes_twice_is_none(self):
        connection = self.client.connection
        connection.putrequest("GET", f"/v2/core/batch_jobs/{UNKNOWN_JOB}")
        connection.putheader("Authorization", f"Bearer {self.token}")
        for _ in range(2):
            connection.putheader("Stripe-Version", NEW)
        connection.endheaders()
        with connection.getresponse() as response:
            self.assertEqual(response.status, 400)
            self.assertEqual(json.loads(response.read())["error"]["code"],
                             "stripe_api_version_invalid")

    def test_maximum_rps_ends_with_2026_06_24(self):
        for version in (OLD, "2025-01-01", "2026-04-22.preview", "2026-06-23"):
            client = self.with_version(version)
            with self.subTest(version=version):
                for sent, wanted in (({}, 10), ({"maximum_rps": None}, 10), ({"maximum_rps": 1}, 1),
                                     ({"maximum_rps": 100}, 100)):
                    answer = client.create_batch(CANCEL_EXPORT, **sent)
                    self.assertEqual(self.shown(answer, version=version)["maximum_rps"], wanted)
                for bad in (0, 101, -1, "10", 1.5, 10.0, True, [], {}, 2 ** 63):
                    answer = client.create_batch(CANCEL_EXPORT, maximum_rps=bad)
                    self.refused(answer, 400, "invalid_fields", "maximum_rps")
        for version in ("2026-06-24", "2026-06-24.preview", NEW, "2026-10-28.endive"):
            client = self.with_version(version)
            with self.subTest(version=version):
                job = self.shown(client.create_batch(CANCEL_EXPORT), version=version)
                self.assertNotIn("maximum_rps", job)
                for value in (10, None):
                    answer = client.create_batch(CANCEL_EXPORT, maximum_rps=value)
                    self.refused(answer, 400, "invalid_fields", "maximum_rps")

    def test_the_version_of_the_request_says_what_is_shown(self):
        old, new = self.with_version(OLD), self.with_version(NEW)
        of_old = old.create_batch(CANCEL_EXPORT, maximum_rps=7).json()["id"]
        of_new = new.create_batch(CANCEL_EXPORT).json()["id"]
        self.assertNotIn("maximum_rps", self.shown(new.batch(of_old)))
        self.assertEqual(self.shown(old.batch(of_old), version=OLD)["maximum_rps"], 7)
        self.assertNotIn("maximum_rps", self.shown(old.batch(of_new), version=OLD))


class CreateTest(BatchTest):
    settings = UPSTREAM

    def test_every_member_in_the_published_order(self):
        answer = self.with_version(OLD).create_batch(CANCEL_EXPORT, metadata={"b": "1", "a": "ü"})
        self.shown(answer, "ready_for_upload", OLD)
        pairs = json.loads(answer.body, object_pairs_hook=list)
        self.assertEqual([name for name, _ in pairs],
                         ["id", "object", "created", "livemode", "maximum_rps", "metadata",
                          "skip_validation", "status", "status_details"])
        self.assertEqual(dict(pairs)["metadata"], [("b", "1"), ("a", "ü")])
        job = answer.json()
        self.assertEqual((job["livemode"], job["skip_validation"]), (True, False))
        self.assertEqual(self.client.batch(job["id"]).json(),
                         {name: value for name, value in job.items() if name != "maximum_rps"})

    def test_what_is_optional(self):
        for version in (OLD, NEW):
            client = self.with_version(version)
            for more in ({}, {"metadata": None, "skip_validation": None,
                              "notification_suppression": None},
                         {"metadata": {}, "skip_validation": False,
                          "notification_suppression": {"scope": "none"}}):
                answer = client.ask("POST", "/v2/core/batch_jobs", body_with(**more))
                job = self.shown(answer, version=version)
                self.assertEqual((job["metadata"], job["skip_validation"]), ({}, False))
            job = self.shown(client.create_batch(CANCEL_EXPORT, skip_validation=True,
                                                 notification_suppression={"scope": "all"}),
                             version=version)
            self.assertIs(job["skip_validation"], True)

    def test_bodies_that_are_refused(self):
        def endpoint(**more):
            return {"endpoint": {**ENDPOINT, **more}}

        cases = [
            ("", None), ("{", None), ("[]", None), ("null", None), ('"x"', None), ("{}x", None),
            ('{"endpoint":1,"endpoint":1}', None), ("{}", "endpoint"),
            ({"endpoint": None}, "endpoint"), ({"endpoint": "/v1/x"}, "endpoint"),
            ({"endpoint": {}}, "endpoint.path"), (endpoint(path=None), "endpoint.path"),
            (endpoint(path=1), "endpoint.path"),
            ({"endpoint": {"path": CANCEL_EXPORT}}, "endpoint.http_method"),
            (endpoint(http_method=None), "endpoint.http_method"),
            (endpoint(http_method="POST"), "endpoint.http_method"),
            (endpoint(http_method="get"), "endpoint.http_method"),
            (endpoint(http_method=1), "endpoint.http_method"),
            (endpoint(verb="post"), "endpoint.verb"),
            (body_with(skip_validation="true"), "skip_validation"),
            (body_with(skip_validation=1), "skip_validation"),
            (body_with(metadata=[]), "metadata"), (body_with(metadata="a"), "metadata"),
            (body_with(metadata={"a": 1}), "metadata.a"),
            (body_with(metadata={"a": None}), "metadata.a"),
            (body_with(notification_suppression="all"), "notification_suppression"),
            (body_with(notification_suppression={}), "notification_suppression.scope"),
            (body_with(notification_suppression={"scope": "some"}),
             "notification_suppression.scope"),
            (body_with(notification_suppression={"scope": "all", "x": 1}),
             "notification_suppression.x"),
            (body_with(name="x"), "name")]
        for body, param in cases:
            with self.subTest(body=body):
                text = body if isinstance(body, str) else json.dumps(body)
                answer = self.client.request(
                    "POST", "/v2/core/batch_jobs", text.encode(),
                    headers={"Stripe-Version": NEW, "Content-Type": "application/json"})
                self.refused(answer, 400, "invalid_fields", param)

    def test_unknown_parameters_are_named(self):
        ask = self.client.create_batch
        self.refused(ask(CANCEL_EXPORT, b=1, a=2), 400, "invalid_fields", "b",
                     says="unknown parameters: b, a")
        self.refused(ask(CANCEL_EXPORT, **{f"p{n}": n for n in range(8)}), 400, "invalid_fields",
                     "p0", says="p0, p1, p2, p3, p4 and 3 more")

    def test_limits_of_metadata(self):
        fits = [{f"{n:02}" + "k" * 38: "v" * 500 for n in range(50)}, {"ü" * 40: "💔" * 500},
                {"k": ""}, {"a b": "\n\t\"\\\u0000 "}]
        for metadata in fits:
            job = self.created(metadata=metadata)
            self.assertEqual(job["metadata"], metadata)
            self.assertEqual(self.client.batch(job["id"]).json()["metadata"], metadata)
        wide = {f"{n:02}": "💔" * 500 for n in range(50)}
        for metadata, param in (({str(n): "" for n in range(51)}, "metadata"),
                                ({"k" * 41: ""}, "metadata." + "k" * 41),
                                ({"": "x"}, "metadata."), ({"k": "v" * 501}, "metadata.k"),
                                (wide, "metadata")):
            self.refused(self.client.create_batch(CANCEL_EXPORT, metadata=metadata), 400,
                         "invalid_fields", param)

    def test_endpoints(self):
        good = [("post", "/v1/transfers/:id/cancel"), ("post", "/v1/transfers/:whatever/cancel"),
                ("post", "/v1/export-jobs/:id/cancel"), ("post", "/v1/transfers/initiate"),
                ("post", "/v1/transfers/process"), ("post", "/v1/contexts/:id/export-jobs"),
                ("post", "/v1/customers/:customer"), ("post", "/v1/subscriptions/:id/migrate"),
                ("delete", "/v1/subscriptions/:id")]
        for method, path in good:
            self.created(path, method=method)
        bad = [("delete", "/v1/transfers/:id/cancel"), ("post", "/v1/transfers/:id"),
               ("post", "/v1/transfers/1/cancel"), ("post", "/v1/transfers/:id/cancel/"),
               ("post", "v1/transfers/:id/cancel"), ("post", "/v1/transfers/:id/cancel?x=1"),
               ("post", ""), ("post", "/"), ("post", "/v1/" + "x" * 600),
               ("post", "/v2/core/events"),
               ("post", "/v1/transfers/:id/:id"), ("delete", "/v1/customers/:customer"),
               ("post", "http://elsewhere/v1/transfers/initiate")]
        for method, path in bad:
            with self.subTest(method=method, path=path):
                self.refused(self.client.create_batch(path, method), 400,
                             "batch_api_unsupported_endpoint", "endpoint")

    def test_delete_begins_with_2026_04_22(self):
        path = "/v1/subscriptions/:id"
        for version in ("2026-04-21", OLD):
            self.refused(self.with_version(version).create_batch(path, "delete"), 400,
                         "invalid_fields", "endpoint.http_method")
        for version in ("2026-04-22.preview", NEW):
            self.shown(self.with_version(version).create_batch(path, "delete"), version=version)


class CallerTest(BatchTest):
    def client_with(self, *scopes, tenant=TENANT):
        return BatchClient(self.server, self.server.token(tenant=tenant, scopes=scopes))

    def test_scopes_of_the_routes(self):
        job = self.created()["id"]
        reader, writer = self.client_with("batches:read"), self.client_with("batches:write")
        self.shown(reader.batch(job))
        for answer in (reader.create_batch(CANCEL_EXPORT), reader.cancel_batch(job),
                       writer.batch(job), self.client_with("exports:write").batch(job)):
            self.refused(answer, 403, "forbidden", kind="invalid_request_error")
        self.shown(writer.cancel_batch(job), "canceled")

    def test_a_creator_needs_the_scope_of_the_rows(self):
        for scope, good, bad in (
                ("exports:write", [CANCEL_EXPORT, "/v1/contexts/:id/export-jobs"],
                 ["/v1/transfers/:id/cancel", "/v1/transfers/initiate", "/v1/transfers/process"]),
                ("transfers:write", ["/v1/transfers/:id/cancel", "/v1/transfers/initiate"],
                 [CANCEL_EXPORT]),
                ("exports:read", [], [CANCEL_EXPORT])):
            client = self.client_with("batches:write", scope)
            for path in good:
                self.shown(client.create_batch(path), "ready_for_upload")
            for path in bad:
                self.refused(client.create_batch(path), 400, "auth_unauthorized_endpoint",
                             "endpoint")

    def test_accounts_and_modes_do_not_see_each_other(self):
        keys = [subprocess.run([PROGRAM, "keys", "create", "--data", self.server.data, "--tenant",
                                TENANT, "--mode", mode], check=True, capture_output=True,
                               text=True).stdout.strip() for mode in ("test", "live")]
        test, live = (BatchClient(self.server, key) for key in keys)
        wait_for(lambda: live.batch(UNKNOWN_JOB).status == 404, what="the key in force")
        wait_for(lambda: test.batch(UNKNOWN_JOB).status == 404, what="the key in force")
        other = BatchClient(self.server, self.server.token(tenant=OTHER_TENANT))
        of_test = self.shown(test.create_batch(CANCEL_EXPORT))
        of_live = self.shown(live.create_batch(CANCEL_EXPORT))
        self.assertEqual((of_test["livemode"], of_live["livemode"]), (False, True))
        for client, mine, theirs in ((test, of_test, of_live), (live, of_live, of_test),
                                     (self.client, of_live, of_test)):
            self.shown(client.batch(mine["id"]))
            self.refused(client.batch(theirs["id"]), 404, "batch_job_not_found")
            self.refused(client.cancel_batch(theirs["id"]), 404, "batch_job_not_found")
        for job in (of_test, of_live):
            self.refused(other.batch(job["id"]), 404, "batch_job_not_found")
            self.refused(other.cancel_batch(job["id"]), 404, "batch_job_not_found")

    def test_no_other_account_is_acted_for(self):
        job = self.created()["id"]
        for name in ("Stripe-Account", "Stripe-Context"):
            answer = self.client.ask("GET", f"/v2/core/batch_jobs/{job}", **{name: TENANT})
            self.shown(answer)
            for value in (OTHER_TENANT, "acct_123"):
                answer = self.client.ask("POST", f"/v2/core/batch_jobs/{job}/cancel", {},
                                         **{name: value})
                self.refused(answer, 403, "account_invalid", name, "invalid_request_error")
        self.shown(self.client.batch(job), "ready_for_upload")

    def test_errors_of_the_server_take_the_familys_shape(self):
        nobody = Client(self.server, "sk_test_wrong")
        for client, more in ((nobody, {}), (self.client, {"anonymous": True})):
            answer = client.get("/v2/core/batch_jobs/x", headers={"Stripe-Version": NEW}, **more)
            self.refused(answer, 401, "unauthorized", kind="invalid_request_error",
                         says="invalid or missing authorization token")
        ask = self.client.ask
        self.refused(ask("GET", "/v2/core/nothing"), 404, "not_found")
        answer = ask("GET", "/v2/core/batch_jobs")
        self.refused(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "POST, OPTIONS")
        answer = self.client.request("POST", "/v2/core/batch_jobs", b"endpoint[path]=x",
                                     content_type="application/x-www-form-urlencoded",
                                     headers={"Stripe-Version": NEW})
        self.refused(answer, 415, "unsupported_media_type")
        answer = self.client.create_batch(CANCEL_EXPORT, metadata={"k": "x" * 1024 * 1024})
        self.refused(answer, 413, "content_too_large")

    def test_a_request_has_an_id_of_its_own(self):
        answers = [self.client.ask("GET", f"/v2/core/batch_jobs/{UNKNOWN_JOB}",
                                   **{"X-Request-Id": "mine", "Request-Id": "mine"})
                   for _ in range(2)]
        for answer in answers:
            self.refused(answer, 404, "batch_job_not_found")
        self.assertNotEqual(*(answer.headers["request-id"] for answer in answers))


class RateTest(BatchTest):
    settings = {"exports.workers": 0, "limits.enabled": "true", "limits.batches_get": "2 per 24h"}

    def test_a_rate_says_what_is_limited(self):
        job = self.created()["id"]
        for _ in range(2):
            self.shown(self.client.batch(job))
        answer = self.client.batch(job)
        self.refused(answer, 429, "account_rate_limit_exceeded", kind="rate_limit")
        self.assertEqual(answer.headers["stripe-rate-limited-reason"], "endpoint-rate")
        self.assertEqual(answer.headers["stripe-should-retry"], "true")
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        self.shown(self.client.cancel_batch(job), "canceled")


class CancelTest(BatchTest):
    settings = {"exports.workers": 0, "batches.upload_window": "2s"}

    def cancel(self, job, body, **headers):
        return self.client.request(
            "POST", f"/v2/core/batch_jobs/{job}/cancel", body,
            headers={"Stripe-Version": NEW, "Content-Type": "application/json", **headers})

    def test_unknown_jobs(self):
        for job in (UNKNOWN_JOB, "batchv2_", "x", "batchv2_" + "0" * 26, "batchv2_" + "z" * 26,
                    "0189a2c4-0000-7000-8000-000000000000", "batchv2_%20", "%F0%9F%92%94"):
            self.refused(self.client.batch(job), 404, "batch_job_not_found")
            self.refused(self.client.cancel_batch(job), 404, "batch_job_not_found")

    def test_bodies(self):
        for body in (None, b"", b"{}", b" { } "):
            job = self.created()["id"]
            self.shown(self.cancel(job, body), "canceled")
        job = self.created()["id"]
        for body, param in ((b'{"reason":"x"}', "reason"), (b"[]", None), (b"null", None),
                            (b"{", None), (b"x", None)):
            self.refused(self.cancel(job, body), 400, "invalid_fields", param)
        self.shown(self.client.batch(job), "ready_for_upload")

    def test_before_the_upload_it_is_canceled_at_once_and_stays_so(self):
        job = self.created()["id"]
        first = self.shown(self.client.cancel_batch(job), "canceled")
        self.assertEqual(first["status_details"],
                         {"canceled": {"success_count": "0", "failure_count": "0"}})
        for _ in range(2):
            self.assertEqual(self.shown(self.client.cancel_batch(job)), first)
        self.assertEqual(self.shown(self.client.batch(job)), first)

    def test_while_it_runs_and_when_it_has_ended(self):
        old = self.with_version(OLD)
        running = old.begin_batch(CANCEL_EXPORT, rows(200).decode().splitlines(), maximum_rps=2)
        wait_for(lambda: self.client.batch(running).json()["status"] == "in_progress",
                 what="a job in progress")
        counts = self.shown(self.client.batch(running))["status_details"]["in_progress"]
        self.assertEqual(set(counts), {"success_count", "failure_count"})
        answer = self.shown(self.client.cancel_batch(running))
        self.assertIn(answer["status"], ("cancelling", "canceled"))
        ended = self.client.wait_for_batch(running)
        self.assertEqual(ended["status"], "canceled")
        self.assertLess(len(self.client.output(ended)), 200)

        def without_urls(job):
            job["status_details"]["canceled"].get("output_file", {}).pop("download_url", None)
            return job

        again = self.shown(self.client.cancel_batch(running), "canceled")
        self.assertEqual(without_urls(again), without_urls(ended))

        complete = self.client.begin_batch(CANCEL_EXPORT, rows(3).decode().splitlines())
        failed = self.client.begin_batch(CANCEL_EXPORT, ["nonsense"])
        timed_out = self.created()["id"]
        for job, status in ((complete, "complete"), (failed, "validation_failed"),
                            (timed_out, "upload_timeout")):
            self.assertEqual(self.client.wait_for_batch(job)["status"], status)
            shown = self.shown(self.client.batch(job), status)
            self.refused(self.client.cancel_batch(job), 400, "batch_api_non_cancellable_job",
                         says=status)
            after = self.shown(self.client.batch(job), status)
            self.assertEqual(after["status"], shown["status"])


if __name__ == "__main__":
    main()
