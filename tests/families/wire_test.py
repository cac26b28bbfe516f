#!/usr/bin/env python3
"""The export family on the wire: cancels, creates, lists and keys, asked of the running program.
usage: wire_test.py PROGRAM [unittest options]"""

import base64
import pathlib
import sys
import threading
import urllib.parse
import uuid

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from family_case import (OTHER_TENANT, SCHEMAS, Client, FamilyTest, main)  # noqa: E402


class CancelTest(FamilyTest):
    def test_200_of_a_queued_job_and_what_it_shows_then(self):
        job = self.queued()
        answer = self.client.cancel(job)
        body = self.check(answer, 200, "export_job_response")
        self.assertEqual((body["id"], body["status"]), (job, "CANCELED"))
        self.assertIn("finishedAt", body)
        self.assertNotIn("downloadUrl", body)
        self.assertEqual(answer.replayed, "false")
        self.assertEqual(self.client.job(job).json(), body)

    def test_409_names_the_state_that_it_is_in(self):
        job = self.queued()
        self.client.cancel(job)
        body = self.refused(self.client.cancel(job), 409, "conflict", "MTCH-0007")
        self.assertEqual(body["details"]["status"], "CANCELED")

    def test_404_of_an_unknown_job_and_of_another_tenants_are_the_same_bytes(self):
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT))
        unknown = other.cancel(str(uuid.uuid4()))
        foreign = other.cancel(self.queued())
        self.refused(unknown, 404, "not_found", "MTCH-0701")
        self.assertEqual(unknown.body, foreign.body)
        drop = {"date", "x-request-id"}
        self.assertEqual({k: v for k, v in unknown.headers.items() if k not in drop},
                         {k: v for k, v in foreign.headers.items() if k not in drop})

    def test_400_of_what_is_no_id(self):
        for bad in ("x", "0189a2c4", "%20", "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6g"):
            self.refused(self.client.cancel(bad), 400, "invalid_request", "MTCH-0001", "jobId")

    def test_every_form_of_an_id_is_the_same_job(self):
        job = self.queued()
        for form in (job.upper(), f"urn:uuid:{job}", "%7B" + job + "%7D", job.replace("-", "")):
            self.assertEqual(self.client.job(form).json()["id"], job)

    def test_401_and_403(self):
        job = self.queued()
        bodies = set()
        for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {self.token}"},
                       {"Authorization": f"Bearer {self.token}x"}, {"Authorization": "Bearer"}):
            answer = self.client.cancel(job, anonymous=True, headers=header)
            self.refused(answer, 401, "unauthorized", "MTCH-0003")
            self.assertIn("Bearer", answer.headers["www-authenticate"])
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        reader = Client(self.server, self.server.token(scopes=["exports:read"]))
        self.refused(reader.cancel(job), 403, "forbidden", "MTCH-0004")
        self.assertEqual(reader.job(job).json()["status"], "QUEUED")


class CreateTest(FamilyTest):
    def test_the_three_reports_and_their_aliases_in_either_case(self):
        for given, shown in (("MATCHED", "MATCHED"), ("matched", "MATCHED"),
                             ("MATCHES", "MATCHED"), ("unmatched_transactions", "UNMATCHED"),
                             ("VARIANCE", "VARIANCE")):
            job = self.queued(report=given, form="xml")
            body = self.check(self.client.job(job), 200, "export_job_response")
            self.assertEqual((body["reportType"], body["format"]), (shown, "XML"))

    def test_what_a_create_refuses_and_which_field_it_names(self):
        cases = [
            ({"format": "CSV"}, "MTCH-0001", "reportType"),
            ({"reportType": "MATCHED"}, "MTCH-0001", "format"),
            ({"reportType": "Matched", "format": "CSV"}, "MTCH-0001", "reportType"),
            ({"reportType": "MATCHED", "format": "PDF"}, "MTCH-0001", "format"),
            ({"reportType": 7, "format": "CSV"}, "MTCH-0001", "reportType"),
            ({"reportType": "SUMMARY", "format": "CSV"}, "MTCH-0705", "reportType"),
            ({"reportType": "EXCEPTIONS", "format": "CSV"}, "MTCH-0705", "reportType"),
            ({"reportType": "MATCHED", "format": "CSV", "dateFrom": "01-02-2026"}, "MTCH-0001",
             "dateFrom"),
            ({"reportType": "MATCHED", "format": "CSV", "dateTo": "2026-02-30"}, "MTCH-0001",
             "dateTo"),
            ({"reportType": "MATCHED", "format": "CSV", "dateFrom": "2026-03-02",
              "dateTo": "2026-03-01"}, "MTCH-0001", "dateFrom"),
            ({"reportType": "MATCHED", "format": "CSV", "dateFrom": "2024-01-01",
              "dateTo": "2025-01-01"}, "MTCH-0001", "dateFrom"),
            ({"reportType": "MATCHED", "format": "CSV", "sourceId": "x"}, "MTCH-0001", "sourceId"),
        ]
        for body, reference, field in cases:
            with self.subTest(body=body):
                answer = self.client.post(f"/v1/contexts/{self.context}/export-jobs", body)
                self.refused(answer, 400, "invalid_request", reference, field)
        self.queued(dateFrom="2023-01-01", dateTo="2023-12-31")

    def test_bodies_that_are_no_good_json(self):
        path = f"/v1/contexts/{self.context}/export-jobs"
        deep = b"[" * 40 + b"]" * 40
        for body in (b"", b"{", b"[]", b"null", deep, b'{"reportType":"MATCHED","reportType":"X"}',
                     b'{"a":1e999}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b'{"a":1,}',
                     b'{"a":"\\ud800"}'):
            with self.subTest(body=body[:30]):
                answer = self.client.request("POST", path, body=body,
                                             content_type="application/json")
                self.refused(answer, 400, "invalid_request", "MTCH-0001")
        for content_type in ("text/plain", "application/jsonx", "application/json; charset=latin1"):
            answer = self.client.request("POST", path, body=b"{}", content_type=content_type)
            self.refused(answer, 415, "unsupported_media_type", "MTCH-0011")
        large = b'{"a":"' + b"x" * (1 << 20) + b'"}'
        answer = self.client.request("POST", path, body=large, content_type="application/json")
        self.refused(answer, 413, "content_too_large", "MTCH-0010")

    def test_the_context_must_be_there_and_ones_own(self):
        good = {"reportType": "MATCHED", "format": "CSV"}
        self.refused(self.client.post("/v1/contexts/x/export-jobs", good), 400, "invalid_request",
                     "MTCH-0013", "contextId")
        unknown = self.client.post(f"/v1/contexts/{uuid.uuid4()}/export-jobs", good)
        self.refused(unknown, 404, "not_found", "MTCH-0005")
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT))
        self.assertEqual(other.post(f"/v1/contexts/{self.context}/export-jobs", good).body,
                         unknown.body)

    def test_contexts(self):
        made = self.check(self.client.make_context("first"), 201, "context_response")
        self.assertEqual(self.check(self.client.get(f"/v1/contexts/{made['id']}"), 200,
                                    "context_response"), made)
        listed = self.check(self.client.get("/v1/contexts?limit=1"), 200, "list_response")
        self.assertEqual(listed["items"], [made])
        for bad in ({}, {"name": ""}, {"name": 1}, {"name": "x" * 300}, {"name": "a\u0001"}):
            self.refused(self.client.post("/v1/contexts", bad), 400, "invalid_request",
                         "MTCH-0001", "name")
        self.refused(self.client.get(f"/v1/contexts/{uuid.uuid4()}"), 404, "not_found", "MTCH-0005")


class ListTest(FamilyTest):
    def test_pages_show_each_job_once_newest_first(self):
        context = self.client.make_context().json()["id"]
        jobs = [self.client.create(context).json()["jobId"] for _ in range(7)]
        seen, cursor, pages = [], "", 0
        while True:
            page = self.check(self.client.get(
                f"/v1/contexts/{context}/export-jobs?limit=3{cursor}"), 200, "list_response")
            for item in page["items"]:
                jsonschema.validate(item, SCHEMAS["export_job_response"])
            seen += [item["id"] for item in page["items"]]
            pages += 1
            self.assertEqual(page["hasMore"], "nextCursor" in page)
            if not page["hasMore"]:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["nextCursor"])
        self.assertEqual((seen, pages), (sorted(jobs, reverse=True), 3))

    def test_limits_are_bounded_and_the_rest_refused(self):
        for given, used in (("", 20), ("?limit=0", 20), ("?limit=-5", 20), ("?limit=9999", 200),
                            ("?limit=5", 5), ("?limit=99999999999999999999", 200)):
            page = self.check(self.client.get("/v1/export-jobs" + given), 200, "list_response")
            self.assertEqual(page["limit"], used)
        good = base64.b64encode(b'{"t":"2026-11-22T00:00:00.000Z","i":"nope"}').decode()
        for bad in ("limit=x", "limit=1&limit=2", "cursor=!!", f"cursor={good}",
                    "cursor=eyJ0IjoxfQ=="):
            self.refused(self.client.get("/v1/export-jobs?" + bad), 400, "invalid_request",
                         "MTCH-0001")

    def test_the_status_filter(self):
        context = self.client.make_context().json()["id"]
        jobs = [self.client.create(context).json()["jobId"] for _ in range(3)]
        self.client.cancel(jobs[1])
        path = f"/v1/contexts/{context}/export-jobs?status="
        ids = [item["id"] for item in self.client.get(path + "CANCELED").json()["items"]]
        self.assertEqual(ids, [jobs[1]])
        self.assertEqual(len(self.client.get(path + "QUEUED").json()["items"]), 2)
        self.refused(self.client.get(path + "canceled"), 400, "invalid_request", "MTCH-0001",
                     "status")

    def test_another_tenant_sees_nothing(self):
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT))
        self.queued()
        self.assertEqual(other.get("/v1/export-jobs").json()["items"], [])
        self.assertEqual(other.get("/v1/contexts").json()["items"], [])
        self.refused(other.get(f"/v1/contexts/{self.context}/export-jobs"), 404, "not_found",
                     "MTCH-0005")


class IdempotencyTest(FamilyTest):
    def test_a_replay_is_the_first_answer_byte_for_byte(self):
        job = self.queued()
        first = self.client.cancel(job, key="k")
        again = self.client.cancel(job, key="k")
        alias = self.client.cancel(job, headers={"Idempotency-Key": "k"})
        both = self.client.cancel(job, key="k", headers={"Idempotency-Key": "k"})
        self.assertEqual((first.status, first.replayed), (200, "false"))
        for replay in (again, alias, both):
            self.assertEqual((replay.status, replay.body, replay.replayed),
                             (200, first.body, "true"))

    def test_another_body_or_query_is_a_conflict(self):
        self.assertEqual(self.client.create(self.context, key="c").status, 202)
        self.refused(self.client.create(self.context, report="VARIANCE", key="c"), 409,
                     "idempotency_conflict", "MTCH-0007")
        bad = self.client.post(f"/v1/contexts/{self.context}/export-jobs", {"format": "CSV"},
                               key="c")
        self.refused(bad, 409, "idempotency_conflict", "MTCH-0007")
        job = self.queued()
        self.assertEqual(self.client.cancel(job, key="q").status, 200)
        other = self.client.post(f"/v1/export-jobs/{job}/cancel?a=1", key="q")
        self.refused(other, 409, "idempotency_conflict", "MTCH-0007")

    def test_the_scope_is_tenant_subject_method_and_path(self):
        jobs = [self.queued() for _ in range(2)]
        self.assertEqual([self.client.cancel(job, key="s").replayed for job in jobs],
                         ["false", "false"])
        other = Client(self.server, self.server.token(subject="somebody else"))
        self.assertEqual(other.cancel(jobs[0], key="s").status, 409)

    def test_a_refusal_is_not_kept(self):
        unknown = str(uuid.uuid4())
        self.assertEqual(self.client.cancel(unknown, key="r").status, 404)
        self.assertEqual(self.client.cancel(unknown, key="r").status, 404)
        body = {"reportType": "X", "format": "CSV"}
        path = f"/v1/contexts/{self.context}/export-jobs"
        self.assertEqual(self.client.post(path, body, key="r").status, 400)
        self.assertEqual(self.client.create(self.context, key="r").status, 202)

    def test_what_a_key_may_be(self):
        job = self.queued()
        for bad in ("", " ", "a b", "k" * 129, "é", "a,b", "a\tb"):
            answer = self.client.cancel(job, headers={"X-Idempotency-Key": bad.encode()})
            self.refused(answer, 400, "invalid_idempotency_key", "MTCH-0015", "X-Idempotency-Key")
        self.refused(self.client.cancel(job, key="a", headers={"Idempotency-Key": "b"}), 400,
                     "invalid_idempotency_key", "MTCH-0015")
        self.assertEqual(self.client.cancel(job, key="A:z_0-9" + "k" * 121).status, 200)

    def at_once(self, count, ask):
        """Asks from `count` connections in the same moment; the answers."""
        barrier, answers = threading.Barrier(count), []

        def run():
            client = Client(self.server, self.token)
            client.get("/health/live")
            barrier.wait()
            answers.append(ask(client))

        threads = [threading.Thread(target=run) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_of_many_at_once_one_executes_and_all_get_its_answer(self):
        for number, count in enumerate([2] * 20 + [64] * 3):
            job = self.queued()
            answers = self.at_once(count, lambda client: client.cancel(job, key="at-once"))
            self.assertEqual(len({answer.body for answer in answers}), 1)
            self.assertEqual({answer.status for answer in answers}, {200})
            self.assertEqual(sorted(answer.replayed for answer in answers),
                             ["false"] + ["true"] * (count - 1))
            context = self.client.make_context().json()["id"]
            answers = self.at_once(count, lambda client: client.create(context, key=f"c{number}"))
            self.assertEqual(len({answer.body for answer in answers}), 1)
            self.assertEqual([answer.replayed for answer in answers].count("false"), 1)
            listed = self.client.get(f"/v1/contexts/{context}/export-jobs").json()["items"]
            self.assertEqual(len(listed), 1)

    def test_of_many_cancels_without_a_key_one_wins(self):
        for _ in range(10):
            job = self.queued()
            statuses = [answer.status for answer in
                        self.at_once(8, lambda client: client.cancel(job))]
            self.assertEqual(sorted(statuses), [200] + [409] * 7)

    def test_replays_survive_a_kill(self):
        job = self.queued()
        first = self.client.cancel(job, key="survivor")
        created = self.client.create(self.context, key="survivor")
        self.server.kill()
        self.server.start()
        type(self).client = Client(self.server, self.token)
        for before, after in ((first, self.client.cancel(job, key="survivor")),
                              (created, self.client.create(self.context, key="survivor"))):
            self.assertEqual((after.status, after.body, after.replayed),
                             (before.status, before.body, "true"))


if __name__ == "__main__":
    main()
