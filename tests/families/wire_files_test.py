#!/usr/bin/env python3
"""The export family on the wire: uploads, reports and downloads, and what the server itself
answers, asked of the running program. usage: wire_files_test.py PROGRAM [unittest options]"""

import csv
import hashlib
import io
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import unittest
import urllib.parse
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from family_case import (  # noqa: E402
    DATES, HEADER, OTHER_TENANT, PROGRAM, ROOT, SAMPLE, SCHEMAS, Client, FamilyTest, Server, main,
    row)
from belay_client import TENANT, wait_for, wait_for_status  # noqa: E402


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
        """Those of earlier uploads may go at any time: they are removed after the answer."""
        return set(os.listdir(self.server.data + "/files/sets"))

    def test_a_broken_upload_leaves_nothing(self):
        context = self.client.make_context().json()["id"]
        self.client.upload(context, (HEADER + row(1)).encode())
        before = self.files()
        with socket.create_connection(("127.0.0.1", self.server.port)) as peer:
            peer.sendall((f"PUT /v1/contexts/{context}/transactions HTTP/1.1\r\nHost: x\r\n"
                          f"Authorization: Bearer {self.token}\r\nContent-Type: text/csv\r\n"
                          "Content-Length: 1000000\r\n\r\n" + HEADER + row(1)).encode())
            wait_for(lambda: self.files() - before, what="the upload's temporary file")
        wait_for(lambda: self.files() <= before, what="the removal of the temporary file")
        self.assertEqual(self.client.get(f"/v1/contexts/{context}").json()["rows"], 1)

    def begin_upload(self, token, context):
        """An upload whose body does not come."""
        peer = socket.create_connection(("127.0.0.1", self.server.port))
        peer.sendall((f"PUT /v1/contexts/{context}/transactions HTTP/1.1\r\nHost: x\r\n"
                      f"Authorization: Bearer {token}\r\nContent-Type: text/csv\r\n"
                      "Content-Length: 1000000\r\n\r\n" + HEADER).encode())
        return peer

    def test_a_tenant_takes_half_of_the_places_for_uploads(self):
        before = self.files()
        peers = [self.begin_upload(self.token, self.context) for _ in range(16)]
        wait_for(lambda: len(self.files() - before) == 16, what="sixteen uploads")
        text = (HEADER + row(1)).encode()
        answer = self.client.upload(self.context, text)
        self.refused(answer, 503, "service_unavailable", "MTCH-0008")
        self.assertEqual(answer.headers["retry-after"], "1")
        other = Client(self.server, self.server.token(tenant=OTHER_TENANT))
        theirs = other.make_context().json()["id"]
        self.assertEqual(other.upload(theirs, text).status, 200)
        for peer in peers:
            peer.close()
        wait_for(lambda: self.client.upload(self.context, text).status == 200,
                 what="places that are free again")

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
        begin = text.index("  schemas:\n")
        section = text[begin:text.index("  headers:\n", begin)]
        for name, ours in (("ExportJobResponse", "export_job_response"),
                           ("ErrorResponse", "error_response")):
            block = re.search(rf"    {name}:\n((?:      .*\n)+)", section).group(1)
            members = dict(re.findall(
                r"^        (\w+):\n(?:          (?!type).*\n|            .*\n)*"
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
    main()
