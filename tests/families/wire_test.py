#!/usr/bin/env python3
"""The export family on the wire: every status, shape and rule of its contract, asked of the running
program. usage: wire_test.py PROGRAM [unittest options]"""

import base64
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import socket
import sys
import tempfile
import threading
import unittest
import urllib.parse
import uuid

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from belay_client import TENANT, Client, Server, wait_for, wait_for_status  # noqa: E402

PROGRAM = ""
OTHER_TENANT = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6c"
SAMPLE = (ROOT / "examples" / "transactions.csv").read_bytes()
DATES = {"dateFrom": "2026-10-22", "dateTo": "2026-11-21"}
HEADER = ("transaction_id,match_group_id,source_id,amount,currency,status,date,exception_id,due_at,"
          "expected_amount,fee_schedule_id,fee_schedule_name\n")
SOURCE = "9dfb369b-ab13-4fae-a276-55daa05f1119"
SCHEMAS = {path.stem: json.loads(path.read_text())
           for path in (ROOT / "http/families/export_jobs/schemas").glob("*.json")}


def row(number, **cells):
    """A good row, with some cells changed."""
    names = HEADER.strip().split(",")
    values = {"transaction_id": f"tx{number}", "source_id": SOURCE, "amount": "10.00",
              "currency": "BRL", "status": "OPEN", "date": "2026-11-01", **cells}
    return ",".join(values.get(name, "") for name in names) + "\n"


class FamilyTest(unittest.TestCase):
    settings = {"exports.workers": 0}

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = Server(PROGRAM, cls.folder.name + "/data", cls.settings).start()
        cls.token = cls.server.token()
        cls.client = Client(cls.server, cls.token)
        cls.context = cls.client.make_context().json()["id"]

    @classmethod
    def tearDownClass(cls):
        # Whatever was sent: the server is well, stops in order, and left a sound directory.
        ready = cls.client.get("/health/ready").status
        code = cls.server.end()
        verified, text = cls.server.verify()
        cls.folder.cleanup()
        assert (ready, code, verified) == (200, 0, 0), (ready, code, text)

    def check(self, answer, status, schema):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        jsonschema.validate(answer.json(), SCHEMAS[schema])
        return answer.json()

    def refused(self, answer, status, title, reference, field=None):
        body = self.check(answer, status, "error_response")
        self.assertEqual(body["code"], str(status))
        self.assertEqual(body["title"], title, body)
        self.assertEqual(body["details"]["reference"], reference, body)
        self.assertEqual(body["error"], body["message"])
        if field is not None:
            self.assertEqual(body["details"].get("field"), field, body)
        return body

    def queued(self, **more):
        return self.check(self.client.create(self.context, **more), 202, "created_response")["jobId"]


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


class UploadTest(FamilyTest):
    def test_rows_and_digest(self):
        body = self.check(self.client.upload(self.context, SAMPLE), 200, "upload_response")
        self.assertEqual(body, {"rows": SAMPLE.count(b"\n") - 1,
                                "sha256": hashlib.sha256(SAMPLE).hexdigest()})
        lines = b"".join(json.dumps(cells).encode() + b"\n"
                         for cells in csv.DictReader(io.StringIO(SAMPLE.decode())))
        body = self.check(self.client.upload(self.context, lines, "application/x-ndjson"), 200,
                          "upload_response")
        self.assertEqual(body["rows"], SAMPLE.count(b"\n") - 1)

    def test_the_first_bad_row_refuses_all_and_names_line_and_field(self):
        context = self.client.make_context().json()["id"]
        good = HEADER + row(1)
        self.assertEqual(self.client.upload(context, good.encode()).status, 200)
        cases = [({"amount": "1e3"}, "amount"), ({"currency": "brl"}, "currency"),
                 ({"date": "2026-02-30"}, "date"), ({"source_id": "x"}, "source_id"),
                 ({"transaction_id": ""}, "transaction_id"), ({"amount": ""}, "amount"),
                 ({"transaction_id": "tx1"}, "transaction_id"),
                 ({"expected_amount": "x"}, "expected_amount")]
        for cells, field in cases:
            with self.subTest(cells=cells):
                text = HEADER + row(1) + row(2) + row(3, **cells) + row(4)
                answer = self.client.upload(context, text.encode())
                body = self.refused(answer, 400, "invalid_request", "MTCH-0001", field)
                self.assertEqual(body["details"]["line"], "4")
                self.assertIn("line 4", body["message"])
        for text in ("", "nonsense\n", HEADER + "a,b\n", HEADER + '"' + row(1),
                     HEADER.replace("amount", "amuont", 1), "transaction_id," + HEADER):
            answer = self.client.upload(context, text.encode())
            self.refused(answer, 400, "invalid_request", "MTCH-0001")
        self.assertEqual(self.client.get(f"/v1/contexts/{context}").json()["rows"], 1)

    def test_keys_of_uploads(self):
        context = self.client.make_context().json()["id"]
        one, two = (HEADER + row(1)).encode(), (HEADER + row(1) + row(2)).encode()
        first = self.client.upload(context, one, key="u")
        again = self.client.upload(context, one, key="u")
        self.assertEqual((first.replayed, again.replayed), ("false", "true"))
        self.assertEqual(first.body, again.body)
        self.refused(self.client.upload(context, two, key="u"), 409, "idempotency_conflict",
                     "MTCH-0007")

    def files(self):
        return sorted(os.listdir(self.server.data + "/files/sets"))

    def test_a_broken_upload_leaves_nothing(self):
        context = self.client.make_context().json()["id"]
        self.client.upload(context, (HEADER + row(1)).encode())
        before = self.files()
        with socket.create_connection(("127.0.0.1", self.server.port)) as peer:
            peer.sendall((f"PUT /v1/contexts/{context}/transactions HTTP/1.1\r\nHost: x\r\n"
                          f"Authorization: Bearer {self.token}\r\nContent-Type: text/csv\r\n"
                          "Content-Length: 1000000\r\n\r\n" + HEADER + row(1)).encode())
            wait_for(lambda: len(self.files()) > len(before), what="the upload's temporary file")
        wait_for(lambda: self.files() == before, what="the removal of the temporary file")
        self.assertEqual(self.client.get(f"/v1/contexts/{context}").json()["rows"], 1)

    def test_what_an_upload_must_be(self):
        path = f"/v1/contexts/{self.context}/transactions"
        self.refused(self.client.request("PUT", path, body=b"x", content_type="text/html"), 415,
                     "unsupported_media_type", "MTCH-0011")
        self.refused(self.client.upload(str(uuid.uuid4()), b"x"), 404, "not_found", "MTCH-0005")
        with socket.create_connection(("127.0.0.1", self.server.port)) as peer:
            peer.sendall((f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
                          f"Authorization: Bearer {self.token}\r\n\r\n").encode())
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 411 "))


class HttpTest(FamilyTest):
    def test_errors_of_the_server_take_the_familys_shape(self):
        self.refused(self.client.get("/v1/export-jobs/x/y/z"), 404, "not_found", "MTCH-0005")
        answer = self.client.request("DELETE", "/v1/export-jobs")
        self.refused(answer, 405, "method_not_allowed", "MTCH-0011")
        self.assertIn("GET", answer.headers["allow"])
        elsewhere = self.client.get("/nowhere")
        self.assertEqual(elsewhere.status, 404)
        self.assertEqual(elsewhere.headers["content-type"], "application/problem+json")
        answer = self.client.get("/v1/export-jobs", headers={"Expect": "the-impossible"})
        self.refused(answer, 417, "expectation_failed", "MTCH-0011")

    def test_head_and_request_ids(self):
        job = self.queued()
        head = self.client.request("HEAD", f"/v1/export-jobs/{job}")
        self.assertEqual((head.status, head.body), (200, b""))
        whole = self.client.job(job)
        self.assertEqual(head.headers["content-length"], whole.headers["content-length"])
        echoed = self.client.get("/v1/export-jobs", headers={"X-Request-Id": "abc;|1"})
        self.assertEqual(echoed.headers["x-request-id"], "abc1")
        self.assertTrue(uuid.UUID(whole.headers["x-request-id"]))

    def test_api_keys(self):
        import subprocess
        made = subprocess.run([PROGRAM, "keys", "create", "--data", self.server.data, "--tenant",
                               TENANT, "--restricted", "--scope", "exports:read"], check=True,
                              capture_output=True, text=True)
        key = made.stdout.strip()
        self.assertRegex(key, "^rk_test_")
        client = Client(self.server, key)
        wait_for(lambda: client.get("/v1/export-jobs").status == 200, what="the key in force")
        self.refused(client.cancel(self.queued()), 403, "forbidden", "MTCH-0004")
        key_id = re.search(r"id is (\S+)", made.stderr).group(1)
        subprocess.run([PROGRAM, "keys", "revoke", "--data", self.server.data, key_id], check=True,
                       capture_output=True)
        wait_for(lambda: client.get("/v1/export-jobs").status == 401, what="the revocation")
        self.assertNotIn(key, self.server.log_text())


class OtherStyleTest(FamilyTest):
    settings = {"exports.workers": 0, "exports.error_style": "mtch"}

    def test_the_other_variant_of_errors(self):
        answer = self.client.cancel(str(uuid.uuid4()))
        self.assertEqual(answer.json(), {"code": "MTCH-0701", "title": "Not Found",
                                         "message": "export job not found"})


class WorkTest(FamilyTest):
    settings = {"exports.workers": 2}

    def finished(self, context, **more):
        job = self.check(self.client.create(context, **{**DATES, **more}), 202,
                         "created_response")["jobId"]
        wait_for_status(self.client, job, "SUCCEEDED")
        return job

    def test_a_report_and_its_download(self):
        self.client.upload(self.context, SAMPLE)
        job = self.finished(self.context)
        body = self.check(self.client.job(job), 200, "export_job_response")
        link = self.check(self.client.get(body["downloadUrl"]), 200, "download_response")
        self.assertEqual(link["fileName"], body["fileName"])
        file = self.client.download(job)
        self.assertEqual(file.headers["content-type"], "text/csv")
        self.assertEqual(hashlib.sha256(file.body).hexdigest(), link["sha256"])
        self.assertEqual(len(file.body), body["bytesWritten"])
        rows = list(csv.DictReader(io.StringIO(file.body.decode())))
        expected = [cells for cells in csv.DictReader(io.StringIO(SAMPLE.decode()))
                    if cells["match_group_id"]]
        self.assertEqual(body["recordsWritten"], len(rows))
        self.assertEqual([cells["transaction_id"] for cells in rows],
                         [cells["transaction_id"] for cells in expected])
        self.refused(self.client.cancel(job), 409, "conflict", "MTCH-0007")

    def test_ranges_tags_and_tampering(self):
        self.client.upload(self.context, SAMPLE)
        job = self.finished(self.context)
        url = urllib.parse.urlsplit(
            self.client.get(f"/v1/export-jobs/{job}/download").json()["downloadUrl"])

        def fetch(query=url.query, **headers):
            return self.client.request("GET", f"{url.path}?{query}", anonymous=True,
                                       headers={k.replace("_", "-"): v for k, v in headers.items()})

        whole = fetch()
        part = fetch(Range="bytes=10-19")
        self.assertEqual((part.status, part.body), (206, whole.body[10:20]))
        self.assertEqual(part.headers["content-range"], f"bytes 10-19/{len(whole.body)}")
        self.assertEqual(fetch(Range="bytes=-5").body, whole.body[-5:])
        self.assertEqual(fetch(Range=f"bytes={len(whole.body)}-").status, 416)
        self.assertEqual(fetch(If_None_Match=whole.headers["etag"]).status, 304)
        self.assertEqual(fetch(Range="bytes=0-1", If_Range='"x"').body, whole.body)
        head = self.client.request("HEAD", f"{url.path}?{url.query}", anonymous=True)
        self.assertEqual((head.status, head.headers["content-length"]), (200, str(len(whole.body))))
        fields = urllib.parse.parse_qs(url.query)
        signature = fields["signature"][0]
        for at in range(len(signature)):
            other = "A" if signature[at] != "A" else "B"
            bad = url.query.replace(signature, signature[:at] + other + signature[at + 1:])
            self.refused(fetch(bad), 403, "forbidden", "MTCH-0004")
        for bad in (url.query.replace(TENANT, OTHER_TENANT), url.query + "&version=1",
                    url.query + "&a=1", re.sub(r"expires=\d+", "expires=9999999999", url.query),
                    ""):
            self.refused(fetch(bad), 403, "forbidden", "MTCH-0004")

    def test_the_download_of_what_is_not_ready(self):
        slow = Server(PROGRAM, self.folder.name + "/slow", {"exports.workers": 0}).start()
        try:
            client = Client(slow, slow.token())
            job = client.create(client.make_context().json()["id"]).json()["jobId"]
            answer = client.get(f"/v1/export-jobs/{job}/download")
            self.refused(answer, 409, "not_ready", "MTCH-0703")
            client.cancel(job)
            answer = client.get(f"/v1/export-jobs/{job}/download")
            self.refused(answer, 409, "not_ready", "MTCH-0703")
        finally:
            slow.kill()
        self.refused(self.client.get("/v1/export-jobs/x/download"), 400, "invalid_request",
                     "MTCH-0001")
        self.refused(self.client.get(f"/v1/export-jobs/{uuid.uuid4()}/download"), 404, "not_found",
                     "MTCH-0701")

    def test_a_context_without_transactions_gives_an_empty_report(self):
        job = self.finished(self.client.make_context().json()["id"], form="JSON")
        self.assertEqual(json.loads(self.client.download(job).body), [])


class PacedTest(FamilyTest):
    settings = {"exports.workers": 2, "exports.rows_per_second": 200}

    def test_a_running_export_is_canceled_and_keeps_the_set_it_was_claimed_with(self):
        self.client.upload(self.context, SAMPLE)
        job = self.client.create(self.context, **DATES).json()["jobId"]
        wait_for_status(self.client, job, "RUNNING")
        wait_for(lambda: self.client.job(job).json()["recordsWritten"] > 0, what="progress")
        self.assertEqual(self.client.upload(self.context, (HEADER + row(1)).encode()).status, 200)
        before = self.client.job(job).json()
        self.assertEqual(before["status"], "RUNNING")
        self.assertGreater(before["recordsWritten"], 0)
        body = self.check(self.client.cancel(job), 200, "export_job_response")
        self.assertEqual(body["status"], "CANCELED")
        self.assertIn("startedAt", body)
        directory = self.server.data + "/files/exports"
        wait_for(lambda: os.listdir(directory) == [], what="the removal of the file")
        self.assertEqual(self.client.job(job).json(), body)


class SeedTest(unittest.TestCase):
    """Our schemas beside the seed's, member by member."""

    def test_the_seeds_schemas_have_the_same_members(self):
        found = sorted((ROOT / ".." / "shared" / "seeds").glob("000_*.txt"))
        if not found:
            self.skipTest("the seed is not here")
        text = found[0].read_text()
        section = text[text.index("  schemas:\n"):text.index("  headers:\n", text.index("  schemas:\n"))]
        for name, ours in (("ExportJobResponse", "export_job_response"),
                           ("ErrorResponse", "error_response")):
            block = re.search(rf"    {name}:\n((?:      .*\n)+)", section).group(1)
            members = dict(re.findall(r"^        (\w+):\n(?:          (?!type).*\n|            .*\n)*"
                                      r"          type: (\w+)\n", block, re.M))
            if name == "ErrorResponse":
                members["details"] = "object"
            self.assertEqual({k: v["type"] for k, v in
                              ((k, self.resolve(SCHEMAS[ours], v)) for k, v in
                               SCHEMAS[ours]["properties"].items())}, members)
            required = re.search(r"      required:\n((?:        - \w+\n)+)", block)
            if required:
                self.assertLessEqual(set(re.findall(r"- (\w+)", required.group(1))),
                                     set(SCHEMAS[ours]["required"]))

    @staticmethod
    def resolve(schema, member):
        reference = member.get("$ref")
        return schema["$defs"][reference.rsplit("/", 1)[1]] if reference else member


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(warnings="ignore")
